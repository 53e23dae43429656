//! The rules of a push: what of a secret is brought to an engine, and what stands in the way.
//!
//! Whose change is whose is told by three looks: as it is here, as it is there, and as it was there when this machine
//! looked last. Only what did not change there is changed there. Numbers there never change their meaning, so a
//! version that is known stays known; one that is not was stored by somebody else.

use std::collections::{BTreeMap, BTreeSet};

use super::marks::{self, MOST_ENTRIES, Marks};
use super::seen::SeenSecret;
use super::{EngineSecret, Layout};
use crate::domain::{StageLabel, VersionId};
use crate::versioning::{SecretState, VersionKey, VersionRef};

/// How many versions an engine keeps where neither it nor its mount says so.
const KEPT_BY_DEFAULT: u64 = 10;

/// Which versions and labels are pushed, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushTerms {
    /// The labels; empty means those that every secret has, or all of them where all versions are pushed.
    pub labels: Vec<StageLabel>,
    /// Whether versions that no label marks are pushed too.
    pub all_versions: bool,
    /// How JSON objects are stored there.
    pub layout: Layout,
}

impl PushTerms {
    fn includes(&self, label: &StageLabel) -> bool {
        match self.labels.is_empty() {
            true => self.all_versions || label.is_built_in(),
            false => self.labels.contains(label),
        }
    }
}

/// What a push would do with one secret.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PushPlan {
    /// Whether there is no such secret there.
    pub is_new: bool,
    /// The versions to store, in the order in which they are stored.
    pub store: Vec<VersionRef>,
    /// The labels that move.
    pub labels: Vec<LabelPush>,
    /// What else changes: the description, tags.
    pub facts: Vec<String>,
    /// What is written beside the versions then.
    pub(super) entries: BTreeMap<String, String>,
    /// Whether that is something else than what is written there.
    pub(super) writes_entries: bool,
    /// What is worth knowing beforehand.
    pub remarks: Vec<Foreseen>,
}

impl PushPlan {
    /// Takes in what a later attempt plans.
    pub(super) fn merge(&mut self, later: &Self) {
        if self.store.is_empty() && self.labels.is_empty() {
            self.is_new = later.is_new;
        }
        for version in &later.store {
            if !self.store.contains(version) {
                self.store.push(version.clone());
            }
        }
        for label in &later.labels {
            match self.labels.iter_mut().find(|known| known.label == label.label) {
                Some(known) => known.to = label.to.clone(),
                None => self.labels.push(label.clone()),
            }
        }
        for fact in &later.facts {
            if !self.facts.contains(fact) {
                self.facts.push(fact.clone());
            }
        }
        for remark in &later.remarks {
            if !self.remarks.contains(remark) {
                self.remarks.push(remark.clone());
            }
        }
        self.writes_entries |= later.writes_entries;
        self.entries = later.entries.clone();
    }

    /// Whether anything changes there.
    pub fn changes_anything(&self) -> bool {
        !self.store.is_empty() || self.writes_entries
    }
}

/// A label that moves there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelPush {
    /// The label.
    pub label: StageLabel,
    /// The version that it marks there.
    pub from: Option<VersionId>,
    /// The version that it is to mark.
    pub to: Option<VersionId>,
}

/// What is worth knowing before a push; `Display` is a sentence about the secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the sentence of each variant says what it is")]
pub enum Foreseen {
    #[error("it is '{before}' there still: it was renamed here, and nothing is deleted there")]
    RenamedHere { before: String },
    #[error("{} left out: {kept} versions are kept there", are(versions))]
    LeftOut { versions: Vec<VersionId>, kept: u64 },
    #[error("{} dropped there: {kept} versions are kept", are(versions))]
    Drops { versions: Vec<VersionId>, kept: u64 },
    #[error("'{version}' was deleted there and stays so")]
    DeletedThere { version: VersionId },
    #[error("{what} is cut to 512 bytes there")]
    Cut { what: String },
    #[error("{what} cannot be held there: its name is longer than 128 bytes")]
    NotHeld { what: String },
    #[error("{what} was changed there and stays so")]
    FactStays { what: String },
    #[error("label '{label}' marks '{there}' there and no version here; it stays")]
    LabelStays { label: StageLabel, there: VersionId },
    #[error(
        "the newest there is '{newest}', so that is what a read without a number gets; ACSCurrent marks '{current}'"
    )]
    NotNewest { newest: VersionId, current: VersionId },
    #[error("{what} stay here")]
    StayHere { what: &'static str },
}

