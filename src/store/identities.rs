//! By which two branches of a vault know each other's secrets: row ids, which names and keys may outlive.

use std::collections::HashMap;

use super::codec::{SecretRecordView, type_byte};
use super::error::StoreError;
use super::format::FormatVersion;
use super::open_store::OpenStore;
use super::secrets::StoredSecret;
use super::upgrade::give_stamps;
use super::vault_file::VaultFile;
use crate::domain::SecretName;
use crate::versioning::{SecretState, VersionKey, VersionState};

impl OpenStore {
    /// Which vault this is: branches of one vault have the same id.
    pub fn vault_id(&self) -> [u8; 16] {
        self.file.header.vault_id
    }

    /// Which vault key seals it: `rekey` makes another.
    pub fn key_id(&self) -> [u8; 16] {
        self.file.header.key_id
    }

    /// Whether this copy and another one may have the same record of a version: sealed with one key.
    pub(super) fn may_share_records(&self, other: &Self) -> bool {
        let has_rows_with_tags = |store: &Self| store.head.format >= FormatVersion::Two;
        self.key_id() == other.key_id() && has_rows_with_tags(self) && has_rows_with_tags(other)
    }

    /// The row id of the secret of a name.
    ///
    /// # Errors
    /// [`StoreError::Integrity`].
    pub fn row_of(&mut self, name: &SecretName) -> Result<Option<[u8; 16]>, StoreError> {
        let name_tag = self.proved_tag(name)?;
        Ok(self.index.find(&name_tag).map(|row| row.id))
    }

    /// The MACs by which this copy finds equal values, of the opened versions of a secret of `other`.
    ///
    /// # Errors
    /// [`StoreError::Integrity`] where a value does not open that has to be opened, since `other` has another key.
    pub fn marks_of(
        &self,
        other: &Self,
        secret: &StoredSecret,
    ) -> Result<Vec<(VersionKey, [u8; 32])>, StoreError> {
        let has_same_key = self.key_id() == other.key_id();
        let mark = |version: &VersionState| {
            let equal = match secret.seals.get(&version.key).filter(|_| has_same_key) {
                Some(seal) => seal.equal,
                None => {
                    let value = other.value(secret, version.key)?;
                    self.keys.equal_tag(type_byte(value.value_type()), value.expose())
                }
            };
            Ok((version.key, equal))
        };
        secret.state.versions.iter().map(mark).collect()
    }

    /// A secret of this copy with the stamps of its versions as their order, whichever format this copy is in.
    pub fn state_in_stamps(&self, secret: &StoredSecret) -> SecretState {
        let mut state = secret.state.clone();
        if self.head.format == FormatVersion::One {
            give_stamps(&mut state.versions);
        }
        state
    }

    /// The names of all secrets by their row ids.
    ///
    /// # Errors
    /// [`StoreError::Integrity`].
    pub fn names_by_row(&mut self) -> Result<HashMap<[u8; 16], SecretName>, StoreError> {
        self.load_all()?;
        let damaged = || StoreError::integrity("the record of a secret makes no sense");
        self.index
            .all()
            .map(|row| {
                let name = self
                    .index
                    .record(row)
                    .and_then(SecretRecordView::parse)
                    .map(|view| view.name)
                    .ok_or_else(damaged)?;
                Ok((row.id, SecretName::new(name).map_err(|_| damaged())?))
            })
            .collect()
    }

    /// Whether all that another copy of this vault holds is in the history of this one: the copy is as it was at
    /// one of its events.
    ///
    /// # Errors
    /// [`StoreError::Integrity`].
    pub fn has_passed(&self, copy: &Self) -> Result<bool, StoreError> {
        let then = copy.newest_event_link();
        Ok(then.number <= self.head.number && self.link_at(then.number)? == then)
    }

    /// Unlocks another file of this vault with the keys of this one.
    ///
    /// # Errors
    /// The file comes back with [`StoreError::KeyReplaced`] where it has another vault id or key, and else
    /// with what [`unlock`](Self::unlock) refuses.
    pub fn unlock_branch(&self, file: VaultFile) -> Result<Self, Box<(VaultFile, StoreError)>> {
        let (own, other) = (&self.file.header, &file.header);
        if (own.vault_id, own.key_id) != (other.vault_id, other.key_id) {
            let error = StoreError::KeyReplaced("it has another key than this vault".to_owned());
            return Err(Box::new((file, error)));
        }
        let keys = self.keys.duplicate();
        let acceptance = super::Acceptance { older: false, other: false };
        // Without a memory nothing is compared with a time.
        let now = crate::domain::Timestamp::clamped(0);
        Self::unlock(file, keys, None, acceptance, now)
    }
}
