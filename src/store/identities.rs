//! By which two branches of a vault know each other's secrets: row ids, which names and keys may outlive.

use std::collections::HashMap;

use super::codec::SecretRecordView;
use super::error::StoreError;
use super::open_store::OpenStore;
use super::vault_file::VaultFile;
use crate::domain::SecretName;

impl OpenStore {
    /// Which vault this is: branches of one vault have the same id.
    pub fn vault_id(&self) -> [u8; 16] {
        self.file.header.vault_id
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
