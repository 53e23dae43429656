//! What `etui merge` and `etui sync` have in common: the plan of a merge, its questions, the merge itself.

use std::path::Path;

use clap::Args;
use serde::Serialize;

use super::error::CliError;
use super::invocation::Invocation;
use super::other_vault::OtherVault;
use super::output::Audience;
use super::schema::{Key, Kind, NAME, key};
use crate::domain::StateFingerprint;
use crate::sync::Scratch;
use crate::vault::Vault;
use crate::vault::merge::{LockAfter, MergeOutcome, MergeRequest, Prefer};
use crate::vault::merge_wording::{self as wording, Fate};
use crate::versioning::merge::{Conflict, PurgeAnswer, PurgeAnswers, Relation, Side};

/// What is decided beforehand about a merge.
#[derive(Debug, Args)]
pub(in crate::cli) struct MergeArguments {
    /// Show what would change, and change nothing
    #[arg(long)]
    pub(super) dry_run: bool,

    /// In a conflict, keep what is here
    #[arg(long, conflicts_with = "theirs")]
    mine: bool,

    /// In a conflict, keep what is there
    #[arg(long)]
    theirs: bool,

    /// Delete in both what one deleted for good
    #[arg(long, conflicts_with = "keep_purged")]
    accept_purges: bool,

    /// Keep in both what one deleted for good
    #[arg(long)]
    keep_purged: bool,

    /// Merge nothing if there is a conflict
    #[arg(long)]
    strict: bool,

    #[command(flatten)]
    other: OtherVault,
}

/// What became of a merge.
pub(super) struct MergeStep {
    pub(super) outcome: MergeOutcome,
    /// Whether the vault has it now; not for a plan alone, nor after a no.
    pub(super) merged: bool,
    /// The state of the other copy.
    pub(super) other: StateFingerprint,
    /// Whose end of every conflict is kept, where that was said.
    chosen: Option<Side>,
}

impl MergeArguments {
    /// Shows what a merge with the copy at `path` would do, asks where somebody can be asked, and does it. `called` is
    /// what people know the copy by.
    pub(super) fn merge(
        &self,
        invocation: &Invocation,
        vault: &mut Vault,
        path: &Path,
        called: &str,
    ) -> anyhow::Result<MergeStep> {
        let mut copy = self.other.open(invocation, vault, path)?;
        let other = copy.state()?;
        let chosen = self.chosen();
        let mut purges = self.purges();
        let mut planned = vault.plan_merge(&mut copy, &self.request(&purges, None))?;
        show(invocation, &planned, self.chosen(), called)?;
        if !self.dry_run && !planned.questions.is_empty() && invocation.can_ask() {
            purges.all = ask_about_purges(invocation);
            planned = vault.plan_merge(&mut copy, &self.request(&purges, Some(&planned)))?;
        }
        let is_nothing = matches!(planned.relation, Relation::Equal | Relation::Behind);
        if self.dry_run {
            return Ok(MergeStep { outcome: planned, merged: false, other, chosen });
        }
        if is_nothing {
            return Ok(MergeStep { outcome: planned, merged: true, other, chosen });
        }
        if self.strict && planned.conflicts().next().is_some() {
            return Err(CliError::rejected(
                format!("this vault and '{called}' changed the same: nothing was merged"),
                "choose with --mine or --theirs, or leave out --strict",
            )
            .into());
        }
        if planned.questions.is_empty() && invocation.can_ask() && !invocation.confirms("Merge? [Y/n] ", true)
        {
            return Ok(MergeStep { outcome: planned, merged: false, other, chosen });
        }
        let identity = vault.key_identity()?;
        let outcome = vault.merge(&mut copy, &self.request(&purges, Some(&planned)))?;
        if outcome.lock_after != LockAfter::Same {
            invocation.lock_agent(identity);
        }
        invocation.output().changed(&format!("merged '{called}'"), None);
        Ok(MergeStep { outcome, merged: true, other, chosen })
    }

    fn request(&self, purges: &PurgeAnswers, expected: Option<&MergeOutcome>) -> MergeRequest<'_> {
        const MINE: &Prefer<'static> = &|_, _| Some(Side::Mine);
        const THEIRS: &Prefer<'static> = &|_, _| Some(Side::Theirs);
        MergeRequest {
            purges: purges.clone(),
            prefer: self.chosen().map(|side| match side {
                Side::Mine => MINE,
                Side::Theirs => THEIRS,
            }),
            expected: expected.map(|planned| planned.token.clone()),
        }
    }

    /// Whose end of every conflict is kept, where that was said.
    const fn chosen(&self) -> Option<Side> {
        match (self.mine, self.theirs) {
            (true, _) => Some(Side::Mine),
            (_, true) => Some(Side::Theirs),
            _ => None,
        }
    }

    fn purges(&self) -> PurgeAnswers {
        let all = match (self.accept_purges, self.keep_purged) {
            (true, _) => Some(PurgeAnswer::Accept),
            (_, true) => Some(PurgeAnswer::Keep),
            _ => None,
        };
        PurgeAnswers { all, ..PurgeAnswers::default() }
    }
}

