//! One secret of both copies, merged.

use std::collections::HashMap;

use super::facts;
use super::group::Group;
use super::plan::VersionSource;
use super::terms::{IsIdLeftOut, Side};
use super::unions::Unions;
use super::versions::Pool;
use crate::domain::{SecretName, VersionId};
use crate::versioning::{LabelMap, SecretState, VersionRef, VersionState};

/// A merged secret, before names are told apart.
#[derive(Debug, Clone)]
pub(super) struct Merged {
    /// Called as it was given.
    pub(super) state: SecretState,
    /// Whether a merge had to change its name, in either copy.
    pub(super) has_suffix: bool,
    pub(super) sources: Vec<VersionSource>,
    /// The ids that stand for more than one value now.
    pub(super) clashes: Vec<VersionId>,
    /// Whether this depends on versions that were left out of the terms.
    pub(super) needs_all: bool,
}

/// Merges one secret that is there in a copy at least. `None` where neither has a version of it.
pub(super) fn merge(
    group: &Group<'_>,
    heads: &[[u8; 16]; 2],
    is_id_left_out: &IsIdLeftOut<'_>,
    unions: &mut Unions,
    new: &mut Unions,
) -> Option<Merged> {
    let (given, has_suffix) = facts::name(group)?;
    let mut merged = match group.needs_replay() {
        true => replayed(group, given, is_id_left_out, unions, new)?,
        false => taken_over(group, given, heads)?,
    };
    merged.has_suffix = has_suffix;
    let parts = || group.parts().map(|(_, copy)| &copy.state);
    if let Some(created) = parts().map(|state| state.created).min() {
        merged.state.created = created;
    }
    if let Some(updated) = parts().map(|state| state.updated).max() {
        merged.state.updated = updated;
    }
    Some(merged)
}

fn replayed(
    group: &Group<'_>,
    given: SecretName,
    is_id_left_out: &IsIdLeftOut<'_>,
    unions: &mut Unions,
    new: &mut Unions,
) -> Option<Merged> {
    let mut pool = Pool::of(group, unions, new);
    facts::notes(group, &mut pool, unions);
    let marked = facts::labels(group, &pool, unions);
    pool.leave_out_destroyed(group, |key| marked.iter().any(|(_, target)| *target == key));
    let any = group.parts().next().map(|(_, copy)| copy)?;
    let clashes = pool.name_apart(|id| is_id_left_out(&any.row, id));
    let needs_all = pool.needs_what_was_left_out(group, marked.iter().map(|(_, key)| *key));
    let (versions, sources) = pool.finish();
    let mut labels = LabelMap::new();
    for (label, key) in &marked {
        if let Some(version) = versions.iter().find(|version| version.key == *key) {
            labels.point(label, &version.reference());
        }
    }
    let state = SecretState {
        name: given,
        given_name: None,
        facts: facts::facts(group),
        created: any.state.created,
        updated: any.state.updated,
        planned_deletion: facts::planned_deletion(group),
        labels,
        next_order: next_order(&versions),
        versions,
    };
    Some(Merged { state, has_suffix: false, sources, clashes, needs_all })
}

/// One copy has every event that the other has: its state is the result. What a merge in the other one had to call
/// otherwise keeps that name. What both have with the same record is called the same in both.
fn taken_over(group: &Group<'_>, given: SecretName, heads: &[[u8; 16]; 2]) -> Option<Merged> {
    let is_ahead = |side| group.is_new_in(side, |known| !known.is_removal());
    let first = if heads[0] <= heads[1] { Side::Mine } else { Side::Theirs };
    let side = match (is_ahead(Side::Mine), is_ahead(Side::Theirs)) {
        (true, _) => Side::Mine,
        (_, true) => Side::Theirs,
        _ => first,
    };
    let side = if group.of(side).is_empty() { side.other() } else { side };
    let copy = *group.of(side).first()?;
    let other = group.of(side.other()).first().map(|copy| &copy.state);
    let mut state = SecretState { name: given, given_name: None, ..copy.state.clone() };
    for version in &mut state.versions {
        let there = other.and_then(|other| other.version_of_key(version.key));
        if let Some(there) = there.filter(|there| version.given.is_none() && there.given.is_some()) {
            version.id = there.id.clone();
            version.given = there.given.clone();
        }
    }
    state.labels = with_ids_of(&state.labels, &state.versions);
    let here = group.of(Side::Mine).first();
    let sources = state.versions.iter().map(|version| {
        let mine = here.filter(|copy| copy.state.version_of_key(version.key).is_some());
        let (side, row) = mine.map_or((side, copy.row), |copy| (Side::Mine, copy.row));
        VersionSource { key: version.key, side, row, from: version.key }
    });
    let sources = sources.collect();
    Some(Merged { state, has_suffix: false, sources, clashes: Vec::new(), needs_all: false })
}

/// The same labels, with the ids that their versions have now.
fn with_ids_of(labels: &LabelMap, versions: &[VersionState]) -> LabelMap {
    let ids: HashMap<_, &VersionId> = versions.iter().map(|version| (version.key, &version.id)).collect();
    let mut named = LabelMap::new();
    for (label, target) in labels.iter() {
        let id = ids.get(&target.key).copied().unwrap_or(&target.id);
        named.point(label, &VersionRef { key: target.key, id: id.clone() });
    }
    named
}

pub(super) fn next_order(versions: &[VersionState]) -> u64 {
    versions.iter().map(|version| version.order).max().map_or(0, |newest| newest.saturating_add(1))
}
