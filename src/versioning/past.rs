//! What a secret was at an earlier time: its changes since then reversed, newest first (etui).
//!
//! A change holds what it changed before and after, so that its `before` side is what was there. What a removal and
//! the destruction of a version do not hold is found further back in the history of the secret: the descriptions,
//! tags and settings that the last change before that time left, and the place of a destroyed version in the order
//! of creation.

use std::collections::{HashMap, HashSet};

use super::change::{Change, Existence};
use super::labels::{LabelMap, VersionKey, VersionRef};
use super::refusal::Refusal;
use super::select::{Selector, select};
use super::state::{SecretState, VersionState};
use crate::domain::{Facts, SecretName, Timestamp, ValueType};

/// A secret as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastSecret {
    /// Everything but the values. Of versions that have been destroyed since, type and length are not known, and
    /// the time is when they were stored here.
    pub state: SecretState,
    /// The versions that have been destroyed since, and when.
    pub destroyed: HashMap<VersionKey, Timestamp>,
}

impl PastSecret {
    /// Finds the version that a selector meant then.
    ///
    /// # Errors
    /// As [`select`], but [`Refusal::ScheduledThen`] in the deletion window of that time.
    pub fn select(&self, selector: &Selector) -> Result<&VersionState, Refusal> {
        if let Some(planned) = self.state.planned_deletion {
            return Err(Refusal::ScheduledThen { name: self.state.name.clone(), planned });
        }
        select(&self.state, selector)
    }

    /// Finds the version, and refuses one whose value is gone.
    ///
    /// # Errors
    /// As [`select`](Self::select), and [`Refusal::DestroyedSince`].
    pub fn select_readable(&self, selector: &Selector) -> Result<&VersionState, Refusal> {
        let version = self.select(selector)?;
        match self.destroyed.get(&version.key) {
            None => Ok(version),
            Some(&destroyed) => Err(Refusal::DestroyedSince {
                name: self.state.name.clone(),
                version: version.id.clone(),
                destroyed,
            }),
        }
    }
}

/// A secret on the way back. Takes the changes after the time that is asked for with [`take_back`](Self::take_back),
/// and then, as long as [`needs_more`](Self::needs_more), those before it with [`look_at`](Self::look_at); both
/// newest first.
#[derive(Debug, Clone)]
pub struct Rewind {
    /// Whether it exists at the point that was reached.
    exists: bool,
    state: SecretState,
    destroyed: HashMap<VersionKey, Timestamp>,
    unknown: Unknown,
    /// The versions that the changes which were looked at have stored, newest first.
    stored: Vec<VersionKey>,
    /// Whether a change was looked at: it says when the secret had changed last.
    has_looked: bool,
}

/// What is not known yet of a secret that was removed, and of versions that were destroyed.
#[derive(Debug, Clone, Default)]
struct Unknown {
    description: bool,
    tags: bool,
    retention: bool,
    rotation: bool,
    created: bool,
    notes: HashSet<VersionKey>,
    /// Destroyed versions whose place in the order of creation is not known.
    places: HashSet<VersionKey>,
}

impl Unknown {
    fn of_a_removed_secret() -> Self {
        Self {
            description: true,
            tags: true,
            retention: true,
            rotation: true,
            created: true,
            notes: HashSet::new(),
            places: HashSet::new(),
        }
    }
}

impl Rewind {
    /// Begins with a secret as it is now.
    pub fn of(state: SecretState) -> Self {
        Self {
            exists: true,
            state,
            destroyed: HashMap::new(),
            unknown: Unknown::default(),
            stored: Vec::new(),
            has_looked: false,
        }
    }

    /// Begins with a secret that is not there any more.
    pub fn of_removed(name: SecretName) -> Self {
        let nothing = SecretState {
            name,
            given_name: None,
            facts: Facts::default(),
            created: Timestamp::clamped(0),
            updated: Timestamp::clamped(0),
            planned_deletion: None,
            labels: LabelMap::new(),
            next_order: 1,
            versions: Vec::new(),
        };
        Self { exists: false, ..Self::of(nothing) }
    }

    /// Reverses the newest change that has not been reversed yet: the secret had `name` before it.
    pub fn take_back(&mut self, name: &SecretName, change: &Change, time: Timestamp) {
        match change.existence {
            Existence::Appears => {
                self.exists = false;
                return;
            }
            Existence::Disappears => {
                *self = Self::of_removed(name.clone());
                self.exists = true;
                self.unknown = Unknown::of_a_removed_secret();
            }
            Existence::Stays => {}
        }
        let (state, unknown) = (&mut self.state, &mut self.unknown);
        state.name = name.clone();
        if let Some(shift) = &change.labels {
            state.labels = shift.before.clone();
        }
        if let Some(shift) = &change.description {
            state.facts.description = shift.before.clone();
            unknown.description = false;
        }
        if let Some(shift) = &change.tags {
            state.facts.tags = shift.before.clone();
            unknown.tags = false;
        }
        if let Some(shift) = &change.retention {
            state.facts.retention = shift.before;
            unknown.retention = false;
        }
        if let Some(shift) = &change.rotation {
            state.facts.rotation = shift.before;
            unknown.rotation = false;
        }
        if let Some(shift) = &change.planned_deletion {
            state.planned_deletion = shift.before;
        }
        for shift in &change.notes {
            if let Some(version) = state.versions.iter_mut().find(|one| one.key == shift.version.key) {
                version.note.clone_from(&shift.note.before);
                unknown.notes.remove(&shift.version.key);
            }
        }
        for VersionRef { key, id } in &change.destroyed {
            // A merge gave it another id, and it is the same version.
            if is_renamed(change, *key)
                && let Some(version) = state.versions.iter_mut().find(|one| one.key == *key)
            {
                version.id = id.clone();
                version.given = None;
            }
        }
        for VersionRef { key, .. } in change.added.iter().filter(|added| !is_renamed(change, added.key)) {
            state.versions.retain(|version| version.key != *key);
            self.destroyed.remove(key);
            unknown.notes.remove(key);
            unknown.places.remove(key);
        }
        for reference in change.destroyed.iter().filter(|gone| !is_renamed(change, gone.key)) {
            state.versions.push(unknown_version(reference, time));
            self.destroyed.insert(reference.key, time);
            unknown.notes.insert(reference.key);
            unknown.places.insert(reference.key);
        }
    }

