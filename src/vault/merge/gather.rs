//! What a merge is decided from: the events that one copy alone has, and the secrets that they are about, as they are
//! in either copy. The history that both share is read only where both changed the same secret.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::found::Found;
use super::travels;
use crate::domain::{SecretName, VersionId};
use crate::store::{EventLink, EventRecord, Fork, OpenStore, StoreError, StoredSecret, TailEvent};
use crate::vault::error::VaultError;
use crate::versioning::merge::{
    CopySide, LockEvent, MergeEvent, MergePlan, MergeTerms, Place, PurgeAnswers, Relation, RowId, SecretCopy,
    Unions, ValueMark, merge, needs_history,
};
use crate::versioning::{Existence, Operation};

/// All that a merge is decided and written from, but for values.
#[derive(Clone)]
pub(super) struct Gathered {
    pub(super) relation: Relation,
    pub(super) fork: Fork,
    mine: CopySide,
    theirs: CopySide,
    shared: Vec<MergeEvent>,
    /// What became one in merges before.
    pub(super) unions: Unions,
    /// The secrets of either copy, as they are stored there.
    pub(super) found: Found,
    /// Identities of all events above the fork here.
    known: HashSet<[u8; 16]>,
}

/// The events of one copy above the fork, found by the row that they are about.
pub(super) struct Tail<'a> {
    events: &'a [TailEvent],
    of_row: HashMap<RowId, Vec<usize>>,
    identities: HashSet<[u8; 16]>,
}

impl<'a> Tail<'a> {
    fn of(events: &'a [TailEvent]) -> Self {
        let mut of_row: HashMap<RowId, Vec<usize>> = HashMap::new();
        for (at, event) in events.iter().enumerate() {
            if let Some((row, _)) = &event.record.secret {
                of_row.entry(*row).or_default().push(at);
            }
        }
        let identities = events.iter().map(|event| event.record.random).collect();
        Self { events, of_row, identities }
    }

    fn about(&self, row: &RowId) -> impl DoubleEndedIterator<Item = &'a TailEvent> {
        self.of_row.get(row).into_iter().flatten().map(|at| &self.events[*at])
    }

    /// What changed a secret in this copy: its own changes, and what merges did to it.
    pub(super) fn changes_of(&self, row: &RowId) -> impl DoubleEndedIterator<Item = &'a TailEvent> {
        self.about(row).filter(|event| !event.record.is_brought())
    }

    /// Those that the other copy does not have, effects left out.
    fn new_to<'b>(&'b self, other: &'b Tail<'_>) -> impl Iterator<Item = &'a TailEvent> + use<'a, 'b> {
        let is_new = |event: &&TailEvent| {
            travels(event.record.change.operation) && !other.identities.contains(&event.record.random)
        };
        self.events.iter().filter(is_new)
    }
}

/// Reads what the merge of two copies is decided from.
pub(super) fn gather(
    own: &mut OpenStore,
    theirs: &mut OpenStore,
    fork: Fork,
) -> Result<Gathered, VaultError> {
    let (here, there) = (Tail::of(&fork.own), Tail::of(&fork.other));
    let (has_new, have_new) = (here.new_to(&there).next().is_some(), there.new_to(&here).next().is_some());
    let relation = match (has_new, have_new) {
        (false, false) => Relation::Equal,
        (true, false) => Relation::Behind,
        (false, true) => Relation::Ahead,
        (true, true) => Relation::Branch,
    };
    let mut unions = unions_of(fork.own.iter().chain(&fork.other).map(|event| &event.record));
    let mut rows: HashSet<RowId> = HashSet::new();
    // Effects count: one that a single copy has names a secret that both are to be looked at for.
    let parted = |tail: &Tail<'_>, other: &Tail<'_>| {
        let events = tail.events.iter().filter(|event| !other.identities.contains(&event.record.random));
        events.filter_map(|event| event.record.secret.as_ref().map(|(row, _)| *row)).collect::<Vec<_>>()
    };
    if relation == Relation::Ahead || relation == Relation::Branch {
        rows.extend(parted(&here, &there).into_iter().chain(parted(&there, &here)));
        rows = with_united(&rows, &unions);
    }
    let mut found = Found::of((own, &here), (theirs, &there), &rows)?;
    let is_lost = |row: &RowId| {
        let appeared =
            |tail: &Tail<'_>| tail.about(row).any(|event| event.record.change.existence != Existence::Stays);
        !found.own.contains_key(row)
            && !found.other.contains_key(row)
            && unions.row(*row) == *row
            && !appeared(&here)
            && !appeared(&there)
    };
    if rows.iter().any(is_lost) {
        // It became another one in a merge that both share.
        unions = whole_unions(own, theirs)?;
        let united = with_united(&rows, &unions);
        found.extend(Found::of((own, &here), (theirs, &there), &united)?);
    }
    let mine = side(own, own, &found.own, here.new_to(&there))?;
    let other = side(own, theirs, &found.other, there.new_to(&here))?;
    let rows: HashSet<RowId> = needs_history(&mine, &other, &unions).into_iter().collect();
    let shared = shared((own, &found.own, &here), (theirs, &found.other, &there), fork.shared, &rows)?;
    let known = here.identities;
    Ok(Gathered { relation, mine, theirs: other, shared, unions, found, known, fork })
}

