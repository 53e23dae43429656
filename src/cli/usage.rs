//! What the parser of the command line says, in our own form: one sentence and a hint.

use std::error::Error as StdError;
use std::ffi::{OsStr, OsString};
use std::num::{IntErrorKind, ParseIntError};
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args as _, Command};

use super::color::{ColorChoice, Palette};
use super::error::CliError;
use super::exit_code::BEFORE_PROGRAM;
use super::globals::Globals;
use super::output::{Loudness, Output};
use crate::domain::{NotBuilt, nearest};

/// A command line that starts nothing: a question for help or the version, or a mistake.
pub struct NoCommand {
    error: clap::Error,
    /// The command that a mistake was made with.
    command: Option<String>,
    all_commands: fn() -> Command,
    output: Output,
    color: ColorChoice,
}

impl NoCommand {
    /// `arguments` are all that were given: how to answer is looked up in them, since they were not parsed.
    pub(super) fn new(error: clap::Error, arguments: &[OsString], all_commands: fn() -> Command) -> Self {
        let flags = || arguments.iter().filter_map(|flag| flag.to_str()).take_while(|&flag| flag != "--");
        let color = flags()
            .zip(flags().skip(1).chain([""]))
            .find_map(|(flag, next)| match flag {
                "--color" => Some(next),
                _ => flag.strip_prefix("--color="),
            })
            .and_then(|choice| clap::ValueEnum::from_str(choice, false).ok())
            .unwrap_or_default();
        let json = flags().any(|flag| flag == "--json");
        let command = if error.use_stderr() { called(arguments, all_commands) } else { None };
        Self { error, command, all_commands, output: Output::new(json, Loudness::Normal, color), color }
    }

    /// Prints help, version or the mistake.
    pub fn report(&self) -> ExitCode {
        if self.error.use_stderr() {
            let code = self.output.report(&self.mistake().into());
            // `run` leaves the other numbers to the program that it would have run.
            return if self.command.as_deref() == Some("run") {
                ExitCode::from(BEFORE_PROGRAM)
            } else {
                code
            };
        }
        let rendered = self.error.render();
        let text = match Palette::choose(self.color, self.output.stdout_is_terminal()) {
            Palette::Colored => rendered.ansi().to_string(),
            Palette::Plain => rendered.to_string(),
        };
        match self.output.text(&text) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => self.output.report(&error),
        }
    }

    fn mistake(&self) -> CliError {
        if self.error.kind() != ErrorKind::InvalidSubcommand {
            return mistake(&self.error, self.command.as_deref());
        }
        let typed = context(&self.error, ContextKind::InvalidSubcommand).unwrap_or_default();
        let commands = (self.all_commands)();
        // `etui config` and `etui remote` have commands of their own.
        match self.command.as_ref().and_then(|command| commands.find_subcommand(command)) {
            Some(command) => no_command(&format!("etui {}", command.get_name()), &typed, command),
            None => no_command("etui", &typed, &commands),
        }
    }
}

/// The command that a mistake was made with, as far as the words tell.
fn called(arguments: &[OsString], all_commands: fn() -> Command) -> Option<String> {
    let forgiving = all_commands().ignore_errors(true);
    let matches = forgiving.try_get_matches_from(arguments).ok()?;
    matches.subcommand_name().map(str::to_owned)
}

