//! Which label moves a change names.

use super::super::test_support::{id, label, reference, secret};
use super::*;

fn moves(before: &str, after: &str) -> String {
    let labels = |text: &str| secret("v1 v2 v3", text).labels;
    let mut change = Change::of(Operation::Stage);
    change.labels = Some(Shift::new(labels(before), labels(after)));
    let shown = |version: Option<VersionId>| version.map_or_else(|| "-".to_owned(), |id| id.to_string());
    let moves: Vec<String> = change
        .moves()
        .into_iter()
        .map(|m| format!("{}:{}>{}", m.label, shown(m.from), shown(m.to)))
        .collect();
    moves.join(" ")
}

#[test]
fn moved_added_and_removed_labels_are_named_and_those_that_stay_are_not() {
    assert_eq!(
        moves(
            "ACSCurrent=v2 ACSPrevious=v1 stays=v1 moves=v1 goes=v3",
            "ACSCurrent=v3 ACSPrevious=v2 stays=v1 moves=v3 comes=v1"
        ),
        "ACSCurrent:v2>v3 ACSPrevious:v1>v2 moves:v1>v3 comes:->v1 goes:v3>-"
    );
}

#[test]
fn another_order_is_no_move() {
    assert_eq!(moves("a=v1 b=v1", "b=v1 a=v1"), "");
}

#[test]
fn a_change_without_labels_moves_none() {
    assert!(Change::of(Operation::Note).moves().is_empty());
}

#[test]
fn the_same_id_on_another_version_is_a_move() {
    let mut before = LabelMap::new();
    before.point(&label("x"), &VersionRef { key: super::super::VersionKey(1), id: id("v1") });
    let mut after = LabelMap::new();
    after.point(&label("x"), &VersionRef { key: super::super::VersionKey(2), id: id("v1") });
    let mut change = Change::of(Operation::Undo);
    change.labels = Some(Shift::new(before, after));
    assert_eq!(change.moves().len(), 1);
}

#[test]
fn a_plan_lends_its_change() {
    let change = Change::of(Operation::Put);
    assert_eq!(Plan::Apply(Box::new(change.clone())).change(), Some(&change));
    assert_eq!(Plan::Unchanged.change(), None);
}

#[test]
fn a_version_with_another_id_or_key_neither_comes_nor_goes() {
    let mut change = Change::of(Operation::Effect);
    // By key, by id, and one each that is really new and really gone.
    change.destroyed = vec![reference(1, "a"), reference(2, "b"), reference(3, "gone")];
    change.added = vec![reference(1, "a-2"), reference(9, "b"), reference(4, "new")];
    assert_eq!(change.gained(), [reference(4, "new")]);
    assert_eq!(change.lost(), [reference(3, "gone")]);
    assert_eq!(change.other_ids(), [(&id("a"), &id("a-2"))]);
}
