//! `etui pull`: imports secrets from an engine.

use std::ops::ControlFlow;

use clap::Args;

use super::engine_access::{EngineAccess, EngineRemote};
use super::import::report::{self, REPORT};
use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::progress::ProgressLine;
use crate::cli::row::RunCommand;
use crate::cli::schema::{Json, Schema};
use crate::config::remotes::RemoteName;
use crate::domain::Folder;
use crate::engine::{Pattern, Patterns, Transfer};
use crate::vault::OnRefusal;
use crate::vault::import_wording::{self, Tense};

/// Pull secrets from OpenBao or HashiCorp Vault
///
/// It is an import: versions come by id and value, all in one change that `etui undo` reverts. A label moves only if
/// it has not moved here since the last push or pull; otherwise it stays, and is named. Descriptions and tags of
/// existing secrets stay. Pulling twice changes nothing.
///
/// Versions stored there without etui get their numbers as ids: v1, v2 …
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  etui pull team --dry-run
  etui pull team shop/
  etui pull ops --prefix ops")]
pub(in crate::cli) struct Pull {
    /// The remote, as `etui remote list` names it
    #[arg(value_name = "REMOTE", value_parser = RemoteName::new)]
    remote: RemoteName,

    /// Names there, folders with a '/' at the end, or names with '*'
    #[arg(value_name = "PATTERN")]
    patterns: Vec<Pattern>,

    /// Pull into this folder
    #[arg(long, value_name = "PATH", value_parser = Folder::new)]
    prefix: Option<Folder>,

    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    access: EngineAccess,
}

impl RunCommand for Pull {
    const JSON: Json = Json::Answers(&[Schema::only(&[REPORT])]);

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let output = invocation.output();
        let remote = EngineRemote::find(invocation, &self.remote)?;
        let mut vault = invocation.unlock()?;
        let mut bao = self.access.connect(invocation, &remote)?;
        let mut transfer = Transfer::new(&mut vault, &mut bao, remote.name.as_str())?;
        let patterns = Patterns(self.patterns);
        let mut progress = ProgressLine::new(output, "reading");
        let watch = &mut |done| {
            progress.show(done);
            ControlFlow::Continue(())
        };
        let taken = transfer.read(&patterns, self.prefix.as_ref(), watch)?;
        drop(progress);
        let (import, tense) = match self.dry_run {
            true => (taken.plan(&mut vault)?, Tense::Would),
            false => {
                let unwatched = &mut |_| ControlFlow::Continue(());
                (taken.bring_in(&mut vault, OnRefusal::LeaveOut, unwatched)?, Tense::Did)
            }
        };
        invocation.say_notices(vault.take_notices());
        if tense == Tense::Did && import.changes_anything() {
            output.changed(&import_wording::summary(&import, tense, OnRefusal::LeaveOut), None);
        }
        report::print(output, &import, tense, OnRefusal::LeaveOut)?;
        Ok(import.first_refusal().map_or(Finish::Done, |refusal| Finish::Refused(refusal.code())))
    }
}
