//! Files that only their owner may read: what may lie at their path already is decided here, the writing is
//! the vault's.

use std::fs;
use std::path::Path;

use super::error::CliError;
use crate::memory::SecretBytes;
use crate::vault;

/// What may lie at the path already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Existing {
    /// A regular file is replaced.
    Replace,
    /// Nothing is replaced.
    Keep,
}

/// Writes a file of mode 0600, whole or not at all.
pub(super) fn write(path: &Path, bytes: &SecretBytes, existing: Existing) -> anyhow::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(_) if existing == Existing::Keep => Err(CliError::usage(
            format!("there is a file at '{}' already", path.display()),
            "choose another path",
        )
        .into()),
        // Renaming over a device or a link would put a file in its place.
        Ok(metadata) if !metadata.is_file() => Err(CliError::usage(
            format!("'{}' is not a regular file", path.display()),
            "choose another path, or write to stdout and redirect it",
        )
        .into()),
        _ => Ok(vault::write_secret_file(path, bytes)?),
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
        write(&path, &bytes("one"), Existing::Keep).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(write(&path, &bytes("two"), Existing::Keep).is_err());
        assert_eq!(fs::read(&path).unwrap(), b"one");
        write(&path, &bytes("two"), Existing::Replace).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");

        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert!(write(&link, &bytes("three"), Existing::Replace).is_err());
        assert!(write(folder.path(), &bytes("three"), Existing::Replace).is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}
