//! Our own JSON: an export into a fresh vault gives an equal vault.

use proptest::prelude::*;

use etui::domain::{Description, Note, Retention, RotationInterval, TagKey, TagValue};
use etui::exchange::json;
use etui::vault::{DeleteRequest, IncomingBatch, IncomingSecret, IncomingVersion, UpdateRequest, Vault};
use etui::versioning::{Deletion, Direction, MetadataUpdate};

use crate::helpers::{import, lost, parsed, shown, told};
use crate::support::rules::{secret_name, version_id};
use crate::support::vaults::{Place, binary, create, create_request, labels, put, put_request, text};

/// A vault with everything that an export holds, made over several days.
fn fill(vault: &mut Vault, place: &Place) {
    let mut first = create_request("db/password", "v1", text("hunter1"));
    first.description = Description::new("main \"database\"\n").unwrap();
    first.tags = [(TagKey::new("team").unwrap(), TagValue::new("bücher").unwrap())].into_iter().collect();
    first.extra_stages = labels("zebra blue");
    first.note = Note::new("from the old wiki").ok();
    vault.create_secret(&first).unwrap();
    // Two versions of the same second, whose ids sort the other way round.
    put(vault, "db/password", "v9", "nine").unwrap();
    put(vault, "db/password", "v10", "ten \u{1b}[31m\r\n\"quoted\" \\ 🔑").unwrap();
    place.clock.advance_days(3);
    vault.put_secret_value(&put_request("db/password", "v11", text("trial"), "canary blue")).unwrap();
    let update = MetadataUpdate {
        retention: Some(Retention::new(2).ok()),
        rotation: Some(RotationInterval::new(90).ok()),
        ..MetadataUpdate::default()
    };
    let name = secret_name("db/password");
    vault.update_secret(&UpdateRequest { name, update, expected: None }).unwrap();
    vault.create_secret(&create_request("tls/key", "2026-11", binary(&[0, 255, 10, 7]))).unwrap();
    place.clock.advance_days(1);
    create(vault, "token", "a", "x").unwrap();
}

fn exported(vault: &mut Vault) -> Vec<u8> {
    json::write(&vault.give_out(|_| true).unwrap()).expose().to_vec()
}

#[test]
fn an_export_into_a_fresh_vault_gives_an_equal_vault() {
    let place = Place::new();
    let mut vault = place.create();
    fill(&mut vault, &place);
    let file = exported(&mut vault);
    place.clock.advance_days(40);
    let mut fresh = place.create_at(&place.folder().join("fresh.etui"), None);
    let report = import(&mut fresh, &parsed(json::read, &file));
    assert_eq!(told(&report), ["db/password: new v1 v9 v10 v11", "tls/key: new 2026-11", "token: new a"]);
    assert_eq!(shown(&mut fresh), shown(&mut vault));
    assert_eq!(exported(&mut fresh), file);
    assert!(fresh.verify().unwrap().is_clean());
}

#[test]
fn importing_an_export_again_changes_nothing() {
    let place = Place::new();
    let mut vault = place.create();
    fill(&mut vault, &place);
    let batch = parsed(json::read, exported(&mut vault));
    let before = place.copy();
    let report = import(&mut vault, &batch);
    assert!(!report.changes_anything(), "{:?}", told(&report));
    assert!(place.copy() == before);
}

#[test]
fn a_secret_in_its_window_is_not_exported_and_is_named() {
    let place = Place::new();
    let mut vault = place.create();
    create(&mut vault, "gone", "v1", "x").unwrap();
    create(&mut vault, "kept", "v1", "y").unwrap();
    let request = DeleteRequest { name: secret_name("gone"), deletion: Deletion::Window(7), expected: None };
    vault.delete_secret(&request).unwrap();
    let batch = vault.give_out(|_| true).unwrap();
    assert_eq!(lost(&batch).len(), 1);
    assert!(lost(&batch)[0].starts_with("'gone' is left out: it is scheduled for deletion on 2023-11-21"));
    assert_eq!(batch.secrets.len(), 1);
    assert!(!String::from_utf8(exported(&mut vault)).unwrap().contains("gone"));
}

#[test]
fn only_what_is_wanted_is_given_out() {
    let place = Place::new();
    let mut vault = place.create();
    fill(&mut vault, &place);
    let batch = vault.give_out(|name| name.starts_with("t")).unwrap();
    let names: Vec<_> = batch.secrets.iter().map(|secret| secret.name.as_str()).collect();
    assert_eq!(names, ["tls/key", "token"]);
}

