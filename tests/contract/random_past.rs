//! The vault as it was: after random changes every state that was seen is told again, by its time.

use std::collections::BTreeMap;

use etui::domain::{Description, Note, RotationInterval, TagKey, TagValue, Tags, Timestamp};
use etui::vault::{
    Credentials, FormatVersion, IncomingBatch, IncomingSecret, IncomingVersion, KdfCost, NoteRequest,
    OnRefusal, UpdateRequest, Vault, VaultError,
};
use etui::versioning::{Direction, MetadataUpdate, Refusal, SecretState, Selector, VersionKey};
use proptest::prelude::*;

use crate::support::one_line::one_line;
use crate::support::rules::secret_name;
use crate::support::step::{Step, Subject as _, step};
use crate::support::vault_subject::VaultSubject;
use crate::support::vaults::{PASSWORD, create_request, credentials, put_request, rename_request, text};

#[derive(Debug, Clone)]
enum Act {
    Step(Step),
    Describe(&'static str, u8),
    Tag(&'static str, u8),
    Rotate(&'static str, Option<u32>),
    Note(&'static str, u8),
    /// Several changes as one.
    Batch(u8),
    Import(&'static str, u8),
    Undo,
    Redo,
    ChangePassword,
    Rekey,
}

fn name() -> impl Strategy<Value = &'static str> {
    prop_oneof![3 => Just("a"), 1 => Just("b"), 1 => Just("c")]
}

fn act() -> impl Strategy<Value = Act> {
    // Reading changes nothing; what a clock that was set back means is told by the order of the chain.
    let step = step().prop_filter("changes nothing, or sets the clock back", |step| {
        !matches!(step, Step::Get { .. } | Step::Clock { seconds: ..=0 })
    });
    prop_oneof![
        24 => step.prop_map(Act::Step),
        6 => (name(), 0..3_u8).prop_map(|(name, text)| Act::Describe(name, text)),
        2 => (name(), 0..3_u8).prop_map(|(name, tag)| Act::Tag(name, tag)),
        2 => (name(), prop::option::of(1..9_u32)).prop_map(|(name, days)| Act::Rotate(name, days)),
        3 => (name(), 0..3_u8).prop_map(|(name, note)| Act::Note(name, note)),
        2 => any::<u8>().prop_map(Act::Batch),
        3 => (name(), any::<u8>()).prop_map(|(name, number)| Act::Import(name, number)),
        6 => Just(Act::Undo),
        3 => Just(Act::Redo),
        1 => Just(Act::ChangePassword),
        1 => Just(Act::Rekey),
    ]
}

fn password() -> Credentials {
    credentials(PASSWORD)
}

fn cost() -> KdfCost {
    KdfCost::new(8, 1, 1).unwrap()
}

/// Whether it succeeded does not matter: what is there afterwards is looked at.
fn perform(subject: &mut VaultSubject, act: &Act) -> Result<(), VaultError> {
    let vault = &mut subject.vault;
    let update = |vault: &mut Vault, name: &str, update: MetadataUpdate| {
        let request = UpdateRequest { name: secret_name(name), update, expected: None };
        vault.update_secret(&request).map(drop)
    };
    match *act {
        Act::Step(ref step) => {
            subject.run(step);
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
        Act::Rotate(name, days) => {
            let rotation = Some(days.map(|days| RotationInterval::new(days).unwrap()));
            update(vault, name, MetadataUpdate { rotation, ..MetadataUpdate::default() })
        }
        Act::Note(name, number) => {
            let newest = vault.describe(&secret_name(name))?.secret.versions.pop().unwrap().id;
            let note = Note::from_field(&"n".repeat(number.into())).unwrap();
            vault.set_note(&NoteRequest { name: secret_name(name), version_id: newest, note }).map(drop)
        }
        Act::Batch(number) => vault.batch(|changes| {
            changes.create_secret(&create_request(&format!("new{number}"), "v1", text("x")))?;
            changes.put_secret_value(&put_request(
                "a",
                &format!("batch{number}"),
                text("y"),
                "ACSCurrent",
            ))?;
            changes.rename_secret(&rename_request("a", &format!("renamed{number}")))?;
            changes.rename_secret(&rename_request(&format!("renamed{number}"), "a")).map(drop)
        }),
        Act::Import(name, number) => {
            let versions =
                [number, number / 2].map(|byte| IncomingVersion::of(text(&format!("imported{byte}"))));
            let mut batch = IncomingBatch::new();
            batch.secrets.push(IncomingSecret::without_labels(name, versions.into()));
            batch.secrets.push(IncomingSecret::without_labels(
                format!("imported{number}"),
                vec![IncomingVersion::of(text("x"))],
            ));
            vault.import(&batch, OnRefusal::LeaveOut, &mut |_| {}).map(drop)
        }
        Act::Undo => vault.take_back(Direction::Undo, None).map(drop),
        Act::Redo => vault.take_back(Direction::Redo, None).map(drop),
        Act::ChangePassword => vault.change_password(&password(), &password(), cost()).map(drop),
        Act::Rekey => vault.rekey(&password(), &password(), cost(), &mut |_| {}).map(drop),
    }
}

/// All that could be seen at a time, with the value of the current version where it could be read.
type Seen = BTreeMap<String, (SecretState, Option<Vec<u8>>)>;

fn see(vault: &mut Vault) -> Seen {
    let names: Vec<String> = vault.list().unwrap().iter().map(|secret| secret.name.to_owned()).collect();
    let one = |name: String| {
        let state = vault.describe(&secret_name(&name)).unwrap().secret;
        let got = vault.get_secret_value(&secret_name(&name), &Selector::default());
        (name, (state, got.ok().map(|got| got.value.expose().to_vec())))
    };
    names.into_iter().map(one).collect()
}

fn check(vault: &mut Vault, at: Timestamp, seen: &Seen) {
    let listed: Vec<String> = vault.past_list(at).unwrap().iter().map(|one| one.name.to_owned()).collect();
    assert_eq!(listed, seen.keys().cloned().collect::<Vec<_>>(), "at {at}");
    for (name, (state, value)) in seen {
        let name = secret_name(name);
        let past = vault.past_secret(&name, at).unwrap().secret;
        assert_eq!(past.state.broken_invariant(), None);
        let mut expected = state.clone();
        let mut found = past.state.clone();
        // These are not in the history, or count what is destroyed.
        (expected.next_order, found.next_order) = (0, 0);
        for version in expected.versions.iter_mut().chain(&mut found.versions) {
            version.order = 0;
            if past.destroyed.contains_key(&version.key) {
                (version.size, version.value_type) = (0, etui::domain::ValueType::Text);
            }
        }
        assert_eq!(found, expected, "{name} at {at}, destroyed since: {:?}", past.destroyed);
        let got = vault.past_value(&name, &Selector::default(), at);
        let is_gone = |key: VersionKey| past.destroyed.contains_key(&key);
        match (got, value) {
            (Ok(got), Some(value)) => assert_eq!(got.value.expose(), value, "{name} at {at}"),
            (Err(VaultError::Refused(Refusal::ScheduledThen { .. })), None) => {}
            (Err(VaultError::Refused(Refusal::DestroyedSince { .. })), Some(_)) => {
                assert!(is_gone(state.labels.current().unwrap().key), "{name} at {at}");
            }
            (got, value) => panic!("{name} at {at}: {:?}, was {value:?}", got.map(drop)),
        }
    }
    let nobody = secret_name("was-never-there");
    let none = vault.past_secret(&nobody, at).unwrap_err();
    assert!(matches!(none, VaultError::Refused(Refusal::NoSuchSecretThen { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_state_that_was_is_told_again_by_its_time(
        acts in one_line(prop::collection::vec(act(), 1..50)),
        format in prop::sample::select(&FormatVersion::ALL[..]),
    ) {
        let mut subject = VaultSubject::in_format(format);
        let mut states: Vec<(Timestamp, Seen)> = Vec::new();
        let first = Step::Create { name: "a".into(), id: "v1".into(), value: (false, 1), extra: vec![] };
        for act in [Act::Step(first)].iter().chain(acts.iter()) {
            subject.place.clock.advance(10);
            let _ = perform(&mut subject, act);
            states.push((subject.vault.now(), see(&mut subject.vault)));
        }
        let mut reopened = subject.place.open().unwrap();
        for (at, seen) in &states {
            check(&mut reopened, *at, seen);
        }
        let before_the_vault = Timestamp::clamped(1);
        check(&mut reopened, before_the_vault, &Seen::new());
    }
}
