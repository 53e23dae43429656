//! `etui merge`: merges other copies of the vault.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use crate::cli::error::{CliError, of_another_file};
use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::merging::{MERGE, MergeArguments, MergeJson};
use crate::cli::output::Audience;
use crate::cli::row::RunCommand;
use crate::cli::schema::{Json, Kind, Schema, key};
use crate::cli::stream::refuse_stream;
use crate::vault::{SeenFile, Vault, conflict_files};

/// Merge other copies of this vault into it
///
/// A copy is a set of changes: the merge brings in those that this vault lacks, with their times, whichever way and
/// however often copies are merged. Where both changed the same, the later change wins and both are named; --mine and
/// --theirs decide otherwise. Nothing that either copy holds is lost, and `etui undo` reverts the merge. The plan is
/// shown first; on a terminal a question follows. What only one copy deleted for good needs an answer: without one
/// nothing is merged (exit code 4).
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  etui merge --dry-run /media/laptop/vault.etui
  etui merge /media/laptop/vault.etui
  etui merge --conflicts                       what Syncthing, Dropbox or git left beside the vault")]
pub(in crate::cli) struct Merge {
    /// Other copies of this vault
    #[arg(value_name = "FILE", required_unless_present = "conflicts")]
    files: Vec<PathBuf>,

    /// Merge the conflict files beside the vault
    ///
    /// Those of Syncthing (*.sync-conflict-*), Dropbox and others (*conflicted copy*), merge tools (*.orig), git
    /// (*~HEAD*) and etui (*-conflict-*).
    #[arg(long)]
    conflicts: bool,

    #[command(flatten)]
    merge: MergeArguments,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct MergesJson {
    dry_run: bool,
    merges: Vec<MergeJson>,
}

impl RunCommand for Merge {
    const JSON: Json = Json::Answers(&[Schema::only(&[&[
        key("DryRun", Kind::Flag, "whether nothing was to be changed"),
        key("Merges", Kind::List(&Kind::Object(&[MERGE])), "one for each copy, in order"),
    ]])]);

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        for file in &self.files {
            refuse_stream(file, "a vault file")?;
            if !file.exists() {
                let sentence = format!("there is no file '{}'", file.display());
                return Err(CliError::usage(sentence, "name another copy of this vault").into());
            }
        }
        let mut vault = invocation.unlock()?;
        let files = self.copies(&mut vault)?;
        let output = invocation.output();
        if files.is_empty() {
            output.done_unless_json("there are no conflict files beside the vault: nothing to merge")?;
        }
        let mut merges = Vec::new();
        for file in &files {
            let called = file.display().to_string();
            let before = SeenFile::of(file);
            let step = self
                .merge
                .merge(invocation, &mut vault, file, &called)
                .map_err(|error| of_another_file(error, &called))?;
            output.done_unless_json(&step.told(&called))?;
            if step.merged {
                offer_to_delete(invocation, file, before)?;
            }
            merges.push(step.json(&called));
        }
        invocation.say_notices(vault.take_notices());
        if output.audience() == Audience::Machine {
            output.json(&MergesJson { dry_run: self.merge.dry_run, merges })?;
        }
        Ok(Finish::Done)
    }
}

impl Merge {
    /// All that are to be merged, each once.
    fn copies(&self, vault: &mut Vault) -> anyhow::Result<Vec<PathBuf>> {
        let mut files = self.files.clone();
        if self.conflicts {
            let (path, identity) = (vault.path().to_owned(), vault.key_identity()?);
            let same = |one: &Path, other: &Path| fs::canonicalize(one).ok() == fs::canonicalize(other).ok();
            for found in conflict_files(&path, identity) {
                if !files.iter().any(|file| same(file, &found)) {
                    files.push(found);
                }
            }
        }
        Ok(files)
    }
}

/// What it held is in the vault now.
fn offer_to_delete(invocation: &Invocation, file: &Path, before: Option<SeenFile>) -> anyhow::Result<()> {
    let Some(before) = before.filter(|before| invocation.can_ask() && before.is_unchanged()) else {
        return Ok(());
    };
    let question = format!("Delete '{}', which is merged now? [y/N] ", file.display());
    if !invocation.confirms(&crate::domain::visible(&question), false) {
        return Ok(());
    }
    // One that has changed while the question stood stays.
    before
        .delete_if_unchanged()
        .map(|_| ())
        .map_err(|error| CliError::system(format!("cannot delete '{}'", file.display()), &error).into())
}