#[test]
fn a_file_written_by_hand_needs_no_ids_and_no_labels() {
    let place = Place::new();
    let mut vault = place.create();
    let file = r#"{"Format": "etui", "FormatVersion": 1, "Secrets": [
        {"SecretName": "a b", "Versions": [{"SecretData": "old"}, {"SecretData": "new"}]}]}"#;
    let batch = parsed(json::read, file);
    assert_eq!(told(&import(&mut vault, &batch)), ["a-b: new v1 v2"]);
    assert_eq!(told(&import(&mut vault, &batch)), ["a-b: same"]);
    let secret = vault.describe(&secret_name("a-b")).unwrap().secret;
    assert_eq!(secret.labels.current().unwrap().id, version_id("v2"));
    assert_eq!(secret.labels.previous().unwrap().id, version_id("v1"));
}

#[test]
fn an_import_is_one_change_and_is_undone_as_one() {
    let place = Place::new();
    let mut vault = place.create();
    create(&mut vault, "token", "z", "here").unwrap();
    let before = shown(&mut vault);
    let other = Place::new();
    let mut source = other.create();
    fill(&mut source, &other);
    import(&mut vault, &parsed(json::read, exported(&mut source)));
    assert_ne!(shown(&mut vault), before);
    let undone = vault.take_back(Direction::Undo, None).unwrap();
    assert_eq!(undone.steps.len(), 3);
    let scheduled: Vec<_> = vault
        .list()
        .unwrap()
        .iter()
        .filter(|secret| secret.planned_deletion.is_some())
        .map(|secret| secret.name.to_owned())
        .collect();
    assert_eq!(scheduled, ["db/password", "tls/key"]);
    // Nothing is ever destroyed: the version that came stays, without a label.
    let token = vault.describe(&secret_name("token")).unwrap().secret;
    assert_eq!(token.labels.current().unwrap().id, version_id("z"));
    assert_eq!(token.versions.len(), 2);
    assert!(vault.verify().unwrap().is_clean());
}

proptest! {
    #[test]
    fn every_value_is_read_as_it_was_written(
        texts in prop::collection::vec(".{1,40}|[\\\\\"\n\r\t\u{1b}\u{2028}/]{1,8}", 1..5),
        bytes in prop::collection::vec(any::<u8>(), 1..60),
    ) {
        let mut versions: Vec<IncomingVersion> =
            texts.iter().map(|value| IncomingVersion::of(text(value))).collect();
        versions.push(IncomingVersion::of(binary(&bytes)));
        let mut batch = IncomingBatch::new();
        batch.secrets.push(IncomingSecret::without_labels("a \"b\"\u{7}", versions));
        let read = parsed(json::read, json::write(&batch).expose());
        prop_assert_eq!(&read.secrets[0].name, &batch.secrets[0].name);
        let pairs = read.secrets[0].versions.iter().zip(&batch.secrets[0].versions);
        prop_assert_eq!(pairs.clone().count(), texts.len() + 1);
        for (after, before) in pairs {
            prop_assert!(after.value.equals(&before.value));
        }
    }
}

// In a file that was merged by hand the last of them counted, in silence.
#[test]
fn a_label_that_marks_two_versions_refuses_its_secret_alone() {
    let secret = |name: &str, second: &str| {
        format!(
            r#"{{"SecretName":"{name}","Versions":[{{"VersionId":"v1","SecretData":"one"}},{{"VersionId":"v2","SecretData":"two"}}],
            "Stages":[{{"VersionStage":"ACSCurrent","VersionId":"v2"}},{{"VersionStage":"{second}","VersionId":"v1"}}]}}"#
        )
    };
    let (odd, whole) = (secret("odd", "ACSCurrent"), secret("whole", "ACSPrevious"));
    let text = format!(r#"{{"Format":"etui","FormatVersion":1,"Secrets":[{odd},{whole}]}}"#);
    let batch = etui::exchange::json::read(text.as_bytes()).unwrap();
    let why = batch.secrets[0].unreadable.as_deref().unwrap();
    assert!(why.ends_with("'ACSCurrent' marks a version already"), "{why}");
    assert_eq!(batch.secrets[1].unreadable, None);
}
