//! CreateSecret, DeleteSecret, RestoreSecret and purge, sentence by sentence.

use super::super::test_support::{
    CREATED, label, name, outcome, reference, scheduled, secret, time, written,
};
use super::*;
use crate::domain::{ErrorCode, Retention, TagKey, TagValue};

fn tags(count: usize) -> Tags {
    (0..count).map(|number| (TagKey::new(&format!("k{number}")).unwrap(), TagValue::default())).collect()
}

fn create_with(extra: &str, tags: &Tags, taken: Option<&SecretState>) -> Result<Change, Refusal> {
    let extra: Vec<StageLabel> = extra.split_whitespace().map(label).collect();
    create(&name(), &Description::default(), tags, &reference(1, "v1"), &extra, taken)
}

fn code(result: &Result<Change, Refusal>) -> ErrorCode {
    result.as_ref().unwrap_err().code()
}

#[test]
fn the_first_version_is_always_current() {
    for (extra, after) in [
        ("", "ACSCurrent=v1"),
        ("b a", "ACSCurrent=v1 b=v1 a=v1"),
        ("ACSCurrent", "ACSCurrent=v1"),
        ("a a", "ACSCurrent=v1 a=v1"),
    ] {
        let change = create_with(extra, &Tags::new(), None).unwrap();
        assert_eq!(written(&change.labels.unwrap().after), after);
    }
}

#[test]
fn a_creation_brings_the_secret_its_first_version_and_what_is_known_about_it() {
    let described = Description::new("main database").unwrap();
    let change = create(&name(), &described, &tags(2), &reference(1, "v1"), &[], None).unwrap();
    let mut expected = Change::of(Operation::Create);
    expected.existence = Existence::Appears;
    expected.labels = change.labels.clone();
    expected.description = Some(Shift::new(Description::default(), described));
    expected.tags = Some(Shift::new(Tags::new(), tags(2)));
    expected.added = vec![reference(1, "v1")];
    assert_eq!(change, expected);
    assert_eq!(expected.labels.unwrap().before, LabelMap::new());
}

#[test]
fn a_name_that_is_taken_is_refused_even_with_the_same_value() {
    let there = secret("v1", "ACSCurrent=v1");
    assert_eq!(code(&create_with("", &Tags::new(), Some(&there))), ErrorCode::ResourceExist);
}

#[test]
fn a_name_taken_by_a_scheduled_secret_is_refused_with_the_hint_to_restore_or_purge_it() {
    let there = scheduled(secret("v1", "ACSCurrent=v1"));
    let result = create_with("", &Tags::new(), Some(&there));
    assert_eq!(code(&result), ErrorCode::ResourceInDeleteWindow);
    let hint = result.unwrap_err().hint();
    assert!(hint.contains("etui restore db/password") && hint.contains("--force"), "{hint}");
}

#[test]
fn the_first_version_cannot_be_the_previous_one_too() {
    let there = secret("v1", "ACSCurrent=v1");
    for taken in [None, Some(&there)] {
        assert_eq!(code(&create_with("x ACSPrevious", &Tags::new(), taken)), ErrorCode::InvalidParameter);
    }
}

#[test]
fn a_new_secret_carries_at_most_six_labels_besides_the_built_in_ones() {
    assert!(create_with("a b c d e f", &Tags::new(), None).is_ok());
    assert_eq!(code(&create_with("a b c d e f g", &Tags::new(), None)), ErrorCode::LimitExceeded);
}

#[test]
fn a_secret_carries_at_most_twenty_tags() {
    assert!(create_with("", &tags(20), None).is_ok());
    assert_eq!(code(&create_with("", &tags(21), None)), ErrorCode::LimitExceeded);
}

#[test]
fn the_window_is_7_to_30_days_and_30_where_none_is_named() {
    assert_eq!(Deletion::new(None, false), Ok(Deletion::Window(30)));
    for days in [7, 30] {
        assert_eq!(Deletion::new(Some(days), false), Ok(Deletion::Window(days)));
    }
    for days in [0, 6, 31, u32::MAX] {
        let refusal = Deletion::new(Some(days), false).unwrap_err();
        assert_eq!(refusal.code(), ErrorCode::InvalidParameter);
    }
}

#[test]
fn force_and_a_window_together_are_an_invalid_parameter() {
    assert_eq!(Deletion::new(None, true), Ok(Deletion::Force));
    for days in [0, 7, 30] {
        let refusal = Deletion::new(Some(days), true).unwrap_err();
        assert_eq!(refusal, Refusal::WindowAndForce);
        assert_eq!(refusal.code(), ErrorCode::InvalidParameter);
    }
}

#[test]
fn in_the_window_the_secret_keeps_everything() {
    let state = secret("v1 v2", "ACSCurrent=v2 ACSPrevious=v1");
    let plan = delete(&state, Deletion::Window(7), time(CREATED)).unwrap();
    let mut expected = Change::of(Operation::Delete);
    expected.planned_deletion = Some(Shift::new(None, Some(time(CREATED + 7 * 86_400))));
    assert_eq!(plan.change(), Some(&expected));
}

