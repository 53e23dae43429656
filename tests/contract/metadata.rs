//! UpdateSecret, TagResource, UntagResource, retention, rotation, notes and names: nothing about versions
//! changes.

use etui::domain::{Description, ErrorCode, Note, Retention, RotationInterval, TagKey, TagValue, Tags};
use etui::vault::{ChangeOutcome, NoteRequest, UpdateRequest, Vault, VaultError};
use etui::versioning::{Deletion, MetadataUpdate};

use crate::support::rules::{secret_name, version_id};
use crate::support::vaults::{Place, create, create_request, fill, get, put, rename_request, text};

fn with_two_versions() -> (Place, Vault) {
    let place = Place::new();
    let mut vault = place.create();
    create(&mut vault, "a", "v1", "one").unwrap();
    put(&mut vault, "a", "v2", "two").unwrap();
    (place, vault)
}

fn update(vault: &mut Vault, name: &str, update: MetadataUpdate) -> Result<ChangeOutcome, VaultError> {
    vault.update_secret(&UpdateRequest { name: secret_name(name), update, expected: None })
}

fn tags(pairs: impl IntoIterator<Item = (String, &'static str)>) -> Tags {
    pairs
        .into_iter()
        .map(|(key, value)| (TagKey::new(&key).unwrap(), TagValue::new(value).unwrap()))
        .collect()
}

fn numbered(count: usize) -> Tags {
    tags((0..count).map(|number| (format!("k{number}"), "x")))
}

fn note(vault: &mut Vault, id: &str, note: Option<&str>) -> Result<ChangeOutcome, VaultError> {
    let note = note.map(|note| Note::new(note).unwrap());
    vault.set_note(&NoteRequest { name: secret_name("a"), version_id: version_id(id), note })
}

fn delete(vault: &mut Vault, name: &str) {
    let deletion = Deletion::Window(7);
    let request = etui::vault::DeleteRequest { name: secret_name(name), deletion, expected: None };
    vault.delete_secret(&request).unwrap();
}

/// What a change of metadata must leave alone.
fn versions(vault: &mut Vault) -> String {
    let secret = vault.describe(&secret_name("a")).unwrap().secret;
    format!("{:?} {:?} {}", secret.versions, secret.labels, get(vault, "a").unwrap())
}

#[test]
fn description_and_tags_change_and_nothing_about_versions_does() {
    let (place, mut vault) = with_two_versions();
    let before = versions(&mut vault);
    place.clock.advance(60);
    let wanted = MetadataUpdate {
        description: Description::new("the database").ok(),
        tags: tags([("env".to_owned(), "prod"), ("team".to_owned(), "shop")]),
        retention: Some(Retention::new(2).ok()),
        rotation: Some(RotationInterval::new(90).ok()),
        ..MetadataUpdate::default()
    };
    update(&mut vault, "a", wanted.clone()).unwrap();
    drop(vault);
    let mut vault = place.open().unwrap();
    let secret = vault.describe(&secret_name("a")).unwrap().secret;
    assert_eq!(secret.facts.description.as_str(), "the database");
    assert_eq!(secret.facts.tags, wanted.tags);
    assert_eq!(secret.facts.retention, Retention::new(2).ok());
    assert_eq!(secret.facts.rotation, RotationInterval::new(90).ok());
    assert_eq!(secret.updated.seconds_since(secret.created), 60);
    assert_eq!(versions(&mut vault), before);
    assert!(vault.verify().unwrap().is_clean());
}

#[test]
fn tag_resource_sets_tags_and_leaves_the_others_and_untag_resource_takes_away_what_is_there() {
    let (place, mut vault) = with_two_versions();
    let set = |pairs| MetadataUpdate { tags: tags(pairs), ..MetadataUpdate::default() };
    update(&mut vault, "a", set([("a".to_owned(), "1"), ("b".to_owned(), "2")])).unwrap();
    update(&mut vault, "a", set([("b".to_owned(), "3"), ("c".to_owned(), "4")])).unwrap();
    let untag = vec![TagKey::new("a").unwrap(), TagKey::new("nothing").unwrap()];
    update(&mut vault, "a", MetadataUpdate { untag: untag.clone(), ..MetadataUpdate::default() }).unwrap();
    let secret = vault.describe(&secret_name("a")).unwrap().secret;
    assert_eq!(secret.facts.tags, tags([("b".to_owned(), "3"), ("c".to_owned(), "4")]));
    let before = place.copy();
    let again = update(&mut vault, "a", MetadataUpdate { untag, ..MetadataUpdate::default() }).unwrap();
    assert_eq!(again.change, None);
    assert!(place.copy() == before, "a change of nothing wrote something");
}

#[test]
fn a_secret_has_at_most_20_tags() {
    let (place, mut vault) = with_two_versions();
    update(&mut vault, "a", MetadataUpdate { tags: numbered(20), ..MetadataUpdate::default() }).unwrap();
    let before = place.copy();
    for count in [21, 25] {
        let more = MetadataUpdate { tags: numbered(count), ..MetadataUpdate::default() };
        assert_eq!(update(&mut vault, "a", more).unwrap_err().code(), ErrorCode::LimitExceeded);
    }
    assert!(place.copy() == before);
    // One goes and another comes in the same request.
    let exchange = MetadataUpdate {
        tags: tags([("new".to_owned(), "x")]),
        untag: vec![TagKey::new("k0").unwrap()],
        ..MetadataUpdate::default()
    };
    update(&mut vault, "a", exchange).unwrap();
    let mut request = create_request("b", "v1", text("x"));
    request.tags = numbered(21);
    assert_eq!(vault.create_secret(&request).unwrap_err().code(), ErrorCode::LimitExceeded);
    request.tags = numbered(20);
    vault.create_secret(&request).unwrap();
}

#[test]
fn metadata_have_limits_at_their_edges() {
    let long = |count: usize| "ä".repeat(count);
    assert!(Description::new(&long(8_192)).is_ok() && Description::new(&long(8_193)).is_err());
    assert!(TagKey::new(&long(128)).is_ok() && TagKey::new(&long(129)).is_err() && TagKey::new("").is_err());
    assert!(TagValue::new(&long(256)).is_ok() && TagValue::new(&long(257)).is_err());
    assert!(TagValue::new("").is_ok());
    assert!(Note::new(&long(512)).is_ok() && Note::new(&long(513)).is_err() && Note::new("").is_err());
    for key in ["aliyun", "aliyun-x", "acs:", "acs:x"] {
        assert!(TagKey::new(key).is_err(), "{key}");
    }
    assert!(TagKey::new("acs").is_ok() && TagKey::new("Aliyun").is_ok());
    assert!(Retention::new(0).is_err() && Retention::new(1).is_ok());
    assert!(Retention::new(1_000).is_ok() && Retention::new(1_001).is_err());
    assert!(RotationInterval::new(0).is_err() && RotationInterval::new(1).is_ok());
    assert!(RotationInterval::new(365).is_ok() && RotationInterval::new(366).is_err());
}

#[test]
fn the_longest_metadata_are_kept_whole() {
    let (place, mut vault) = with_two_versions();
    let description = Description::new(&"d\u{202e}\0\r\n€".repeat(8_192 / 6)).unwrap();
    let tags: Tags = (0..20)
        .map(|number| {
            let key = TagKey::new(&format!("{number:0>128}")).unwrap();
            (key, TagValue::new(&"€".repeat(256)).unwrap())
        })
        .collect();
    let wanted = MetadataUpdate {
        description: Some(description.clone()),
        tags: tags.clone(),
        ..MetadataUpdate::default()
    };
    update(&mut vault, "a", wanted).unwrap();
    note(&mut vault, "v1", Some(&"€".repeat(512))).unwrap();
    drop(vault);
    let mut vault = place.open().unwrap();
    let secret = vault.describe(&secret_name("a")).unwrap().secret;
    assert_eq!((secret.facts.description, secret.facts.tags), (description, tags));
    assert_eq!(secret.versions[0].note, Note::new(&"€".repeat(512)).ok());
    assert!(vault.verify().unwrap().is_clean());
}

#[test]
fn set_keep_destroys_nothing_by_itself() {
    let (_place, mut vault) = with_two_versions();
    for id in ["v3", "v4", "v5"] {
        put(&mut vault, "a", id, id).unwrap();
    }
    let keep = |keep| MetadataUpdate { retention: Some(keep), ..MetadataUpdate::default() };
    let count = |vault: &mut Vault| vault.describe(&secret_name("a")).unwrap().secret.versions.len();
    update(&mut vault, "a", keep(Retention::new(1).ok())).unwrap();
    assert_eq!(count(&mut vault), 5);
    // The next put applies it: the current one, the previous one and the one that lost its label stay.
    let outcome = put(&mut vault, "a", "v6", "six").unwrap();
    assert_eq!(outcome.destroyed, ["v1", "v2", "v3"].map(version_id));
    assert_eq!(count(&mut vault), 3);
    update(&mut vault, "a", keep(None)).unwrap();
    put(&mut vault, "a", "v7", "seven").unwrap();
    assert_eq!(count(&mut vault), 4);
    assert!(vault.verify().unwrap().is_clean());
}

#[test]
fn a_secret_is_due_when_its_current_version_is_older_than_its_interval() {
    let (place, mut vault) = with_two_versions();
    let rotation = Some(RotationInterval::new(7).ok());
    update(&mut vault, "a", MetadataUpdate { rotation, ..MetadataUpdate::default() }).unwrap();
    let is_due = |vault: &mut Vault| {
        let now = vault.now();
        vault.list().unwrap().summary(0).is_due(now)
    };
    assert!(!is_due(&mut vault));
    place.clock.advance(7 * 86_400);
    assert!(!is_due(&mut vault));
    place.clock.advance(1);
    assert!(is_due(&mut vault));
    put(&mut vault, "a", "v3", "three").unwrap();
    assert!(!is_due(&mut vault));
}

#[test]
fn a_note_can_be_changed_later_and_the_version_does_not_change() {
    let (place, mut vault) = with_two_versions();
    note(&mut vault, "v1", Some("first")).unwrap();
    note(&mut vault, "v1", Some("second")).unwrap();
    assert_eq!(note(&mut vault, "v1", Some("second")).unwrap().change, None);
    drop(vault);
    let mut vault = place.open().unwrap();
    let secret = vault.describe(&secret_name("a")).unwrap().secret;
    assert_eq!(secret.versions[0].note, Note::new("second").ok());
    assert_eq!(secret.versions[1].note, None);
    assert_eq!(get(&mut vault, "a").unwrap(), "two");
    note(&mut vault, "v1", None).unwrap();
    assert_eq!(vault.describe(&secret_name("a")).unwrap().secret.versions[0].note, None);
    assert_eq!(note(&mut vault, "v9", Some("x")).unwrap_err().code(), ErrorCode::ResourceNotFound);
    assert!(vault.verify().unwrap().is_clean());
}

#[test]
fn a_rename_keeps_versions_labels_and_history_and_frees_the_old_name() {
    let (place, mut vault) = with_two_versions();
    let before = vault.describe(&secret_name("a")).unwrap().secret;
    vault.rename_secret(&rename_request("a", "b/c")).unwrap();
    assert_eq!(get(&mut vault, "a").unwrap_err().code(), ErrorCode::ResourceNotFound);
    drop(vault);
    let mut vault = place.open().unwrap();
    let after = vault.describe(&secret_name("b/c")).unwrap().secret;
    assert_eq!((after.versions, after.labels), (before.versions, before.labels));
    assert_eq!(vault.history_of(&secret_name("b/c"), 9).unwrap().len(), 3);
    create(&mut vault, "a", "v1", "another").unwrap();
    assert_eq!(vault.history_of(&secret_name("a"), 9).unwrap().len(), 1);
    assert!(vault.verify().unwrap().is_clean());
}

#[test]
fn the_target_of_a_rename_must_be_free() {
    let place = Place::new();
    let mut vault = place.create();
    fill(&mut vault);
    let before = place.copy();
    let mut rename = |old: &str, new: &str| vault.rename_secret(&rename_request(old, new));
    assert_eq!(rename("tls/key", "db/password").unwrap_err().code(), ErrorCode::ResourceExist);
    assert_eq!(rename("tls/key", "old").unwrap_err().code(), ErrorCode::ResourceInDeleteWindow);
    assert_eq!(rename("old", "new").unwrap_err().code(), ErrorCode::ResourceInDeleteWindow);
    assert_eq!(rename("none", "new").unwrap_err().code(), ErrorCode::ResourceNotFound);
    assert_eq!(rename("tls/key", "tls/key").unwrap().change, None);
    assert!(place.copy() == before);
}

#[test]
fn a_rename_that_expects_another_state_is_refused() {
    let (place, mut vault) = with_two_versions();
    let mut request = rename_request("a", "b");
    request.expected = Some(vault.plan_rename(&request).unwrap().token);
    put(&mut vault, "a", "v3", "meanwhile").unwrap();
    let before = place.copy();
    assert_eq!(vault.plan_rename(&request).unwrap_err().code(), ErrorCode::ResourceChanged);
    assert_eq!(vault.rename_secret(&request).unwrap_err().code(), ErrorCode::ResourceChanged);
    assert!(place.copy() == before);
    request.expected = Some(vault.describe(&secret_name("a")).unwrap().token);
    assert!(vault.rename_secret(&request).unwrap().change.is_some());
}

#[test]
fn two_secrets_change_names_with_each_other_in_one_batch() {
    let place = Place::new();
    let mut vault = place.create();
    create(&mut vault, "a", "v1", "of a").unwrap();
    create(&mut vault, "b", "v1", "of b").unwrap();
    let swap = |vault: &mut Vault| {
        vault.batch(|changes| {
            changes.rename_secret(&rename_request("a", "between"))?;
            changes.rename_secret(&rename_request("b", "a"))?;
            changes.rename_secret(&rename_request("between", "b"))
        })
    };
    swap(&mut vault).unwrap();
    assert_eq!(
        (get(&mut vault, "a").unwrap(), get(&mut vault, "b").unwrap()),
        ("of b".into(), "of a".into())
    );
    let mut other = place.open().unwrap();
    assert_eq!(get(&mut other, "a").unwrap(), "of b");
    assert!(other.verify().unwrap().is_clean());
    // Undone as one, and planned before as what it is.
    let plan = vault.plan_take_back(etui::versioning::Direction::Undo).unwrap();
    let done = vault.take_back(etui::versioning::Direction::Undo, Some(plan.newest)).unwrap();
    assert_eq!(plan.steps, done.steps);
    assert_eq!(
        (get(&mut vault, "a").unwrap(), get(&mut vault, "b").unwrap()),
        ("of a".into(), "of b".into())
    );
    assert!(vault.verify().unwrap().is_clean());
    assert_eq!(get(&mut other, "a").unwrap(), "of a");
}

#[test]
fn nothing_is_changed_in_the_deletion_window() {
    let (place, mut vault) = with_two_versions();
    delete(&mut vault, "a");
    let before = place.copy();
    let described = MetadataUpdate { description: Description::new("x").ok(), ..MetadataUpdate::default() };
    assert_eq!(update(&mut vault, "a", described).unwrap_err().code(), ErrorCode::ResourceInDeleteWindow);
    assert_eq!(note(&mut vault, "v1", Some("x")).unwrap_err().code(), ErrorCode::ResourceInDeleteWindow);
    let described = MetadataUpdate { description: Description::new("x").ok(), ..MetadataUpdate::default() };
    assert_eq!(update(&mut vault, "none", described).unwrap_err().code(), ErrorCode::ResourceNotFound);
    assert!(place.copy() == before);
}

#[test]
fn an_update_that_was_planned_before_another_change_is_refused() {
    let (place, mut vault) = with_two_versions();
    let update = MetadataUpdate { description: Description::new("x").ok(), ..MetadataUpdate::default() };
    let mut request = UpdateRequest { name: secret_name("a"), update, expected: None };
    request.expected = Some(vault.plan_update(&request).unwrap().token);
    put(&mut place.open().unwrap(), "a", "v3", "theirs").unwrap();
    assert_eq!(vault.update_secret(&request).unwrap_err().code(), ErrorCode::ResourceChanged);
    request.expected = Some(vault.describe(&secret_name("a")).unwrap().token);
    vault.update_secret(&request).unwrap();
}
