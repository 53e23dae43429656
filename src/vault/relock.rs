//! Changing what locks a vault: another password, another key file, another vault key. The steps and their order
//! are here for every front end.

use std::fs;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::access::{Credentials, KeyIdentity, make_key_file};
use super::error::VaultError;
use super::private_file::{Existing, place_secret_file};
use super::{KdfCost, Progress, Vault};
use crate::memory::SecretBytes;

/// What is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relocking {
    /// The password, key file and cost.
    Password,
    /// The vault key too: everything is encrypted again.
    VaultKey,
}

/// What becomes of the key file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NewKeyFile {
    /// The present one stays in use, where there is one.
    Keep,
    /// A new one is made here, and needed from then on.
    Make(PathBuf),
    /// None is needed any more.
    Drop,
}

/// A request to change what locks a vault.
pub struct Relock {
    /// What is replaced.
    pub what: Relocking,
    /// What opens the vault now.
    pub present: Credentials,
    /// The new password.
    pub password: SecretBytes,
    /// The text of the key file that is in use now, where there is one.
    pub present_key_file: Option<SecretBytes>,
    /// The key file from then on.
    pub key_file: NewKeyFile,
    /// What deriving the key is to cost; `None`: see [`Vault::cost_for_new_locks`].
    pub cost: Option<KdfCost>,
}

/// What was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relocked {
    /// What was replaced.
    pub what: Relocking,
    /// What deriving the key costs now.
    pub cost: KdfCost,
    /// The key file that was made for it.
    pub made_key_file: Option<PathBuf>,
    /// Copies that were made on this machine and still open with the old password.
    pub backups: Vec<PathBuf>,
    /// The vault key that was in use before: an agent may still keep it.
    pub identity_before: KeyIdentity,
}

/// Why nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{error}")]
pub struct RelockFailed {
    /// The failure.
    pub error: VaultError,
    /// A key file that was made and is not in use. It stays: if the change is in the file after all, the vault
    /// opens with nothing else.
    pub unused_key_file: Option<PathBuf>,
}

impl From<VaultError> for RelockFailed {
    fn from(error: VaultError) -> Self {
        Self { error, unused_key_file: None }
    }
}

impl RelockFailed {
    /// Says where the unused key file is, if there is one.
    pub fn about_key_file(&self) -> Option<String> {
        let path = self.unused_key_file.as_ref()?;
        Some(format!("the new key file '{}' is there and not in use", path.display()))
    }
}

/// Refuses a path for a new key file where something is already; to be asked before a password is.
///
/// # Errors
/// [`VaultError::FileExists`].
pub fn refuse_existing(path: &Path) -> Result<(), VaultError> {
    match fs::symlink_metadata(path) {
        Err(_) => Ok(()),
        Ok(_) => Err(VaultError::FileExists { path: path.to_owned() }),
    }
}

impl Vault {
    /// Changes the password, or the vault key too. `progress` is told how far a new vault key is; it cannot be
    /// stopped.
    ///
    /// # Errors
    /// Those of [`change_password`](Self::change_password), [`rekey`](Self::rekey) and
    /// [`cost_for_new_locks`](Self::cost_for_new_locks), and [`VaultError::FileExists`]; nothing was changed then.
    pub fn relock(
        &mut self,
        request: Relock,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Relocked, RelockFailed> {
        let Relock { what, present, password, present_key_file, key_file, cost } = request;
        let (kept, path) = match key_file {
            NewKeyFile::Keep => (present_key_file, None),
            NewKeyFile::Make(path) => (None, Some(path)),
            NewKeyFile::Drop => (None, None),
        };
        let made = match path {
            Some(path) => {
                refuse_existing(&path)?;
                Some((path, make_key_file()?))
            }
            None => None,
        };
        let new = Credentials::new(password, made.as_ref().map(|(_, text)| text).or(kept.as_ref()))?;
        let identity_before = self.key_identity()?;
        let cost = cost.map_or_else(|| self.cost_for_new_locks(), Ok)?;
        // First the key file: a vault whose key file could not be written would never open.
        if let Some((path, text)) = &made {
            place_secret_file(path, text, Existing::Keep)?;
        }
        let made_key_file = made.map(|(path, _)| path);
        let changed = match what {
            Relocking::Password => self.change_password(&present, &new, cost),
            Relocking::VaultKey => self.rekey(&present, &new, cost, progress),
        };
        match changed {
            Ok(()) => {
                Ok(Relocked { what, cost, made_key_file, backups: self.known_backups(), identity_before })
            }
            Err(error) => {
                let unused_key_file = made_key_file.filter(|path| {
                    // Here it is certain that nothing was written.
                    error != VaultError::WrongPassword || fs::remove_file(path).is_err()
                });
                Err(RelockFailed { error, unused_key_file })
            }
        }
    }
}
