//! Taking another copy of the vault whole, in the place of this file.
//!
//! The copy is written beside the vault, checked, and renamed while the write lock of the old file is held: whoever
//! waits for that lock finds another file at the path then, and opens that. Killed at any step the path leads to the
//! old file or to the new one, whole.

use std::time::Duration;

use rusqlite::backup::Backup;

use super::codec::EventLink;
use super::error::StoreError;
use super::index::Index;
use super::last_seen::Lowering;
use super::open::{self, Temporary};
use super::open_store::OpenStore;
use super::system_error::Told as _;
use super::transaction::Moment;
use super::vault_file::{Purpose, VaultFile};
use crate::domain::Timestamp;

impl OpenStore {
    /// Puts a copy of `other` in the place of this file and goes on with it; `fill` may change the copy before, from
    /// what this file holds. `planned`: the newest event of this file that this was decided from.
    ///
    /// # Errors
    /// [`StoreError::Moved`] where this file has changed since, [`StoreError::Integrity`] where the copy does not
    /// verify, those of `fill`, and those of the file; this file is as it was then.
    pub fn replace<E: From<StoreError>>(
        &mut self,
        other: &mut Self,
        planned: EventLink,
        moment: Moment,
        fill: impl FnOnce(&mut Self, &mut Self) -> Result<(), E>,
    ) -> Result<(), E> {
        self.in_turn(|store| {
            store.begin(Purpose::Write, moment.now)?;
            let replaced = store.replace_locked(other, planned, moment, fill);
            replaced.inspect_err(|_| store.file.roll_back())
        })
    }

    fn replace_locked<E: From<StoreError>>(
        &mut self,
        other: &mut Self,
        planned: EventLink,
        moment: Moment,
        fill: impl FnOnce(&mut Self, &mut Self) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.head.newest() != planned {
            return Err(StoreError::Moved.into());
        }
        let path = self.file.path().to_owned();
        let temporary = Temporary::new_for(&path)?;
        let named = |error: StoreError| temporary.name_in(error, &path);
        let mut copy = other.copy_to(&temporary, moment.now).map_err(named)?;
        let report = copy.check(moment.now, &mut |_| std::ops::ControlFlow::Continue(())).map_err(named)?;
        if let Some(finding) = report.findings.first() {
            return Err(StoreError::Integrity(format!("the other copy: {finding}")).into());
        }
        fill(&mut copy, self)?;
        let Self { file, keys, head, newest_random, .. } = copy;
        let row = file.row.clone();
        // Closed before it gets its name: closing it later would drop the locks of whoever has opened it by then.
        drop(file);
        temporary.replace(&path)?;
        // From here on the path leads to the new file.
        self.file.open_replaced(&row)?;
        self.keys = keys;
        self.head = head;
        self.newest_random = newest_random;
        self.index = Index::new();
        self.remember_as(moment.now, Lowering::Accepted);
        Ok(())
    }

    fn copy_to(&mut self, temporary: &Temporary, now: Timestamp) -> Result<Self, StoreError> {
        self.read(now, |store| {
            let from = store.file.connection();
            let mut copy = open::connect_new(temporary.path())?;
            Backup::new(from, &mut copy)
                .and_then(|backup| backup.run_to_completion(i32::MAX, Duration::ZERO, None))
                .on(from)?;
            copy.close().or_else(|(copy, error)| Err(error).on(&copy))
        })?;
        let file = VaultFile::open(temporary.path())?;
        if file.row != self.file.row {
            return Err(StoreError::integrity("the other copy changed while it was read"));
        }
        let mut copy = Self::new_vault(file, self.keys.duplicate(), self.head.clone(), None);
        copy.newest_random = self.newest_random;
        Ok(copy)
    }
}
