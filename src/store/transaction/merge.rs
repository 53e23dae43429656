//! What only a merge needs: events, secrets and versions that come from another copy of the vault.

use super::{Batch, SecretHandle, StoreError, Working, WriteTransaction, insert_event};
use crate::crypto;
use crate::domain::SecretValue;
use crate::store::codec::{EventLink, EventRecord, MergeFacts, Stamped};
use crate::store::fork::TailEvent;
use crate::store::format::FormatVersion;
use crate::store::open_store::OpenStore;
use crate::store::secrets::StoredSecret;
use crate::versioning::{Change, Operation, SecretState, VersionKey, VersionState};

/// The header and the wrapped key of another copy: its password opens this one from then on.
pub(in crate::store) struct OtherLock {
    pub(in crate::store) header: Vec<u8>,
    pub(in crate::store) wrapped_key: Vec<u8>,
}

impl WriteTransaction<'_> {
    /// Takes a secret that was read from the file in this transaction, to be changed by what follows.
    pub fn take_read(&mut self, stored: StoredSecret) -> SecretHandle {
        let in_file = Some((stored.name_tag, stored.tag));
        self.take(Working { stored, in_file, gone: false, touched: false })
    }

    /// Begins a secret that comes from another copy, under the row id that it has there.
    pub fn begin_merged(&mut self, row: [u8; 16], state: &SecretState) -> SecretHandle {
        self.begin_secret(&state.name, row, state.created)
    }

    /// Says that a secret that comes from another copy is one of this copy too, under another row id: it has the
    /// history of that one.
    pub fn continue_history(&mut self, handle: SecretHandle, before: SecretHandle) {
        let last_event = self.working[before.0].stored.last_event;
        self.working[handle.0].stored.last_event = last_event;
    }

    /// Appends an event that happened in another copy. It follows `before` in the history of its secret, and the newest
    /// event of `chained_to` where that secret is here. `numbers` finds the number here of an event of that copy.
    /// Answers what leads to it here.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub fn bring(
        &mut self,
        event: TailEvent,
        chained_to: Option<SecretHandle>,
        before: EventLink,
        numbers: impl Fn(u64) -> Option<u64>,
    ) -> Result<EventLink, StoreError> {
        let TailEvent { stamp, record, .. } = event;
        let copy = record.stamped.map(|stamped| stamped.copy).unwrap_or_default();
        let record = EventRecord {
            stamped: Some(Stamped { stamp, brought: true, copy }),
            takes_back: record.takes_back.and_then(&numbers),
            batch: record.batch.and_then(&numbers),
            previous_of_secret: match chained_to {
                Some(handle) => self.working[handle.0].stored.last_event,
                None => before,
            },
            previous_tag: self.head.tag,
            ..record
        };
        let link = self.append(&record)?;
        if let Some(handle) = chained_to {
            let working = &mut self.working[handle.0];
            working.stored.last_event = link;
            working.touched = true;
        }
        Ok(link)
    }

    /// Says that the changes from here on are one: they are undone together.
    pub fn begin_effects(&mut self) {
        self.batch = Batch::From(self.head.number + 1);
    }

    /// Says that each change from here on stands for itself.
    pub fn end_effects(&mut self) {
        self.batch = Batch::Single;
    }

    /// Makes a secret what a merge decided: its versions are those of `after` by now. Records the effect.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub fn take_effect(
        &mut self,
        handle: SecretHandle,
        change: &Change,
        after: Option<&SecretState>,
    ) -> Result<(), StoreError> {
        let name_before = self.secret(handle).state.name.clone();
        self.append_event(handle, name_before, change)?;
        let Some(after) = after else {
            self.change_state(handle, change);
            return Ok(());
        };
        let name_tag = self.head.format.name_tag(&self.store.keys, after.name.as_str());
        let working = &mut self.working[handle.0];
        working.touched = true;
        let versions = std::mem::take(&mut working.stored.state.versions);
        let next_order = versions.iter().map(|version| version.order.saturating_add(1)).max().unwrap_or(1);
        working.stored.state = SecretState { versions, next_order, ..after.clone() };
        working.stored.name_tag = name_tag;
        Ok(())
    }

    /// Takes the times that a merge decided, where it changes nothing else about a secret.
    pub fn take_times(&mut self, handle: SecretHandle, after: &SecretState) {
        let working = &mut self.working[handle.0];
        let state = &mut working.stored.state;
        working.touched |= (state.created, state.updated) != (after.created, after.updated);
        (state.created, state.updated) = (after.created, after.updated);
    }

    /// Lets a secret go without an event of its own: it has become another one.
    pub fn leave_to_another(&mut self, handle: SecretHandle) {
        let working = &mut self.working[handle.0];
        working.gone = true;
        working.touched = true;
    }

    /// Stores a version as another copy, or another secret of this one, has it.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub fn store_copied(
        &mut self,
        handle: SecretHandle,
        state: &VersionState,
        value: &SecretValue,
    ) -> Result<(), StoreError> {
        self.insert_version_as(handle, state.clone(), value)
    }

    /// Makes the record of a version what a merge decided; where its id is another one, its value is sealed again.
    ///
    /// # Errors
    /// [`StoreError::Integrity`] where it is not there, and what SQLite refuses.
    pub fn make_version(&mut self, handle: SecretHandle, state: &VersionState) -> Result<(), StoreError> {
        let stored = &self.working[handle.0].stored;
        match stored.state.version_of_key(state.key) {
            Some(present) if present == state => Ok(()),
            Some(present) if present.id == state.id => {
                let state = state.clone();
                self.rewrite_record(handle, state.key, |version| *version = state)
            }
            _ => {
                let value = self.store.value(stored, state.key)?;
                self.delete_version(handle, state.key)?;
                self.insert_version_as(handle, state.clone(), &value)
            }
        }
    }

    /// Removes a version that is not there any more in another copy, or that has become another one.
    ///
    /// # Errors
    /// [`StoreError::Integrity`] where it is not there.
    pub fn remove_version(&mut self, handle: SecretHandle, key: VersionKey) -> Result<(), StoreError> {
        self.delete_version(handle, key)
    }

    /// Records that two copies were merged: `heads` are the 16 bytes of their newest events, sorted, and tell those
    /// of this one.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub fn record_merge(&mut self, facts: MergeFacts) -> Result<(), StoreError> {
        let [one, two] = facts.heads;
        let hash = crypto::sha256(&[one, two].concat());
        let (random, _) = hash.split_first_chunk().expect("16 bytes are fewer than 32");
        let record = EventRecord {
            time: self.moment.now,
            stamped: self.moment.stamp_event(&self.head),
            origin: self.moment.origin,
            secret: None,
            change: Change::of(Operation::Merge),
            takes_back: None,
            batch: None,
            previous_of_secret: EventLink::default(),
            random: *random,
            previous_tag: self.head.tag,
            merge: Some(facts),
        };
        self.append(&record).map(drop)
    }

    /// Says that the password of another copy with the same key opens this one from then on.
    ///
    /// # Errors
    /// [`StoreError::Integrity`] where that copy has another key, or is in another format.
    pub fn take_lock_of(&mut self, other: &OpenStore) -> Result<(), StoreError> {
        let (own, others) = (&self.store.file.header, &other.file.header);
        if (own.vault_id, own.key_id, own.format) != (others.vault_id, others.key_id, others.format) {
            return Err(StoreError::integrity("the other copy has another key"));
        }
        let row = &other.file.row;
        self.lock = Some(OtherLock { header: row.header.clone(), wrapped_key: row.wrapped_key.clone() });
        Ok(())
    }

    /// Appends an event as it is, with the links that it has.
    pub(super) fn append(&mut self, record: &EventRecord) -> Result<EventLink, StoreError> {
        let number = self.head.number + 1;
        let tag = insert_event(self.store, number, record)?;
        self.head.number = number;
        self.head.tag = tag;
        // What a merge brings may have stamps above and below: what follows is later than all.
        let stamp = record.stamped.as_ref().map_or(0, |stamped| stamped.stamp);
        self.head.stamp = self.head.stamp.max(stamp);
        debug_assert!(self.head.format >= FormatVersion::Two || record.stamped.is_none());
        Ok(EventLink { number, tag })
    }
}
