//! Operations on many secrets, told: what would become of each, what became of it, and what is asked before secrets
//! are removed for good.

use serde::Serialize;

use super::confirm::Confirmation;
use super::exit_code::Finish;
use super::history::{CHANGE, CHANGES, ChangeShape};
use super::invocation::Invocation;
use super::output::{Audience, Output};
use super::schema::{Key, Kind, NAME, key};
use super::wording::{ALL_STILL_IN_COPIES, STILL_IN_COPIES, count};
use crate::domain::{Folder, SecretName};
use crate::vault::bulk_wording::{NOTHING_CHANGED, step, summary};
use crate::vault::import_wording::Tense;
use crate::vault::{BulkOutcome, BulkPlan, BulkRequest, Vault, VaultError};
use crate::versioning::{BulkOperation, BulkTarget, Deletion};

/// The keys of an answer.
pub(super) const DONE: &[Key] = &[
    key("Changed", Kind::Flag, "whether anything changed"),
    key("Secrets", Kind::List(&Kind::Object(CHANGES)), "every secret, by the name that it had"),
];

/// The keys of a plan.
pub(super) const PLANNED: &[Key] = &[
    WOULD_CHANGE,
    key("Secrets", Kind::List(&Kind::Object(&[&[NAME, WOULD_CHANGE], CHANGE])), "every secret"),
    key("State", Kind::Text, "for --if-state: the state that this was planned from"),
];

const WOULD_CHANGE: Key = key("WouldChange", Kind::Flag, "whether anything would change");

/// Whether something is done or only told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Run {
    /// It is done.
    ForReal,
    /// `--dry-run`.
    Dry,
}

impl Run {
    pub(super) const fn of_flag(dry_run: bool) -> Self {
        if dry_run { Self::Dry } else { Self::ForReal }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct DoneShape<'a> {
    changed: bool,
    secrets: Vec<DoneOne<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct DoneOne<'a> {
    secret_name: &'a str,
    changed: bool,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    change: Option<ChangeShape<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PlanShape<'a> {
    would_change: bool,
    secrets: Vec<PlannedOne<'a>>,
    state: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PlannedOne<'a> {
    secret_name: &'a str,
    would_change: bool,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    change: Option<ChangeShape<'a>>,
}

/// The secrets of these names, or those of a folder.
pub(super) fn targets(names: &[SecretName], prefix: Option<&Folder>) -> Vec<BulkTarget> {
    let folder = prefix.map(|folder| BulkTarget::Folder(folder.clone()));
    names.iter().map(|name| BulkTarget::Secret(name.clone())).chain(folder).collect()
}

/// Said before the name of a secret is asked for.
pub(super) fn removes_secret(name: &SecretName, versions: usize) -> String {
    format!("this removes '{name}' with {} for good", count(versions as u64, "version"))
}

/// Does an operation on many secrets, or tells what it would do.
pub(super) fn run(
    invocation: &Invocation,
    vault: &mut Vault,
    request: &BulkRequest,
    run: Run,
) -> anyhow::Result<Finish> {
    let output = invocation.output();
    match run {
        Run::Dry => {
            let plan = vault.plan_bulk(request)?;
            if let Some(refusal) = plan.refusal() {
                return Err(VaultError::from(refusal).into());
            }
            invocation.say_notices(vault.take_notices());
            preview(output, request, &plan)?;
        }
        Run::ForReal => {
            let outcome = vault.change_many(request)?;
            invocation.say_notices(vault.take_notices());
            tell(output, request, &outcome)?;
        }
    }
    Ok(Finish::Done)
}

/// Removes secrets for good after their names, or that of their folder, were typed. What was confirmed is what is
/// removed, and nothing that was added meanwhile.
pub(super) fn remove_for_good(
    invocation: &Invocation,
    vault: &mut Vault,
    mut request: BulkRequest,
    confirmation: Confirmation,
) -> anyhow::Result<Finish> {
    let plan = vault.plan_bulk(&request)?;
    for target in &request.targets {
        let steps = plan.steps.iter().filter(|step| target.includes(&step.name));
        let changes = steps.filter_map(|step| step.plan.as_ref().ok()?.change());
        let (mut secrets, mut versions) = (0, 0);
        for change in changes {
            secrets += 1;
            versions += change.destroyed.len();
        }
        let what = match target {
            BulkTarget::Secret(name) => removes_secret(name, versions),
            BulkTarget::Folder(folder) => {
                let (secrets, versions) = (count(secrets, "secret"), count(versions as u64, "version"));
                format!("this removes {secrets} in '{}' with {versions} for good", folder.as_str())
            }
        };
        confirmation.ask(invocation, target.as_str(), &what)?;
    }
    request.expected = Some(plan.token);
    run(invocation, vault, &request, Run::ForReal)
}

fn preview(output: &Output, request: &BulkRequest, plan: &BulkPlan) -> anyhow::Result<()> {
    let steps = || plan.steps.iter().filter_map(|step| Some((&step.name, step.plan.as_ref().ok()?)));
    if output.audience() == Audience::Machine {
        let secrets = steps().map(|(name, plan)| {
            let change = plan.change().map(ChangeShape::of);
            PlannedOne { secret_name: name.as_str(), would_change: change.is_some(), change }
        });
        return output.json(&PlanShape {
            would_change: plan.changes() > 0,
            secrets: secrets.collect(),
            state: plan.token.to_string(),
        });
    }
    let operation = &request.operation;
    let mut text = match plan.changes() {
        0 => "nothing would change\n".to_owned(),
        changes => format!("would {}\n", summary(operation, &request.targets, changes, Tense::Would)),
    };
    for (name, plan) in steps() {
        text += &format!("  {}\n", step(operation, name, plan));
    }
    if matches!(operation, BulkOperation::Delete(Deletion::Force)) {
        text += "  this could not be undone\n";
    }
    output.text(&text)
}

fn tell(output: &Output, request: &BulkRequest, outcome: &BulkOutcome) -> anyhow::Result<()> {
    let BulkRequest { targets, operation, .. } = request;
    let sentence = match (outcome.changed(), operation) {
        (0, _) => NOTHING_CHANGED.to_owned(),
        (changed, BulkOperation::Delete(Deletion::Force)) => {
            let copies = if changed == 1 { STILL_IN_COPIES } else { ALL_STILL_IN_COPIES };
            format!("{}; {copies}", summary(operation, targets, changed, Tense::Did))
        }
        (changed, _) => {
            format!("{}; `etui undo` reverts it", summary(operation, targets, changed, Tense::Did))
        }
    };
    if outcome.changed() > 0 {
        output.changed(&sentence, None);
    }
    if output.audience() != Audience::Machine {
        return output.done(&sentence);
    }
    let secrets = outcome.changes.iter().map(|outcome| {
        let change = outcome.change.as_ref();
        let name = change.and_then(|change| change.name.as_ref()).map_or(&outcome.name, |name| &name.before);
        DoneOne { secret_name: name.as_str(), changed: change.is_some(), change: change.map(ChangeShape::of) }
    });
    output.json(&DoneShape { changed: outcome.changed() > 0, secrets: secrets.collect() })
}
