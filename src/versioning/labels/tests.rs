//! The label map: one version a label, built-in labels first, the others as given last.

use super::super::test_support::{label, reference, written};
use super::*;

#[test]
fn a_label_marks_at_most_one_version() {
    let mut labels = LabelMap::new();
    labels.point(&label("x"), &reference(1, "v1"));
    labels.point(&label("x"), &reference(2, "v2"));
    assert_eq!(labels.len(), 1);
    assert_eq!(labels.target(&label("x")), Some(&reference(2, "v2")));
    assert!(labels.marks(VersionKey(2)) && !labels.marks(VersionKey(1)));
}

#[test]
fn labels_are_told_apart_by_case() {
    let mut labels = LabelMap::new();
    labels.point(&label("UStage1"), &reference(1, "v1"));
    labels.point(&label("Ustage1"), &reference(2, "v2"));
    assert_eq!(labels.len(), 2);
}

#[test]
fn built_in_labels_come_first_and_the_others_as_given_last() {
    let mut labels = LabelMap::new();
    for text in ["z", "ACSPrevious", "a", "ACSCurrent", "z"] {
        labels.point(&label(text), &reference(1, "v1"));
    }
    assert_eq!(written(&labels), "ACSCurrent=v1 ACSPrevious=v1 a=v1 z=v1");
}

#[test]
fn a_version_is_told_by_its_key_and_not_by_its_id() {
    let mut labels = LabelMap::new();
    labels.point(&label("x"), &reference(1, "v1"));
    assert!(labels.of(VersionKey(2)).is_empty());
    assert_eq!(labels.of(VersionKey(1)), [label("x")]);
}

#[test]
fn removing_says_whether_the_label_was_there() {
    let mut labels = LabelMap::new();
    labels.point(&label("x"), &reference(1, "v1"));
    assert!(labels.remove(&label("x")));
    assert!(!labels.remove(&label("x")));
    assert!(labels.is_empty());
}

#[test]
fn only_custom_labels_are_counted_as_such() {
    let mut labels = LabelMap::new();
    for text in ["ACSCurrent", "ACSPrevious", "ACSNext", "x"] {
        labels.point(&label(text), &reference(1, "v1"));
    }
    assert_eq!((labels.custom_count(), labels.len()), (2, 4));
    assert_eq!(labels.current(), labels.previous());
}
