//! DeleteSecret, RestoreSecret.

use crate::kms::answer::Answer;
use crate::kms::error::KmsError;
use crate::kms::parameters::Parameters;
use crate::kms::reply::{Reply, Sent};
use crate::vault::{DeleteRequest, Vault};
use crate::versioning::Deletion;

/// DeleteSecret.
pub(super) fn delete(
    vault: &mut Vault,
    parameters: &mut Parameters,
    reply: Reply<'_>,
) -> Result<Sent, KmsError> {
    let name = parameters.secret_name()?;
    let days = parameters.number("RecoveryWindowInDays")?;
    let force = parameters.flag("ForceDeleteWithoutRecovery")?.unwrap_or(false);
    let request = DeleteRequest { name, deletion: Deletion::new(days, force)?, expected: None };
    Ok(reply.send(&Answer::delete(&vault.delete_secret(&request)?)))
}

/// RestoreSecret.
pub(super) fn restore(
    vault: &mut Vault,
    parameters: &mut Parameters,
    reply: Reply<'_>,
) -> Result<Sent, KmsError> {
    let name = parameters.secret_name()?;
    Ok(reply.send(&Answer::restore(&vault.restore_secret(&name)?)))
}
