//! An unlocked vault file: what was verified of it, and how a newer state is accepted or refused.

mod first;

use std::path::Path;

use super::chain::{meets, open_head, refuse_events_above, walk_to};
use super::codec::{EventLink, Head};
use super::error::StoreError;
use super::header::Header;
use super::index::Index;
use super::last_seen::{LastSeen, Lowering, Seen};
use super::open;
use super::seals::Seals;
use super::vault_file::{Purpose, VaultFile, VaultRow};
use crate::crypto::VaultKeys;
use crate::domain::Timestamp;

/// What other processes did since the last look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum News {
    /// Nothing.
    None,
    /// They changed secrets.
    Secrets,
    /// They changed the master password (and perhaps secrets).
    Password,
}

/// Which questions the user answered beforehand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Acceptance {
    /// Go on with an older file.
    pub older: bool,
    /// Go on with another branch, or another vault at this path.
    pub other: bool,
}

/// What a state of the file is held against.
#[derive(Debug, Clone, Copy)]
enum Known {
    /// What this machine remembers, and the answers of the user.
    Remembered(Acceptance),
    /// What this session has verified.
    Verified,
}

/// An unlocked vault file.
pub struct OpenStore {
    pub(super) file: VaultFile,
    pub(super) keys: VaultKeys,
    pub(super) seals: Seals,
    /// The verified head.
    pub(super) head: Head,
    pub(super) index: Index,
    /// The 16 bytes by which the newest event of that head is known in every copy.
    pub(super) newest_random: [u8; 16],
    pub(super) memory: Option<LastSeen>,
    pub(super) notices: Vec<String>,
    /// While it changes something: its place among the writers of this machine.
    pub(super) turn: open::Turn,
    news: News,
}

impl OpenStore {
    /// Takes keys that were unwrapped with the header of `file`, verifies the head with them, and holds it
    /// against what this machine remembers.
    ///
    /// # Errors
    /// The file comes back with the reason.
    pub fn unlock(
        file: VaultFile,
        keys: VaultKeys,
        state_directory: Option<&Path>,
        acceptance: Acceptance,
        now: Timestamp,
    ) -> Result<Self, Box<(VaultFile, StoreError)>> {
        let memory = state_directory.map(LastSeen::new);
        let head = Head::empty(file.header.format);
        let mut store = Self::new_vault(file, keys, head, memory);
        let verified = store.verify_first(acceptance, now);
        store.file.roll_back();
        match verified {
            Ok(()) => {
                open::clear_dead_journal(&mut store.file.opened);
                Ok(store)
            }
            Err(error) => {
                if error == StoreError::WrongPassword {
                    // The next try is with the header that the file has.
                    let _ = store.file.look_again();
                }
                Err(Box::new((store.file, error)))
            }
        }
    }

    pub(super) fn new_vault(file: VaultFile, keys: VaultKeys, head: Head, memory: Option<LastSeen>) -> Self {
        let seals = Seals::new(file.header.vault_id);
        Self {
            file,
            keys,
            seals,
            head,
            index: Index::new(),
            newest_random: [0; 16],
            memory,
            notices: Vec::new(),
            turn: open::Turn::anybody(),
            news: News::None,
        }
    }

    /// Wipes the keys and all that was read.
    pub fn lock(self) -> VaultFile {
        self.file
    }

    /// The file.
    pub fn file(&self) -> &VaultFile {
        &self.file
    }

    /// Sentences about what is not as it should be but stops nothing.
    pub fn take_notices(&mut self) -> Vec<String> {
        let mut notices = self.file.take_notices();
        notices.append(&mut self.notices);
        notices
    }

    /// Adds to what is not as it should be but stops nothing.
    pub fn add_notice(&mut self, notice: String) {
        self.notices.push(notice);
    }

    /// What other processes did since this was asked last.
    pub fn take_news(&mut self) -> News {
        std::mem::replace(&mut self.news, News::None)
    }

    /// Runs `work` on one committed state of the vault.
    ///
    /// # Errors
    /// Those of `work`, and those of accepting the state that the file is in.
    pub fn read<T, E: From<StoreError>>(
        &mut self,
        now: Timestamp,
        work: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        self.begin(Purpose::Read, now)?;
        let result = work(self);
        self.file.roll_back();
        result
    }

