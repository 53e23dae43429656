//! A copy of a vault without a file: the real operations on it, and the real merge.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::domain::{SecretName, Timestamp};
use crate::versioning::merge::*;
use crate::versioning::{
    Change, Direction, Existence, NoteShift, Operation, Search, SecretState, Step, VersionKey, VersionState,
    name_after, take_back,
};

/// A secret with its values, which are numbers here.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) state: SecretState,
    pub(super) values: HashMap<VersionKey, u8>,
}

/// What an event is about.
#[derive(Debug, Clone)]
pub(super) enum About {
    Secret { row: RowId, name: SecretName, change: Box<Change> },
    Lock(Operation),
    Merge(Unions),
}

#[derive(Debug, Clone)]
pub(super) struct Recorded {
    pub(super) place: Place,
    pub(super) about: About,
    brought: bool,
    takes_back: Option<u64>,
    batch: Option<u64>,
}

impl Recorded {
    fn is_effect(&self) -> bool {
        matches!(&self.about, About::Secret { change, .. } if change.operation == Operation::Effect)
    }

    fn row(&self) -> Option<RowId> {
        match &self.about {
            About::Secret { row, .. } => Some(*row),
            _ => None,
        }
    }

    fn operation(&self) -> Operation {
        match &self.about {
            About::Secret { change, .. } => change.operation,
            About::Lock(operation) => *operation,
            About::Merge(_) => Operation::Merge,
        }
    }

    fn as_merge_event(&self) -> Option<MergeEvent> {
        match &self.about {
            About::Secret { row, name, change } => {
                Some(MergeEvent { place: self.place, row: *row, name: name.clone(), change: *change.clone() })
            }
            _ => None,
        }
    }
}

/// A reproducible source of choices.
#[derive(Debug, Clone)]
pub(super) struct Choices(u64);

impl Choices {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x2545_f491_4f6c_dd1d)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).unwrap()
    }

    pub(super) fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    pub(super) fn row(&mut self) -> RowId {
        let mut row = [0; 16];
        row[..8].copy_from_slice(&self.next().to_be_bytes());
        row[8..].copy_from_slice(&self.next().to_be_bytes());
        row
    }

    pub(super) fn key(&mut self) -> VersionKey {
        VersionKey(i64::try_from(self.next() >> 1).unwrap())
    }
}

/// One copy of a vault.
#[derive(Debug, Clone)]
pub(super) struct Replica {
    pub(super) secrets: BTreeMap<RowId, Held>,
    pub(super) events: Vec<Recorded>,
    stamp: u64,
    /// What its clock says, in milliseconds.
    pub(super) clock: u64,
    pub(super) choices: Choices,
    takes_back: Option<u64>,
}

