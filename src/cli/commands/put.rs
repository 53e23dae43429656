//! `etui put`: PutSecretValue.

use clap::Args;
use serde::Serialize;

use super::new;
use super::new_version::NewVersion;
use crate::cli::error::CliError;
use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::output::Audience;
use crate::cli::plan::{self, Move, Preview};
use crate::cli::plan::{MOVES, PREVIEW};
use crate::cli::row::RunCommand;
use crate::cli::schema::{ID, Json, Kind, NAME, STAGES, Schema, TYPE, key};
use crate::cli::value::ValueArguments;
use crate::cli::wording;
use crate::domain::{Description, SecretName, SecretValue, Tags, VersionId};
use crate::kms::Answer;
use crate::vault::{CreateRequest, PutOutcome, PutRequest, StateToken, Vault, VaultError};
use crate::versioning::{self, Plan, Refusal, StageSet, VersionKey, VersionRef};

/// Store a new version of a secret
///
/// The new version becomes the current one, and the one that was current the previous one; with --stage it
/// gets the named labels instead. A version never changes: the same id with the same value changes nothing, and with
/// a different value it is refused. The value comes from stdin, from --file, or from a hidden prompt.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  etui put db/password                      type the value at the prompt
  pwgen 32 1 | etui put db/password --trim --note 'yearly rotation'
  etui put db/password --stage canary --file new.txt
  etui put db/password --file new.txt --dry-run")]
pub(in crate::cli) struct Put {
    /// The name of the secret
    #[arg(value_parser = SecretName::new)]
    name: SecretName,

    #[command(flatten)]
    version: NewVersion,

    /// Create the secret if it does not exist
    #[arg(long, conflicts_with = "if_state")]
    create: bool,

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

    #[command(flatten)]
    value: ValueArguments,
}

impl RunCommand for Put {
    const JSON: Json = Json::Answers(&[
        Schema::when(
            "a version is stored, or is there already",
            &[&[
                NAME,
                ID,
                STAGES,
                key("Created", Kind::Flag, "whether the version is new"),
                MOVES,
                key("Destroyed", Kind::List(&Kind::Text), "versions that retention destroyed"),
                key("SameValueAs", Kind::Text, "another version with this value").if_any("there is one"),
            ]],
        ),
        Schema::when("with --create, the secret is new", &[&[NAME, ID, TYPE]]),
        Schema::when("with --dry-run", &[PREVIEW]),
    ]);

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let stages = match &self.version.stages[..] {
            [] => StageSet::current(),
            given => StageSet::new(given.iter().cloned())?,
        };
        let offered = self.value.offer(invocation)?;
        let mut vault = invocation.unlock()?;
        let value = self.value.take(offered, invocation)?;
        if self.create && is_missing(&mut vault, &self.name)? {
            return self.create(invocation, &mut vault, value);
        }
        let request = PutRequest {
            name: self.name,
            version_id: self.version.version_id,
            value,
            stages,
            note: self.version.note,
            expected: self.if_state,
        };
        let done = match self.dry_run {
            true => preview(invocation, &mut vault, &request),
            false => put(invocation, &mut vault, &request),
        };
        done.map_err(or_create)
    }
}

impl Put {
    fn create(
        self,
        invocation: &Invocation,
        vault: &mut Vault,
        value: SecretValue,
    ) -> anyhow::Result<Finish> {
        let request = CreateRequest {
            name: self.name,
            version_id: self.version.first_id(vault)?,
            value,
            description: Description::default(),
            tags: Tags::new(),
            extra_stages: self.version.extra_stages(),
            note: self.version.note,
        };
        if self.dry_run {
            preview_creation(invocation, &request)
        } else {
            new::create(invocation, vault, &request)
        }
    }
}

fn is_missing(vault: &mut Vault, name: &SecretName) -> Result<bool, VaultError> {
    match vault.describe(name) {
        Ok(_) => Ok(false),
        Err(VaultError::Refused(Refusal::NoSuchSecret { .. })) => Ok(true),
        Err(error) => Err(error),
    }
}

/// Whoever puts a value has what a new secret needs; to all other commands a missing secret is a wrong name.
fn or_create(error: anyhow::Error) -> anyhow::Error {
    let Some(VaultError::Refused(refusal @ Refusal::NoSuchSecret { name, near: None })) =
        error.downcast_ref()
    else {
        return error;
    };
    let hint = format!("{}, or `etui new {name}` to create it", refusal.hint());
    CliError::not_found(refusal.to_string(), hint).into()
}

pub(super) fn put(
    invocation: &Invocation,
    vault: &mut Vault,
    request: &PutRequest,
) -> anyhow::Result<Finish> {
    let outcome = vault.put_secret_value(request)?;
    invocation.say_notices(vault.take_notices());
    let output = invocation.output();
    let sentence = wording::stored(&outcome);
    if outcome.created {
        output.changed(&sentence, Some(&outcome.version_id));
    }
    match output.audience() {
        Audience::Machine => output.answer_with(&Answer::put(&outcome), &more(&outcome))?,
        Audience::Person | Audience::Pipe => output.done(&sentence)?,
    }
    invocation.say_notices(wording::remarks(outcome.same_value_as.as_ref(), outcome.exceeds_kms_limit));
    if outcome.created {
        invocation.say_notices(wording::looks_built_in(request.stages.labels()));
    }
    Ok(Finish::Done)
}

/// What the API's own answer does not tell.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct More<'a> {
    created: bool,
    label_moves: Vec<Move>,
    destroyed: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    same_value_as: Option<&'a str>,
}

fn more(outcome: &PutOutcome) -> More<'_> {
    More {
        created: outcome.created,
        label_moves: outcome.moved.iter().map(Move::of).collect(),
        destroyed: outcome.destroyed.iter().map(VersionId::as_str).collect(),
        same_value_as: outcome.same_value_as.as_ref().map(VersionId::as_str),
    }
}

fn preview(invocation: &Invocation, vault: &mut Vault, request: &PutRequest) -> anyhow::Result<Finish> {
    let planned = vault.plan_put(request)?;
    let (name, version_id) = (&request.name, &planned.version_id);
    let mut remarks = wording::remarks(planned.same_value_as.as_ref(), planned.exceeds_kms_limit);
    remarks.extend(wording::looks_built_in(request.stages.labels()));
    remarks.extend(planned.plan.change().and_then(wording::keeps_current));
    Preview {
        name,
        plan: &planned.plan,
        would: format!("store version '{version_id}' of '{name}'"),
        unchanged: format!("version '{version_id}' of '{name}' holds this value already"),
        version_id: Some(version_id),
        state: Some(planned.token),
        remarks,
    }
    .print(invocation.output())?;
    Ok(Finish::Done)
}

/// The vault plans no creations: the rule itself is asked, for a name that is known to be free.
fn preview_creation(invocation: &Invocation, request: &CreateRequest) -> anyhow::Result<Finish> {
    let CreateRequest { name, version_id, description, tags, extra_stages, .. } = request;
    let first = VersionRef { key: VersionKey(0), id: version_id.clone() };
    let change = versioning::create(name, description, tags, &first, extra_stages, None)?;
    let mut remarks = wording::remarks(None, request.value.exceeds_kms_limit());
    remarks.extend(wording::looks_built_in(extra_stages));
    Preview {
        name,
        plan: &Plan::Apply(Box::new(change)),
        would: format!("create secret '{name}' with version '{version_id}'"),
        unchanged: String::new(),
        version_id: Some(version_id),
        state: None,
        remarks,
    }
    .print(invocation.output())?;
    Ok(Finish::Done)
}
