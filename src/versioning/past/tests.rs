//! What one secret was, change by change.

use super::super::test_support::{CREATED, id, name, reference, secret, time, written};
use super::*;
use crate::domain::{Description, Note, Retention};
use crate::versioning::{NoteShift, Operation, Shift};

fn labels(before: &str, after: &str, versions: &str) -> Option<Shift<LabelMap>> {
    Some(Shift::new(secret(versions, before).labels, secret(versions, after).labels))
}

/// v2 was put, and v1 destroyed with it.
fn put_that_destroyed() -> Change {
    let mut change = Change::of(Operation::Put);
    change.labels = labels("ACSCurrent=v2 ACSPrevious=v1", "ACSCurrent=v3 ACSPrevious=v2", "v1 v2 v3");
    change.added = vec![reference(3, "v3")];
    change.destroyed = vec![reference(1, "v1")];
    change
}

fn ids(past: &PastSecret) -> String {
    past.state.versions.iter().map(|version| version.id.as_str()).collect::<Vec<_>>().join(" ")
}

#[test]
fn labels_names_and_facts_are_as_they_were_before_the_change() {
    let mut change = Change::of(Operation::Update);
    change.name = Some(Shift::new(SecretName::new("old").unwrap(), name()));
    change.description = Some(Shift::new(Description::new("before").unwrap(), Description::default()));
    change.retention = Some(Shift::new(Retention::new(3).ok(), None));
    change.labels = labels("ACSCurrent=v1", "ACSCurrent=v2 ACSPrevious=v1", "v1 v2");
    let mut rewind = Rewind::of(secret("v1 v2", "ACSCurrent=v2 ACSPrevious=v1"));
    rewind.take_back(&SecretName::new("old").unwrap(), &change, time(CREATED + 9));
    let past = rewind.finish().unwrap();
    assert_eq!(past.state.name.as_str(), "old");
    assert_eq!(past.state.facts.description.as_str(), "before");
    assert_eq!(past.state.facts.retention, Retention::new(3).ok());
    assert_eq!(written(&past.state.labels), "ACSCurrent=v1");
}

#[test]
fn a_version_that_was_destroyed_since_is_there_without_its_value() {
    let mut now = secret("v1 v2 v3", "ACSCurrent=v3 ACSPrevious=v2");
    now.versions.remove(0);
    let mut rewind = Rewind::of(now);
    rewind.take_back(&name(), &put_that_destroyed(), time(CREATED + 9));
    assert!(rewind.needs_more());
    let mut put = Change::of(Operation::Put);
    put.added = vec![reference(2, "v2")];
    rewind.look_at(&put, time(CREATED + 5));
    assert!(rewind.needs_more(), "when v1 was stored is not known yet");
    let mut create = Change::of(Operation::Create);
    create.existence = Existence::Appears;
    create.added = vec![reference(1, "v1")];
    create.note_on_stored(Note::new("first").ok().as_ref());
    rewind.look_at(&create, time(CREATED + 1));
    assert!(!rewind.needs_more());
    let past = rewind.finish().unwrap();
    assert_eq!(ids(&past), "v1 v2");
    assert_eq!(past.state.versions[0].created, time(CREATED + 1));
    assert_eq!(past.state.versions[0].note, Note::new("first").ok());
    assert_eq!(past.state.updated, time(CREATED + 5));
    assert_eq!(past.state.broken_invariant(), None);
    let previous = Selector { version_id: Some(id("v1")), ..Selector::default() };
    assert_eq!(
        past.select_readable(&previous),
        Err(Refusal::DestroyedSince { name: name(), version: id("v1"), destroyed: time(CREATED + 9) })
    );
    assert_eq!(past.select_readable(&Selector::default()).unwrap().id, id("v2"));
}

#[test]
fn a_secret_that_was_removed_since_gets_its_facts_from_earlier_changes() {
    let mut purge = Change::of(Operation::Purge);
    purge.existence = Existence::Disappears;
    purge.labels = Some(Shift::new(secret("v1", "ACSCurrent=v1").labels, LabelMap::new()));
    purge.destroyed = vec![reference(1, "v1")];
    let mut rewind = Rewind::of_removed(name());
    rewind.take_back(&name(), &purge, time(CREATED + 9));
    for (after, at) in [("newer", 5), ("older", 3)] {
        let mut described = Change::of(Operation::Update);
        described.description = Some(Shift::new(Description::default(), Description::new(after).unwrap()));
        rewind.look_at(&described, time(CREATED + at));
    }
    let mut create = Change::of(Operation::Create);
    create.existence = Existence::Appears;
    create.added = vec![reference(1, "v1")];
    rewind.look_at(&create, time(CREATED + 1));
    let past = rewind.finish().unwrap();
    assert_eq!(past.state.facts.description.as_str(), "newer");
    assert_eq!((past.state.created, past.state.updated), (time(CREATED + 1), time(CREATED + 5)));
    assert_eq!(ids(&past), "v1");
}

#[test]
fn before_its_creation_there_is_no_secret() {
    let mut create = Change::of(Operation::Create);
    create.existence = Existence::Appears;
    let mut rewind = Rewind::of(secret("v1", "ACSCurrent=v1"));
    rewind.take_back(&name(), &create, time(CREATED));
    assert!(!rewind.needs_more());
    assert_eq!(rewind.finish(), None);
}

#[test]
fn a_note_is_the_one_of_that_time() {
    let mut noted = Change::of(Operation::Note);
    let note = Shift::new(Note::new("before").ok(), Note::new("after").ok());
    noted.notes = vec![NoteShift { version: reference(1, "v1"), note }];
    let mut rewind = Rewind::of(secret("v1", "ACSCurrent=v1"));
    rewind.take_back(&name(), &noted, time(CREATED));
    assert_eq!(rewind.finish().unwrap().state.versions[0].note, Note::new("before").ok());
}

#[test]
fn a_secret_in_its_deletion_window_then_is_not_read() {
    let mut restored = Change::of(Operation::Restore);
    restored.planned_deletion = Some(Shift::new(Some(time(CREATED + 99)), None));
    let mut rewind = Rewind::of(secret("v1", "ACSCurrent=v1"));
    rewind.take_back(&name(), &restored, time(CREATED));
    let past = rewind.finish().unwrap();
    let refused = past.select(&Selector::default());
    assert_eq!(refused, Err(Refusal::ScheduledThen { name: name(), planned: time(CREATED + 99) }));
}

#[test]
fn a_version_that_a_merge_renamed_had_its_id_before() {
    let mut effect = Change::of(Operation::Effect);
    effect.destroyed = vec![reference(1, "v1")];
    effect.added = vec![reference(1, "v1-0a1b2c3d")];
    let mut now = secret("v1-0a1b2c3d", "ACSCurrent=v1-0a1b2c3d");
    effect.labels = Some(Shift::new(secret("v1", "ACSCurrent=v1").labels, now.labels.clone()));
    now.versions[0].given = Some(id("v1"));
    let mut rewind = Rewind::of(now);
    rewind.take_back(&name(), &effect, time(CREATED));
    let past = rewind.finish().unwrap();
    assert_eq!(ids(&past), "v1");
    assert!(past.destroyed.is_empty() && past.state.broken_invariant().is_none());
}
