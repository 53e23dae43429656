//! Copies of a vault file that travel: taken under its read lock, put in the place of another under its write lock.
//! No key is needed for either: what a copy says is checked by whoever unlocks it.

use std::fs;
use std::path::Path;
use std::time::Duration;

use rusqlite::backup::Backup;

use super::error::StoreError;
use super::open::{self, Temporary};
use super::open_store::OpenStore;
use super::system_error::Told as _;
use super::vault_file::{Purpose, VaultFile};

/// Whether a copy was put in the place of the file there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replaced {
    /// The path leads to the copy now.
    Done,
    /// What is there is not what was seen: nothing was changed.
    Moved,
}

/// Copies a vault file that others may be changing into a new file of mode 0600.
///
/// # Errors
/// [`StoreError::Missing`], [`StoreError::NoVault`], [`StoreError::Busy`] where a writer left it unfinished,
/// [`StoreError::System`]; nothing is left behind then.
pub fn copy_of(path: &Path, copy: &Path) -> Result<(), StoreError> {
    let mut file = VaultFile::open(path)?;
    // Which of two states is right is told by a key only, and there is none here.
    file.begin(Purpose::Read)?.ok_or(StoreError::Busy)?;
    let copied = copy_locked(&file, copy);
    file.roll_back();
    copied
}

impl OpenStore {
    /// Copies the open vault into a new file of mode 0600.
    ///
    /// # Errors
    /// As [`copy_of`].
    pub fn copy_out(&self, copy: &Path) -> Result<(), StoreError> {
        copy_locked(&self.file, copy)
    }
}

fn copy_locked(file: &VaultFile, copy: &Path) -> Result<(), StoreError> {
    let temporary = Temporary::new_for(copy)?;
    let connection = file.connection();
    let mut target = open::connect_new(temporary.path()).map_err(|error| temporary.name_in(error, copy))?;
    Backup::new(connection, &mut target)
        .and_then(|backup| backup.run_to_completion(i32::MAX, Duration::ZERO, None))
        .on(connection)?;
    target.close().or_else(|(target, error)| Err(error).on(&target))?;
    temporary.place(copy)
}

/// Puts a copy in the place of the file at `path`, if that is still in the state of `seen`; without `seen`, if
/// there is none yet. The copy is whole and on the disk beside it before it gets the name, and the write lock of the
/// old file is held meanwhile: whoever waits for it meets the new one.
///
/// # Errors
/// As [`copy_of`]; what was there is there then.
pub fn put_in_place(copy: &Path, seen: Option<&Path>, path: &Path) -> Result<Replaced, StoreError> {
    // The name of a link is not replaced, but what it leads to.
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut temporary = Temporary::new_for(path)?;
    temporary.fill_from(copy).map_err(|error| StoreError::system("writing", path, &error))?;
    let Some(seen) = seen else {
        return match temporary.place(path) {
            Ok(()) => Ok(Replaced::Done),
            Err(StoreError::Exists(_)) => Ok(Replaced::Moved),
            Err(error) => Err(error),
        };
    };
    let seen = VaultFile::open_copy(seen)?.row;
    let mut file = match VaultFile::open(path) {
        Err(StoreError::Missing(_)) => return Ok(Replaced::Moved),
        opened => opened?,
    };
    let found = file.begin(Purpose::Write)?.ok_or(StoreError::Busy)?;
    let replaced = match found == seen {
        true => temporary.replace(path).map(|()| Replaced::Done),
        false => Ok(Replaced::Moved),
    };
    file.roll_back();
    replaced
}