impl Gathered {
    /// The events that the merge brings in, in the order of all copies.
    pub(super) fn brought(&self) -> impl Iterator<Item = &TailEvent> {
        let is_new = |event: &&TailEvent| {
            travels(event.record.change.operation) && !self.known.contains(&event.record.random)
        };
        let mut events: Vec<&TailEvent> = self.fork.other.iter().filter(is_new).collect();
        events.sort_by_key(|event| (event.stamp, event.record.random));
        events.into_iter()
    }

    /// Opens all versions of these secrets.
    pub(super) fn complete(
        &mut self,
        own: &OpenStore,
        theirs: &OpenStore,
        rows: &[RowId],
    ) -> Result<(), VaultError> {
        for row in rows {
            for (store, secrets, copies) in [
                (own, &mut self.found.own, &mut self.mine.secrets),
                (theirs, &mut self.found.other, &mut self.theirs.secrets),
            ] {
                let copy = copies.iter_mut().find(|copy| copy.row == *row);
                if let (Some(secret), Some(copy)) = (secrets.get_mut(row), copy) {
                    store.complete(secret)?;
                    *copy = copy_of(own, store, secret)?;
                }
            }
        }
        Ok(())
    }

    /// Asks the rules.
    pub(super) fn ask(&self, own: &mut OpenStore, answers: &PurgeAnswers) -> Result<MergePlan, VaultError> {
        let own = RefCell::new((own, None));
        let is_taken = |name: &SecretName| {
            let (own, failure) = &mut *own.borrow_mut();
            match own.row_of(name) {
                Ok(row) => row.is_some_and(|row| !self.found.own.contains_key(&row)),
                Err(error) => {
                    failure.get_or_insert(error);
                    false
                }
            }
        };
        let is_id_left_out = |row: &RowId, id: &VersionId| {
            let secret = self.found.own.get(row);
            secret.is_some_and(|secret| own.borrow().0.is_id_of_sealed(secret, id))
        };
        let plan = merge(&MergeTerms {
            mine: &self.mine,
            theirs: &self.theirs,
            shared: &self.shared,
            unions: &self.unions,
            is_taken: &is_taken,
            is_id_left_out: &is_id_left_out,
            answers,
        });
        match own.into_inner() {
            (_, Some(error)) => Err(error.into()),
            (_, None) => Ok(plan),
        }
    }
}

/// These rows, with those that each of them is one with: a copy may still have the one that is gone elsewhere.
fn with_united(rows: &HashSet<RowId>, unions: &Unions) -> HashSet<RowId> {
    let kept: HashSet<RowId> = rows.iter().map(|row| unions.row(*row)).collect();
    let gone =
        unions.secrets().into_iter().map(|(_, gone)| gone).filter(|gone| kept.contains(&unions.row(*gone)));
    rows.iter().copied().chain(gone).chain(kept.iter().copied()).collect()
}

fn unions_of<'a>(events: impl Iterator<Item = &'a EventRecord>) -> Unions {
    let mut unions = Unions::new();
    for facts in events.filter_map(|event| event.merge.as_ref()) {
        facts.secrets.iter().for_each(|(kept, gone)| unions.unite_secrets(*kept, *gone));
        facts.versions.iter().for_each(|(kept, gone)| unions.unite_versions(*kept, *gone));
    }
    unions
}

