//! `etui stage`: UpdateSecretVersionStage.

use clap::Args;

use crate::cli::error::CliError;
use crate::cli::exit_code::Finish;
use crate::cli::history::{self, CHANGES};
use crate::cli::invocation::Invocation;
use crate::cli::plan::{self, PREVIEW, Preview};
use crate::cli::row::RunCommand;
use crate::cli::schema::{Json, Schema};
use crate::cli::wording;
use crate::domain::{SecretName, StageLabel, VersionId};
use crate::kms::Answer;
use crate::vault::{StageRequest, StateToken};
use crate::versioning::StageMove;

/// Move a stage label to another version, or remove it
///
/// --to moves the label, wherever it is, or adds it. --from alone removes it; together with --to it is a
/// guard: only if the label is still there. ACSCurrent and ACSPrevious can be moved, not removed; when
/// ACSCurrent moves, the version that loses it becomes the previous one.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  etui stage db/password canary --to v5
  etui stage db/password canary --from v5             remove it
  etui stage db/password ACSCurrent --to v5 --from v4
  etui stage db/password ACSCurrent --to v5 --dry-run")]
pub(in crate::cli) struct Stage {
    /// The name of the secret
    #[arg(value_parser = SecretName::new)]
    name: SecretName,

    /// The label
    #[arg(value_parser = StageLabel::new)]
    label: StageLabel,

    /// Move the label to this version
    #[arg(long, value_name = "ID", value_parser = VersionId::new)]
    to: Option<VersionId>,

    /// Where the label is now; without --to it is removed
    #[arg(long, value_name = "ID", value_parser = VersionId::new)]
    from: Option<VersionId>,

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

impl RunCommand for Stage {
    const JSON: Json = Json::Answers(&[
        Schema::when("the label moved, or was there", CHANGES),
        Schema::when("with --dry-run", &[PREVIEW]),
    ]);

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        if self.to.is_none() && self.from.is_none() {
            return Err(CliError::missing(
                format!("say where label '{}' should go: --to ID, or --from ID to remove it", self.label),
                "",
            )
            .into());
        }
        let unchanged = match &self.to {
            Some(to) => format!("label '{}' of '{}' marks '{to}' already", self.label, self.name),
            None => String::new(),
        };
        let remarks = wording::looks_built_in(std::slice::from_ref(&self.label));
        let stage = StageMove::new(self.label, self.to, self.from)?;
        let request = StageRequest { name: self.name, stage, expected: self.if_state };
        let mut vault = invocation.unlock()?;
        let output = invocation.output();
        if self.dry_run {
            let planned = vault.plan_stage(&request)?;
            Preview {
                name: &request.name,
                plan: &planned.plan,
                would: format!("move labels of '{}'", request.name),
                unchanged,
                version_id: None,
                state: Some(planned.token),
                remarks,
            }
            .print(output)?;
            return Ok(Finish::Done);
        }
        let outcome = vault.update_secret_version_stage(&request)?;
        invocation.say_notices(vault.take_notices());
        let sentence = match &outcome.change {
            None => format!("{unchanged}; nothing changed"),
            Some(change) => format!("'{}': {}", outcome.name, wording::moves(&change.moves())),
        };
        history::tell(output, &outcome, &Answer::stage(&outcome), &sentence)?;
        if outcome.change.is_some() {
            invocation.say_notices(remarks);
        }
        Ok(Finish::Done)
    }
}
