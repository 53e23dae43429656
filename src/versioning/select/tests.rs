//! Which version a read means, sentence by sentence.

use super::super::test_support::{id, label, scheduled, secret};
use super::*;

/// `-` for what is not named.
fn selected(state: &SecretState, version_id: &str, stage: &str, older: u32) -> String {
    let selector = Selector {
        version_id: (version_id != "-").then(|| id(version_id)),
        stage: (stage != "-").then(|| label(stage)),
        older,
    };
    match select(state, &selector) {
        Ok(version) => version.id.to_string(),
        Err(refusal) => refusal.code().as_str().to_owned(),
    }
}

fn four_versions() -> SecretState {
    secret("v1 v2 v3 v4", "ACSCurrent=v2 ACSPrevious=v1 x=v4")
}

#[test]
fn with_nothing_named_the_current_version_is_meant() {
    assert_eq!(selected(&four_versions(), "-", "-", 0), "v2");
}

#[test]
fn a_version_is_found_by_its_id_even_when_it_is_deprecated() {
    assert_eq!(selected(&four_versions(), "v3", "-", 0), "v3");
}

#[test]
fn a_version_is_found_by_its_label() {
    assert_eq!(selected(&four_versions(), "-", "ACSPrevious", 0), "v1");
    assert_eq!(selected(&four_versions(), "-", "x", 0), "v4");
}

#[test]
fn id_and_label_must_name_the_same_version() {
    assert_eq!(selected(&four_versions(), "v4", "x", 0), "v4");
    assert_eq!(selected(&four_versions(), "v3", "x", 0), "InvalidParameter");
    assert_eq!(selected(&four_versions(), "v1", "ACSCurrent", 0), "InvalidParameter");
}

#[test]
fn an_unknown_id_or_label_is_not_found() {
    for (version_id, stage) in [("v9", "-"), ("-", "y"), ("v9", "x"), ("v4", "y"), ("V1", "-"), ("-", "X")] {
        assert_eq!(selected(&four_versions(), version_id, stage, 0), "Forbidden.ResourceNotFound");
    }
    let young = secret("v1", "ACSCurrent=v1");
    assert_eq!(selected(&young, "-", "ACSPrevious", 0), "Forbidden.ResourceNotFound");
}

#[test]
fn nothing_is_read_from_a_scheduled_secret() {
    let state = scheduled(four_versions());
    for (version_id, stage) in [("-", "-"), ("v1", "-"), ("-", "x"), ("v9", "-"), ("v3", "x")] {
        assert_eq!(selected(&state, version_id, stage, 0), "Rejected.ResourceInDeleteWindow");
    }
}

#[test]
fn steps_back_go_by_creation_order_and_count_deprecated_versions() {
    assert_eq!(selected(&four_versions(), "-", "x", 1), "v3");
    assert_eq!(selected(&four_versions(), "-", "x", 3), "v1");
    assert_eq!(selected(&four_versions(), "-", "-", 1), "v1");
}

#[test]
fn past_the_oldest_version_nothing_is_found() {
    for older in [2, 3, u32::MAX] {
        assert_eq!(selected(&four_versions(), "-", "-", older), "Forbidden.ResourceNotFound");
    }
}

#[test]
fn an_id_that_was_given_twice_names_nothing_and_says_what_it_named() {
    let mut state = secret("v1 v2-0a v2-0b", "ACSCurrent=v2-0b");
    state.versions[1].given = Some(id("v2"));
    state.versions[2].given = Some(id("v2"));
    let pinned = Selector { version_id: Some(id("v2")), ..Selector::default() };
    let refusal = select(&state, &pinned).unwrap_err().to_string();
    assert!(refusal.contains("'v2-0a' and 'v2-0b'"), "{refusal}");
    assert_eq!(selected(&state, "v2", "-", 0), "Forbidden.ResourceNotFound");
    assert_eq!(selected(&state, "v2-0a", "-", 0), "v2-0a");
}
