//! What `new` and `put` have in common: the version to be stored.

use clap::Args;

use crate::domain::{Note, StageLabel, VersionId};
use crate::vault::{Vault, VaultError};

/// The version to be stored, without its value.
#[derive(Debug, Args)]
pub(in crate::cli) struct NewVersion {
    /// Id of the version [default: the next free one, printed]
    #[arg(long, value_name = "ID", value_parser = VersionId::new)]
    pub(super) version_id: Option<VersionId>,

    /// A label for the version (repeatable)
    #[arg(long = "stage", value_name = "LABEL", value_parser = StageLabel::new)]
    pub(super) stages: Vec<StageLabel>,

    /// A note on the version, like a commit message
    #[arg(long, value_name = "TEXT", value_parser = Note::new)]
    pub(super) note: Option<Note>,
}

impl NewVersion {
    /// The id of a first version: the one that was given, else the one that the vault suggests.
    pub(super) fn first_id(&self, vault: &Vault) -> Result<VersionId, VaultError> {
        self.version_id.clone().map_or_else(|| vault.first_version_id(), Ok)
    }

    /// The labels of a first version besides `ACSCurrent`, which it always has.
    pub(super) fn extra_stages(&self) -> Vec<StageLabel> {
        self.stages.iter().filter(|label| !label.is_current()).cloned().collect()
    }
}
