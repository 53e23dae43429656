//! The command line: every command is a thin layer over the same vault as the app.
//!
//! A run goes through three steps: `args` reads flags and builds the one command that was called; the command
//! reads its value, unlocks, asks the vault and prints; an error becomes one sentence, a hint and an exit code.
//! Values go from `input` to the vault and from the vault to `output` in wiping buffers only. `--json` prints
//! the answers of [`kms`](crate::kms).

mod args;
mod bulk;
mod color;
mod commands;
mod completion;
mod confirm;
mod credential_store;
mod error;
mod exit_code;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod globals;
mod help;
mod history;
mod input;
mod invocation;
mod json_reference;
mod location;
mod looks_like;
mod manual;
mod masking;
mod merging;
mod offer;
mod offer_upgrade;
mod other_vault;
mod output;
mod password;
mod past;
mod plan;
mod process;
mod progress;
mod qr;
mod raise_cost;
mod random;
mod reference;
mod row;
mod schema;
mod shell;
mod stream;
mod table;
mod template;
mod usage;
mod value;
mod variables;
mod wording;

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::ExitCode;

pub use error::CliError;
pub use exit_code::exit_code;
pub use output::Output;
pub use process::{App, Process};
pub use reference::{Reference, ReferenceError};
pub use schema::{Json, Key, Kind, Schema};
pub use usage::NoCommand;

use args::{Read, all_commands};
use invocation::Invocation;
use manual::Manual;

use crate::platform::signals::{Interrupted, die_of};

/// Does what a command line asks for, and answers the exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>, process: Process) -> ExitCode {
    let arguments = as_called(arguments.into_iter().collect());
    if let Some(completed) = completion::complete_words(&arguments, all_commands) {
        return completed;
    }
    let Read { look, globals, command } = match args::read(&arguments) {
        Ok(read) => read,
        Err(error) => return NoCommand::new(error, &arguments, all_commands).report(),
    };
    let invocation = Invocation::new(&globals, look, process, all_commands);
    match globals.refuse_missing_settings().map_err(Into::into).and_then(|()| command(&invocation)) {
        Ok(finish) => finish.exit_code(),
        Err(error) => {
            if let Some(Interrupted(signal)) = error::interruption(&error) {
                // Whoever waits for us, a shell's loop above all, sees that the user wants to stop.
                let _ = die_of(signal);
            }
            invocation.output().report(&error)
        }
    }
}

/// The names by which other programs call a command, as those of helpers of git and docker are looked for.
const LINKS: [(&str, &str); 2] =
    [("git-credential-etui", "git-credential"), ("docker-credential-etui", "docker-credential")];

/// The command line that a link stands for.
fn as_called(mut arguments: Vec<OsString>) -> Vec<OsString> {
    let called = arguments.first().and_then(|program| Path::new(program).file_name());
    if let Some((_, command)) = LINKS.iter().find(|(link, _)| called == Some(OsStr::new(link))) {
        arguments.splice(..1, ["etui", command].map(OsString::from));
    }
    arguments
}

/// Whether a command line is well formed: for whoever writes one for others to run.
///
/// # Errors
/// Where it starts nothing: help, version, a mistake.
pub fn check(arguments: impl IntoIterator<Item = OsString>) -> Result<(), Box<NoCommand>> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let read = args::read(&arguments).map(drop);
    read.map_err(|error| Box::new(NoCommand::new(error, &arguments, all_commands)))
}

/// The names of all commands.
pub fn commands() -> Vec<String> {
    all_commands().get_subcommands().map(|command| command.get_name().to_owned()).collect()
}

/// What `--json` makes of each command, and what an error is.
pub fn json() -> Vec<(&'static str, Json)> {
    let rows = commands::GROUPS.iter().flat_map(|group| group.rows);
    rows.map(|row| (row.name, row.json)).chain([("error", Json::Answers(&[schema::ERROR]))]).collect()
}

/// The text of `docs/json.md`.
pub fn json_reference() -> String {
    json_reference::text(commands::GROUPS)
}

/// The text of `docs/cli.md`.
pub fn reference() -> String {
    manual::reference(&Manual { commands: all_commands, groups: commands::GROUPS })
}
