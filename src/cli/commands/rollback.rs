//! `etui rollback`: `ACSCurrent` back to the version marked `ACSPrevious`.

use clap::Args;

use crate::cli::exit_code::Finish;
use crate::cli::history::{self, CHANGES};
use crate::cli::invocation::Invocation;
use crate::cli::plan::{self, PREVIEW, Preview};
use crate::cli::row::RunCommand;
use crate::cli::schema::{Json, Schema};
use crate::cli::wording;
use crate::domain::SecretName;
use crate::kms::Answer;
use crate::vault::{RollbackRequest, StateToken};
use crate::versioning::Change;

/// Make the previous version current again
///
/// ACSCurrent and ACSPrevious swap, so that a second rollback undoes the first one.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  etui rollback db/password
  etui rollback db/password --dry-run")]
pub(in crate::cli) struct Rollback {
    /// The name of the secret
    #[arg(value_parser = SecretName::new)]
    name: SecretName,

    /// Show what would change, and change nothing
    ///
    /// With --json it prints the State for --if-state.
    #[arg(long)]
    dry_run: bool,

    /// Only if nothing changed since --dry-run --json
    ///
    /// STATE is what it printed.
    #[arg(long, value_name = "STATE", value_parser = plan::state, hide_short_help = true)]
    if_state: Option<StateToken>,
}

impl RunCommand for Rollback {
    const JSON: Json = Json::Answers(&[
        Schema::when("the labels moved", CHANGES),
        Schema::when("with --dry-run", &[PREVIEW]),
    ]);

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let request = RollbackRequest { name: self.name, expected: self.if_state };
        let mut vault = invocation.unlock()?;
        let output = invocation.output();
        if self.dry_run {
            let planned = vault.plan_rollback(&request)?;
            Preview {
                name: &request.name,
                plan: &planned.plan,
                would: format!("roll '{}' back", request.name),
                unchanged: format!("'{}' is where it was", request.name),
                version_id: None,
                state: Some(planned.token),
                remarks: Vec::new(),
            }
            .print(output)?;
            return Ok(Finish::Done);
        }
        let outcome = vault.rollback(&request)?;
        invocation.say_notices(vault.take_notices());
        let moves = outcome.change.as_ref().map(Change::moves).unwrap_or_default();
        let sentence = format!("rolled '{}' back; {}", outcome.name, wording::moves(&moves));
        history::tell(output, &outcome, &Answer::stage(&outcome), &sentence)?;
        Ok(Finish::Done)
    }
}
