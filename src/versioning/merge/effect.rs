//! What a merge changes in the copy that is merged into, as its history tells it.

use crate::domain::{Description, Facts, Tags};
use crate::versioning::{
    Change, Existence, LabelMap, NoteShift, Operation, SecretState, Shift, VersionState,
};

/// The change from one state to the other; `None` where a reader would see no difference.
pub fn effect_of(before: Option<&SecretState>, after: Option<&SecretState>) -> Option<Change> {
    match (before, after) {
        (None, None) => None,
        (Some(before), None) => Some(disappears(before)),
        (None, Some(after)) => Some(between(&nothing_of(after), after, Existence::Appears)),
        (Some(before), Some(after)) => {
            let change = between(before, after, Existence::Stays);
            (change != Change::of(Operation::Effect)).then_some(change)
        }
    }
}

fn nothing_of(state: &SecretState) -> SecretState {
    SecretState {
        facts: Facts::default(),
        planned_deletion: None,
        labels: LabelMap::new(),
        versions: Vec::new(),
        ..state.clone()
    }
}

fn disappears(before: &SecretState) -> Change {
    let mut change = Change::of(Operation::Effect);
    change.existence = Existence::Disappears;
    change.labels = shift(&before.labels, &LabelMap::new());
    change.planned_deletion = shift(&before.planned_deletion, &None);
    change.description = shift(&before.facts.description, &Description::default());
    change.tags = shift(&before.facts.tags, &Tags::new());
    change.retention = shift(&before.facts.retention, &None);
    change.rotation = shift(&before.facts.rotation, &None);
    change.destroyed = before.versions.iter().map(VersionState::reference).collect();
    change
}

fn between(before: &SecretState, after: &SecretState, existence: Existence) -> Change {
    let mut change = Change::of(Operation::Effect);
    change.existence = existence;
    change.name = shift(&before.name, &after.name);
    change.labels = (!mark_the_same(&before.labels, &after.labels))
        .then(|| Shift::new(before.labels.clone(), after.labels.clone()));
    change.description = shift(&before.facts.description, &after.facts.description);
    change.tags = shift(&before.facts.tags, &after.facts.tags);
    change.retention = shift(&before.facts.retention, &after.facts.retention);
    change.rotation = shift(&before.facts.rotation, &after.facts.rotation);
    change.planned_deletion = shift(&before.planned_deletion, &after.planned_deletion);
    let is_in = |state: &SecretState, version: &VersionState| {
        state.version_of_key(version.key).is_some_and(|other| other.id == version.id)
    };
    let lost = before.versions.iter().filter(|version| !is_in(after, version));
    change.destroyed = lost.map(VersionState::reference).collect();
    let gained = after.versions.iter().filter(|version| !is_in(before, version));
    change.added = gained.map(VersionState::reference).collect();
    for version in &after.versions {
        let note_before = before.version_of_key(version.key).and_then(|before| before.note.clone());
        let note = shift(&note_before, &version.note);
        change.notes.extend(note.map(|note| NoteShift { version: version.reference(), note }));
    }
    change
}

/// The order of labels alone is not a change.
fn mark_the_same(one: &LabelMap, other: &LabelMap) -> bool {
    one.len() == other.len() && one.iter().all(|(label, target)| other.target(label) == Some(target))
}

fn shift<T: Clone + PartialEq>(before: &T, after: &T) -> Option<Shift<T>> {
    (before != after).then(|| Shift::new(before.clone(), after.clone()))
}
