//! One secret as both copies have it, with the events that decide about it.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use super::terms::{CopySide, MergeEvent, RowId, SecretCopy, Side};
use super::unions::Unions;
use crate::domain::SecretName;
use crate::versioning::{Change, Existence, Operation, SecretState};

/// Who has an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KnownBy {
    One(Side),
    Both,
}

impl KnownBy {
    pub(super) fn includes(self, side: Side) -> bool {
        self == Self::Both || self == Self::One(side)
    }
}

/// An event that decides, and who has it.
#[derive(Debug, Clone)]
pub(super) struct Known<'a> {
    pub(super) event: &'a MergeEvent,
    /// The change with the versions that are kept.
    pub(super) change: Cow<'a, Change>,
    pub(super) by: KnownBy,
}

impl Known<'_> {
    /// The name that it gives the secret, if it gives one.
    pub(super) fn naming(&self) -> Option<&SecretName> {
        match (&self.change.name, self.change.existence) {
            (Some(name), _) => Some(&name.after),
            (None, Existence::Appears) => Some(&self.event.name),
            (None, _) => None,
        }
    }

    pub(super) fn is_removal(&self) -> bool {
        self.change.existence == Existence::Disappears
    }
}

/// One secret: what either copy has of it, more than one where a union is not known there yet.
#[derive(Debug, Clone)]
pub(super) struct Group<'a> {
    pub(super) row: RowId,
    pub(super) mine: Vec<&'a SecretCopy>,
    pub(super) theirs: Vec<&'a SecretCopy>,
    /// In the order of all copies, oldest first.
    pub(super) history: Vec<Known<'a>>,
}

impl<'a> Group<'a> {
    pub(super) fn of(&self, side: Side) -> &[&'a SecretCopy] {
        match side {
            Side::Mine => &self.mine,
            Side::Theirs => &self.theirs,
        }
    }

    /// What one copy has; of several the one that is kept.
    pub(super) fn state_of(&self, side: Side) -> Option<&'a SecretState> {
        self.of(side).iter().min_by_key(|copy| copy.row).map(|copy| &copy.state)
    }

    /// All that is left of it, mine first.
    pub(super) fn parts(&self) -> impl Iterator<Item = (Side, &'a SecretCopy)> {
        let mine = self.mine.iter().map(|copy| (Side::Mine, *copy));
        mine.chain(self.theirs.iter().map(|copy| (Side::Theirs, *copy)))
    }

    /// The newest event that does this.
    pub(super) fn last(&self, does: impl Fn(&Known<'_>) -> bool) -> Option<&Known<'a>> {
        self.history.iter().rev().find(|known| does(known))
    }

    /// Whether one copy alone has an event that does this.
    pub(super) fn is_new_in(&self, side: Side, does: impl Fn(&Known<'_>) -> bool) -> bool {
        self.history.iter().any(|known| known.by == KnownBy::One(side) && does(known))
    }

    /// Whether each copy has an event that the other one lacks.
    fn has_two_branches(&self) -> bool {
        self.is_new_in(Side::Mine, |_| true) && self.is_new_in(Side::Theirs, |_| true)
    }

    /// Whether the events have to be replayed. Otherwise one copy has all of them, and its state is their result.
    pub(super) fn needs_replay(&self) -> bool {
        let mut rows = self.parts().map(|(_, copy)| copy.row);
        let first = rows.next();
        self.has_two_branches() || rows.any(|row| Some(row) != first)
    }

    /// Whether an event gives the secret another name, as the creation of one that became one with it does.
    fn renames(&self) -> bool {
        let is_in_both = !self.mine.is_empty() && !self.theirs.is_empty();
        let renames =
            |known: &Known<'_>| known.change.name.is_some() || is_in_both && known.naming().is_some();
        self.history.iter().any(renames)
    }
}

/// What a merge or the vault itself did decides nothing about a secret.
fn decides(event: &MergeEvent) -> bool {
    !matches!(
        event.change.operation,
        Operation::Init
            | Operation::ChangePassword
            | Operation::Rekey
            | Operation::Merge
            | Operation::Effect
            | Operation::Upgrade
    )
}

/// Gathers what belongs together, by row id.
pub(super) fn gather<'a>(
    mine: &'a CopySide,
    theirs: &'a CopySide,
    shared: &'a [MergeEvent],
    unions: &Unions,
) -> Vec<Group<'a>> {
    let mut groups: BTreeMap<RowId, Group<'a>> = BTreeMap::new();
    let mut add = |row: RowId, put: &mut dyn FnMut(&mut Group<'a>)| {
        let row = unions.row(row);
        put(groups.entry(row).or_insert_with(|| Group {
            row,
            mine: Vec::new(),
            theirs: Vec::new(),
            history: Vec::new(),
        }));
    };
    for copy in &mine.secrets {
        add(copy.row, &mut |group| group.mine.push(copy));
    }
    for copy in &theirs.secrets {
        add(copy.row, &mut |group| group.theirs.push(copy));
    }
    let new_here = mine.new.iter().map(|event| (event, KnownBy::One(Side::Mine)));
    let new_there = theirs.new.iter().map(|event| (event, KnownBy::One(Side::Theirs)));
    let shared = shared.iter().map(|event| (event, KnownBy::Both));
    let mut seen = HashSet::new();
    for (event, by) in new_here.chain(new_there).chain(shared) {
        if decides(event) && seen.insert(event.place.identity) {
            let known = Known { event, change: unions.resolved(&event.change), by };
            add(event.row, &mut |group| group.history.push(known.clone()));
        }
    }
    let mut groups: Vec<Group<'a>> = groups.into_values().collect();
    for group in &mut groups {
        group.history.sort_unstable_by_key(|known| known.event.place);
    }
    groups
}

/// The secrets of which a merge needs the whole history, the events that both copies have: each row id under which one
/// of the two has events or the secret itself, and each that became one with it in a merge before. Where nothing is
/// replayed the new events of one copy suffice, but not for a name: a rename that came from a third copy may be older
/// than one that both have.
pub fn needs_history(mine: &CopySide, theirs: &CopySide, unions: &Unions) -> Vec<RowId> {
    let groups = gather(mine, theirs, &[], unions);
    let united = unions.secrets();
    let mut rows: Vec<RowId> = groups
        .iter()
        .filter(|group| group.needs_replay() || group.renames())
        .flat_map(|group| {
            let parts = group.parts().map(|(_, copy)| copy.row);
            let gone = united.iter().map(|(_, gone)| *gone).filter(|gone| unions.row(*gone) == group.row);
            parts
                .chain(gone)
                .chain(group.history.iter().map(|known| known.event.row))
                .chain([group.row])
                .collect::<Vec<_>>()
        })
        .collect();
    rows.sort_unstable();
    rows.dedup();
    rows
}
