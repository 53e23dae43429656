//! What is decided fact by fact: the last change in the order of all copies.

use super::group::{Group, Known};
use super::moves::{self, Move, Pair};
use super::terms::Side;
use super::unions::Unions;
use super::versions::Pool;
use crate::domain::{Facts, SecretName, StageLabel, TagKey, Tags, Timestamp};
use crate::versioning::{Change, LabelMap, Shift, VersionKey};

/// What an event leaves of one fact, if it touches it.
pub(super) fn touched<T>(shift: Option<&Shift<T>>) -> Option<&T> {
    shift.map(|shift| &shift.after)
}

fn last_value<T: Clone>(group: &Group<'_>, of: impl Fn(&Change) -> Option<&Shift<T>>) -> Option<T> {
    let last = group.last(|known| !known.is_removal() && of(&known.change).is_some())?;
    touched(of(&last.change)).cloned()
}

/// Description, tags, retention and rotation. A fact that no event touched is as it was made.
pub(super) fn facts(group: &Group<'_>) -> Facts {
    let made = group.parts().min_by_key(|(_, copy)| copy.row).map(|(_, copy)| copy.state.facts.clone());
    let made = made.unwrap_or_default();
    Facts {
        description: last_value(group, |change| change.description.as_ref()).unwrap_or(made.description),
        tags: tags(group, &made.tags),
        retention: last_value(group, |change| change.retention.as_ref()).unwrap_or(made.retention),
        rotation: last_value(group, |change| change.rotation.as_ref()).unwrap_or(made.rotation),
    }
}

/// Whether an event sets or removes a tag.
pub(super) fn touches_tag(known: &Known<'_>, key: &TagKey) -> bool {
    let shift = known.change.tags.as_ref().filter(|_| !known.is_removal());
    shift.is_some_and(|shift| shift.before.get(key) != shift.after.get(key))
}

fn tags(group: &Group<'_>, made: &Tags) -> Tags {
    let mut keys: Vec<&TagKey> = made.iter().map(|(key, _)| key).collect();
    for shift in group.history.iter().filter_map(|known| known.change.tags.as_ref()) {
        keys.extend(shift.before.iter().chain(shift.after.iter()).map(|(key, _)| key));
    }
    keys.sort_unstable();
    keys.dedup();
    let mut tags = Tags::new();
    for key in keys {
        let value = match group.last(|known| touches_tag(known, key)) {
            Some(known) => known.change.tags.as_ref().and_then(|shift| shift.after.get(key)),
            None => made.get(key),
        };
        if let Some(value) = value {
            tags.set(key.clone(), value.clone());
        }
    }
    tags
}

/// The name that was given last, and whether a merge had to change it since, in a copy that knows that it was given.
pub(super) fn name(group: &Group<'_>) -> Option<(SecretName, bool)> {
    let naming = group.last(|known| !known.is_removal() && known.naming().is_some());
    let given = match naming {
        Some(known) => known.naming()?.clone(),
        None => {
            let (_, copy) = group.parts().min_by_key(|(_, copy)| copy.row)?;
            copy.state.given_name.clone().unwrap_or_else(|| copy.state.name.clone())
        }
    };
    let knows = |side| naming.is_none_or(|known| known.by.includes(side));
    let has_suffix =
        group.parts().any(|(side, copy)| knows(side) && copy.state.given_name.as_ref() == Some(&given));
    Some((given, has_suffix))
}

/// A deletion stands only if it is the last change of the secret.
pub(super) fn planned_deletion(group: &Group<'_>) -> Option<Timestamp> {
    let last = group.last(|known| !known.is_removal())?;
    touched(last.change.planned_deletion.as_ref()).copied().flatten()
}

/// Gives every version the note that was written last.
pub(super) fn notes(group: &Group<'_>, pool: &mut Pool, unions: &Unions) {
    for known in &group.history {
        for shift in &known.change.notes {
            if let Some(note) = pool.note_mut(unions.key(shift.version.key)) {
                note.clone_from(&shift.note.after);
            }
        }
    }
}

