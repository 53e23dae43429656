//! Ordinary changes that give a conflict the end that one copy had: made after the merge, they hold everywhere.

use super::effect::effect_of;
use super::plan::{Conflict, Fact, FactValue, MergedSecret};
use super::terms::Side;
use crate::domain::StageLabel;
use crate::versioning::{Change, NoteShift, Operation, SecretState, Shift, VersionRef};

impl MergedSecret {
    /// The changes by which conflicts end as the chosen copy had them, in the order in which they are to be made. Where
    /// both stay there is nothing to choose, and what is not there any more cannot be had back.
    pub fn prefer(&self, choose: impl Fn(&Conflict) -> Option<Side>) -> Vec<Change> {
        let Some(after) = &self.after else { return Vec::new() };
        let mut now = after.clone();
        if let Some(planned) = self.then.as_ref().and_then(|then| then.planned_deletion.as_ref()) {
            now.planned_deletion = planned.after;
        }
        let mut changes: Vec<Change> = Vec::new();
        let mut deletion = None;
        for conflict in self.conflicts.iter().filter(|conflict| conflict.decided.is_some()) {
            let Some(value) = choose(conflict).map(|side| conflict.value_of(side)) else { continue };
            match change_to(&now, &conflict.fact, value) {
                // What is scheduled for deletion takes no other change after that.
                Some(change)
                    if change.planned_deletion.as_ref().is_some_and(|shift| shift.after.is_some()) =>
                {
                    deletion = Some(change);
                }
                Some(change) => {
                    apply(&mut now, &change);
                    changes.push(change);
                }
                None => {}
            }
        }
        changes.sort_by_key(|change| change.operation != Operation::Restore);
        changes.extend(deletion);
        changes
    }

    /// The secret as it is when those changes have followed: what a plan tells people.
    #[must_use]
    pub fn as_preferred(mut self, choose: impl Fn(&Conflict) -> Option<Side>) -> Self {
        let changes = self.prefer(&choose);
        for conflict in self.conflicts.iter_mut().filter(|conflict| conflict.decided.is_some()) {
            let chosen = choose(conflict).filter(|side| can_be_had(&conflict.fact, conflict.value_of(*side)));
            conflict.decided = chosen.or(conflict.decided);
        }
        if let Some(after) = self.after.as_mut().filter(|_| !changes.is_empty()) {
            changes.iter().for_each(|change| apply(after, change));
            self.effect = effect_of(self.before.as_ref(), self.after.as_ref());
        }
        self
    }
}

/// Whether a change can lead there: a secret always has a current version, and a note is one of a version.
fn can_be_had(fact: &Fact, value: &FactValue) -> bool {
    !matches!(
        (fact, value),
        (Fact::Current, FactValue::Version(None)) | (Fact::Note(_), FactValue::Note(None))
    )
}

fn change_to(now: &SecretState, fact: &Fact, value: &FactValue) -> Option<Change> {
    let (mut update, facts) = (Change::of(Operation::Update), &now.facts);
    match (fact, value) {
        (Fact::Name, FactValue::Name(name)) => {
            let mut change = Change::of(Operation::Rename);
            change.name = Some(shift(&now.name, name)?);
            return Some(change);
        }
        (Fact::Description, FactValue::Description(text)) => {
            update.description = Some(shift(&facts.description, text)?);
        }
        (Fact::Tag(key), FactValue::Tag(value)) => {
            let mut tags = facts.tags.clone();
            match value {
                Some(value) => tags.set(key.clone(), value.clone()),
                None => drop(tags.remove(key)),
            }
            update.tags = Some(shift(&facts.tags, &tags)?);
        }
        (Fact::Retention, FactValue::Retention(value)) => {
            update.retention = Some(shift(&facts.retention, value)?)
        }
        (Fact::Rotation, FactValue::Rotation(value)) => {
            update.rotation = Some(shift(&facts.rotation, value)?)
        }
        (Fact::Deletion, FactValue::Deletion(value)) => {
            let mut change = Change::of(if value.is_some() { Operation::Delete } else { Operation::Restore });
            change.planned_deletion = Some(shift(&now.planned_deletion, value)?);
            return Some(change);
        }
        (Fact::Current, FactValue::Version(Some(version))) => {
            return moved(now, &StageLabel::current(), Some(version));
        }
        (Fact::Label(label), FactValue::Version(version)) => return moved(now, label, version.as_ref()),
        (Fact::Note(_), FactValue::Note(Some((version, note)))) => {
            let before = now.version_of_key(version.key)?.note.clone();
            let mut change = Change::of(Operation::Note);
            change.notes.push(NoteShift { version: version.clone(), note: shift(&before, note)? });
            return Some(change);
        }
        _ => return None,
    }
    Some(update)
}

fn moved(now: &SecretState, label: &StageLabel, to: Option<&VersionRef>) -> Option<Change> {
    let mut labels = now.labels.clone();
    match to {
        Some(version) if labels.target(label) == Some(version) => return None,
        Some(version) => {
            if let Some(current) = now.labels.current().filter(|_| label.is_current()) {
                labels.point(&StageLabel::previous(), current);
            }
            labels.point(label, version);
        }
        None => labels.remove(label).then_some(())?,
    }
    let mut change = Change::of(Operation::Stage);
    change.labels = Some(Shift::new(now.labels.clone(), labels));
    Some(change)
}

fn apply(now: &mut SecretState, change: &Change) {
    if let Some(shift) = &change.name {
        now.name = shift.after.clone();
    }
    if let Some(shift) = &change.labels {
        now.labels = shift.after.clone();
    }
    if let Some(shift) = &change.description {
        now.facts.description = shift.after.clone();
    }
    if let Some(shift) = &change.tags {
        now.facts.tags = shift.after.clone();
    }
    if let Some(shift) = &change.retention {
        now.facts.retention = shift.after;
    }
    if let Some(shift) = &change.rotation {
        now.facts.rotation = shift.after;
    }
    for shift in &change.notes {
        let version = now.versions.iter_mut().find(|version| version.key == shift.version.key);
        if let Some(version) = version {
            version.note = shift.note.after.clone();
        }
    }
    if let Some(shift) = &change.planned_deletion {
        now.planned_deletion = shift.after;
    }
}

fn shift<T: Clone + PartialEq>(before: &T, after: &T) -> Option<Shift<T>> {
    (before != after).then(|| Shift::new(before.clone(), after.clone()))
}