impl Replica {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            secrets: BTreeMap::new(),
            events: Vec::new(),
            stamp: 0,
            clock: 1_700_000_000_000,
            choices: Choices::new(seed),
            takes_back: None,
        }
    }

    /// The same vault on another machine, whose clock is off.
    pub(super) fn copied(&self, seed: u64, skew: i64) -> Self {
        let clock = self.clock.saturating_add_signed(skew);
        Self { choices: Choices::new(seed), clock, ..self.clone() }
    }

    pub(super) fn now(&self) -> Timestamp {
        Timestamp::of_milliseconds(self.clock)
    }

    pub(super) fn find(&self, name: &SecretName) -> Option<RowId> {
        self.secrets.iter().find(|(_, held)| held.state.name == *name).map(|(row, _)| *row)
    }

    fn record(&mut self, about: About, batch: Option<u64>) {
        self.stamp = self.clock.max(self.stamp + 1);
        let place = Place { stamp: self.stamp, identity: self.choices.row() };
        self.events.push(Recorded { place, about, brought: false, takes_back: self.takes_back, batch });
    }

    pub(super) fn change_lock(&mut self, operation: Operation) {
        self.record(About::Lock(operation), None);
    }

    pub(super) fn create(&mut self, row: RowId, name: &SecretName, change: &Change, value: u8) {
        let state = SecretState {
            name: name.clone(),
            given_name: None,
            facts: crate::domain::Facts::default(),
            created: self.now(),
            updated: self.now(),
            planned_deletion: None,
            labels: crate::versioning::LabelMap::new(),
            next_order: 1,
            versions: Vec::new(),
        };
        self.secrets.insert(row, Held { state, values: HashMap::new() });
        self.apply(row, change, value);
    }

    /// As the store applies a change; what it adds gets this value.
    pub(super) fn apply(&mut self, row: RowId, change: &Change, value: u8) {
        let (clock, now) = (self.clock, self.now());
        let held = self.secrets.get_mut(&row).expect("the secret is there");
        let name = held.state.name.clone();
        for reference in &change.added {
            let order = held.state.next_order.max(clock);
            let note = change.notes.iter().find(|note| note.version == *reference);
            held.state.versions.push(VersionState {
                key: reference.key,
                id: reference.id.clone(),
                given: None,
                order,
                created: Timestamp::of_milliseconds(order),
                value_type: crate::domain::ValueType::Text,
                size: 1,
                note: note.and_then(|note| note.note.after.clone()),
            });
            held.state.next_order = order + 1;
            held.values.insert(reference.key, value);
        }
        apply_facts(&mut held.state, change);
        if change.existence != Existence::Disappears {
            for gone in &change.destroyed {
                held.values.remove(&gone.key);
            }
        }
        held.state.updated = held.state.updated.max(now);
        if change.existence == Existence::Disappears {
            self.secrets.remove(&row);
        }
        self.record(About::Secret { row, name, change: Box::new(change.clone()) }, None);
    }

    /// As the vault undoes and redoes; a refusal changes nothing.
    pub(super) fn take_back(&mut self, direction: Direction) -> bool {
        let before = self.clone();
        let done = self.try_take_back(direction);
        if !done {
            *self = Self { choices: self.choices.clone(), ..before };
        }
        done
    }

    fn try_take_back(&mut self, direction: Direction) -> bool {
        let unions = self.unions();
        let mut search = Search::new(direction);
        let mut targets: Vec<(u64, Recorded)> = Vec::new();
        let mut first_of_batch = None;
        for (at, event) in self.events.iter().enumerate().rev() {
            let number = at as u64 + 1;
            if let Some(first) = first_of_batch {
                if number < first {
                    break;
                }
                targets.push((number, event.clone()));
                continue;
            }
            if event.brought {
                continue;
            }
            match search.look(number, event.operation(), event.takes_back) {
                Step::Found => {
                    targets.push((number, event.clone()));
                    match event.batch {
                        Some(first) => first_of_batch = Some(first),
                        None => break,
                    }
                }
                Step::PassOver => {}
                Step::Nothing => return false,
            }
        }
        if targets.is_empty() {
            return false;
        }
        for (number, event) in targets {
            let About::Secret { row, name, change } = &event.about else { return false };
            let (row, change) = (unions.row(*row), unions.resolved(change).into_owned());
            let Some(held) = self.secrets.get(&row) else { return false };
            if change.existence != Existence::Disappears && held.state.name != name_after(name, &change) {
                return false;
            }
            let taken = change.name.as_ref().and_then(|shift| self.find(&shift.before));
            let taken = taken.filter(|taken| *taken != row).map(|taken| self.secrets[&taken].state.clone());
            match take_back(&held.state, &change, direction, taken.as_ref(), self.now()) {
                Ok(plan) => {
                    if let Some(change) = plan.change() {
                        self.takes_back = Some(number);
                        self.apply(row, change, 0);
                        self.takes_back = None;
                    }
                }
                Err(_) => return false,
            }
        }
        true
    }

    pub(super) fn unions(&self) -> Unions {
        let mut unions = Unions::new();
        for event in &self.events {
            if let About::Merge(merged) = &event.about {
                unions.extend(merged);
            }
        }
        unions
    }

    fn identities(&self) -> HashSet<[u8; 16]> {
        self.events.iter().filter(|event| !event.is_effect()).map(|event| event.place.identity).collect()
    }

    pub(super) fn head(&self) -> [u8; 16] {
        self.events.last().map(|event| event.place.identity).unwrap_or_default()
    }

    /// What a merge would do.
    pub(super) fn plan(&self, theirs: &Self, answers: &PurgeAnswers) -> MergePlan {
        let (ours, others) = (self.identities(), theirs.identities());
        let mut unions = self.unions();
        unions.extend(&theirs.unions());
        let not_shared = |events: &[Recorded], known: &HashSet<[u8; 16]>| {
            let mut events = events.to_vec();
            events.retain(|event| !known.contains(&event.place.identity));
            events
        };
        let (mine_new, theirs_new) = (not_shared(&self.events, &others), not_shared(&theirs.events, &ours));
        let touched: HashSet<RowId> =
            mine_new.iter().chain(&theirs_new).filter_map(Recorded::row).map(|row| unions.row(row)).collect();
        let side = |copy: &Self, new: &[Recorded]| CopySide {
            head: copy.head(),
            secrets: copy
                .secrets
                .iter()
                .filter(|(row, _)| touched.contains(&unions.row(**row)))
                .map(|(row, held)| SecretCopy {
                    row: *row,
                    state: held.state.clone(),
                    marks: held.values.iter().map(|(key, value)| (*key, ValueMark([*value; 32]))).collect(),
                    left_out: HashSet::new(),
                })
                .collect(),
            new: new.iter().filter_map(Recorded::as_merge_event).collect(),
            locks: new
                .iter()
                .filter_map(|event| match event.about {
                    About::Lock(operation) => Some(LockEvent { place: event.place, operation }),
                    _ => None,
                })
                .collect(),
        };
        let (mine, other) = (side(self, &mine_new), side(theirs, &theirs_new));
        let wanted: HashSet<RowId> = needs_history(&mine, &other, &unions).into_iter().collect();
        let shared: Vec<MergeEvent> = self
            .events
            .iter()
            .filter(|event| others.contains(&event.place.identity))
            .filter(|event| event.row().is_some_and(|row| wanted.contains(&row)))
            .filter_map(Recorded::as_merge_event)
            .collect();
        let untouched = [self, theirs].into_iter().flat_map(|copy| &copy.secrets);
        let names: HashSet<&SecretName> = untouched
            .filter(|(row, _)| !touched.contains(&unions.row(**row)))
            .map(|(_, held)| &held.state.name)
            .collect();
        let plan = |mine: &CopySide, theirs: &CopySide| {
            let is_taken = |name: &SecretName| names.contains(name);
            merge(&MergeTerms {
                mine,
                theirs,
                shared: &shared,
                unions: &unions,
                is_taken: &is_taken,
                is_id_left_out: &|row, id| {
                    let left_out =
                        mine.secrets.iter().find(|copy| copy.row == *row).map(|copy| &copy.left_out);
                    let is_called = |one: &VersionState| one.id == *id || one.given_id() == id;
                    let versions = self.secrets.get(row).into_iter().flat_map(|held| &held.state.versions);
                    let mut called = versions.filter(|one| is_called(one));
                    left_out.is_some_and(|left_out| called.any(|one| left_out.contains(&one.key)))
                },
                answers,
            })
        };
        let whole = plan(&mine, &other);
        let (mut less, mut less_there) = (mine.clone(), other.clone());
        leave_out_alike(&mut less.secrets, &mut less_there.secrets);
        assert_same_plan(&whole, plan(&less, &less_there), &mine);
        whole
    }

    /// Whether the other copy has an event that this one lacks.
    pub(super) fn is_behind(&self, theirs: &Self) -> bool {
        !theirs.identities().is_subset(&self.identities())
    }

    /// Merges another copy into this one, as the vault does it; with a question open nothing changes.
    pub(super) fn merge(&mut self, theirs: &Self, answers: &PurgeAnswers) -> Option<MergePlan> {
        let plan = self.plan(theirs, answers);
        if !plan.questions.is_empty() {
            return None;
        }
        if !self.is_behind(theirs) {
            return Some(plan);
        }
        let is_ahead = !theirs.is_behind(self) && plan.secrets.iter().all(|secret| secret.then.is_none());
        if is_ahead && plan.secrets.iter().all(|secret| secret.theirs.is_empty() == secret.after.is_none()) {
            let (choices, clock) = (self.choices.clone(), self.clock);
            *self = Self { choices, clock, ..theirs.clone() };
            return Some(plan);
        }
        let ours = self.identities();
        let mut brought: Vec<Recorded> = theirs
            .events
            .iter()
            .filter(|event| !event.is_effect() && !ours.contains(&event.place.identity))
            .cloned()
            .collect();
        brought.sort_by_key(|event| event.place);
        for event in brought {
            self.stamp = self.stamp.max(event.place.stamp);
            self.events.push(Recorded { brought: true, takes_back: None, batch: None, ..event });
        }
        let batch = self.events.len() as u64 + 1;
        let mut after = self.secrets.clone();
        for secret in &plan.secrets {
            secret.mine.iter().for_each(|row| drop(after.remove(row)));
        }
        for secret in &plan.secrets {
            let Some(state) = &secret.after else { continue };
            let mut values = HashMap::new();
            for source in &secret.versions {
                let side = if source.side == Side::Mine { &*self } else { theirs };
                values.insert(source.key, side.secrets[&source.row].values[&source.from]);
            }
            after.insert(secret.row, Held { state: state.clone(), values });
        }
        self.secrets = after;
        for secret in &plan.secrets {
            if let Some(change) = &secret.effect {
                let name = secret.before.as_ref().or(secret.after.as_ref()).map(|state| state.name.clone());
                let name = name.expect("an effect is about a secret");
                self.record(
                    About::Secret { row: secret.row, name, change: Box::new(change.clone()) },
                    Some(batch),
                );
            }
        }
        self.stamp = self.clock.max(self.stamp + 1);
        let mut identity = [0; 16];
        for (at, byte) in identity.iter_mut().enumerate() {
            *byte = plan.heads[0][at].wrapping_mul(3).wrapping_add(plan.heads[1][at].rotate_left(3)) ^ 0x5a;
        }
        self.events.push(Recorded {
            place: Place { stamp: self.stamp, identity },
            about: About::Merge(plan.unions.clone()),
            brought: false,
            takes_back: None,
            batch: None,
        });
        for secret in &plan.secrets {
            if let Some(change) = &secret.then {
                self.apply(secret.row, change, 0);
            }
        }
        Some(plan)
    }

    /// All that a reader sees, by row id: equal views are equal vaults.
    pub(super) fn view(&self) -> BTreeMap<RowId, String> {
        self.secrets.iter().map(|(row, held)| (*row, seen(held, false))).collect()
    }

    /// The same without the time of the last change.
    pub(super) fn view_without_updated(&self) -> BTreeMap<RowId, String> {
        let mut copy = self.clone();
        copy.secrets.values_mut().for_each(|held| held.state.updated = Timestamp::of_milliseconds(0));
        copy.view()
    }

    /// The same without what only a suffix makes different, nor where the time of the last change stands, nor the
    /// secrets of these row ids.
    pub(super) fn view_without_suffixes(&self, left_out: &HashSet<RowId>) -> Vec<String> {
        let unions = self.unions();
        let left_out: HashSet<RowId> = left_out.iter().map(|row| unions.row(*row)).collect();
        let seen_ones = self.secrets.iter().filter(|(row, _)| !left_out.contains(*row));
        let mut all: Vec<String> = seen_ones.map(|(_, held)| seen(held, true)).collect();
        all.sort_unstable();
        all
    }

    /// The secrets that were removed for good and restored in another copy, as the whole history tells.
    pub(super) fn restored_later(&self) -> HashSet<RowId> {
        let unions = self.unions();
        let rows_of = |does: &dyn Fn(&Change) -> bool| -> HashSet<RowId> {
            let rows = self.events.iter().filter_map(|event| match &event.about {
                About::Secret { row, change, .. } => does(change).then(|| unions.row(*row)),
                _ => None,
            });
            rows.collect()
        };
        let removed = rows_of(&|change| {
            change.existence == Existence::Disappears && change.operation != Operation::Effect
        });
        &removed & &rows_of(&|change| change.operation == Operation::Restore)
    }

    /// Every version with its value, by row id and key, as they are kept.
    pub(super) fn versions(&self, unions: &Unions) -> Vec<(RowId, VersionKey, u8)> {
        let of = |(row, held): (&RowId, &Held)| {
            let row = unions.row(*row);
            let values = held.values.iter();
            values.map(|(key, value)| (row, *key, *value)).collect::<Vec<_>>()
        };
        self.secrets.iter().flat_map(of).collect()
    }

    /// What the history says was destroyed: keys of versions, and rows of secrets.
    pub(super) fn destroyed(&self, unions: &Unions) -> (HashSet<VersionKey>, HashSet<RowId>) {
        let (mut keys, mut rows) = (HashSet::new(), HashSet::new());
        for event in &self.events {
            if let About::Secret { row, change, .. } = &event.about {
                if change.operation == Operation::Effect {
                    continue;
                }
                if change.existence == Existence::Disappears {
                    rows.insert(unions.row(*row));
                }
                keys.extend(change.destroyed.iter().map(|gone| unions.key(gone.key)));
            }
        }
        (keys, rows)
    }
}

