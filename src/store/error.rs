//! Why the store could not do what was asked.

use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::crypto::CryptoError;
use crate::domain::{Timestamp, reason};

/// A failure below the rules: the file, SQLite, the keys, the checks.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StoreError {
    /// What was read does not agree with what the keys vouch for.
    #[error("{0}")]
    Integrity(String),
    /// The password or key file opens nothing.
    #[error("wrong password")]
    WrongPassword,
    /// The key in this session is not the vault's any more.
    #[error("{0}")]
    KeyReplaced(String),
    /// The file is older than what was seen of it.
    #[error("the file is older than what was seen of it")]
    Older {
        /// The number of the file's last event.
        found: u64,
        /// The number that was seen.
        seen: u64,
        /// When it was seen.
        when: Timestamp,
    },
    /// The file's history is not the one that was seen.
    #[error("the file's history is not the one that was seen")]
    OtherBranch {
        /// The number of the event that differs.
        number: u64,
    },
    /// Another vault was seen at this path.
    #[error("another vault was seen at this path")]
    OtherVault,
    /// What is there is no vault, and does not say that it is one.
    #[error("'{}' is not an etui vault: {why}", path.display())]
    NoVault {
        /// Where.
        path: PathBuf,
        /// What it is instead.
        why: String,
    },
    /// There is no file.
    #[error("there is no vault at {}", .0.display())]
    Missing(PathBuf),
    /// There is a file where one is to be made.
    #[error("'{}' already exists", .0.display())]
    Exists(PathBuf),
    /// Another process holds the file.
    #[error("another process holds the vault")]
    Busy,
    /// The memory for the key derivation could not be had.
    #[error("there are not {mebibytes} MiB of memory to derive the key")]
    OutOfMemory {
        /// How much was asked for.
        mebibytes: u32,
    },
    /// The commit failed in a way that leaves open whether the change is in the file.
    #[error("it is not known whether it was stored: {doing} failed: {reason}")]
    Unknown {
        /// What was being done, to what.
        doing: String,
        /// The system's own words.
        reason: String,
    },
    /// Something else lies at the vault's path since the change was stored.
    #[error("the vault file was replaced while the change was stored")]
    Replaced {
        /// Where the vault with the change was written, or why it could not be.
        saved: Result<PathBuf, String>,
    },
    /// The vault is not in the state any more that this was planned from.
    #[error("the vault changed meanwhile")]
    Moved,
    /// Whoever watched it said so.
    #[error("it was stopped")]
    Stopped,
    /// The header is another than the one that the password opened.
    #[error("the header changed meanwhile")]
    HeaderChanged,
    /// The operating system says no.
    #[error("{doing} failed: {reason}")]
    System {
        /// What was being done, to what.
        doing: String,
        /// The system's own words.
        reason: String,
    },
}

impl StoreError {
    pub fn integrity(what: impl Into<String>) -> Self {
        Self::Integrity(what.into())
    }

    pub(super) fn system(doing: &str, path: &Path, error: &std::io::Error) -> Self {
        Self::System { doing: format!("{doing} {}", path.display()), reason: reason(error) }
    }
}

impl From<CryptoError> for StoreError {
    fn from(error: CryptoError) -> Self {
        match error {
            CryptoError::WrongPassword => Self::WrongPassword,
            CryptoError::KdfMemory { mebibytes } => Self::OutOfMemory { mebibytes },
            CryptoError::RandomUnavailable => Self::System {
                doing: "asking the system for random bytes".to_owned(),
                reason: "it has none".to_owned(),
            },
            other => Self::integrity(other.to_string()),
        }
    }
}
