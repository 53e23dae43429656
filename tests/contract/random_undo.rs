//! Random changes, undone and redone in between: what was comes back, and the vault stays sound.

use std::collections::BTreeMap;

use etui::domain::{Description, ErrorCode, Note, Retention, TagKey, TagValue, Tags, VersionId};
use etui::vault::{DeleteRequest, NoteRequest, UpdateRequest, Vault, VaultError};
use etui::versioning::{Deletion, Direction, MetadataUpdate, SecretState, VersionKey};
use proptest::prelude::*;

use crate::support::one_line::one_line;
use crate::support::rules::secret_name;
use crate::support::step::{Step, Subject as _, step};
use crate::support::vault_subject::VaultSubject;
use crate::support::vaults::{create_request, put_request, rename_request, text};

#[derive(Debug, Clone)]
enum Turn {
    Step(Step),
    Describe(&'static str, u8),
    Tag(&'static str, u8),
    Keep(&'static str, Option<u32>),
    Note(&'static str, u8),
    Rename(&'static str, &'static str),
    /// Several changes as one.
    Batch(u8),
    Undo,
    Redo,
    /// A session that knows nothing of it yet.
    Reopen,
    ForceDelete(&'static str),
}

fn name() -> impl Strategy<Value = &'static str> {
    prop_oneof![3 => Just("a"), 1 => Just("b"), 1 => Just("c")]
}

fn turn() -> impl Strategy<Value = Turn> {
    // What removes secrets for good ends the row of undos, so there is little of it.
    let step = step().prop_filter("removes for good", |step| {
        !matches!(step, Step::Delete { force: true, .. } | Step::Purge { .. })
    });
    prop_oneof![
        16 => step.prop_map(Turn::Step),
        2 => (name(), 0..3_u8).prop_map(|(name, text)| Turn::Describe(name, text)),
        2 => (name(), 0..3_u8).prop_map(|(name, tag)| Turn::Tag(name, tag)),
        2 => (name(), prop::option::weighted(0.8, 1..4_u32)).prop_map(|(name, keep)| Turn::Keep(name, keep)),
        2 => (name(), 0..3_u8).prop_map(|(name, note)| Turn::Note(name, note)),
        2 => (name(), name()).prop_map(|(old, new)| Turn::Rename(old, new)),
        1 => any::<u8>().prop_map(Turn::Batch),
        12 => Just(Turn::Undo),
        6 => Just(Turn::Redo),
        2 => Just(Turn::Reopen),
        1 => name().prop_map(Turn::ForceDelete),
    ]
}

/// What an undo brings back: everything but versions, and when something changed last.
#[derive(Debug, Clone, PartialEq)]
struct Known {
    state: SecretState,
    notes: BTreeMap<VersionId, Option<Note>>,
}

type Everything = BTreeMap<String, Known>;

fn everything(vault: &mut Vault) -> Everything {
    let names: Vec<String> = vault.list().unwrap().iter().map(|secret| secret.name.to_owned()).collect();
    names
        .into_iter()
        .map(|name| {
            let mut state = vault.describe(&secret_name(&name)).unwrap().secret;
            assert_eq!(state.broken_invariant(), None);
            let notes = state.versions.drain(..).map(|version| (version.id, version.note)).collect();
            (state.updated, state.next_order) = (state.created, 0);
            (name, Known { state, notes })
        })
        .collect()
}

/// A change that can be undone: all that was known before and after it, and what it made.
struct Done {
    before: Everything,
    after: Everything,
    made: Vec<String>,
    /// The versions that were there before, for the labels that would return to them.
    marked_before: Vec<VersionKey>,
}

struct Run {
    subject: VaultSubject,
    done: Vec<Done>,
    undone: Vec<Done>,
    /// Something was removed for good: undo stops there.
    wall: bool,
}

impl Run {
    fn change(&mut self, turn: &Turn) -> Result<bool, VaultError> {
        let vault = &mut self.subject.vault;
        let outcome = match *turn {
            Turn::Step(ref step) => {
                let answer = self.subject.run(step);
                let refused = ["Rejected.", "Parameter", "NotFound", "unchanged"];
                let looks = matches!(step, Step::Get { .. } | Step::Clock { .. });
                return Ok(!looks && !refused.iter().any(|word| answer.contains(word)));
            }
            Turn::Describe(name, number) => {
                let description = Description::new(&"d".repeat(number.into())).ok();
                let update = MetadataUpdate { description, ..MetadataUpdate::default() };
                vault.update_secret(&UpdateRequest { name: secret_name(name), update, expected: None })
            }
            Turn::Tag(name, number) => {
                let key = TagKey::new(&format!("k{number}")).unwrap();
                let is_there = vault.describe(&secret_name(name))?.secret.facts.tags.get(&key).is_some();
                let tags: Tags = if is_there {
                    Tags::new()
                } else {
                    [(key.clone(), TagValue::default())].into_iter().collect()
                };
                let update = MetadataUpdate { tags, untag: vec![key], ..MetadataUpdate::default() };
                vault.update_secret(&UpdateRequest { name: secret_name(name), update, expected: None })
            }
            Turn::Keep(name, keep) => {
                let retention = Some(keep.map(|keep| Retention::new(keep).unwrap()));
                let update = MetadataUpdate { retention, ..MetadataUpdate::default() };
                vault.update_secret(&UpdateRequest { name: secret_name(name), update, expected: None })
            }
            Turn::Note(name, number) => {
                let first = vault.describe(&secret_name(name))?.secret.versions[0].id.clone();
                let note = Note::from_field(&"n".repeat(number.into())).unwrap();
                vault.set_note(&NoteRequest { name: secret_name(name), version_id: first, note })
            }
            Turn::Rename(old, new) => vault.rename_secret(&rename_request(old, new)),
            Turn::Batch(number) => {
                let id = format!("batch{number}");
                return vault
                    .batch(|changes| {
                        changes.create_secret(&create_request(&format!("new{number}"), "v1", text("x")))?;
                        changes.put_secret_value(&put_request("a", &id, text("y"), "ACSCurrent batch"))?;
                        changes.rename_secret(&rename_request("a", &format!("renamed{number}")))?;
                        changes.rename_secret(&rename_request(&format!("renamed{number}"), "a"))
                    })
                    .map(|_| true);
            }
            Turn::ForceDelete(name) => {
                let deletion = Deletion::Force;
                vault.delete_secret(&DeleteRequest { name: secret_name(name), deletion, expected: None })
            }
            Turn::Undo | Turn::Redo | Turn::Reopen => unreachable!("these are not changes of their own"),
        };
        outcome.map(|outcome| outcome.change.is_some())
    }

    fn turn(&mut self, turn: &Turn) {
        match turn {
            Turn::Undo => return self.take_back(Direction::Undo),
            Turn::Redo => return self.take_back(Direction::Redo),
            Turn::Reopen => {
                let before = everything(&mut self.subject.vault);
                self.subject.vault = self.subject.place.open().unwrap();
                assert_eq!(everything(&mut self.subject.vault), before);
                return;
            }
            _ => {}
        }
        let before = everything(&mut self.subject.vault);
        let copy = self.subject.place.copy();
        if !matches!(self.change(turn), Ok(true)) {
            assert!(self.subject.place.copy() == copy, "{turn:?} was refused or changed nothing, and wrote");
            return;
        }
        self.undone.clear();
        if matches!(turn, Turn::ForceDelete(_)) {
            self.done.clear();
            self.wall = true;
            return;
        }
        let after = everything(&mut self.subject.vault);
        let made = match turn {
            Turn::Batch(number) => vec![format!("new{number}")],
            Turn::Step(Step::Create { name, .. }) => vec![name.clone()],
            _ => Vec::new(),
        };
        let marked_before = before
            .values()
            .flat_map(|known| known.state.labels.iter().map(|(_, target)| target.key))
            .collect();
        self.done.push(Done { before, after, made, marked_before });
    }

    fn take_back(&mut self, direction: Direction) {
        let (place, vault) = (&self.subject.place, &mut self.subject.vault);
        let from = if direction == Direction::Undo { &mut self.done } else { &mut self.undone };
        let copy = place.copy();
        let planned = vault.plan_take_back(direction);
        assert!(place.copy() == copy, "a plan wrote");
        let outcome = vault.take_back(direction, planned.as_ref().ok().map(|plan| plan.newest));
        match (&planned, &outcome) {
            (Ok(planned), Ok(outcome)) => assert_eq!(planned.steps, outcome.steps),
            (Err(planned), Err(outcome)) => assert_eq!(planned, outcome),
            _ => panic!("planned {planned:?}, came {outcome:?}"),
        }
        let Some(done) = from.pop() else {
            assert_eq!(outcome.unwrap_err().code(), ErrorCode::UnsupportedOperation, "wall: {}", self.wall);
            return;
        };
        if let Err(refusal) = outcome {
            assert!(place.copy() == copy, "a refusal wrote");
            let names: Vec<&String> = done.before.keys().collect();
            let there: Vec<VersionKey> = self.keys();
            match refusal.code() {
                // A label, or a note, would return to a version that retention destroyed.
                ErrorCode::UnsupportedOperation => {
                    assert!(
                        done.marked_before.iter().any(|key| !there.contains(key))
                            || refusal.to_string().contains("note"),
                        "{refusal}"
                    );
                }
                // The old name is taken by a secret whose creation was undone and that waits for its end.
                ErrorCode::ResourceInDeleteWindow => {
                    let now = everything(&mut self.subject.vault);
                    assert!(
                        names.iter().any(|name| now
                            .get(*name)
                            .is_some_and(|known| known.state.planned_deletion.is_some())),
                        "{refusal}"
                    );
                }
                code => panic!("{code:?}: {refusal}"),
            }
            self.done.push(done);
            return;
        }
        let now = self.subject.place.clock.seconds();
        let mut expected =
            if direction == Direction::Undo { done.before.clone() } else { done.after.clone() };
        let seen = everything(&mut self.subject.vault);
        for (name, known) in &seen {
            match expected.get_mut(name) {
                // Versions that came stay, and versions that were destroyed stay away.
                Some(expected) => {
                    expected.notes.retain(|id, _| known.notes.contains_key(id));
                    let mut known = known.clone();
                    known.notes.retain(|id, _| expected.notes.contains_key(id));
                    assert_eq!(known, *expected, "{name}");
                }
                None => {
                    let planned = known.state.planned_deletion.map(|planned| planned.seconds());
                    assert!(planned.is_some(), "{name} was made and is not scheduled");
                    if done.made.contains(name) {
                        assert_eq!(planned, Some(now + 30 * 86_400));
                    }
                }
            }
        }
        assert!(expected.keys().all(|name| seen.contains_key(name)), "nothing is destroyed");
        if direction == Direction::Undo { self.undone.push(done) } else { self.done.push(done) }
    }

    fn keys(&mut self) -> Vec<VersionKey> {
        let vault = &mut self.subject.vault;
        let names: Vec<String> = vault.list().unwrap().iter().map(|secret| secret.name.to_owned()).collect();
        let versions = |name: &String| {
            vault.describe(&secret_name(name)).unwrap().secret.versions.into_iter().map(|version| version.key)
        };
        names.iter().flat_map(versions).collect::<Vec<_>>()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_undo_brings_back_what_was_and_a_redo_what_came_whatever_lies_between(
        turns in one_line(prop::collection::vec(turn(), 1..40))
    ) {
        let mut run = Run { subject: VaultSubject::new(), done: Vec::new(), undone: Vec::new(), wall: false };
        let first = Step::Create { name: "a".into(), id: "v1".into(), value: (false, 1), extra: vec![] };
        run.turn(&Turn::Step(first));
        for turn in turns.iter() {
            run.turn(turn);
            let report = run.subject.vault.verify().unwrap();
            prop_assert!(report.is_clean(), "{:?} after {:?}", report.findings, turn);
        }
    }
}
