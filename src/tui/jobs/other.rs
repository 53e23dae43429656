//! Another vault beside the open one, opened with its own password.

use super::super::ask::failure::Failure;
use super::other_copy::OtherLocks;
use crate::exchange::read_file;
use crate::vault::{Answers, Credentials, LockedVault, Vault};

/// It cannot be opened yet: whether a key file is missing besides the password.
pub(super) struct NeedsKeyFile(pub(super) bool);

/// Unlocks it with what was typed.
pub(super) fn unlock_other(
    locked: LockedVault,
    locks: Option<&OtherLocks>,
    answers: Answers,
) -> Result<Result<Vault, NeedsKeyFile>, Failure> {
    let Some(OtherLocks { password, key_file }) = locks else {
        return Ok(Err(NeedsKeyFile(locked.needs_key_file())));
    };
    if locked.needs_key_file() && key_file.is_none() {
        return Ok(Err(NeedsKeyFile(true)));
    }
    let key_file = key_file.as_deref().map(read_file).transpose()?;
    let credentials = Credentials::new(password.duplicate(), key_file.as_ref())?;
    Ok(Ok(locked.unlock(&credentials, answers).map_err(|failed| failed.error)?))
}
