//! The full verification: every value, the whole chain, orphans, and SQLite's own check.

use std::collections::HashSet;

use rusqlite::Connection;
use rusqlite::backup::Backup;

use super::codec::EventLink;
use super::error::StoreError;
use super::events::open_event;
use super::open_store::OpenStore;
use super::rows::integer;
use super::watch::{Progress, Watch, go_on};
use crate::domain::{SecretName, Timestamp};

/// The result of a full check: what was looked at and what is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CheckReport {
    /// Secrets opened.
    pub secrets: u64,
    /// Versions opened, values included.
    pub versions: u64,
    /// Events walked.
    pub events: u64,
    /// What is wrong, one sentence each.
    pub findings: Vec<String>,
}

impl CheckReport {
    /// Whether nothing is wrong.
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }
}

impl OpenStore {
    /// Checks everything on a private copy in memory, so that other processes can go on.
    ///
    /// # Errors
    /// Where the check cannot be made at all, and [`StoreError::Stopped`]; what it finds is in the report.
    pub fn check(&mut self, now: Timestamp, watch: &mut Watch<'_>) -> Result<CheckReport, StoreError> {
        let copy = self.read(now, |store| {
            let mut copy = Connection::open_in_memory()?;
            Backup::new(store.file.connection(), &mut copy)?
                .run_to_completion(i32::MAX, std::time::Duration::ZERO, None)
                .map_err(StoreError::from)?;
            Ok::<_, StoreError>(copy)
        })?;
        self.check_connection(copy, watch)
    }

    /// Checks the state that was verified last, as it lies in `copy`.
    pub(super) fn check_connection(
        &mut self,
        copy: Connection,
        watch: &mut Watch<'_>,
    ) -> Result<CheckReport, StoreError> {
        let own = std::mem::replace(&mut self.file.opened.connection, copy);
        let report = self.check_here(watch);
        self.file.opened.connection = own;
        report
    }

    /// Checks the state that was verified last, as the connection shows it.
    pub(super) fn check_here(&mut self, watch: &mut Watch<'_>) -> Result<CheckReport, StoreError> {
        self.index = super::index::Index::new();
        let mut report = CheckReport::default();
        let finished = self.check_all(&mut report, watch);
        self.index = super::index::Index::new();
        finished.map(|()| report)
    }

    fn check_all(&mut self, report: &mut CheckReport, watch: &mut Watch<'_>) -> Result<(), StoreError> {
        let total = self.head.secrets + self.head.number;
        let mut done = 0;
        let mut step = || {
            done = total.min(done + 1);
            go_on(watch(Progress { done, total }))
        };
        self.check_sqlite(report);
        self.check_secrets(report, &mut step)?;
        self.check_events(report, &mut step)?;
        // What was wrong may have ended it early.
        go_on(watch(Progress { done: total, total }))
    }

    fn check_sqlite(&self, report: &mut CheckReport) {
        let answer: Result<String, _> =
            self.file.connection().query_row("PRAGMA integrity_check", [], |row| row.get(0));
        if answer.as_deref() != Ok("ok") {
            report.findings.push("SQLite finds the file damaged".to_owned());
        }
    }

    fn check_secrets(
        &mut self,
        report: &mut CheckReport,
        step: &mut dyn FnMut() -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        if let Err(error) = self.load_all() {
            report.findings.push(error.to_string());
            return Ok(());
        }
        let names: Vec<SecretName> = self
            .records()
            .filter_map(super::codec::SecretRecordView::parse)
            .filter_map(|view| SecretName::new(view.name).ok())
            .collect();
        if names.len() as u64 != self.head.secrets {
            report.findings.push("the record of a secret makes no sense".to_owned());
        }
        // A row whose name tag has another length lies in no bucket: nothing ever shows it, nor sums it.
        if self.count("secret") != Some(self.head.secrets) {
            report.findings.push("there are secrets outside its list".to_owned());
        }
        let mut keys = HashSet::new();
        for name in &names {
            report.secrets += 1;
            step()?;
            if let Err(error) = self.check_secret(name, &mut keys, report) {
                report.findings.push(format!("secret '{name}': {error}"));
            }
        }
        match self.stored_version_keys() {
            Ok(stored) if stored.iter().any(|key| !keys.contains(key)) => {
                report.findings.push("a version belongs to no secret".to_owned());
            }
            Ok(_) => {}
            Err(error) => report.findings.push(error.to_string()),
        }
        Ok(())
    }

    fn check_secret(
        &mut self,
        name: &SecretName,
        keys: &mut HashSet<i64>,
        report: &mut CheckReport,
    ) -> Result<(), StoreError> {
        let Some(secret) = self.secret(name)? else {
            return Err(StoreError::integrity("it lies under another secret's name"));
        };
        keys.extend(secret.state().versions.iter().map(|version| version.key.0));
        for version in &secret.state().versions {
            match self.value(&secret, version.key) {
                Ok(_) => report.versions += 1,
                Err(error) => report.findings.push(format!("version '{}': {error}", version.id)),
            }
        }
        let last = self.event(secret.last_event)?;
        if last.secret.as_ref().map(|(id, _)| *id) != Some(secret.id) {
            return Err(StoreError::integrity("its last event belongs to another secret"));
        }
        Ok(())
    }

    fn stored_version_keys(&self) -> Result<Vec<i64>, StoreError> {
        let mut statement = self.file.connection().prepare("SELECT key FROM version")?;
        let mut rows = statement.query([])?;
        let mut keys = Vec::new();
        while let Some(row) = rows.next()? {
            keys.push(integer(row, 0)?);
        }
        Ok(keys)
    }

    fn check_events(
        &self,
        report: &mut CheckReport,
        step: &mut dyn FnMut() -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut link = EventLink { number: self.head.number, tag: self.head.tag };
        while link.number > 0 {
            match open_event(&self.file, &self.keys, self.seals, link) {
                Ok(event) => {
                    report.events += 1;
                    step()?;
                    link = EventLink { number: link.number - 1, tag: event.previous_tag };
                }
                Err(error) => {
                    report.findings.push(error.to_string());
                    return Ok(());
                }
            }
        }
        if link.tag != [0; 16] {
            report.findings.push("its history does not begin with its first event".to_owned());
        }
        if self.count("event") != Some(report.events) {
            report.findings.push("there are events outside its history".to_owned());
        }
        Ok(())
    }

    fn count(&self, table: &'static str) -> Option<u64> {
        let sql = format!("SELECT count(*) FROM {table}");
        let count = self.file.connection().query_row(&sql, [], |row| row.get::<_, i64>(0));
        count.ok().and_then(|count| u64::try_from(count).ok())
    }
}
