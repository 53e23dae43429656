//! Undo and redo: which change of the history is reversed, and by which new change (etui).
//!
//! Undo never destroys: a put keeps its version, unlabelled; a create is scheduled for deletion. It passes
//! over undos and what they undid, over changes of the vault itself (a new password, key or format); it stops at
//! what cannot be undone.

use std::collections::HashSet;

use super::change::{Change, Existence, NoteShift, Operation, Plan, Shift};
use super::labels::LabelMap;
use super::lifecycle::Deletion;
use super::metadata::refuse_taken;
use super::refusal::Refusal;
use super::state::SecretState;
use crate::domain::{SecretName, Timestamp};

/// Whether a change or an undo is to be reversed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The newest change that is not undone.
    Undo,
    /// The newest undo that no other change followed.
    Redo,
}

impl Direction {
    /// How the history calls the new change.
    pub const fn operation(self) -> Operation {
        match self {
            Self::Undo => Operation::Undo,
            Self::Redo => Operation::Redo,
        }
    }
}

/// What one event means for the search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// This is the one.
    Found,
    /// Look at the one before.
    PassOver,
    /// There is nothing to reverse.
    Nothing,
}

/// Walks the history from the newest event down and finds what is to be reversed.
#[derive(Debug, Clone)]
pub struct Search {
    direction: Direction,
    /// Numbers of changes that an undo took back, and of undos that a redo took back.
    taken_back: HashSet<u64>,
}

impl Search {
    /// Begins a search.
    pub fn new(direction: Direction) -> Self {
        Self { direction, taken_back: HashSet::new() }
    }

    /// Looks at the next older event.
    pub fn look(&mut self, number: u64, operation: Operation, takes_back: Option<u64>) -> Step {
        let was_taken_back = self.taken_back.contains(&number);
        match operation {
            Operation::Init => Step::Nothing,
            Operation::ChangePassword | Operation::Rekey | Operation::Merge | Operation::Upgrade => {
                Step::PassOver
            }
            Operation::Undo if !was_taken_back => {
                if self.direction == Direction::Redo {
                    return Step::Found;
                }
                self.taken_back.extend(takes_back);
                Step::PassOver
            }
            Operation::Redo => {
                self.taken_back.extend(takes_back);
                Step::PassOver
            }
            Operation::Undo => Step::PassOver,
            _ if was_taken_back => Step::PassOver,
            _ if self.direction == Direction::Undo => Step::Found,
            _ => Step::Nothing,
        }
    }
}

/// Decides the change that takes another one back.
///
/// `state` is the secret as it is now, `taken` the secret that has the name it would return to, if any.
///
/// # Errors
/// `UnsupportedOperation` for what was destroyed, and the refusals of the inverse operation.
pub fn take_back(
    state: &SecretState,
    done: &Change,
    direction: Direction,
    taken: Option<&SecretState>,
    now: Timestamp,
) -> Result<Plan, Refusal> {
    if done.existence == Existence::Disappears {
        return Err(Refusal::DestroyedForGood { name: state.name.clone() });
    }
    let mut change = Change::of(direction.operation());
    if done.existence == Existence::Appears {
        super::put::refuse_in_window(state)?;
        change.planned_deletion = Some(Shift::new(None, Some(now.plus_days(Deletion::DEFAULT_DAYS))));
        return Ok(Plan::Apply(Box::new(change)));
    }
    if done.planned_deletion.is_none() {
        super::put::refuse_in_window(state)?;
    }
    if let Some(name) = &done.name {
        refuse_taken(&name.before, taken)?;
        change.name = shift_back(&state.name, name);
    }
    if let Some(labels) = &done.labels {
        let before = labels_now(state, &labels.before)?;
        change.labels = (state.labels != before).then(|| Shift::new(state.labels.clone(), before));
    }
    // A version that came with its note stays, and keeps it.
    for note in done.notes_on_existing() {
        change.notes.extend(note_back(state, note)?);
    }
    change.description =
        done.description.as_ref().and_then(|shift| shift_back(&state.facts.description, shift));
    change.tags = done.tags.as_ref().and_then(|shift| shift_back(&state.facts.tags, shift));
    change.retention = done.retention.as_ref().and_then(|shift| shift_back(&state.facts.retention, shift));
    change.rotation = done.rotation.as_ref().and_then(|shift| shift_back(&state.facts.rotation, shift));
    change.planned_deletion =
        done.planned_deletion.as_ref().and_then(|shift| shift_back(&state.planned_deletion, shift));
    Ok(Plan::Apply(Box::new(change)))
}

