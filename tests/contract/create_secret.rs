//! CreateSecret through the vault.

use etui::domain::{Description, ErrorCode, Note, TagKey, TagValue, Tags};

use crate::support::rules::{secret_name, version_id};
use crate::support::vaults::{Place, binary, create, create_request, get, labels, text};

#[test]
fn everything_given_at_creation_is_there_afterwards() {
    let place = Place::new();
    let mut vault = place.create();
    let mut request = create_request("db/password", "v1", text("grüße\n\0"));
    request.description = Description::new("main database").unwrap();
    request.tags = [(TagKey::new("team").unwrap(), TagValue::new("pay").unwrap())].into_iter().collect();
    request.extra_stages = labels("blue green");
    request.note = Note::new("from the wiki").ok();
    let outcome = vault.create_secret(&request).unwrap();
    assert_eq!(outcome.stages, labels("ACSCurrent blue green"));
    drop(vault);

    let mut vault = place.open().unwrap();
    let secret = vault.describe(&secret_name("db/password")).unwrap().secret;
    assert_eq!(secret.facts.description, request.description);
    assert_eq!(secret.facts.tags, request.tags);
    assert_eq!(secret.created, secret.updated);
    assert_eq!(secret.created.seconds(), place.clock.seconds());
    assert_eq!(secret.versions.len(), 1);
    assert_eq!(secret.versions[0].note, request.note);
    assert_eq!(get(&mut vault, "db/password").unwrap(), "grüße\n\0");
}

#[test]
fn a_name_that_is_taken_is_refused_even_with_the_same_value() {
    let place = Place::new();
    let mut vault = place.create();
    create(&mut vault, "a", "v1", "x").unwrap();
    for value in ["x", "y"] {
        assert_eq!(create(&mut vault, "a", "v1", value).unwrap_err().code(), ErrorCode::ResourceExist);
    }
    assert_eq!(get(&mut vault, "a").unwrap(), "x");
}

#[test]
fn names_are_told_apart_by_case() {
    let place = Place::new();
    let mut vault = place.create();
    create(&mut vault, "Db", "v1", "upper").unwrap();
    create(&mut vault, "db", "v1", "lower").unwrap();
    assert_eq!(get(&mut vault, "Db").unwrap(), "upper");
    assert_eq!(get(&mut vault, "db").unwrap(), "lower");
}

#[test]
fn values_names_ids_and_metadata_of_the_largest_size_come_back() {
    let place = Place::new();
    let mut vault = place.create();
    let name = "n".repeat(192);
    let id = "9".repeat(64);
    let mebibyte: Vec<u8> = (0..1 << 20).map(|number: u32| number.to_le_bytes()[1]).collect();
    let mut request = create_request(&name, &id, binary(&mebibyte));
    request.description = Description::new(&"😀".repeat(8_192)).unwrap();
    request.tags = (0..20)
        .map(|number| {
            let key = format!("{number:😀>128}");
            (TagKey::new(&key).unwrap(), TagValue::new(&"😀".repeat(256)).unwrap())
        })
        .collect::<Tags>();
    let long = |letter: &str| format!("{letter}{}", "-".repeat(63));
    request.extra_stages =
        ["a", "b", "c", "d", "e", "f"].map(|letter| labels(&long(letter)).remove(0)).to_vec();
    request.note = Note::new(&"😀".repeat(512)).ok();
    vault.create_secret(&request).unwrap();
    drop(vault);

    let mut vault = place.open().unwrap();
    let got = vault.get_secret_value(&secret_name(&name), &Default::default()).unwrap();
    assert_eq!(got.version.id, version_id(&id));
    assert!(got.value.expose() == mebibyte);
    assert_eq!(got.stages.len(), 7);
    let secret = vault.describe(&secret_name(&name)).unwrap().secret;
    assert!(secret.facts.description == request.description && secret.facts.tags == request.tags);
    assert!(secret.versions[0].note == request.note);
    assert!(vault.verify().unwrap().is_clean());
}
