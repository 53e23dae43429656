//! Files that are made under a name of their own and go again, or get their name when they are whole.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::FileStamp;
use super::beside::{journal_of, open_regular};
use super::files::{create_private_file, folder_of, remove_quietly, sync, sync_folder};
use crate::crypto;
use crate::domain::reason;
use crate::store::error::StoreError;

const PREFIX: &str = ".etui-tmp-";

/// A file of mode 0600 that is removed on drop, with its journal. While it lives it is locked, so that others
/// can tell it from what a process left that was killed.
pub(in crate::store) struct Temporary {
    path: PathBuf,
    /// Closed last: closing it gives up the locks of a connection to the same file.
    file: File,
}

impl Temporary {
    /// Makes one in a folder, and removes those that nobody uses any more.
    ///
    /// # Errors
    /// [`StoreError::System`], which says what it was made for: `doing`.
    pub(in crate::store) fn new_in(folder: &Path, doing: &str) -> Result<Self, StoreError> {
        remove_abandoned(folder);
        loop {
            let name = format!("{PREFIX}{:016x}", u64::from_be_bytes(crypto::make_random()?));
            let path = folder.join(name);
            let file = create_private_file(&path).map_err(|error| without_name(error, doing))?;
            let is_still_there = match file.try_lock() {
                Ok(()) => names(&path, &file),
                Err(TryLockError::WouldBlock) => Ok(false),
                // On a file system without locks nobody clears up either.
                Err(TryLockError::Error(_)) => Ok(true),
            };
            match is_still_there {
                Ok(true) => return Ok(Self { path, file }),
                // Who clears up was quicker than the lock.
                Ok(false) => {}
                Err(error) => {
                    remove_quietly(&path);
                    return Err(StoreError::System { doing: doing.to_owned(), reason: reason(&error) });
                }
            }
        }
    }

    /// Makes one that becomes the file `path`, in its folder.
    ///
    /// # Errors
    /// [`StoreError::System`], which names `path`.
    pub(in crate::store) fn new_for(path: &Path) -> Result<Self, StoreError> {
        Self::new_in(folder_of(path), &format!("creating {}", path.display()))
    }

    /// Fills it with what another file holds.
    ///
    /// # Errors
    /// As the system says.
    pub(in crate::store) fn fill_from(&mut self, other: &Path) -> io::Result<()> {
        io::copy(&mut File::open(other)?, &mut self.file).map(|_| ())
    }

    pub(in crate::store) fn path(&self) -> &Path {
        &self.path
    }

    /// Puts the name of the file that this one becomes into an error.
    pub(in crate::store) fn name_in(&self, error: StoreError, path: &Path) -> StoreError {
        without_name(error, &format!("writing {}", path.display()))
    }

    pub(super) fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// Gives it its name, unless something has appeared there meanwhile; file and folder are on the disk then.
    ///
    /// # Errors
    /// [`StoreError::Exists`], [`StoreError::System`]; nothing has that name then.
    pub(in crate::store) fn place(self, path: &Path) -> Result<(), StoreError> {
        let folder = folder_of(path);
        self.file.sync_all().map_err(|error| StoreError::system("writing", path, &error))?;
        // A link never replaces what is there, as a rename would. File systems without links, as on most
        // memory sticks, are left with a look and a rename.
        let placed = fs::hard_link(&self.path, path).or_else(|error| match error.kind() {
            ErrorKind::AlreadyExists => Err(error),
            _ if fs::symlink_metadata(path).is_ok() => Err(ErrorKind::AlreadyExists.into()),
            _ => fs::rename(&self.path, path),
        });
        placed.map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => StoreError::Exists(path.to_owned()),
            _ => StoreError::system("writing", path, &error),
        })?;
        // The old name goes before the folder is synced: no power loss leaves both.
        drop(self);
        sync(path, folder).inspect_err(|_| remove_quietly(path))
    }
}

impl Temporary {
    /// Gives it the name of a file that is there, in one step; file and folder are on the disk then.
    ///
    /// # Errors
    /// [`StoreError::System`]; that file is as it was then.
    pub(in crate::store) fn replace(self, path: &Path) -> Result<(), StoreError> {
        let written = self.file.sync_all().and_then(|()| fs::rename(&self.path, path));
        written.map_err(|error| StoreError::system("writing", path, &error))?;
        drop(self);
        sync_folder(folder_of(path))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        remove_quietly(&journal_of(&self.path));
        remove_quietly(&self.path);
    }
}

/// A file that has just got its name, and may lose it again.
pub(in crate::store) struct Placed {
    path: PathBuf,
    stamp: FileStamp,
}

