//! Why something of another program could not be read.

use std::path::PathBuf;

use thiserror::Error;

use super::place::Place;
use crate::content::dotenv::DotenvError;
use crate::domain::{ErrorCode, NotBuilt};
use crate::platform::signals::Interrupted;

/// What is wrong with a file, a store or the programs that it needs. Never quotes a file.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ExchangeError {
    /// The file is not what its format says.
    #[error("{place}: {what}")]
    Malformed {
        /// Where.
        place: Place,
        /// What is wrong there.
        what: String,
    },
    /// The file is malformed; the sentence has the place.
    #[error("{0}")]
    InWords(String),
    /// There is nothing in the file.
    #[error("it is empty")]
    Empty,
    /// The file is of a format that is not read here.
    #[error("this is {what}")]
    Foreign {
        /// What it is, with its article.
        what: &'static str,
        /// How its content comes here.
        way: &'static str,
    },
    /// This build has no reader or writer for it.
    #[error("{lacks}")]
    NotBuilt {
        /// What it cannot do.
        lacks: NotBuilt,
        /// What to do without it.
        otherwise: &'static str,
    },
    /// The file has a password, and none is given.
    #[error("it has a password of its own")]
    Locked,
    /// The file has another password or another key file.
    #[error("its password or key file is wrong")]
    WrongLocks,
    /// The key file is not a key file.
    #[error("its key file is malformed")]
    KeyFileMalformed,
    /// Its key costs more memory or time than etui spends.
    #[error("{0}")]
    TooCostly(String),
    /// More would come out of it than etui reads.
    #[error("it is larger than {} MiB when it is unpacked", limit >> 20)]
    TooLarge {
        /// In bytes.
        limit: usize,
    },
    /// Its checksums do not fit, or pieces are missing.
    #[error("it is damaged or cut off")]
    Damaged,
    /// The file is of the right format, and closed.
    #[error("the file is encrypted by the program that wrote it")]
    Encrypted,
    /// No format is named, and none fits.
    #[error("the format of {name} is not recognised")]
    NotRecognised {
        /// The file in quotes, or stdin.
        name: String,
        /// The names of all formats.
        formats: String,
    },
    /// No format is named, and it is a table whose columns no format has.
    #[error("{name} looks like CSV, and its columns are those of no format")]
    UnknownColumns {
        /// The file in quotes, or stdin.
        name: String,
    },
    /// No format is named, and several fit.
    #[error("{name} can be read as {formats}")]
    Ambiguous {
        /// The file in quotes, or stdin.
        name: String,
        /// Their names.
        formats: String,
    },
    /// What is not text comes through a pipe.
    #[error("'{format}' cannot be read from stdin")]
    NotPiped {
        /// The name of its format.
        format: &'static str,
    },
    /// The operating system does not let us read it.
    #[error("cannot read '{}': {reason}", path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// The system's own words.
        reason: String,
    },
    /// A program that is needed is not there.
    #[error("the program '{program}' is needed and cannot be started")]
    NoProgram {
        /// Its name.
        program: String,
    },
    /// A program that is needed refused.
    #[error("'{program}' cannot {doing}")]
    ProgramFailed {
        /// Its name.
        program: String,
        /// What it was to do.
        doing: String,
    },
    /// The folder is not a password store.
    #[error("'{}' is not a password store", path.display())]
    NoStore {
        /// Where.
        path: PathBuf,
        /// What such a folder holds.
        mark: &'static str,
    },
    /// A store of age, and nobody says whose identities decrypt it.
    #[error("the entries are decrypted with identities of age, and no file of them is named")]
    NoIdentities,
    /// The identities are encrypted themselves.
    #[error("the identities of age have a passphrase, which age would ask for again with each entry")]
    IdentitiesLocked,
    /// A signal ended it.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
    /// The operating system says no.
    #[error("{doing} failed: {reason}")]
    System {
        /// What was being done, to what.
        doing: String,
        /// The system's own words.
        reason: String,
    },
}

impl ExchangeError {
    pub(super) fn malformed(place: Place, what: impl Into<String>) -> Self {
        Self::Malformed { place, what: what.into() }
    }

