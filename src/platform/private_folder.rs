//! A folder that nobody else can look into, and that goes with whoever holds it.

use std::fs::{self, DirBuilder, File, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// A new folder of mode 0700, removed with all that is in it on drop. While it is held, it is locked, so that
/// [`sweep`] knows it from one whose process was killed.
#[derive(Debug)]
pub struct PrivateFolder {
    path: PathBuf,
    _lock: File,
}

impl PrivateFolder {
    /// Makes one whose name begins with `prefix`.
    ///
    /// # Errors
    /// As the system says.
    pub fn new(parent: &Path, prefix: &str) -> io::Result<Self> {
        make_locked(parent, prefix).map(|(path, lock)| Self { path, _lock: lock })
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for PrivateFolder {
    fn drop(&mut self) {
        // Nobody is there to be told.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// A file of mode 0600 to be written; what was in it goes.
///
/// # Errors
/// As the system says.
pub fn private_file(path: &Path) -> io::Result<File> {
    File::options().write(true).create(true).truncate(true).mode(0o600).open(path)
}

/// Copies a file into one of mode 0600, whatever mode it has.
///
/// # Errors
/// As the system says.
pub fn copy_privately(from: &Path, to: &Path) -> io::Result<()> {
    io::copy(&mut File::open(from)?, &mut private_file(to)?).map(|_| ())
}

/// Removes the folders of this prefix whose process ended without removing them. What belongs to somebody else or is
/// held by a living process stays.
pub fn sweep(parent: &Path, prefix: &str) {
    for (folder, _lock) in unheld(parent, prefix) {
        // Nobody is there to be told; the next sweep tries again.
        let _ = fs::remove_dir_all(folder);
    }
}

/// Makes a folder and takes its lock. Whoever sweeps may come in between; then another one is made.
pub(super) fn make_locked(parent: &Path, prefix: &str) -> io::Result<(PathBuf, File)> {
    for _ in 0..100 {
        let folder = make(parent, prefix)?;
        let Ok(lock) = File::open(&folder) else { continue };
        // On a file system without locks nobody can sweep either.
        if matches!(lock.try_lock(), Err(TryLockError::WouldBlock)) {
            continue;
        }
        if is_at(&lock, &folder) {
            return Ok((folder, lock));
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// The folders of this user and prefix whose process is gone, each with its lock, so that nobody else sweeps it
/// meanwhile.
pub(super) fn unheld(parent: &Path, prefix: &str) -> Vec<(PathBuf, File)> {
    let free = |folder: PathBuf| {
        let lock = File::open(&folder).ok()?;
        (lock.try_lock().is_ok() && is_at(&lock, &folder)).then_some((folder, lock))
    };
    own(parent, prefix).into_iter().filter_map(free).collect()
}

/// The folders of this user that [`make`] gave a name with this prefix.
pub(super) fn own(parent: &Path, prefix: &str) -> Vec<PathBuf> {
    let user = rustix::process::geteuid().as_raw();
    let is_ours = |path: &Path| {
        fs::symlink_metadata(path)
            .is_ok_and(|found| found.is_dir() && found.uid() == user && found.mode() & 0o777 == 0o700)
    };
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    let named = entries.filter(|entry| entry.file_name().to_str().is_some_and(|name| is_name(name, prefix)));
    let mut folders: Vec<PathBuf> = named.map(|entry| entry.path()).filter(|path| is_ours(path)).collect();
    folders.sort();
    folders
}

/// Whether a name is one that [`make`] gives.
fn is_name(name: &str, prefix: &str) -> bool {
    let numbers = name.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('-'));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    numbers.and_then(|rest| rest.split_once('-')).is_some_and(|(id, at)| is_number(id) && is_number(at))
}

/// Whether a folder that was opened is still the one at its path.
fn is_at(folder: &File, path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| {
        folder.metadata().is_ok_and(|opened| (found.dev(), found.ino()) == (opened.dev(), opened.ino()))
    })
}

/// A folder that was not there before: whoever made one of this name beforehand gets nothing of what will be in it.
pub(super) fn make(parent: &Path, prefix: &str) -> io::Result<PathBuf> {
    for number in 0..1000 {
        let folder = parent.join(format!("{prefix}-{}-{number}", std::process::id()));
        match DirBuilder::new().mode(0o700).create(&folder) {
            Ok(()) => return Ok(folder),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn names(parent: &Path) -> Vec<String> {
        let entries = fs::read_dir(parent).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_folder_that_nobody_holds_is_swept_and_nothing_else() {
        let parent = tempfile::tempdir().unwrap();
        let at = |name: &str| parent.path().join(name);
        let held = PrivateFolder::new(parent.path(), "x").unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        fs::write(elsewhere.path().join("file"), "text").unwrap();
        for name in ["x-1-0", "x-1", "x-1-0-0", "x-one-0", "xy-1-0", "x-2-0"] {
            DirBuilder::new().mode(0o700).create(at(name)).unwrap();
            fs::write(at(name).join("file"), "text").unwrap();
        }
        fs::set_permissions(at("x-2-0"), fs::Permissions::from_mode(0o755)).unwrap();
        fs::write(at("x-3-0"), "a file").unwrap();
        symlink(elsewhere.path(), at("x-4-0")).unwrap();
        sweep(parent.path(), "x");
        let own = held.path().file_name().unwrap().to_str().unwrap().to_owned();
        let mut left = vec![own.as_str(), "x-1", "x-1-0-0", "x-2-0", "x-3-0", "x-4-0", "x-one-0", "xy-1-0"];
        left.sort_unstable();
        assert_eq!(names(parent.path()), left);
        assert!(elsewhere.path().join("file").is_file());
    }

    #[test]
    fn a_private_folder_is_new_and_goes_with_all_that_is_in_it() {
        let parent = tempfile::tempdir().unwrap();
        let (one, other) = (
            PrivateFolder::new(parent.path(), "x").unwrap(),
            PrivateFolder::new(parent.path(), "x").unwrap(),
        );
        assert_ne!(one.path(), other.path());
        assert_eq!(fs::metadata(one.path()).unwrap().mode() & 0o777, 0o700);
        fs::create_dir(one.path().join("inside")).unwrap();
        fs::write(one.path().join("inside/file"), "text").unwrap();
        drop((one, other));
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0);
    }
}
