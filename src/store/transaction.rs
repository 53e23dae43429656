//! Writing: many changes in one transaction, sealed in the order that the integrity scheme needs.
//!
//! Within a change: value, version record, event; at the end, once for each secret, `versions_mac` and
//! secret record, then the sums and the head. Sums are changed by subtracting what was verified, never
//! recomputed from rows as found: that would launder tampering.

mod finish;
mod import;
mod merge;
mod versions;

use std::collections::{HashMap, HashSet};

use super::codec::{EventLink, EventRecord, Head, Stamped, fit_into_format_1};
use super::error::StoreError;
use super::format::{FormatVersion, NameTag};
use super::open_store::OpenStore;
use super::rows::execute;
use super::secrets::StoredSecret;
use super::vault_file::{Purpose, VaultRow};
use crate::crypto::{self, BUCKETS, Padding};
use crate::domain::{Facts, Note, SecretName, SecretValue, Timestamp, VersionId};
use crate::versioning::{Change, Existence, LabelMap, Origin, SecretState, VersionRef};

/// When a change is made, and through which interface.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// Its time.
    pub now: Timestamp,
    /// The same time in milliseconds since 1970.
    pub milliseconds: u64,
    /// The interface, for the history.
    pub origin: Origin,
}

impl Moment {
    /// A moment by a clock that tells milliseconds since 1970.
    pub fn new(milliseconds: u64, origin: Origin) -> Self {
        Self { now: Timestamp::of_milliseconds(milliseconds), milliseconds, origin }
    }

    /// What record version 2 adds to an event that follows this head; `None` in format 1.
    pub(super) fn stamp_event(self, head: &Head) -> Option<Stamped> {
        match head.format {
            FormatVersion::One => None,
            FormatVersion::Two => {
                let stamp = self.stamp_after(head.stamp);
                Some(Stamped { stamp, brought: false, copy: String::new() })
            }
        }
    }

    /// What follows a stamp at this moment: later than it, whatever the clock says.
    pub(super) fn stamp_after(self, before: u64) -> u64 {
        self.milliseconds.max(before.saturating_add(1))
    }
}

/// A version to be stored: which of the change's added versions it is, and its value.
pub struct NewVersion<'a> {
    /// Its identity and id.
    pub reference: VersionRef,
    /// Its value.
    pub value: &'a SecretValue,
    /// A remark on it.
    pub note: Option<Note>,
    /// When it was created; an import brings its own times.
    pub created: Timestamp,
}

/// A secret that this transaction works on.
struct Working {
    stored: StoredSecret,
    /// Where it is in the file, and the tag of its record there; `None` for a new one.
    in_file: Option<(NameTag, [u8; 16])>,
    gone: bool,
    touched: bool,
}

/// Names a secret of this transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecretHandle(usize);

/// A write transaction on a verified head.
pub struct WriteTransaction<'a> {
    store: &'a mut OpenStore,
    moment: Moment,
    head: Head,
    working: Vec<Working>,
    /// The row ids of `working`.
    taken: HashSet<[u8; 16]>,
    /// Names as this transaction leaves them.
    names: HashMap<SecretName, usize>,
    batch: Batch,
    /// The event that is being reversed.
    takes_back: Option<u64>,
    /// Buckets with secrets whose records are written already.
    settled: [bool; BUCKETS],
    /// What opens the vault from then on, where that changes.
    lock: Option<merge::OtherLock>,
}

/// Whether the changes of a transaction belong together in the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Batch {
    /// Each stands for itself.
    Single,
    /// They are undone together.
    Together,
    /// They are undone together from the change of this number on.
    From(u64),
}

impl OpenStore {
    /// Runs `work` in a write transaction and commits what it changed; an error changes nothing.
    ///
    /// # Errors
    /// Those of `work`, of accepting the state that the file is in, and of committing.
    pub fn write<T, E: From<StoreError>>(
        &mut self,
        moment: Moment,
        batch: Batch,
        work: impl FnOnce(&mut WriteTransaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.in_turn(|store| {
            store.begin(Purpose::Write, moment.now)?;
            let head = store.head.clone();
            let mut transaction = WriteTransaction {
                store,
                moment,
                head,
                working: Vec::new(),
                taken: HashSet::new(),
                names: HashMap::new(),
                batch,
                takes_back: None,
                settled: [false; BUCKETS],
                lock: None,
            };
            let result = work(&mut transaction);
            let finished = match result {
                Ok(value) => transaction.finish().map(|()| value).map_err(E::from),
                Err(error) => Err(error),
            };
            finished.inspect_err(|_| store.file.roll_back())
        })
    }
}

impl WriteTransaction<'_> {
    /// When this transaction changes things.
    pub fn now(&self) -> Timestamp {
        self.moment.now
    }

