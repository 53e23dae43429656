//! Copies of the vault that a program which carries files put beside it, because both ends had changed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::{KeyIdentity, LockedVault, SystemClock};

/// Whether a file beside the vault file `vault` is named as such a copy of it: by Syncthing, Dropbox and others, a
/// merge tool, git, or etui itself.
pub fn is_conflict_name(vault: &str, name: &str) -> bool {
    let stem = vault.rsplit_once('.').map_or(vault, |(stem, _)| stem);
    let Some(rest) = name.strip_prefix(stem) else { return false };
    let of_vault = name.strip_prefix(vault);
    // vault.sync-conflict-20261130-120000-ABCDEFG.etui
    rest.starts_with(".sync-conflict-")
        // vault (me's conflicted copy 2026-11-30).etui
        || rest.contains("conflicted copy")
        // vault.etui.orig, vault.etui~HEAD, vault~HEAD.etui, vault.etui-conflict-1
        || of_vault.is_some_and(|rest| rest == ".orig" || rest.starts_with("-conflict-"))
        || rest.contains("~HEAD")
}

/// The copies of this vault beside it that are named so, in the order of their names. What is not a vault, or another
/// one, is none.
pub fn conflict_files(vault: &Path, identity: KeyIdentity) -> Vec<PathBuf> {
    let path = fs::canonicalize(vault).unwrap_or_else(|_| vault.to_owned());
    let (Some(folder), Some(own)) = (path.parent(), path.file_name().and_then(|name| name.to_str())) else {
        return Vec::new();
    };
    let is_ours = |path: &Path| {
        LockedVault::open_copy(path, Box::new(SystemClock))
            .is_ok_and(|other| other.key_identity().vault_id == identity.vault_id)
    };
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let named =
        entries.filter(|entry| entry.file_name().to_str().is_some_and(|name| is_conflict_name(own, name)));
    let mut found: Vec<PathBuf> = named.map(|entry| entry.path()).filter(|path| is_ours(path)).collect();
    found.sort_unstable();
    found
}

/// A file as it was when it was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenFile {
    path: PathBuf,
    length: u64,
    modified: Option<SystemTime>,
}

impl SeenFile {
    /// Looks at a file; `None` where there is none that can be looked at.
    pub fn of(path: &Path) -> Option<Self> {
        let metadata = fs::metadata(path).ok()?;
        Some(Self { path: path.to_owned(), length: metadata.len(), modified: metadata.modified().ok() })
    }

    /// Its path, as it was named.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it still looks so.
    pub fn is_unchanged(&self) -> bool {
        Self::of(&self.path).as_ref() == Some(self)
    }

    /// Deletes it, unless it has changed since; answers whether it is gone.
    ///
    /// # Errors
    /// Those of the system; the file is there then.
    pub fn delete_if_unchanged(&self) -> io::Result<bool> {
        if !self.is_unchanged() {
            return Ok(false);
        }
        fs::remove_file(&self.path).map(|()| true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conflict_files_are_known_by_the_names_that_programs_give_them() {
        for name in [
            "vault.sync-conflict-20261130-120000-ABCDEFG.etui",
            "vault (nb's conflicted copy 2026-11-30).etui",
            "vault (conflicted copy).etui",
            "vault.etui.orig",
            "vault.etui~HEAD",
            "vault.etui~HEAD_0",
            "vault~HEAD.etui",
            "vault.etui-conflict-1",
        ] {
            assert!(is_conflict_name("vault.etui", name), "{name}");
        }
        for name in [
            "vault.etui",
            "vault.etui-journal",
            "vault.etui-before-rekey-1",
            "other.sync-conflict-20261130-120000-ABCDEFG.etui",
            "vault.etui.origin",
            "sync-conflict.etui",
            ".etui-tmp-0011223344556677",
        ] {
            assert!(!is_conflict_name("vault.etui", name), "{name}");
        }
    }

    #[test]
    fn a_file_that_changed_since_it_was_seen_is_not_deleted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vault.etui.orig");
        assert_eq!(SeenFile::of(&path), None);
        fs::write(&path, "one").unwrap();
        let seen = SeenFile::of(&path).unwrap();
        fs::write(&path, "other").unwrap();
        assert!(!seen.delete_if_unchanged().unwrap() && path.exists());
        assert!(SeenFile::of(&path).unwrap().delete_if_unchanged().unwrap() && !path.exists());
    }
}
