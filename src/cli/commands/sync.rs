//! `etui sync`: fetch a copy from a remote, merge it, put the result back.

use clap::Args;
use serde::Serialize;

use super::remote::no_such;
use crate::cli::error::{CliError, of_another_file};
use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::merging::{MERGE, MergeArguments, MergeJson, state_directory};
use crate::cli::output::Audience;
use crate::cli::row::RunCommand;
use crate::cli::schema::{Json, Kind, Schema, key};
use crate::config::remotes::{NoSuchRemote, RemoteName, RemoteUrl};
use crate::sync::{Merged, OtherEnd, Synced, sync};
use crate::versioning::merge::Relation;

/// Sync this vault with the copy at a remote
///
/// Fetches the copy, merges it as `etui merge` does, and puts the result back if nobody else was quicker; else it
/// begins again, five times (then exit code 7). Where there is no copy yet the vault is copied there. If it is
/// interrupted, each end still has a complete file. The other end gets the encrypted file only: no password and no key.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  etui sync --dry-run
  etui sync stick")]
pub(in crate::cli) struct Sync {
    /// The remote [default: the only one]
    #[arg(value_name = "NAME", value_parser = RemoteName::new)]
    remote: Option<RemoteName>,

    #[command(flatten)]
    merge: MergeArguments,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct SyncJson<'a> {
    remote: &'a str,
    dry_run: bool,
    put: bool,
    merges: Vec<MergeJson>,
}

impl RunCommand for Sync {
    const JSON: Json = Json::Answers(&[Schema::only(&[&[
        key("Remote", Kind::Text, "the name of the remote"),
        key("DryRun", Kind::Flag, "whether nothing was to be changed"),
        key("Put", Kind::Flag, "whether the copy there was changed"),
        key(
            "Merges",
            Kind::List(&Kind::Object(&[MERGE])),
            "what was fetched and merged: several where others were quicker, none where there was no copy",
        ),
    ]])]);

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let (name, url) = self.chosen(invocation)?;
        let called = url.to_string();
        let end = OtherEnd::at(&url, state_directory(invocation)?)?;
        let mut end = end.ok_or_else(|| {
            let takes_secrets = NoSuchRemote::TakesSecrets(name.clone());
            CliError::usage(takes_secrets.to_string(), takes_secrets.hint())
        })?;
        let mut vault = invocation.unlock()?;
        let output = invocation.output();
        let mut merges = Vec::new();
        let mut lacks_something = false;
        let synced = sync::<anyhow::Error>(&mut vault, &mut end, &mut |vault, copy| {
            let Some(copy) = copy else {
                lacks_something = true;
                output.done_unless_json(&format!("'{called}': there is no copy yet"))?;
                let own = vault.state()?;
                let merged = Merged::Done { relation: Relation::Behind, fetched: own };
                return Ok(if self.merge.dry_run { Merged::Not } else { merged });
            };
            let step = self
                .merge
                .merge(invocation, vault, copy, &called)
                .map_err(|error| of_another_file(error, &called))?;
            merges.push(step.json(&called));
            let (relation, fetched) = (step.outcome.relation, step.other);
            lacks_something = matches!(relation, Relation::Behind | Relation::Branch);
            Ok(if step.merged { Merged::Done { relation, fetched } } else { Merged::Not })
        })?;
        invocation.say_notices(vault.take_notices());
        let put = synced == Synced::Done { put: true };
        let sentence = match synced {
            Synced::Not if self.merge.dry_run && lacks_something => {
                "nothing was changed; the copy there would get what changed here"
            }
            Synced::Not => "nothing was changed",
            Synced::Done { put: true } => "synced: both copies are equal now",
            Synced::Done { put: false } => "synced: the copy there already has everything",
        };
        if put {
            output.changed(sentence, None);
        }
        match output.audience() {
            Audience::Machine => {
                output.json(&SyncJson { remote: name.as_str(), dry_run: self.merge.dry_run, put, merges })?
            }
            Audience::Person | Audience::Pipe => output.done(sentence)?,
        }
        Ok(Finish::Done)
    }
}

impl Sync {
    /// The remote that was named, or the only one that takes copies.
    fn chosen(&self, invocation: &Invocation) -> anyhow::Result<(RemoteName, RemoteUrl)> {
        let remotes = invocation.remotes()?;
        let chosen = remotes.to_sync_with(self.remote.as_ref());
        let (name, url) = chosen.map_err(|none| no_such(&remotes, none))?;
        Ok((name.clone(), url.clone()))
    }
}