    /// Waits until this writer is next, where this machine keeps an order, and changes something.
    pub(super) fn in_turn<T, E: From<StoreError>>(
        &mut self,
        change: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        if let Some(memory) = &self.memory {
            self.turn = memory.turn(&self.file.header.vault_id)?;
        }
        let changed = change(self);
        self.turn = open::Turn::anybody();
        changed
    }

    /// Begins a transaction on an accepted state.
    pub(super) fn begin(&mut self, purpose: Purpose, now: Timestamp) -> Result<(), StoreError> {
        let row = self.begin_settled(purpose, Known::Verified, now)?;
        if row != self.file.row {
            self.accept(row, now).inspect_err(|_| self.file.roll_back())?;
        }
        Ok(())
    }

    /// Commits. Where the commit failed and left a journal, the key decides whether the change is in.
    pub(super) fn commit(&mut self, row: VaultRow, now: Timestamp) -> Result<(), StoreError> {
        let before = self.file.row.clone();
        self.turn.commits();
        let unknown = match self.file.commit(row.clone()) {
            Err(unknown @ StoreError::Unknown { .. }) => unknown,
            known => return known,
        };
        let Ok(found) = self.begin_settled(Purpose::Read, Known::Verified, now) else { return Err(unknown) };
        self.file.roll_back();
        match unknown {
            StoreError::Unknown { doing, reason } if found == before => {
                Err(StoreError::System { doing, reason })
            }
            unknown => {
                let is_durable = found == row && self.sync_what_was_read().is_ok();
                if is_durable { self.file.take_row(row) } else { Err(unknown) }
            }
        }
    }

    /// Opens the head of a row that must be of this vault and its key.
    fn open_newer_head(&self, row: &VaultRow) -> Result<Head, StoreError> {
        let header = Header::decode(&row.header, &row.header_hash)?;
        if header.vault_id != self.file.header.vault_id {
            return Err(StoreError::KeyReplaced("there is another vault at its path now".to_owned()));
        }
        if header.key_id != self.file.header.key_id {
            return Err(StoreError::KeyReplaced("its key was replaced elsewhere".to_owned()));
        }
        let head = open_head(row, &self.keys, self.seals)?;
        refuse_events_above(&self.file, head.number)?;
        Ok(head)
    }

    /// Accepts a newer state of the vault, which must lead on from the verified one.
    fn accept(&mut self, row: VaultRow, now: Timestamp) -> Result<(), StoreError> {
        let head = self.open_newer_head(&row)?;
        self.compare_with_verified(&head, now)?;
        for bucket in 0..head.sums.len() {
            if head.sums[bucket] != self.head.sums[bucket] {
                self.index.forget(bucket);
            }
        }
        let upgraded = head.format != self.head.format;
        let password_changed = row.header != self.file.row.header && !upgraded;
        self.news = self.news.max(if password_changed { News::Password } else { News::Secrets });
        self.sync_what_was_read()?;
        self.head = head;
        self.file.take_row(row)?;
        self.remember(now);
        Ok(())
    }

    /// A writer that was killed may have removed its journal without that being on the disk yet; then a power
    /// loss takes its change back. So it is brought there before the change is remembered, or anything is
    /// acknowledged because of it.
    fn sync_what_was_read(&self) -> Result<(), StoreError> {
        match self.file.is_copy() {
            true => Ok(()),
            false => open::sync_folder(open::folder_of(self.file.path())),
        }
    }

    /// Leads to the event of this number, reached from the head.
    pub(super) fn link_at(&self, number: u64) -> Result<EventLink, StoreError> {
        walk_to(&self.file, &self.keys, self.seals, &self.head, number)
    }

