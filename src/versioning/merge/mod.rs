//! Two copies of a vault come together: both histories made one after another (etui).
//!
//! A copy is a set of events. A merge takes the events of both, in an order that is the same everywhere, and what they
//! leave is the merged state: so it does not matter which copy is merged into which, how often, or by which way round.
//! Nothing here reads a value; two versions hold the same one where their [`ValueMark`]s say so.
//!
//! - Of each fact the last change decides. `ACSCurrent` and `ACSPrevious` are replayed, each finding what was current
//!   before it.
//! - Where one copy has every event of a secret that the other one has, its state is the result. Where each has some
//!   that the other lacks, the *whole* history of that secret is replayed: an event that came from a third copy may be
//!   older than what both had before, and what retention destroyed stays destroyed when its label moves on. A name is
//!   looked up in the whole history too wherever an event changed it.
//! - What a merge did (effects) decides nothing; but a secret that one copy has given a suffix gets it in the other.
//! - Two made apart under one name are one secret only while both are called so. Where a third copy has renamed one of
//!   them, the order of the merges matters until all copies have met; nothing is lost by that.
//! - A name that was told apart is free again: whoever takes it in one copy, seeing the other one, keeps it.
//! - A restoration that is newer than a removal for good takes it back everywhere, without a question. Where the
//!   removal was accepted against versions that the restored copy does not have, those stay destroyed.
//! - Versions of which both copies have the same record may be left out of the terms: they stay as they are. Where one
//!   of them matters after all, the plan says so and is made again with all of them.
//! - A version that was united goes where it was destroyed under the key that is kept, or under each of its keys.

mod conflicts;
mod effect;
mod facts;
mod group;
mod locks;
mod moves;
mod names;
mod plan;
mod prefer;
mod presence;
mod secret;
mod suffix;
mod terms;
mod unions;
mod versions;

#[cfg(test)]
mod tests;

pub use effect::effect_of;
pub use group::needs_history;
pub use plan::{
    Conflict, Fact, FactValue, LockDecision, MergePlan, MergedSecret, PurgeQuestion, Relation, VersionSource,
};
pub use suffix::{suffixed_ids, suffixed_names};
pub use terms::{
    CopySide, IsIdLeftOut, LockEvent, MergeEvent, MergeTerms, Place, PurgeAnswer, PurgeAnswers, RowId,
    SecretCopy, Side, ValueMark,
};
pub use unions::Unions;

use std::collections::HashMap;

use self::group::Group;
use self::presence::Presence;
use self::secret::Merged;
use super::change::{Change, Operation, Shift};
use super::state::SecretState;

/// Decides what becomes of the copy that is merged into, and what has to be answered before.
pub fn merge(terms: &MergeTerms<'_>) -> MergePlan {
    let mut unions = terms.unions.clone();
    let mut new = Unions::new();
    let gather = |unions: &Unions| group::gather(terms.mine, terms.theirs, terms.shared, unions);
    let mut groups = gather(&unions);
    if names::unite_made_apart(&groups, &mut unions, &mut new) {
        groups = gather(&unions);
    }
    let heads = [terms.mine.head, terms.theirs.head];
    let mut questions = Vec::new();
    let mut presences = Vec::new();
    let mut merged: Vec<(&Group<'_>, Merged)> = Vec::new();
    for group in &groups {
        let presence = presence::decide(group, terms.answers);
        match &presence {
            Presence::There | Presence::Kept => {
                merged.extend(
                    secret::merge(group, &heads, terms.is_id_left_out, &mut unions, &mut new)
                        .map(|one| (group, one)),
                );
            }
            Presence::Asked(question) => questions.push(question.clone()),
            Presence::Gone => {}
        }
        presences.push(presence);
    }
    let needs_all = merged.iter().filter(|(_, one)| one.needs_all);
    let incomplete = needs_all.flat_map(|(group, _)| group.parts().map(|(_, copy)| copy.row)).collect();
    let share_a_name = names::tell_apart(&mut merged, terms.is_taken);
    let mut merged: HashMap<RowId, Merged> =
        merged.into_iter().map(|(group, merged)| (group.row, merged)).collect();
    let mut secrets = Vec::new();
    for (group, presence) in groups.iter().zip(presences) {
        let merged = merged.remove(&group.row);
        if matches!(presence, Presence::Asked(_)) || group.parts().next().is_none() {
            continue;
        }
        let shares = share_a_name.contains(&group.row);
        secrets.push(planned(group, merged, &unions, shares, presence == Presence::Kept));
    }
    let mut heads = heads;
    heads.sort_unstable();
    let locks = locks::decide(terms.mine, terms.theirs);
    MergePlan { heads, secrets, unions: new, incomplete, questions, locks }
}

fn planned(
    group: &Group<'_>,
    merged: Option<Merged>,
    unions: &Unions,
    shares_its_name: bool,
    is_kept: bool,
) -> MergedSecret {
    let before = group.state_of(Side::Mine).cloned();
    let conflicts = merged
        .as_ref()
        .map(|merged| conflicts::of(group, merged, unions, shares_its_name))
        .unwrap_or_default();
    let (mut after, versions) = merged.map(|merged| (merged.state, merged.sources)).unzip();
    if let (Some(before), Some(after)) = (&before, &mut after) {
        keep_order_of_labels(before, after);
    }
    let then = after.as_ref().filter(|_| is_kept).map(restored);
    MergedSecret {
        row: group.row,
        mine: group.mine.iter().map(|copy| copy.row).collect(),
        theirs: group.theirs.iter().map(|copy| copy.row).collect(),
        effect: effect_of(before.as_ref(), after.as_ref()),
        before,
        after,
        versions: versions.unwrap_or_default(),
        then,
        conflicts,
    }
}

/// Where the same labels mark the same versions, their order is not a change.
fn keep_order_of_labels(before: &SecretState, after: &mut SecretState) {
    let same = |(label, target)| after.labels.target(label) == Some(target);
    if before.labels.len() == after.labels.len() && before.labels.iter().all(same) {
        after.labels = before.labels.clone();
    }
}

fn restored(after: &SecretState) -> Change {
    let mut change = Change::of(Operation::Restore);
    change.planned_deletion = after.planned_deletion.map(|planned| Shift::new(Some(planned), None));
    change
}
