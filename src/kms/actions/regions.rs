//! DescribeRegions.

use crate::kms::answer::Answer;
use crate::kms::error::KmsError;
use crate::kms::parameters::Parameters;
use crate::kms::reply::{Reply, Sent};
use crate::vault::Vault;

/// DescribeRegions: one, this machine.
pub(super) fn describe(_: &mut Vault, _: &mut Parameters, reply: Reply<'_>) -> Result<Sent, KmsError> {
    Ok(reply.send(&Answer::regions()))
}
