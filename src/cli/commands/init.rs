//! `etui init`: a new vault.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use serde::Serialize;

use super::cost::CostArguments;
use crate::cli::error::CliError;
use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::output::Audience;
use crate::cli::row::RunCommand;
use crate::cli::wording;
use crate::vault::{self, Credentials, KdfCost, Vault, VaultError};
use crate::vault::{Existing, place_secret_file};

/// Make a new vault
///
/// The master password is asked for twice, or taken from --password-file or --password-command. An existing
/// file is never overwritten. How much unlocking costs is measured on this machine, unless it is said.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  etui init
  etui init --vault ~/team.etui --key-file-out /media/stick/team.key
  etui init --password-file pass.txt --kdf-memory 256")]
pub(in crate::cli) struct Init {
    #[command(flatten)]
    cost: CostArguments,

    /// Make a key file, which is then needed besides the password, and write it here
    #[arg(long, value_name = "FILE")]
    key_file_out: Option<PathBuf>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Made<'a> {
    vault: &'a Path,
    #[serde(rename = "KdfMemoryMiB")]
    kdf_memory_mib: u32,
    kdf_passes: u32,
    kdf_lanes: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_file: Option<&'a Path>,
}

impl RunCommand for Init {
    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let path = invocation.vault_path()?;
        if path.symlink_metadata().is_ok() {
            // Before a password is asked for; `create` decides it again, and safely.
            let sentence = VaultError::VaultExists { path: path.to_owned() }.to_string();
            return Err(CliError::usage(sentence, "choose another path with --vault").into());
        }
        let chosen = self.cost.chosen()?;
        let given = invocation.key_file()?;
        if given.is_some() && self.key_file_out.is_some() {
            return Err(CliError::usage(
                "a key file is either taken or made, not both",
                "leave out --key-file (and ETUI_KEY_FILE) or --key-file-out",
            )
            .into());
        }
        let password = invocation.new_password()?;
        let cost = match chosen {
            Some(cost) => cost,
            None => KdfCost::measure().context("cannot measure what unlocking may cost")?,
        };
        let made = self.key_file_out.is_some().then(vault::make_key_file).transpose()?;
        let credentials = Credentials::new(password, given.as_ref().or(made.as_ref()))?;
        // First the key file: a vault whose key file could not be written would never open.
        if let (Some(path), Some(text)) = (&self.key_file_out, &made) {
            place_secret_file(path, text, Existing::Keep)?;
        }
        let mut vault =
            Vault::create(path, &credentials, cost, invocation.environment()).inspect_err(|_| {
                if let Some(unused) = &self.key_file_out {
                    let _ = std::fs::remove_file(unused);
                }
            })?;
        invocation.say_notices(vault.take_notices());
        self.tell(invocation, vault.path(), cost)?;
        Ok(Finish::Done)
    }
}

impl Init {
    fn tell(&self, invocation: &Invocation, path: &Path, cost: KdfCost) -> anyhow::Result<()> {
        let key_file = self.key_file_out.as_deref();
        if invocation.output().audience() == Audience::Machine {
            return invocation.output().json(&Made {
                vault: path,
                kdf_memory_mib: cost.memory_kib() / 1024,
                kdf_passes: cost.passes(),
                kdf_lanes: cost.lanes(),
                key_file,
            });
        }
        let mut sentence =
            format!("made the vault '{}'; unlocking it takes {}", path.display(), wording::cost(cost));
        if let Some(key_file) = key_file {
            sentence += &format!(
                "\nits key file is '{}': without a copy of it the vault cannot be opened",
                key_file.display()
            );
        }
        invocation.output().done(&sentence)
    }
}
