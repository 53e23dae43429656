//! Long work as a command line.

use std::path::{Path, PathBuf};

use super::words::{CommandLine, Parts};
use crate::domain::Folder;
use crate::exchange::ExportFormat;
use crate::tui::jobs::{Job, OtherCopy, Scope, ToRead, WrittenAs};
use crate::vault::{NewKeyFile, Relocking};

/// The line of a job; `None` where it changes nothing by itself.
pub(super) fn parts(job: &Job) -> Option<Parts> {
    Some(match job {
        Job::Relock(relocking, wanted) => {
            let parts = Parts::of(match relocking {
                Relocking::Password => "passwd",
                Relocking::VaultKey => "rekey",
            });
            match &wanted.key_file {
                NewKeyFile::Keep => parts,
                NewKeyFile::Make(path) => parts.path("--key-file-out", path),
                NewKeyFile::Drop => parts.switch("--no-key-file"),
            }
        }
        Job::Upgrade(_) => Parts::of("upgrade").switch("--yes"),
        Job::Verify => Parts::of("verify"),
        Job::BackUp(path) => Parts::of("backup").file(path),
        // No line names single secrets to export.
        Job::Export { only, .. } if !only.is_empty() => return None,
        Job::Export { written, folder, path, .. } => {
            let parts = Parts::of("export");
            let parts = match written {
                WrittenAs::Plain(ExportFormat::Dotenv) => parts.name("dotenv").switch("--plaintext"),
                WrittenAs::Plain(ExportFormat::Json) => parts.name("json").switch("--plaintext"),
                WrittenAs::Kdbx(..) => parts.name("kdbx"),
            };
            let parts = parts.path("--out", path);
            parts.maybe("--prefix", folder.as_ref().map(Folder::as_str))
        }
        Job::Remove(Scope::Force(name), _) => Parts::of("rm").name(name.as_str()).switch("--force"),
        Job::Remove(Scope::One(name), _) => Parts::of("purge").name(name.as_str()),
        Job::Remove(Scope::Past, _) => Parts::of("purge"),
        // Patterns name more than what was chosen line by line.
        #[cfg(feature = "engines")]
        Job::Engine(_) => return None,
        // No line answers single conflicts.
        Job::Merge(_, shown) if !shown.sides.is_empty() || !shown.purges.each.is_empty() => return None,
        Job::Merge(wanted, _) => match &wanted.copy {
            OtherCopy::File(path) => Parts::of("merge").file(path),
            OtherCopy::Remote(None) => Parts::of("sync"),
            OtherCopy::Remote(Some(name)) => Parts::of("sync").name(name.as_str()),
        },
        Job::ReadImport(_) | Job::Import(_) | Job::PlanMerge(_) | Job::PlanRemoval(_) => return None,
    })
}

/// What an import reads.
pub(super) struct WhatIsRead {
    /// Its format, once it is known.
    pub(super) source: Option<&'static str>,
    path: PathBuf,
    folder: Option<Folder>,
    columns: Option<String>,
    key_file: Option<PathBuf>,
    /// Whether the key file alone opens it.
    has_no_password: bool,
    /// Whether what is refused is left out.
    pub(super) skips_refused: bool,
}

impl WhatIsRead {
    pub(super) fn of(wanted: &ToRead) -> Self {
        Self {
            source: wanted.source.map(|source| source.name()),
            path: wanted.path.clone(),
            folder: wanted.folder.clone(),
            columns: wanted.columns.as_ref().map(ToString::to_string),
            key_file: wanted.locks.as_ref().and_then(|locks| locks.key_file.clone()),
            has_no_password: wanted.locks.as_ref().is_some_and(|locks| locks.password.is_empty())
                && !wanted.path.is_dir(),
            skips_refused: false,
        }
    }

    /// The line that imports it.
    pub(super) fn line(&self, vault: Option<&Path>) -> Option<CommandLine> {
        let parts = Parts::of("import").name(self.source?).file(&self.path);
        let parts = if self.skips_refused { parts.switch("--skip-refused") } else { parts };
        let parts = parts.maybe("--map", self.columns.as_deref());
        let parts = parts.maybe("--prefix", self.folder.as_ref().map(Folder::as_str));
        let parts = match &self.key_file {
            Some(path) => parts.path("--other-key-file", path),
            None => parts,
        };
        let parts = if self.has_no_password { parts.switch("--no-other-password") } else { parts };
        Some(parts.into_line(vault))
    }
}
