//! Which broken states are known as such: a state read from a file is never trusted.

use super::super::test_support::{reference, secret};
use super::*;
use crate::domain::{TagKey, TagValue};

fn whole() -> SecretState {
    secret("v1 v2 v3", "ACSCurrent=v3 ACSPrevious=v2 a=v1 b=v1 c=v1 d=v1 e=v1 f=v1")
}

#[test]
fn a_secret_at_every_limit_breaks_no_invariant() {
    let mut state = whole();
    for number in 0..20 {
        state.facts.tags.set(TagKey::new(&format!("k{number}")).unwrap(), TagValue::default());
    }
    assert_eq!((state.broken_invariant(), state.exceeded_limit()), (None, None));
}

#[test]
fn an_exceeded_limit_is_named_and_breaks_no_invariant() {
    let mut state = whole();
    state.labels.point(&StageLabel::new("g").unwrap(), &reference(1, "v1"));
    assert_eq!(state.exceeded_limit(), Some("there are more than eight labels"));
    assert_eq!(state.broken_invariant(), None);
    let mut state = whole();
    for number in 0..21 {
        state.facts.tags.set(TagKey::new(&format!("k{number}")).unwrap(), TagValue::default());
    }
    assert_eq!(state.exceeded_limit(), Some("there are more than twenty tags"));
    assert_eq!(state.broken_invariant(), None);
}

#[test]
fn every_broken_invariant_is_named() {
    type Break = fn(&mut SecretState);
    let cases: [(&str, Break); 7] = [
        ("no version is marked ACSCurrent", |state| {
            state.labels.remove(&StageLabel::current());
        }),
        ("one version is marked both ACSCurrent and ACSPrevious", |state| {
            state.labels.point(&StageLabel::previous(), &reference(3, "v3"));
        }),
        ("a label marks a version that is not there", |state| {
            state.labels.point(&StageLabel::new("a").unwrap(), &reference(9, "v9"));
        }),
        ("a label marks a version that is not there", |state| {
            state.labels.point(&StageLabel::new("a").unwrap(), &reference(1, "v2"));
        }),
        ("a label marks a version that is not there", |state| {
            state.versions.pop();
        }),
        ("two versions have the same id", |state| {
            let mut twin = state.versions[0].clone();
            twin.key = VersionKey(77);
            state.versions.push(twin);
        }),
        ("a version is beyond the creation order", |state| state.next_order = 3),
    ];
    for (sentence, break_it) in cases {
        let mut state = whole();
        break_it(&mut state);
        assert_eq!(state.broken_invariant(), Some(sentence));
    }
}

#[test]
fn the_newest_version_is_the_last_in_creation_order() {
    assert_eq!(whole().newest().unwrap().id.as_str(), "v3");
}

#[test]
fn versions_are_found_by_id_key_and_label() {
    let state = whole();
    let second = &state.versions[1];
    assert_eq!(state.version(&second.id), Some(second));
    assert_eq!(state.version_of_key(VersionKey(2)), Some(second));
    assert_eq!(state.version_of_label(&StageLabel::previous()), Some(second));
    assert_eq!(state.version_of_label(&StageLabel::new("nowhere").unwrap()), None);
}
