//! What became one in a merge: of two secrets, or two versions, the one with the smaller number is kept.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::hash::Hash;

use super::terms::RowId;
use crate::versioning::{Change, LabelMap, NoteShift, Shift, VersionKey, VersionRef};

/// Pairs of what is kept and what is gone, by which events of either count for the one that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Unions {
    secrets: HashMap<RowId, RowId>,
    versions: HashMap<VersionKey, VersionKey>,
}

impl Unions {
    /// No unions.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes two secrets for one.
    pub fn unite_secrets(&mut self, one: RowId, other: RowId) {
        unite(&mut self.secrets, one, other);
    }

    /// Takes two versions for one.
    pub fn unite_versions(&mut self, one: VersionKey, other: VersionKey) {
        unite(&mut self.versions, one, other);
    }

    /// The row id under which a secret is kept.
    pub fn row(&self, row: RowId) -> RowId {
        root(&self.secrets, row)
    }

    /// The key under which a version is kept.
    pub fn key(&self, key: VersionKey) -> VersionKey {
        root(&self.versions, key)
    }

    /// Pairs of secrets, the kept one first, sorted.
    pub fn secrets(&self) -> Vec<(RowId, RowId)> {
        pairs(&self.secrets)
    }

    /// Pairs of versions, the kept one first, sorted.
    pub fn versions(&self) -> Vec<(VersionKey, VersionKey)> {
        pairs(&self.versions)
    }

    /// Adds those of another merge.
    pub fn extend(&mut self, other: &Self) {
        other.secrets.iter().for_each(|(gone, kept)| self.unite_secrets(*kept, *gone));
        other.versions.iter().for_each(|(gone, kept)| self.unite_versions(*kept, *gone));
    }

    /// A change as it reads with the versions that are kept.
    #[must_use]
    pub fn resolved<'a>(&self, change: &'a Change) -> Cow<'a, Change> {
        if self.versions.is_empty() {
            return Cow::Borrowed(change);
        }
        let reference =
            |reference: &VersionRef| VersionRef { key: self.key(reference.key), id: reference.id.clone() };
        let labels = |labels: &LabelMap| {
            let mut resolved = LabelMap::new();
            labels.iter().for_each(|(label, target)| resolved.point(label, &reference(target)));
            resolved
        };
        Cow::Owned(Change {
            labels: change
                .labels
                .as_ref()
                .map(|shift| Shift::new(labels(&shift.before), labels(&shift.after))),
            notes: change
                .notes
                .iter()
                .map(|shift| NoteShift { version: reference(&shift.version), note: shift.note.clone() })
                .collect(),
            added: change.added.iter().map(reference).collect(),
            destroyed: change.destroyed.iter().map(reference).collect(),
            ..change.clone()
        })
    }
}

fn unite<T: Copy + Ord + Hash>(kept_by_gone: &mut HashMap<T, T>, one: T, other: T) {
    let (one, other) = (root(kept_by_gone, one), root(kept_by_gone, other));
    match one.cmp(&other) {
        Ordering::Less => drop(kept_by_gone.insert(other, one)),
        Ordering::Greater => drop(kept_by_gone.insert(one, other)),
        Ordering::Equal => {}
    }
}

/// Every step leads to a smaller number, so it ends.
fn root<T: Copy + Eq + Hash>(kept_by_gone: &HashMap<T, T>, mut of: T) -> T {
    while let Some(kept) = kept_by_gone.get(&of) {
        of = *kept;
    }
    of
}

fn pairs<T: Copy + Ord + Hash>(kept_by_gone: &HashMap<T, T>) -> Vec<(T, T)> {
    let mut pairs: Vec<(T, T)> = kept_by_gone.iter().map(|(gone, kept)| (*kept, *gone)).collect();
    pairs.sort_unstable();
    pairs
}
