//! Another vault file beside the one of this machine: opened with the same key, else with its own password.

use std::fs::File;
use std::path::{Path, PathBuf};

use clap::Args;

use super::error::{CliError, reason};
use super::input;
use super::invocation::Invocation;
use super::password::{self, PasswordSource};
use crate::exchange::LONGEST_FILE;
use crate::memory::SecretBytes;
use crate::vault::{Beside, Credentials, LockedVault, SystemClock, Vault};

/// What unlocks another vault file.
#[derive(Debug, Args)]
pub(in crate::cli) struct OtherVault {
    /// Its password file, or `-` for stdin
    ///
    /// The password of a database, of an export or of another vault. Without this option it is asked for.
    #[arg(long, value_name = "FILE")]
    other_password_file: Option<PathBuf>,

    /// Its key file, if it has one
    #[arg(long, value_name = "FILE")]
    other_key_file: Option<PathBuf>,
}

impl OtherVault {
    /// Whether anything was said about it.
    pub(super) fn is_named(&self) -> bool {
        self.other_password_file.is_some() || self.other_key_file.is_some()
    }

    /// Opens it: with the key of this one where it is the same, else with its password.
    pub(super) fn open(
        &self,
        invocation: &Invocation,
        vault: &mut Vault,
        path: &Path,
    ) -> anyhow::Result<Vault> {
        let locked = match vault.open_beside(path, Box::new(SystemClock))? {
            Beside::Open(other) => return Ok(*other),
            Beside::Locked(locked) => locked,
        };
        let credentials = self.credentials(invocation, &locked)?;
        let unlocked = locked.unlock(&credentials, invocation.answers());
        unlocked.map_err(|failed| failed.error.into())
    }

    /// What unlocks it, asked for where it is not named.
    pub(super) fn credentials(
        &self,
        invocation: &Invocation,
        other: &LockedVault,
    ) -> anyhow::Result<Credentials> {
        let key_file = self.key_file(invocation)?;
        if other.needs_key_file() && key_file.is_none() {
            return Err(CliError::not_unlocked(
                "the other vault needs its key file besides the password",
                "name it with --other-key-file",
            )
            .into());
        }
        let given = self.password(invocation)?;
        let asked = || invocation.with_terminal(password::ask_other);
        Ok(Credentials::new(given.map_or_else(asked, Ok)?, key_file.as_ref())?)
    }

    /// The key file, where it is named.
    pub(super) fn key_file(&self, invocation: &Invocation) -> anyhow::Result<Option<SecretBytes>> {
        let key_file = self.other_key_file.as_deref().map(|path| {
            let read = |file: File| {
                password::note_open_file(invocation.output(), "key file", path, &file)?;
                input::read_up_to(file, LONGEST_FILE)
            };
            File::open(path).and_then(read).map_err(|error| {
                let sentence = format!("cannot read the key file '{}': {}", path.display(), reason(&error));
                CliError::usage(sentence, "name another with --other-key-file")
            })
        });
        Ok(key_file.transpose()?)
    }

    /// Whether a password is named.
    pub(super) fn has_password(&self) -> bool {
        self.other_password_file.is_some()
    }

    /// The password, where it is named.
    pub(super) fn password(&self, invocation: &Invocation) -> anyhow::Result<Option<SecretBytes>> {
        let Some(path) = &self.other_password_file else { return Ok(None) };
        let source = PasswordSource::of_file(path);
        if source == PasswordSource::Stdin {
            drop(invocation.claim_stdin("the password of the file")?);
        }
        Ok(source.read(invocation.output(), "--other-password-file")?)
    }
}
