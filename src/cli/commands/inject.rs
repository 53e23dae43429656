//! `etui inject`: fills a template.

use std::io::{self, IsTerminal};
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use serde::Serialize;

use crate::cli::error::CliError;
use crate::cli::exit_code::Finish;
use crate::cli::input;
use crate::cli::invocation::Invocation;
use crate::cli::output::Audience;
use crate::cli::row::RunCommand;
use crate::cli::schema::{Json, Kind, Schema, key};
use crate::cli::stream::{self, OutArguments, is_stream};
use crate::cli::template::{self, Piece};
use crate::cli::wording;
use crate::domain::visible_value;
use crate::memory::SecretBytes;

/// More than any template.
const LONGEST: usize = 16 * 1024 * 1024;

/// Fill a template: references between double braces become values
///
/// `{{ etui://REF }}` becomes the value of the version, `{{ etui://REF::FIELD }}` one field of a JSON object, a
/// dotenv file or a value of pass. Every reference is looked up before anything is written; a missing one is an error
/// that names its line and column. Other text between braces stays as it is. Values go in byte for byte; nothing is
/// escaped.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  etui inject -i config.toml.tpl -o config.toml
  echo 'password: {{ etui://db/password:canary }}' | etui inject")]
pub(in crate::cli) struct Inject {
    /// The template; without it, or with `-`, stdin
    #[arg(short, long = "in", value_name = "FILE")]
    input: Option<PathBuf>,

    #[command(flatten)]
    out: OutArguments,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct InjectJson {
    out: String,
    references: u64,
}

impl RunCommand for Inject {
    const JSON: Json = Json::Answers(&[Schema::when(
        "with --out; without it, the filled template is printed",
        &[&[
            key("Out", Kind::Text, "the file that was written"),
            key("References", Kind::Number, "how many references were filled"),
        ]],
    )]);

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let template = self.read(invocation)?;
        let pieces =
            template::parse(template.expose()).map_err(|error| CliError::usage(error.to_string(), ""))?;
        let mut vault = invocation.unlock()?;
        let mut filled = SecretBytes::with_capacity(template.len());
        let mut count = 0;
        for piece in &pieces {
            match piece {
                Piece::Text(text) => filled.extend(text),
                Piece::Reference { reference, place } => {
                    let referred = reference
                        .read(&mut vault)
                        .with_context(|| format!("line {}, column {}", place.line, place.column))?;
                    filled.extend(referred.expose());
                    count += 1;
                }
            }
        }
        let output = invocation.output();
        match self.out.file() {
            Some(path) => {
                self.out.write(path, &filled)?;
                let out = path.display().to_string();
                let sentence = format!("filled {} into '{out}'", wording::count(count, "reference"));
                output.changed(&sentence, None);
                match output.audience() {
                    Audience::Machine => output.json(&InjectJson { out, references: count })?,
                    Audience::Person | Audience::Pipe => output.done(&sentence)?,
                }
            }
            None if output.stdout_is_terminal() => output.bytes(harmless(&filled)?.expose())?,
            None => output.bytes(filled.expose())?,
        }
        Ok(Finish::Done)
    }
}

impl Inject {
    fn read(&self, invocation: &Invocation) -> Result<SecretBytes, CliError> {
        let bytes = match self.input.as_deref() {
            Some(path) if !is_stream(path) => stream::read_file(path, LONGEST)?,
            None if io::stdin().is_terminal() && !invocation.reads_password_from_stdin() => {
                return Err(CliError::missing("no template is given", "name a file with -i, or pipe it in"));
            }
            _ => invocation.claim_stdin("the template").and_then(|stdin| {
                input::read_up_to(stdin, LONGEST)
                    .map_err(|error| CliError::system("cannot read the template from stdin", &error))
            })?,
        };
        if bytes.len() > LONGEST {
            return Err(CliError::usage("the template is longer than 16 MiB", "split it"));
        }
        Ok(bytes)
    }
}

fn harmless(filled: &SecretBytes) -> Result<SecretBytes, CliError> {
    let text = filled.expose_text().ok_or_else(|| {
        CliError::usage(
            "the result is binary and not for a terminal",
            "write it to a file with -o, or pipe it",
        )
    })?;
    let mut shown = SecretBytes::with_capacity(text.len());
    visible_value(text, &mut shown);
    Ok(shown)
}
