//! A consistent copy of the vault in a new file, checked before it is called a backup.

use std::fs;
use std::path::Path;

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use super::check::CheckReport;
use super::error::StoreError;
use super::index::Index;
use super::open::{self, Temporary};
use super::open_store::OpenStore;
use super::strays::left_out;
use super::system_error::{Told as _, errno_of_file};
use super::watch::{Progress, Watch, go_on};
use crate::domain::Timestamp;

/// Some tens of megabytes between two reports of progress.
const PAGES_AT_ONCE: i32 = 4_096;

impl OpenStore {
    /// Copies the vault into a new file of mode 0600 (temporary name, sync, link, sync) and checks the copy.
    ///
    /// # Errors
    /// [`StoreError::Exists`], [`StoreError::System`], [`StoreError::Stopped`], and
    /// [`StoreError::Integrity`] where the copy does not verify; nothing is left behind then.
    pub fn back_up(
        &mut self,
        path: &Path,
        now: Timestamp,
        watch: &mut Watch<'_>,
    ) -> Result<CheckReport, StoreError> {
        if fs::symlink_metadata(path).is_ok() {
            return Err(StoreError::Exists(path.to_owned()));
        }
        let temporary = Temporary::new_for(path)?;
        let report = self
            .copy_and_check(temporary.path(), now, watch)
            .map_err(|error| temporary.name_in(error, path))?;
        temporary.place(path)?;
        if let Some(memory) = &self.memory {
            // A backup that is not remembered is still one; a later rekey just does not name it.
            let resolved = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
            let _ = memory.remember_backup(&self.file.header.vault_id, &resolved);
        }
        Ok(report)
    }

    /// The backups of this vault that were made on this machine and are still there.
    pub fn known_backups(&self) -> Vec<std::path::PathBuf> {
        let known = self.memory.as_ref().map(|memory| memory.backups(&self.file.header.vault_id));
        known.unwrap_or_default().into_iter().filter(|path| path.exists()).collect()
    }

    fn copy_and_check(
        &mut self,
        temporary: &Path,
        now: Timestamp,
        watch: &mut Watch<'_>,
    ) -> Result<CheckReport, StoreError> {
        // The read transaction lasts until the last page, so that no commit comes in between.
        let pages = self.read(now, |store| {
            let mut copy = open::connect_new(temporary)?;
            let pages = copy_pages(store.file.connection(), &mut copy, watch)?;
            copy.close().or_else(|(copy, error)| Err(error).on(&copy))?;
            Ok::<_, StoreError>(pages)
        })?;
        let mut check = |Progress { done, total }| {
            let checked = pages.saturating_mul(done).checked_div(total).unwrap_or(pages);
            watch(Progress { done: pages + checked, total: 2 * pages })
        };
        let mut report = self.check_connection(open::connect_immutable(temporary)?, &mut check)?;
        if report.strays > 0 {
            let removed = self.remove_strays_of(temporary)?;
            self.notices.push(left_out(removed));
            report = self.check_connection(open::connect_immutable(temporary)?, &mut check)?;
        }
        match report.findings.first() {
            None => Ok(report),
            Some(finding) => Err(StoreError::Integrity(format!("the copy does not verify: {finding}"))),
        }
    }
}

impl OpenStore {
    /// Removes from a copy what belongs to nothing.
    fn remove_strays_of(&mut self, copy: &Path) -> Result<u64, StoreError> {
        let own = std::mem::replace(&mut self.file.opened.connection, open::connect_new(copy)?);
        self.index = Index::new();
        let removed = self.load_all().and_then(|()| self.remove_strays());
        self.index = Index::new();
        drop(std::mem::replace(&mut self.file.opened.connection, own));
        removed
    }
}

/// Answers how many pages there were.
fn copy_pages(from: &Connection, to: &mut Connection, watch: &mut Watch<'_>) -> Result<u64, StoreError> {
    let mut failure = None;
    let copied = step_through(&Backup::new(from, to).on(from)?, watch, &mut failure);
    match failure {
        // Either file may have failed, and each connection knows of its own.
        Some(error) if errno_of_file(to).is_some() => Err(error).on(to),
        Some(error) => Err(error).on(from),
        None => copied,
    }
}

/// What SQLite answers goes to `failure`, to be explained by whoever can ask both connections.
fn step_through(
    backup: &Backup<'_, '_>,
    watch: &mut Watch<'_>,
    failure: &mut Option<rusqlite::Error>,
) -> Result<u64, StoreError> {
    loop {
        let step = match backup.step(PAGES_AT_ONCE) {
            Ok(step) => step,
            Err(error) => {
                *failure = Some(error);
                return Ok(0);
            }
        };
        let pages = backup.progress();
        let count = |pages: i32| u64::try_from(pages).unwrap_or_default();
        let total = count(pages.pagecount);
        // Copying is the first half, checking the copy the second.
        let done = total.saturating_sub(count(pages.remaining));
        go_on(watch(Progress { done, total: 2 * total }))?;
        match step {
            StepResult::Done => return Ok(total),
            StepResult::More => {}
            _ => return Err(StoreError::Busy),
        }
    }
}
