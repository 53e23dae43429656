//! `etui backup`: a consistent copy of the vault.

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::output::Audience;
use crate::cli::progress::ProgressLine;
use crate::cli::row::RunCommand;
use crate::cli::schema::{Json, Kind, STATE, Schema, key};
use crate::cli::stream::{folder_exists, refuse_stream};
use crate::cli::wording::checked;
use crate::vault::VaultError;

/// Copy the vault into a new file, and check the copy
///
/// The copy is consistent, whatever other programs do to the vault meanwhile, and private (mode 0600). It opens with
/// the current password, also after a later `etui passwd` or `etui rekey`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  etui backup /media/stick/vault-2026-12.etui
  etui verify /media/stick/vault-2026-12.etui")]
pub(in crate::cli) struct Backup {
    /// Path of the copy; must not exist
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct BackupJson<'a> {
    file: &'a Path,
    secrets: u64,
    versions: u64,
    events: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    vault_state: Option<String>,
}

impl RunCommand for Backup {
    const JSON: Json = Json::Answers(&[Schema::only(&[&[
        key("File", Kind::Text, "the copy"),
        key("Secrets", Kind::Number, "how many secrets it holds"),
        key("Versions", Kind::Number, "how many versions"),
        key("Events", Kind::Number, "how many changes"),
        STATE,
    ]])]);

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        refuse_unfit_copy(&self.file)?;
        let mut vault = invocation.unlock()?;
        let output = invocation.output();
        let mut line = ProgressLine::new(output, "copying");
        let report = vault.back_up(&self.file, &mut |progress| line.show(progress))?;
        drop(line);
        invocation.say_notices(vault.take_notices());
        let sentence = format!(
            "backed the vault up to '{}' and checked the copy: {}",
            self.file.display(),
            checked(&report),
        );
        output.changed(&sentence, None);
        if output.audience() == Audience::Machine {
            let (secrets, versions, events) = (report.secrets, report.versions, report.events);
            let vault_state = report.state.map(|state| state.to_string());
            output.json(&BackupJson { file: &self.file, secrets, versions, events, vault_state })?;
        } else {
            output.done(&sentence)?;
        }
        Ok(Finish::Done)
    }
}

/// Refuses a path for a copy before a password is asked for; the vault decides it again, and safely.
pub(super) fn refuse_unfit_copy(path: &Path) -> anyhow::Result<()> {
    refuse_stream(path, "a copy of the vault")?;
    folder_exists(path)?;
    if path.symlink_metadata().is_ok() {
        return Err(VaultError::VaultExists { path: path.to_owned() }.into());
    }
    Ok(())
}