fn are(versions: &[VersionId]) -> String {
    let ids: Vec<String> = versions.iter().map(|id| format!("'{id}'")).collect();
    format!("{} {}", ids.join(", "), if ids.len() == 1 { "is" } else { "are" })
}

/// Why a secret is not pushed; `Display` is a sentence about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the sentence of each variant says what it is")]
pub enum PushRefusal {
    #[error("it moved there: {} was stored by somebody else", numbers(numbers_there))]
    MovedThere { numbers_there: Vec<u64> },
    #[error("it moved there: label '{label}' marks {} there, not {}", or_none(there), or_none(expected))]
    LabelMovedThere { label: StageLabel, there: Option<VersionId>, expected: Option<VersionId> },
    #[error("'{version}', which '{label}' marks, was deleted there")]
    MarkedDeletedThere { version: VersionId, label: StageLabel },
    #[error("it would lose '{version}' there, which '{label}' marks: {kept} versions are kept")]
    DropsMarked { version: VersionId, label: StageLabel, kept: u64 },
    #[error("it needs {needed} entries of metadata there, and an engine takes {MOST_ENTRIES}")]
    TooManyEntries { needed: usize },
    #[error("an engine cannot hold this name: a part of it is empty, '.' or '..'")]
    NameNotHeld,
    #[error("it is scheduled for deletion here")]
    InDeleteWindow,
}

impl PushRefusal {
    /// Whether nobody would have thought that it is pushed.
    pub const fn is_expected(&self) -> bool {
        matches!(self, Self::InDeleteWindow)
    }
}

fn numbers(numbers: &[u64]) -> String {
    let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    format!("{} {}", if numbers.len() == 1 { "version" } else { "versions" }, numbers.join(", "))
}

fn or_none(version: &Option<VersionId>) -> String {
    version.as_ref().map_or_else(|| "none".to_owned(), |id| format!("'{id}'"))
}

/// Whether an engine can hold a secret of this name.
pub(super) fn can_hold(name: &str) -> bool {
    name.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

/// The live versions there that are known since this machine looked last.
pub(super) fn remembered(there: &EngineSecret, seen: Option<&SeenSecret>) -> BTreeMap<u64, VersionKey> {
    let known = |number: &u64| Some((*number, seen?.key_of(*number, there)?));
    there.versions.keys().filter_map(known).collect()
}

/// The live versions there that have to be read, each with the versions here that it may be.
pub(super) fn to_compare(
    state: &SecretState,
    there: &EngineSecret,
    known: &BTreeMap<u64, VersionKey>,
) -> Vec<(u64, Vec<VersionRef>)> {
    let marks = Marks::of_entries(&there.entries);
    let unknown =
        there.versions.iter().filter(|(number, version)| version.is_live && !known.contains_key(number));
    unknown
        .map(|(number, _)| {
            let candidates = match marks.versions.get(number) {
                Some(id) => state.version(id).map(|version| version.reference()).into_iter().collect(),
                // An answer that was lost: the version was stored, and its id not written yet.
                None => state.versions.iter().map(|version| version.reference()).collect(),
            };
            (*number, candidates)
        })
        .collect()
}

/// What is known when a push of one secret is planned.
pub(super) struct Situation<'a> {
    /// As it is here.
    pub(super) state: &'a SecretState,
    /// As it is there, if it is.
    pub(super) there: Option<&'a EngineSecret>,
    /// As it was there when this machine looked last.
    pub(super) seen: Option<&'a SeenSecret>,
    /// Which version here each known number is.
    pub(super) known: &'a BTreeMap<u64, VersionKey>,
    /// The name that it had there before it was renamed here.
    pub(super) earlier_name: Option<&'a str>,
    /// How many versions the mount keeps; 0 where it does not say.
    pub(super) kept: u64,
}