    fn compare_with_verified(&self, head: &Head, now: Timestamp) -> Result<(), StoreError> {
        if head.number < self.head.number {
            return Err(StoreError::Older { found: head.number, seen: self.head.number, when: now });
        }
        let number = self.head.number;
        if *head == self.head || (head.number > number && self.leads_to_verified(head)?) {
            return Ok(());
        }
        // After a merge elsewhere the event has another tag, and may stand higher.
        match meets(&self.file, &self.keys, self.seals, head, number, &self.newest_random)? {
            true => Ok(()),
            false => Err(StoreError::OtherBranch { number }),
        }
    }

    fn leads_to_verified(&self, head: &Head) -> Result<bool, StoreError> {
        let reached = walk_to(&self.file, &self.keys, self.seals, head, self.head.number)?;
        Ok(reached.tag == self.head.tag)
    }

    /// Remembers the newest change; where that cannot be written, the commit stands and it is said once.
    pub(super) fn remember(&mut self, now: Timestamp) {
        self.remember_as(now, Lowering::Never);
    }

    pub(super) fn remember_as(&mut self, now: Timestamp, lowering: Lowering) {
        let newest = self.newest_event();
        if let Ok(event) = &newest {
            self.newest_random = event.random;
        }
        let Some(memory) = &self.memory else { return };
        let number = self.head.number;
        let remembered = newest.and_then(|event| {
            let seen = Seen { number, random: event.random, when: now };
            memory.remember(&self.file.header.vault_id, self.file.path(), seen, lowering)
        });
        if remembered.is_err() {
            self.notices.push(cannot_remember());
            self.memory = None;
        }
    }
}