/// Leaves out versions that are the same in both copies, as the vault does it where their records are.
fn leave_out_alike(mine: &mut [SecretCopy], theirs: &mut [SecretCopy]) {
    for one in mine {
        let Some(other) = theirs.iter_mut().find(|other| other.row == one.row) else { continue };
        let kept = |copy: &SecretCopy| {
            let marked = copy.state.labels.iter().map(|(_, target)| target.key);
            marked.chain(copy.state.newest().map(|newest| newest.key)).collect::<HashSet<_>>()
        };
        let kept = &kept(one) | &kept(other);
        let is_alike = |version: &&VersionState| {
            other.state.version_of_key(version.key) == Some(*version)
                && other.marks.get(&version.key) == one.marks.get(&version.key)
                && !kept.contains(&version.key)
        };
        let alike: HashSet<VersionKey> =
            one.state.versions.iter().filter(is_alike).map(|version| version.key).collect();
        for copy in [one, other] {
            copy.state.versions.retain(|version| !alike.contains(&version.key));
            copy.marks.retain(|key, _| !alike.contains(key));
            copy.left_out.clone_from(&alike);
        }
    }
}

/// A plan from less says that it is none, or says the same but for the versions that were left out, which stay.
fn assert_same_plan(whole: &MergePlan, mut less: MergePlan, mine: &CopySide) {
    assert!(whole.incomplete.is_empty(), "nothing was left out: {:?}", whole.incomplete);
    if !less.incomplete.is_empty() {
        return;
    }
    for secret in &mut less.secrets {
        let all = mine.secrets.iter().find(|copy| copy.row == secret.row).map(|copy| &copy.state.versions);
        let (Some(all), Some(before), Some(after)) = (all, &mut secret.before, &mut secret.after) else {
            continue;
        };
        let left_out = all.iter().filter(|version| before.version_of_key(version.key).is_none());
        let left_out: Vec<VersionState> = left_out.cloned().collect();
        for version in &left_out {
            let (key, row) = (version.key, secret.row);
            secret.versions.push(VersionSource { key, side: Side::Mine, row, from: key });
        }
        after.versions.extend(left_out);
        before.versions.clone_from(all);
        let place = |versions: &[VersionState], key| versions.iter().position(|one| one.key == key);
        after.versions.sort_by_key(|version| (version.order, version.key));
        let (sources, after) = (&mut secret.versions, &*after);
        sources.sort_by_key(|source| place(&after.versions, source.key));
    }
    assert_eq!(&less, whole, "a plan from less is another one");
}