#[test]
fn deleting_again_is_refused_unless_by_force() {
    let state = scheduled(secret("v1", "ACSCurrent=v1"));
    let again = delete(&state, Deletion::Window(30), time(CREATED));
    assert_eq!(outcome(&again), "Rejected.ResourceInDeleteWindow");
    assert!(delete(&state, Deletion::Force, time(CREATED)).is_ok());
}

#[test]
fn force_removes_every_version() {
    for state in [secret("v1 v2", "ACSCurrent=v2"), scheduled(secret("v1 v2", "ACSCurrent=v2"))] {
        let plan = delete(&state, Deletion::Force, time(CREATED)).unwrap();
        let change = plan.change().unwrap();
        assert_eq!(change.operation, Operation::ForceDelete);
        assert_eq!(change.existence, Existence::Disappears);
        assert_eq!(change.destroyed, [reference(1, "v1"), reference(2, "v2")]);
        assert_eq!(change.labels, Some(Shift::new(state.labels.clone(), LabelMap::new())));
        assert_eq!(change.planned_deletion.is_some(), state.planned_deletion.is_some());
    }
}

#[test]
fn restore_takes_the_schedule_back() {
    let state = scheduled(secret("v1", "ACSCurrent=v1"));
    let mut expected = Change::of(Operation::Restore);
    expected.planned_deletion = Some(Shift::new(state.planned_deletion, None));
    assert_eq!(restore(&state).unwrap().change(), Some(&expected));
}

#[test]
fn restore_of_a_secret_that_is_not_scheduled_is_refused_as_in_use() {
    assert_eq!(outcome(&restore(&secret("v1", "ACSCurrent=v1"))), "Rejected.ResourceInUse");
}

#[test]
fn a_secret_is_purgeable_past_its_window_and_not_before() {
    let state = scheduled(secret("v1", "ACSCurrent=v1"));
    let end = state.planned_deletion.unwrap().seconds();
    let purged_at = |seconds: i64| purge(&state, time(seconds), time(CREATED), false);
    assert_eq!(outcome(&purged_at(CREATED)), "Rejected.ResourceInDeleteWindow");
    assert_eq!(outcome(&purged_at(end - 1)), "Rejected.ResourceInDeleteWindow");
    let plan = purged_at(end).unwrap();
    let change = plan.change().unwrap();
    assert_eq!(change.operation, Operation::Purge);
    assert_eq!(change.existence, Existence::Disappears);
    assert_eq!(change.destroyed, [reference(1, "v1")]);
}

#[test]
fn a_secret_that_is_not_scheduled_is_not_purged() {
    let state = secret("v1", "ACSCurrent=v1");
    assert_eq!(outcome(&purge(&state, time(CREATED), time(CREATED), true)), "Rejected.ResourceInUse");
}

#[test]
fn a_purge_is_refused_when_the_clock_stands_before_the_newest_event_unless_by_force() {
    let state = scheduled(secret("v1", "ACSCurrent=v1"));
    let end = state.planned_deletion.unwrap();
    let newest = time(end.seconds() + 10);
    assert!(matches!(purge(&state, end, newest, false), Err(Refusal::ClockBehind { .. })));
    assert!(purge(&state, newest, newest, false).is_ok());
    assert!(purge(&state, end, newest, true).is_ok());
}

#[test]
fn answering_for_the_clock_does_not_end_a_window_early() {
    let state = scheduled(secret("v1", "ACSCurrent=v1"));
    let before = time(state.planned_deletion.unwrap().seconds() - 1);
    assert_eq!(outcome(&purge(&state, before, before, true)), "Rejected.ResourceInDeleteWindow");
}

#[test]
fn a_removal_takes_away_what_was_known_and_no_more() {
    let plain = scheduled(secret("v1", "ACSCurrent=v1"));
    let mut known = plain.clone();
    known.facts = Facts {
        description: Description::new("main database").unwrap(),
        tags: tags(2),
        retention: Some(Retention::new(3).unwrap()),
        rotation: None,
    };
    let Plan::Apply(change) = disappear(&known, Operation::Purge) else { panic!("a removal is a change") };
    assert_eq!(change.tags, Some(Shift::new(tags(2), Tags::new())));
    assert_eq!(change.description, Some(Shift::new(known.facts.description, Description::default())));
    assert_eq!((change.retention, change.rotation), (Some(Shift::new(known.facts.retention, None)), None));
    let Plan::Apply(change) = disappear(&plain, Operation::Purge) else { panic!("a removal is a change") };
    assert_eq!((change.tags, change.description, change.retention), (None, None, None));
}

#[test]
fn a_window_can_be_made_longer_and_shorter_within_its_bounds() {
    let longer = |days, by| Deletion::Window(days).longer_by(by);
    assert_eq!(longer(7, 1), Some(Deletion::Window(8)));
    assert_eq!(longer(8, -1), Some(Deletion::Window(7)));
    assert_eq!((longer(7, -1), longer(30, 1)), (None, None));
    assert_eq!(Deletion::Force.longer_by(1), None);
}
