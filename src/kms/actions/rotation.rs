//! RotateSecret, UpdateSecretRotationPolicy: refused, as KMS refuses them for generic secrets.

use crate::kms::error::KmsError;
use crate::kms::parameters::Parameters;
use crate::kms::reply::{Reply, Sent};
use crate::vault::Vault;

/// RotateSecret.
pub(super) fn rotate(_: &mut Vault, _: &mut Parameters, _: Reply<'_>) -> Result<Sent, KmsError> {
    Err(KmsError::Rotation { action: "RotateSecret" })
}

/// UpdateSecretRotationPolicy.
pub(super) fn update_policy(_: &mut Vault, _: &mut Parameters, _: Reply<'_>) -> Result<Sent, KmsError> {
    Err(KmsError::Rotation { action: "UpdateSecretRotationPolicy" })
}
