//! `etui which`: the versions that hold a value.

use clap::Args;
use serde::Serialize;
use std::ffi::OsString;
use std::path::PathBuf;

use crate::cli::color::Role;
use crate::cli::error::CliError;
use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::output::Audience;
use crate::cli::row::RunCommand;
use crate::cli::schema::{CREATED, ID, Json, Kind, NAME, STAGES, Schema, key};
use crate::cli::table::{Cell, Table};
use crate::cli::value::{self, ReadSource};
use crate::domain::{SecretName, StageLabel, Timestamp, age};
use crate::vault::Holding;

/// Say which versions hold a value
///
/// The value comes from stdin, from --file, or from a hidden prompt; it is compared as text and as binary,
/// in constant time. Secrets that are scheduled for deletion are searched too. The exit code is 3 where no
/// version holds it.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  etui which db/password                        type the value at the prompt
  printenv DB_PASSWORD | etui which db/password --trim
  etui which --everywhere --file found.txt --trim")]
pub(in crate::cli) struct Which {
    /// The name of the secret
    #[arg(value_parser = SecretName::new, required_unless_present = "everywhere", conflicts_with = "everywhere")]
    name: Option<SecretName>,

    /// Look in every secret of the vault
    #[arg(long)]
    everywhere: bool,

    /// Read the value from a file instead of stdin
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,

    /// Remove one line end at the end of the value
    #[arg(long)]
    trim: bool,

    /// Swallows a value that was typed as an argument, so that it can be refused without being quoted.
    #[arg(hide = true, num_args = 0.., value_name = "NOTHING")]
    typed: Vec<OsString>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct WhichJson<'a> {
    versions: Vec<HoldingShape<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct HoldingShape<'a> {
    secret_name: &'a str,
    version_id: &'a str,
    version_stages: Stages<'a>,
    create_time: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Stages<'a> {
    version_stage: Vec<&'a str>,
}

impl RunCommand for Which {
    const JSON: Json = Json::Answers(&[Schema::only(&[&[key(
        "Versions",
        Kind::List(&Kind::Object(&[&[NAME, ID, STAGES, CREATED]])),
        "the versions that hold the value",
    )]])]);

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        value::refuse_typed(&self.typed)?;
        let source = ReadSource { file: self.file.as_deref(), trim: self.trim };
        let offered = source.read(invocation)?;
        let mut vault = invocation.unlock()?;
        let bytes = source.take(offered, invocation)?;
        let found = match &self.name {
            Some(name) => vault.which(name, &bytes)?,
            None => vault.which_everywhere(&bytes)?,
        };
        if found.is_empty() {
            return Err(nothing(self.name.as_ref()).into());
        }
        let output = invocation.output();
        match output.audience() {
            Audience::Machine => output.json(&WhichJson { versions: found.iter().map(shape).collect() })?,
            Audience::Pipe => output.text(&found.iter().map(line).collect::<String>())?,
            Audience::Person => output.text(&table(&found, invocation.now()).render(output.palette()))?,
        }
        Ok(Finish::Done)
    }
}

fn nothing(name: Option<&SecretName>) -> CliError {
    match name {
        Some(name) => CliError::not_found(
            format!("no version of '{name}' holds this value"),
            "a line end counts: --trim removes one; --everywhere searches every secret",
        ),
        None => CliError::not_found(
            "no version of any secret holds this value",
            "a line end counts: --trim removes one",
        ),
    }
}

fn labels(holding: &Holding, separator: &str) -> String {
    holding.stages.iter().map(StageLabel::as_str).collect::<Vec<_>>().join(separator)
}

fn line(holding: &Holding) -> String {
    format!("{}#{}\t{}\n", holding.name, holding.version.id, labels(holding, ","))
}

fn table(found: &[Holding], now: Timestamp) -> Table<3> {
    let mut table = Table::new(["VERSION", "LABELS", "AGE"]);
    for holding in found {
        table.push([
            Cell::plain(format!("{}#{}", holding.name, holding.version.id)),
            Cell::plain(labels(holding, ", ")),
            Cell::styled(Role::Muted, age(holding.version.created, now)),
        ]);
    }
    table
}

fn shape(holding: &Holding) -> HoldingShape<'_> {
    HoldingShape {
        secret_name: holding.name.as_str(),
        version_id: holding.version.id.as_str(),
        version_stages: Stages { version_stage: holding.stages.iter().map(StageLabel::as_str).collect() },
        create_time: holding.version.created.to_string(),
    }
}
