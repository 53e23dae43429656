//! Changes in one transaction: one, or many that belong together.

use super::copy_naming::CopyNaming;
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
    pub(super) keys: VersionKeys,
    pub(super) copy: &'a CopyNaming,
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
        let copy = &self.environment.copy;
        let result = match &mut self.session {
            Session::Open(store) => {
                store.write(moment, batch, |transaction| work(&mut Changes::of(transaction, copy)))
            }
            _ => self.store().map(|_| ()).and(Err(VaultError::Busy)),
        };
        self.end_if_fatal(result)
    }
}

/// An identity for a version that is planned but not stored.
pub(super) fn make_version_key() -> Result<VersionKey, VaultError> {
    VersionKeys::default().draw()
}

/// The identities of the versions that one transaction stores, positive 63-bit integers: the first is random among
/// all, and each of the others lies a random distance behind the one before. SQLite fills pages that only grow at
/// their end, and leaves a fifth of the others empty. Transactions begin far apart: where two copies of a vault gave
/// one id to two versions, the first digits of the keys tell these apart.
#[derive(Debug, Default)]
pub(super) struct VersionKeys {
    last: u64,
}

impl VersionKeys {
    /// One more than the greatest.
    const END: u64 = 1 << 63;
    /// From how many the next one is drawn, so that nobody can foresee it.
    const NEXT: u64 = 1 << 40;

    /// Draws one that is greater than those before, as long as there are so many.
    pub(super) fn draw(&mut self) -> Result<VersionKey, VaultError> {
        let (start, size) = match self.last {
            0 => (0, Self::END),
            last if last > Self::END - Self::NEXT => (0, Self::END),
            last => (last, Self::NEXT),
        };
        let random = crypto::make_random::<8>().map_err(StoreError::from)?;
        self.last = start + 1 + u64::from_be_bytes(random) % (size - 1);
        Ok(VersionKey(self.last as i64))
    }
}

impl<'a, 'b> Changes<'a, 'b> {
    pub(super) fn of(transaction: &'a mut WriteTransaction<'b>, copy: &'a CopyNaming) -> Self {
        Self { transaction, keys: VersionKeys::default(), copy }
    }
}

impl Changes<'_, '_> {
    /// A fresh identity for a version that is stored now.
    pub(super) fn make_version_key(&mut self) -> Result<VersionKey, VaultError> {
        self.keys.draw()
    }

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
    fn each_key_of_a_transaction_lies_behind_the_one_before() {
        let mut keys = VersionKeys::default();
        let mut drawn = Vec::new();
        for _ in 0..1_000 {
            let VersionKey(key) = keys.draw().unwrap();
            drawn.push(key as u64);
        }
        let steps: Vec<u64> = drawn.windows(2).map(|pair| pair[1].wrapping_sub(pair[0])).collect();
        assert!(steps.iter().all(|step| (1..VersionKeys::NEXT).contains(step)), "{steps:?}");
        assert!(steps.iter().any(|step| *step > VersionKeys::NEXT / 2), "{steps:?}");
    }

    #[test]
    fn where_no_keys_are_left_behind_the_last_one_all_are_drawn_from() {
        for last in [VersionKeys::END - VersionKeys::NEXT + 1, VersionKeys::END - 1] {
            let VersionKey(key) = VersionKeys { last }.draw().unwrap();
            assert!((1..last).contains(&(key as u64)), "{key} behind {last}");
        }
    }

    // Guards: the keys of two copies that stored one version each began with the same digits, where all keys lay
    // behind the greatest.
    #[test]
    fn the_keys_of_two_transactions_differ_in_their_first_digits() {
        let first_digits = || VersionKeys::default().draw().unwrap().0 >> 48;
        let drawn: std::collections::HashSet<i64> = (0..64).map(|_| first_digits()).collect();
        assert!(drawn.len() > 56, "{drawn:?}");
    }
}