fn whole_unions(own: &OpenStore, theirs: &OpenStore) -> Result<Unions, StoreError> {
    let mut merges = Vec::new();
    for store in [own, theirs] {
        super::super::history::walk(store, |_, event| {
            merges.extend(event.merge.is_some().then_some(event));
            true
        })?;
    }
    Ok(unions_of(merges.iter()))
}

/// One copy as the rules want it. What values are marked with are the MACs of `own`.
fn side<'a>(
    own: &OpenStore,
    store: &OpenStore,
    secrets: &HashMap<RowId, StoredSecret>,
    new: impl Iterator<Item = &'a TailEvent>,
) -> Result<CopySide, VaultError> {
    let secrets = secrets.values().map(|secret| copy_of(own, store, secret));
    let secrets = secrets.collect::<Result<_, VaultError>>()?;
    let mut side =
        CopySide { head: store.newest_event()?.random, secrets, new: Vec::new(), locks: Vec::new() };
    for event in new {
        let place = Place { stamp: event.stamp, identity: event.record.random };
        let operation = event.record.change.operation;
        if matches!(operation, Operation::ChangePassword | Operation::Rekey) {
            side.locks.push(LockEvent { place, operation });
        }
        side.new.extend(merge_event(place, &event.record));
    }
    Ok(side)
}

fn copy_of(own: &OpenStore, store: &OpenStore, secret: &StoredSecret) -> Result<SecretCopy, VaultError> {
    let marks = own.marks_of(store, secret)?.into_iter().map(|(key, mark)| (key, ValueMark(mark)));
    Ok(SecretCopy {
        row: secret.id(),
        state: store.state_in_stamps(secret),
        marks: marks.collect(),
        left_out: secret.sealed_versions().collect(),
    })
}

fn merge_event(place: Place, record: &EventRecord) -> Option<MergeEvent> {
    let (row, name) = record.secret.clone()?;
    Some(MergeEvent { place, row, name, change: record.change.clone() })
}

/// What both copies know of the secrets of these rows.
fn shared(
    own: (&OpenStore, &HashMap<RowId, StoredSecret>, &Tail<'_>),
    theirs: (&OpenStore, &HashMap<RowId, StoredSecret>, &Tail<'_>),
    shared: u64,
    rows: &HashSet<RowId>,
) -> Result<Vec<MergeEvent>, StoreError> {
    let is_wanted =
        |event: &&TailEvent| event.record.secret.as_ref().is_some_and(|(row, _)| rows.contains(row));
    let mut below: BTreeMap<u64, EventRecord> = BTreeMap::new();
    for (store, secrets, tail) in [own, theirs] {
        let of_secrets =
            secrets.iter().filter(|(row, _)| rows.contains(*row)).map(|(_, one)| one.last_event());
        let of_events = tail.events.iter().filter(is_wanted).map(|event| event.record.previous_of_secret);
        let links = of_secrets.chain(of_events).filter(|link| link.number > 0);
        // Of all secrets together, the newest first: events that lie beside each other in the file are read together.
        let mut next: BTreeMap<u64, EventLink> = links.map(|link| (link.number, link)).collect();
        let mut seen: HashSet<u64> = next.keys().copied().collect();
        while let Some((number, link)) = next.pop_last() {
            // Below the fork both copies have the same events: what one has read leads on to the same ones.
            if below.contains_key(&number) {
                continue;
            }
            let record = store.event(link)?;
            let before = record.previous_of_secret;
            if before.number > 0 && seen.insert(before.number) {
                next.insert(before.number, before);
            }
            if number <= shared {
                below.insert(number, record);
            }
        }
    }
    let mut events = Vec::new();
    // All of them are older than whatever is above the fork; of format 1 no more is needed of a stamp.
    let mut last = 0;
    for record in below.into_values() {
        let stamp = match &record.stamped {
            Some(stamped) => stamped.stamp,
            None => record.time.milliseconds().max(last + 1),
        };
        last = stamp.max(last);
        if travels(record.change.operation) {
            events.extend(merge_event(Place { stamp, identity: record.random }, &record));
        }
    }
    let (_, _, here) = own;
    let (_, _, there) = theirs;
    let known = here.events.iter().filter(is_wanted).filter(|event| {
        travels(event.record.change.operation) && there.identities.contains(&event.record.random)
    });
    for event in known {
        let place = Place { stamp: event.stamp, identity: event.record.random };
        events.extend(merge_event(place, &event.record));
    }
    Ok(events)
}
