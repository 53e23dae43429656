//! The command line: every command is a thin layer over the same vault as the app.
//!
//! A run goes through four steps: [`parse`] reads flags and environment; `main` chooses a door, the app or a
//! [`Job`]; the job reads its value, unlocks, asks the vault and prints; an error becomes one sentence, a
//! hint and an exit code in [`report`]. Values go from `input` to the vault and from the vault to
//! `output` in wiping buffers only. `--json` prints the answers of the [`kms`](crate::kms) room.

mod args;
mod clipboard;
mod color;
mod commands;
mod completion;
mod confirm;
mod error;
mod exit_code;
mod history;
mod input;
mod invocation;
mod manual;
mod output;
mod password;
mod plan;
mod progress;
mod raise_cost;
mod random;
mod reference;
mod table;
mod template;
mod usage;
mod value;
mod variables;
mod wording;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser};

pub use completion::complete_words;
pub use error::CliError;
pub use exit_code::{Finish, exit_code};
pub use invocation::{AppOptions, Invocation, KeymapCheck};
pub use manual::reference;
pub use output::Output;
pub use reference::{Reference, ReferenceError};
pub use usage::NoCommand;

use args::{Arguments, Command, JobCommand};

/// What a command line asks for.
pub enum Door {
    /// The terminal app.
    App(AppLook),
    /// The terminal app on a throwaway vault.
    Demo(AppLook),
    /// A command.
    Job(Job),
}

/// How the app shall look, as far as the command line says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AppLook {
    /// Without borders, spinners and countdowns, whatever the settings say.
    pub plain: bool,
}

/// A command with its arguments.
pub struct Job(Box<JobCommand>);

impl Job {
    /// Does it.
    ///
    /// # Errors
    /// Whatever the vault refuses or the system denies; [`report`] tells it.
    pub fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        self.0.run(invocation)
    }
}

/// Reads a command line.
///
/// # Errors
/// Where it starts nothing: help, version, a mistake.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<(Invocation, Door), Box<NoCommand>> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let parsed =
        Arguments::try_parse_from(&arguments).map_err(|error| Box::new(NoCommand::new(error, &arguments)))?;
    let invocation = Invocation::new(&parsed.globals);
    let plain = parsed.app.plain;
    let door = match parsed.command {
        None => Door::App(AppLook { plain }),
        Some(Command::Tui(flags)) => Door::App(AppLook { plain: plain || flags.plain }),
        Some(Command::Demo(flags)) => Door::Demo(AppLook { plain: plain || flags.plain }),
        Some(Command::Job(_)) if plain => {
            let error = Arguments::command()
                .error(ErrorKind::ArgumentConflict, "--plain is for the app, not for commands");
            return Err(Box::new(NoCommand::new(error, &arguments)));
        }
        Some(Command::Job(command)) => Door::Job(Job(command)),
    };
    Ok((invocation, door))
}

/// Tells an error on stderr and answers its exit code. A reader that went away is no error.
pub fn report(output: &Output, error: &anyhow::Error) -> ExitCode {
    if error::is_broken_pipe(error) {
        return ExitCode::SUCCESS;
    }
    let explained = error::explain(error);
    output.error(&explained);
    ExitCode::from(exit_code(explained.code))
}