/// The name under which a secret was left by a change.
pub fn name_after(before: &SecretName, change: &Change) -> SecretName {
    change.name.as_ref().map_or(before, |name| &name.after).clone()
}

fn shift_back<T: Clone + PartialEq>(now: &T, done: &Shift<T>) -> Option<Shift<T>> {
    (*now != done.before).then(|| Shift::new(now.clone(), done.before.clone()))
}

/// Labels of then, each on its version by the id that this has now: a merge may have changed it since.
fn labels_now(state: &SecretState, labels: &LabelMap) -> Result<LabelMap, Refusal> {
    let mut now = LabelMap::new();
    for (label, target) in labels.iter() {
        let Some(version) = state.version_of_key(target.key) else {
            return Err(Refusal::LabelTargetGone {
                name: state.name.clone(),
                label: label.clone(),
                version: target.id.clone(),
            });
        };
        now.point(label, &version.reference());
    }
    Ok(now)
}

fn note_back(state: &SecretState, done: &NoteShift) -> Result<Option<NoteShift>, Refusal> {
    let Some(version) = state.version_of_key(done.version.key) else {
        return Err(Refusal::NotedVersionGone { name: state.name.clone(), version: done.version.id.clone() });
    };
    Ok(shift_back(&version.note, &done.note).map(|note| NoteShift { version: version.reference(), note }))
}

#[cfg(test)]
mod tests {
    use super::super::test_support::{CREATED, id, name, outcome, reference, scheduled, secret, time};
    use super::*;
    use crate::domain::Note;

    fn found(direction: Direction, newest_first: &[(u64, Operation, Option<u64>)]) -> Option<u64> {
        let mut search = Search::new(direction);
        for &(number, operation, takes_back) in newest_first {
            match search.look(number, operation, takes_back) {
                Step::Found => return Some(number),
                Step::PassOver => {}
                Step::Nothing => return None,
            }
        }
        None
    }

    const INIT: (u64, Operation, Option<u64>) = (1, Operation::Init, None);

    #[test]
    fn undo_takes_back_the_newest_change_not_yet_undone() {
        let history = [(3, Operation::Put, None), (2, Operation::Create, None), INIT];
        assert_eq!(found(Direction::Undo, &history), Some(3));
        let undone = [&[(4, Operation::Undo, Some(3))][..], &history].concat();
        assert_eq!(found(Direction::Undo, &undone), Some(2));
        let both = [&[(5, Operation::Undo, Some(2))][..], &undone].concat();
        assert_eq!(found(Direction::Undo, &both), None);
    }

    #[test]
    fn undo_passes_over_password_changes_and_rekeys() {
        let history = [
            (5, Operation::Upgrade, None),
            (4, Operation::Rekey, None),
            (3, Operation::ChangePassword, None),
            (2, Operation::Put, None),
            INIT,
        ];
        assert_eq!(found(Direction::Undo, &history), Some(2));
    }

    #[test]
    fn redo_takes_back_the_newest_undo_that_no_other_change_followed() {
        let undone =
            [(4, Operation::Undo, Some(3)), (3, Operation::Put, None), (2, Operation::Create, None), INIT];
        assert_eq!(found(Direction::Redo, &undone), Some(4));
        let followed = [&[(5, Operation::Stage, None)][..], &undone].concat();
        assert_eq!(found(Direction::Redo, &followed), None);
        assert_eq!(found(Direction::Undo, &followed), Some(5));
    }

    #[test]
    fn a_redo_does_not_end_the_row_of_redos() {
        let history = [
            (6, Operation::Redo, Some(5)),
            (5, Operation::Undo, Some(2)),
            (4, Operation::Undo, Some(3)),
            (3, Operation::Put, None),
            (2, Operation::Put, None),
            INIT,
        ];
        assert_eq!(found(Direction::Redo, &history), Some(4));
        assert_eq!(found(Direction::Undo, &history), Some(2));
    }

    fn undone(state: &SecretState, done: &Change) -> Result<Plan, Refusal> {
        take_back(state, done, Direction::Undo, None, time(CREATED))
    }

    fn relabelled(operation: Operation, before: &LabelMap, after: &LabelMap) -> Change {
        let mut change = Change::of(operation);
        change.labels = Some(Shift::new(before.clone(), after.clone()));
        change
    }

