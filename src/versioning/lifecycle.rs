//! CreateSecret, DeleteSecret, RestoreSecret, and the purge that ends a deletion window.

use super::change::{Change, Existence, Operation, Plan, Shift};
use super::labels::{LabelMap, VersionRef};
use super::metadata::refuse_taken;
use super::put::refuse_in_window;
use super::refusal::Refusal;
use super::state::{SecretState, VersionState};
use crate::domain::{Description, Facts, SecretName, StageLabel, Tags, Timestamp};

/// How a secret is to be deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deletion {
    /// Scheduled: it keeps everything, can be restored, and is purgeable after so many days.
    Window(u32),
    /// At once, every version, without a way back.
    Force,
}

impl Deletion {
    /// The window that KMS takes where none is named, in days.
    pub const DEFAULT_DAYS: u32 = 30;

    /// Checks the two parameters of DeleteSecret.
    ///
    /// # Errors
    /// Both at once; a window outside 7 to 30 days.
    pub fn new(recovery_window_days: Option<u32>, force: bool) -> Result<Self, Refusal> {
        match (recovery_window_days, force) {
            (Some(_), true) => Err(Refusal::WindowAndForce),
            (None, true) => Ok(Self::Force),
            (days, false) => match days.unwrap_or(Self::DEFAULT_DAYS) {
                days @ 7..=30 => Ok(Self::Window(days)),
                _ => Err(Refusal::WindowOutOfRange),
            },
        }
    }

    /// The same with a window that is so many days longer, or shorter; `None` where there is no such window.
    pub fn longer_by(self, days: i32) -> Option<Self> {
        match self {
            Self::Window(window) => Self::new(Some(window.saturating_add_signed(days)), false).ok(),
            Self::Force => None,
        }
    }
}

/// Decides a creation: the name is free; the first version is current and may have custom labels (etui).
///
/// `taken` is the secret that has this name already, if any.
///
/// # Errors
/// `Rejected.ResourceExist`, `Rejected.ResourceInDeleteWindow`, `Rejected.LimitExceeded`, and
/// `InvalidParameter` for `ACSPrevious` among the extra labels.
pub fn create(
    name: &SecretName,
    description: &Description,
    tags: &Tags,
    first: &VersionRef,
    extra_stages: &[StageLabel],
    taken: Option<&SecretState>,
) -> Result<Change, Refusal> {
    if extra_stages.iter().any(StageLabel::is_previous) {
        return Err(Refusal::CurrentAndPrevious);
    }
    refuse_taken(name, taken)?;
    let mut labels = LabelMap::new();
    labels.point(&StageLabel::current(), first);
    for label in extra_stages {
        labels.point(label, first);
    }
    if labels.custom_count() > LabelMap::CUSTOM_LIMIT {
        return Err(Refusal::LabelLimit { name: name.clone() });
    }
    if tags.len() > Tags::LIMIT {
        return Err(Refusal::TagLimit { name: name.clone() });
    }
    let mut change = Change::of(Operation::Create);
    change.existence = Existence::Appears;
    change.labels = Some(Shift::new(LabelMap::new(), labels));
    if !description.is_empty() {
        change.description = Some(Shift::new(Description::default(), description.clone()));
    }
    if !tags.is_empty() {
        change.tags = Some(Shift::new(Tags::new(), tags.clone()));
    }
    change.added = vec![first.clone()];
    Ok(change)
}

/// Decides a secret that is made after another one: description, tags, retention and rotation come along, and
/// the first version holds its current value. History, other versions, custom labels and notes do not (etui).
///
/// `taken` is the secret that has this name already, if any.
///
/// # Errors
/// `Rejected.ResourceExist`, `Rejected.ResourceInDeleteWindow` (of either secret).
pub fn duplicate(
    source: &SecretState,
    name: &SecretName,
    first: &VersionRef,
    taken: Option<&SecretState>,
) -> Result<Change, Refusal> {
    refuse_in_window(source)?;
    let facts = &source.facts;
    let mut change = create(name, &facts.description, &facts.tags, first, &[], taken)?;
    change.retention = facts.retention.map(|retention| Shift::new(None, Some(retention)));
    change.rotation = facts.rotation.map(|rotation| Shift::new(None, Some(rotation)));
    Ok(change)
}

/// Decides a deletion.
///
/// # Errors
/// `Rejected.ResourceInDeleteWindow` where one is scheduled already, unless this one is by force.
pub fn delete(state: &SecretState, deletion: Deletion, now: Timestamp) -> Result<Plan, Refusal> {
    match deletion {
        Deletion::Force => Ok(disappear(state, Operation::ForceDelete)),
        Deletion::Window(days) => {
            refuse_in_window(state)?;
            let mut change = Change::of(Operation::Delete);
            change.planned_deletion = Some(Shift::new(None, Some(now.plus_days(days))));
            Ok(Plan::Apply(Box::new(change)))
        }
    }
}

/// Decides a restoration.
///
/// # Errors
/// `Rejected.ResourceInUse` where no deletion is scheduled.
pub fn restore(state: &SecretState) -> Result<Plan, Refusal> {
    let Some(planned) = state.planned_deletion else {
        return Err(Refusal::NotScheduled { name: state.name.clone() });
    };
    let mut change = Change::of(Operation::Restore);
    change.planned_deletion = Some(Shift::new(Some(planned), None));
    Ok(Plan::Apply(Box::new(change)))
}

/// Decides a purge: the window has passed, by a clock that does not stand before the newest change (etui).
///
/// `trust_clock` says that the user answers for the clock (`--force`).
///
/// # Errors
/// `Rejected.ResourceInUse` where no deletion is scheduled, `Rejected.ResourceInDeleteWindow` before its
/// end, and where the clock cannot be right.
pub fn purge(
    state: &SecretState,
    now: Timestamp,
    newest_event: Timestamp,
    trust_clock: bool,
) -> Result<Plan, Refusal> {
    let name = state.name.clone();
    let Some(planned) = state.planned_deletion else {
        return Err(Refusal::NotScheduled { name });
    };
    if now < newest_event && !trust_clock {
        return Err(Refusal::ClockBehind { name, now, newest_event });
    }
    if !planned.has_come(now) {
        return Err(Refusal::InDeleteWindow { name, planned });
    }
    Ok(disappear(state, Operation::Purge))
}

fn disappear(state: &SecretState, operation: Operation) -> Plan {
    let mut change = Change::of(operation);
    change.existence = Existence::Disappears;
    change.labels = Some(Shift::new(state.labels.clone(), LabelMap::new()));
    change.destroyed = state.versions.iter().map(VersionState::reference).collect();
    if state.planned_deletion.is_some() {
        change.planned_deletion = Some(Shift::new(state.planned_deletion, None));
    }
    let Facts { description, tags, retention, rotation } = &state.facts;
    change.description =
        (!description.is_empty()).then(|| Shift::new(description.clone(), Description::default()));
    change.tags = (!tags.is_empty()).then(|| Shift::new(tags.clone(), Tags::new()));
    change.retention = retention.is_some().then(|| Shift::new(*retention, None));
    change.rotation = rotation.is_some().then(|| Shift::new(*rotation, None));
    Plan::Apply(Box::new(change))
}

#[cfg(test)]
mod tests;