impl Placed {
    /// Gives a temporary file its name; see [`Temporary::place`].
    ///
    /// # Errors
    /// As there.
    pub(in crate::store) fn of(temporary: Temporary, path: &Path) -> Result<Self, StoreError> {
        let stamp = FileStamp::of(temporary.path()).map_err(|error| temporary.name_in(error, path))?;
        temporary.place(path)?;
        Ok(Self { path: path.to_owned(), stamp })
    }

    /// Removes it, unless something else lies there by now. Answers the error that led here, or that it is not
    /// known what is there.
    pub(in crate::store) fn take_back(self, error: StoreError) -> StoreError {
        let is_ours = match fs::symlink_metadata(&self.path) {
            Ok(_) => FileStamp::of(&self.path).map(|found| found.is_same_file(&self.stamp)),
            Err(gone) if gone.kind() == ErrorKind::NotFound => return error,
            Err(failed) => Err(StoreError::system("looking at", &self.path, &failed)),
        };
        let removed = is_ours.and_then(|is_ours| match is_ours {
            true => fs::remove_file(&self.path)
                .map_err(|failed| StoreError::system("removing", &self.path, &failed)),
            false => Ok(()),
        });
        match removed {
            Ok(()) => error,
            Err(StoreError::System { doing, reason }) => StoreError::Unknown { doing, reason },
            Err(other) => other,
        }
    }
}

/// Says what was being done where an error names a temporary file: that name means nothing to anybody. What is not
/// known to be in the file goes with it, so that it is known not to be stored.
pub(super) fn without_name(error: StoreError, instead: &str) -> StoreError {
    match error {
        StoreError::System { doing, reason } | StoreError::Unknown { doing, reason }
            if doing.contains(PREFIX) =>
        {
            StoreError::System { doing: instead.to_owned(), reason }
        }
        other => other,
    }
}

/// Whether a path leads to an open file.
fn names(path: &Path, file: &File) -> io::Result<bool> {
    let identity = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
    match fs::symlink_metadata(path) {
        Ok(found) => Ok(identity(found) == identity(file.metadata()?)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Removes what processes left that were killed. What cannot be looked at or removed stays.
fn remove_abandoned(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let Some(rest) = name.to_str().and_then(|name| name.strip_prefix(PREFIX)) else { continue };
        let path = entry.path();
        // Its lock is given up after it is gone: whoever has just made it would else take it for theirs meanwhile.
        let abandoned = if rest.len() == 16 { take_abandoned(&path) } else { None };
        if abandoned.is_some() {
            remove_quietly(&journal_of(&path));
            remove_quietly(&path);
        }
        drop(abandoned);
    }
}

/// The file with its lock, if no process has that.
fn take_abandoned(path: &Path) -> Option<File> {
    open_regular(path).ok().flatten().filter(|file| file.try_lock().is_ok())
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;
    use crate::store::observed;

    // Guards: `init` keeps the key file where it is not known whether there is a vault, and the next one refuses.
    #[test]
    fn what_failed_in_a_temporary_file_is_known_not_to_be_stored() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vault.etui");
        let temporary = Temporary::new_for(&path).unwrap();
        let doing = format!("working on {}", temporary.path().display());
        let unknown = StoreError::Unknown { doing, reason: "no space left on device".to_owned() };
        let told = temporary.name_in(unknown, &path);
        let doing = format!("writing {}", path.display());
        assert_eq!(told, StoreError::System { doing, reason: "no space left on device".to_owned() });
    }

    #[test]
    fn a_temporary_file_is_cleared_up_when_its_process_is_gone_and_not_before() {
        let folder = tempfile::tempdir().unwrap();
        let used = Temporary::new_for(&folder.path().join("vault.etui")).unwrap();
        let left = folder.path().join(".etui-tmp-0123456789abcdef");
        fs::write(&left, "").unwrap();
        let of_others = folder.path().join(".etui-tmp-notes");
        fs::write(&of_others, "").unwrap();
        remove_abandoned(folder.path());
        assert!(used.path().exists());
        assert!(!left.exists());
        assert!(of_others.exists(), "no name of ours");
    }

    // Guards: the file of a process that has just made it was removed, since its lock was free for a moment.
    #[test]
    fn a_file_that_is_cleared_up_is_locked_until_it_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let left = folder.path().join(".etui-tmp-0123456789abcdef");
        fs::write(&left, "").unwrap();
        let (looked, looks) = mpsc::channel();
        let removed = left.clone();
        observed::before_removals(move |path| {
            if path == removed {
                let lock = File::open(path).unwrap().try_lock();
                looked.send(matches!(lock, Err(TryLockError::WouldBlock))).unwrap();
            }
        });
        remove_abandoned(folder.path());
        assert_eq!(looks.try_iter().collect::<Vec<_>>(), [true]);
        assert!(!left.exists());
    }
}
