//! `etui status`: whether the agent keeps the vault unlocked, and for how long.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use crate::agent::Remaining;
use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::output::Audience;
use crate::cli::row::RunCommand;
use crate::cli::schema::{Json, Kind, STATE, Schema, key};
use crate::cli::wording;
use crate::config::duration;
use crate::domain::{ErrorCode, StateFingerprint};
use crate::vault::conflict_files;

/// Say whether the vault is unlocked, and for how long
///
/// Exit code 0 if it is, 5 if it is not. Asking does not make it last longer. While it is unlocked its state is
/// printed too, as by `etui verify`: it is the same for equal copies.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  etui status
  etui status -q || etui unlock     the exit code alone")]
pub(in crate::cli) struct Status {}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct StatusJson<'a> {
    unlocked: bool,
    format: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    idle_seconds: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_seconds: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vault_state: Option<String>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    conflict_files: &'a [PathBuf],
}

impl RunCommand for Status {
    const JSON: Json = Json::Answers(&[Schema::only(&[&[
        key("Unlocked", Kind::Flag, "whether it is unlocked; if not, the exit code is 5"),
        key("Format", Kind::Number, "the format of the vault file"),
        key("IdleSeconds", Kind::Number, "seconds until it locks without use").if_any("it is unlocked"),
        key("MaxSeconds", Kind::Number, "seconds until it locks in any case").if_any("it is unlocked"),
        STATE.if_any("it is unlocked and its file opens"),
        key("ConflictFiles", Kind::List(&Kind::Text), "other copies of this vault beside it")
            .if_any("there are any"),
    ]])]);

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let locked = invocation.open_vault()?;
        let (identity, format) = (locked.key_identity(), locked.format());
        let copies = conflict_files(locked.path(), identity);
        drop(locked);
        let remaining = invocation.agent_of(identity).and_then(|agent| agent.remaining(identity.key_id));
        let output = invocation.output();
        let state = remaining.and_then(|_| state(invocation));
        match output.audience() {
            Audience::Machine => output.json(&StatusJson {
                unlocked: remaining.is_some(),
                format: format.number(),
                idle_seconds: remaining.map(|remaining| remaining.idle.as_secs()),
                max_seconds: remaining.map(|remaining| remaining.absolute.as_secs()),
                vault_state: state.map(|state| state.to_string()),
                conflict_files: &copies,
            })?,
            Audience::Person | Audience::Pipe => {
                output.done(&told(remaining))?;
                if let Some(sentence) = wording::old_format(format) {
                    output.note(&sentence);
                }
                if let Some(state) = state {
                    output.done(&format!("state {state}"))?;
                }
                if let Some(told) = wording::other_copies(&copies) {
                    output.done(&told)?;
                }
            }
        }
        Ok(match remaining {
            Some(_) => Finish::Done,
            None => Finish::Refused(ErrorCode::NotUnlocked),
        })
    }
}

/// The state of the file; a note says why where it does not open. That it is unlocked stays true.
fn state(invocation: &Invocation) -> Option<StateFingerprint> {
    let read =
        invocation.peek_with_agent().and_then(|vault| vault.map(|mut vault| Ok(vault.state()?)).transpose());
    read.unwrap_or_else(|error| {
        invocation.output().note(&format!("its state is not known: {error}"));
        None
    })
}

fn told(remaining: Option<Remaining>) -> String {
    match remaining {
        None => "locked".to_owned(),
        Some(Remaining { idle, absolute }) => format!(
            "unlocked; locks in {} without use, in {} in any case",
            duration::words(idle),
            duration::words(absolute)
        ),
    }
}
