//! `etui move`: secrets and folders into another folder.

use clap::Args;

use crate::cli::bulk::{self, Run};
use crate::cli::error::CliError;
use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::plan;
use crate::cli::row::RunCommand;
use crate::cli::schema::{Json, Schema};
use crate::domain::{Folder, Invalid, SecretName};
use crate::vault::{BulkRequest, StateToken};
use crate::versioning::{BulkOperation, BulkTarget};

/// Move secrets and folders into a folder
///
/// The last part of each name stays: 'db/password' moved into 'old/' is 'old/password'. A NAME that ends in '/' is a
/// folder, which moves with every secret below it. All move together or not at all, and `etui undo` reverts it as one
/// change. '/' alone is the top level.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  etui move db/password db/url old/
  etui move shop/db/ archive/2025/ --dry-run     becomes archive/2025/db/
  etui move shop/db/ /                           becomes db/")]
pub(in crate::cli) struct Move {
    /// The secrets, and folders with a '/' at the end
    #[arg(value_name = "NAME", required = true, value_parser = target)]
    targets: Vec<BulkTarget>,

    /// The folder that they go to, with a '/' at the end
    #[arg(value_name = "FOLDER/", required = true, value_parser = destination)]
    folder: Destination,

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

/// A folder; `None` is the top level.
#[derive(Debug, Clone)]
struct Destination(Option<Folder>);

fn target(text: &str) -> Result<BulkTarget, Invalid> {
    match text.ends_with('/') {
        true => Folder::new(text).map(BulkTarget::Folder),
        false => SecretName::new(text).map(BulkTarget::Secret),
    }
}

fn destination(text: &str) -> Result<Destination, CliError> {
    match text {
        "/" => Ok(Destination(None)),
        _ if !text.ends_with('/') => Err(CliError::usage(
            "a folder ends in '/', so that nothing is renamed by mistake; `etui rename` gives another name",
            "",
        )),
        _ => match Folder::new(text) {
            Ok(folder) => Ok(Destination(Some(folder))),
            Err(invalid) => Err(CliError::usage(invalid.to_string(), "")),
        },
    }
}

impl RunCommand for Move {
    const JSON: Json = Json::Answers(&[
        Schema::when("the secrets are moved", &[bulk::DONE]),
        Schema::when("with --dry-run", &[bulk::PLANNED]),
    ]);

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let mut vault = invocation.unlock()?;
        let operation = BulkOperation::Move(self.folder.0);
        let request = BulkRequest { targets: self.targets, operation, expected: self.if_state };
        bulk::run(invocation, &mut vault, &request, Run::of_flag(self.dry_run))
    }
}
