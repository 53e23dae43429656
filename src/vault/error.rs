//! Every way in which the vault can fail, each with a code, a sentence and a hint.

use std::path::PathBuf;

use thiserror::Error;

use crate::domain::{ErrorCode, SecretName, Timestamp};
use crate::store::StoreError;
use crate::versioning::Refusal;

/// Why the vault did not do what was asked. Never names a value, a key, a password, SQL or the text of a
/// library about them.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum VaultError {
    /// A rule of the contract says no; nothing changed.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The password (or key file) opens nothing.
    #[error("wrong password")]
    WrongPassword,
    /// The vault was made with a key file and none was given.
    #[error("this vault needs its key file besides the password")]
    KeyFileNeeded,
    /// A key file was given for a vault that was made without one.
    #[error("this vault was made without a key file")]
    KeyFileNotNeeded,
    /// The session ended: the vault was locked, or its key was replaced elsewhere.
    #[error("the vault is locked: {reason}")]
    Locked {
        /// What locked it.
        reason: String,
    },
    /// What was given as a password or key file is malformed.
    #[error("{0}")]
    BadCredentials(String),
    /// The file is damaged or was tampered with.
    #[error("the vault is damaged or was tampered with: {what}")]
    Integrity {
        /// What does not agree.
        what: String,
    },
    /// The file is older than what this machine has seen.
    #[error(
        "this file is older than the one that was used here: its last change is number {found}, change {seen} was seen here on {when}"
    )]
    Older {
        /// The number of the last change in the file.
        found: u64,
        /// The number that was seen here.
        seen: u64,
        /// When it was seen.
        when: Timestamp,
    },
    /// The file went another way than the one that this machine has seen.
    #[error(
        "this file is another branch of the vault that was used here: change {number} is not the one that was seen"
    )]
    OtherBranch {
        /// The number of the change that differs.
        number: u64,
    },
    /// The vault at this path is not the one that this machine has seen there.
    #[error("the vault at this path is not the one that was used here")]
    OtherVault,
    /// Opening would take more memory than is taken without asking.
    #[error("unlocking this vault takes {mebibytes} MiB of memory")]
    ExpensiveKdf {
        /// How much.
        mebibytes: u32,
    },
    /// The memory for the key derivation could not be had.
    #[error("there are not {mebibytes} MiB of memory to derive the key")]
    OutOfMemory {
        /// How much.
        mebibytes: u32,
    },
    /// There is no vault.
    #[error("there is no vault at {}", path.display())]
    NoVault {
        /// Where.
        path: PathBuf,
    },
    /// This machine remembers a vault that is not there any more.
    #[error("the vault that was used at {} is gone", path.display())]
    VaultGone {
        /// Where.
        path: PathBuf,
    },
    /// What is there is no vault.
    #[error("'{}' is not an etui vault", path.display())]
    NotAVault {
        /// Where.
        path: PathBuf,
        /// What it is instead.
        why: String,
    },
    /// An older etui was cut short while it made a vault; it holds nothing.
    #[error("the vault at {} was never finished: `etui init` was interrupted", path.display())]
    Unfinished {
        /// Where.
        path: PathBuf,
    },
    /// Another file was put in the place of the vault while a change was committed.
    #[error(
        "another file was put in the place of the vault while the change was stored; {}",
        where_saved(saved)
    )]
    Replaced {
        /// Where the vault with the change was written, or why it could not be.
        saved: Result<PathBuf, String>,
    },
    /// A commit failed, and it could not be told how it ended.
    #[error("it is not known whether it was stored: {doing} failed: {reason}")]
    Unknown {
        /// What was being done, to what.
        doing: String,
        /// The system's own words.
        reason: String,
    },
    /// A vault (or another file) is there already.
    #[error("'{}' already exists", path.display())]
    VaultExists {
        /// Where.
        path: PathBuf,
    },
    /// A file is there already, and is not replaced.
    #[error("'{}' already exists", path.display())]
    FileExists {
        /// Where.
        path: PathBuf,
    },
    /// What is there cannot be replaced by a file.
    #[error("'{}' is not a regular file", path.display())]
    NoRegularFile {
        /// Where.
        path: PathBuf,
    },
    /// The file that was named as another vault is that of the open one.
    #[error("'{}' is the file of this vault itself", path.display())]
    SameFile {
        /// Where.
        path: PathBuf,
    },
    /// What was named as another vault is a copy of this one.
    #[error("it is a copy of this vault")]
    SameVault {
        /// Where.
        path: PathBuf,
    },
    /// The other copy is one of another vault.
    #[error("'{}' is not a copy of this vault", path.display())]
    AnotherVault {
        /// Where.
        path: PathBuf,
    },
    /// The other file has the id of this vault, and not one change in common with it.
    #[error("'{}' has the id of this vault, and shares none of its history", path.display())]
    Unrelated {
        /// Where.
        path: PathBuf,
    },
    /// What a merge writes needs the newest format.
    #[error("the vault '{}' is in an old format, in which nothing can be merged", path.display())]
    UpgradeFirst {
        /// Where.
        path: PathBuf,
    },
    /// Secrets were removed for good in one copy and live in the other, and nobody said what holds.
    #[error("removed for good in one copy and alive in the other: {}", listed(names))]
    PurgedInOneCopy {
        /// Their names.
        names: Vec<SecretName>,
    },
    /// Another process holds the vault.
    #[error("another process holds the vault")]
    Busy,
    /// The password changed elsewhere between unlocking and this change of password.
    #[error("the master password was changed elsewhere meanwhile")]
    HeaderChanged,
    /// Whoever watched it said so; nothing was changed.
    #[error("it was stopped")]
    Stopped,
    /// What this copy of the vault is called cannot be looked up, and a version id was to be suggested.
    #[error("{0}")]
    NotNamed(String),
    /// A KDF cost that etui does not accept.
    #[error("{0}")]
    KdfOutOfRange(String),
    /// The operating system says no.
    #[error("{doing} failed: {reason}")]
    System {
        /// What was being done, to what.
        doing: String,
        /// The system's own words.
        reason: String,
    },
}

