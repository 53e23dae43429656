//! What this copy of the vault is called.

use std::fmt;

use super::error::VaultError;
use crate::domain::CopyName;

/// What this copy of the vault is called, for the version ids that it suggests. Whoever suggests none, as a command
/// that reads a value, does not look the name up.
pub struct CopyNaming(Box<dyn Fn() -> Result<Option<CopyName>, String> + Send>);

impl CopyNaming {
    /// A name that is known; `None`: the copy has none.
    pub fn known(name: Option<CopyName>) -> Self {
        Self::looked_up(move || Ok(name.clone()))
    }

    /// A name that is looked up where an id is suggested. An error is a sentence that says why it cannot be.
    pub fn looked_up(look_up: impl Fn() -> Result<Option<CopyName>, String> + Send + 'static) -> Self {
        Self(Box::new(look_up))
    }

    /// The name.
    ///
    /// # Errors
    /// [`VaultError::NotNamed`]: without the name that the copy should have, two copies would suggest one id.
    pub(super) fn name(&self) -> Result<Option<CopyName>, VaultError> {
        (self.0)().map_err(VaultError::NotNamed)
    }
}

impl fmt::Debug for CopyNaming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CopyNaming").finish_non_exhaustive()
    }
}
