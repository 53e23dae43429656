//! Copies of the vault that travel: to a stick, a server, a repository.

use std::path::Path;

use super::Vault;
use super::error::VaultError;
pub use crate::store::Replaced;

impl Vault {
    /// Copies the vault into a new file of mode 0600, for somebody else to fetch. Other than a backup it is neither
    /// remembered nor checked a second time.
    ///
    /// # Errors
    /// [`VaultError::VaultExists`], [`VaultError::System`]; nothing is left behind then.
    pub fn copy_out(&mut self, copy: &Path) -> Result<(), VaultError> {
        self.read(|store| Ok(store.copy_out(copy)?))
    }
}

/// Copies a vault file that others may be changing into a new file of mode 0600. No key is needed.
///
/// # Errors
/// [`VaultError::NoVault`], [`VaultError::NotAVault`], [`VaultError::Busy`], [`VaultError::System`]; nothing is left
/// behind then.
pub fn copy_of_file(path: &Path, copy: &Path) -> Result<(), VaultError> {
    Ok(crate::store::copy_of(path, copy)?)
}

/// Puts a copy in the place of the vault file at `path`, if that is still in the state of the copy `seen`; without
/// `seen`, if there is none yet.
///
/// # Errors
/// As [`copy_of_file`]; what was there is there then.
pub fn put_in_place(copy: &Path, seen: Option<&Path>, path: &Path) -> Result<Replaced, VaultError> {
    Ok(crate::store::put_in_place(copy, seen, path)?)
}