/// Whether an event moves `ACSCurrent` or `ACSPrevious`, and from where to where.
pub(super) fn move_of(known: &Known<'_>, unions: &Unions) -> Option<Move> {
    let shift = known.change.labels.as_ref().filter(|_| !known.is_removal())?;
    let pair = |labels: &LabelMap| Pair::of(labels, |key| unions.key(key));
    let one = Move { before: pair(&shift.before), after: pair(&shift.after) };
    (one.before != one.after).then_some(one)
}

/// Whether an event moves or removes a custom label.
pub(super) fn touches_label(known: &Known<'_>, label: &StageLabel, unions: &Unions) -> bool {
    let target = |labels: &LabelMap| labels.target(label).map(|target| unions.key(target.key));
    let shift = known.change.labels.as_ref().filter(|_| !known.is_removal());
    shift.is_some_and(|shift| target(&shift.before) != target(&shift.after))
}

/// Which label marks which version, of those in the pool; built-in ones first, then as they were given.
pub(super) fn labels(group: &Group<'_>, pool: &Pool, unions: &Unions) -> Vec<(StageLabel, VersionKey)> {
    let moves: Vec<Move> = group.history.iter().filter_map(|known| move_of(known, unions)).collect();
    let pair = moves::replay(&moves, |key| pool.has(key));
    let mut labels: Vec<(StageLabel, VersionKey)> = Vec::new();
    labels.extend(
        pair.current.or_else(|| some_current(group, pool, unions)).map(|key| (StageLabel::current(), key)),
    );
    if pair.previous != pair.current {
        labels.extend(pair.previous.map(|key| (StageLabel::previous(), key)));
    }
    let mut custom: Vec<(usize, usize, StageLabel, VersionKey)> = Vec::new();
    for label in custom_labels(group) {
        let last = group.history.iter().rposition(|known| touches_label(known, label, unions));
        let found = match last {
            Some(at) => group.history[at].change.labels.as_ref().and_then(|shift| {
                let place = shift.after.iter().position(|(other, _)| other == label)?;
                Some((at + 1, place, shift.after.target(label)?.key))
            }),
            None => {
                let marked = group.parts().filter_map(|(_, copy)| copy.state.labels.target(label));
                marked.map(|target| unions.key(target.key)).min().map(|key| (0, 0, key))
            }
        };
        if let Some((at, place, key)) = found
            && pool.has(unions.key(key))
        {
            custom.push((at, place, label.clone(), unions.key(key)));
        }
    }
    custom.sort_unstable();
    labels.extend(custom.into_iter().map(|(_, _, label, key)| (label, key)));
    labels
}

fn custom_labels<'a>(group: &'a Group<'_>) -> Vec<&'a StageLabel> {
    let shifts = group.history.iter().filter_map(|known| known.change.labels.as_ref());
    let in_history = shifts.flat_map(|shift| shift.before.iter().chain(shift.after.iter()));
    let in_parts = group.parts().flat_map(|(_, copy)| copy.state.labels.iter());
    let mut labels: Vec<&StageLabel> = in_history.chain(in_parts).map(|(label, _)| label).collect();
    labels.retain(|label| !label.is_built_in());
    labels.sort_unstable();
    labels.dedup();
    labels
}

/// Where no move leads to a version that is left: the newest of those that are current in either copy.
fn some_current(group: &Group<'_>, pool: &Pool, unions: &Unions) -> Option<VersionKey> {
    let current = group.parts().filter_map(|(_, copy)| {
        let target = copy.state.labels.current()?;
        let order = copy.state.version_of_key(target.key)?.order;
        Some((order, unions.key(target.key)))
    });
    current.filter(|(_, key)| pool.has(*key)).max().map(|(_, key)| key)
}

/// Whether an event of one copy alone schedules a deletion, or lifts one.
pub(super) fn touches_deletion(known: &Known<'_>) -> bool {
    known.change.planned_deletion.is_some() && !known.is_removal()
}

/// The side whose last change decides, where one copy alone has it.
pub(super) fn decided(group: &Group<'_>, touches: impl Fn(&Known<'_>) -> bool) -> Option<Side> {
    let last = group.last(touches)?;
    [Side::Mine, Side::Theirs].into_iter().find(|side| last.by == super::group::KnownBy::One(*side))
}
