//! PutSecretValue.

use super::change::{Change, Operation, Plan, Shift};
use super::labels::{LabelMap, VersionKey, VersionRef};
use super::refusal::Refusal;
use super::state::{SecretState, VersionState};
use super::suggest::suggest_version_id;
use crate::domain::{Retention, StageLabel, ValueType, VersionId};

/// The labels that a put asks for: not empty, none twice, not both built-in ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageSet(Vec<StageLabel>);

impl StageSet {
    /// `[ACSCurrent]`, what a put without labels means.
    pub fn current() -> Self {
        Self(vec![StageLabel::current()])
    }

    /// Checks a list; a label that stands in it twice counts once.
    ///
    /// # Errors
    /// An empty list, or one with both `ACSCurrent` and `ACSPrevious` (etui).
    pub fn new(labels: impl IntoIterator<Item = StageLabel>) -> Result<Self, Refusal> {
        let mut kept: Vec<StageLabel> = Vec::new();
        for label in labels {
            if !kept.contains(&label) {
                kept.push(label);
            }
        }
        if kept.is_empty() {
            return Err(Refusal::NoStages);
        }
        if kept.iter().any(StageLabel::is_current) && kept.iter().any(StageLabel::is_previous) {
            return Err(Refusal::CurrentAndPrevious);
        }
        Ok(Self(kept))
    }

    /// The labels, as given.
    pub fn labels(&self) -> &[StageLabel] {
        &self.0
    }

    fn makes_current(&self) -> bool {
        self.0.iter().any(StageLabel::is_current)
    }
}

/// How the value that is put compares with the one stored under the same id, type included. The vault
/// compares in constant time; the rules never see the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// The same type and the same bytes.
    Same,
    /// The same bytes, stored as another type.
    OtherType(ValueType),
    /// Other bytes.
    Differs,
}

/// A put as the rules see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PutTerms {
    /// The id of the version.
    pub version_id: VersionId,
    /// The labels that will mark it.
    pub stages: StageSet,
    /// The identity that the version gets if it is new.
    pub key: VersionKey,
    /// How the value compares with the stored one, where the id is taken.
    pub comparison: Option<Comparison>,
    /// The id that is offered where the wanted one is taken.
    pub free: VersionId,
}

/// Decides a put: the window, then the id, then the limit of labels.
///
/// # Errors
/// `Rejected.ResourceInDeleteWindow`, `Rejected.ResourceExist`, `Rejected.LimitExceeded`.
pub fn put(state: &SecretState, terms: &PutTerms) -> Result<Plan, Refusal> {
    refuse_in_window(state)?;
    if let Some(existing) = state.version(&terms.version_id) {
        return match terms.comparison {
            Some(Comparison::Same) => Ok(Plan::Unchanged),
            comparison => Err(Refusal::VersionExists {
                name: state.name.clone(),
                version: existing.id.clone(),
                free: terms.free.clone(),
                same_bytes_as: match comparison {
                    Some(Comparison::OtherType(stored)) => Some(stored),
                    _ => None,
                },
            }),
        };
    }
    let now = state.renamed_from(&terms.version_id);
    if !now.is_empty() {
        return Err(Refusal::IdStaysTaken {
            name: state.name.clone(),
            version: terms.version_id.clone(),
            now,
            free: terms.free.clone(),
        });
    }
    let added = VersionRef { key: terms.key, id: terms.version_id.clone() };
    let after = labels_after(&state.labels, &terms.stages, &added);
    refuse_beyond_limit(state, &after)?;

    let mut change = Change::of(Operation::Put);
    change.destroyed = retired(state, state.facts.retention, &after);
    change.labels = Some(Shift::new(state.labels.clone(), after));
    change.added = vec![added];
    Ok(Plan::Apply(Box::new(change)))
}

pub(super) fn refuse_in_window(state: &SecretState) -> Result<(), Refusal> {
    match state.planned_deletion {
        Some(planned) => Err(Refusal::InDeleteWindow { name: state.name.clone(), planned }),
        None => Ok(()),
    }
}

pub(super) fn refuse_beyond_limit(state: &SecretState, after: &LabelMap) -> Result<(), Refusal> {
    // A merge may have left more: then no further one is added.
    if after.custom_count() > LabelMap::CUSTOM_LIMIT.max(state.labels.custom_count()) {
        return Err(Refusal::LabelLimit { name: state.name.clone() });
    }
    Ok(())
}

fn labels_after(before: &LabelMap, stages: &StageSet, added: &VersionRef) -> LabelMap {
    let mut after = before.clone();
    if stages.makes_current()
        && let Some(old_current) = before.current()
    {
        after.point(&StageLabel::previous(), old_current);
    }
    for label in stages.labels() {
        after.point(label, added);
    }
    after
}

/// What the next put of a current version would destroy if this many versions were kept.
pub fn retired_by_next_put(state: &SecretState, retention: Option<Retention>) -> Vec<VersionRef> {
    let added = VersionRef { key: VersionKey(i64::MAX), id: suggest_version_id(state, None) };
    retired(state, retention, &labels_after(&state.labels, &StageSet::current(), &added))
}

/// The oldest unlabelled versions beyond the retention number; never one that lost a label in this put.
fn retired(state: &SecretState, retention: Option<Retention>, after: &LabelMap) -> Vec<VersionRef> {
    let Some(retention) = retention else {
        return Vec::new();
    };
    let total = state.versions.len() + 1;
    let surplus = total.saturating_sub(retention.versions());
    state
        .versions
        .iter()
        .filter(|version| !state.labels.marks(version.key) && !after.marks(version.key))
        .take(surplus)
        .map(VersionState::reference)
        .collect()
}

#[cfg(test)]
mod tests;
