//! The full verification: every value, the whole chain, orphans, and SQLite's own check.

use rusqlite::Connection;
use rusqlite::backup::Backup;

use super::codec::{EventLink, Stamped};
use super::error::StoreError;
use super::events::open_event;
use super::open_store::OpenStore;
use super::system_error::Told as _;
use super::watch::{Progress, Watch, go_on};
use crate::domain::{SecretName, StateFingerprint, Timestamp};

/// The result of a full check: what was looked at and what is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CheckReport {
    /// Secrets opened.
    pub secrets: u64,
    /// Versions opened, values included.
    pub versions: u64,
    /// Events walked.
    pub events: u64,
    /// The state of the file; `None` where its newest event does not open.
    pub state: Option<StateFingerprint>,
    /// Rows that nobody can reach: `rekey` and `backup` leave them out.
    pub strays: u64,
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
            let from = store.file.connection();
            let mut copy = Connection::open_in_memory().on(from)?;
            Backup::new(from, &mut copy)
                .and_then(|backup| backup.run_to_completion(i32::MAX, std::time::Duration::ZERO, None))
                .on(from)?;
            Ok::<_, StoreError>(copy)
        })?;
        self.check_connection(copy, watch)
    }

    /// Checks the state that was verified last, as it is in `copy`.
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
        for name in &names {
            report.secrets += 1;
            step()?;
            if let Err(error) = self.check_secret(name, report) {
                report.findings.push(format!("secret '{name}': {error}"));
            }
        }
        match self.strays() {
            Ok(strays) => {
                report.strays = strays.count();
                report.findings.extend(strays.findings());
            }
            Err(error) => report.findings.push(error.to_string()),
        }
        Ok(())
    }

    fn check_secret(&mut self, name: &SecretName, report: &mut CheckReport) -> Result<(), StoreError> {
        let Some(secret) = self.secret(name)? else {
            return Err(StoreError::integrity("it is stored under another secret's name"));
        };
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

    fn check_events(
        &self,
        report: &mut CheckReport,
        step: &mut dyn FnMut() -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut link = self.head.newest();
        // Above each stamp that is met on the way down; what a merge brought has its own.
        let mut above = self.head.stamp.checked_add(1);
        while link.number > 0 {
            match open_event(&self.file, &self.keys, self.seals, self.head.format, link) {
                Ok(event) => {
                    report.events += 1;
                    report.state.get_or_insert(StateFingerprint::new(link.number, &event.random));
                    if let Some(Stamped { stamp, brought: false, .. }) = event.stamped {
                        if above.is_some_and(|above| stamp >= above) {
                            report
                                .findings
                                .push(format!("event {} of its history is out of order", link.number));
                        }
                        above = Some(stamp);
                    }
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
        Ok(())
    }
}