    /// The time of the newest event in the file.
    ///
    /// # Errors
    /// [`StoreError::Integrity`].
    pub fn newest_event_time(&self) -> Result<Timestamp, StoreError> {
        Ok(self.store.newest_event()?.time)
    }

    /// Finds a secret under the name that this transaction has left it so far.
    ///
    /// # Errors
    /// [`StoreError::Integrity`].
    pub fn find(&mut self, name: &SecretName) -> Result<Option<SecretHandle>, StoreError> {
        if let Some(&at) = self.names.get(name) {
            let stored = &mut self.working[at].stored;
            if !stored.is_complete() {
                self.store.complete(stored)?;
            }
            return Ok(Some(SecretHandle(at)));
        }
        let stored = self.store.secret(name)?;
        self.take_found(stored)
    }

    /// As [`find`](Self::find), for a put of this id and for nothing else; see [`OpenStore::secret_for_put`].
    ///
    /// # Errors
    /// [`StoreError::Integrity`].
    pub fn find_for_put(
        &mut self,
        name: &SecretName,
        id: Option<&VersionId>,
    ) -> Result<Option<SecretHandle>, StoreError> {
        // One that is here already may not have what this put needs.
        if self.names.contains_key(name) {
            return self.find(name);
        }
        let stored = self.store.secret_for_put(name, id)?;
        self.take_found(stored)
    }

    fn take_found(&mut self, stored: Option<StoredSecret>) -> Result<Option<SecretHandle>, StoreError> {
        let Some(stored) = stored else { return Ok(None) };
        // It may be here already, renamed or gone: then this name is free.
        if self.taken.contains(&stored.id) {
            return Ok(None);
        }
        let in_file = Some((stored.name_tag, stored.tag));
        Ok(Some(self.take(Working { stored, in_file, gone: false, touched: false })))
    }

    /// The secret as this transaction has left it so far.
    pub fn secret(&self, handle: SecretHandle) -> &StoredSecret {
        &self.working[handle.0].stored
    }

    /// The names of all secrets in the file.
    ///
    /// # Errors
    /// As [`OpenStore::all_names`].
    pub fn all_names(&mut self) -> Result<Vec<SecretName>, StoreError> {
        self.store.all_names()
    }

    /// The store, for reading values and comparing them.
    pub fn store(&self) -> &OpenStore {
        self.store
    }

    /// The store, for planning from the file before this transaction has changed anything; secrets that an
    /// import has settled are not to be asked for.
    pub fn store_before_changes(&mut self) -> &mut OpenStore {
        debug_assert!(self.working.is_empty(), "plans are made from the file, not from changes under way");
        self.store
    }

    /// Begins a new secret; `change` must make it appear, with its first versions.
    ///
    /// # Errors
    /// [`StoreError::System`] and what SQLite refuses.
    pub fn create(
        &mut self,
        name: &SecretName,
        change: &Change,
        versions: Vec<NewVersion<'_>>,
    ) -> Result<SecretHandle, StoreError> {
        let handle = self.begin_secret(name, crypto::make_random()?, self.moment.now);
        self.apply(handle, change, versions)?;
        Ok(handle)
    }

    /// Applies a change that the rules decided: stores and destroys versions, records the event.
    ///
    /// # Errors
    /// [`StoreError::System`] and what SQLite refuses.
    pub fn apply(
        &mut self,
        handle: SecretHandle,
        change: &Change,
        versions: Vec<NewVersion<'_>>,
    ) -> Result<(), StoreError> {
        let name_before = self.secret(handle).state.name.clone();
        for version in versions {
            self.insert_version(handle, version)?;
        }
        for version in &change.destroyed {
            if change.existence != Existence::Disappears {
                self.delete_version(handle, version.key)?;
            }
        }
        for note in change.notes_on_existing() {
            self.rewrite_note(handle, note)?;
        }
        self.append_event(handle, name_before, change)?;
        self.change_state(handle, change);
        Ok(())
    }

    /// The number of the newest event, those of this transaction included.
    pub fn newest_event_number(&self) -> u64 {
        self.head.number
    }

    /// Says that the changes of this transaction belong together after all.
    pub fn keep_together(&mut self) {
        self.batch = Batch::Together;
    }

    /// Says that the changes applied from here on reverse an event, or none.
    pub fn take_back(&mut self, number: Option<u64>) {
        self.takes_back = number;
    }

