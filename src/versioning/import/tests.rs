//! The rules of import: what is added, in which order, and which labels move.

use super::*;
use crate::domain::{Retention, RotationInterval, TagKey, TagValue};
use crate::versioning::test_support::{CREATED, id, keeping, label, name, scheduled, secret, time, written};

/// Incoming versions as `id@seconds` (new), `id=key` (the same as the one with that key), `id!` (another
/// value); an id `?` means none. New ones get keys from 101.
fn terms(labelling: Labelling, versions: &str, labels: &str) -> ImportTerms {
    let versions: Vec<ImportedVersion> = versions
        .split_whitespace()
        .zip(101..)
        .map(|(text, key)| {
            let split = text.find(['@', '=', '!']).unwrap_or(text.len());
            let (text, rest) = text.split_at(split);
            let number = rest.get(1..).and_then(|rest| rest.parse().ok());
            ImportedVersion {
                key: VersionKey(key),
                id: (text != "?").then(|| id(text)),
                created: number.filter(|_| rest.starts_with('@')).map(|seconds| time(CREATED + seconds)),
                note: None,
                matched: match rest.chars().next() {
                    Some('=') => Match::Same(VersionKey(number.unwrap())),
                    Some('!') => Match::Differs,
                    _ => Match::New,
                },
            }
        })
        .collect();
    let position = |text: &str| {
        versions.iter().position(|version| version.id.as_ref().is_some_and(|id| id.as_str() == text)).unwrap()
    };
    let labels = labels
        .split_whitespace()
        .map(|pair| pair.split_once('=').unwrap())
        .map(|(text, target)| (label(text), position(target)))
        .collect();
    ImportTerms {
        name: name(),
        facts: Facts::default(),
        versions,
        labels,
        labelling,
        follows: Vec::new(),
        now: time(CREATED + 1_000),
    }
}

/// What came of it: ids in the order of creation, then the labels.
fn result(state: Option<&SecretState>, terms: &ImportTerms) -> (String, String) {
    let imported = import(state, terms).unwrap();
    let known = |key: VersionKey| {
        let added = imported.added.iter().find(|added| added.reference.key == key);
        added
            .map(|added| added.reference.id.clone())
            .or_else(|| state?.version_of_key(key).map(|version| version.id.clone()))
            .unwrap()
    };
    let order: Vec<String> = imported.order.iter().map(|key| known(*key).to_string()).collect();
    let labels = match (&imported.change, state) {
        (Some(Change { labels: Some(shift), .. }), _) => written(&shift.after),
        (_, Some(state)) => written(&state.labels),
        (_, None) => String::new(),
    };
    (order.join(" "), labels)
}

fn expected(order: &str, labels: &str) -> (String, String) {
    (order.to_owned(), labels.to_owned())
}

fn remarks(state: Option<&SecretState>, terms: &ImportTerms) -> Vec<String> {
    import(state, terms).unwrap().remarks.iter().map(ToString::to_string).collect()
}

#[test]
fn a_new_secret_without_labels_has_its_newest_value_as_the_current_one() {
    let terms = terms(Labelling::NewestIsCurrent, "? ? ?", "");
    assert_eq!(result(None, &terms), expected("v1 v2 v3", "ACSCurrent=v3 ACSPrevious=v2"));
    let change = import(None, &terms).unwrap().change.unwrap();
    assert_eq!((change.operation, change.existence), (Operation::Import, Existence::Appears));
}

#[test]
fn a_value_that_came_back_is_one_version_and_the_current_one() {
    let terms = terms(Labelling::NewestIsCurrent, "? ? ?=101", "");
    assert_eq!(result(None, &terms), expected("v1 v2", "ACSCurrent=v1 ACSPrevious=v2"));
}

#[test]
fn a_new_value_becomes_current_and_older_ones_come_without_labels() {
    let state = secret("v1 v2", "ACSCurrent=v2 ACSPrevious=v1");
    let new = terms(Labelling::NewestIsCurrent, "?@-9 ?=2 ?", "");
    assert_eq!(result(Some(&state), &new), expected("v3 v1 v2 v4", "ACSCurrent=v4 ACSPrevious=v2"));
}

#[test]
fn what_any_version_holds_already_moves_nothing() {
    let state = secret("v1 v2", "ACSCurrent=v2 ACSPrevious=v1");
    assert_eq!(import(Some(&state), &terms(Labelling::NewestIsCurrent, "?=1", "")).unwrap().change, None);
    let history = terms(Labelling::NewestIsCurrent, "?@-5 ?=2", "");
    assert_eq!(result(Some(&state), &history), expected("v3 v1 v2", "ACSCurrent=v2 ACSPrevious=v1"));
}