/// The mistake as one sentence. A malformed word is told as the word itself tells it, and is not quoted.
fn mistake(error: &clap::Error, command: Option<&str>) -> CliError {
    let argument = context(error, ContextKind::InvalidArg).unwrap_or_default();
    match error.kind() {
        ErrorKind::ValueValidation => {
            if let Some(source) = error.source() {
                return CliError::usage(format!("{argument}: {}", invalid(source)), "");
            }
        }
        ErrorKind::UnknownArgument if is_negative(&argument) => {
            return CliError::usage(format!("'{argument}' is negative, and no number here can be"), "");
        }
        ErrorKind::UnknownArgument => match command {
            Some("promote") if !argument.starts_with('-') => {
                return CliError::usage(
                    format!("'{argument}' comes without --if"),
                    format!("name the check with --if, as in --if '{argument}'"),
                );
            }
            Some(command @ ("get" | "show" | "copy" | "edit" | "code")) if !argument.starts_with('-') => {
                return CliError::usage(
                    format!("`etui {command}` takes one version, and '{argument}' is a second word"),
                    "name a version as 'NAME#VERSION' or 'NAME:LABEL'",
                );
            }
            Some("run") if !argument.starts_with('-') => {
                return CliError::usage(
                    format!("'{argument}' comes before --"),
                    format!("put -- before the program, as in `etui run --env VAR=NAME -- {argument}`"),
                );
            }
            Some(_) if VALUE_FLAGS.contains(&argument.as_str()) => return value_as_argument(),
            _ => {}
        },
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => {
            let command = command.unwrap_or_default();
            return CliError::missing(
                format!("`etui {command}` needs a subcommand"),
                format!("run `etui {command} --help` to see what it takes"),
            );
        }
        _ => {}
    }
    let rendered = error.render().to_string();
    let paragraph = rendered.split("\n\n").next().unwrap_or_default();
    let sentence = paragraph.strip_prefix("error: ").unwrap_or(paragraph);
    let sentence = sentence.split_whitespace().collect::<Vec<_>>().join(" ");
    let hint = hint(error, command);
    match error.kind() {
        ErrorKind::MissingRequiredArgument => CliError::missing(sentence, hint),
        _ => CliError::usage(sentence, hint),
    }
}