fn listed(names: &[SecretName]) -> String {
    names.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", ")
}

fn where_saved(saved: &Result<PathBuf, String>) -> String {
    match saved {
        Ok(path) => format!("the vault with the change is '{}'", path.display()),
        Err(reason) => format!("the change is lost, since it could not be written beside it: {reason}"),
    }
}

impl From<StoreError> for VaultError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Integrity(what) => Self::Integrity { what },
            StoreError::WrongPassword => Self::WrongPassword,
            StoreError::KeyReplaced(reason) => Self::Locked { reason },
            StoreError::Older { found, seen, when } => Self::Older { found, seen, when },
            StoreError::OtherBranch { number } => Self::OtherBranch { number },
            StoreError::OtherVault => Self::OtherVault,
            StoreError::Missing(path) => Self::NoVault { path },
            StoreError::Exists(path) => Self::VaultExists { path },
            StoreError::Busy => Self::Busy,
            StoreError::OutOfMemory { mebibytes } => Self::OutOfMemory { mebibytes },
            StoreError::HeaderChanged => Self::HeaderChanged,
            StoreError::Moved => Self::Refused(Refusal::VaultChanged),
            StoreError::Stopped => Self::Stopped,
            StoreError::System { doing, reason } => Self::System { doing, reason },
            StoreError::NoVault { path, why } => Self::NotAVault { path, why },
            StoreError::Unknown { doing, reason } => Self::Unknown { doing, reason },
            StoreError::Replaced { saved } => Self::Replaced { saved },
        }
    }
}

