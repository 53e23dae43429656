//! The file that an editor gets: overwritten and removed when it is done, and found again when it was not.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::place::{self, Place};
use crate::memory::SecretBytes;
use crate::platform::private_folder::{make_locked, own, unheld};

/// How the name of a folder begins while an editor has it, and after a crash.
const EDITED: &str = "etui-edit";
/// How it begins when what was typed could not be stored and was left for its owner.
const KEPT: &str = "etui-kept";

/// A file that is overwritten and removed on drop, with everything that an editor put beside it.
pub struct Scratch {
    /// `None` once it was given away.
    folder: Option<PathBuf>,
    file: PathBuf,
    /// Held for as long as this process lives, however it ends: a folder whose lock is free was left behind.
    _lock: File,
}

impl Scratch {
    /// Puts a value into a file of mode 0600 in a new directory of mode 0700.
    ///
    /// # Errors
    /// As the system says; nothing is left behind then.
    pub fn new(place: &Place, extension: &str, value: &SecretBytes) -> io::Result<Self> {
        let (folder, lock) = make_locked(place.path(), EDITED)?;
        let file = folder.join(format!("value.{extension}"));
        let scratch = Self { folder: Some(folder), file, _lock: lock };
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&scratch.file)?;
        file.write_all(value.expose())?;
        Ok(scratch)
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.file
    }

    /// What is in it now; reading stops one byte beyond `limit`.
    ///
    /// # Errors
    /// As the system says.
    pub fn read(&self, limit: usize) -> io::Result<SecretBytes> {
        let mut file = File::open(&self.file)?;
        let mut value = SecretBytes::new();
        let mut chunk = SecretBytes::zeroed(64 * 1024);
        while value.len() <= limit {
            match file.read(chunk.expose_mut()) {
                Ok(0) => break,
                Ok(count) => value.extend(&chunk.expose()[..count]),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        value.truncate(limit + 1);
        Ok(value)
    }

    /// What was saved, up to one byte beyond `limit`; `None` where it is what was there before. Most editors end
    /// the last line: a value that had no line end does not get one.
    ///
    /// # Errors
    /// As the system says.
    pub fn changed(&self, before: &SecretBytes, limit: usize) -> io::Result<Option<SecretBytes>> {
        let mut after = self.read(limit)?;
        if !before.expose().ends_with(b"\n") && after.expose().ends_with(b"\n") {
            after.truncate(after.len() - 1);
        }
        Ok((!after.equals(before.expose())).then_some(after))
    }

    /// How large the file is now.
    ///
    /// # Errors
    /// As the system says.
    pub fn size(&self) -> io::Result<u64> {
        fs::metadata(&self.file).map(|metadata| metadata.len())
    }

    /// Leaves the file for its owner to have, under a name that nobody sweeps: nothing that was typed is lost.
    /// Answers where it lies.
    pub fn keep(mut self) -> PathBuf {
        let Some(folder) = self.folder.take() else { return self.file.clone() };
        let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let kept = folder.with_file_name(name.replacen(EDITED, KEPT, 1));
        match fs::rename(&folder, &kept) {
            Ok(()) => self.file.file_name().map_or_else(|| kept.clone(), |name| kept.join(name)),
            // Better where it is than nowhere.
            Err(_) => self.file.clone(),
        }
    }
}

/// What an editor had, still there though nobody has it any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeftBehind {
    /// The folder of an edit that was killed.
    Killed(PathBuf),
    /// The folder of a text that could not be stored, left for its owner.
    Kept(PathBuf),
}

/// What is left behind, wherever values may have been put.
pub fn left_behind() -> Vec<LeftBehind> {
    let folders = place::all();
    let mut left: Vec<LeftBehind> = folders
        .iter()
        .flat_map(|parent| unheld(parent, EDITED))
        .map(|(folder, _)| LeftBehind::Killed(folder))
        .collect();
    left.extend(folders.iter().flat_map(|parent| own(parent, KEPT)).map(LeftBehind::Kept));
    left
}

/// Overwrites and removes what killed edits left behind, and answers which folders that were.
pub fn wipe_left_behind() -> Vec<PathBuf> {
    place::all().iter().flat_map(|parent| wipe_left_behind_in(parent)).collect()
}

