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
use crate::cli::schema::{Json, Kind, Schema, key};
use crate::cli::stream::{folder_exists, refuse_stream};
use crate::cli::wording;
use crate::domain::visible;
use crate::vault::{self, Credentials, KdfCost, Vault, VaultError};
use crate::vault::{Existing, place_secret_file};

/// Create a vault
///
/// The master password is asked for twice, or taken from --password-file or --password-command. An existing
/// file is never overwritten, except a vault that was never finished, after a question. The cost of unlocking is
/// measured on this machine, unless --kdf options set it.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  etui init
  etui init --vault ~/team.etui --key-file-out /media/stick/team.key
  etui init --password-file pass.txt --kdf-memory 256")]
pub(in crate::cli) struct Init {
    #[command(flatten)]
    cost: CostArguments,

    /// Create a key file, which is then needed too
    #[arg(long, value_name = "FILE")]
    key_file_out: Option<PathBuf>,

    /// Replace a vault that was never finished without asking; it holds nothing
    #[arg(long)]
    yes: bool,
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
    const JSON: Json = Json::Answers(&[Schema::only(&[&[
        key("Vault", Kind::Text, "the vault file"),
        key("KdfMemoryMiB", Kind::Number, "memory of Argon2id in MiB"),
        key("KdfPasses", Kind::Number, "its passes"),
        key("KdfLanes", Kind::Number, "its lanes"),
        key("KeyFile", Kind::Text, "the key file that was made").if_any("one was made"),
    ]])]);

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let path = invocation.vault_path()?;
        // Before a password is asked for; `create` decides it again, and safely.
        refuse_below_a_file(path)?;
        let replaces = path.symlink_metadata().is_ok();
        if replaces {
            self.allow_replacing(invocation, path)?;
        }
        if let Some(path) = &self.key_file_out {
            refuse_stream(path, "a key file")?;
            folder_exists(path)?;
        }
        let chosen = self.cost.chosen()?;
        let given = invocation.key_file()?;
        if given.is_some() && self.key_file_out.is_some() {
            return Err(CliError::usage(
                "--key-file and --key-file-out exclude each other",
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
        let place = if replaces { vault::remove_unfinished(path) } else { Ok(path.to_owned()) };
        let created =
            place.and_then(|place| Vault::create(&place, &credentials, cost, invocation.environment()));
        let mut vault = created.inspect_err(|error| {
            // Where it is not known whether there is a vault, nothing else would open it.
            let is_unused = !matches!(error, VaultError::Unknown { .. });
            if let Some(unused) = self.key_file_out.as_ref().filter(|_| is_unused)
                && std::fs::remove_file(unused).is_err()
            {
                let sentence = format!("the key file '{}' belongs to no vault: remove it", unused.display());
                invocation.output().note(&sentence);
            }
        })?;
        invocation.say_notices(vault.take_notices());
        self.tell(invocation, vault.path(), cost)?;
        Ok(Finish::Done)
    }
}

impl Init {
    /// Only a vault that was never finished is replaced, and only if that is wished.
    fn allow_replacing(&self, invocation: &Invocation, path: &Path) -> Result<(), CliError> {
        if !vault::is_unfinished(path) {
            let sentence = VaultError::VaultExists { path: path.to_owned() }.to_string();
            return Err(CliError::usage(sentence, "choose another path with --vault"));
        }
        let sentence = VaultError::Unfinished { path: path.to_owned() }.to_string();
        let answer = || {
            let question = visible(&format!("{sentence}. It holds nothing. Replace it? [y/N] ")).into_owned();
            invocation.with_terminal(|terminal| terminal.and_then(|it| it.ask(&question).ok().flatten()))
        };
        let is_allowed = self.yes
            || (invocation.can_ask()
                && answer()
                    .is_some_and(|answer| ["y", "yes"].contains(&answer.trim().to_lowercase().as_str())));
        if is_allowed {
            return Ok(());
        }
        Err(CliError::usage(sentence, "replace it with --yes; it holds nothing"))
    }

    fn tell(&self, invocation: &Invocation, path: &Path, cost: KdfCost) -> anyhow::Result<()> {
        let key_file = self.key_file_out.as_deref();
        invocation.output().changed(&format!("created the vault '{}'", path.display()), None);
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
            format!("created the vault '{}'; unlocking it takes {}", path.display(), wording::cost(cost));
        if let Some(key_file) = key_file {
            sentence += &format!("\n{}", vault::wording::key_file_made(key_file));
        }
        invocation.output().done(&sentence)
    }
}

/// A path that goes on below a file is a mistake, told before a password is asked for.
fn refuse_below_a_file(path: &Path) -> Result<(), CliError> {
    let above = path.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty());
    match above.into_iter().find(|folder| folder.exists()) {
        Some(folder) if !folder.is_dir() => Err(CliError::usage(
            format!("'{}' is not a folder", visible(&folder.display().to_string())),
            "choose another path with --vault",
        )),
        _ => Ok(()),
    }
}
