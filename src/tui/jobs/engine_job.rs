//! Pushes and pulls as data: what is asked for, and what was done.

use crate::domain::{Folder, SecretName};
use crate::engine::{Patterns, PushReport, PushTerms, Taken};
use crate::memory::SecretBytes;
use crate::vault::ImportReport;

/// Whom a push or pull is about, as it was typed.
pub struct Target {
    /// The name of the remote; empty where there is only one.
    pub remote: String,
    /// The token; empty where the environment has it.
    pub token: SecretBytes,
}

impl Target {
    pub fn duplicate(&self) -> Self {
        Self { remote: self.remote.clone(), token: self.token.duplicate() }
    }
}

/// What is pushed, and how.
#[derive(Debug, Clone)]
pub struct PushScope {
    pub patterns: Patterns,
    /// Only these; none means all.
    pub only: Vec<SecretName>,
    pub terms: PushTerms,
}

pub enum EngineJob {
    /// Says what a push would do.
    PlanPush(Target, PushScope),
    /// Pushes these.
    Push(Target, PushTerms, Vec<SecretName>),
    /// Reads what is there, and plans to bring it in.
    PlanPull { target: Target, patterns: Patterns, folder: Option<Folder> },
    /// Brings in what was read; what is refused is left out.
    Pull,
}

/// What came of it.
pub enum EngineDone {
    PushPlanned {
        remote: String,
        report: PushReport,
    },
    Pushed {
        remote: String,
        report: PushReport,
    },
    PullPlanned {
        remote: String,
        report: ImportReport,
        /// Whether the vault changed since the plan that was shown.
        is_other_than_shown: bool,
    },
    Pulled {
        remote: String,
        report: ImportReport,
    },
}

/// What was read, and the plan that was shown of it; it waits in the session for the word to bring it in.
pub struct FromEngine {
    pub(super) taken: Taken,
    pub(super) shown: ImportReport,
    pub(super) remote: String,
}
