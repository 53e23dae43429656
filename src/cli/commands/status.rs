//! `etui status`: whether the agent keeps the vault unlocked, and for how long.

use clap::Args;
use serde::Serialize;

use crate::agent::Remaining;
use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::output::Audience;
use crate::cli::row::RunCommand;
use crate::cli::schema::{Json, Kind, Schema, key};
use crate::config::duration;
use crate::domain::ErrorCode;

/// Say whether the vault is unlocked, and for how long
///
/// Exit code 0 if it is, 5 if it is not. Asking does not make it last longer.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  etui status
  etui status -q || etui unlock     the exit code alone")]
pub(in crate::cli) struct Status {}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct StatusJson {
    unlocked: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    idle_seconds: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_seconds: Option<u64>,
}

impl RunCommand for Status {
    const JSON: Json = Json::Answers(&[Schema::only(&[&[
        key("Unlocked", Kind::Flag, "whether it is unlocked; if not, the exit code is 5"),
        key("IdleSeconds", Kind::Number, "seconds until it locks without use").if_any("it is unlocked"),
        key("MaxSeconds", Kind::Number, "seconds until it locks in any case").if_any("it is unlocked"),
    ]])]);

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let identity = invocation.open_vault()?.key_identity();
        let remaining = invocation.agent_of(identity).and_then(|agent| agent.remaining(identity.key_id));
        let output = invocation.output();
        match output.audience() {
            Audience::Machine => output.json(&StatusJson {
                unlocked: remaining.is_some(),
                idle_seconds: remaining.map(|remaining| remaining.idle.as_secs()),
                max_seconds: remaining.map(|remaining| remaining.absolute.as_secs()),
            })?,
            Audience::Person | Audience::Pipe => output.done(&told(remaining))?,
        }
        Ok(match remaining {
            Some(_) => Finish::Done,
            None => Finish::Refused(ErrorCode::NotUnlocked),
        })
    }
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
