//! Files that are named for values and texts: `-` is stdin or stdout there, and what no file can take the place of,
//! a pipe or a device, is written directly.
//!
//! Vault files, key files and settings are never streams: see [`refuse_stream`].

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use clap::Args;

use super::error::{CliError, reason};
use crate::memory::{SecretBytes, read_up_to};
use crate::vault::{Existing, VaultError, place_secret_file};

/// Whether a path stands for stdin or stdout.
pub(super) fn is_stream(path: &Path) -> bool {
    path == Path::new("-")
}

/// Refuses `-` where only a file will do; `what` is "a vault file", "a key file".
pub(super) fn refuse_stream(path: &Path, what: &str) -> Result<(), CliError> {
    if !is_stream(path) {
        return Ok(());
    }
    Err(CliError::usage(
        format!("{what} cannot be '-': it is neither read from stdin nor written to stdout"),
        "name a file; one that is called '-' is './-'",
    ))
}

/// Reads a file whole, up to a limit and one byte more.
pub(super) fn read_file(path: &Path, limit: usize) -> Result<SecretBytes, CliError> {
    File::open(path)
        .and_then(|file| read_up_to(file, limit))
        .map_err(|error| CliError::usage(format!("cannot read '{}': {}", path.display(), reason(&error)), ""))
}

/// Where a command writes values to.
#[derive(Debug, Args)]
pub(super) struct OutArguments {
    /// Write to a file of mode 0600 instead of stdout
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// Overwrite the file if it exists
    #[arg(long, requires = "out")]
    force: bool,
}

impl OutArguments {
    /// The file; `None` where it is stdout.
    pub(super) fn file(&self) -> Option<&Path> {
        const STDOUT: [&str; 4] = ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];
        self.out.as_deref().filter(|path| !STDOUT.iter().any(|stdout| path.as_os_str() == OsStr::new(stdout)))
    }

    /// Writes the file, whole or not at all. One that holds the same bytes already is as good as written.
    pub(super) fn write(&self, path: &Path, bytes: &SecretBytes) -> anyhow::Result<()> {
        let there = fs::metadata(path);
        match &there {
            Ok(metadata) if metadata.is_dir() => {
                let sentence = format!("'{}' is a folder", path.display());
                return Err(CliError::usage(sentence, "name a file in it").into());
            }
            Ok(metadata) if !metadata.is_file() => return Ok(write_directly(path, bytes)?),
            Ok(_) if self.force => {}
            Ok(_) if holds_for_owner_alone(path, bytes) => return Ok(()),
            Ok(_) => {
                let sentence = format!("'{}' already exists", path.display());
                return Err(
                    CliError::usage(sentence, "choose another path, or overwrite it with --force").into()
                );
            }
            Err(_) => folder_exists(path)?,
        }
        let existing = if self.force { Existing::Replace } else { Existing::Keep };
        match place_secret_file(path, bytes, existing) {
            Err(VaultError::System { reason, .. }) => {
                let sentence = format!("cannot write '{}': {reason}", path.display());
                Err(CliError::unexpected(sentence, "").into())
            }
            written => Ok(written?),
        }
    }
}

/// Says of a new file that its folder is missing: a mistake in the path.
pub(super) fn folder_exists(path: &Path) -> Result<(), CliError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    match folder {
        Some(folder) if !folder.is_dir() => Err(CliError::usage(
            format!("there is no folder '{}'", folder.display()),
            "create it first, or check the path",
        )),
        _ => Ok(()),
    }
}

/// Whether a file holds these bytes and no others. One that others may read becomes as private as a new one.
fn holds_for_owner_alone(path: &Path, bytes: &SecretBytes) -> bool {
    let Ok(file) = File::open(path) else { return false };
    let make_private = || match file.metadata()?.permissions().mode() & 0o077 {
        0 => Ok(()),
        _ => file.set_permissions(Permissions::from_mode(0o600)),
    };
    read_up_to(&file, bytes.len()).is_ok_and(|found| found.equals(bytes.expose())) && make_private().is_ok()
}

fn write_directly(path: &Path, bytes: &SecretBytes) -> Result<(), CliError> {
    let written: io::Result<()> =
        OpenOptions::new().write(true).open(path).and_then(|mut stream| stream.write_all(bytes.expose()));
    written.map_err(|error| CliError::system(format!("cannot write to '{}'", path.display()), &error))
}