/// Applies all of a change but the versions that it adds.
pub(super) fn apply_facts(state: &mut SecretState, change: &Change) {
    if change.existence != Existence::Disappears {
        state.versions.retain(|version| change.destroyed.iter().all(|gone| gone.key != version.key));
    }
    for NoteShift { version, note } in change.notes_on_existing() {
        if let Some(one) = state.versions.iter_mut().find(|one| one.key == version.key) {
            one.note.clone_from(&note.after);
        }
    }
    if let Some(shift) = &change.labels {
        state.labels = shift.after.clone();
    }
    if let Some(shift) = &change.description {
        state.facts.description = shift.after.clone();
    }
    if let Some(shift) = &change.tags {
        state.facts.tags = shift.after.clone();
    }
    if let Some(shift) = &change.retention {
        state.facts.retention = shift.after;
    }
    if let Some(shift) = &change.rotation {
        state.facts.rotation = shift.after;
    }
    if let Some(shift) = &change.planned_deletion {
        state.planned_deletion = shift.after;
    }
    if let Some(shift) = &change.name {
        state.name = shift.after.clone();
        state.given_name = None;
    }
}

fn seen(held: &Held, as_given: bool) -> String {
    let Held { state, values } = held;
    let mut labels: Vec<String> = state
        .labels
        .iter()
        .map(|(label, target)| match as_given {
            true => format!("{label}={:?}", values.get(&target.key)),
            false => format!("{label}={:?}/{}", target.key, target.id),
        })
        .collect();
    labels.sort_unstable();
    let mut versions: Vec<String> = state
        .versions
        .iter()
        .map(|one| {
            let value = values.get(&one.key);
            match as_given {
                true => format!("{} {value:?} {:?}", one.given_id(), one.note),
                false => {
                    format!("{:?} {} {:?} {} {value:?} {:?}", one.key, one.id, one.given, one.order, one.note)
                }
            }
        })
        .collect();
    if as_given {
        versions.sort_unstable();
    }
    let name = match as_given {
        true => state.given_name.as_ref().unwrap_or(&state.name).to_string(),
        false => format!("{} {:?} {} {}", state.name, state.given_name, state.created, state.updated),
    };
    format!("{name} {:?} {:?} {labels:?} {versions:?}", state.facts, state.planned_deletion)
}
