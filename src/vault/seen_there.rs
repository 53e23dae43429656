//! What was last seen at a remote, kept for this vault; and the rows that secrets are told by whatever they are called.

use std::collections::HashMap;

use super::Vault;
use super::error::VaultError;
use crate::domain::SecretName;
use crate::memory::SecretBytes;

impl Vault {
    /// Keeps what was seen at a remote: sealed under a key that is derived from the vault key, in the state
    /// directory. Where this machine remembers nothing, nothing is kept.
    ///
    /// # Errors
    /// Where the session has ended, or nothing can be written.
    pub fn keep_seen_there(&mut self, remote: &str, bytes: &SecretBytes) -> Result<(), VaultError> {
        Ok(self.store()?.keep_seen_there(remote, bytes)?)
    }

    /// What was kept of a remote; `None` where nothing was, or where it does not open any more.
    pub fn kept_seen_there(&mut self, remote: &str) -> Option<SecretBytes> {
        self.store().ok()?.kept_seen_there(remote)
    }

    /// The name of every secret, by its row id: a secret keeps it when it is renamed.
    ///
    /// # Errors
    /// [`VaultError::Integrity`], and those of the file.
    pub fn names_by_row(&mut self) -> Result<HashMap<[u8; 16], SecretName>, VaultError> {
        self.read(|store| Ok(store.names_by_row()?))
    }
}
