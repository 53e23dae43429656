//! What a pull brings, and what stays as it is here.

use super::model::{ModelEngine, World};
use super::{all, pull, push, shape, usual};
use crate::support::vaults::{Place, create, fill, get, put};

#[test]
fn an_empty_vault_gets_all_that_was_pushed() {
    let (one, other, world) = (Place::new(), Place::new(), World::new());
    let (mut vault, mut engine) = (one.create(), ModelEngine::of(&world));
    fill(&mut vault);
    push(&mut vault, &mut engine, &all());
    let mut pulled = other.create();
    pull(&mut pulled, &mut engine);
    assert_eq!(shape(&mut pulled), shape(&mut vault));
    // And nothing is left to be done in either direction.
    assert!(!pull(&mut pulled, &mut engine).changes_anything());
    assert!(!push(&mut pulled, &mut engine, &all()).changes_anything());
}

#[test]
fn a_label_follows_where_only_the_engine_moved_it() {
    let (one, other, world) = (Place::new(), Place::new(), World::new());
    let (mut mine, mut theirs, mut engine) = (one.create(), other.create(), ModelEngine::of(&world));
    create(&mut mine, "a", "v1", "1").unwrap();
    push(&mut mine, &mut engine, &usual());
    pull(&mut theirs, &mut engine);
    put(&mut theirs, "a", "v2", "2").unwrap();
    push(&mut theirs, &mut engine, &usual());
    pull(&mut mine, &mut engine);
    assert_eq!(get(&mut mine, "a").unwrap(), "2");
    assert_eq!(shape(&mut mine), shape(&mut theirs));
}

#[test]
fn a_label_that_moved_on_both_sides_stays_and_is_named() {
    let (one, other, world) = (Place::new(), Place::new(), World::new());
    let (mut mine, mut theirs, mut engine) = (one.create(), other.create(), ModelEngine::of(&world));
    create(&mut mine, "a", "v1", "1").unwrap();
    push(&mut mine, &mut engine, &usual());
    pull(&mut theirs, &mut engine);
    put(&mut theirs, "a", "v2", "2").unwrap();
    push(&mut theirs, &mut engine, &usual());
    put(&mut mine, "a", "mine", "3").unwrap();
    let report = pull(&mut mine, &mut engine);
    assert_eq!(
        report.rows[0].remarks.iter().map(ToString::to_string).collect::<Vec<_>>()[0],
        "label 'ACSCurrent' stays on version 'mine'; there it marks 'v2'"
    );
    assert_eq!(get(&mut mine, "a").unwrap(), "3");
}

#[test]
fn a_label_that_moved_here_alone_stays_without_a_word() {
    let (place, world) = (Place::new(), World::new());
    let (mut vault, mut engine) = (place.create(), ModelEngine::of(&world));
    create(&mut vault, "a", "v1", "1").unwrap();
    push(&mut vault, &mut engine, &usual());
    put(&mut vault, "a", "v2", "2").unwrap();
    let report = pull(&mut vault, &mut engine);
    assert!(!report.changes_anything());
    assert!(report.rows[0].remarks.is_empty(), "{:?}", report.rows[0].remarks);
}

#[test]
fn what_was_written_there_without_etui_gets_its_number_as_its_id() {
    let (place, world) = (Place::new(), World::new());
    let (mut vault, mut engine) = (place.create(), ModelEngine::of(&world));
    world.borrow_mut().put("a", r#"{"value":"1"}"#);
    pull(&mut vault, &mut engine);
    assert_eq!(get(&mut vault, "a").unwrap(), "1");
    world.borrow_mut().put("a", r#"{"user":"me","n":1}"#);
    pull(&mut vault, &mut engine);
    assert_eq!(get(&mut vault, "a").unwrap(), r#"{"n":1,"user":"me"}"#);
    assert!(shape(&mut vault)["a"].contains("\nv2 text"));
    assert!(!pull(&mut vault, &mut engine).changes_anything());
    // It is known from now on, so it can be pushed.
    put(&mut vault, "a", "v3", "3").unwrap();
    push(&mut vault, &mut engine, &usual());
    assert_eq!(world.borrow().entry("a", "etui.versions"), Some("1:v1 2:v2 3:v3"));
}

#[test]
fn one_id_with_two_values_is_refused_and_the_rest_comes() {
    let (one, other, world) = (Place::new(), Place::new(), World::new());
    let (mut mine, mut theirs, mut engine) = (one.create(), other.create(), ModelEngine::of(&world));
    create(&mut theirs, "a", "v1", "theirs").unwrap();
    create(&mut theirs, "b", "v1", "theirs").unwrap();
    push(&mut theirs, &mut engine, &usual());
    create(&mut mine, "a", "v1", "mine").unwrap();
    let report = pull(&mut mine, &mut engine);
    assert_eq!(report.refusals().count(), 1);
    assert_eq!(
        (get(&mut mine, "a").unwrap(), get(&mut mine, "b").unwrap()),
        ("mine".to_owned(), "theirs".to_owned())
    );
    // It is as unknown as before.
    let lines = super::told(&push(&mut mine, &mut engine, &usual()));
    assert_eq!(lines[0], "a refused: it moved there: version 1 was stored by somebody else");
}