fn wipe_left_behind_in(parent: &Path) -> Vec<PathBuf> {
    let killed = unheld(parent, EDITED);
    killed.into_iter().filter(|(folder, _lock)| wipe(folder).is_ok()).map(|(folder, _)| folder).collect()
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Some(folder) = self.folder.take() {
            let _ = wipe(&folder);
        }
    }
}

/// Overwrites all files in a folder and removes it.
fn wipe(folder: &Path) -> io::Result<()> {
    overwrite_all(folder);
    fs::remove_dir_all(folder)
}

fn overwrite_all(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => overwrite_all(&entry.path()),
            _ => drop(overwrite(&entry.path())),
        }
    }
}

fn overwrite(path: &Path) -> io::Result<()> {
    if !fs::symlink_metadata(path)?.is_file() {
        return Ok(());
    }
    let mut file = OpenOptions::new().write(true).open(path)?;
    let mut left = file.metadata()?.len();
    let zeros = [0; 4096];
    while left > 0 {
        let count = left.min(zeros.len() as u64);
        file.write_all(&zeros[..usize::try_from(count).unwrap_or(zeros.len())])?;
        left -= count;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;

    fn scratch(parent: &Path) -> Scratch {
        let place = Place::Disk(parent.to_owned());
        Scratch::new(&place, "txt", &SecretBytes::copy_of(b"hunter2")).unwrap()
    }

    #[test]
    fn a_scratch_is_private_and_goes_with_everything_beside_it() {
        let parent = tempfile::tempdir().unwrap();
        let scratch = scratch(parent.path());
        assert_eq!(fs::metadata(scratch.path()).unwrap().mode() & 0o777, 0o600);
        let folder = scratch.path().parent().unwrap().to_owned();
        assert_eq!(fs::metadata(&folder).unwrap().mode() & 0o777, 0o700);
        fs::write(folder.join("value.txt~"), "hunter2").unwrap();
        fs::write(scratch.path(), "hunter3").unwrap();
        assert_eq!(scratch.read(100).unwrap().expose(), b"hunter3");
        assert_eq!(scratch.read(3).unwrap().len(), 4, "one more than the limit tells that it is too long");
        drop(scratch);
        assert!(!folder.exists());
    }

    #[test]
    fn a_removed_scratch_was_overwritten_first() {
        let parent = tempfile::tempdir().unwrap();
        let scratch = scratch(parent.path());
        // A second name of the same file shows what was left of it.
        let other = parent.path().join("other");
        fs::hard_link(scratch.path(), &other).unwrap();
        drop(scratch);
        assert_eq!(fs::read(other).unwrap(), [0; 7]);
    }

    #[test]
    fn a_kept_scratch_stays() {
        let parent = tempfile::tempdir().unwrap();
        let path = scratch(parent.path()).keep();
        assert_eq!(fs::read(&path).unwrap(), b"hunter2");
        assert_eq!(own(parent.path(), KEPT), [path.parent().unwrap()]);
        assert_eq!(wipe_left_behind_in(parent.path()), [""; 0].map(PathBuf::from));
        assert!(path.exists());
    }

    #[test]
    fn only_what_nobody_has_any_more_is_wiped() {
        let parent = tempfile::tempdir().unwrap();
        let in_use = scratch(parent.path());
        // As a process leaves it that is killed: the file is there, its lock is not.
        let killed = crate::platform::private_folder::make(parent.path(), EDITED).unwrap();
        fs::create_dir(killed.join("sub")).unwrap();
        fs::write(killed.join("sub/value.txt"), "hunter2").unwrap();
        let other = parent.path().join("other");
        fs::hard_link(killed.join("sub/value.txt"), &other).unwrap();
        fs::create_dir(parent.path().join("etui-editor")).unwrap();
        assert_eq!(wipe_left_behind_in(parent.path()), [killed.as_path()]);
        assert!(!killed.exists());
        assert_eq!(fs::read(other).unwrap(), [0; 7]);
        assert_eq!(in_use.read(100).unwrap().expose(), b"hunter2");
        assert!(parent.path().join("etui-editor").exists());
        let path = in_use.path().to_owned();
        drop(in_use);
        assert!(!path.exists());
    }
}
