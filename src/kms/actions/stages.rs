//! UpdateSecretVersionStage.

use crate::domain::{StageLabel, VersionId};
use crate::kms::answer::Answer;
use crate::kms::error::KmsError;
use crate::kms::parameters::Parameters;
use crate::kms::reply::{Reply, Sent};
use crate::vault::{StageRequest, Vault};
use crate::versioning::StageMove;

/// UpdateSecretVersionStage.
pub(super) fn update(
    vault: &mut Vault,
    parameters: &mut Parameters,
    reply: Reply<'_>,
) -> Result<Sent, KmsError> {
    let name = parameters.secret_name()?;
    let label = parameters.required("VersionStage", StageLabel::new)?;
    let move_to = parameters.optional("MoveToVersion", VersionId::new)?;
    let remove_from = parameters.optional("RemoveFromVersion", VersionId::new)?;
    let stage = StageMove::new(label, move_to, remove_from)?;
    let request = StageRequest { name, stage, expected: None };
    Ok(reply.send(&Answer::stage(&vault.update_secret_version_stage(&request)?)))
}
