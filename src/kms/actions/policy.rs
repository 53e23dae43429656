//! GetSecretPolicy, SetSecretPolicy: refused, since nobody but the owner of the vault is there to be given rights.

use crate::kms::error::KmsError;
use crate::kms::parameters::Parameters;
use crate::kms::reply::{Reply, Sent};
use crate::vault::Vault;

/// GetSecretPolicy.
pub(super) fn get(_: &mut Vault, _: &mut Parameters, _: Reply<'_>) -> Result<Sent, KmsError> {
    Err(KmsError::Policy { action: "GetSecretPolicy" })
}

/// SetSecretPolicy.
pub(super) fn set(_: &mut Vault, _: &mut Parameters, _: Reply<'_>) -> Result<Sent, KmsError> {
    Err(KmsError::Policy { action: "SetSecretPolicy" })
}
