//! From a password to the keys of a vault.

use super::error::StoreError;
use super::new_vault::new_arena;
use super::vault_file::VaultFile;
use crate::crypto::{self, KeyFile, MasterPassword, VaultKeys};

/// Derives the keys of a vault; takes as long as the header's cost says and touches no file.
///
/// # Errors
/// [`StoreError::WrongPassword`], [`StoreError::OutOfMemory`], and [`StoreError::Integrity`] where the
/// password is right by the commitment and the wrapped key still does not open.
pub fn derive_keys(
    file: &VaultFile,
    password: &MasterPassword,
    key_file: Option<&KeyFile>,
) -> Result<VaultKeys, StoreError> {
    let arena = new_arena()?;
    let header = file.header();
    let root = crypto::derive_root(&arena, password, key_file, &header.salt, &header.cost)?;
    root.check_commitment(&header.commitment)?;
    let vault_key = root
        .derive_key_encryption_key()
        .unwrap(&file.row.wrapped_key, &file.row.header)
        .map_err(|_| StoreError::integrity("its wrapped key does not open"))?;
    Ok(vault_key.derive_keys(&header.vault_id))
}
