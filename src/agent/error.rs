//! Why there is no agent.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::domain::reason;

/// Why an agent could not be started or reached. Never holds anything of a key.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AgentError {
    /// Its directory is not a directory of this user's alone.
    #[error("the agent's directory '{}' {problem}", path.display())]
    NotPrivate {
        /// The directory.
        path: PathBuf,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The system takes no socket of so long a path.
    #[error("the path of the agent's socket has {length} bytes, this system takes {limit}: '{}'", path.display())]
    PathTooLong {
        /// Where the socket would be.
        path: PathBuf,
        /// Of the path, in bytes.
        length: usize,
        /// In bytes.
        limit: usize,
    },
    /// Another agent of this vault does not go away.
    #[error("another agent of this vault is still running")]
    StillRunning,
    /// It did not come up, or did not say that it had.
    #[error("the agent did not start")]
    NotStarted,
    /// The system says no.
    #[error("{doing} failed: {reason}")]
    System {
        /// What was being done.
        doing: String,
        /// The system's own words.
        reason: String,
    },
}

impl AgentError {
    pub(super) fn system(doing: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let doing = doing.into();
        move |error| Self::System { doing, reason: reason(&error) }
    }

    /// What to do next.
    ///
    /// Empty where the system's own words say it.
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::NotPrivate { .. } => "make it yours alone (`chmod 700`), or set XDG_RUNTIME_DIR",
            Self::PathTooLong { .. } => "set XDG_RUNTIME_DIR to a directory with a shorter path",
            Self::StillRunning => "run `etui lock`, then try again",
            Self::NotStarted => "run `etui doctor` to see what is missing",
            Self::System { .. } => "",
        }
    }

    /// The sentence, and behind it what to do next.
    pub fn told(&self) -> String {
        match self.hint() {
            "" => self.to_string(),
            hint => format!("{self}; {hint}"),
        }
    }
}
