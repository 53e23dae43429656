//! Files and folders that only their owner can open, how they get onto the disk, and names beside a file.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use super::beside;
use crate::crypto;
use crate::domain::hexadecimal;
use crate::store::error::StoreError;

/// The first name of this kind beside a file that nothing has.
pub(in crate::store) fn free_name(path: &Path, kind: &str) -> PathBuf {
    let names = (1..).map(|number: u64| beside::with_suffix(path, &format!("{kind}{number}")));
    let mut free = names.filter(|name| fs::symlink_metadata(name).is_err());
    free.next().unwrap_or_else(|| path.to_owned())
}

/// The files beside a file whose names are those of this kind, in the order of their numbers.
pub fn names_beside(path: &Path, kind: &str) -> Vec<PathBuf> {
    let Some(own) = path.file_name().and_then(|name| name.to_str()) else { return Vec::new() };
    let Ok(entries) = fs::read_dir(folder_of(path)) else { return Vec::new() };
    let numbered = entries.flatten().filter_map(|entry| {
        let name = entry.file_name();
        let number = name.to_str()?.strip_prefix(own)?.strip_prefix(kind)?.parse::<u64>().ok()?;
        Some((number, entry.path()))
    });
    let mut numbered: Vec<(u64, PathBuf)> = numbered.collect();
    numbered.sort_unstable();
    numbered.into_iter().map(|(_, path)| path).collect()
}

/// Removes a file that was made a moment ago and came to nothing.
pub(in crate::store) fn remove_quietly(path: &Path) {
    #[cfg(test)]
    crate::store::observed::removing(path);
    // The error that led here is the one to tell.
    let _ = fs::remove_file(path);
}

/// Makes sure that a file and the folder that names it are on the disk.
pub(in crate::store) fn sync(path: &Path, folder: &Path) -> Result<(), StoreError> {
    File::open(path)
        .and_then(|file| file.sync_all())
        .map_err(|error| StoreError::system("writing", path, &error))?;
    sync_folder(folder)
}

/// Makes sure that the names in a folder are on the disk.
pub(in crate::store) fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|error| StoreError::system("writing the folder", folder, &error))?;
    #[cfg(test)]
    crate::store::observed::folder_synced(folder);
    Ok(())
}

/// The folder of a path.
pub(in crate::store) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes a folder 0700 with all above it; existing folders are never changed.
pub(in crate::store) fn make_private_folder(folder: &Path) -> Result<(), StoreError> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|error| StoreError::system("making the folder", folder, &error))
}

/// Creates a file of mode 0600 that was not there before, following no symlink.
pub(in crate::store) fn create_private_file(path: &Path) -> Result<File, StoreError> {
    OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(path).map_err(|error| {
        match error.kind() {
            ErrorKind::AlreadyExists => StoreError::Exists(path.to_owned()),
            _ => StoreError::system("creating", path, &error),
        }
    })
}

/// Writes a file of mode 0600 in one step: under a temporary name beside it, synced, renamed, the folder
/// synced. A file that is there already is replaced whole or not at all.
///
/// # Errors
/// [`StoreError::System`]; nothing is left behind then.
pub fn write_private_file(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let folder = folder_of(path);
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".new-{}", hexadecimal(&crypto::make_random::<8>()?)));
    let temporary = folder.join(name);
    let mut file = create_private_file(&temporary)?;
    let is_new = fs::symlink_metadata(path).is_err();
    let placed = file
        .write_all(bytes)
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&temporary, path))
        .inspect_err(|_| remove_quietly(&temporary));
    let is_placed = placed.is_ok();
    placed.and_then(|()| File::open(folder)?.sync_all()).map_err(|error| {
        // Whoever is told that it failed tries again, and would find it in the way.
        if is_placed && is_new {
            remove_quietly(path);
        }
        StoreError::system("writing", path, &error)
    })
}
