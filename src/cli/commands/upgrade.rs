//! `etui upgrade`: converts the vault file to the newest format.

use std::path::Path;

use clap::Args;
use serde::Serialize;

use crate::cli::error::CliError;
use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::invocation::opened::Opened;
use crate::cli::output::Audience;
use crate::cli::progress::ProgressLine;
use crate::cli::row::RunCommand;
use crate::cli::schema::{Json, Kind, Schema, key};
use crate::vault::FormatVersion;

/// Convert the vault file to the newest format
///
/// Values, labels, notes, times and the history stay as they are; an older etui cannot open the vault afterwards. The
/// master password is always asked for, or taken from --password-file or --password-command. Either everything is
/// upgraded, or nothing has changed. A copy of the old file is kept beside it until the new one is checked.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Example:
  etui upgrade --yes")]
pub(in crate::cli) struct Upgrade {
    /// Upgrade without asking
    #[arg(long)]
    yes: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct UpgradeJson<'a> {
    vault: &'a Path,
    format: u32,
    upgraded: bool,
}

impl RunCommand for Upgrade {
    const JSON: Json = Json::Answers(&[Schema::only(&[&[
        key("Vault", Kind::Text, "the vault file"),
        key("Format", Kind::Number, "the format that it is in now"),
        key("Upgraded", Kind::Flag, "false: it was in that format already"),
    ]])]);

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let output = invocation.output();
        let locked = invocation.open_vault()?;
        if locked.format() < FormatVersion::NEWEST && !self.yes && !invocation.can_ask() {
            return Err(CliError::usage(
                "an older etui cannot open the vault afterwards; without a terminal, confirm with --yes",
                "",
            )
            .into());
        }
        let Opened { mut vault, credentials, .. } = invocation.unlock_file(locked)?;
        let is_old = vault.format()? < FormatVersion::NEWEST;
        if is_old && !self.yes && !says_yes(invocation) {
            return Err(CliError::usage("the vault was not upgraded", "").into());
        }
        let mut line = ProgressLine::new(output, "upgrading");
        let upgraded = vault.upgrade(&credentials, &mut |progress| line.show(progress))?;
        drop(line);
        invocation.say_notices(vault.take_notices());
        if let Some(upgraded) = &upgraded {
            upgraded.refuse_findings()?;
            output.changed("the vault is upgraded", None);
        }
        let format = FormatVersion::NEWEST.number();
        if output.audience() == Audience::Machine {
            output.json(&UpgradeJson { vault: vault.path(), format, upgraded: upgraded.is_some() })?;
        } else if upgraded.is_some() {
            output.done(&format!("upgraded the vault to format {format} and checked it"))?;
        } else {
            output.done(&format!("the vault is already in the newest format, {format}"))?;
        }
        Ok(Finish::Done)
    }
}

fn says_yes(invocation: &Invocation) -> bool {
    let question = "An older etui cannot open this vault after an upgrade. Upgrade it now? [y/N] ";
    let reply = invocation.with_terminal(|terminal| terminal.and_then(|it| it.ask(question).ok().flatten()));
    matches!(reply.as_deref(), Some("y" | "Y" | "yes"))
}
