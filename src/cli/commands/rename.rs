//! `etui rename`: another name for a secret, or for a folder.

use clap::Args;

use crate::cli::bulk::{self, Run};
use crate::cli::exit_code::Finish;
use crate::cli::history::{self, CHANGES};
use crate::cli::invocation::Invocation;
use crate::cli::plan::{self, PREVIEW, Preview};
use crate::cli::row::RunCommand;
use crate::cli::schema::{Json, Schema};
use crate::domain::{Folder, SecretName};
use crate::kms::Answer;
use crate::vault::{BulkRequest, RenameRequest, StateToken, Vault};
use crate::versioning::{BulkOperation, BulkTarget};

/// Give a secret or a folder another name
///
/// Versions, labels and history stay. The new name must be free. With --prefix a folder is renamed, with every
/// secret below it: together or not at all, and `etui undo` reverts it as one change.
#[derive(Debug, Args)]
#[command(override_usage = "\
etui rename [OPTIONS] <OLD> <NEW>
       etui rename [OPTIONS] --prefix <OLD/> <NEW/>")]
#[command(after_long_help = "\
Examples:
  etui rename db/password db/main/password
  etui rename --prefix shop/ store/ --dry-run
  etui rename --prefix shop/ store/")]
pub(in crate::cli) struct Rename {
    /// The current name
    #[arg(value_name = "OLD", value_parser = SecretName::new, required_unless_present = "prefix")]
    old: Option<SecretName>,

    /// The new name, which must be free
    #[arg(value_name = "NEW", value_parser = SecretName::new, required_unless_present = "prefix")]
    new: Option<SecretName>,

    /// Rename a folder instead: OLD/ at the start of names becomes NEW/
    #[arg(
        long,
        num_args = 2,
        value_names = ["OLD/", "NEW/"],
        value_parser = Folder::new,
        conflicts_with_all = ["old", "new"]
    )]
    prefix: Option<Vec<Folder>>,

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

impl RunCommand for Rename {
    const JSON: Json = Json::Answers(&[
        Schema::when("a secret is renamed", CHANGES),
        Schema::when("a folder is renamed", &[bulk::DONE]),
        Schema::when("with --dry-run", &[PREVIEW]),
        Schema::when("with --dry-run, of a folder", &[bulk::PLANNED]),
    ]);

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let mut vault = invocation.unlock()?;
        let run = Run::of_flag(self.dry_run);
        if let Some([old, new]) = self.prefix.as_deref() {
            let targets = vec![BulkTarget::Folder(old.clone())];
            let operation = BulkOperation::RenameFolder(new.clone());
            let request = BulkRequest { targets, operation, expected: self.if_state };
            return bulk::run(invocation, &mut vault, &request, run);
        }
        if let (Some(old), Some(new)) = (self.old, self.new) {
            let request = RenameRequest { old, new, expected: self.if_state };
            match run {
                Run::Dry => preview(invocation, &mut vault, &request)?,
                Run::ForReal => rename(invocation, &mut vault, &request)?,
            }
        }
        Ok(Finish::Done)
    }
}

fn preview(invocation: &Invocation, vault: &mut Vault, request: &RenameRequest) -> anyhow::Result<()> {
    let planned = vault.plan_rename(request)?;
    Preview {
        name: &request.old,
        plan: &planned.plan,
        would: format!("rename '{}' to '{}'", request.old, request.new),
        unchanged: format!("'{}' has this name already", request.old),
        version_id: None,
        state: Some(planned.token),
        remarks: Vec::new(),
    }
    .print(invocation.output())
}

fn rename(invocation: &Invocation, vault: &mut Vault, request: &RenameRequest) -> anyhow::Result<()> {
    let outcome = vault.rename_secret(request)?;
    invocation.say_notices(vault.take_notices());
    let sentence = match &outcome.change {
        Some(_) => format!("renamed '{}' to '{}'", request.old, request.new),
        None => format!("'{}' has this name already; nothing changed", request.old),
    };
    history::tell(invocation.output(), &outcome, &Answer::update(&outcome), &sentence)
}
