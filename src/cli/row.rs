//! One row for each command: its name, its arguments, and how they become something to do.
//!
//! A command is a type whose fields are its arguments and whose doc comments are its help. It names nothing
//! but what it needs; the table of all rows, in `commands`, is the one place that names them all.

use clap::{ArgMatches, Args, Command};

use super::exit_code::Finish;
use super::invocation::Invocation;
use super::schema::Json;

/// The arguments of a command, which know what to do.
pub(super) trait RunCommand: Args {
    /// What `--json` makes of it.
    const JSON: Json;

    /// Does it. An error becomes a sentence, a hint and an exit code.
    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish>;
}

/// A command whose arguments have been read.
pub(super) type ReadyCommand = Box<dyn FnOnce(&Invocation) -> anyhow::Result<Finish>>;

/// A command of the command line.
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) json: Json,
    arguments: fn(Command) -> Command,
    read: fn(&mut ArgMatches) -> Result<ReadyCommand, clap::Error>,
}

/// Commands that belong together in the help.
pub(super) struct Group {
    pub(super) title: &'static str,
    pub(super) rows: &'static [Row],
}

impl Row {
    pub(super) const fn of<C: RunCommand + 'static>(name: &'static str) -> Self {
        Self { name, json: C::JSON, arguments: C::augment_args, read: read::<C> }
    }

    /// Its arguments and its help.
    pub(super) fn command(&self) -> Command {
        (self.arguments)(Command::new(self.name))
    }

    /// Takes its arguments out of what was parsed with them.
    pub(super) fn read(&self, matches: &mut ArgMatches) -> Result<ReadyCommand, clap::Error> {
        (self.read)(matches)
    }
}

fn read<C: RunCommand + 'static>(matches: &mut ArgMatches) -> Result<ReadyCommand, clap::Error> {
    let command = C::from_arg_matches_mut(matches)?;
    Ok(Box::new(move |invocation| command.run(invocation)))
}
