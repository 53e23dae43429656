//! UpdateSecretVersionStage and rollback, sentence by sentence.

use super::super::test_support::{id, label, outcome, scheduled, secret};
use super::*;
use crate::domain::ErrorCode;

/// `-` for a version that is not named.
fn request(text: &str, move_to: &str, remove_from: &str) -> Result<StageMove, Refusal> {
    let named = |text: &str| (text != "-").then(|| id(text));
    StageMove::new(label(text), named(move_to), named(remove_from))
}

fn moved_as(state: &SecretState, text: &str, move_to: &str, remove_from: &str) -> String {
    outcome(&request(text, move_to, remove_from).and_then(|request| move_stage(state, &request)))
}

#[test]
fn at_least_one_of_the_two_versions_is_named() {
    for text in ["x", "ACSCurrent", "ACSPrevious"] {
        let refusal = request(text, "-", "-").unwrap_err();
        assert_eq!(refusal, Refusal::NothingToMove { label: label(text) });
        assert_eq!(refusal.code(), ErrorCode::InvalidParameter);
    }
}

#[test]
fn built_in_labels_can_be_moved_and_not_removed() {
    for text in ["ACSCurrent", "ACSPrevious"] {
        let refusal = request(text, "-", "v1").unwrap_err();
        assert_eq!(refusal, Refusal::BuiltInStays { label: label(text) });
        assert_eq!(refusal.code(), ErrorCode::InvalidParameter);
    }
    assert!(request("ACSNext", "-", "v1").is_ok());
}

#[test]
fn move_to_alone_moves_the_label_from_wherever_it_is_or_adds_it() {
    let state = secret("v1 v2 v3", "ACSCurrent=v3 ACSPrevious=v2 x=v1");
    assert_eq!(moved_as(&state, "x", "v2", "-"), "ACSCurrent=v3 ACSPrevious=v2 x=v2");
    assert_eq!(moved_as(&state, "y", "v1", "-"), "ACSCurrent=v3 ACSPrevious=v2 x=v1 y=v1");
}

#[test]
fn remove_from_alone_takes_the_label_away() {
    let state = secret("v1 v2", "ACSCurrent=v2 ACSPrevious=v1 x=v1 y=v1");
    assert_eq!(moved_as(&state, "x", "-", "v1"), "ACSCurrent=v2 ACSPrevious=v1 y=v1");
}

#[test]
fn remove_from_must_be_the_version_that_bears_the_label_now() {
    let state = secret("v1 v2 v3", "ACSCurrent=v3 ACSPrevious=v2 x=v1");
    assert_eq!(moved_as(&state, "x", "v3", "v1"), "ACSCurrent=v3 ACSPrevious=v2 x=v3");
    for (text, move_to, remove_from) in [
        ("x", "v3", "v2"),
        ("x", "-", "v2"),
        ("unknown", "-", "v1"),
        ("unknown", "v3", "v1"),
        ("ACSCurrent", "v1", "v2"),
        ("ACSPrevious", "v1", "v3"),
        // The guard holds even where the label is at its goal already.
        ("x", "v1", "v2"),
    ] {
        assert_eq!(moved_as(&state, text, move_to, remove_from), "InvalidParameter", "{text} {remove_from}");
    }
}

#[test]
fn the_refusal_of_a_guard_says_where_the_label_is() {
    let state = secret("v1 v2", "ACSCurrent=v2 x=v1");
    let refused =
        |text: &str| move_stage(&state, &request(text, "-", "v2").unwrap()).unwrap_err().to_string();
    assert_eq!(refused("x"), "label 'x' of secret 'db/password' does not mark version 'v2', it marks 'v1'");
    assert_eq!(refused("y"), "label 'y' of secret 'db/password' does not mark version 'v2', nor any other");
}

#[test]
fn moving_a_label_to_where_it_is_already_changes_nothing() {
    let state = secret("v1 v2", "ACSCurrent=v2 ACSPrevious=v1 x=v1");
    for (text, target) in [("ACSCurrent", "v2"), ("ACSPrevious", "v1"), ("x", "v1")] {
        assert_eq!(moved_as(&state, text, target, "-"), "unchanged");
        assert_eq!(moved_as(&state, text, target, target), "unchanged");
    }
}

#[test]
fn moving_current_makes_the_version_that_loses_it_the_previous_one() {
    let state = secret("v1 v2 v3", "ACSCurrent=v3 ACSPrevious=v2 x=v3");
    assert_eq!(moved_as(&state, "ACSCurrent", "v1", "-"), "ACSCurrent=v1 ACSPrevious=v3 x=v3");
    let young = secret("v1 v2", "ACSCurrent=v1");
    assert_eq!(moved_as(&young, "ACSCurrent", "v2", "v1"), "ACSCurrent=v2 ACSPrevious=v1");
}

