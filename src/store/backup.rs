//! A consistent copy of the vault in a new file, checked before it is called a backup.

use std::fs;
use std::path::Path;
use std::time::Duration;

use rusqlite::backup::Backup;

use super::check::CheckReport;
use super::error::StoreError;
use super::open;
use super::open_store::OpenStore;
use crate::crypto;
use crate::domain::Timestamp;

impl OpenStore {
    /// Copies the vault into a new file of mode 0600 (temporary name, sync, link, sync) and checks the copy.
    ///
    /// # Errors
    /// [`StoreError::Exists`], [`StoreError::System`], and [`StoreError::Integrity`] where the copy does
    /// not verify; nothing is left behind then.
    pub fn back_up(&mut self, path: &Path, now: Timestamp) -> Result<CheckReport, StoreError> {
        if fs::symlink_metadata(path).is_ok() {
            return Err(StoreError::Exists(path.to_owned()));
        }
        let folder = open::folder_of(path);
        let mut name = std::ffi::OsString::from(".etui-backup-");
        name.push(u64::from_be_bytes(crypto::make_random()?).to_string());
        let temporary = folder.join(name);
        drop(open::create_private_file(&temporary)?);
        let checked = self.copy_and_check(&temporary, now).and_then(|report| {
            // A link refuses to replace what appeared there meanwhile; a rename would not.
            fs::hard_link(&temporary, path).map_err(|error| StoreError::system("writing", path, &error))?;
            open::sync(path, folder)?;
            Ok(report)
        });
        open::remove_quietly(&temporary);
        let report = checked?;
        if let Some(memory) = &self.memory {
            // A backup that is not remembered is still one; a later rekey just does not name it.
            let resolved = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
            let _ = memory.remember_backup(&self.file.header.vault_id, &resolved);
        }
        Ok(report)
    }

    /// The backups of this vault that were made on this machine and are still there.
    pub fn known_backups(&self) -> Vec<std::path::PathBuf> {
        let known = self.memory.as_ref().map(|memory| memory.backups(&self.file.header.vault_id));
        known.unwrap_or_default().into_iter().filter(|path| path.exists()).collect()
    }

    fn copy_and_check(&mut self, temporary: &Path, now: Timestamp) -> Result<CheckReport, StoreError> {
        self.read(now, |store| {
            let mut copy = open::connect_new(temporary)?;
            Backup::new(store.file.connection(), &mut copy)?.run_to_completion(
                i32::MAX,
                Duration::ZERO,
                None,
            )?;
            copy.close().map_err(|(_, error)| StoreError::from(error))
        })?;
        let report = self.check_connection(open::connect_immutable(temporary)?);
        match report.findings.first() {
            None => Ok(report),
            Some(finding) => Err(StoreError::Integrity(format!("the copy does not verify: {finding}"))),
        }
    }
}
