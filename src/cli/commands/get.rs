//! `etui get`: GetSecretValue.

use std::path::Path;
use std::str::FromStr;

use clap::Args;
use serde::Serialize;

use crate::cli::error::CliError;
use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::output::Audience;
use crate::cli::reference::Reference;
use crate::cli::row::RunCommand;
use crate::cli::stream::OutArguments;
use crate::content;
use crate::domain::{SecretName, SecretValue, ValueType, VersionId, visible_value};
use crate::kms::Answer;
use crate::memory::SecretBytes;
use crate::vault::GetOutcome;

/// Print the value of a version
///
/// Into a pipe or a file the value goes byte for byte. On a terminal control characters, escape sequences
/// and hidden characters are made visible, a line end is added where there is none, and binary is refused;
/// --raw prints the bytes there too. --field takes one field of a value that is a JSON object or a dotenv
/// file: a text as it reads, anything else of JSON as it is written.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  etui get db/password                 the current version
  etui get 'db/password:ACSPrevious'   the one before
  etui get 'db/password#v3'            by its id
  etui get 'db/password~2'             two versions older than the current one
  etui get tls/key --out key.pem       to a file that only you may read
  etui get db/login --field password   one field of a JSON object or a dotenv file")]
pub(in crate::cli) struct Get {
    /// The version: NAME, 'NAME#VERSION', 'NAME:LABEL', each with ~N
    #[arg(value_name = "REF", value_parser = Reference::from_str)]
    reference: Reference,

    /// Only this field of a JSON object or a dotenv file
    #[arg(long, value_name = "KEY")]
    field: Option<String>,

    #[command(flatten)]
    out: OutArguments,

    /// Print the bytes as they are, on a terminal too
    #[arg(long, conflicts_with_all = ["json", "out"])]
    raw: bool,
}

impl RunCommand for Get {
    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let mut vault = invocation.unlock()?;
        let mut outcome = vault.get_secret_value(&self.reference.name, &self.reference.selector)?;
        if let Some(key) = &self.field {
            let field = field_of(&outcome, key)?;
            if field.is_empty() {
                return self.print_nothing(&outcome, invocation);
            }
            outcome.value = SecretValue::new(ValueType::Text, field)?;
        }
        let output = invocation.output();
        if let Some(path) = self.out.file() {
            let (id, name) = (outcome.version.id, outcome.name);
            self.out.write(path, &outcome.value.into_bytes())?;
            return tell_written(invocation, &name, &id, path);
        }
        match output.audience() {
            Audience::Machine => output.answer(&Answer::get(&outcome))?,
            Audience::Person if !self.raw => output.bytes(harmless(&outcome)?.expose())?,
            Audience::Person | Audience::Pipe => output.bytes(outcome.value.expose())?,
        }
        Ok(Finish::Done)
    }
}

impl Get {
    /// A field may be empty, though a value may not.
    fn print_nothing(&self, outcome: &GetOutcome, invocation: &Invocation) -> anyhow::Result<Finish> {
        let output = invocation.output();
        match (self.out.file(), output.audience()) {
            (Some(path), _) => {
                self.out.write(path, &SecretBytes::new())?;
                return tell_written(invocation, &outcome.name, &outcome.version.id, path);
            }
            (None, Audience::Machine) => output.json(&EmptyField {
                secret_name: outcome.name.as_str(),
                version_id: outcome.version.id.as_str(),
                secret_data: "",
            })?,
            (None, Audience::Person) => output.text("\n")?,
            (None, Audience::Pipe) => {}
        }
        Ok(Finish::Done)
    }
}

fn tell_written(
    invocation: &Invocation,
    name: &SecretName,
    id: &VersionId,
    path: &Path,
) -> anyhow::Result<Finish> {
    let output = invocation.output();
    let sentence = format!("wrote version '{id}' of '{name}' to '{}'", path.display());
    output.changed(&sentence, None);
    match output.audience() {
        Audience::Machine => output.json(&Written {
            secret_name: name.as_str(),
            version_id: id.as_str(),
            out: &path.to_string_lossy(),
        })?,
        Audience::Person | Audience::Pipe => output.done(&sentence)?,
    }
    Ok(Finish::Done)
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Written<'a> {
    secret_name: &'a str,
    version_id: &'a str,
    out: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct EmptyField<'a> {
    secret_name: &'a str,
    version_id: &'a str,
    secret_data: &'a str,
}

/// One field, as if it were the whole value.
fn field_of(outcome: &GetOutcome, key: &str) -> Result<SecretBytes, CliError> {
    let what = format!("version '{}' of '{}'", outcome.version.id, outcome.name);
    let (_, fields) = content::fields(outcome.value.expose()).ok_or_else(|| {
        CliError::usage(
            format!("{what} is neither a JSON object nor a dotenv file"),
            "leave --field out to get the whole value",
        )
    })?;
    let found = fields.into_iter().find(|field| field.key == key);
    found.map(|field| field.value).ok_or_else(|| {
        CliError::not_found(
            format!("{what} has no field '{key}'"),
            "leave --field out to get the whole value",
        )
    })
}

/// A text value as a terminal may show it.
fn harmless(outcome: &GetOutcome) -> Result<SecretBytes, CliError> {
    let text = match outcome.value.value_type() {
        crate::domain::ValueType::Text => std::str::from_utf8(outcome.value.expose()).ok(),
        crate::domain::ValueType::Binary => None,
    };
    let text = text.ok_or_else(|| {
        CliError::usage(
            format!(
                "version '{}' of '{}' is binary and not for a terminal",
                outcome.version.id, outcome.name
            ),
            "write it to a file with --out, pipe it, or print it nevertheless with --raw",
        )
    })?;
    let mut shown = SecretBytes::with_capacity(text.len() + 1);
    visible_value(text, &mut shown);
    if !text.ends_with('\n') {
        shown.push(b'\n');
    }
    Ok(shown)
}
