//! `etui rm`: DeleteSecret.

use clap::Args;

use crate::cli::bulk::{self, Run};
use crate::cli::confirm::Confirmation;
use crate::cli::error::CliError;
use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::output::Audience;
use crate::cli::plan::{self, PREVIEW, Preview};
use crate::cli::row::RunCommand;
use crate::cli::schema::{Json, Kind, NAME, Schema, key};
use crate::cli::wording;
use crate::domain::{Folder, SecretName};
use crate::kms::Answer;
use crate::vault::{BulkRequest, ChangeOutcome, DeleteRequest, Planned, StateToken, Vault};
use crate::versioning::{BulkOperation, BulkTarget, Deletion};

/// Delete secrets, with a window in which they can be restored
///
/// During the window a secret cannot be read or changed; `etui restore` cancels the deletion. Nothing happens by itself
/// after it: `etui purge` removes the secret. With --force it is removed at once and for good; on a terminal its name,
/// or that of the folder, must be typed, and elsewhere --yes is needed. Several secrets are deleted together or not at
/// all.
#[derive(Debug, Args)]
#[command(override_usage = "\
etui rm [OPTIONS] <NAME>...
       etui rm [OPTIONS] --prefix <FOLDER>")]
#[command(after_long_help = "\
Examples:
  etui rm db/password
  etui rm db/password --recovery-days 7
  etui rm db/password --force --dry-run
  etui rm --prefix shop/old/ --dry-run           a folder with all below it")]
pub(in crate::cli) struct Rm {
    /// The names of the secrets
    #[arg(value_name = "NAME", value_parser = SecretName::new, required_unless_present = "prefix")]
    names: Vec<SecretName>,

    /// Every secret in this folder instead
    #[arg(long, value_name = "FOLDER", value_parser = Folder::new, conflicts_with = "names")]
    prefix: Option<Folder>,

    /// The length of the window, 7 to 30 days [default: 30]
    #[arg(long, value_name = "N")]
    recovery_days: Option<u32>,

    /// Remove every version at once, without a way back
    #[arg(long)]
    force: bool,

    /// Answer the question that --force asks
    #[arg(long, requires = "force")]
    yes: bool,

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

impl RunCommand for Rm {
    const JSON: Json = Json::Answers(&[
        Schema::when(
            "the secret is deleted, or scheduled for it",
            &[&[
                NAME,
                key("PlannedDeleteTime", Kind::Time, "from when on it can be purged; with --force now"),
            ]],
        ),
        Schema::when("several secrets are deleted, or scheduled for it", &[bulk::DONE]),
        Schema::when("with --dry-run", &[PREVIEW]),
        Schema::when("with --dry-run, of several secrets", &[bulk::PLANNED]),
    ]);

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        if self.force && self.recovery_days.is_some() {
            return Err(CliError::usage("--force and --recovery-days exclude each other", "").into());
        }
        let deletion = Deletion::new(self.recovery_days, self.force)?;
        let confirmation = Confirmation::of_flag(self.yes);
        let asks = deletion == Deletion::Force && !self.dry_run;
        if asks {
            confirmation.can_be_had(invocation)?;
        }
        let mut vault = invocation.unlock()?;
        let targets = bulk::targets(&self.names, self.prefix.as_ref());
        let [BulkTarget::Secret(name)] = targets.as_slice() else {
            let operation = BulkOperation::Delete(deletion);
            let request = BulkRequest { targets, operation, expected: self.if_state };
            return match asks {
                true => bulk::remove_for_good(invocation, &mut vault, request, confirmation),
                false => bulk::run(invocation, &mut vault, &request, Run::of_flag(self.dry_run)),
            };
        };
        let mut request = DeleteRequest { name: name.clone(), deletion, expected: self.if_state };
        if self.dry_run {
            let planned = vault.plan_delete(&request)?;
            preview(invocation, &request.name, deletion, &planned)?;
            return Ok(Finish::Done);
        }
        if asks {
            let planned = vault.plan_delete(&request)?;
            let destroyed = planned.plan.change().map_or(0, |change| change.destroyed.len());
            confirmation.ask(invocation, name.as_str(), &bulk::removes_secret(name, destroyed))?;
            // What was confirmed is what is removed, and nothing that was added meanwhile.
            request.expected = Some(planned.token);
        }
        delete_one(invocation, &mut vault, &request)
    }
}

fn delete_one(invocation: &Invocation, vault: &mut Vault, request: &DeleteRequest) -> anyhow::Result<Finish> {
    let outcome = vault.delete_secret(request)?;
    invocation.say_notices(vault.take_notices());
    let output = invocation.output();
    let sentence = deleted(&outcome);
    output.changed(&sentence, None);
    match output.audience() {
        Audience::Machine => output.answer(&Answer::delete(&outcome))?,
        Audience::Person | Audience::Pipe => output.done(&sentence)?,
    }
    Ok(Finish::Done)
}

fn preview(
    invocation: &Invocation,
    name: &SecretName,
    deletion: Deletion,
    planned: &Planned,
) -> anyhow::Result<()> {
    let (would, remarks) = match deletion {
        Deletion::Window(days) => (format!("schedule '{name}' for deletion in {days} days"), Vec::new()),
        Deletion::Force => (format!("remove '{name}' for good"), vec!["this could not be undone".to_owned()]),
    };
    Preview {
        name,
        plan: &planned.plan,
        would,
        unchanged: String::new(),
        version_id: None,
        state: Some(planned.token),
        remarks,
    }
    .print(invocation.output())
}

fn deleted(outcome: &ChangeOutcome) -> String {
    let name = &outcome.name;
    let change = outcome.change.as_ref();
    match change.and_then(|change| change.planned_deletion.as_ref()?.after) {
        Some(planned) => format!(
            "secret '{name}' is scheduled for deletion; `etui restore {name}` cancels that; from {planned} on it can be purged"
        ),
        None => {
            let versions = change.map_or(0, |change| change.destroyed.len());
            format!("{}; {}", wording::removed(name, versions), wording::STILL_IN_COPIES)
        }
    }
}