impl VaultError {
    /// The code of the contract.
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::WrongPassword | Self::KeyFileNeeded | Self::KeyFileNotNeeded | Self::Locked { .. } => {
                ErrorCode::NotUnlocked
            }
            Self::BadCredentials(_)
            | Self::KdfOutOfRange(_)
            | Self::VaultExists { .. }
            | Self::FileExists { .. }
            | Self::NoRegularFile { .. }
            | Self::SameFile { .. }
            | Self::SameVault { .. }
            | Self::AnotherVault { .. }
            | Self::NoVault { .. }
            | Self::VaultGone { .. }
            | Self::NotAVault { .. }
            | Self::Unfinished { .. }
            | Self::NotNamed(_) => ErrorCode::InvalidParameter,
            Self::Integrity { .. }
            | Self::Older { .. }
            | Self::OtherBranch { .. }
            | Self::OtherVault
            | Self::Unrelated { .. } => ErrorCode::IntegrityFailure,
            Self::UpgradeFirst { .. } => ErrorCode::UnsupportedOperation,
            Self::PurgedInOneCopy { .. } => ErrorCode::ResourceExist,
            Self::HeaderChanged => ErrorCode::ResourceChanged,
            Self::Busy => ErrorCode::VaultBusy,
            Self::Stopped => ErrorCode::InternalFailure,
            Self::ExpensiveKdf { .. } => ErrorCode::NotUnlocked,
            Self::OutOfMemory { .. } | Self::System { .. } | Self::Replaced { .. } | Self::Unknown { .. } => {
                ErrorCode::InternalFailure
            }
        }
    }

    /// What to do next; empty where the sentence says it.
    pub fn hint(&self) -> String {
        match self {
            Self::Refused(refusal) => refusal.hint(),
            Self::WrongPassword => "try again".to_owned(),
            Self::KeyFileNeeded => "name it with --key-file or ETUI_KEY_FILE".to_owned(),
            Self::KeyFileNotNeeded => "leave --key-file and ETUI_KEY_FILE out".to_owned(),
            Self::Locked { .. } => "unlock it again".to_owned(),
            Self::BadCredentials(_) => String::new(),
            Self::Integrity { .. } => {
                "do not use this file: run `etui verify` to see what is wrong, and restore a backup"
                    .to_owned()
            }
            Self::Older { .. } => {
                "if you restored a backup, accept it with --accept-older; else find the newer file".to_owned()
            }
            Self::OtherBranch { .. } => {
                "if you want to continue with this branch, accept it with --accept-other".to_owned()
            }
            Self::OtherVault => "if you put it there, accept it with --accept-other".to_owned(),
            Self::ExpensiveKdf { .. } => {
                "if the file is yours and this machine has the memory, allow it with --allow-expensive-kdf"
                    .to_owned()
            }
            Self::OutOfMemory { .. } => "close other programs, or unlock on a larger machine".to_owned(),
            Self::NoVault { .. } => "create one with `etui init`, or name another with --vault".to_owned(),
            Self::VaultGone { .. } => {
                "find it or restore a backup; `etui init` creates a new one in its place".to_owned()
            }
            Self::NotAVault { why, .. } => format!("{why}: name another file"),
            Self::Unfinished { .. } => "run `etui init` again: it replaces what is there".to_owned(),
            Self::Replaced { saved: Ok(path) } => {
                format!("bring both together: `etui merge '{}'`", path.display())
            }
            Self::Replaced { saved: Err(_) } => "make the change again".to_owned(),
            Self::Unknown { .. } => "look with `etui log` before you make the change again".to_owned(),
            Self::VaultExists { .. } => "choose another path; nothing was overwritten".to_owned(),
            Self::FileExists { .. } | Self::NoRegularFile { .. } => "choose another path".to_owned(),
            Self::SameFile { .. } => "name another vault".to_owned(),
            Self::SameVault { path } => {
                format!("bring both together with `etui merge '{}'`", path.display())
            }
            Self::AnotherVault { path } => {
                format!("bring its secrets in with `etui import etui '{}'`", path.display())
            }
            Self::Unrelated { .. } => "do not merge it: look at it with --vault".to_owned(),
            Self::UpgradeFirst { path } => {
                format!("bring it into the newest format: `etui upgrade --vault '{}'`", path.display())
            }
            Self::PurgedInOneCopy { .. } => {
                "say what holds: --accept-purges removes them in both, --keep-purged keeps them in both"
                    .to_owned()
            }
            Self::Busy => "wait until it has finished, then try again".to_owned(),
            Self::HeaderChanged => "unlock with the new password, then decide again".to_owned(),
            Self::Stopped => "nothing was changed".to_owned(),
            Self::NotNamed(_) => "run `etui config default` to see what can be set".to_owned(),
            Self::KdfOutOfRange(_) => String::new(),
            Self::System { .. } => "nothing was changed".to_owned(),
        }
    }
}
