//! Why a copy could not be fetched or put back.

use std::io;

use thiserror::Error;

use crate::domain::{ErrorCode, reason};
use crate::platform::signals::Interrupted;
use crate::vault::{OtherFileError, VaultError};

/// Why a carrier did not do what was asked.
#[derive(Debug, Error)]
pub enum CarrierError {
    /// The vault file there, or the own one, could not be used.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// What is there is no vault, or damaged.
    #[error(transparent)]
    There(OtherFileError),
    /// The folder in which the copy is to lie is not there.
    #[error("the folder '{0}' of the remote is not there")]
    NoFolder(String),
    /// A program that carries is not there.
    #[error("'{0}' is not installed: it is needed for this remote")]
    NoProgram(&'static str),
    /// A program failed to fetch what is there; its last words.
    #[error("{doing} failed: {reason}")]
    NotFetched {
        /// What was being done, to what.
        doing: String,
        /// What the program said.
        reason: String,
    },
    /// A program failed to put the result there; its last words.
    #[error("{doing} failed: {reason}")]
    NotPut {
        /// What was being done, to what.
        doing: String,
        /// What the program said.
        reason: String,
    },
    /// Somebody has the vault there open, or left a journal beside it.
    #[error("the vault at {0} has a journal beside it: it is in use there, or a change of it was cut short")]
    InUse(String),
    /// A repository is locked by a git that runs there, or that was killed.
    #[error("{doing} failed: '{lock}' is in the way: another git is running there, or was killed")]
    Locked {
        /// What was being done, to what.
        doing: String,
        /// The lock, as git there calls it.
        lock: String,
    },
    /// The system said no here.
    #[error("{doing} failed: {reason}")]
    System {
        /// What was being done.
        doing: String,
        /// The system's own words.
        reason: String,
    },
    /// Others were quicker each time.
    #[error("others changed the copy there each time: nothing was uploaded")]
    Contended,
    /// A signal asked etui to end.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
}

impl CarrierError {
    /// The same, about the file at a remote: a fault of it is none of the own vault.
    pub(super) fn there(self, called: &str) -> Self {
        match self {
            Self::Vault(error) => {
                OtherFileError::about(&error, called).map_or(Self::Vault(error), Self::There)
            }
            error => error,
        }
    }

    pub(super) fn system(doing: impl Into<String>, error: &io::Error) -> Self {
        Self::System { doing: doing.into(), reason: reason(error) }
    }

    /// The code that ends a command with the right exit code.
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::Vault(error) => error.code(),
            Self::There(error) => error.code(),
            Self::NoFolder(_) => ErrorCode::InvalidParameter,
            Self::InUse(_) | Self::Locked { .. } | Self::Contended => ErrorCode::VaultBusy,
            Self::NoProgram(_)
            | Self::NotFetched { .. }
            | Self::NotPut { .. }
            | Self::System { .. }
            | Self::Interrupted(_) => ErrorCode::InternalFailure,
        }
    }

    /// What to do next; empty where there is nothing to add.
    pub fn hint(&self) -> String {
        match self {
            Self::Vault(error) => error.hint(),
            Self::There(error) => error.hint(),
            Self::NoFolder(_) => {
                "connect and mount what it lies on, or correct the address: `etui remote list` shows it"
                    .to_owned()
            }
            Self::NoProgram(_) | Self::System { .. } | Self::Interrupted(_) => String::new(),
            Self::NotFetched { .. } => "check its address with `etui remote list`".to_owned(),
            Self::NotPut { .. } => "what was there is merged here; run `etui sync` again".to_owned(),
            Self::Locked { lock, .. } => {
                format!("if no git is running there, delete '{lock}', then run `etui sync` again")
            }
            Self::InUse(_) => {
                "use another file as the remote: it is a place to meet, not a vault in use".to_owned()
            }
            Self::Contended => "what is there is merged here; run `etui sync` again".to_owned(),
        }
    }
}