/// Without an answer nothing is merged, and the vault says so.
fn ask_about_purges(invocation: &Invocation) -> Option<PurgeAnswer> {
    let question = "Delete them in both copies (d), keep them in both (k), or merge nothing (n)? [d/k/N] ";
    let reply = invocation.with_terminal(|terminal| terminal.and_then(|it| it.ask(question).ok().flatten()));
    match reply.as_deref() {
        Some("d" | "D") => Some(PurgeAnswer::Accept),
        Some("k" | "K") => Some(PurgeAnswer::Keep),
        _ => None,
    }
}

/// Prints the plan, where it is for people.
fn show(
    invocation: &Invocation,
    planned: &MergeOutcome,
    chosen: Option<Side>,
    called: &str,
) -> anyhow::Result<()> {
    let output = invocation.output();
    if output.audience() == Audience::Machine {
        return Ok(());
    }
    let mut lines = vec![format!("'{called}': {}", wording::relation(planned))];
    for secret in &planned.secrets {
        let (fate, changes) = (Fate::of(secret), wording::changes(secret));
        if fate != Fate::Same || !changes.is_empty() || !secret.conflicts.is_empty() {
            let told = if changes.is_empty() { String::new() } else { format!(": {}", changes.join("; ")) };
            lines.push(format!("  {} {}{told}", fate.word(), wording::name_of(secret)));
        }
        let conflicts = secret.conflicts.iter().map(|conflict| conflict_line(conflict, chosen));
        lines.extend(conflicts.map(|line| format!("    {line}")));
    }
    lines.extend(planned.questions.iter().map(|question| format!("  {}", wording::question(question))));
    lines.extend(wording::lock(planned).map(|told| format!("  {told}")));
    output.done(&lines.join("\n"))
}

fn conflict_line(conflict: &Conflict, chosen: Option<Side>) -> String {
    format!("conflict: {}", wording::conflict(conflict, chosen))
}

/// What a merge is in JSON.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct MergeJson {
    copy: String,
    relation: &'static str,
    merged: bool,
    brought: usize,
    secrets: Vec<MergedJson>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    questions: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct MergedJson {
    secret_name: String,
    outcome: &'static str,
    changes: Vec<String>,
    conflicts: Vec<String>,
}

/// The keys of a merge.
pub(super) const MERGE: &[Key] = &[
    key("Copy", Kind::Text, "the other copy"),
    key(
        "Relation",
        Kind::Word(&["equal", "behind", "ahead", "branch"]),
        "how it compares with this vault: the same, nothing new there, all there, both changed",
    ),
    key("Merged", Kind::Flag, "whether this vault holds all of it now"),
    key("Brought", Kind::Number, "how many changes it brings in"),
    key(
        "Secrets",
        Kind::List(&Kind::Object(&[&[
            NAME,
            key("Outcome", Kind::Word(&["new", "changed", "deleted", "same"]), "what becomes of it"),
            key("Changes", Kind::List(&Kind::Text), "what changes here, in words"),
            key("Conflicts", Kind::List(&Kind::Text), "what both copies changed, and what is kept"),
        ]])),
        "the secrets that change here, or about which there is something to say",
    ),
    key("Questions", Kind::List(&Kind::Text), "what must be answered first: --accept-purges, --keep-purged")
        .if_any("there are any"),
    key("Password", Kind::Text, "what happens to the password").if_any("it changes"),
];

impl MergeStep {
    pub(super) fn json(&self, called: &str) -> MergeJson {
        let outcome = &self.outcome;
        MergeJson {
            copy: called.to_owned(),
            relation: match outcome.relation {
                Relation::Equal => "equal",
                Relation::Behind => "behind",
                Relation::Ahead => "ahead",
                Relation::Branch => "branch",
            },
            merged: self.merged,
            brought: outcome.brought,
            secrets: outcome
                .secrets
                .iter()
                .map(|secret| MergedJson {
                    secret_name: wording::name_of(secret).to_owned(),
                    outcome: Fate::of(secret).word(),
                    changes: wording::changes(secret),
                    conflicts: secret
                        .conflicts
                        .iter()
                        .map(|conflict| conflict_line(conflict, self.chosen))
                        .collect(),
                })
                .collect(),
            questions: outcome.questions.iter().map(wording::question).collect(),
            password: wording::lock(outcome),
        }
    }

    /// What was done, in a sentence.
    pub(super) fn told(&self, called: &str) -> String {
        match (self.merged, self.outcome.relation) {
            (true, Relation::Equal | Relation::Behind) => format!("nothing to merge from '{called}'"),
            (true, _) => format!("merged '{called}'"),
            (false, _) => "nothing was changed".to_owned(),
        }
    }
}

/// A private folder for the copies of one command.
pub(super) fn scratch(invocation: &Invocation) -> anyhow::Result<Scratch> {
    Ok(Scratch::new_in(state_directory(invocation)?)?)
}

/// Where the copies of one command are kept meanwhile.
pub(super) fn state_directory(invocation: &Invocation) -> anyhow::Result<&Path> {
    let state = invocation.state_directory().ok_or_else(|| {
        CliError::usage("there is no home directory to keep temporary files in", "set HOME or XDG_STATE_HOME")
    })?;
    Ok(state)
}
