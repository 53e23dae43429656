//! The versions of both copies: united, without what retention destroyed, and told apart where one id stands for two
//! values.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::group::Group;
use super::plan::VersionSource;
use super::suffix;
use super::terms::{Side, ValueMark};
use super::unions::Unions;
use crate::domain::{Note, VersionId};
use crate::versioning::{VersionKey, VersionState};

/// A version with where it comes from.
#[derive(Debug, Clone)]
pub(super) struct Pooled {
    pub(super) state: VersionState,
    pub(super) mark: Option<ValueMark>,
    pub(super) source: VersionSource,
    /// Whether a merge had to change its id, in either copy.
    has_suffix: bool,
    /// The keys that it has or had in either copy.
    keys: HashSet<VersionKey>,
}

/// All versions of a secret in both copies.
#[derive(Debug, Clone, Default)]
pub(super) struct Pool {
    /// By the key that is kept.
    known: BTreeMap<VersionKey, Pooled>,
    /// Those that were left out of the terms.
    left_out: HashSet<VersionKey>,
}

impl Pool {
    /// Unites those of both copies: by key, else by id as given and value. What becomes one now is added to `unions`,
    /// and to `new`.
    pub(super) fn of(group: &Group<'_>, unions: &mut Unions, new: &mut Unions) -> Self {
        let mut all: Vec<Pooled> = Vec::new();
        for (side, copy) in group.parts() {
            for version in &copy.state.versions {
                all.push(Pooled {
                    state: version.clone(),
                    mark: copy.marks.get(&version.key).copied(),
                    source: VersionSource { key: version.key, side, row: copy.row, from: version.key },
                    has_suffix: version.given.is_some(),
                    keys: HashSet::from([version.key]),
                });
            }
        }
        // In an order that is the same from both ends.
        all.sort_by_key(|one| {
            (unions.key(one.state.key), one.state.key, one.source.row, one.source.side == Side::Theirs)
        });
        let mut first: HashMap<(VersionId, ValueMark), VersionKey> = HashMap::new();
        for one in &all {
            let Some(mark) = one.mark else { continue };
            let key = unions.key(one.state.key);
            let known = *first.entry((one.state.given_id().clone(), mark)).or_insert(key);
            if unions.key(known) != key {
                unions.unite_versions(known, key);
                new.unite_versions(known, key);
            }
        }
        let mut pool: BTreeMap<VersionKey, Pooled> = BTreeMap::new();
        for mut one in all {
            let key = unions.key(one.state.key);
            match pool.get_mut(&key) {
                Some(known) => known.take_in(one),
                None => {
                    one.source.key = key;
                    pool.insert(key, one);
                }
            }
        }
        for (_, gone) in unions.versions() {
            if let Some(known) = pool.get_mut(&unions.key(gone)) {
                known.keys.insert(gone);
            }
        }
        let left_out = group.parts().flat_map(|(_, copy)| &copy.left_out).copied().collect();
        Self { known: pool, left_out }
    }

    pub(super) fn has(&self, key: VersionKey) -> bool {
        self.known.contains_key(&key) || self.left_out.contains(&key)
    }

    /// Whether one of the versions that were left out decides about anything: `marked` are those that get a label.
    ///
    /// Its id is no reason: in a copy that has both, no other version was given that id, unless both have a suffix by
    /// now; a new suffix is held against the ids that were left out. Nor is a note: whichever was written last, one of
    /// the copies knows it, so the record that both have says it.
    pub(super) fn needs_what_was_left_out(
        &self,
        group: &Group<'_>,
        mut marked: impl Iterator<Item = VersionKey>,
    ) -> bool {
        if self.left_out.is_empty() {
            return false;
        }
        // Two secrets that become one may have given one id each.
        let mut rows = group.parts().map(|(_, copy)| copy.row);
        let first = rows.next();
        let are_united = rows.any(|row| Some(row) != first);
        // One that lost the label by which it outlived its destruction in another copy.
        let is_destroyed = || destroyed(group).iter().any(|key| self.left_out.contains(key));
        // One that is previous again, since moves of both copies came together.
        are_united || marked.any(|key| self.left_out.contains(&key)) || is_destroyed()
    }

