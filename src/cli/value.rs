//! VALUE SOURCE: where the value of a new version comes from. Never argv.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::error::CliError;
use super::input;
use super::invocation::Invocation;
use super::random::RandomArguments;
use super::stream::{self, is_stream};
use super::usage::value_as_argument;
use crate::domain::{SecretValue, ValueType};
use crate::memory::SecretBytes;
use crate::platform::terminal::Answer;

/// The type of a value, as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum TypeWord {
    /// UTF-8 text
    Text,
    /// Any bytes
    Binary,
}

/// Where the value comes from: stdin (unless it is a terminal), a file, the generator, or a hidden prompt.
#[derive(Debug, Args)]
#[command(next_help_heading = "Value (from stdin, a file, the generator or a hidden prompt)")]
pub(super) struct ValueArguments {
    /// Read the value from a file, `-` for stdin
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,

    /// `text`, which is UTF-8, or `binary`
    #[arg(
        long = "type",
        value_name = "TYPE",
        value_enum,
        default_value = "text",
        hide_possible_values = true
    )]
    value_type: TypeWord,

    /// Remove one line end at the end of a text value
    #[arg(long)]
    trim: bool,

    /// Generate the value without showing it (options: `etui random -h`)
    #[arg(long, conflicts_with_all = ["file", "value_type", "trim"])]
    generate: bool,

    #[command(flatten)]
    random: RandomArguments,

    /// Swallows a value that was typed as an argument, so that it can be refused without being quoted.
    #[arg(hide = true, num_args = 0.., value_name = "NOTHING")]
    typed: Vec<OsString>,
}

/// A value, or the promise to ask for it once the vault is unlocked.
pub(super) enum Offered {
    /// Read and checked.
    Value(SecretValue),
    /// Nothing is typed before the vault is known to open.
    Prompt,
}

/// Refuses a value that was typed as an argument.
pub(super) fn refuse_typed(typed: &[OsString]) -> Result<(), CliError> {
    if typed.is_empty() {
        return Ok(());
    }
    Err(value_as_argument())
}

/// Bytes from a file, from stdin, or from a hidden prompt.
pub(super) struct ReadSource<'a> {
    /// The file, where one is named.
    pub(super) file: Option<&'a Path>,
    /// Whether one line end is removed.
    pub(super) trim: bool,
}

impl ReadSource<'_> {
    /// Reads what comes from a file or from stdin; `None` where it must be asked for, once the vault is
    /// known to open.
    pub(super) fn read(&self, invocation: &Invocation) -> Result<Option<SecretBytes>, CliError> {
        let bytes = match self.file {
            Some(path) if !is_stream(path) => stream::read_file(path, SecretValue::LIMIT)?,
            None if io::stdin().is_terminal() && !invocation.reads_password_from_stdin() => return Ok(None),
            _ => invocation.claim_stdin("the value").and_then(|stdin| {
                read(stdin).map_err(|error| CliError::system("cannot read the value from stdin", &error))
            })?,
        };
        Ok(Some(self.trimmed(bytes)))
    }

    /// What was read, asked for now if it is still to be typed.
    pub(super) fn take(
        &self,
        read: Option<SecretBytes>,
        invocation: &Invocation,
    ) -> Result<SecretBytes, CliError> {
        match read {
            Some(bytes) => Ok(bytes),
            None => Ok(self.trimmed(ask(invocation)?)),
        }
    }

    fn trimmed(&self, mut bytes: SecretBytes) -> SecretBytes {
        if self.trim {
            input::trim_line_end(&mut bytes);
        }
        bytes
    }
}

impl ValueArguments {
    /// Reads the value if it comes from stdin or a file: a malformed one is refused before anybody waits for
    /// the key derivation.
    pub(super) fn offer(&self, invocation: &Invocation) -> anyhow::Result<Offered> {
        refuse_typed(&self.typed)?;
        if self.generate {
            let drawn = self.random.draw()?;
            invocation.output().note(&drawn.sentence);
            return Ok(Offered::Value(self.checked(drawn.generated.text)?));
        }
        if let Some(flag) = self.random.first_given() {
            return Err(CliError::usage(
                format!("{flag} needs --generate"),
                "add --generate, or leave it out",
            )
            .into());
        }
        if self.trim && self.value_type == TypeWord::Binary {
            return Err(CliError::usage(
                "--trim is for text values",
                "leave it out, or store the value as text",
            )
            .into());
        }
        match self.source().read(invocation)? {
            Some(bytes) => {
                if self.value_type == TypeWord::Text && is_a_line_with_its_end(bytes.expose()) {
                    invocation.output().note("the value ends with a line end; --trim leaves it out");
                }
                Ok(Offered::Value(self.checked(bytes)?))
            }
            None => {
                // Nobody types a value for a version whose id cannot be suggested afterwards.
                invocation.settings()?;
                Ok(Offered::Prompt)
            }
        }
    }

    /// The value that was offered, asked for now if it is still to be typed.
    pub(super) fn take(&self, offered: Offered, invocation: &Invocation) -> Result<SecretValue, CliError> {
        match offered {
            Offered::Value(value) => Ok(value),
            Offered::Prompt => {
                let value = self.checked(self.source().take(None, invocation)?)?;
                invocation.output().note(&format!("read {} bytes", value.len()));
                Ok(value)
            }
        }
    }

    fn source(&self) -> ReadSource<'_> {
        ReadSource { file: self.file.as_deref(), trim: self.trim }
    }

    fn checked(&self, bytes: SecretBytes) -> Result<SecretValue, CliError> {
        let value_type = match self.value_type {
            TypeWord::Text => ValueType::Text,
            TypeWord::Binary => ValueType::Binary,
        };
        let length = bytes.len();
        SecretValue::new(value_type, bytes).map_err(|invalid| {
            // Reading stops beyond the limit, so the length is not known.
            if length > SecretValue::LIMIT {
                let sentence =
                    format!("a secret value has at most {} bytes, this one has more", SecretValue::LIMIT);
                return CliError::usage(
                    sentence,
                    "encrypt the data and keep it elsewhere, and store its key here",
                );
            }
            let hint = match invalid {
                crate::domain::Invalid::NotText => "store it with --type binary",
                _ => "",
            };
            CliError::usage(invalid.to_string(), hint)
        })
    }
}

/// A password that `echo` wrote, for example: its line end is hardly ever meant.
fn is_a_line_with_its_end(bytes: &[u8]) -> bool {
    bytes.iter().position(|byte| *byte == b'\n').is_some_and(|at| at + 1 == bytes.len())
}

fn read(source: File) -> io::Result<SecretBytes> {
    input::read_up_to(source, SecretValue::LIMIT)
}

fn ask(invocation: &Invocation) -> Result<SecretBytes, CliError> {
    const ANOTHER_WAY: &str = "pipe it in, or name a file with --file";
    invocation.with_terminal(|terminal| {
        let terminal = terminal
            .ok_or_else(|| CliError::missing("there is no terminal to ask for the value", ANOTHER_WAY))?;
        match terminal.ask_value("Value: ") {
            Ok(Answer::Line(line)) => Ok(line),
            Ok(Answer::Interrupted(by)) => Err(CliError::interrupted(by)),
            Ok(Answer::Cancelled) => Err(CliError::missing("no value was given", "nothing was stored")),
            Ok(Answer::SeveralLines) => {
                Err(CliError::usage("more than one line was pasted, and the prompt takes one", ANOTHER_WAY))
            }
            Err(error) => Err(CliError::system("cannot ask for the value", &error)),
        }
    })
}