    /// Whether an earlier change may say more: of every secret the newest, of what was removed or destroyed others.
    pub fn needs_more(&self) -> bool {
        let Unknown { description, tags, retention, rotation, created, .. } = self.unknown;
        let lacks = description || tags || retention || rotation || created;
        self.exists && (!self.has_looked || lacks || !self.unknown.places.is_empty())
    }

    /// Looks at the next earlier change, which is in force at the time that is asked for.
    pub fn look_at(&mut self, change: &Change, time: Timestamp) {
        let (state, unknown) = (&mut self.state, &mut self.unknown);
        if !std::mem::replace(&mut self.has_looked, true) {
            state.updated = time;
        }
        if let Some(shift) = &change.description
            && std::mem::take(&mut unknown.description)
        {
            state.facts.description = shift.after.clone();
        }
        if let Some(shift) = &change.tags
            && std::mem::take(&mut unknown.tags)
        {
            state.facts.tags = shift.after.clone();
        }
        if let Some(shift) = &change.retention
            && std::mem::take(&mut unknown.retention)
        {
            state.facts.retention = shift.after;
        }
        if let Some(shift) = &change.rotation
            && std::mem::take(&mut unknown.rotation)
        {
            state.facts.rotation = shift.after;
        }
        for shift in &change.notes {
            if unknown.notes.remove(&shift.version.key)
                && let Some(version) = state.versions.iter_mut().find(|one| one.key == shift.version.key)
            {
                version.note.clone_from(&shift.note.after);
            }
        }
        let stored = change.added.iter().rev().filter(|added| !is_renamed(change, added.key));
        for VersionRef { key, .. } in stored {
            self.stored.push(*key);
            unknown.notes.remove(key);
            if unknown.places.remove(key)
                && let Some(version) = state.versions.iter_mut().find(|one| one.key == *key)
            {
                version.created = time;
            }
        }
        if change.existence == Existence::Appears {
            if unknown.created {
                state.created = time;
            }
            // What no change ever set is as it is in a new secret.
            *unknown = Unknown::default();
        }
    }

    /// The secret at the point that was reached; `None` where it did not exist.
    pub fn finish(self) -> Option<PastSecret> {
        let Self { exists, mut state, destroyed, stored, .. } = self;
        if !destroyed.is_empty() {
            state.versions = in_order(state.versions, &destroyed, &stored);
            let numbers = state.versions.iter_mut().zip(1..);
            numbers.for_each(|(version, number)| version.order = number);
        }
        state.next_order = state.versions.iter().map(|version| version.order + 1).max().unwrap_or(1);
        exists.then_some(PastSecret { state, destroyed })
    }
}

/// Whether a merge gave a version another id: then it is in both lists of its effect.
fn is_renamed(change: &Change, key: VersionKey) -> bool {
    [&change.added, &change.destroyed].iter().all(|list| list.iter().any(|one| one.key == key))
}

/// A version of which the history alone is left.
fn unknown_version(VersionRef { key, id }: &VersionRef, destroyed: Timestamp) -> VersionState {
    VersionState {
        key: *key,
        id: id.clone(),
        given: None,
        order: 0,
        created: destroyed,
        value_type: ValueType::Text,
        size: 0,
        note: None,
    }
}

/// Those that are still there keep their order, which an import may have chosen; a destroyed version stands before
/// the first one that was stored after it.
fn in_order(
    versions: Vec<VersionState>,
    destroyed: &HashMap<VersionKey, Timestamp>,
    stored: &[VersionKey],
) -> Vec<VersionState> {
    let age: HashMap<VersionKey, usize> = stored.iter().copied().zip(0..).collect();
    let age_of = |version: &VersionState| age.get(&version.key).copied().unwrap_or(usize::MAX);
    let (mut gone, mut all): (Vec<_>, Vec<_>) =
        versions.into_iter().partition(|version| destroyed.contains_key(&version.key));
    gone.sort_by_key(|version| std::cmp::Reverse(age_of(version)));
    for version in gone {
        let place = all.iter().position(|other| age_of(other) < age_of(&version)).unwrap_or(all.len());
        all.insert(place, version);
    }
    all
}

#[cfg(test)]
mod tests;
