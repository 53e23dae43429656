//! `etui unlock`: starts the agent.

use std::time::Duration;

use clap::Args;
use serde::Serialize;

use crate::agent::{self, AgentError, Limits};
use crate::cli::error::CliError;
use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::invocation::opened::Opened;
use crate::cli::output::Audience;
use crate::cli::row::RunCommand;
use crate::cli::schema::{Json, Kind, Schema, key};
use crate::config::duration;

/// The idle limit where none is given.
const IDLE: Duration = Duration::from_secs(15 * 60);

/// Keep the vault unlocked for a while, so that commands need no password
///
/// A process in the background keeps the key in locked memory and gives it to commands of the same user. It ends when
/// no command has used it for the time of --for, after --max in any case, with `etui lock`, and when the vault gets
/// another key. While it runs, any program of yours can read the vault.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  etui unlock                      for 15 minutes after each use, for 8 hours at most
  etui unlock --for 1h --max 10h")]
pub(in crate::cli) struct Unlock {
    /// Lock when no command has used it for this long [default: 15m, or --max if shorter]
    #[arg(long = "for", value_name = "TIME", value_parser = duration::parse)]
    idle: Option<Duration>,

    /// Lock after this time in any case
    #[arg(long = "max", value_name = "TIME", default_value = "8h", value_parser = duration::parse)]
    absolute: Duration,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct UnlockJson {
    unlocked: bool,
    idle_seconds: u64,
    max_seconds: u64,
}

impl RunCommand for Unlock {
    const JSON: Json = Json::Answers(&[Schema::only(&[&[
        key("Unlocked", Kind::Flag, "true"),
        key("IdleSeconds", Kind::Number, "it locks after so long without use"),
        key("MaxSeconds", Kind::Number, "it locks after so long in any case"),
    ]])]);

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let absolute = self.absolute;
        let idle = self.idle.unwrap_or_else(|| IDLE.min(absolute));
        if idle > absolute {
            return Err(CliError::usage(
                format!("--for {} is longer than --max {}", told(idle), told(absolute)),
                "raise --max as well",
            )
            .into());
        }
        let Opened { mut vault, key, .. } = invocation.unlock_for_agent()?;
        let identity = vault.key_identity()?;
        let agent = invocation.agent_of(identity).ok_or(AgentError::NotStarted)?;
        agent::start(&agent, identity.key_id, &key, Limits { idle, absolute })?;
        let output = invocation.output();
        let sentence = format!(
            "unlocked; locks after {} without use, after {} in any case",
            duration::words(idle),
            duration::words(absolute)
        );
        output.changed(&sentence, None);
        match output.audience() {
            Audience::Machine => output.json(&UnlockJson {
                unlocked: true,
                idle_seconds: idle.as_secs(),
                max_seconds: absolute.as_secs(),
            })?,
            Audience::Person | Audience::Pipe => output.done(&sentence)?,
        }
        Ok(Finish::Done)
    }
}

fn told(duration: Duration) -> String {
    format!("({})", duration::words(duration))
}