/// Decides what a push does with one secret.
pub(super) fn plan(situation: &Situation<'_>, terms: &PushTerms) -> Result<PushPlan, PushRefusal> {
    let &Situation { state, seen, known, .. } = situation;
    if !can_hold(state.name.as_str()) {
        return Err(PushRefusal::NameNotHeld);
    }
    if state.planned_deletion.is_some() {
        return Err(PushRefusal::InDeleteWindow);
    }
    let nothing = EngineSecret::default();
    let there = situation.there.unwrap_or(&nothing);
    let unknown: Vec<u64> = there
        .versions
        .iter()
        .filter(|(number, version)| version.is_live && !known.contains_key(number))
        .map(|(number, _)| *number)
        .collect();
    if !unknown.is_empty() {
        return Err(PushRefusal::MovedThere { numbers_there: unknown });
    }
    let mut plan = PushPlan { is_new: situation.there.is_none(), ..PushPlan::default() };
    let before = Marks::of_entries(&there.entries);
    let base = seen.map(|seen| Marks::of_entries(&seen.entries)).unwrap_or_default();
    let mut after =
        Marks { versions: BTreeMap::new(), labels: before.labels.clone(), facts: BTreeMap::new() };
    plan_labels(state, &before, &base, terms, &mut after, &mut plan)?;
    let travelling = travelling(state, terms);
    let versions = plan_versions(situation, there, &before, &travelling, terms, &mut plan)?;
    after.versions = versions;
    plan_facts(state, &before, &base, &mut after, &mut plan);
    plan.entries = after.entries();
    if plan.entries.len() > MOST_ENTRIES {
        return Err(PushRefusal::TooManyEntries { needed: plan.entries.len() });
    }
    plan.writes_entries = plan.entries != there.entries;
    remark_order(&after, &mut plan);
    if let Some(before) = situation.earlier_name {
        plan.remarks.push(Foreseen::RenamedHere { before: before.to_owned() });
    }
    if plan.is_new && state.versions.iter().any(|version| version.note.is_some()) {
        plan.remarks.push(Foreseen::StayHere { what: "the notes of its versions" });
    }
    Ok(plan)
}

/// The labels: what did not move there follows what is here.
fn plan_labels(
    state: &SecretState,
    before: &Marks,
    base: &Marks,
    terms: &PushTerms,
    after: &mut Marks,
    plan: &mut PushPlan,
) -> Result<(), PushRefusal> {
    let here = state.labels.iter().map(|(label, _)| label);
    let all: BTreeSet<&StageLabel> = here.chain(before.labels.keys()).collect();
    for label in all.into_iter().filter(|label| terms.includes(label)) {
        let here = state.labels.target(label).map(|target| &target.id);
        let (there, expected) = (before.labels.get(label), base.labels.get(label));
        if here == there {
            continue;
        }
        if there != expected {
            match (here, there) {
                // Nobody here knows of it.
                (None, Some(there)) => {
                    plan.remarks.push(Foreseen::LabelStays { label: label.clone(), there: there.clone() });
                    continue;
                }
                _ => {
                    return Err(PushRefusal::LabelMovedThere {
                        label: label.clone(),
                        there: there.cloned(),
                        expected: expected.cloned(),
                    });
                }
            }
        }
        match here {
            Some(id) => after.labels.insert(label.clone(), id.clone()),
            None => after.labels.remove(label),
        };
        plan.labels.push(LabelPush { label: label.clone(), from: there.cloned(), to: here.cloned() });
    }
    Ok(())
}

/// The versions that the terms mean, oldest first, each with a label that marks it.
fn travelling(state: &SecretState, terms: &PushTerms) -> Vec<(VersionRef, Option<StageLabel>)> {
    let label_of = |key| state.labels.of(key).into_iter().find(|label| terms.includes(label));
    let marked = state.versions.iter().map(|version| (version.reference(), label_of(version.key)));
    marked.filter(|(_, label)| terms.all_versions || label.is_some()).collect()
}

fn kept(situation: &Situation<'_>, there: &EngineSecret) -> u64 {
    match (there.kept, situation.kept) {
        (0, 0) => KEPT_BY_DEFAULT,
        (0, mount) => mount,
        (own, _) => own,
    }
}

