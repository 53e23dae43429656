//! `etui tui`: the terminal app.

use std::io::{self, IsTerminal as _};
use std::path::PathBuf;

use clap::Args;

use crate::app_options::{AppOptions, Ownership, clipboard_setting};
use crate::cli::error::CliError;
use crate::cli::exit_code::Finish;
use crate::cli::globals::AppLook;
use crate::cli::invocation::Invocation;
use crate::cli::row::RunCommand;
use crate::cli::schema::Json;
use crate::demo;
use crate::platform::signals::{Signal, die_of};
use crate::vault::Answers;

/// Open the terminal app (what `etui` alone does)
#[derive(Debug, Args)]
#[command(after_long_help = "Example:\n  etui tui --vault ~/team.etui")]
pub(in crate::cli) struct Tui {
    #[command(flatten)]
    look: AppLook,
}

impl RunCommand for Tui {
    const JSON: Json = Json::Unchanged("it draws the app");

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let common = options_without_vault(invocation, self.look)?;
        if invocation.reads_password_from_stdin() {
            return Err(CliError::usage(
                "the app reads keys from stdin, so the password cannot come from there",
                "name a file with --password-file, or type the password in the app",
            )
            .into());
        }
        let options = AppOptions {
            vault_path: invocation.vault_path()?.to_owned(),
            state_directory: invocation.state_directory().map(ToOwned::to_owned),
            key_file: invocation.key_file_path().map(ToOwned::to_owned),
            answers: invocation.answers(),
            ..common
        };
        let password = invocation.given_password()?;
        end_by((invocation.app().run)(options, password)?)
    }
}

/// What the app starts with on whatever vault: the user's settings, and a terminal.
pub(super) fn options_without_vault(invocation: &Invocation, look: AppLook) -> anyhow::Result<AppOptions> {
    if !(io::stdin().is_terminal() && io::stdout().is_terminal()) {
        return Err(CliError::usage(
            "the app needs a terminal on stdin and stdout",
            "run `etui --help` to see the commands for scripts",
        )
        .into());
    }
    demo::sweep_leftovers();
    let mut settings = invocation.settings()?;
    settings.plain |= look.plain || invocation.look().plain;
    Ok(AppOptions {
        vault_path: PathBuf::new(),
        state_directory: None,
        key_file: None,
        answers: Answers::default(),
        clipboard: clipboard_setting(&settings),
        settings_file: Some(invocation.settings_path()?),
        keymap_file: Some(invocation.keymap_path()?),
        remotes_file: Some(invocation.remotes_path()?),
        settings,
        ownership: Ownership::Own,
    })
}

/// A process that a signal ended says so to whoever sent it.
pub(super) fn end_by(signal: Option<Signal>) -> anyhow::Result<Finish> {
    signal.map_or(Ok(()), die_of)?;
    Ok(Finish::Done)
}
