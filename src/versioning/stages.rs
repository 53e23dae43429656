//! UpdateSecretVersionStage, and the rollback that is one.

use super::change::{Change, Operation, Plan, Shift};
use super::labels::LabelMap;
use super::put::{refuse_beyond_limit, refuse_in_window};
use super::refusal::Refusal;
use super::select::no_such_version;
use super::state::{SecretState, VersionState};
use crate::domain::{StageLabel, VersionId};

/// A well-formed request to move or remove a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageMove {
    label: StageLabel,
    move_to: Option<VersionId>,
    remove_from: Option<VersionId>,
}

impl StageMove {
    /// Checks what can be checked without the secret.
    ///
    /// # Errors
    /// Neither of the two versions; a built-in label without `move_to`: it can be moved, not removed.
    pub fn new(
        label: StageLabel,
        move_to: Option<VersionId>,
        remove_from: Option<VersionId>,
    ) -> Result<Self, Refusal> {
        if move_to.is_none() && remove_from.is_none() {
            return Err(Refusal::NothingToMove { label });
        }
        if move_to.is_none() && label.is_built_in() {
            return Err(Refusal::BuiltInStays { label });
        }
        Ok(Self { label, move_to, remove_from })
    }

    /// The label.
    pub fn label(&self) -> &StageLabel {
        &self.label
    }

    /// The version that is to get the label; `None` removes it.
    pub const fn move_to(&self) -> Option<&VersionId> {
        self.move_to.as_ref()
    }

    /// The version that must have the label now.
    pub const fn remove_from(&self) -> Option<&VersionId> {
        self.remove_from.as_ref()
    }
}

/// Decides a move: window, versions, guard, limit.
///
/// # Errors
/// `Rejected.ResourceInDeleteWindow`, `Forbidden.ResourceNotFound`, `InvalidParameter`,
/// `Rejected.LimitExceeded`.
pub fn move_stage(state: &SecretState, request: &StageMove) -> Result<Plan, Refusal> {
    refuse_in_window(state)?;
    let move_to = request.move_to.as_ref().map(|id| existing(state, id)).transpose()?;
    let remove_from = request.remove_from.as_ref().map(|id| existing(state, id)).transpose()?;
    let label = &request.label;
    let bearer = state.labels.target(label);
    if let Some(claimed) = remove_from
        && bearer.map(|bearer| bearer.key) != Some(claimed.key)
    {
        return Err(Refusal::NotTheBearer {
            name: state.name.clone(),
            label: label.clone(),
            claimed: claimed.id.clone(),
            bearer: bearer.map(|bearer| bearer.id.clone()),
        });
    }
    let after = match move_to {
        None => without(&state.labels, label),
        Some(target) if bearer.is_some_and(|bearer| bearer.key == target.key) => return Ok(Plan::Unchanged),
        Some(target) => moved(state, label, target)?,
    };
    refuse_beyond_limit(state, &after)?;
    let mut change = Change::of(Operation::Stage);
    change.labels = Some(Shift::new(state.labels.clone(), after));
    Ok(Plan::Apply(Box::new(change)))
}

/// Decides a rollback: `ACSCurrent` to the previous version, so the two swap (etui).
///
/// # Errors
/// As [`move_stage`]; `Forbidden.ResourceNotFound` where no version is the previous one.
pub fn rollback(state: &SecretState) -> Result<Plan, Refusal> {
    refuse_in_window(state)?;
    let Some(previous) = state.labels.previous() else {
        return Err(Refusal::NoPrevious { name: state.name.clone() });
    };
    let request = StageMove::new(StageLabel::current(), Some(previous.id.clone()), None)?;
    Ok(match move_stage(state, &request)? {
        Plan::Apply(mut change) => {
            change.operation = Operation::Rollback;
            Plan::Apply(change)
        }
        Plan::Unchanged => Plan::Unchanged,
    })
}

fn existing<'a>(state: &'a SecretState, id: &VersionId) -> Result<&'a VersionState, Refusal> {
    state.version(id).ok_or_else(|| no_such_version(state, id))
}

fn without(labels: &LabelMap, label: &StageLabel) -> LabelMap {
    let mut after = labels.clone();
    after.remove(label);
    after
}

fn moved(state: &SecretState, label: &StageLabel, target: &VersionState) -> Result<LabelMap, Refusal> {
    let mut after = state.labels.clone();
    let current = state.labels.current();
    if label.is_previous() && current.is_some_and(|current| current.key == target.key) {
        return Err(Refusal::PreviousOntoCurrent { version: target.id.clone() });
    }
    if label.is_current()
        && let Some(old_current) = current
    {
        after.point(&StageLabel::previous(), old_current);
    }
    after.point(label, &target.reference());
    Ok(after)
}

#[cfg(test)]
mod tests;