/// The versions to store, and the ids of all numbers then.
fn plan_versions(
    situation: &Situation<'_>,
    there: &EngineSecret,
    before: &Marks,
    travelling: &[(VersionRef, Option<StageLabel>)],
    terms: &PushTerms,
    plan: &mut PushPlan,
) -> Result<BTreeMap<u64, VersionId>, PushRefusal> {
    let &Situation { state, known, .. } = situation;
    let kept = kept(situation, there);
    let is_live = |number: &u64| there.versions.get(number).is_some_and(|version| version.is_live);
    let is_there = |key: VersionKey| known.iter().any(|(number, known)| *known == key && is_live(number));
    let mut missing = Vec::new();
    for (version, label) in travelling.iter().filter(|(version, _)| !is_there(version.key)) {
        let deleted = before.number_of(&version.id).filter(|number| there.versions.contains_key(number));
        match (deleted, label) {
            (None, _) => missing.push((version.clone(), label.clone())),
            (Some(_), None) => plan.remarks.push(Foreseen::DeletedThere { version: version.id.clone() }),
            (Some(_), Some(label)) => {
                let (version, label) = (version.id.clone(), label.clone());
                return Err(PushRefusal::MarkedDeletedThere { version, label });
            }
        }
    }
    let most = usize::try_from(kept).unwrap_or(usize::MAX);
    // What no label marks comes along only where there is room, or where it is newer than all that is there.
    let order = |key| state.versions.iter().position(|version| version.key == key);
    let newest_there = known.values().filter_map(|key| order(*key)).max();
    let marked = missing.iter().filter(|(_, label)| label.is_some()).count();
    let mut room = most.saturating_sub(there.versions.len() + marked);
    let mut left_out = Vec::new();
    let mut chosen: Vec<bool> = missing.iter().map(|(_, label)| label.is_some()).collect();
    let mut stored = marked;
    for (position, (version, _)) in missing.iter().enumerate().rev().filter(|(_, (_, label))| label.is_none())
    {
        let is_newer = newest_there.is_none_or(|newest| order(version.key).is_some_and(|own| own > newest));
        if stored < most && (room > 0 || (is_newer && newest_there.is_some())) {
            chosen[position] = true;
            stored += 1;
            room = room.saturating_sub(1);
        } else {
            left_out.push(version.id.clone());
        }
    }
    if !left_out.is_empty() {
        left_out.reverse();
        plan.remarks.push(Foreseen::LeftOut { versions: left_out, kept });
    }
    plan.store = missing
        .into_iter()
        .zip(chosen)
        .filter(|(_, is_chosen)| *is_chosen)
        .map(|((one, _), _)| one)
        .collect();
    let mut ids: BTreeMap<u64, VersionId> = BTreeMap::new();
    for number in there.versions.keys() {
        let here = known.get(number).and_then(|key| state.version_of_key(*key)).map(|version| &version.id);
        if let Some(id) = here.or_else(|| before.versions.get(number)) {
            ids.insert(*number, id.clone());
        }
    }
    let new_numbers = (there.current + 1..).take(plan.store.len());
    for (version, number) in plan.store.iter().zip(new_numbers.clone()) {
        ids.insert(number, version.id.clone());
    }
    // The engine drops the oldest, even of those that it just got.
    let numbers: Vec<u64> = there.versions.keys().copied().chain(new_numbers).collect();
    let dropped = if plan.store.is_empty() { 0 } else { numbers.len().saturating_sub(most) };
    let dropped: Vec<VersionId> = numbers[..dropped].iter().filter_map(|number| ids.remove(number)).collect();
    for id in &dropped {
        let label =
            travelling.iter().find(|(version, _)| version.id == *id).and_then(|(_, label)| label.clone());
        let others = before.labels.iter().find(|(label, marked)| *marked == id && !terms.includes(label));
        if let Some(label) = label.or_else(|| others.map(|(label, _)| label.clone()))
            && !ids.values().any(|known| known == id)
        {
            return Err(PushRefusal::DropsMarked { version: id.clone(), label, kept });
        }
    }
    if !dropped.is_empty() {
        plan.remarks.push(Foreseen::Drops { versions: dropped, kept });
    }
    Ok(ids)
}

/// The description and the tags: what did not change there follows what is here.
fn plan_facts(state: &SecretState, before: &Marks, base: &Marks, after: &mut Marks, plan: &mut PushPlan) {
    let (here, cut, left_out) = marks::write_facts(&state.facts);
    let names: BTreeSet<&String> = here.keys().chain(before.facts.keys()).collect();
    let mut changed = Vec::new();
    for name in names {
        let (own, there, expected) = (here.get(name), before.facts.get(name), base.facts.get(name));
        let text = if own == there || there == expected || (there.is_none() && expected.is_none()) {
            own
        } else {
            // Tags that others added there are theirs.
            if own.is_some() {
                plan.remarks.push(Foreseen::FactStays { what: marks::in_words(name) });
            }
            there
        };
        if text != there {
            changed.push(marks::in_words(name));
        }
        if let Some(text) = text {
            after.facts.insert(name.clone(), text.clone());
        }
    }
    if !plan.is_new {
        plan.facts = changed;
    }
    plan.remarks.extend(cut.into_iter().map(|what| Foreseen::Cut { what }));
    plan.remarks.extend(left_out.into_iter().map(|what| Foreseen::NotHeld { what }));
}

/// Programs that read without a number get the newest.
fn remark_order(after: &Marks, plan: &mut PushPlan) {
    if let (Some((_, newest)), Some(current)) =
        (after.versions.last_key_value(), after.labels.get(&StageLabel::current()))
        && newest != current
        && plan.changes_anything()
    {
        plan.remarks.push(Foreseen::NotNewest { newest: newest.clone(), current: current.clone() });
    }
}
