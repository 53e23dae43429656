//! What is known about a secret besides its versions: UpdateSecret, TagResource, UntagResource, and etui's
//! retention, rotation interval, notes and renaming.

use super::change::{Change, NoteShift, Operation, Plan, Shift};
use super::put::refuse_in_window;
use super::refusal::Refusal;
use super::select::no_such_version;
use super::state::SecretState;
use crate::domain::{Description, Note, Retention, RotationInterval, SecretName, TagKey, Tags, VersionId};

/// Which metadata changes; `None` and empty lists leave theirs as they are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MetadataUpdate {
    /// The description.
    pub description: Option<Description>,
    /// Tags to set; others stay.
    pub tags: Tags,
    /// Tags to take away; one that is not there is no error.
    pub untag: Vec<TagKey>,
    /// How many versions are kept; the inner `None` turns it off. It destroys nothing by itself.
    pub retention: Option<Option<Retention>>,
    /// How old the current version may grow; the inner `None` turns it off.
    pub rotation: Option<Option<RotationInterval>>,
}

/// Decides a change of metadata; nothing about versions changes.
///
/// # Errors
/// `Rejected.ResourceInDeleteWindow`, `Rejected.LimitExceeded`.
pub fn update(state: &SecretState, wanted: &MetadataUpdate) -> Result<Plan, Refusal> {
    refuse_in_window(state)?;
    let mut tags = state.facts.tags.clone();
    for key in &wanted.untag {
        tags.remove(key);
    }
    for (key, value) in wanted.tags.iter() {
        tags.set(key.clone(), value.clone());
    }
    // A merge may have left more: then no further one is added.
    if tags.len() > Tags::LIMIT.max(state.facts.tags.len()) {
        return Err(Refusal::TagLimit { name: state.name.clone() });
    }
    let mut change = Change::of(Operation::Update);
    change.tags = shift(&state.facts.tags, Some(&tags));
    change.description = shift(&state.facts.description, wanted.description.as_ref());
    change.retention = shift(&state.facts.retention, wanted.retention.as_ref());
    change.rotation = shift(&state.facts.rotation, wanted.rotation.as_ref());
    Ok(unless_empty(change))
}

/// Decides a new note on a version; the version itself never changes.
///
/// # Errors
/// `Rejected.ResourceInDeleteWindow`, `Forbidden.ResourceNotFound`.
pub fn annotate(state: &SecretState, version: &VersionId, note: Option<&Note>) -> Result<Plan, Refusal> {
    refuse_in_window(state)?;
    let Some(found) = state.version(version) else {
        return Err(no_such_version(state, version));
    };
    let mut change = Change::of(Operation::Note);
    let shift = shift(&found.note, Some(&note.cloned()));
    change.notes.extend(shift.map(|note| NoteShift { version: found.reference(), note }));
    Ok(unless_empty(change))
}

/// Decides a new name; versions, labels and history stay.
///
/// `taken` is the secret that has the new name already, if any.
///
/// # Errors
/// `Rejected.ResourceInDeleteWindow` (of either secret), `Rejected.ResourceExist`.
pub fn rename(state: &SecretState, name: &SecretName, taken: Option<&SecretState>) -> Result<Plan, Refusal> {
    refuse_in_window(state)?;
    if *name == state.name {
        return Ok(Plan::Unchanged);
    }
    refuse_taken(name, taken)?;
    let mut change = Change::of(Operation::Rename);
    change.name = Some(Shift::new(state.name.clone(), name.clone()));
    Ok(Plan::Apply(Box::new(change)))
}

/// A name belongs to one secret, even in its deletion window.
pub(super) fn refuse_taken(name: &SecretName, taken: Option<&SecretState>) -> Result<(), Refusal> {
    match taken.map(|taken| taken.planned_deletion) {
        None => Ok(()),
        Some(None) => Err(Refusal::NameTaken { name: name.clone() }),
        Some(Some(planned)) => Err(Refusal::NameInWindow { name: name.clone(), planned }),
    }
}

fn shift<T: Clone + PartialEq>(before: &T, after: Option<&T>) -> Option<Shift<T>> {
    after.filter(|after| *after != before).map(|after| Shift::new(before.clone(), after.clone()))
}

fn unless_empty(change: Change) -> Plan {
    if change == Change::of(change.operation) { Plan::Unchanged } else { Plan::Apply(Box::new(change)) }
}

#[cfg(test)]
mod tests;
