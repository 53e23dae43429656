//! `etui recovery-sheet`: what is needed to open the vault once this machine is gone, on paper.

mod sheet;

use clap::Args;
use serde::Serialize;

use self::sheet::{KeyFileOnSheet, Sheet};
use crate::cli::error::CliError;
use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::output::Audience;
use crate::cli::qr::Ground;
use crate::cli::row::RunCommand;
use crate::cli::schema::{Json, Kind, STATE, Schema, key};
use crate::cli::stream::OutArguments;
use crate::vault::VaultError;

/// Print a sheet that helps to open the vault once this machine is gone
///
/// Plain text for paper: which vault it is, where it and its known copies are, whether a key file is needed, its state,
/// and what to do step by step. It holds no password and no secret. The 64 digits of the key file are
/// on it only with --with-key-file, or after a question on a terminal: as text and as a QR code. The password is then
/// always asked for, or taken from --password-file or --password-command, to check that the key file is the right
/// one. Print a new sheet after you change the key file.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  etui recovery-sheet --out sheet.txt
  etui recovery-sheet | lp")]
pub(in crate::cli) struct RecoverySheet {
    /// Include the key file; anyone who has the sheet then has the key file
    #[arg(long)]
    with_key_file: bool,

    #[command(flatten)]
    out: OutArguments,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct SheetJson {
    out: String,
    has_key_file: bool,
    vault_state: String,
}

impl RunCommand for RecoverySheet {
    const JSON: Json = Json::Answers(&[Schema::when(
        "with --out; without it, the sheet is printed",
        &[&[
            key("Out", Kind::Text, "the file that was written"),
            key("HasKeyFile", Kind::Flag, "whether the digits of the key file are on it"),
            STATE,
        ]],
    )]);

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let output = invocation.output();
        let needs_key_file = invocation.open_vault()?.needs_key_file();
        let includes_key_file = self.includes_key_file(invocation, needs_key_file)?;
        let (mut vault, digits) = if includes_key_file {
            // The agent would open the vault whatever key file is named.
            (invocation.unlock_to_relock()?.vault, invocation.key_file()?)
        } else {
            (invocation.unlock()?, None)
        };
        let state = vault.state()?;
        let copies = vault.known_backups();
        let (vault_id, cost) = (vault.key_identity()?.vault_id, vault.kdf_cost()?);
        let sheet = Sheet {
            made: invocation.now(),
            vault_id,
            vault: vault.path(),
            state,
            cost,
            key_file: match &digits {
                Some(text) => KeyFileOnSheet::Digits(text),
                None if needs_key_file => KeyFileOnSheet::LeftOut,
                None => KeyFileOnSheet::NotNeeded,
            },
            key_file_path: invocation.key_file_path().filter(|_| needs_key_file),
            copies: &copies,
        };
        let Some(path) = self.out.file() else {
            let ground = if output.stdout_is_terminal() { Ground::Terminal } else { Ground::Paper };
            output.bytes(sheet.text(ground).expose())?;
            return Ok(Finish::Done);
        };
        self.out.write(path, &sheet.text(Ground::Paper))?;
        let out = path.display().to_string();
        let sentence = format!("wrote the recovery sheet to '{out}'");
        output.changed(&sentence, None);
        if output.audience() == Audience::Machine {
            let vault_state = state.to_string();
            output.json(&SheetJson { out, has_key_file: includes_key_file, vault_state })?;
        } else {
            output.done(&sentence)?;
            if includes_key_file {
                output.note("the sheet holds the key file: print it, then delete the file");
            }
        }
        Ok(Finish::Done)
    }
}

impl RecoverySheet {
    fn includes_key_file(&self, invocation: &Invocation, is_needed: bool) -> anyhow::Result<bool> {
        let is_named = invocation.key_file_path().is_some();
        match (self.with_key_file, is_needed) {
            (true, false) => Err(CliError::usage(
                "this vault needs no key file",
                "leave --with-key-file out: the sheet has no key file then",
            )
            .into()),
            (true, true) if !is_named => Err(VaultError::KeyFileNeeded.into()),
            (true, true) => Ok(true),
            (false, _) => Ok(is_needed
                && is_named
                && invocation.can_ask()
                && invocation.confirms(
                    "Include the key file? Anyone who has the sheet then has the key file. [y/N] ",
                    false,
                )),
        }
    }
}
