//! Another copy of the vault as data: where it is, what opens it, what a merge with it would do and did.

use std::collections::HashMap;
use std::path::PathBuf;

use crate::config::remotes::RemoteName;
use crate::memory::SecretBytes;
use crate::vault::SeenFile;
use crate::vault::merge::{MergeOutcome, MergeToken};
use crate::versioning::merge::{Fact, PurgeAnswers, RowId, Side};

/// What opens another vault, or a file with a password.
pub struct OtherLocks {
    pub password: SecretBytes,
    pub key_file: Option<PathBuf>,
}

impl OtherLocks {
    pub fn duplicate(&self) -> Self {
        Self { password: self.password.duplicate(), key_file: self.key_file.clone() }
    }
}

/// Where another copy of the vault is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OtherCopy {
    File(PathBuf),
    /// At this remote, or at the only one.
    Remote(Option<RemoteName>),
}

/// Another copy of the vault, and what opens it where it has another key.
pub struct ToMerge {
    pub copy: OtherCopy,
    pub locks: Option<OtherLocks>,
}

impl ToMerge {
    pub fn duplicate(&self) -> Self {
        Self { copy: self.copy.clone(), locks: self.locks.as_ref().map(OtherLocks::duplicate) }
    }
}

/// Whose end of single conflicts is kept: of which secret, and which fact.
pub type ChosenSides = HashMap<(RowId, Fact), Side>;

/// What was shown, and what was answered to it.
pub struct MergeAsShown {
    /// The states that the plan was made from; `None` where there was no copy yet.
    pub token: Option<MergeToken>,
    pub purges: PurgeAnswers,
    pub sides: ChosenSides,
}

/// What a merge would do.
pub struct PlannedMerge {
    pub wanted: ToMerge,
    /// What people know the copy by.
    pub called: String,
    /// `None`: there is no copy at the remote yet.
    pub outcome: Option<MergeOutcome>,
}

/// What a merge did.
pub struct MergedCopy {
    pub called: String,
    /// `None`: there was no copy at the remote.
    pub outcome: Option<MergeOutcome>,
    /// Whether the copy at the remote was changed; `None` for a file.
    pub put: Option<bool>,
    /// The file that was merged, where it still is as it was read.
    pub file: Option<SeenFile>,
    /// What is not as it should be but stops nothing.
    pub notices: Vec<String>,
}
