//! `etui get`: GetSecretValue.

use std::path::Path;
use std::str::FromStr;

use clap::Args;
use serde::Serialize;

use crate::cli::error::CliError;
use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::output::Audience;
use crate::cli::past::{AS_OF, AsOf, AtArgument};
use crate::cli::reference::{FieldName, ValueReference};
use crate::cli::row::RunCommand;
use crate::cli::schema::{CREATED, ID, Json, Kind, NAME, STAGES, Schema, TYPE, key};
use crate::cli::stream::OutArguments;
use crate::domain::{SecretName, VersionId, visible_value};
use crate::kms::Answer;
use crate::memory::SecretBytes;
use crate::vault::GetOutcome;

/// Print the value of a version
///
/// A pipe or a file gets the value byte for byte. On a terminal control characters, escape sequences
/// and hidden characters are made visible, a line end is added where there is none, and binary is refused;
/// --raw prints the bytes there too. '::FIELD' behind the version takes one field of a value that is a JSON object,
/// a dotenv file or in the form of pass: a text as it reads, anything else of JSON as it is written. Dots and
/// indexes lead into JSON: 'app/config::hosts.0.name'.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  etui get db/password                 the current version
  etui get 'db/password:ACSPrevious'   the one before
  etui get 'db/password#v3'            by its id
  etui get 'db/password~2'             two versions older than the current one
  etui get tls/key --out key.pem       to a file that only you may read
  etui get 'db/login::password'        one field of a JSON object, a dotenv file or a value of pass
  etui get db/login --field password   the same
  etui get db/password --at '2h ago'   what was current two hours ago")]
pub(in crate::cli) struct Get {
    /// The version: NAME, 'NAME#VERSION', 'NAME:LABEL', each with ~N, then '::FIELD'
    #[arg(value_name = "REF", value_parser = ValueReference::from_str)]
    reference: ValueReference,

    /// Only this field of the value, as '::FIELD' behind the version
    #[arg(long, value_name = "KEY", value_parser = FieldName::from_str)]
    field: Option<FieldName>,

    #[command(flatten)]
    at: AtArgument,

    #[command(flatten)]
    out: OutArguments,

    /// Print the bytes as they are, on a terminal too
    #[arg(long, conflicts_with_all = ["json", "out"])]
    raw: bool,
}

impl RunCommand for Get {
    const JSON: Json = Json::Answers(&[
        Schema::when(
            "the value",
            &[&[
                NAME,
                ID,
                key("SecretData", Kind::Text, "the value"),
                key("SecretDataType", Kind::Word(&["text", "binary"]), "its type"),
                TYPE,
                STAGES,
                CREATED,
                AS_OF,
            ]],
        ),
        Schema::when("with --out", &[&[NAME, ID, key("Out", Kind::Text, "the file that was written")]]),
        Schema::when("a field that is empty", &[&[NAME, ID, key("SecretData", Kind::Text, "empty")]]),
    ]);

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let mut reference = self.reference.clone();
        if let Some(field) = &self.field
            && reference.field.replace(field.clone()).is_some()
        {
            return Err(CliError::usage(
                "a field is named twice: behind '::' and with --field",
                "leave one of the two out",
            )
            .into());
        }
        let at = self.at.time(invocation)?;
        let mut vault = invocation.unlock()?;
        let referred = reference.read_at(&mut vault, at)?;
        if referred.expose().is_empty() {
            return self.print_nothing(&referred.outcome, invocation);
        }
        let outcome = referred.into_outcome()?;
        let output = invocation.output();
        if let Some(path) = self.out.file() {
            let (id, name) = (outcome.version.id, outcome.name);
            self.out.write(path, &outcome.value.into_bytes())?;
            return tell_written(invocation, &name, &id, path);
        }
        match output.audience() {
            Audience::Machine => output.answer_with(&Answer::get(&outcome), &AsOf::of(at))?,
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
        Audience::Machine => output.json(&WrittenValue {
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
struct WrittenValue<'a> {
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
