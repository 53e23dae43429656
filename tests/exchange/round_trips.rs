//! What is exported and imported again is the same, or was named as lost.

use std::collections::{BTreeMap, BTreeSet};

use etui::crypto::KdfCost;
use etui::domain::{
    Description, Note, Retention, RotationInterval, SecretValue, StageLabel, TagKey, TagValue, Timestamp,
    ValueType, VersionId,
};
use etui::exchange::dotenv::{self, variable_name};
use etui::exchange::{Locks, json, keepass};
use etui::memory::SecretBytes;
use etui::vault::{IncomingBatch, IncomingSecret, IncomingVersion};
use etui::versioning::Labelling;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use crate::helpers::{import, parsed, shown};
use crate::support::vaults::Place;

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof!["[ -~]{1,30}", any::<String>(), "[a #=]{1,4}", "[\\\\'\"$`{}\n\r#= a]{1,12}"]
        .prop_filter("a value is not empty", |text| !text.is_empty())
}

fn any_value() -> impl Strategy<Value = SecretValue> {
    let text = any_text().prop_map(|text| (ValueType::Text, text.into_bytes()));
    let bytes = vec(any::<u8>(), 1..40).prop_map(|bytes| (ValueType::Binary, bytes));
    prop_oneof![3 => text, 1 => bytes]
        .prop_map(|(value_type, bytes)| SecretValue::new(value_type, SecretBytes::from_vec(bytes)).unwrap())
}

fn any_version() -> impl Strategy<Value = IncomingVersion> {
    let note = proptest::option::of("[ -~äöü]{1,20}");
    (any_value(), note, 0..2_000_000_000_i64).prop_map(|(value, note, created)| IncomingVersion {
        id: None,
        value,
        created: Timestamp::from_seconds(created).ok(),
        note: note.and_then(|note| Note::new(&note).ok()),
    })
}

/// A secret as a vault may hold it: versions with ids, the current one and labels of its own among them.
fn any_secret() -> impl Strategy<Value = IncomingSecret> {
    let tags = btree_map("[a-z]{1,8}", "[ -~ü]{0,12}", 0..4);
    let labels = btree_map("[a-z]{1,6}", any::<prop::sample::Index>(), 0..3);
    let facts = ("[ -~ü\n]{0,30}", tags, proptest::option::of(1..50_u32), proptest::option::of(1..400_u32));
    (vec(any_version(), 1..4), labels, facts).prop_map(|(mut versions, labels, facts)| {
        for (at, version) in versions.iter_mut().enumerate() {
            version.id = VersionId::new(&format!("id-{at}")).ok();
        }
        let mut marked = vec![(StageLabel::current(), versions.len() - 1)];
        let others =
            labels.iter().map(|(label, at)| (StageLabel::new(label).unwrap(), at.index(versions.len())));
        marked.extend(others);
        let mut secret =
            IncomingSecret::without_labels("", versions).with_labels(Labelling::KeptHere, marked);
        let (description, tags, retention, rotation) = facts;
        secret.facts.description = Description::new(&description).unwrap();
        for (key, value) in tags {
            secret.facts.tags.set(TagKey::new(&key).unwrap(), TagValue::new(&value).unwrap());
        }
        secret.facts.retention = retention.and_then(|versions| Retention::new(versions).ok());
        secret.facts.rotation = rotation.and_then(|days| RotationInterval::new(days).ok());
        secret
    })
}

fn any_batch() -> impl Strategy<Value = IncomingBatch> {
    btree_map("[a-z]{1,4}(/[A-Za-z0-9_.@+=-]{1,5}){0,2}", any_secret(), 1..6).prop_map(|secrets| {
        let mut batch = IncomingBatch::new();
        for (name, mut secret) in secrets {
            secret.name = name;
            batch.secrets.push(secret);
        }
        batch
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]

    #[test]
    fn our_json_into_a_fresh_vault_and_out_again_is_the_same_byte_for_byte(batch in any_batch()) {
        let place = Place::new();
        let mut vault = place.create();
        import(&mut vault, &batch);
        let file = json::write(&vault.give_out(|_| true).unwrap());
        let mut fresh = place.create_at(&place.folder().join("fresh.etui"), None);
        let read = parsed(json::read, file.expose());
        import(&mut fresh, &read);
        let again = json::write(&fresh.give_out(|_| true).unwrap());
        prop_assert_eq!(again.expose_text(), file.expose_text());
        prop_assert_eq!(shown(&mut fresh), shown(&mut vault));
        // And the vault that it came from has it all.
        prop_assert!(!import(&mut vault, &read).changes_anything());
    }

}

/// Removes what KeePass has no place for: tags with separators, and line ends at their ends.
fn without_unfit_tags(mut batch: IncomingBatch) -> IncomingBatch {
    for secret in &mut batch.secrets {
        let unfit = |text: &str| text.contains([';', ',', '=']) || text.trim() != text;
        let tags =
            secret.facts.tags.iter().filter(|(key, value)| !unfit(key.as_str()) && !unfit(value.as_str()));
        let mut kept = etui::domain::Tags::new();
        tags.for_each(|(key, value)| kept.set(key.clone(), value.clone()));
        secret.facts.tags = kept;
    }
    batch
}

#[cfg(feature = "keepass")]
proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]

    #[test]
    fn a_keepass_database_into_a_fresh_vault_holds_the_same(batch in any_batch().prop_map(without_unfit_tags)) {
        let place = Place::new();
        let mut vault = place.create();
        import(&mut vault, &batch);
        let password = SecretBytes::copy_of(b"p");
        let out = vault.give_out(|_| true).unwrap();
        let cheap = KdfCost::new(8, 1, 1).unwrap();
        let (file, _) = keepass::Writer::new().unwrap().write(&out, &password, cheap).unwrap();
        let read = keepass::read(file.expose(), Some(&Locks { password, key_file: None })).unwrap();
        prop_assert!(read.losses.is_empty(), "{:?}", read.losses);
        let mut fresh = place.create_at(&place.folder().join("fresh.etui"), None);
        import(&mut fresh, &read);
        // Labels come in another order.
        let sorted = |text: String| text.lines().map(str::to_owned).collect::<BTreeSet<_>>();
        prop_assert_eq!(sorted(shown(&mut fresh)), sorted(shown(&mut vault)));
    }
}

proptest! {
    #[test]
    fn what_dotenv_holds_comes_back_equal_and_the_rest_is_named(batch in any_batch()) {
        let (text, losses) = dotenv::write_secrets(&batch, "");
        let read = parsed(dotenv::secrets, text.expose());
        prop_assert!(read.losses.is_empty(), "{:?}", read.losses);
        let mut back: BTreeMap<&str, &SecretValue> =
            read.secrets.iter().map(|secret| (secret.name.as_str(), &secret.versions[0].value)).collect();
        for secret in &batch.secrets {
            let is_named = |whole: bool| {
                losses.iter().any(|loss| loss.secret == secret.name && loss.is_whole() == whole)
            };
            if is_named(true) {
                continue;
            }
            let value = back.remove(variable_name(&secret.name).as_str());
            let current = &secret.versions.last().unwrap().value;
            prop_assert!(value.is_some_and(|value| value.equals(current)), "{}", secret.name);
            prop_assert!(secret.versions.len() == 1 || is_named(false), "{}", secret.name);
        }
        prop_assert!(back.is_empty(), "{:?}", back.keys());
    }
}
