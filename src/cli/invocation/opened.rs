//! What an unlock gives to those who need more than the vault.

use crate::vault::{Credentials, Vault, VaultKey};

/// An unlocked vault and what opened it.
pub(in crate::cli) struct Opened {
    pub(in crate::cli) vault: Vault,
    /// For the agent and for nobody else.
    pub(in crate::cli) key: VaultKey,
    pub(in crate::cli) credentials: Credentials,
    /// Whether somebody typed the password just now.
    pub(in crate::cli) was_typed: bool,
}
