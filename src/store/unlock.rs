//! From a password to the key of a vault.

use super::error::StoreError;
use super::new_vault::new_arena;
use super::vault_file::VaultFile;
use crate::crypto::{self, KeyFile, MasterPassword, VaultKey};

/// Derives what opens the wrapped vault key, and opens it; takes as long as the header's cost says and touches no file.
///
/// # Errors
/// [`StoreError::WrongPassword`], [`StoreError::OutOfMemory`], and [`StoreError::Integrity`] where the
/// password is right by the commitment and the wrapped key still does not open.
pub fn open_vault_key(
    file: &VaultFile,
    password: &MasterPassword,
    key_file: Option<&KeyFile>,
) -> Result<VaultKey, StoreError> {
    let arena = new_arena()?;
    let header = file.header();
    let root = crypto::derive_root(&arena, password, key_file, &header.salt, &header.cost)?;
    root.check_commitment(&header.commitment)?;
    root.derive_key_encryption_key()
        .unwrap(&file.row.wrapped_key, &file.row.header)
        .map_err(|_| StoreError::integrity("its wrapped key does not open"))
}
