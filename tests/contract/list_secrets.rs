//! ListSecrets and DescribeSecret through the vault.

use etui::domain::{Description, ErrorCode, TagKey, TagValue};

use crate::support::rules::secret_name;
use crate::support::vaults::{Place, create, create_request, labels, put, put_request, text};

#[test]
fn secrets_are_listed_by_name_bytewise() {
    let place = Place::new();
    let mut vault = place.create();
    let mut names = ["b", "a/z", "a", "B", "a-b", "_", "a/b/c", "10", "9"];
    for name in names {
        create(&mut vault, name, "v1", name).unwrap();
    }
    names.sort_unstable();
    for mut vault in [vault, place.open().unwrap()] {
        let listing = vault.list().unwrap();
        let found: Vec<&str> = listing.iter().map(|summary| summary.name).collect();
        assert_eq!(found, names);
        for (position, name) in names.iter().enumerate() {
            assert_eq!(listing.position(name), Some(position));
        }
        assert_eq!(listing.position("a/b"), None);
    }
}

#[test]
fn a_summary_shows_the_current_version_and_everything_known_about_the_secret() {
    let place = Place::new();
    let mut vault = place.create();
    let mut request = create_request("a", "v1", text("one"));
    request.description = Description::new("what for").unwrap();
    request.tags = [("z", "26"), ("b", "")]
        .map(|(key, value)| (TagKey::new(key).unwrap(), TagValue::new(value).unwrap()))
        .into_iter()
        .collect();
    vault.create_secret(&request).unwrap();
    place.clock.advance(60);
    vault.put_secret_value(&put_request("a", "v2", text("longer"), "ACSCurrent x")).unwrap();
    place.clock.advance(60);
    vault.put_secret_value(&put_request("a", "v3", text("longest"), "y")).unwrap();
    let listing = vault.list().unwrap();
    let summary = listing.summary(0);
    assert_eq!((summary.name, summary.description), ("a", "what for"));
    assert_eq!(summary.tags.iter().collect::<Vec<_>>(), [("b", ""), ("z", "26")]);
    assert_eq!((summary.current.id, summary.current.size), ("v2", 6));
    assert_eq!(summary.current.created.seconds_since(summary.created), 60);
    assert_eq!(summary.updated.seconds_since(summary.created), 120);
    let marks: Vec<(&str, &str)> = summary.labels.iter().collect();
    assert_eq!(marks, [("ACSCurrent", "v2"), ("ACSPrevious", "v1"), ("x", "v2"), ("y", "v3")]);
    assert_eq!((summary.retention, summary.rotation_days, summary.planned_deletion), (None, None, None));
}

#[test]
fn versions_are_described_in_the_order_of_their_creation_with_their_labels() {
    let place = Place::new();
    let mut vault = place.create();
    create(&mut vault, "a", "z", "one").unwrap();
    put(&mut vault, "a", "y", "two").unwrap();
    put(&mut vault, "a", "x", "three").unwrap();
    let secret = vault.describe(&secret_name("a")).unwrap().secret;
    let ids: Vec<&str> = secret.versions.iter().map(|version| version.id.as_str()).collect();
    assert_eq!(ids, ["z", "y", "x"]);
    assert_eq!(secret.labels.of(secret.versions[1].key), labels("ACSPrevious"));
    assert!(!secret.labels.marks(secret.versions[0].key), "z is deprecated");
    let missing = vault.describe(&secret_name("b")).unwrap_err();
    assert_eq!(missing.code(), ErrorCode::ResourceNotFound);
}

#[test]
fn an_empty_vault_lists_nothing() {
    let place = Place::new();
    drop(place.create());
    let mut vault = place.open().unwrap();
    assert!(vault.list().unwrap().is_empty());
    assert!(vault.verify().unwrap().is_clean());
}

#[test]
fn a_listing_stays_as_it_was_when_the_vault_goes_on() {
    let place = Place::new();
    let mut vault = place.create();
    create(&mut vault, "a", "v1", "one").unwrap();
    let listing = vault.list().unwrap();
    put(&mut vault, "a", "v2", "two").unwrap();
    assert_eq!(listing.summary(0).current.id, "v1");
    assert_eq!(vault.list().unwrap().summary(0).current.id, "v2");
}
