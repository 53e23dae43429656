//! Descriptions, tags, retention, rotation, notes and names, sentence by sentence.

use super::super::test_support::{id, name, outcome, scheduled, secret};
use super::*;
use crate::domain::{ErrorCode, TagValue};

fn tag(key: &str, value: &str) -> (TagKey, TagValue) {
    (TagKey::new(key).unwrap(), TagValue::new(value).unwrap())
}

fn tags(range: std::ops::Range<usize>) -> Tags {
    range.map(|number| tag(&format!("k{number}"), "")).collect()
}

fn with_tags(range: std::ops::Range<usize>) -> SecretState {
    let mut state = secret("v1", "ACSCurrent=v1");
    state.facts.tags = tags(range);
    state
}

fn changed(result: Result<Plan, Refusal>) -> Change {
    result.unwrap().change().cloned().expect("something changes")
}

#[test]
fn an_update_changes_what_it_names_and_nothing_about_versions() {
    let state = secret("v1", "ACSCurrent=v1");
    let description = Description::new("main database").unwrap();
    let wanted = MetadataUpdate { description: Some(description.clone()), ..MetadataUpdate::default() };
    let mut expected = Change::of(Operation::Update);
    expected.description = Some(Shift::new(Description::default(), description));
    assert_eq!(changed(update(&state, &wanted)), expected);
}

#[test]
fn an_update_that_changes_nothing_is_a_success_without_a_change() {
    let state = with_tags(0..2);
    for wanted in [
        MetadataUpdate::default(),
        MetadataUpdate { description: Some(Description::default()), ..MetadataUpdate::default() },
        MetadataUpdate { tags: tags(0..1), ..MetadataUpdate::default() },
        MetadataUpdate { untag: vec![TagKey::new("absent").unwrap()], ..MetadataUpdate::default() },
        MetadataUpdate { retention: Some(None), rotation: Some(None), ..MetadataUpdate::default() },
    ] {
        assert_eq!(update(&state, &wanted), Ok(Plan::Unchanged), "{wanted:?}");
    }
}

#[test]
fn tags_are_set_replaced_and_taken_away_and_the_others_stay() {
    let state = with_tags(0..3);
    let wanted = MetadataUpdate {
        tags: [tag("k1", "new"), tag("k9", "more")].into_iter().collect(),
        untag: vec![TagKey::new("k0").unwrap()],
        ..MetadataUpdate::default()
    };
    let after = changed(update(&state, &wanted)).tags.unwrap().after;
    assert_eq!(after, [tag("k1", "new"), tag("k2", ""), tag("k9", "more")].into_iter().collect());
}

#[test]
fn a_twenty_first_tag_is_beyond_the_limit() {
    let wanted = |range| MetadataUpdate { tags: tags(range), ..MetadataUpdate::default() };
    assert!(update(&with_tags(0..19), &wanted(19..20)).is_ok());
    assert_eq!(outcome(&update(&with_tags(0..20), &wanted(20..21))), "Rejected.LimitExceeded");
    assert!(update(&with_tags(0..20), &wanted(0..20)).is_ok(), "a tag that is there counts once");
    let exchanged = MetadataUpdate { untag: vec![TagKey::new("k0").unwrap()], ..wanted(20..21) };
    assert!(update(&with_tags(0..20), &exchanged).is_ok(), "one goes, one comes");
}

#[test]
fn a_retention_number_destroys_nothing_by_itself() {
    let state = secret("v1 v2 v3 v4", "ACSCurrent=v4 ACSPrevious=v3");
    let retention = Some(Some(Retention::new(1).unwrap()));
    let change = changed(update(&state, &MetadataUpdate { retention, ..MetadataUpdate::default() }));
    assert_eq!(change.retention, Some(Shift::new(None, Retention::new(1).ok())));
    assert!(change.destroyed.is_empty() && change.labels.is_none());
}

#[test]
fn nothing_about_a_scheduled_secret_is_changed() {
    let state = scheduled(secret("v1", "ACSCurrent=v1"));
    let window = "Rejected.ResourceInDeleteWindow";
    assert_eq!(outcome(&update(&state, &MetadataUpdate::default())), window);
    assert_eq!(outcome(&annotate(&state, &id("v9"), None)), window);
    assert_eq!(outcome(&rename(&state, &name(), None)), window);
}

#[test]
fn a_note_is_given_changed_and_taken_away() {
    let mut state = secret("v1 v2", "ACSCurrent=v2");
    let note = Note::new("trial").unwrap();
    let change = changed(annotate(&state, &id("v1"), Some(&note)));
    let shift = change.notes[0].clone();
    assert_eq!(shift.version, state.versions[0].reference());
    assert_eq!(shift.note, Shift::new(None, Some(note.clone())));
    state.versions[0].note = Some(note.clone());
    assert_eq!(annotate(&state, &id("v1"), Some(&note)), Ok(Plan::Unchanged));
    let gone = changed(annotate(&state, &id("v1"), None)).notes[0].note.clone();
    assert_eq!(gone, Shift::new(Some(note), None));
    assert_eq!(outcome(&annotate(&state, &id("v3"), None)), "Forbidden.ResourceNotFound");
}

#[test]
fn a_rename_keeps_versions_labels_and_history_and_needs_a_free_name() {
    let state = secret("v1", "ACSCurrent=v1");
    let to = SecretName::new("db/other").unwrap();
    let mut expected = Change::of(Operation::Rename);
    expected.name = Some(Shift::new(name(), to.clone()));
    assert_eq!(changed(rename(&state, &to, None)), expected);
    let mut taken = secret("v1", "ACSCurrent=v1");
    taken.name = to.clone();
    let refused = rename(&state, &to, Some(&taken)).unwrap_err();
    assert_eq!(refused.code(), ErrorCode::ResourceExist);
    let in_window = rename(&state, &to, Some(&scheduled(taken))).unwrap_err();
    assert_eq!(in_window.code(), ErrorCode::ResourceInDeleteWindow);
    assert_eq!(rename(&state, &name(), Some(&state)), Ok(Plan::Unchanged));
}
