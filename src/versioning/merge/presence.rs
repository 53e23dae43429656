//! Whether a secret is there after the merge: what one copy removed for good and the other has is asked about.

use super::group::{Group, Known};
use super::plan::PurgeQuestion;
use super::terms::{PurgeAnswer, PurgeAnswers, Side};
use crate::versioning::Operation;

/// What becomes of a secret as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Presence {
    /// It is there.
    There,
    /// It is there, though one copy removed it: a restoration says so to every other copy.
    Kept,
    /// It is gone.
    Gone,
    /// That depends on the answer; until then it stays as it is.
    Asked(PurgeQuestion),
}

/// A restoration that comes after a removal in the order of all copies takes it back, so nobody is asked twice.
pub(super) fn decide(group: &Group<'_>, answers: &PurgeAnswers) -> Presence {
    let alive = |side| !group.of(side).is_empty();
    let holder = match (alive(Side::Mine), alive(Side::Theirs)) {
        (true, true) => return Presence::There,
        (false, false) => return Presence::Gone,
        (true, false) => Side::Mine,
        (false, true) => Side::Theirs,
    };
    let Some(removal) = group.last(|known| known.is_removal()) else { return Presence::There };
    let is_restored = |known: &Known<'_>| {
        known.change.operation == Operation::Restore && known.event.place > removal.event.place
    };
    if removal.by.includes(holder) || group.last(is_restored).is_some() {
        return Presence::There;
    }
    let changed_since = group.is_new_in(holder, |_| true);
    // What I removed myself and nobody has changed since is no question.
    if holder == Side::Theirs && !changed_since {
        return Presence::Gone;
    }
    match answers.of(&group.row) {
        Some(PurgeAnswer::Accept) => Presence::Gone,
        Some(PurgeAnswer::Keep) => Presence::Kept,
        None => match group.state_of(holder) {
            Some(state) => Presence::Asked(PurgeQuestion {
                row: group.row,
                name: state.name.clone(),
                purged: holder.other(),
                changed_since,
            }),
            None => Presence::Gone,
        },
    }
}