fn cannot_remember() -> String {
    "this machine cannot remember the state of the vault: its state directory cannot be written".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{KdfCost, MasterPassword};
    use crate::domain::{SecretName, SecretValue, StageLabel, ValueType, VersionId};
    use crate::memory::SecretBytes;
    use crate::store::format::FormatVersion;
    use crate::store::observed::{self, Step};
    use crate::store::rekey::Locks;
    use crate::store::transaction::{Batch, Moment, NewVersion, WriteTransaction};
    use crate::versioning::{Change, Existence, LabelMap, Operation, Origin, Shift, VersionKey, VersionRef};

    const ASKED_FOR_NOTHING: Acceptance = Acceptance { older: false, other: false };

    fn now() -> Timestamp {
        Timestamp::clamped(1_700_000_000)
    }

    fn moment() -> Moment {
        Moment::new(now().milliseconds(), Origin::CommandLine)
    }

    fn password() -> MasterPassword {
        MasterPassword::new(SecretBytes::copy_of(b"correct horse battery staple")).unwrap()
    }

    fn cost() -> KdfCost {
        KdfCost::new(8, 1, 1).unwrap()
    }

    fn unlock(path: &Path, machine: &Path) -> OpenStore {
        let file = VaultFile::open(path).unwrap();
        let key = crate::store::open_vault_key(&file, &password(), None).unwrap();
        let keys = key.derive_keys(&file.header().vault_id);
        let unlocked = OpenStore::unlock(file, keys, Some(machine), ASKED_FOR_NOTHING, now());
        unlocked.map_err(|failed| failed.1).unwrap()
    }

    /// Whether the vault's folder was synced before anything was remembered.
    #[track_caller]
    fn assert_synced_first(folder: &Path) {
        let steps = observed::take();
        let synced = steps.iter().position(|step| *step == Step::FolderSynced(folder.to_owned()));
        let remembered = steps.iter().position(|step| *step == Step::Remembered);
        assert!(synced.is_some() && synced < remembered, "{steps:?}");
    }

    // Guards: a killed writer's last step may not be on the disk yet; a power loss would lose what was reported.
    #[test]
    fn the_folder_is_synced_before_what_was_read_is_remembered_or_acknowledged() {
        FormatVersion::ALL.into_iter().for_each(assert_synced_before_it_is_told);
    }

    fn assert_synced_before_it_is_told(format: FormatVersion) {
        let place = tempfile::tempdir().unwrap();
        let folder = std::fs::canonicalize(place.path()).unwrap();
        let (path, here) = (folder.join("vault.etui"), folder.join("here"));
        drop(crate::store::create(&path, format, &password(), None, cost(), Some(&here), moment()).unwrap());

        observed::take();
        let mut store = unlock(&path, &folder.join("elsewhere"));
        assert_synced_first(&folder);

        let mut other = unlock(&path, &here);
        let (present, new) = (password(), password());
        let locks = |password| Locks { password, key_file: None };
        other.change_password(locks(&present), locks(&new), cost(), moment()).unwrap();
        observed::take();
        store.read(now(), |_| Ok::<_, StoreError>(())).unwrap();
        assert_synced_first(&folder);

        // Nothing new: nothing to bring to the disk.
        store.read(now(), |_| Ok::<_, StoreError>(())).unwrap();
        assert_eq!(observed::take(), []);
        drop(store);
        observed::take();
        drop(unlock(&path, &folder.join("elsewhere")));
        assert_eq!(observed::take(), []);

        // A copy elsewhere is another file, whatever is known of the vault.
        std::fs::create_dir(folder.join("copies")).unwrap();
        let copy = folder.join("copies").join("vault.etui");
        std::fs::copy(&path, &copy).unwrap();
        drop(unlock(&copy, &folder.join("elsewhere")));
        assert_synced_first(&folder.join("copies"));
    }

    fn create_secret(transaction: &mut WriteTransaction<'_>) -> Result<(), StoreError> {
        let reference = VersionRef { key: VersionKey(7), id: VersionId::new("v1").unwrap() };
        let mut labels = LabelMap::new();
        labels.point(&StageLabel::current(), &reference);
        let mut change = Change::of(Operation::Create);
        change.existence = Existence::Appears;
        change.labels = Some(Shift::new(LabelMap::new(), labels));
        change.added = vec![reference.clone()];
        let value = SecretValue::new(ValueType::Text, SecretBytes::copy_of(b"x")).unwrap();
        let version = NewVersion { reference, value: &value, note: None, created: now() };
        transaction.create(&SecretName::new("a").unwrap(), &change, vec![version]).map(drop)
    }

    // Guards: a reader that met the lock of such a change gave up as if nobody went on.
    #[test]
    fn a_change_that_spills_just_when_a_reader_begins_is_waited_for() {
        let place = tempfile::tempdir().unwrap();
        let (path, here) = (place.path().join("vault.etui"), place.path().join("here"));
        let mut store =
            crate::store::create(&path, FormatVersion::One, &password(), None, cost(), Some(&here), moment())
                .unwrap();
        observed::after_the_look(move || observed::let_another_process_spill(&path));
        assert_eq!(store.read(now(), |_| Ok::<_, StoreError>(())), Ok(()));
    }

    // Guards: whoever waits sees that a long change goes on, in every part of it.
    #[test]
    fn reading_and_writing_are_signs_for_those_who_wait() {
        let place = tempfile::tempdir().unwrap();
        let (path, here) = (place.path().join("vault.etui"), place.path().join("here"));
        let mut store =
            crate::store::create(&path, FormatVersion::One, &password(), None, cost(), Some(&here), moment())
                .unwrap();
        let gives_sign = |store: &mut OpenStore, work: &mut dyn FnMut(&mut OpenStore)| {
            store.turn.make_due();
            let before = store.turn.signs();
            work(store);
            store.turn.signs() > before
        };
        let mut in_the_end = 0;
        store
            .write(moment(), Batch::Single, |transaction| {
                transaction.store().turn.make_due();
                create_secret(transaction)?;
                assert_eq!(transaction.store().turn.signs(), 2, "for the event");
                transaction.store().turn.make_due();
                Ok::<_, StoreError>(())
            })
            .unwrap();
        store
            .in_turn(|store| {
                in_the_end = store.turn.signs();
                let name = SecretName::new("a").unwrap();
                assert!(gives_sign(store, &mut |store| store.load_all().unwrap()), "buckets");
                assert!(gives_sign(store, &mut |store| drop(store.secret(&name).unwrap())), "a secret");
                assert!(gives_sign(store, &mut |store| drop(store.newest_event().unwrap())), "an event");
                Ok::<_, StoreError>(())
            })
            .unwrap();
        assert_eq!(in_the_end, 5, "for the record of the secret, for the commit, and for the next turn");
    }
}