    pub(super) fn note_mut(&mut self, key: VersionKey) -> Option<&mut Option<Note>> {
        self.known.get_mut(&key).map(|one| &mut one.state.note)
    }

    /// Leaves out what retention destroyed in either copy, unless a label marks it now. One that was united goes if it
    /// was destroyed under the key that is kept, or under every key that it had.
    pub(super) fn leave_out_destroyed(&mut self, group: &Group<'_>, is_marked: impl Fn(VersionKey) -> bool) {
        let destroyed = destroyed(group);
        self.known.retain(|key, one| {
            let is_destroyed = destroyed.contains(key) || one.keys.iter().all(|key| destroyed.contains(key));
            !is_destroyed || is_marked(*key)
        });
    }

    /// Gives every version its id, and tells which ids stand for more than one value now. No version that was left out
    /// has or had an id that is given now.
    pub(super) fn name_apart(&mut self, is_left_out: impl Fn(&VersionId) -> bool) -> Vec<VersionId> {
        let mut by_id: HashMap<VersionId, Vec<VersionKey>> = HashMap::new();
        for (key, one) in &self.known {
            by_id.entry(one.state.given_id().clone()).or_default().push(*key);
        }
        let mut clashes: Vec<VersionId> =
            by_id.iter().filter(|(_, keys)| keys.len() > 1).map(|(id, _)| id.clone()).collect();
        clashes.sort_unstable();
        let mut taken: HashSet<VersionId> = by_id.into_keys().collect();
        for (key, one) in &mut self.known {
            let given = one.state.given_id().clone();
            if one.has_suffix || clashes.binary_search(&given).is_ok() {
                one.state.id =
                    suffix::free_version_id(&given, *key, |id| taken.contains(id) || is_left_out(id));
                taken.insert(one.state.id.clone());
                one.state.given = Some(given);
            }
        }
        clashes
    }

    /// The versions by creation stamp, then key, with their sources.
    pub(super) fn finish(self) -> (Vec<VersionState>, Vec<VersionSource>) {
        let mut all: Vec<(VersionKey, Pooled)> = self.known.into_iter().collect();
        all.sort_by_key(|(key, one)| (one.state.order, *key));
        all.into_iter().map(|(key, one)| (VersionState { key, ..one.state }, one.source)).unzip()
    }
}

impl Pooled {
    /// The same version in the other copy, or under another key.
    fn take_in(&mut self, other: Self) {
        self.has_suffix |= other.has_suffix;
        self.keys.extend(other.keys);
        if other.state.order < self.state.order {
            self.state.order = other.state.order;
            self.state.created = other.state.created;
        }
        // No event tells the note of an import in format 1: then the larger one, which is the same from both ends.
        self.state.note = note_of_either(self.state.note.take(), other.state.note);
        // What is here already need not be copied.
        if self.source.side == Side::Theirs && other.source.side == Side::Mine {
            self.source = VersionSource { key: self.source.key, ..other.source };
        }
    }
}

/// What retention destroyed in either copy, or in a third one.
fn destroyed(group: &Group<'_>) -> HashSet<VersionKey> {
    let events = group.history.iter().filter(|known| !known.is_removal());
    events.flat_map(|known| known.event.change.destroyed.iter().map(|version| version.key)).collect()
}

fn note_of_either(one: Option<Note>, other: Option<Note>) -> Option<Note> {
    match one.as_ref().map(Note::as_str) >= other.as_ref().map(Note::as_str) {
        true => one,
        false => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_notes_both_copies_keep_the_same_one() {
        let note = |text: &str| Some(Note::new(text).unwrap());
        for (one, other, kept) in [("a", "b", "b"), ("b", "a", "b"), ("a", "a", "a")] {
            assert_eq!(note_of_either(note(one), note(other)), note(kept));
        }
        assert_eq!(
            (note_of_either(note("a"), None), note_of_either(None, note("a"))),
            (note("a"), note("a"))
        );
        assert_eq!(note_of_either(None, None), None);
    }
}