#[test]
fn a_version_without_an_id_leaves_the_ids_of_later_ones_free() {
    let mixed = terms(Labelling::NewestIsCurrent, "? v1@5 ? v3@6", "");
    assert_eq!(result(None, &mixed).0, "v2 v1 v4 v3");
}

#[test]
fn retention_is_never_applied() {
    let state = keeping(secret("v1 v2", "ACSCurrent=v2"), 1);
    let change = import(Some(&state), &terms(Labelling::NewestIsCurrent, "?", "")).unwrap().change.unwrap();
    assert_eq!(change.destroyed, []);
}

#[test]
fn a_secret_in_its_window_is_not_imported() {
    let state = scheduled(secret("v1", "ACSCurrent=v1"));
    let refused = import(Some(&state), &terms(Labelling::NewestIsCurrent, "?", ""));
    assert!(matches!(refused, Err(Refusal::InDeleteWindow { .. })));
}

#[test]
fn an_id_with_another_value_is_refused_with_a_free_id() {
    let state = secret("v1 v2", "ACSCurrent=v2");
    let refused = import(Some(&state), &terms(Labelling::KeptHere, "v1=1 v2!", "ACSCurrent=v2"));
    let free = id("v3");
    assert_eq!(
        refused,
        Err(Refusal::VersionExists { name: name(), version: id("v2"), free, same_bytes_as: None })
    );
}

#[test]
fn labels_that_mark_a_version_here_stay_and_others_come_along() {
    let state = secret("v1 v2", "ACSCurrent=v2 ACSPrevious=v1 blue=v1");
    let other =
        terms(Labelling::KeptHere, "v1=1 v2=2 v3@9", "ACSCurrent=v3 ACSPrevious=v2 blue=v2 green=v3 old=v1");
    assert_eq!(
        result(Some(&state), &other),
        expected("v1 v2 v3", "ACSCurrent=v2 ACSPrevious=v1 blue=v1 green=v3 old=v1")
    );
    assert_eq!(
        remarks(Some(&state), &other),
        [
            "label 'ACSCurrent' stays on version 'v2'; there it marks 'v3'",
            "label 'ACSPrevious' stays on version 'v1'; there it marks 'v2'",
            "label 'blue' stays on version 'v1'; there it marks 'v2'",
        ]
    );
}

#[test]
fn the_previous_label_of_the_other_side_does_not_land_on_the_current_version() {
    let state = secret("v1", "ACSCurrent=v1");
    let other = terms(Labelling::KeptHere, "v1=1 v2@9", "ACSCurrent=v2 ACSPrevious=v1");
    assert_eq!(result(Some(&state), &other), expected("v1 v2", "ACSCurrent=v1"));
    assert_eq!(remarks(Some(&state), &other).len(), 2);
}

#[test]
fn a_label_comes_along_only_where_the_limit_allows() {
    let state = secret("v1", "ACSCurrent=v1 a=v1 b=v1 c=v1 d=v1 e=v1");
    let other = terms(Labelling::KeptHere, "v1=1", "ACSCurrent=v1 f=v1 g=v1");
    assert_eq!(result(Some(&state), &other).1, "ACSCurrent=v1 a=v1 b=v1 c=v1 d=v1 e=v1 f=v1");
    assert!(remarks(Some(&state), &other)[0].starts_with("label 'g', which marks version 'v1' there,"));
}

#[test]
fn a_new_secret_takes_over_the_labels_of_its_source() {
    let source = terms(Labelling::KeptHere, "v1@1 v2@2 v3@3", "ACSCurrent=v2 ACSPrevious=v3 blue=v1");
    assert_eq!(result(None, &source), expected("v1 v2 v3", "ACSCurrent=v2 ACSPrevious=v3 blue=v1"));
}

#[test]
fn without_a_current_version_there_the_newest_is_the_current_one() {
    let source = terms(Labelling::AsPut, "v1@1 v2@2", "ACSPrevious=v2");
    assert_eq!(result(None, &source), expected("v1 v2", "ACSCurrent=v2"));
    assert_eq!(remarks(None, &source), ["no version was marked as the current one; it is 'v2', the newest"]);
}

