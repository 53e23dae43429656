//! Copies of a vault, each changed at random, merged in between and in the end: they become equal, and stay whole.

use std::fs;

use etui::domain::{Description, ErrorCode, Note, TagKey, TagValue, Tags, Timestamp};
use etui::vault::merge::{MergeOutcome, MergeRequest};
use etui::vault::{Beside, FormatVersion, NoteRequest, UpdateRequest, Vault, VaultError};
use etui::versioning::merge::{PurgeAnswer, PurgeAnswers, Relation};
use etui::versioning::{Direction, MetadataUpdate, Selector};
use proptest::prelude::*;

use crate::support::one_line::one_line;
use crate::support::rules::secret_name;
use crate::support::step::{Step, Subject as _, step};
use crate::support::vault_subject::VaultSubject;
use crate::support::vaults::{PASSWORD, Place, START, credentials};

const COPIES: usize = 3;

#[derive(Debug, Clone)]
enum Act {
    Step(Step),
    Describe(&'static str, u8),
    Tag(&'static str, u8),
    Note(&'static str, u8),
    Undo,
    Redo,
    /// Another copy is merged into this one.
    Merge(usize),
}

fn name() -> impl Strategy<Value = &'static str> {
    prop_oneof![3 => Just("a"), 1 => Just("b"), 1 => Just("c")]
}

fn act() -> impl Strategy<Value = Act> {
    let step = step().prop_filter("changes nothing", |step| !matches!(step, Step::Get { .. }));
    prop_oneof![
        16 => step.prop_map(Act::Step),
        3 => (name(), 0..3_u8).prop_map(|(name, text)| Act::Describe(name, text)),
        2 => (name(), 0..3_u8).prop_map(|(name, tag)| Act::Tag(name, tag)),
        2 => (name(), 0..3_u8).prop_map(|(name, note)| Act::Note(name, note)),
        3 => Just(Act::Undo),
        1 => Just(Act::Redo),
        4 => (0..COPIES).prop_map(Act::Merge),
    ]
}

struct Copies {
    subjects: Vec<VaultSubject>,
    answer: PurgeAnswer,
}

impl Copies {
    /// Copies of one vault in which the first changes were made.
    fn of(format: FormatVersion, first: &[Act], answer: PurgeAnswer) -> Self {
        let mut base = VaultSubject::in_format(format);
        for act in first {
            base.place.clock.advance(1);
            perform(&mut base, act);
        }
        let mut copies = Self { subjects: Vec::new(), answer };
        for _ in 1..COPIES {
            let place = Place::in_memory(format);
            place.clock.advance(base.place.clock.seconds() - place.clock.seconds());
            fs::write(place.vault_path(), base.place.copy()).unwrap();
            let vault = place.open().unwrap();
            copies.subjects.push(VaultSubject { place, vault });
        }
        copies.subjects.push(base);
        if format == FormatVersion::One {
            for subject in &mut copies.subjects {
                subject.vault.upgrade(&credentials(PASSWORD), &mut |_| {}).unwrap();
            }
        }
        copies
    }

    fn merge(&mut self, into: usize, from: usize) -> MergeOutcome {
        let path = self.subjects[from].place.vault_path();
        let subject = &mut self.subjects[into];
        let beside = subject.vault.open_beside(&path, Box::new(subject.place.clock.clone())).unwrap();
        let Beside::Open(mut other) = beside else { panic!("they have one key") };
        let request = MergeRequest {
            purges: PurgeAnswers { all: Some(self.answer), ..PurgeAnswers::default() },
            ..MergeRequest::default()
        };
        let outcome = subject.vault.merge(&mut other, &request).unwrap();
        drop(other);
        assert_sound(&mut subject.vault);
        outcome
    }

    fn act(&mut self, at: usize, act: &Act) {
        match *act {
            Act::Merge(from) if from == at => {}
            Act::Merge(from) => drop(self.merge(at, from)),
            _ => perform(&mut self.subjects[at], act),
        }
    }

    /// All meet in the first, and each takes from it what it lacks.
    fn bring_together(&mut self) {
        for from in 1..COPIES {
            self.merge(0, from);
        }
        // The second time round those that met it first hear of what others kept.
        self.meet_the_first();
        assert!(!self.meet_the_first(), "what is kept is kept once");
        let mut first = None;
        for subject in &mut self.subjects {
            let seen = see(&mut subject.vault);
            assert_eq!(first.get_or_insert_with(|| seen.clone()), &seen);
            // A session that knows nothing of what happened takes the file as it is.
            assert_sound(&mut subject.place.open().unwrap());
        }
    }

    /// Each takes from the first what it lacks, and has nothing new for it then: but for the restoration of a secret
    /// that was removed for good there and is kept here. Answers whether there was one.
    fn meet_the_first(&mut self) -> bool {
        let mut any_kept = false;
        for at in 1..COPIES {
            let kept = keeps(&self.merge(at, 0));
            let back = self.merge(0, at);
            assert_eq!(back.relation, if kept { Relation::Ahead } else { Relation::Equal });
            assert!(!keeps(&back), "a restoration is no question");
            assert_eq!(self.merge(at, 0).relation, Relation::Equal);
            any_kept |= kept;
        }
        any_kept
    }
}

/// Whether a merge restored a secret that the other copy had removed for good.
fn keeps(outcome: &MergeOutcome) -> bool {
    outcome.secrets.iter().any(|secret| secret.then.is_some())
}

#[track_caller]
fn assert_sound(vault: &mut Vault) {
    let report = vault.verify().unwrap();
    assert!(report.is_clean(), "{:?}", report.findings);
    for seconds in [START - 1, START + 3, START + 40] {
        vault.past_list(Timestamp::clamped(seconds)).unwrap();
    }
    vault.history(usize::MAX).unwrap();
}

/// What may be refused is refused; what is damaged is a fault.
fn perform(subject: &mut VaultSubject, act: &Act) {
    subject.place.clock.advance(1);
    let vault = &mut subject.vault;
    let update = |vault: &mut Vault, name: &str, update: MetadataUpdate| {
        let request = UpdateRequest { name: secret_name(name), update, expected: None };
        vault.update_secret(&request).map(drop)
    };
    let done: Result<(), VaultError> = match *act {
        Act::Step(ref step) => {
            let answer = subject.run(step);
            assert_ne!(answer, ErrorCode::IntegrityFailure.as_str(), "{step:?}");
            Ok(())
        }
        Act::Describe(name, number) => {
            let description = Description::new(&"d".repeat(number.into())).ok();
            update(vault, name, MetadataUpdate { description, ..MetadataUpdate::default() })
        }
        Act::Tag(name, number) => {
            let key = TagKey::new(&format!("k{number}")).unwrap();
            let tags: Tags = [(key, TagValue::default())].into_iter().collect();
            update(vault, name, MetadataUpdate { tags, ..MetadataUpdate::default() })
        }
        Act::Note(name, number) => vault.describe(&secret_name(name)).and_then(|details| {
            let Some(newest) = details.secret.versions.last() else { return Ok(()) };
            let note = Note::from_field(&"n".repeat(number.into())).unwrap();
            let request = NoteRequest { name: secret_name(name), version_id: newest.id.clone(), note };
            vault.set_note(&request).map(drop)
        }),
        Act::Undo => vault.take_back(Direction::Undo, None).map(drop),
        Act::Redo => vault.take_back(Direction::Redo, None).map(drop),
        Act::Merge(_) => Ok(()),
    };
    if let Err(error) = done {
        assert_ne!(error.code(), ErrorCode::IntegrityFailure, "{act:?}: {error}");
    }
}

/// All that a vault shows: each secret with the values of all versions.
fn see(vault: &mut Vault) -> Vec<String> {
    let names: Vec<String> = vault.list().unwrap().iter().map(|secret| secret.name.to_owned()).collect();
    let one = |name: &String| {
        let mut secret = vault.describe(&secret_name(name)).unwrap().secret;
        secret.next_order = 0;
        let mut values = Vec::new();
        for version in &secret.versions {
            let selector = Selector { version_id: Some(version.id.clone()), ..Selector::default() };
            let got = vault.get_secret_value(&secret_name(name), &selector);
            values.push(got.map(|got| got.value.expose().to_vec()).ok());
        }
        // Each copy keeps its own order of labels; what they mark is what counts.
        let mut labels: Vec<String> =
            secret.labels.iter().map(|(label, target)| format!("{label}={}", target.id)).collect();
        labels.sort();
        secret.labels = etui::versioning::LabelMap::new();
        format!("{secret:?} {labels:?} {values:?}")
    };
    names.iter().map(one).collect()
}

fn create_a() -> Act {
    Act::Step(Step::Create { name: "a".into(), id: "v1".into(), value: (false, 0), extra: vec![] })
}

fn remove_a() -> Act {
    Act::Step(Step::Delete { name: "a".into(), days: None, force: true })
}

// Guards: a copy that removed a secret for good is not asked about it, the others are; one that keeps it then has
// something new for the first, which was once taken for a fault.
#[test]
fn copies_come_to_rest_whichever_of_them_removed_a_secret_for_good() {
    for format in FormatVersion::ALL {
        for answer in [PurgeAnswer::Keep, PurgeAnswer::Accept] {
            for first in [vec![create_a()], vec![create_a(), Act::Undo], vec![]] {
                for remover in 0..COPIES {
                    let mut copies = Copies::of(format, &first, answer);
                    for act in [create_a(), Act::Merge(1), remove_a()] {
                        copies.act(remover, &act);
                    }
                    copies.bring_together();
                    let left = see(&mut copies.subjects[0].vault).len();
                    let is_kept = answer == PurgeAnswer::Keep && !first.is_empty();
                    assert_eq!(left, usize::from(is_kept), "{format:?} {answer:?} {first:?} {remover}");
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn copies_changed_at_random_become_equal_and_stay_whole(
        first in one_line(prop::collection::vec(act(), 1..8)),
        acts in one_line(prop::collection::vec((0..COPIES, act()), 1..24)),
        keeps in any::<bool>(),
        format in prop::sample::select(&FormatVersion::ALL[..]),
    ) {
        let answer = if keeps { PurgeAnswer::Keep } else { PurgeAnswer::Accept };
        let mut copies = Copies::of(format, &first, answer);
        for (at, act) in acts.iter() {
            copies.act(*at, act);
        }
        copies.bring_together();
    }
}