/// What is wrong with a word. The library's own sentences are about types of numbers.
fn invalid(source: &(dyn StdError + 'static)) -> String {
    if let Some(error) = source.downcast_ref::<ParseIntError>() {
        return match error.kind() {
            IntErrorKind::PosOverflow | IntErrorKind::NegOverflow => "the number is too large".to_owned(),
            _ => "a whole number is expected".to_owned(),
        };
    }
    let text = source.to_string();
    if text.contains(" is not in ") { "the number is out of range".to_owned() } else { text }
}

fn is_negative(argument: &str) -> bool {
    argument.strip_prefix('-').is_some_and(|number| number.parse::<u64>().is_ok())
}

/// Refused, and not quoted, wherever somebody expects a value to be taken from the command line.
pub(super) fn value_as_argument() -> CliError {
    CliError::usage(
        "a value is never taken from the command line, where other programs and the history see it",
        "pipe it in, name a file with --file, or type it at the hidden prompt",
    )
}

/// How other tools call the flag that takes a value.
const VALUE_FLAGS: [&str; 6] =
    ["--value", "--secret", "--secret-string", "--data", "--secret-data", "--password"];

/// What other tools call what we call otherwise.
const OTHER_WORDS: &[(&str, &str)] = &[
    ("add", "new"),
    ("agent", "unlock"),
    ("cat", "get"),
    ("check", "verify` for the vault, or `etui doctor"),
    ("clip", "copy"),
    ("clone", "duplicate"),
    ("cp", "duplicate` for a secret, or `etui copy` for the clipboard"),
    ("create", "new"),
    ("decrypt", "get"),
    ("del", "rm"),
    ("delete", "rm"),
    ("describe", "show"),
    ("destroy", "rm"),
    ("dump", "export"),
    ("env", "run"),
    ("exec", "run"),
    ("fetch", "sync` for a copy of the vault, or `etui pull"),
    ("find", "list"),
    ("fsck", "verify"),
    ("gen", "random"),
    ("generate", "random"),
    ("genpass", "random"),
    ("grep", "list"),
    ("history", "log` for versions, or `etui audit"),
    ("info", "show"),
    ("insert", "new"),
    ("item", "show"),
    ("label", "stage"),
    ("load", "import"),
    ("login", "unlock"),
    ("logout", "lock"),
    ("ls", "list"),
    ("metadata", "set"),
    ("modify", "edit` for a value, or `etui set"),
    ("mv", "move` into a folder, or `etui rename"),
    ("note", "set"),
    ("otp", "code"),
    ("passphrase", "random"),
    ("password", "random` for a new one, or `etui passwd"),
    ("print", "get"),
    ("pwgen", "random"),
    ("read", "get"),
    ("recover", "restore"),
    ("remove", "rm"),
    ("retrieve", "get"),
    ("reveal", "get"),
    ("revert", "rollback` for one secret, or `etui undo"),
    ("rotate", "put"),
    ("save", "put"),
    ("seal", "lock"),
    ("search", "list"),
    ("share", "push"),
    ("shell", "run"),
    ("signin", "unlock"),
    ("signout", "lock"),
    ("store", "put"),
    ("tag", "set"),
    ("totp", "code"),
    ("tree", "list"),
    ("undelete", "restore"),
    ("unseal", "unlock"),
    ("unset", "rm"),
    ("untag", "set"),
    ("update", "put"),
    ("upload", "push"),
    ("version", "--version"),
    ("versions", "log"),
    ("view", "show"),
    ("whoami", "status"),
    ("write", "put"),
];

/// Commands that are left out of this build, each with the feature that it needs.
const LEFT_OUT: &[NotBuilt] = &[
    #[cfg(not(feature = "engines"))]
    NotBuilt { what: "pull", feature: "engines" },
    #[cfg(not(feature = "engines"))]
    NotBuilt { what: "push", feature: "engines" },
    #[cfg(not(feature = "serve"))]
    NotBuilt { what: "serve", feature: "serve" },
];

/// Refuses what is not a command of `program`, with the one that was probably meant.
pub(super) fn no_command(program: &str, typed: &str, commands: &Command) -> CliError {
    if let Some(lacks) = LEFT_OUT.iter().find(|lacks| lacks.what == typed && program == "etui") {
        return CliError::usage(lacks.to_string(), NotBuilt::HINT);
    }
    let names = commands.get_subcommands().map(Command::get_name);
    let known = OTHER_WORDS.iter().find(|(word, _)| *word == typed && program == "etui");
    let hint = match known.map(|(_, ours)| *ours).or_else(|| nearest(typed, names)) {
        Some(command) => format!("did you mean `{program} {command}`?"),
        None => format!("run `{program} --help` to see the commands"),
    };
    let shown = program.strip_prefix("etui").unwrap_or_default().trim_start();
    let separator = if shown.is_empty() { "" } else { " " };
    CliError::usage(format!("there is no command '{shown}{separator}{typed}'"), hint)
}

/// Whether a mistake is about an option of every command, which the help of etui itself describes.
fn is_global(error: &clap::Error) -> bool {
    let argument = context(error, ContextKind::InvalidArg).unwrap_or_default();
    let long = argument.split([' ', '=']).next().and_then(|word| word.strip_prefix("--"));
    let globals = Globals::augment_args(Command::new("etui"));
    globals.get_arguments().any(|global| global.get_long().is_some() && global.get_long() == long)
}

fn hint(error: &clap::Error, command: Option<&str>) -> String {
    let suggested = [ContextKind::SuggestedArg, ContextKind::SuggestedValue];
    if let Some(similar) = suggested.into_iter().find_map(|kind| context(error, kind)) {
        return format!("did you mean '{similar}'?");
    }
    // The usage is the one place where the error says which command it is about; some errors have none.
    let rendered = error.render().to_string();
    let named = command;
    let usage = rendered.split("Usage: ").nth(1);
    let usage_is_missing = usage.is_none();
    let usage = usage.unwrap_or("etui");
    let command: Vec<&str> = usage
        .split_whitespace()
        .take_while(|word| word.starts_with(|c: char| c.is_ascii_lowercase()))
        .collect();
    let command = match named {
        Some(named) if usage_is_missing && !is_global(error) => format!("etui {named}"),
        _ => command.join(" "),
    };
    format!("run `{command} --help` to see what it takes")
}

fn context(error: &clap::Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(texts) => texts.first().cloned(),
        _ => None,
    }
}

/// Refuses a command that is nothing but space: a shell runs it with success, so a check would pass that checks
/// nothing.
pub(super) fn refuse_blank(flag: &str, command: Option<&OsStr>) -> Result<(), CliError> {
    match command.and_then(OsStr::to_str) {
        Some(text) if text.trim().is_empty() => {
            Err(CliError::usage(format!("{flag} names no command"), format!("give one, or leave {flag} out")))
        }
        _ => Ok(()),
    }
}
