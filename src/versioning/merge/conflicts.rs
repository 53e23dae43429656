//! The facts that new events of both copies left differently.

use std::collections::BTreeSet;

use super::facts;
use super::group::{Group, Known};
use super::plan::{Conflict, Fact, FactValue};
use super::secret::Merged;
use super::terms::Side;
use super::unions::Unions;
use crate::domain::{StageLabel, TagKey};
use crate::versioning::{LabelMap, SecretState, VersionKey, VersionRef};

/// Names what was decided between the two copies, with both ends.
pub(super) fn of(
    group: &Group<'_>,
    merged: &Merged,
    unions: &Unions,
    shares_its_name: bool,
) -> Vec<Conflict> {
    let (Some(mine), Some(theirs)) = (group.state_of(Side::Mine), group.state_of(Side::Theirs)) else {
        return Vec::new();
    };
    let ends = Ends { group, mine, theirs, after: &merged.state, unions };
    let mut conflicts = Vec::new();
    conflicts.extend(ends.compare(
        Fact::Name,
        |known| known.naming().is_some(),
        |state| FactValue::Name(state.name.clone()),
    ));
    if shares_its_name {
        let given = merged.state.given_name.as_ref().unwrap_or(&merged.state.name);
        conflicts.push(
            ends.both_stay(Fact::SecretName(given.clone()), |state| FactValue::Name(state.name.clone())),
        );
    }
    conflicts.extend(ends.compare(
        Fact::Description,
        |known| known.change.description.is_some(),
        |state| FactValue::Description(state.facts.description.clone()),
    ));
    for key in ends.tag_keys() {
        conflicts.extend(ends.compare(
            Fact::Tag(key.clone()),
            |known| facts::touches_tag(known, key),
            |state| FactValue::Tag(state.facts.tags.get(key).cloned()),
        ));
    }
    conflicts.extend(ends.compare(
        Fact::Retention,
        |known| known.change.retention.is_some(),
        |state| FactValue::Retention(state.facts.retention),
    ));
    conflicts.extend(ends.compare(
        Fact::Rotation,
        |known| known.change.rotation.is_some(),
        |state| FactValue::Rotation(state.facts.rotation),
    ));
    conflicts.extend(ends.deletion());
    conflicts.extend(ends.labels());
    conflicts.extend(ends.notes());
    for id in &merged.clashes {
        let had_a_suffix = |state: &SecretState| state.version(id).is_none();
        if !had_a_suffix(mine) || !had_a_suffix(theirs) {
            let end =
                |state: &SecretState| FactValue::Version(state.version(id).and_then(|one| ends.now(one.key)));
            conflicts.push(ends.both_stay(Fact::VersionId(id.clone()), end));
        }
    }
    conflicts
}

struct Ends<'a> {
    group: &'a Group<'a>,
    mine: &'a SecretState,
    theirs: &'a SecretState,
    after: &'a SecretState,
    unions: &'a Unions,
}

impl Ends<'_> {
    fn compare(
        &self,
        fact: Fact,
        touches: impl Fn(&Known<'_>) -> bool,
        value: impl Fn(&SecretState) -> FactValue,
    ) -> Option<Conflict> {
        let touches = |known: &Known<'_>| !known.is_removal() && touches(known);
        let is_touched = |side| self.group.is_new_in(side, touches);
        let (mine, theirs) = (value(self.mine), value(self.theirs));
        let is_one = is_touched(Side::Mine) && is_touched(Side::Theirs) && mine != theirs;
        is_one.then(|| Conflict { fact, mine, theirs, decided: facts::decided(self.group, touches) })
    }

    fn both_stay(&self, fact: Fact, value: impl Fn(&SecretState) -> FactValue) -> Conflict {
        Conflict { fact, mine: value(self.mine), theirs: value(self.theirs), decided: None }
    }

    /// A deletion in one copy is in conflict with every change in the other.
    fn deletion(&self) -> Option<Conflict> {
        let is_new = |side| self.group.is_new_in(side, |_| true);
        let is_touched = |side| self.group.is_new_in(side, facts::touches_deletion);
        let differ = self.mine.planned_deletion != self.theirs.planned_deletion;
        let touched = is_touched(Side::Mine) || is_touched(Side::Theirs);
        (differ && touched && is_new(Side::Mine) && is_new(Side::Theirs)).then(|| Conflict {
            fact: Fact::Deletion,
            mine: FactValue::Deletion(self.mine.planned_deletion),
            theirs: FactValue::Deletion(self.theirs.planned_deletion),
            decided: facts::decided(self.group, |known| !known.is_removal()),
        })
    }

    fn labels(&self) -> Vec<Conflict> {
        let mut conflicts = Vec::new();
        let moves_current = |known: &Known<'_>| {
            facts::move_of(known, self.unions).is_some_and(|one| one.before.current != one.after.current)
        };
        let current =
            |state: &SecretState| FactValue::Version(self.marked(&state.labels, &StageLabel::current()));
        conflicts.extend(self.compare(Fact::Current, moves_current, current));
        let all = self.mine.labels.iter().chain(self.theirs.labels.iter()).map(|(label, _)| label);
        let custom: BTreeSet<&StageLabel> = all.filter(|label| !label.is_built_in()).collect();
        for label in custom {
            conflicts.extend(self.compare(
                Fact::Label(label.clone()),
                |known| facts::touches_label(known, label, self.unions),
                |state| FactValue::Version(self.marked(&state.labels, label)),
            ));
        }
        conflicts
    }

    fn notes(&self) -> Vec<Conflict> {
        let mut conflicts = Vec::new();
        for version in &self.after.versions {
            let touches = |known: &Known<'_>| {
                known.change.notes_on_existing().any(|note| self.unions.key(note.version.key) == version.key)
            };
            let note = |state: &SecretState| {
                let mut there = state.versions.iter();
                let there = there.find(|one| self.unions.key(one.key) == version.key);
                FactValue::Note(there.map(|one| (version.reference(), one.note.clone())))
            };
            conflicts.extend(self.compare(Fact::Note(version.id.clone()), touches, note));
        }
        conflicts
    }

    fn tag_keys(&self) -> BTreeSet<&TagKey> {
        let tags = self.mine.facts.tags.iter().chain(self.theirs.facts.tags.iter());
        tags.map(|(key, _)| key).collect()
    }

    fn marked(&self, labels: &LabelMap, label: &StageLabel) -> Option<VersionRef> {
        labels.target(label).and_then(|target| self.now(target.key))
    }

    /// A version as it is called after the merge.
    fn now(&self, key: VersionKey) -> Option<VersionRef> {
        self.after.version_of_key(self.unions.key(key)).map(|version| version.reference())
    }
}
