//! What `passwd` and `rekey` have in common: the present password, a new one, a new cost, a new key file.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use serde::Serialize;

use super::cost::CostArguments;
use crate::cli::error::CliError;
use crate::cli::invocation::{Invocation, Opened};
use crate::cli::password::{self, PasswordSource};
use crate::memory::SecretBytes;
use crate::vault::{self, Credentials, KdfCost, Vault, VaultError};
use crate::vault::{Existing, place_secret_file};

/// How the vault shall be locked from now on.
#[derive(Debug, Args)]
pub(in crate::cli) struct NewLocks {
    /// Read the new master password from a file, `-` for stdin, instead of asking for it twice
    #[arg(long, value_name = "FILE")]
    new_password_file: Option<PathBuf>,

    #[command(flatten)]
    cost: CostArguments,

    /// Make a new key file, which is then needed besides the password, and write it here
    #[arg(long, value_name = "FILE", conflicts_with = "no_key_file")]
    key_file_out: Option<PathBuf>,

    /// Need no key file any more
    #[arg(long)]
    no_key_file: bool,
}

/// What was changed, for the answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Relocked {
    vault: PathBuf,
    #[serde(rename = "KdfMemoryMiB")]
    kdf_memory_mib: u32,
    kdf_passes: u32,
    kdf_lanes: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) key_file: Option<PathBuf>,
    #[serde(skip)]
    pub(super) cost: KdfCost,
    /// Copies that still open with the old password.
    pub(super) backups: Vec<PathBuf>,
}

impl NewLocks {
    /// Takes the present password, asks for the new one, and lets `change` do the rest.
    pub(super) fn apply(
        self,
        invocation: &Invocation,
        change: impl FnOnce(&mut Vault, &Credentials, &Credentials, KdfCost) -> Result<(), VaultError>,
    ) -> anyhow::Result<Relocked> {
        let chosen = self.cost.chosen()?;
        let given = self.given_password(invocation)?;
        if let Some(path) = self.key_file_out.as_ref().filter(|path| path.symlink_metadata().is_ok()) {
            return Err(there_already(path).into());
        }
        let Opened { mut vault, credentials: present, .. } = invocation.unlock_to_relock()?;
        let identity = vault.key_identity()?;
        let password = match given {
            Some(password) => password,
            None => invocation.with_terminal(password::ask_new)?,
        };
        let cost = match chosen {
            Some(cost) => cost,
            None => vault.cost_for_new_locks().context("cannot say what unlocking may cost")?,
        };
        let made = self.key_file_out.is_some().then(vault::make_key_file).transpose()?;
        let kept = if self.no_key_file { None } else { invocation.key_file()? };
        let new = Credentials::new(password, made.as_ref().or(kept.as_ref()))?;
        // First the key file: a vault whose key file could not be written would never open.
        if let (Some(path), Some(text)) = (&self.key_file_out, &made) {
            place_secret_file(path, text, Existing::Keep)?;
        }
        change(&mut vault, &present, &new, cost).inspect_err(|_| {
            if let Some(path) = &self.key_file_out {
                // It stays: if the change is in the file after all, the vault opens with nothing else.
                let sentence = format!("the new key file '{}' is there and not in use", path.display());
                invocation.output().note(&sentence);
            }
        })?;
        invocation.lock_agent(identity);
        invocation.say_notices(vault.take_notices());
        Ok(Relocked {
            vault: vault.path().to_owned(),
            kdf_memory_mib: cost.memory_kib() / 1024,
            kdf_passes: cost.passes(),
            kdf_lanes: cost.lanes(),
            key_file: self.key_file_out,
            cost,
            backups: vault.known_backups(),
        })
    }

    fn given_password(&self, invocation: &Invocation) -> Result<Option<SecretBytes>, CliError> {
        let Some(file) = &self.new_password_file else { return Ok(None) };
        let source = PasswordSource::of_file(file);
        if source == PasswordSource::Stdin && invocation.reads_password_from_stdin() {
            return Err(CliError::usage(
                "stdin cannot hold both the present password and the new one",
                "name a file for one of them",
            ));
        }
        source.read(invocation.output())
    }
}

fn there_already(path: &Path) -> CliError {
    CliError::usage(format!("there is a file at '{}' already", path.display()), "choose another path")
}