#[test]
fn new_versions_of_a_cloud_take_their_labels_as_in_a_put() {
    let state = secret("v1 v2", "ACSCurrent=v2 ACSPrevious=v1 live=v1");
    let rotated = terms(Labelling::AsPut, "v2=2 v3", "ACSPrevious=v2 ACSCurrent=v3 live=v3");
    assert_eq!(result(Some(&state), &rotated), expected("v1 v2 v3", "ACSCurrent=v3 ACSPrevious=v2 live=v3"));
    let again = terms(Labelling::AsPut, "v1=1 v2=2", "ACSCurrent=v1 live=v2");
    assert_eq!(import(Some(&state), &again).unwrap().change, None);
}

#[test]
fn versions_are_merged_by_time_then_id_and_each_side_keeps_its_order() {
    // Here: v1, v2, b at 1, 2, 3 seconds.
    let state = secret("v1 v2 b", "ACSCurrent=b");
    let other = terms(Labelling::KeptHere, "v1=1 v2=2 c@3 a@3 z@2", "ACSCurrent=z");
    assert_eq!(result(Some(&state), &other).0, "v1 v2 b c a z");
    let early = terms(Labelling::KeptHere, "x@-5 v1=1 y@0 v2=2", "ACSCurrent=v2");
    assert_eq!(result(Some(&state), &early).0, "x v1 y v2 b");
}

#[test]
fn sides_that_disagree_about_the_order_are_still_merged() {
    let state = secret("v1 v2 v3", "ACSCurrent=v3");
    let other = terms(Labelling::KeptHere, "v3=3 v1=1 v9@9", "ACSCurrent=v9");
    assert_eq!(result(Some(&state), &other).0, "v1 v2 v3 v9");
}

#[test]
fn metadata_here_stays_and_is_remarked() {
    let state = secret("v1", "ACSCurrent=v1");
    let mut other = terms(Labelling::KeptHere, "v1=1", "ACSCurrent=v1");
    other.facts.description = Description::new("theirs").unwrap();
    other.facts.retention = Retention::new(3).ok();
    other.versions[0].note = Note::new("theirs").ok();
    let imported = import(Some(&state), &other).unwrap();
    assert_eq!(imported.change, None);
    assert_eq!(
        imported.remarks,
        [
            ImportRemark::DescriptionStays,
            ImportRemark::RetentionStays,
            ImportRemark::NoteStays { version: id("v1") }
        ]
    );
}

#[test]
fn what_is_known_comes_with_a_new_secret_only() {
    let mut terms = terms(Labelling::NewestIsCurrent, "a@1", "");
    let imported = import(None, &terms).unwrap().change.unwrap();
    assert_eq!((imported.description, imported.tags), (None, None));
    terms.facts = Facts {
        description: Description::new("main database").unwrap(),
        tags: tags(20),
        retention: Some(Retention::new(3).unwrap()),
        rotation: Some(RotationInterval::new(90).unwrap()),
    };
    let imported = import(None, &terms).unwrap().change.unwrap();
    assert_eq!(imported.description.unwrap().after, terms.facts.description);
    assert_eq!(imported.tags.unwrap().after.len(), 20);
    let mut state = secret("v1", "ACSCurrent=v1");
    assert_eq!(remarks(Some(&state), &terms).len(), 4, "each of what stays is said");
    // The same is known already, or the source says nothing.
    state.facts = terms.facts.clone();
    assert_eq!(remarks(Some(&state), &terms).len(), 0);
    terms.facts = Facts::default();
    assert_eq!(remarks(Some(&state), &terms).len(), 0);
    terms.facts.tags = tags(21);
    assert!(matches!(import(None, &terms), Err(Refusal::TagLimit { .. })));
}

fn tags(count: usize) -> Tags {
    (0..count).map(|number| (TagKey::new(&format!("k{number}")).unwrap(), TagValue::default())).collect()
}

#[test]
fn only_one_label_more_than_eight_is_left_out() {
    let eight = "ACSCurrent=v1 a=v1 b=v1 c=v1 d=v1 e=v1 f=v1 g=v1 h=v1";
    let state = secret("v1", eight);
    let terms = terms(Labelling::AsPut, "v2@1", "a=v2 i=v2");
    let (_, labels) = result(Some(&state), &terms);
    assert!(labels.contains("a=v2") && !labels.contains("i="), "{labels}");
    assert_eq!(remarks(Some(&state), &terms).len(), 1, "'i' would be the ninth");
}
