//! `etui lock`: ends the agent.

use clap::Args;
use serde::Serialize;

use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::output::Audience;
use crate::cli::row::RunCommand;
use crate::cli::schema::{Json, Kind, Schema, key};

/// Lock the vault that `etui unlock` or `etui serve` keeps unlocked
///
/// The key is wiped before the command ends. An app that is open stays as it is.
#[derive(Debug, Args)]
#[command(after_long_help = "Example:\n  etui lock")]
pub(in crate::cli) struct Lock {}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct LockJson {
    was_unlocked: bool,
}

impl RunCommand for Lock {
    const JSON: Json =
        Json::Answers(&[Schema::only(&[&[key("WasUnlocked", Kind::Flag, "whether it was unlocked")]])]);

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let identity = invocation.open_vault()?.key_identity();
        let was_unlocked = match invocation.agent_of(identity) {
            // Both in any case: the one failing must not keep the other unlocked.
            Some(agent) => {
                let (agent, serving) = (agent.lock(), agent.lock_serving());
                agent? | (serving? > 0)
            }
            None => false,
        };
        let output = invocation.output();
        if was_unlocked {
            output.changed("locked", None);
        }
        match output.audience() {
            Audience::Machine => output.json(&LockJson { was_unlocked })?,
            Audience::Person | Audience::Pipe if was_unlocked => output.done("locked")?,
            Audience::Person | Audience::Pipe => output.done("the vault was not unlocked")?,
        }
        Ok(Finish::Done)
    }
}
