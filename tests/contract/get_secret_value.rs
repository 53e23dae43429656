//! GetSecretValue through the vault.

use etui::domain::{ErrorCode, ValueType};
use etui::versioning::Selector;

use crate::support::rules::{secret_name, stage_label, version_id};
use crate::support::vaults::{Place, binary, create, labels, put, put_request};

#[test]
fn a_read_answers_value_type_id_labels_and_time() {
    let place = Place::new();
    let mut vault = place.create();
    create(&mut vault, "a", "v1", "one").unwrap();
    place.clock.advance(5);
    vault.put_secret_value(&put_request("a", "v2", binary(b"\xff\0"), "ACSCurrent x")).unwrap();
    let got = vault.get_secret_value(&secret_name("a"), &Selector::default()).unwrap();
    assert_eq!(got.value.value_type(), ValueType::Binary);
    assert_eq!(got.value.expose(), b"\xff\0");
    assert_eq!((got.version.id.as_str(), got.version.size), ("v2", 2));
    assert_eq!(got.stages, labels("ACSCurrent x"));
    assert_eq!(got.version.created.seconds(), place.clock.seconds());
}

#[test]
fn every_version_is_found_by_id_label_and_steps_and_nothing_else_is() {
    let place = Place::new();
    let mut vault = place.create();
    create(&mut vault, "a", "v1", "one").unwrap();
    put(&mut vault, "a", "v2", "two").unwrap();
    put(&mut vault, "a", "v3", "three").unwrap();
    let mut read = |id: &str, stage: &str, older| {
        let selector = Selector {
            version_id: (!id.is_empty()).then(|| version_id(id)),
            stage: (!stage.is_empty()).then(|| stage_label(stage)),
            older,
        };
        vault
            .get_secret_value(&secret_name("a"), &selector)
            .map(|got| String::from_utf8(got.value.expose().to_vec()).unwrap())
            .map_err(|error| error.code())
    };
    assert_eq!(read("", "", 0).unwrap(), "three");
    assert_eq!(read("v1", "", 0).unwrap(), "one");
    assert_eq!(read("", "ACSPrevious", 0).unwrap(), "two");
    assert_eq!(read("v2", "ACSPrevious", 1).unwrap(), "one");
    assert_eq!(read("v1", "ACSPrevious", 0), Err(ErrorCode::InvalidParameter));
    assert_eq!(read("v4", "", 0), Err(ErrorCode::ResourceNotFound));
    assert_eq!(read("", "x", 0), Err(ErrorCode::ResourceNotFound));
    assert_eq!(read("", "", 3), Err(ErrorCode::ResourceNotFound));
    let missing = vault.get_secret_value(&secret_name("b"), &Selector::default()).unwrap_err();
    assert_eq!(missing.code(), ErrorCode::ResourceNotFound);
}

#[test]
fn reading_changes_no_byte_of_the_file() {
    let place = Place::new();
    create(&mut place.create(), "a", "v1", "one").unwrap();
    let before = place.copy();
    let mut vault = place.open().unwrap();
    vault.get_secret_value(&secret_name("a"), &Selector::default()).unwrap();
    vault.list().unwrap();
    vault.describe(&secret_name("a")).unwrap();
    vault.verify().unwrap();
    drop(vault);
    assert!(place.copy() == before);
}
