//! PutSecretValue through the vault.

use etui::domain::{ErrorCode, Note};
use etui::vault::PutRequest;
use etui::versioning::suggest_version_id;

use crate::support::rules::{secret_name, version_id};
use crate::support::vaults::{Place, binary, create, get, labels, put, put_request, text};

#[test]
fn the_same_value_under_the_same_id_succeeds_and_the_file_stays_byte_for_byte() {
    let place = Place::new();
    let mut vault = place.create();
    create(&mut vault, "a", "v1", "one").unwrap();
    put(&mut vault, "a", "v2", "two").unwrap();
    let before = place.copy();
    for stages in ["ACSCurrent", "ACSPrevious", "new"] {
        let outcome = vault.put_secret_value(&put_request("a", "v1", text("one"), stages)).unwrap();
        assert!(!outcome.created);
        assert_eq!(outcome.stages, labels("ACSPrevious"));
        assert!(outcome.moved.is_empty() && outcome.destroyed.is_empty());
    }
    assert!(place.copy() == before);
}

#[test]
fn the_same_bytes_of_another_type_are_another_value() {
    let place = Place::new();
    let mut vault = place.create();
    create(&mut vault, "a", "v1", "one").unwrap();
    let error = vault.put_secret_value(&put_request("a", "v1", binary(b"one"), "ACSCurrent")).unwrap_err();
    assert_eq!(error.code(), ErrorCode::ResourceExist);
}

#[test]
fn a_put_without_an_id_takes_the_next_free_one() {
    let place = Place::new();
    let mut vault = place.create();
    create(&mut vault, "a", "2026-11", "one").unwrap();
    let request = PutRequest { version_id: None, ..put_request("a", "x", text("two"), "ACSCurrent") };
    assert_eq!(vault.put_secret_value(&request).unwrap().version_id, version_id("2026-12"));
    assert_eq!(vault.put_secret_value(&request).unwrap().version_id, version_id("2026-13"));
}

#[test]
fn a_put_says_what_it_did() {
    let place = Place::new();
    let mut vault = place.create();
    create(&mut vault, "a", "v1", "one").unwrap();
    put(&mut vault, "a", "v2", "two").unwrap();
    let outcome = vault.put_secret_value(&put_request("a", "v3", text("one"), "x ACSCurrent")).unwrap();
    assert!(outcome.created);
    assert_eq!(outcome.stages, labels("ACSCurrent x"));
    assert_eq!(outcome.same_value_as, Some(version_id("v1")));
    let moved: Vec<String> = outcome
        .moved
        .iter()
        .map(|moved| format!("{} {:?}", moved.label, moved.from.as_ref().map(ToString::to_string)))
        .collect();
    assert_eq!(moved, ["ACSCurrent Some(\"v2\")", "ACSPrevious Some(\"v1\")", "x None"]);
    assert!(!outcome.exceeds_kms_limit);
    let large = vault.put_secret_value(&put_request("a", "v4", binary(&[0; 30_721]), "x")).unwrap();
    assert!(large.exceeds_kms_limit && large.same_value_as.is_none());
}

#[test]
fn the_note_and_the_time_of_a_version_are_kept() {
    let place = Place::new();
    let mut vault = place.create();
    create(&mut vault, "a", "v1", "one").unwrap();
    place.clock.advance(90);
    let mut request = put_request("a", "v2", text("two"), "ACSCurrent");
    request.note = Note::new("rotated").ok();
    vault.put_secret_value(&request).unwrap();
    let secret = vault.describe(&secret_name("a")).unwrap().secret;
    assert_eq!(secret.versions[1].note, request.note);
    assert_eq!(secret.versions[1].created.seconds_since(secret.versions[0].created), 90);
    assert_eq!(secret.updated, secret.versions[1].created);
}

#[test]
fn a_wild_clock_does_not_change_the_order_of_versions() {
    let place = Place::new();
    let mut vault = place.create();
    create(&mut vault, "a", "v1", "one").unwrap();
    for (id, seconds) in
        [("v2", -100_000), ("v3", 500_000), ("v4", -2_000_000_000), ("v5", i64::from(u32::MAX))]
    {
        place.clock.advance(seconds);
        put(&mut vault, "a", id, id).unwrap();
    }
    let secret = vault.describe(&secret_name("a")).unwrap().secret;
    let ids: Vec<&str> = secret.versions.iter().map(|version| version.id.as_str()).collect();
    assert_eq!(ids, ["v1", "v2", "v3", "v4", "v5"]);
    assert_eq!(get(&mut vault, "a").unwrap(), "v5");
    assert!(vault.verify().unwrap().is_clean());
}

#[test]
fn a_put_to_a_secret_that_is_not_there_is_refused() {
    let place = Place::new();
    let error = put(&mut place.create(), "a", "v1", "one").unwrap_err();
    assert_eq!(error.code(), ErrorCode::ResourceNotFound);
    assert!(error.to_string().contains("'a'") && error.hint().contains("etui list"), "{error}");
}

#[test]
fn hundreds_of_versions_stay_in_order_and_readable() {
    let place = Place::new();
    let mut vault = place.create();
    create(&mut vault, "a", "v1", "value 1").unwrap();
    vault
        .batch(|changes| {
            for number in 2..=400 {
                let value = text(&format!("value {number}"));
                changes.put_secret_value(&put_request("a", &format!("v{number}"), value, "ACSCurrent"))?;
            }
            Ok(())
        })
        .unwrap();
    drop(vault);
    let mut vault = place.open().unwrap();
    let selector = |older| etui::versioning::Selector { older, ..Default::default() };
    for older in [0, 1, 200, 399] {
        let got = vault.get_secret_value(&secret_name("a"), &selector(older)).unwrap();
        assert_eq!(got.value.expose(), format!("value {}", 400 - older).as_bytes());
    }
    assert!(vault.get_secret_value(&secret_name("a"), &selector(400)).is_err());
    assert!(vault.verify().unwrap().is_clean());
}

// Guards: of so many versions a put does not open all records, and the name of another copy was counted on from.
#[test]
fn the_id_that_is_offered_is_the_same_with_few_versions_known_and_with_all() {
    let put_many = |last: &str, others: &dyn Fn(u32) -> String| {
        let place = Place::new();
        let mut vault = place.create();
        create(&mut vault, "a", &others(1), "value 1").unwrap();
        let stored = vault.batch(|changes| {
            for number in 2..=300 {
                let id = if number == 300 { last.to_owned() } else { others(number) };
                let value = text(&format!("value {number}"));
                changes.put_secret_value(&put_request("a", &id, value, "canary"))?;
            }
            Ok(())
        });
        stored.unwrap();
        let request = PutRequest { version_id: None, ..put_request("a", "x", text("new"), "canary") };
        let offered = vault.plan_put(&request).unwrap().version_id;
        let secret = vault.describe(&secret_name("a")).unwrap().secret;
        assert_eq!(offered, suggest_version_id(&secret, None), "as the app offers it");
        assert_eq!(vault.put_secret_value(&request).unwrap().version_id, offered);
        offered.to_string()
    };
    assert_eq!(put_many("v300", &|number| format!("v{number}")), "v301");
    assert_eq!(put_many("2026-300-nb", &|number| format!("2026-{number}")), "2026-301");
    assert_eq!(put_many("2026-300-nb", &|number| format!("2026-{number}-pc")), "2026-301");
    assert_eq!(put_many("1.300-rc", &|number| format!("1.{number}-rc")), "1.301-rc");
}
