//! What a push brings, and what it leaves as it is.

use etui::engine::{Layout, PushTerms};
use etui::vault::{StageRequest, Vault};
use etui::versioning::StageMove;

use super::model::{ModelEngine, World};
use super::{all, plan_push, pull, push, told, usual, with_labels};
use crate::support::fixtures::{rename_request, secret_name, stage_label, version_id};
use crate::support::vaults::{Place, create, fill, put};

#[test]
fn a_plan_says_what_a_push_does_and_changes_nothing() {
    let (place, world) = (Place::new(), World::new());
    let (mut vault, mut engine) = (place.create(), ModelEngine::of(&world));
    fill(&mut vault);
    let planned = told(&plan_push(&mut vault, &mut engine, &usual()));
    assert_eq!(
        planned,
        [
            "db/password +v1 +v2 ACSCurrent:->v2 ACSPrevious:->v1 (the notes of its versions stay here)",
            "old refused: it is scheduled for deletion here",
            "tls/key +2026-11 ACSCurrent:->2026-11",
        ]
    );
    assert!(world.borrow().secrets.is_empty());
    assert_eq!(told(&push(&mut vault, &mut engine, &usual())), planned);
    let world = world.borrow();
    assert_eq!(world.document("db/password", 2), r#"{"value":"hunter2"}"#);
    assert_eq!(world.entry("db/password", "etui.versions"), Some("1:v1 2:v2"));
    assert_eq!(world.entry("db/password", "etui.label.ACSPrevious"), Some("v1"));
    assert_eq!(world.entry("db/password", "description"), Some("main database"));
    assert_eq!(world.entry("db/password", "team"), Some("payments"));
    assert!(world.document("tls/key", 1).starts_with(r#"{"value_base64":"#));
}

#[test]
fn a_push_that_is_repeated_changes_nothing() {
    let (place, world) = (Place::new(), World::new());
    let (mut vault, mut engine) = (place.create(), ModelEngine::of(&world));
    fill(&mut vault);
    push(&mut vault, &mut engine, &all());
    let before = format!("{:?}", world.borrow());
    // With the memory of this machine, and on one that has none.
    for mut vault in [place.open().unwrap(), place.open_without_memory().unwrap()] {
        let report = push(&mut vault, &mut engine, &all());
        assert!(!report.changes_anything(), "{:?}", told(&report));
    }
    assert_eq!(format!("{:?}", world.borrow()), before);
}

/// Makes a label mark a version.
fn stage(vault: &mut Vault, name: &str, label: &str, id: &str) {
    let state = vault.describe(&secret_name(name)).unwrap().secret;
    let label = stage_label(label);
    let from = state.labels.target(&label).map(|target| target.id.clone());
    let stage = StageMove::new(label, Some(version_id(id)), from).unwrap();
    vault
        .update_secret_version_stage(&StageRequest { name: secret_name(name), stage, expected: None })
        .unwrap();
}

#[test]
fn labels_narrow_a_push_and_all_versions_widen_it() {
    let (place, world) = (Place::new(), World::new());
    let (mut vault, mut engine) = (place.create(), ModelEngine::of(&world));
    create(&mut vault, "a", "v1", "1").unwrap();
    put(&mut vault, "a", "v2", "2").unwrap();
    put(&mut vault, "a", "v3", "3").unwrap();
    stage(&mut vault, "a", "blue", "v1");
    assert_eq!(told(&push(&mut vault, &mut engine, &with_labels("blue"))), ["a +v1 blue:->v1"]);
    assert_eq!(
        told(&push(&mut vault, &mut engine, &usual())),
        ["a +v2 +v3 ACSCurrent:->v3 ACSPrevious:->v2"]
    );
    put(&mut vault, "a", "v4", "4").unwrap();
    put(&mut vault, "a", "v5", "5").unwrap();
    put(&mut vault, "a", "v6", "6").unwrap();
    assert_eq!(
        told(&push(&mut vault, &mut engine, &all())),
        ["a +v4 +v5 +v6 ACSCurrent:v3>v6 ACSPrevious:v2>v5"]
    );
}

#[test]
fn what_somebody_else_stored_there_is_never_pushed_over() {
    for remembers in [true, false] {
        let (place, world) = (Place::new(), World::new());
        let (mut vault, mut engine) = (place.create(), ModelEngine::of(&world));
        create(&mut vault, "a", "v1", "1").unwrap();
        push(&mut vault, &mut engine, &usual());
        world.borrow_mut().put("a", r#"{"value":"theirs"}"#);
        put(&mut vault, "a", "v2", "mine").unwrap();
        if !remembers {
            vault = place.open_without_memory().unwrap();
        }
        let before = format!("{:?}", world.borrow());
        assert_eq!(
            told(&push(&mut vault, &mut engine, &usual())),
            ["a refused: it moved there: version 2 was stored by somebody else"]
        );
        assert_eq!(format!("{:?}", world.borrow()), before);
    }
}

#[test]
fn a_label_that_moved_there_is_never_moved_back() {
    let (place, world) = (Place::new(), World::new());
    let (mut vault, mut engine) = (place.create(), ModelEngine::of(&world));
    create(&mut vault, "a", "v1", "1").unwrap();
    put(&mut vault, "a", "v2", "2").unwrap();
    push(&mut vault, &mut engine, &usual());
    world.borrow_mut().write("a", "etui.label.ACSCurrent", "v1");
    put(&mut vault, "a", "v3", "3").unwrap();
    let refused = "refused: it moved there: label 'ACSCurrent' marks 'v1' there, not";
    assert_eq!(told(&push(&mut vault, &mut engine, &usual())), [format!("a {refused} 'v2'")]);
    // Without memory nobody knows who moved it.
    let mut other = place.open_without_memory().unwrap();
    assert_eq!(told(&push(&mut other, &mut engine, &usual())), [format!("a {refused} none")]);
    // A pull shows the conflict, and then it is known.
    let report = pull(&mut vault, &mut engine);
    let remarks = format!("{:?}", report.rows[0].remarks);
    assert!(remarks.contains("LabelStays"), "{remarks}");
    assert_eq!(told(&push(&mut vault, &mut engine, &usual())), ["a +v3 ACSCurrent:v1>v3 ACSPrevious:v1>v2"]);
}

#[test]
fn a_rollback_moves_labels_and_stores_nothing() {
    let (place, world) = (Place::new(), World::new());
    let (mut vault, mut engine) = (place.create(), ModelEngine::of(&world));
    create(&mut vault, "a", "v1", "1").unwrap();
    put(&mut vault, "a", "v2", "2").unwrap();
    push(&mut vault, &mut engine, &usual());
    stage(&mut vault, "a", "ACSCurrent", "v1");
    let newest =
        "the newest there is 'v2', so that is what a read without a number gets; ACSCurrent marks 'v1'";
    assert_eq!(
        told(&push(&mut vault, &mut engine, &usual())),
        [format!("a ACSCurrent:v2>v1 ACSPrevious:v1>v2 ({newest})")]
    );
    assert_eq!(world.borrow().secrets["a"].secret.current, 2);
}

#[test]
fn a_secret_that_was_renamed_is_new_there_and_the_old_one_is_named_and_kept() {
    let (place, world) = (Place::new(), World::new());
    let (mut vault, mut engine) = (place.create(), ModelEngine::of(&world));
    create(&mut vault, "a", "v1", "1").unwrap();
    push(&mut vault, &mut engine, &usual());
    vault.rename_secret(&rename_request("a", "b")).unwrap();
    assert_eq!(
        told(&push(&mut vault, &mut engine, &usual())),
        ["b +v1 ACSCurrent:->v1 (it is 'a' there still: it was renamed here, and nothing is deleted there)"]
    );
    assert_eq!(world.borrow().secrets.len(), 2);
    let losses = pull(&mut vault, &mut engine).losses;
    assert_eq!(losses[0].to_string(), "'a' is left out: it was renamed here, to 'b'");
}

#[test]
fn what_others_write_beside_the_versions_stays() {
    let (place, world) = (Place::new(), World::new());
    let (mut vault, mut engine) = (place.create(), ModelEngine::of(&world));
    fill(&mut vault);
    push(&mut vault, &mut engine, &usual());
    world.borrow_mut().write("db/password", "owner", "ops");
    world.borrow_mut().write("db/password", "team", "platform");
    put(&mut vault, "db/password", "v4", "4").unwrap();
    assert_eq!(
        told(&push(&mut vault, &mut engine, &usual()))[0],
        "db/password +v4 ACSCurrent:v2>v4 ACSPrevious:v1>v2 (its tag 'team' was changed there and stays so)"
    );
    let world = world.borrow();
    assert_eq!(world.entry("db/password", "owner"), Some("ops"));
    assert_eq!(world.entry("db/password", "team"), Some("platform"));
}

#[test]
fn a_mount_that_keeps_few_versions_gets_the_newest_and_never_loses_a_marked_one() {
    let (place, world) = (Place::new(), World::new());
    world.borrow_mut().kept = 3;
    let (mut vault, mut engine) = (place.create(), ModelEngine::of(&world));
    create(&mut vault, "a", "v1", "1").unwrap();
    for id in ["v2", "v3", "v4", "v5"] {
        put(&mut vault, "a", id, id).unwrap();
    }
    assert_eq!(
        told(&push(&mut vault, &mut engine, &all())),
        [
            "a +v3 +v4 +v5 ACSCurrent:->v5 ACSPrevious:->v4 ('v1', 'v2' are left out: 3 versions are kept there)"
        ]
    );
    assert!(!push(&mut vault, &mut engine, &all()).changes_anything());
    put(&mut vault, "a", "v6", "v6").unwrap();
    stage(&mut vault, "a", "blue", "v3");
    assert_eq!(
        told(&push(&mut vault, &mut engine, &all())),
        ["a refused: it would lose 'v3' there, which 'blue' marks: 3 versions are kept"]
    );
    let told = told(&push(&mut vault, &mut engine, &usual()));
    assert_eq!(
        told,
        ["a +v6 ACSCurrent:v5>v6 ACSPrevious:v4>v5 ('v3' is dropped there: 3 versions are kept)"]
    );
}

#[test]
fn a_version_that_only_others_labels_mark_is_not_dropped_either() {
    let (place, world) = (Place::new(), World::new());
    world.borrow_mut().kept = 3;
    let (mut vault, mut engine) = (place.create(), ModelEngine::of(&world));
    create(&mut vault, "a", "v1", "1").unwrap();
    put(&mut vault, "a", "v2", "2").unwrap();
    put(&mut vault, "a", "v3", "3").unwrap();
    push(&mut vault, &mut engine, &all());
    // A label that this push is not about.
    world.borrow_mut().write("a", "etui.label.blue", "v1");
    put(&mut vault, "a", "v4", "4").unwrap();
    let before = format!("{:?}", world.borrow());
    assert_eq!(
        told(&push(&mut vault, &mut engine, &usual())),
        ["a refused: it would lose 'v1' there, which 'blue' marks: 3 versions are kept"]
    );
    assert_eq!(format!("{:?}", world.borrow()), before);
}

#[test]
fn more_marked_versions_than_a_mount_keeps_are_refused_before_the_first_is_stored() {
    let (place, world) = (Place::new(), World::new());
    world.borrow_mut().kept = 2;
    let (mut vault, mut engine) = (place.create(), ModelEngine::of(&world));
    create(&mut vault, "a", "v1", "1").unwrap();
    put(&mut vault, "a", "v2", "2").unwrap();
    put(&mut vault, "a", "v3", "3").unwrap();
    stage(&mut vault, "a", "blue", "v1");
    assert_eq!(
        told(&push(&mut vault, &mut engine, &all())),
        ["a refused: it would lose 'v1' there, which 'blue' marks: 2 versions are kept"]
    );
    assert!(world.borrow().secrets.is_empty());
    assert_eq!(
        told(&push(&mut vault, &mut engine, &usual())),
        ["a +v2 +v3 ACSCurrent:->v3 ACSPrevious:->v2"]
    );
}

#[test]
fn what_was_seen_at_one_place_says_nothing_about_another() {
    let (place, one, other) = (Place::new(), World::new(), World::new());
    let mut vault = place.create();
    create(&mut vault, "a", "v1", "1").unwrap();
    put(&mut vault, "a", "v2", "2").unwrap();
    for world in [&one, &other] {
        // As somebody else brought it there.
        let mut theirs = place.open_without_memory().unwrap();
        push(&mut theirs, &mut ModelEngine::of(world), &usual());
    }
    push(&mut vault, &mut ModelEngine::of(&one), &usual());
    stage(&mut vault, "a", "ACSCurrent", "v1");
    let mut engine =
        ModelEngine { place: "address in another namespace".to_owned(), ..ModelEngine::of(&other) };
    assert_eq!(
        told(&plan_push(&mut vault, &mut engine, &usual())),
        ["a refused: it moved there: label 'ACSCurrent' marks 'v2' there, not none"]
    );
    let planned = told(&plan_push(&mut vault, &mut ModelEngine::of(&one), &usual()));
    assert!(planned[0].starts_with("a ACSCurrent:v2>v1"), "{planned:?}");
}

#[test]
fn a_version_that_was_deleted_there_stays_deleted() {
    let (place, world) = (Place::new(), World::new());
    let (mut vault, mut engine) = (place.create(), ModelEngine::of(&world));
    create(&mut vault, "a", "v1", "1").unwrap();
    put(&mut vault, "a", "v2", "2").unwrap();
    push(&mut vault, &mut engine, &all());
    world.borrow_mut().delete("a", 1);
    let mut other = place.open_without_memory().unwrap();
    for vault in [&mut vault, &mut other] {
        assert_eq!(
            told(&push(vault, &mut engine, &usual())),
            ["a refused: 'v1', which 'ACSPrevious' marks, was deleted there"]
        );
    }
}

#[test]
fn a_secret_that_was_removed_there_and_created_again_is_not_taken_for_the_old_one() {
    let (place, world) = (Place::new(), World::new());
    let (mut vault, mut engine) = (place.create(), ModelEngine::of(&world));
    create(&mut vault, "a", "v1", "1").unwrap();
    push(&mut vault, &mut engine, &usual());
    world.borrow_mut().secrets.clear();
    world.borrow_mut().put("a", r#"{"value":"theirs"}"#);
    assert_eq!(
        told(&push(&mut vault, &mut engine, &usual())),
        ["a refused: it moved there: version 1 was stored by somebody else"]
    );
}

#[test]
fn names_that_an_engine_cannot_hold_are_named_beforehand() {
    let (place, world) = (Place::new(), World::new());
    let (mut vault, mut engine) = (place.create(), ModelEngine::of(&world));
    for name in ["a//b", "/a", "a/../b", "a/"] {
        create(&mut vault, name, "v1", "1").unwrap();
    }
    let lines = told(&push(&mut vault, &mut engine, &usual()));
    assert!(lines.iter().all(|line| line.contains("cannot hold this name")), "{lines:?}");
    assert!(world.borrow().secrets.is_empty());
}

#[test]
fn fields_are_stored_one_by_one_and_recognised() {
    let (place, world) = (Place::new(), World::new());
    let (mut vault, mut engine) = (place.create(), ModelEngine::of(&world));
    create(&mut vault, "a", "v1", r#"{ "user": "me", "password": "x" }"#).unwrap();
    let fields = PushTerms { layout: Layout::Fields, ..usual() };
    push(&mut vault, &mut engine, &fields);
    assert_eq!(world.borrow().document("a", 1), r#"{"password":"x","user":"me"}"#);
    let mut other = place.open_without_memory().unwrap();
    assert!(!push(&mut other, &mut engine, &fields).changes_anything());
    assert!(!pull(&mut other, &mut engine).changes_anything());
}
