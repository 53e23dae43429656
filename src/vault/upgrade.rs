//! Bringing a vault into the newest format: a copy first, then one transaction, then the full check.

use std::fs;
use std::path::{Path, PathBuf};

use super::access::Credentials;
use super::error::VaultError;
use super::{Beside, FormatVersion, Progress, SystemClock, Vault, VerifyReport};
use crate::store;

/// What stands in the name of the copy, before a number.
const KIND: &str = "-before-upgrade-";

/// What an upgrade did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upgraded {
    /// What the full check said afterwards.
    pub report: VerifyReport,
    /// The copy of the vault as it was. It is kept only where the check found something.
    pub kept_copy: Option<PathBuf>,
}

impl Upgraded {
    /// Tells what the full check found, with the name of the copy of the vault as it was.
    ///
    /// # Errors
    /// [`VaultError::Integrity`] where it found anything.
    pub fn refuse_findings(&self) -> Result<(), VaultError> {
        let Some(finding) = self.report.findings.first() else { return Ok(()) };
        let copy = self.kept_copy.as_ref();
        let copy = copy.map(|copy| format!("; the vault as it was is '{}'", copy.display()));
        let copy = copy.unwrap_or_default();
        Err(VaultError::Integrity { what: format!("after the upgrade, {finding}{copy}") })
    }
}

/// The copies of a vault file that upgrades left beside it: of one that is at work, or that was killed.
pub fn copies_before_upgrade(vault: &Path) -> Vec<PathBuf> {
    store::names_beside(vault, KIND)
}

impl Vault {
    /// The version of the format that the vault is in.
    ///
    /// # Errors
    /// [`VaultError::Locked`] where the session has ended.
    pub fn format(&mut self) -> Result<FormatVersion, VaultError> {
        Ok(self.store()?.format())
    }

    /// Brings a vault of format 1 into format 2: values, times and history stay. A checked copy of the old file is
    /// beside it until the new one was checked too. `None`: it is in the newest format already. What an upgrade left
    /// that was killed goes with it once the vault is checked.
    ///
    /// # Errors
    /// [`VaultError::WrongPassword`] where `present` is not the present one, [`VaultError::HeaderChanged`] where it
    /// was changed elsewhere meanwhile, and those of the file; the old vault is whole then.
    pub fn upgrade(
        &mut self,
        present: &Credentials,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Option<Upgraded>, VaultError> {
        let left = copies_before_upgrade(&self.path);
        if self.format()? == FormatVersion::NEWEST {
            if !left.is_empty() && self.verify()?.is_clean() {
                self.remove_what_was_left(&left);
            }
            return Ok(None);
        }
        let copy = self.store()?.free_name_beside(KIND);
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
            self.remove_what_was_left(&left);
        }
        let kept_copy = Some(copy).filter(|copy| copy.exists());
        Ok(Some(Upgraded { report, kept_copy }))
    }

    /// Removes copies that hold nothing but what this vault has in its history; others are named.
    fn remove_what_was_left(&mut self, copies: &[PathBuf]) {
        for copy in copies {
            let notice = match self.has_passed(copy) && fs::remove_file(copy).is_ok() {
                true => format!("removed '{}', which an interrupted upgrade left", copy.display()),
                false => format!("'{}' is not a copy of this vault's history: look at it", copy.display()),
            };
            if let Ok(store) = self.store() {
                store.add_notice(notice);
            }
        }
    }

    fn has_passed(&mut self, copy: &Path) -> bool {
        let Ok(Beside::Open(mut copy)) = self.open_beside(copy, Box::new(SystemClock)) else { return false };
        let Ok(copy) = copy.store() else { return false };
        self.read(|store| Ok(store.has_passed(copy)?)).unwrap_or(false)
    }
}

/// A copy that cannot be removed stays: it holds nothing that the vault does not.
fn remove_copy(copy: &Path) {
    let _ = fs::remove_file(copy);
}