#[test]
fn moving_current_to_the_previous_version_swaps_the_two() {
    let state = secret("v1 v2", "ACSCurrent=v2 ACSPrevious=v1");
    assert_eq!(moved_as(&state, "ACSCurrent", "v1", "-"), "ACSCurrent=v1 ACSPrevious=v2");
}

#[test]
fn previous_moves_anywhere_but_onto_the_current_version() {
    let state = secret("v1 v2 v3", "ACSCurrent=v3 ACSPrevious=v2");
    assert_eq!(moved_as(&state, "ACSPrevious", "v1", "-"), "ACSCurrent=v3 ACSPrevious=v1");
    assert_eq!(moved_as(&state, "ACSPrevious", "v3", "-"), "InvalidParameter");
    let young = secret("v1 v2", "ACSCurrent=v2");
    assert_eq!(moved_as(&young, "ACSPrevious", "v1", "-"), "ACSCurrent=v2 ACSPrevious=v1");
    assert_eq!(moved_as(&young, "ACSPrevious", "v2", "-"), "InvalidParameter");
}

#[test]
fn an_unknown_version_is_not_found() {
    let state = secret("v1 v2", "ACSCurrent=v2 ACSPrevious=v1 x=v1");
    for (move_to, remove_from) in [("v9", "-"), ("-", "v9"), ("v9", "v1"), ("v1", "v9")] {
        assert_eq!(moved_as(&state, "x", move_to, remove_from), "Forbidden.ResourceNotFound");
    }
}

#[test]
fn a_ninth_label_is_beyond_the_limit() {
    let five = secret("v1 v2", "ACSCurrent=v2 ACSPrevious=v1 a=v1 b=v1 c=v1 d=v1 e=v1");
    assert!(moved_as(&five, "f", "v1", "-").ends_with("f=v1"));
    let six = secret("v1 v2", "ACSCurrent=v2 a=v1 b=v1 c=v1 d=v1 e=v1 f=v1");
    assert_eq!(moved_as(&six, "g", "v1", "-"), "Rejected.LimitExceeded");
    assert!(moved_as(&six, "f", "v2", "-").ends_with("f=v2"));
    assert!(moved_as(&six, "ACSPrevious", "v1", "-").contains("ACSPrevious=v1"));
    assert!(moved_as(&six, "f", "-", "v1").ends_with("e=v1"));
}

#[test]
fn window_versions_guard_and_limit_are_checked_in_this_order() {
    let full = secret("v1 v2", "ACSCurrent=v2 a=v1 b=v1 c=v1 d=v1 e=v1 f=v1");
    assert_eq!(moved_as(&scheduled(full.clone()), "g", "v9", "v1"), "Rejected.ResourceInDeleteWindow");
    assert_eq!(moved_as(&full, "g", "v9", "v1"), "Forbidden.ResourceNotFound");
    assert_eq!(moved_as(&full, "g", "v2", "v1"), "InvalidParameter");
    assert_eq!(moved_as(&full, "g", "v2", "-"), "Rejected.LimitExceeded");
}

#[test]
fn a_move_changes_labels_and_nothing_else() {
    let state = secret("v1 v2", "ACSCurrent=v2");
    let plan = move_stage(&state, &request("x", "v1", "-").unwrap()).unwrap();
    let mut expected = Change::of(Operation::Stage);
    expected.labels = plan.change().unwrap().labels.clone();
    assert_eq!(plan.change(), Some(&expected));
    assert_eq!(expected.labels.unwrap().before, state.labels);
}

#[test]
fn a_rollback_swaps_current_and_previous_and_twice_is_back() {
    let state = secret("v1 v2 v3", "ACSCurrent=v3 ACSPrevious=v1 x=v3");
    let plan = rollback(&state).unwrap();
    let change = plan.change().unwrap();
    assert_eq!(change.operation, Operation::Rollback);
    assert_eq!(outcome(&Ok(plan.clone())), "ACSCurrent=v1 ACSPrevious=v3 x=v3");
    let mut after = state.clone();
    after.labels = change.labels.clone().unwrap().after;
    assert_eq!(outcome(&rollback(&after)), "ACSCurrent=v3 ACSPrevious=v1 x=v3");
}

#[test]
fn a_rollback_without_a_previous_version_is_refused_with_a_hint() {
    let refusal = rollback(&secret("v1 v2", "ACSCurrent=v2")).unwrap_err();
    assert_eq!(refusal.code(), ErrorCode::ResourceNotFound);
    assert!(refusal.hint().contains("put a second version first"), "{}", refusal.hint());
}

#[test]
fn a_rollback_in_the_window_is_refused() {
    let state = scheduled(secret("v1", "ACSCurrent=v1"));
    assert_eq!(outcome(&rollback(&state)), "Rejected.ResourceInDeleteWindow");
}