    fn begin_secret(&mut self, name: &SecretName, id: [u8; 16], created: Timestamp) -> SecretHandle {
        let state = SecretState {
            name: name.clone(),
            given_name: None,
            facts: Facts::default(),
            created,
            updated: self.moment.now.max(created),
            planned_deletion: None,
            labels: LabelMap::new(),
            next_order: 1,
            versions: Vec::new(),
        };
        let stored = StoredSecret {
            id,
            name_tag: self.head.format.name_tag(&self.store.keys, name.as_str()),
            tag: [0; 16],
            state,
            rows: Vec::new(),
            seals: HashMap::new(),
            last_event: EventLink::default(),
        };
        self.take(Working { stored, in_file: None, gone: false, touched: true })
    }

    fn take(&mut self, working: Working) -> SecretHandle {
        let handle = SecretHandle(self.working.len());
        self.names.insert(working.stored.state.name.clone(), handle.0);
        self.taken.insert(working.stored.id);
        self.working.push(working);
        handle
    }

    fn append_event(
        &mut self,
        handle: SecretHandle,
        name_before: SecretName,
        change: &Change,
    ) -> Result<(), StoreError> {
        let batch = match self.batch {
            Batch::Single => None,
            Batch::Together => Some(self.store.head.number + 1),
            Batch::From(first) => Some(first),
        };
        let secret = self.secret(handle);
        let mut change = change.clone();
        let stamped = self.moment.stamp_event(&self.head);
        if stamped.is_none() {
            fit_into_format_1(&mut change);
        }
        let event = EventRecord {
            time: self.moment.now,
            stamped,
            origin: self.moment.origin,
            secret: Some((secret.id, name_before)),
            change,
            takes_back: self.takes_back,
            batch,
            previous_of_secret: secret.last_event,
            random: crypto::make_random()?,
            previous_tag: self.head.tag,
            merge: None,
        };
        self.working[handle.0].stored.last_event = self.append(&event)?;
        Ok(())
    }

    fn change_state(&mut self, handle: SecretHandle, change: &Change) {
        let working = &mut self.working[handle.0];
        working.touched = true;
        working.gone = change.existence == Existence::Disappears;
        let state = &mut working.stored.state;
        // A clock that went back does not make a secret older: copies would not agree on it.
        state.updated = state.updated.max(self.moment.now);
        if let Some(labels) = &change.labels {
            state.labels = labels.after.clone();
        }
        if let Some(description) = &change.description {
            state.facts.description = description.after.clone();
        }
        if let Some(tags) = &change.tags {
            state.facts.tags = tags.after.clone();
        }
        if let Some(retention) = &change.retention {
            state.facts.retention = retention.after;
        }
        if let Some(rotation) = &change.rotation {
            state.facts.rotation = rotation.after;
        }
        if let Some(planned) = &change.planned_deletion {
            state.planned_deletion = planned.after;
        }
        let old_name = state.name.clone();
        if let Some(name) = &change.name {
            state.name = name.after.clone();
            // The name that a merge gave it is gone with that.
            state.given_name = None;
            working.stored.name_tag = self.head.format.name_tag(&self.store.keys, name.after.as_str());
        }
        let new_name = working.stored.state.name.clone();
        if working.gone || new_name != old_name {
            self.names.remove(&old_name);
        }
        if !working.gone {
            self.names.insert(new_name, handle.0);
        }
    }
}

pub(super) fn tag_of(sealed: &[u8]) -> Result<[u8; 16], StoreError> {
    crypto::seal_tag(sealed).ok_or_else(|| StoreError::integrity("a seal came out too short"))
}

/// Seals and inserts an event; answers the tag of its record.
pub(super) fn insert_event(
    store: &OpenStore,
    number: u64,
    event: &EventRecord,
) -> Result<[u8; 16], StoreError> {
    store.turn.goes_on();
    let sealed = store.keys.seal(&store.seals.event(number), event.encode().expose(), Padding::Record)?;
    let row = i64::try_from(number).map_err(|_| StoreError::integrity("its history is too long"))?;
    execute(store.file.connection(), "INSERT INTO event (number, record) VALUES (?1, ?2)", (row, &sealed))?;
    tag_of(&sealed)
}

/// The vault row as it will be with this head.
pub(super) fn seal_head(store: &OpenStore, head: &Head) -> Result<VaultRow, StoreError> {
    seal_head_in(store, store.file.row.clone(), head)
}

/// The same of a row whose header or wrapped key is another one.
fn seal_head_in(store: &OpenStore, mut row: VaultRow, head: &Head) -> Result<VaultRow, StoreError> {
    let associated = store.seals.head(&row.header, &row.wrapped_key);
    row.head = store.keys.seal(&associated, head.encode().expose(), Padding::Record)?;
    Ok(row)
}
