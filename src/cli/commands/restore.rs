//! `etui restore`: RestoreSecret.

use clap::Args;

use crate::cli::bulk::{self, Run};
use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::output::Audience;
use crate::cli::plan::{PREVIEW, Preview};
use crate::cli::row::RunCommand;
use crate::cli::schema::{Json, NAME, Schema};
use crate::domain::{Folder, SecretName};
use crate::kms::Answer;
use crate::vault::{BulkRequest, Vault};
use crate::versioning::{BulkOperation, BulkTarget};

/// Cancel a scheduled deletion
///
/// Several secrets are restored together or not at all.
#[derive(Debug, Args)]
#[command(override_usage = "\
etui restore [OPTIONS] <NAME>...
       etui restore [OPTIONS] --prefix <FOLDER>")]
#[command(after_long_help = "\
Examples:
  etui restore db/password
  etui restore --prefix shop/old/                a folder with all below it")]
pub(in crate::cli) struct Restore {
    /// The names of the secrets
    #[arg(value_name = "NAME", value_parser = SecretName::new, required_unless_present = "prefix")]
    names: Vec<SecretName>,

    /// Every secret in this folder instead
    #[arg(long, value_name = "FOLDER", value_parser = Folder::new, conflicts_with = "names")]
    prefix: Option<Folder>,

    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
}

impl RunCommand for Restore {
    const JSON: Json = Json::Answers(&[
        Schema::when("the secret is restored", &[&[NAME]]),
        Schema::when("several secrets are restored", &[bulk::DONE]),
        Schema::when("with --dry-run", &[PREVIEW]),
        Schema::when("with --dry-run, of several secrets", &[bulk::PLANNED]),
    ]);

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let mut vault = invocation.unlock()?;
        let targets = bulk::targets(&self.names, self.prefix.as_ref());
        let [BulkTarget::Secret(name)] = targets.as_slice() else {
            let request = BulkRequest { targets, operation: BulkOperation::Restore, expected: None };
            return bulk::run(invocation, &mut vault, &request, Run::of_flag(self.dry_run));
        };
        match Run::of_flag(self.dry_run) {
            Run::Dry => preview(invocation, &mut vault, name)?,
            Run::ForReal => restore(invocation, &mut vault, name)?,
        }
        Ok(Finish::Done)
    }
}

fn preview(invocation: &Invocation, vault: &mut Vault, name: &SecretName) -> anyhow::Result<()> {
    let planned = vault.plan_restore(name)?;
    Preview {
        name,
        plan: &planned.plan,
        would: format!("restore '{name}'"),
        unchanged: String::new(),
        version_id: None,
        state: Some(planned.token),
        remarks: Vec::new(),
    }
    .print(invocation.output())
}

fn restore(invocation: &Invocation, vault: &mut Vault, name: &SecretName) -> anyhow::Result<()> {
    let outcome = vault.restore_secret(name)?;
    invocation.say_notices(vault.take_notices());
    let output = invocation.output();
    let sentence = format!("restored secret '{}'; it is no longer scheduled for deletion", outcome.name);
    output.changed(&sentence, None);
    match output.audience() {
        Audience::Machine => output.answer(&Answer::restore(&outcome)),
        Audience::Person | Audience::Pipe => output.done(&sentence),
    }
}
