//! Why something was not done.

use crate::config::remotes::NoSuchRemote;
use crate::crypto::CryptoError;
use crate::exchange::ExchangeError;
use crate::generator::GeneratorError;
use crate::vault::{OtherFileError, VaultError};

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The vault says so.
    Vault(VaultError),
    /// Something else does: what happened, and what to do next, which may be empty.
    Told { sentence: String, hint: String },
}

impl Failure {
    /// A failure in words of our own.
    pub fn told(sentence: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Told { sentence: sentence.into(), hint: hint.into() }
    }

    pub fn sentence(&self) -> String {
        match self {
            Self::Vault(error) => error.to_string(),
            Self::Told { sentence, .. } => sentence.clone(),
        }
    }

    /// What to do next; may be empty.
    pub fn hint(&self) -> String {
        match self {
            Self::Vault(VaultError::FileExists { .. }) => {
                "choose another path; existing files are never overwritten here".to_owned()
            }
            Self::Vault(
                VaultError::Older { .. } | VaultError::OtherBranch { .. } | VaultError::OtherVault,
            ) => "type the password to go on with it or not".to_owned(),
            Self::Vault(error) => error.hint(),
            Self::Told { hint, .. } => hint.clone(),
        }
    }

    /// Both in one line.
    pub fn line(&self) -> String {
        match self.hint().as_str() {
            "" => self.sentence(),
            hint => format!("{}: {hint}", self.sentence()),
        }
    }

    /// Whether it was stopped because that was wished for.
    pub fn was_stopped(&self) -> bool {
        *self == Self::Vault(VaultError::Stopped)
    }

    /// Whether nothing of the vault may be shown any more, where it is a failure of the open vault.
    pub const fn ends_session(&self) -> bool {
        matches!(
            self,
            Self::Vault(
                VaultError::Locked { .. }
                    | VaultError::Integrity { .. }
                    | VaultError::Older { .. }
                    | VaultError::OtherBranch { .. }
                    | VaultError::OtherVault
                    | VaultError::VaultGone { .. }
            )
        )
    }
}

impl From<VaultError> for Failure {
    fn from(error: VaultError) -> Self {
        Self::Vault(error)
    }
}

impl From<OtherFileError> for Failure {
    fn from(error: OtherFileError) -> Self {
        Self::told(error.to_string(), error.hint())
    }
}

impl From<ExchangeError> for Failure {
    fn from(error: ExchangeError) -> Self {
        Self::told(error.to_string(), error.hint())
    }
}

impl From<CryptoError> for Failure {
    fn from(error: CryptoError) -> Self {
        Self::told(error.to_string(), "nothing was changed")
    }
}

impl From<NoSuchRemote> for Failure {
    fn from(none: NoSuchRemote) -> Self {
        Self::told(none.to_string(), none.hint())
    }
}

impl From<GeneratorError> for Failure {
    fn from(error: GeneratorError) -> Self {
        Self::told(error.to_string(), error.hint())
    }
}
