//! Whether a file has changed since it was looked at, as far as the file system tells.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::SystemTime;

/// What a file looks like: whether it has changed since.
#[derive(PartialEq, Eq)]
pub(super) struct LooksLike {
    bytes: u64,
    modified: Option<SystemTime>,
    /// Another file of the same name has another number.
    inode: u64,
}

impl LooksLike {
    /// `None` where there is no file.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let metadata = fs::metadata(path).ok()?;
        Some(Self { bytes: metadata.len(), modified: metadata.modified().ok(), inode: metadata.ino() })
    }
}
