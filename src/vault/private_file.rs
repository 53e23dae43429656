//! Files that only their owner may read: what may be at their path already is decided here.

use std::fs;
use std::path::Path;

use super::error::VaultError;
use super::write_secret_file;
use crate::memory::SecretBytes;

/// What may be at the path already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// A regular file is replaced.
    Replace,
    /// Nothing is replaced.
    Keep,
}

/// Writes a file of mode 0600, whole or not at all.
///
/// # Errors
/// [`VaultError::FileExists`], [`VaultError::NoRegularFile`], [`VaultError::System`].
pub fn place_secret_file(path: &Path, bytes: &SecretBytes, existing: Existing) -> Result<(), VaultError> {
    match fs::symlink_metadata(path) {
        Ok(_) if existing == Existing::Keep => Err(VaultError::FileExists { path: path.to_owned() }),
        // Renaming over a device or a link would put a file in its place.
        Ok(metadata) if !metadata.is_file() => Err(VaultError::NoRegularFile { path: path.to_owned() }),
        _ => write_secret_file(path, bytes),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_file_is_private_and_replaces_a_regular_one_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("value");
        let bytes = |text: &str| SecretBytes::copy_of(text.as_bytes());
        place_secret_file(&path, &bytes("one"), Existing::Keep).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(place_secret_file(&path, &bytes("two"), Existing::Keep).is_err());
        assert_eq!(fs::read(&path).unwrap(), b"one");
        place_secret_file(&path, &bytes("two"), Existing::Replace).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");

        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert!(place_secret_file(&link, &bytes("three"), Existing::Replace).is_err());
        assert!(place_secret_file(folder.path(), &bytes("three"), Existing::Replace).is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}
