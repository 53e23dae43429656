//! The first look of a session: in which state the file is, and whether its head may be the first one.

use super::{Acceptance, Known, OpenStore, cannot_remember};
use crate::domain::Timestamp;
use crate::store::chain::{meets, open_head, refuse_events_above};
use crate::store::codec::Head;
use crate::store::error::StoreError;
use crate::store::events::open_event;
use crate::store::header::Header;
use crate::store::last_seen::{Lowering, Seen};
use crate::store::open::{self, State};
use crate::store::vault_file::{Purpose, VaultRow};

/// A head that may be the first one of a session.
struct FirstHead {
    head: Head,
    /// Of its newest event.
    random: [u8; 16],
    lowering: Lowering,
    /// Whether this machine has remembered it at this very path.
    is_remembered: bool,
    notice: Option<String>,
    /// What is to be said of the memory itself.
    trouble: Option<String>,
}

/// Others that change the file again and again while its state is decided are no accident.
const ATTEMPTS: usize = 3;

impl OpenStore {
    /// Takes the head that the file has for the verified one, if it may be that.
    pub(super) fn verify_first(&mut self, acceptance: Acceptance, now: Timestamp) -> Result<(), StoreError> {
        let was_unsettled = self.file.is_unsettled();
        let row = self.begin_settled(Purpose::Read, Known::Remembered(acceptance), now)?;
        // An upgrade that was cut short leaves two states of one lock: what opened the one opens the other.
        let has_same_lock =
            self.file.header.differs_in_format_only(&Header::decode(&row.header, &row.header_hash)?);
        if was_unsettled && row.header != self.file.row.header && !has_same_lock {
            // The password opened the other state of the file, which turned out not to be the vault.
            return Err(StoreError::WrongPassword);
        }
        let is_same = row.header == self.file.row.header && row.wrapped_key == self.file.row.wrapped_key;
        if !is_same && !has_same_lock {
            return Err(StoreError::HeaderChanged);
        }
        let first = self.first_head(&row, acceptance)?;
        self.file.take_row(row)?;
        self.head = first.head;
        self.newest_random = first.random;
        if first.is_remembered {
            // It was synced before that, and there is nothing to add.
            return Ok(());
        }
        self.sync_what_was_read()?;
        let Some(memory) = &self.memory else { return Ok(()) };
        self.notices.extend(first.trouble);
        self.notices.extend(first.notice);
        let seen = Seen { number: self.head.number, random: first.random, when: now };
        if memory.remember(&self.file.header.vault_id, self.file.path(), seen, first.lowering).is_err() {
            self.notices.push(cannot_remember());
        }
        Ok(())
    }

    /// Begins a transaction in a file of which it is known in which state it is.
    pub(super) fn begin_settled(
        &mut self,
        purpose: Purpose,
        known: Known,
        now: Timestamp,
    ) -> Result<VaultRow, StoreError> {
        for _ in 0..ATTEMPTS {
            if let Some(row) = self.file.begin(purpose)? {
                return Ok(row);
            }
            self.settle(known, now)?;
        }
        Err(StoreError::Busy)
    }

    /// Decides in which of two states the file of a killed writer is right.
    ///
    /// Where the file is whole as it lies there, the journal is not needed: it belongs to another state of the
    /// file, or to a change that was complete but for its last step. Only else it is played back.
    fn settle(&mut self, known: Known, now: Timestamp) -> Result<(), StoreError> {
        let path = self.file.path().to_owned();
        let mut questions = Vec::new();
        let mut right = None;
        for state in [State::AsItLies, State::RolledBack] {
            if !self.file.show(state) {
                continue;
            }
            match self.acceptable(known, now) {
                Ok(head) => {
                    if state == State::RolledBack || self.is_whole(head) {
                        right = Some(state);
                        break;
                    }
                }
                Err(error) => questions.push(error),
            }
        }
        let Some(right) = right else {
            // What the user can answer is asked; what is only damaged is told with both names.
            let question =
                questions.into_iter().rev().find(|error| !matches!(error, StoreError::Integrity(_)));
            return Err(question.unwrap_or_else(|| open::neither(&path)));
        };
        if right == State::AsItLies && !self.file.states_agree() {
            self.notices.push(
                "a journal that an interrupted change left beside the vault was removed: nothing is missing"
                    .to_owned(),
            );
        }
        let Some(aside) = self.file.settle(right)? else { return Ok(()) };
        if self.file.is_unsettled() || self.acceptable(known, now).is_ok() {
            return Ok(());
        }
        let kept = aside.keep(&path)?;
        Err(StoreError::Integrity(format!(
            "playing back its journal went wrong; file and journal as they were are '{}' and its journal",
            kept.display()
        )))
    }

    /// What is needed of a state before it is taken for the vault.
    fn acceptable(&mut self, known: Known, now: Timestamp) -> Result<Head, StoreError> {
        let row = VaultRow::read(self.file.connection())?;
        match known {
            Known::Remembered(acceptance) => self.first_head(&row, acceptance).map(|first| first.head),
            Known::Verified => {
                let head = self.open_newer_head(&row)?;
                self.compare_with_verified(&head, now).map(|()| head)
            }
        }
    }

    fn is_whole(&mut self, head: Head) -> bool {
        let own = std::mem::replace(&mut self.head, head);
        let report = self.check_here(&mut |_| std::ops::ControlFlow::Continue(()));
        self.head = own;
        report.is_ok_and(|report| report.is_clean())
    }

    /// Opens the head of a row and holds it against what this machine remembers.
    fn first_head(&self, row: &VaultRow, acceptance: Acceptance) -> Result<FirstHead, StoreError> {
        let (file, keys, seals) = (&self.file, &self.keys, self.seals);
        let head = open_head(row, keys, seals)?;
        refuse_events_above(file, head.number)?;
        let newest = head.newest();
        let format = head.format;
        let random = open_event(file, keys, seals, format, newest)?.random;
        let mut first = FirstHead {
            head,
            random,
            lowering: Lowering::Never,
            is_remembered: false,
            notice: None,
            trouble: None,
        };
        let Some(memory) = &self.memory else { return Ok(first) };

        let vault_id = file.header.vault_id;
        let recollection = memory.recall(&vault_id, file.path());
        if recollection.vault_at_path.is_some_and(|known| known != vault_id) && !acceptance.other {
            return Err(StoreError::OtherVault);
        }
        let is_first = recollection.trouble.is_none();
        first.trouble = recollection.trouble;
        match recollection.seen {
            Some(seen) if seen.number > newest.number => {
                if !acceptance.older {
                    return Err(StoreError::Older {
                        found: newest.number,
                        seen: seen.number,
                        when: seen.when,
                    });
                }
                first.lowering = Lowering::Accepted;
            }
            Some(seen) => {
                if !meets(file, keys, seals, &first.head, seen.number, &seen.random)? {
                    if !acceptance.other {
                        return Err(StoreError::OtherBranch { number: seen.number });
                    }
                    first.lowering = Lowering::Accepted;
                }
                let is_same = Seen { when: seen.when, number: newest.number, random } == seen;
                first.is_remembered = is_same
                    && recollection.is_of_path
                    && recollection.vault_at_path == Some(vault_id)
                    && first.trouble.is_none();
            }
            None => first.notice = is_first.then(first_sight),
        }
        Ok(first)
    }
}

fn first_sight() -> String {
    "this machine sees this vault for the first time: an older copy would not be noticed this time".to_owned()
}
