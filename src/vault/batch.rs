//! Changes in one transaction: one, or many that belong together.

use super::error::VaultError;
use super::request::StateToken;
use super::{Session, Vault};
use crate::crypto;
use crate::domain::{SecretName, nearest};
use crate::store::{Batch, OpenStore, StoreError, StoredSecret, WriteTransaction};
use crate::versioning::{Refusal, VersionKey};

/// A transaction under way. Its methods are the operations of the contract; what they change is written
/// when the closure that was given to [`Vault::batch`] succeeds, wholly or not at all.
pub struct Changes<'a, 'b> {
    pub(super) transaction: &'a mut WriteTransaction<'b>,
}

impl Vault {
    /// Makes many changes in one transaction; they are undone together.
    ///
    /// # Errors
    /// The first error of `work`, after which nothing has changed; and those of the file.
    pub fn batch<T>(
        &mut self,
        work: impl FnOnce(&mut Changes<'_, '_>) -> Result<T, VaultError>,
    ) -> Result<T, VaultError> {
        self.write(Batch::Together, work)
    }

    pub(super) fn change<T>(
        &mut self,
        work: impl FnOnce(&mut Changes<'_, '_>) -> Result<T, VaultError>,
    ) -> Result<T, VaultError> {
        self.write(Batch::Single, work)
    }

    pub(super) fn write<T>(
        &mut self,
        batch: Batch,
        work: impl FnOnce(&mut Changes<'_, '_>) -> Result<T, VaultError>,
    ) -> Result<T, VaultError> {
        let moment = self.moment();
        let result = match &mut self.session {
            Session::Open(store) => {
                store.write(moment, batch, |transaction| work(&mut Changes { transaction }))
            }
            _ => self.store().map(|_| ()).and(Err(VaultError::Busy)),
        };
        self.end_if_fatal(result)
    }
}

/// A fresh identity for a version: a random positive 63-bit integer.
pub(super) fn make_version_key() -> Result<VersionKey, VaultError> {
    KeyRange::ALL.draw()
}

/// Where the keys of versions are drawn from. An import draws those of each secret behind those of the secret before:
/// SQLite fills pages that only grow at their end, and leaves a fifth of the others empty.
#[derive(Debug, Clone, Copy)]
pub(super) struct KeyRange {
    start: u64,
    size: u64,
}

impl KeyRange {
    const ALL: Self = Self { start: 0, size: 1 << 63 };

    /// The range of the secret at a position of so many.
    pub(super) fn at(position: usize, count: usize) -> Self {
        let size = Self::ALL.size / (count as u64).max(1);
        Self { start: size * position as u64, size }
    }

    /// A key that nobody can foresee.
    pub(super) fn draw(self) -> Result<VersionKey, VaultError> {
        let random = crypto::make_random::<8>().map_err(StoreError::from)?;
        let key = self.start + u64::from_be_bytes(random) % self.size;
        Ok(VersionKey(key as i64))
    }
}

impl Changes<'_, '_> {
    /// As [`no_such_secret`].
    pub(super) fn no_such_secret(&mut self, name: &SecretName) -> VaultError {
        no_such_secret(self.transaction.all_names(), name)
    }
}

/// The refusal of a name that no secret has. Where the names cannot be read the refusal stands all the same.
fn no_such_secret(names: Result<Vec<SecretName>, StoreError>, name: &SecretName) -> VaultError {
    let near = nearest(name.as_str(), names.unwrap_or_default());
    Refusal::NoSuchSecret { name: name.clone(), near }.into()
}

/// Opens a secret for looking.
pub(super) fn look(store: &mut OpenStore, name: &SecretName) -> Result<StoredSecret, VaultError> {
    match store.secret(name)? {
        Some(secret) => Ok(secret),
        None => Err(no_such_secret(store.all_names(), name)),
    }
}

/// A request that was planned from one state holds only for that state.
pub(super) fn refuse_if_changed(
    secret: &StoredSecret,
    expected: Option<StateToken>,
) -> Result<(), VaultError> {
    match expected {
        Some(StateToken(expected)) if expected != secret.tag() => {
            Err(Refusal::Changed { name: secret.state().name.clone() }.into())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_secret_of_an_import_draws_behind_the_one_before() {
        for count in [1, 2, 3, 1_000, 1 << 40] {
            for position in [0, count / 2, count - 1] {
                let KeyRange { start, size } = KeyRange::at(position, count);
                assert!(start + size <= 1 << 63, "{position} of {count}");
                let VersionKey(key) = KeyRange::at(position, count).draw().unwrap();
                assert!((start..start + size).contains(&(key as u64)), "{position} of {count}");
                if position > 0 {
                    let before = KeyRange::at(position - 1, count);
                    assert!(before.start + before.size <= start, "{position} of {count}");
                }
            }
        }
    }
}
