//! Bringing a vault into the newest format: a copy first, then one transaction, then the full check.

use std::fs;
use std::path::{Path, PathBuf};

use super::access::Credentials;
use super::error::VaultError;
use super::{FormatVersion, Progress, Vault, VerifyReport};

/// What an upgrade did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upgraded {
    /// What the full check said afterwards.
    pub report: VerifyReport,
    /// The copy of the vault as it was. It is kept only where the check found something.
    pub kept_copy: Option<PathBuf>,
}

impl Vault {
    /// The version of the format that the vault is in.
    ///
    /// # Errors
    /// [`VaultError::Locked`] where the session has ended.
    pub fn format(&mut self) -> Result<FormatVersion, VaultError> {
        Ok(self.store()?.format())
    }

    /// Brings a vault of format 1 into format 2: values, times and history stay. A checked copy of the old file lies
    /// beside it until the new one was checked too. `None`: it is in the newest format already.
    ///
    /// # Errors
    /// [`VaultError::WrongPassword`] where `present` is not the present one, [`VaultError::HeaderChanged`] where it
    /// was changed elsewhere meanwhile, and those of the file; the old vault is whole then.
    pub fn upgrade(
        &mut self,
        present: &Credentials,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Option<Upgraded>, VaultError> {
        if self.format()? == FormatVersion::NEWEST {
            return Ok(None);
        }
        let copy = self.store()?.free_name_beside("-before-upgrade-");
        self.back_up(&copy, &mut |_| {})?;
        let moment = self.moment();
        let upgraded = self.store()?.upgrade(present.locks(), moment, progress).map_err(VaultError::from);
        if let Err(error) = self.end_if_fatal(upgraded) {
            // Where it is not known what is in the file, the copy is worth keeping.
            if !matches!(error, VaultError::Unknown { .. } | VaultError::Replaced { .. }) {
                remove_copy(&copy);
            }
            return Err(error);
        }
        let report = self.verify()?;
        if report.is_clean() {
            remove_copy(&copy);
        }
        let kept_copy = Some(copy).filter(|copy| copy.exists());
        Ok(Some(Upgraded { report, kept_copy }))
    }
}

/// A copy that cannot be removed stays: it holds nothing that the vault does not.
fn remove_copy(copy: &Path) {
    let _ = fs::remove_file(copy);
}