    /// Whether it is about what is in a file, which the sentence does not name.
    pub const fn is_about_content(&self) -> bool {
        matches!(
            self,
            Self::Malformed { .. }
                | Self::InWords(_)
                | Self::Empty
                | Self::Foreign { .. }
                | Self::NotBuilt { .. }
                | Self::Encrypted
                | Self::Locked
                | Self::WrongLocks
                | Self::KeyFileMalformed
                | Self::TooCostly(_)
                | Self::TooLarge { .. }
                | Self::Damaged
        )
    }

    /// Whether it is about what a file is closed with, or about opening it.
    pub(super) const fn is_about_locks(&self) -> bool {
        matches!(
            self,
            Self::Encrypted | Self::Locked | Self::WrongLocks | Self::KeyFileMalformed | Self::TooCostly(_)
        )
    }

    pub(super) fn in_words(sentence: impl Into<String>) -> Self {
        Self::InWords(sentence.into())
    }

    /// The code of the contract.
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::Malformed { .. }
            | Self::InWords(_)
            | Self::Empty
            | Self::Foreign { .. }
            | Self::NotBuilt { .. }
            | Self::Encrypted
            | Self::TooCostly(_)
            | Self::TooLarge { .. }
            | Self::Damaged
            | Self::NotRecognised { .. }
            | Self::UnknownColumns { .. }
            | Self::Ambiguous { .. }
            | Self::NotPiped { .. }
            | Self::Unreadable { .. }
            | Self::NoStore { .. } => ErrorCode::InvalidParameter,
            Self::Locked
            | Self::WrongLocks
            | Self::KeyFileMalformed
            | Self::NoIdentities
            | Self::IdentitiesLocked => ErrorCode::NotUnlocked,
            Self::NoProgram { .. }
            | Self::ProgramFailed { .. }
            | Self::Interrupted(_)
            | Self::System { .. } => ErrorCode::InternalFailure,
        }
    }

    /// What to do next.
    pub fn hint(&self) -> String {
        match self {
            Self::Empty => "check whether the command that wrote it failed".to_owned(),
            Self::Foreign { way, .. } => (*way).to_owned(),
            Self::NotBuilt { otherwise, .. } => format!("{otherwise}, or {}", NotBuilt::HINT),
            Self::Malformed { .. } | Self::InWords(_) => {
                "nothing was changed; correct the file, or name its format".to_owned()
            }
            Self::Encrypted => "export it again with a password of its own, or without encryption".to_owned(),
            Self::Locked => "give its password with --other-password-file".to_owned(),
            Self::WrongLocks | Self::KeyFileMalformed => {
                "its own password is meant, not that of the vault; if it has a key file, name that too"
                    .to_owned()
            }
            Self::TooCostly(_) => {
                "choose a cheaper key derivation in the program that wrote it, and save it".to_owned()
            }
            Self::TooLarge { .. } => "split it in the program that wrote it".to_owned(),
            Self::Damaged => "copy it again, or open it in the program that wrote it".to_owned(),
            Self::NotRecognised { formats, .. } => format!("choose the format: {formats}"),
            Self::UnknownColumns { .. } => {
                "choose the format csv, and say what its columns are: --map name=TITLE,password=PASSWORD"
                    .to_owned()
            }
            Self::Ambiguous { .. } => "choose one of these formats".to_owned(),
            Self::NotPiped { .. } => "name the path instead".to_owned(),
            Self::Unreadable { .. } => "name another file".to_owned(),
            Self::NoProgram { program } => format!("install '{program}', or put it into the PATH"),
            Self::ProgramFailed { .. } => {
                "nothing was changed; see that its key is there and unlocked, then try again".to_owned()
            }
            Self::NoStore { mark, .. } => format!("name the folder that holds {mark}"),
            Self::NoIdentities => {
                "name the file of the identities with --other-key-file; passage has it at ~/.passage/identities"
                    .to_owned()
            }
            Self::IdentitiesLocked => {
                "decrypt them into a pipe, so that age asks once: `etui import STORE --other-key-file <(age --decrypt FILE)`"
                    .to_owned()
            }
            Self::Interrupted(_) => "nothing was changed".to_owned(),
            Self::System { .. } => "nothing was changed".to_owned(),
        }
    }
}

impl From<DotenvError> for ExchangeError {
    fn from(error: DotenvError) -> Self {
        let DotenvError { line, column, problem } = error;
        Self::malformed(Place { line, column }, problem.to_string())
    }
}
