//! What the parser of the command line says, in our own form: one sentence and a hint.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Command;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::color::{ColorChoice, Palette};
use super::error::CliError;
use super::exit_code::{BEFORE_PROGRAM, exit_code};
use super::output::{Loudness, Output};

/// A command line that starts nothing: a question for help or the version, or a mistake.
pub struct NoCommand {
    error: clap::Error,
    /// The exit code of a mistake.
    code: u8,
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
        let code = match error.use_stderr() {
            true if is_for_a_program(arguments, all_commands) => BEFORE_PROGRAM,
            _ => exit_code(mistake(&error).code()),
        };
        Self { error, code, output: Output::new(json, Loudness::Normal, color), color }
    }

    /// Prints help, version or the mistake.
    pub fn report(&self) -> ExitCode {
        if self.error.use_stderr() {
            let error = anyhow::Error::from(mistake(&self.error));
            let _ = self.output.report(&error);
            return ExitCode::from(self.code);
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
}

/// Whether the mistake was made with `etui run`, which leaves the other numbers to the program that it would have
/// run.
fn is_for_a_program(arguments: &[OsString], all_commands: fn() -> Command) -> bool {
    let forgiving = all_commands().ignore_errors(true);
    let matches = forgiving.try_get_matches_from(arguments);
    matches.is_ok_and(|matches| matches.subcommand_name() == Some("run"))
}

/// The mistake as one sentence. A malformed word is told as the word itself tells it, and is not quoted.
fn mistake(error: &clap::Error) -> CliError {
    if error.kind() == ErrorKind::ValueValidation
        && let Some(source) = std::error::Error::source(error)
    {
        let argument = context(error, ContextKind::InvalidArg).unwrap_or_default();
        return CliError::usage(format!("{argument}: {source}"), "correct it and try again");
    }
    let hint = hint(error);
    let rendered = error.render().to_string();
    let paragraph = rendered.split("\n\n").next().unwrap_or_default();
    let sentence = paragraph.strip_prefix("error: ").unwrap_or(paragraph);
    let sentence = sentence.split_whitespace().collect::<Vec<_>>().join(" ");
    match error.kind() {
        ErrorKind::MissingRequiredArgument => CliError::missing(sentence, hint),
        _ => CliError::usage(sentence, hint),
    }
}

fn hint(error: &clap::Error) -> String {
    let suggested =
        [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue];
    if let Some(similar) = suggested.into_iter().find_map(|kind| context(error, kind)) {
        return format!("did you mean '{similar}'?");
    }
    // The usage is the one place where the error says which command it is about.
    let rendered = error.render().to_string();
    let usage = rendered.split("Usage: ").nth(1).unwrap_or("etui");
    let command: Vec<&str> = usage
        .split_whitespace()
        .take_while(|word| word.starts_with(|c: char| c.is_ascii_lowercase()))
        .collect();
    format!("run `{} --help` to see what it takes", command.join(" "))
}

fn context(error: &clap::Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(texts) => texts.first().cloned(),
        _ => None,
    }
}
