//! What is wrong with another file than that of the open vault. The sentences and hints of [`VaultError`] are about the
//! user's own one: read as such, they say that it is lost.

use thiserror::Error;

use super::error::VaultError;
use crate::domain::ErrorCode;

/// A fault of another file.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}", self.sentence())]
pub struct OtherFileError {
    called: String,
    fault: Fault,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Fault {
    Missing,
    NoVault { why: String },
    Unfinished,
    Damaged { what: String },
}

impl OtherFileError {
    /// What an error says of a file, a path or a remote, that is called so; `None`: it is about something else.
    pub fn about(error: &VaultError, called: &str) -> Option<Self> {
        let fault = match error {
            VaultError::NoVault { .. } => Fault::Missing,
            VaultError::NotAVault { why, .. } => Fault::NoVault { why: why.clone() },
            VaultError::Unfinished { .. } => Fault::Unfinished,
            VaultError::Integrity { what } => Fault::Damaged { what: what.clone() },
            _ => return None,
        };
        Some(Self { called: called.to_owned(), fault })
    }

    fn sentence(&self) -> String {
        let called = &self.called;
        match &self.fault {
            Fault::Missing => format!("there is no vault at '{called}'"),
            Fault::NoVault { .. } => format!("'{called}' is not an etui vault"),
            Fault::Unfinished => format!("'{called}' was never finished: whoever created it was interrupted"),
            Fault::Damaged { what } => format!("'{called}' is damaged or was tampered with: {what}"),
        }
    }

    /// The code of the contract.
    pub const fn code(&self) -> ErrorCode {
        match self.fault {
            Fault::Missing | Fault::NoVault { .. } | Fault::Unfinished => ErrorCode::InvalidParameter,
            Fault::Damaged { .. } => ErrorCode::IntegrityFailure,
        }
    }

    /// What to do next.
    pub fn hint(&self) -> String {
        match &self.fault {
            Fault::Missing => "check the path, or name another file".to_owned(),
            Fault::NoVault { why } => format!("{why}: name another file"),
            Fault::Unfinished => "name another file".to_owned(),
            Fault::Damaged { .. } => {
                "your own vault is not concerned; do not use that file, take another copy or a backup of it"
                    .to_owned()
            }
        }
    }
}