    #[test]
    fn the_labels_of_an_undone_put_return_and_its_version_stays() {
        let before = secret("v1 v2", "ACSCurrent=v1");
        let after = secret("v1 v2", "ACSCurrent=v2 ACSPrevious=v1");
        let mut done = relabelled(Operation::Put, &before.labels, &after.labels);
        done.added = vec![reference(2, "v2")];
        let plan = undone(&after, &done);
        assert_eq!(outcome(&plan), "ACSCurrent=v1");
        let change = plan.unwrap().change().cloned().unwrap();
        assert_eq!(change.operation, Operation::Undo);
        assert!(change.added.is_empty() && change.destroyed.is_empty());
    }

    #[test]
    fn a_label_does_not_return_to_a_destroyed_version() {
        let gone = secret("v1 v2", "ACSCurrent=v2 x=v1").labels;
        let mut now = secret("v1 v2", "ACSCurrent=v2");
        now.versions.remove(0);
        let refused = undone(&now, &relabelled(Operation::Stage, &gone, &now.labels)).unwrap_err();
        assert!(matches!(refused, Refusal::LabelTargetGone { .. }));
        assert_eq!(refused.code().as_str(), "UnsupportedOperation");
        assert!(refused.to_string().contains("'x'") && refused.to_string().contains("'v1'"), "{refused}");
    }

    #[test]
    fn a_label_returns_to_its_version_whatever_id_a_merge_gave_that() {
        let before = secret("v1 v2", "ACSCurrent=v1");
        let mut now = secret("v1-0a1b2c3d v2", "ACSCurrent=v2 ACSPrevious=v1-0a1b2c3d");
        now.versions[0].given = Some(id("v1"));
        let plan = undone(&now, &relabelled(Operation::Put, &before.labels, &now.labels));
        assert_eq!(outcome(&plan), "ACSCurrent=v1-0a1b2c3d");
    }

    #[test]
    fn a_note_does_not_return_to_a_destroyed_version() {
        let mut done = Change::of(Operation::Note);
        done.notes =
            vec![NoteShift { version: reference(9, "v9"), note: Shift::new(None, Note::new("x").ok()) }];
        let refused = undone(&secret("v1", "ACSCurrent=v1"), &done).unwrap_err();
        assert_eq!(refused, Refusal::NotedVersionGone { name: name(), version: id("v9") });
    }

    #[test]
    fn what_disappeared_for_good_is_not_taken_back() {
        for operation in [Operation::ForceDelete, Operation::Purge] {
            let mut done = Change::of(operation);
            done.existence = Existence::Disappears;
            let refused = undone(&secret("v1", "ACSCurrent=v1"), &done).unwrap_err();
            assert_eq!(refused, Refusal::DestroyedForGood { name: name() });
        }
    }

    #[test]
    fn an_undone_creation_is_scheduled_for_30_days() {
        let mut done = Change::of(Operation::Create);
        done.existence = Existence::Appears;
        let change = undone(&secret("v1", "ACSCurrent=v1"), &done).unwrap().change().cloned().unwrap();
        assert_eq!(
            change.planned_deletion,
            Some(Shift::new(None, Some(time(CREATED + 30 * Timestamp::DAY))))
        );
        assert_eq!(change.existence, Existence::Stays);
    }

    #[test]
    fn in_the_window_only_what_concerns_the_window_is_undone() {
        let state = scheduled(secret("v1", "ACSCurrent=v1"));
        let mut deleted = Change::of(Operation::Delete);
        deleted.planned_deletion = Some(Shift::new(None, state.planned_deletion));
        let change = undone(&state, &deleted).unwrap().change().cloned().unwrap();
        assert_eq!(change.planned_deletion, Some(Shift::new(state.planned_deletion, None)));
        let moved = relabelled(Operation::Stage, &state.labels, &state.labels);
        assert_eq!(outcome(&undone(&state, &moved)), "Rejected.ResourceInDeleteWindow");
    }

    #[test]
    fn a_rename_is_not_undone_onto_a_taken_name() {
        let mut state = secret("v1", "ACSCurrent=v1");
        state.name = SecretName::new("new").unwrap();
        let mut done = Change::of(Operation::Rename);
        done.name = Some(Shift::new(name(), state.name.clone()));
        let taken = secret("v1", "ACSCurrent=v1");
        let result = |taken| take_back(&state, &done, Direction::Undo, taken, time(CREATED));
        assert_eq!(outcome(&result(Some(&taken))), "Rejected.ResourceExist");
        let change = result(None).unwrap().change().cloned().unwrap();
        assert_eq!(change.name, Some(Shift::new(state.name.clone(), name())));
    }
}
