//! `etui audit`: who changed what when.

use clap::Args;
use serde::Serialize;

use crate::cli::color::Role;
use crate::cli::exit_code::Finish;
use crate::cli::history::{self, EVENT, EventShape};
use crate::cli::invocation::Invocation;
use crate::cli::output::Audience;
use crate::cli::row::RunCommand;
use crate::cli::schema::{Json, Kind, Schema, key};
use crate::cli::table::{Cell, Table};
use crate::domain::{SecretName, Timestamp, age, visible};
use crate::vault::HistoryEntry;

/// Show the history of the vault, or of one secret, newest first
///
/// What changed, when, and by app or command line; never a value. The history is encrypted and chained like
/// everything else, so what is shown is what happened. On a terminal a table; through a pipe number, time,
/// source, operation, secret and change, with tabs between them.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  etui audit
  etui audit db/password
  etui audit --limit 20 --json")]
pub(in crate::cli) struct Audit {
    /// Only this secret, by its current name
    #[arg(value_parser = SecretName::new)]
    name: Option<SecretName>,

    /// Only the newest N changes
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct AuditJson<'a> {
    events: Vec<EventShape<'a>>,
}

impl RunCommand for Audit {
    const JSON: Json = Json::Answers(&[Schema::only(&[&[key(
        "Events",
        Kind::List(&Kind::Object(EVENT)),
        "the changes, newest first",
    )]])]);

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let mut vault = invocation.unlock()?;
        let limit = self.limit.unwrap_or(usize::MAX);
        let entries = match &self.name {
            Some(name) => vault.history_of(name, limit)?,
            None => vault.history(limit)?,
        };
        let output = invocation.output();
        match output.audience() {
            Audience::Machine => {
                output.json(&AuditJson { events: entries.iter().map(EventShape::of).collect() })?;
            }
            Audience::Pipe => output.text(&entries.iter().map(line).collect::<String>())?,
            Audience::Person => output.text(&table(&entries, invocation.now()).render(output.palette()))?,
        }
        Ok(Finish::Done)
    }
}

fn line(entry: &HistoryEntry) -> String {
    format!(
        "{}\t{}\t{}\t{}\t{}\t{}\n",
        entry.number,
        entry.time,
        history::origin(entry.origin),
        operation(entry),
        name(entry),
        details(entry)
    )
}

fn table(entries: &[HistoryEntry], now: Timestamp) -> Table<6> {
    let mut table = Table::new(["NUMBER", "AGE", "FROM", "OPERATION", "SECRET", "CHANGE"]);
    for entry in entries {
        table.push([
            Cell::plain(entry.number.to_string()),
            Cell::styled(Role::Muted, age(entry.time, now)),
            Cell::styled(Role::Muted, history::origin(entry.origin)),
            Cell::plain(operation(entry)),
            Cell::plain(name(entry)),
            Cell::plain(details(entry)),
        ]);
    }
    table
}

fn operation(entry: &HistoryEntry) -> String {
    let word = history::operation(entry.change.operation);
    entry.takes_back.map_or_else(|| word.to_owned(), |number| format!("{word} {number}"))
}

fn name(entry: &HistoryEntry) -> &str {
    entry.secret.as_ref().map(SecretName::as_str).unwrap_or_default()
}

fn details(entry: &HistoryEntry) -> String {
    visible(&history::details(&entry.change).join(", ")).into_owned()
}
