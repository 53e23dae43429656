//! A folder that nobody else can look into, and that goes with whoever holds it.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// A new folder of mode 0700, removed with all that is in it on drop.
#[derive(Debug)]
pub struct PrivateFolder(PathBuf);

impl PrivateFolder {
    /// Makes one whose name begins with `prefix`.
    ///
    /// # Errors
    /// As the system says.
    pub fn new(parent: &Path, prefix: &str) -> io::Result<Self> {
        make(parent, prefix).map(Self)
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for PrivateFolder {
    fn drop(&mut self) {
        // Nobody is there to be told.
        let _ = fs::remove_dir_all(&self.0);
    }
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
    use std::os::unix::fs::MetadataExt;

    use super::*;

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
