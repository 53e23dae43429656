//! `etui duplicate`: a new secret after another one.

use clap::Args;

use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::output::Audience;
use crate::cli::plan::{self, PREVIEW, Preview};
use crate::cli::row::RunCommand;
use crate::cli::schema::{ID, Json, NAME, Schema, TYPE};
use crate::domain::SecretName;
use crate::kms::Answer;
use crate::vault::wording::NOT_DUPLICATED;
use crate::vault::{DuplicateRequest, StateToken};

/// Create a secret with the current value and the metadata of another
///
/// Description, tags, retention and rotation are copied; the value is version `v1`. History, other versions, custom
/// labels and notes are not copied. (`etui copy` copies a value to the clipboard.)
#[derive(Debug, Args)]
#[command(after_long_help = "Example:\n  etui duplicate shop/db/password shop/db2/password")]
pub(in crate::cli) struct Duplicate {
    /// The secret
    #[arg(value_name = "NAME", value_parser = SecretName::new)]
    name: SecretName,

    /// The name of the new secret, which must be free
    #[arg(value_name = "NEW", value_parser = SecretName::new)]
    new: SecretName,

    /// Show what would change, and change nothing
    ///
    /// With --json it prints the State for --if-state: that of the secret that is duplicated.
    #[arg(long)]
    dry_run: bool,

    /// Only if nothing changed since --dry-run --json
    ///
    /// STATE is what it printed.
    #[arg(long, value_name = "STATE", value_parser = plan::state, hide_short_help = true)]
    if_state: Option<StateToken>,
}

impl RunCommand for Duplicate {
    const JSON: Json = Json::Answers(&[
        Schema::when("the secret is created", &[&[NAME, ID, TYPE]]),
        Schema::when("with --dry-run", &[PREVIEW]),
    ]);

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let mut vault = invocation.unlock()?;
        let request = DuplicateRequest { source: self.name, name: self.new, expected: self.if_state };
        let output = invocation.output();
        if self.dry_run {
            let planned = vault.plan_duplicate(&request)?;
            let added = planned.plan.change().and_then(|change| change.added.first());
            Preview {
                name: &request.name,
                plan: &planned.plan,
                would: format!("create secret '{}' from '{}'", request.name, request.source),
                unchanged: String::new(),
                version_id: added.map(|version| &version.id),
                state: Some(planned.token),
                remarks: vec![NOT_DUPLICATED.to_owned()],
            }
            .print(output)?;
            return Ok(Finish::Done);
        }
        let outcome = vault.duplicate_secret(&request)?;
        invocation.say_notices(vault.take_notices());
        let sentence = format!("created secret '{}' from '{}'", outcome.name, request.source);
        output.changed(&sentence, Some(&outcome.version_id));
        match output.audience() {
            Audience::Machine => output.answer(&Answer::create(&outcome))?,
            Audience::Person | Audience::Pipe => output.done(&format!("{sentence}; {NOT_DUPLICATED}"))?,
        }
        Ok(Finish::Done)
    }
}
