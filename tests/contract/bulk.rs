//! One operation on many secrets: wholly or not at all, and one change for undo and redo.

use std::collections::BTreeMap;

use etui::domain::{Description, ErrorCode, Folder, Retention, RotationInterval, TagKey, TagValue, Tags};
use etui::vault::{
    BulkOutcome, BulkRequest, DuplicateRequest, StageRequest, UpdateRequest, Vault, VaultError,
};
use etui::versioning::{
    BulkOperation, BulkTarget, Deletion, Direction, LabelGoal, MetadataUpdate, Plan, Refusal, SecretState,
    StageMove,
};
use proptest::prelude::*;

use crate::support::rules::{secret_name, stage_label, version_id};
use crate::support::vaults::{Place, create, create_request, get, put, put_request, text};

fn folder(text: &str) -> Folder {
    Folder::new(text).unwrap()
}

/// A name, or a folder where it ends in `/`.
fn target(text: &str) -> BulkTarget {
    match text.strip_suffix('/') {
        Some(_) => BulkTarget::Folder(folder(text)),
        None => BulkTarget::Secret(secret_name(text)),
    }
}

fn request(targets: &str, operation: BulkOperation) -> BulkRequest {
    BulkRequest { targets: targets.split_whitespace().map(target).collect(), operation, expected: None }
}

fn change_many(
    vault: &mut Vault,
    targets: &str,
    operation: BulkOperation,
) -> Result<BulkOutcome, VaultError> {
    vault.change_many(&request(targets, operation))
}

fn undo(vault: &mut Vault) -> Result<usize, VaultError> {
    vault.take_back(Direction::Undo, None).map(|outcome| outcome.steps.len())
}

fn redo(vault: &mut Vault) -> Result<usize, VaultError> {
    vault.take_back(Direction::Redo, None).map(|outcome| outcome.steps.len())
}

/// A vault with these secrets; the value of each is the name that it begins with.
fn with_secrets(names: &str) -> (Place, Vault) {
    let place = Place::new();
    let mut vault = place.create();
    for name in names.split_whitespace() {
        create(&mut vault, name, "v1", name).unwrap();
    }
    (place, vault)
}

fn names(vault: &mut Vault) -> String {
    let names: Vec<String> = vault.list().unwrap().iter().map(|secret| secret.name.to_owned()).collect();
    names.join(" ")
}

/// Everything about every secret, but when it was changed last.
fn everything(vault: &mut Vault) -> BTreeMap<String, SecretState> {
    let names: Vec<String> = vault.list().unwrap().iter().map(|secret| secret.name.to_owned()).collect();
    let state = |name: String| {
        let mut state = vault.describe(&secret_name(&name)).unwrap().secret;
        assert_eq!(state.broken_invariant(), None);
        state.updated = state.created;
        (name, state)
    };
    names.into_iter().map(state).collect()
}

fn tag(key: &str, value: &str) -> Tags {
    [(TagKey::new(key).unwrap(), TagValue::new(value).unwrap())].into_iter().collect()
}

fn rename_to(new: &str) -> BulkOperation {
    BulkOperation::RenameFolder(folder(new))
}

fn move_to(into: &str) -> BulkOperation {
    BulkOperation::Move((!into.is_empty()).then(|| folder(into)))
}

const SCHEDULE: BulkOperation = BulkOperation::Delete(Deletion::Window(30));

#[test]
fn a_renamed_folder_takes_every_secret_below_it_along_as_one_change() {
    let (_place, mut vault) = with_secrets("shop/db/url shop/db/password shop/key shopping other");
    put(&mut vault, "shop/db/url", "v2", "two").unwrap();
    let before = everything(&mut vault);
    let outcome = change_many(&mut vault, "shop/", rename_to("store")).unwrap();
    let now: Vec<&str> = outcome.changes.iter().map(|change| change.name.as_str()).collect();
    assert_eq!(now, ["store/db/password", "store/db/url", "store/key"]);
    assert_eq!(names(&mut vault), "other shopping store/db/password store/db/url store/key");
    assert_eq!(get(&mut vault, "store/db/url").unwrap(), "two");
    let moved = vault.describe(&secret_name("store/db/url")).unwrap().secret;
    assert_eq!(moved.labels, before["shop/db/url"].labels);
    let after = everything(&mut vault);
    assert_eq!(undo(&mut vault).unwrap(), 3);
    assert_eq!(everything(&mut vault), before);
    assert_eq!(redo(&mut vault).unwrap(), 3);
    assert_eq!(everything(&mut vault), after);
    assert!(vault.verify().unwrap().is_clean());
}

#[test]
fn what_is_in_the_way_of_one_secret_refuses_all_and_every_obstacle_is_named() {
    let long = format!("shop/{}", "n".repeat(187));
    let (place, mut vault) = with_secrets(&format!("shop/a shop/b shop/c shop/d {long} store/a store/b"));
    change_many(&mut vault, "store/b shop/c", SCHEDULE).unwrap();
    let before = place.copy();
    let plan = vault.plan_bulk(&request("shop/", rename_to("store"))).unwrap();
    assert_eq!((plan.steps.len(), plan.changes()), (5, 1));
    let refused = change_many(&mut vault, "shop/", rename_to("store/")).unwrap_err();
    assert_eq!(Some(refused.clone()), plan.refusal().map(VaultError::from));
    assert_eq!(refused.code(), ErrorCode::ResourceExist);
    let sentence = refused.to_string();
    for part in [
        "4 obstacles: secret 'store/a' already exists; the name 'store/b' belongs to a secret that is scheduled",
        "; secret 'shop/c' is scheduled for deletion on",
        &format!("; secret '{long}' cannot get its new name: a secret name has at most 192 characters"),
    ] {
        assert!(sentence.contains(part), "{sentence}");
    }
    assert!(place.copy() == before, "a refusal wrote");
}

#[test]
fn a_single_obstacle_is_told_as_the_rule_tells_it() {
    let (_place, mut vault) = with_secrets("shop/a store/a");
    let refused = change_many(&mut vault, "shop/", rename_to("store")).unwrap_err();
    assert_eq!(refused.to_string(), "secret 'store/a' already exists");
    let refused = change_many(&mut vault, "shop/", rename_to(&"n".repeat(191))).unwrap_err();
    assert_eq!(refused.code(), ErrorCode::InvalidParameter);
}

#[test]
fn two_secrets_do_not_get_one_name() {
    let (place, mut vault) = with_secrets("a/x b/x c/y");
    let before = place.copy();
    let refused = change_many(&mut vault, "a/x b/x c/y", move_to("d")).unwrap_err();
    assert_eq!(refused.to_string(), "secret 'd/x' already exists");
    assert!(place.copy() == before);
    let refused = change_many(&mut vault, "a/x b/x", move_to("b")).unwrap_err();
    assert_eq!(refused.to_string(), "secret 'b/x' already exists");
}

#[test]
fn a_folder_may_get_a_name_within_itself_or_above_it() {
    let (_place, mut vault) = with_secrets("a/x a/a/x a/a/a/x");
    let before = everything(&mut vault);
    change_many(&mut vault, "a/", rename_to("a/a")).unwrap();
    assert_eq!(names(&mut vault), "a/a/a/a/x a/a/a/x a/a/x");
    assert_eq!(get(&mut vault, "a/a/x").unwrap(), "a/x");
    assert_eq!(get(&mut vault, "a/a/a/a/x").unwrap(), "a/a/a/x");
    let inner = everything(&mut vault);
    change_many(&mut vault, "a/a/", rename_to("a")).unwrap();
    assert_eq!(get(&mut vault, "a/x").unwrap(), "a/x");
    assert_eq!(undo(&mut vault).unwrap(), 3);
    assert_eq!(everything(&mut vault), inner);
    assert_eq!(undo(&mut vault).unwrap(), 3);
    assert_eq!(everything(&mut vault), before);
    assert_eq!((redo(&mut vault).unwrap(), redo(&mut vault).unwrap()), (3, 3));
    assert_eq!(names(&mut vault), "a/a/a/x a/a/x a/x");
    assert!(vault.verify().unwrap().is_clean());
}

#[test]
fn a_move_keeps_the_last_part_of_a_name_and_a_folder_with_all_below_it() {
    let (_place, mut vault) = with_secrets("shop/db/url shop/db/main/key api/token top");
    change_many(&mut vault, "shop/db/ api/token top", move_to("old/2025")).unwrap();
    assert_eq!(names(&mut vault), "old/2025/db/main/key old/2025/db/url old/2025/token old/2025/top");
    change_many(&mut vault, "old/2025/db/ old/2025/top", move_to("")).unwrap();
    assert_eq!(names(&mut vault), "db/main/key db/url old/2025/token top");
}

#[test]
fn what_is_where_it_should_be_already_writes_nothing() {
    let (place, mut vault) = with_secrets("a/x a/y");
    let before = place.copy();
    for operation in [rename_to("a"), move_to("a"), BulkOperation::Restore] {
        let outcome = change_many(&mut vault, "a/x a/y", operation).unwrap();
        assert_eq!((outcome.changes.len(), outcome.changed()), (2, 0));
    }
    assert!(place.copy() == before);
}

#[test]
fn a_folder_is_deleted_and_restored_and_what_is_so_already_stays() {
    let (_place, mut vault) = with_secrets("a/x a/y a/z b");
    change_many(&mut vault, "a/x", BulkOperation::Delete(Deletion::Window(7))).unwrap();
    let before = everything(&mut vault);
    let outcome = change_many(&mut vault, "a/", SCHEDULE).unwrap();
    assert_eq!((outcome.changes.len(), outcome.changed()), (3, 2));
    assert_eq!(get(&mut vault, "a/y").unwrap_err().code(), ErrorCode::ResourceInDeleteWindow);
    assert_eq!(undo(&mut vault).unwrap(), 2);
    assert_eq!(everything(&mut vault), before);
    redo(&mut vault).unwrap();
    let outcome = change_many(&mut vault, "a/", BulkOperation::Restore).unwrap();
    assert_eq!(outcome.changed(), 3);
    assert!(everything(&mut vault).values().all(|secret| secret.planned_deletion.is_none()));
}

#[test]
fn a_folder_is_removed_for_good_at_once_and_undo_says_so() {
    let (_place, mut vault) = with_secrets("a/x a/y b");
    change_many(&mut vault, "a/x", SCHEDULE).unwrap();
    change_many(&mut vault, "a/", BulkOperation::Delete(Deletion::Force)).unwrap();
    assert_eq!(names(&mut vault), "b");
    assert_eq!(undo(&mut vault).unwrap_err().code(), ErrorCode::UnsupportedOperation);
    assert!(vault.verify().unwrap().is_clean());
}

#[test]
fn tags_are_set_and_removed_on_all_and_their_limit_refuses_all() {
    let (place, mut vault) = with_secrets("a b c");
    let update = |tags: Tags, untag: &str| {
        let untag = untag.split_whitespace().map(|key| TagKey::new(key).unwrap()).collect();
        BulkOperation::Update(MetadataUpdate { tags, untag, ..MetadataUpdate::default() })
    };
    change_many(&mut vault, "a b", update(tag("env", "prod"), "")).unwrap();
    let before = everything(&mut vault);
    let outcome = change_many(&mut vault, "a b c", update(tag("env", "prod"), "team")).unwrap();
    assert_eq!(outcome.changed(), 1);
    change_many(&mut vault, "a b c", update(tag("team", "web"), "env")).unwrap();
    let tags_of =
        |vault: &mut Vault, name: &str| vault.describe(&secret_name(name)).unwrap().secret.facts.tags;
    assert_eq!(tags_of(&mut vault, "c"), tag("team", "web"));
    assert_eq!((undo(&mut vault).unwrap(), undo(&mut vault).unwrap()), (3, 1));
    assert_eq!(everything(&mut vault), before);
    let many: Tags =
        (0..Tags::LIMIT).map(|n| (TagKey::new(&format!("k{n}")).unwrap(), TagValue::default())).collect();
    let copy = place.copy();
    let refused = change_many(&mut vault, "a c", update(many, "")).unwrap_err();
    assert_eq!(refused.code(), ErrorCode::LimitExceeded);
    assert!(place.copy() == copy);
}

#[test]
fn a_label_moves_in_each_secret_to_the_version_that_another_one_marks() {
    let (place, mut vault) = with_secrets("a b c");
    for name in ["a", "b"] {
        vault.put_secret_value(&put_request(name, "v2", text("new"), "canary")).unwrap();
    }
    let before = everything(&mut vault);
    let goal = |label: &str, to: Option<&str>| {
        BulkOperation::Label(LabelGoal::new(stage_label(label), to.map(stage_label)).unwrap())
    };
    change_many(&mut vault, "a b", goal("ACSCurrent", Some("canary"))).unwrap();
    assert_eq!((get(&mut vault, "a").unwrap(), get(&mut vault, "b").unwrap()), ("new".into(), "new".into()));
    change_many(&mut vault, "a b c", goal("release", Some("ACSCurrent"))).unwrap();
    let outcome = change_many(&mut vault, "a b c", goal("canary", None)).unwrap();
    assert_eq!(outcome.changed(), 2);
    for steps in [2, 3, 2] {
        assert_eq!(undo(&mut vault).unwrap(), steps);
    }
    assert_eq!(everything(&mut vault), before);
    let copy = place.copy();
    let refused = change_many(&mut vault, "a b c", goal("ACSCurrent", Some("canary"))).unwrap_err();
    assert_eq!(refused.to_string(), "secret 'c' has no label 'canary'");
    assert!(place.copy() == copy);
    let removed = LabelGoal::new(stage_label("ACSCurrent"), None).unwrap_err();
    assert_eq!(removed.code(), ErrorCode::InvalidParameter);
}

#[test]
fn a_plan_holds_for_the_state_it_was_made_from_and_for_no_other() {
    let (_place, mut vault) = with_secrets("a/x a/y b");
    let planned = |vault: &mut Vault, targets: &str| {
        let request = request(targets, SCHEDULE);
        let token = vault.plan_bulk(&request).unwrap().token;
        BulkRequest { expected: Some(token), ..request }
    };
    let refused = |vault: &mut Vault, request: &BulkRequest| {
        let planned = vault.plan_bulk(request).unwrap_err();
        let refused = vault.change_many(request).unwrap_err();
        assert_eq!(planned, refused);
        assert_eq!(refused.code(), ErrorCode::ResourceChanged);
    };
    let request = planned(&mut vault, "a/");
    put(&mut vault, "b", "v2", "unrelated").unwrap();
    assert!(vault.plan_bulk(&request).is_ok(), "another secret changed");
    put(&mut vault, "a/y", "v2", "two").unwrap();
    refused(&mut vault, &request);
    let request = planned(&mut vault, "a/");
    create(&mut vault, "a/new", "v1", "x").unwrap();
    refused(&mut vault, &request);
    let request = planned(&mut vault, "a/");
    assert_eq!(vault.change_many(&request).unwrap().changed(), 3);
}

#[test]
fn a_folder_without_secrets_and_a_name_without_one_are_told() {
    let (_place, mut vault) = with_secrets("a/x");
    let refused = change_many(&mut vault, "a/ b/", SCHEDULE).unwrap_err();
    assert_eq!(refused.to_string(), "there is no secret in folder 'b/'");
    assert_eq!(refused.code(), ErrorCode::ResourceNotFound);
    let refused = change_many(&mut vault, "a/x a/y", SCHEDULE).unwrap_err();
    assert_eq!(refused.to_string(), "there is no secret 'a/y'");
    assert_eq!(get(&mut vault, "a/x").unwrap(), "a/x");
}

// Guards: a folder is all that the file holds of it, not what a session happens to have read.
#[test]
fn a_folder_is_found_whole_in_a_vault_that_was_just_opened() {
    let (place, vault) = with_secrets("a/x a/y a/z b");
    drop(vault);
    let mut vault = place.open().unwrap();
    let outcome = change_many(&mut vault, "a/", SCHEDULE).unwrap();
    assert_eq!(outcome.changed(), 3);
    let mut vault = place.open().unwrap();
    let missing = get(&mut vault, "a/yy").unwrap_err();
    let VaultError::Refused(Refusal::NoSuchSecret { near, .. }) = missing else { panic!("{missing}") };
    assert_eq!(near, Some(secret_name("a/y")));
}

fn duplicate(vault: &mut Vault, source: &str, name: &str) -> Result<(), VaultError> {
    let request = DuplicateRequest { source: secret_name(source), name: secret_name(name), expected: None };
    let planned = vault.plan_duplicate(&request).map(drop);
    let done = vault.duplicate_secret(&request).map(drop);
    assert_eq!(planned, done);
    done
}

#[test]
fn a_duplicate_has_the_current_value_and_the_metadata_and_nothing_else() {
    let (place, mut vault) = with_secrets("taken gone");
    let mut first = create_request("a", "v1", text("one"));
    first.description = Description::new("main").unwrap();
    first.tags = tag("env", "prod");
    vault.create_secret(&first).unwrap();
    vault.put_secret_value(&put_request("a", "v2", text("two"), "ACSCurrent canary")).unwrap();
    vault.put_secret_value(&put_request("a", "v3", text("three"), "trial")).unwrap();
    let update = MetadataUpdate {
        retention: Some(Retention::new(9).ok()),
        rotation: Some(RotationInterval::new(90).ok()),
        ..MetadataUpdate::default()
    };
    vault.update_secret(&UpdateRequest { name: secret_name("a"), update, expected: None }).unwrap();
    let source = everything(&mut vault).remove("a").unwrap();
    place.clock.advance(60);
    duplicate(&mut vault, "a", "b").unwrap();
    let copy = vault.describe(&secret_name("b")).unwrap().secret;
    assert_eq!(get(&mut vault, "b").unwrap(), "two");
    assert_eq!(copy.facts, source.facts);
    let labels: Vec<String> = copy.labels.iter().map(|(label, at)| format!("{label}={}", at.id)).collect();
    assert_eq!(labels, ["ACSCurrent=v1"]);
    assert_eq!((copy.versions.len(), &copy.versions[0].note), (1, &None));
    assert_eq!(vault.history_of(&secret_name("b"), 9).unwrap().len(), 1);
    assert_eq!(everything(&mut vault)["a"], source);

    change_many(&mut vault, "gone", SCHEDULE).unwrap();
    assert_eq!(duplicate(&mut vault, "a", "taken").unwrap_err().code(), ErrorCode::ResourceExist);
    assert_eq!(duplicate(&mut vault, "a", "gone").unwrap_err().code(), ErrorCode::ResourceInDeleteWindow);
    assert_eq!(duplicate(&mut vault, "gone", "c").unwrap_err().code(), ErrorCode::ResourceInDeleteWindow);
    assert_eq!(duplicate(&mut vault, "none", "c").unwrap_err().code(), ErrorCode::ResourceNotFound);
    assert!(vault.verify().unwrap().is_clean());
}

#[test]
fn an_undone_duplicate_is_scheduled_for_deletion_and_redo_restores_it() {
    let (_place, mut vault) = with_secrets("a");
    duplicate(&mut vault, "a", "b").unwrap();
    undo(&mut vault).unwrap();
    assert_eq!(get(&mut vault, "b").unwrap_err().code(), ErrorCode::ResourceInDeleteWindow);
    redo(&mut vault).unwrap();
    assert_eq!(get(&mut vault, "b").unwrap(), "a");
}

#[test]
fn a_duplicate_planned_from_another_state_of_its_source_is_refused() {
    let (_place, mut vault) = with_secrets("a");
    let mut request = DuplicateRequest { source: secret_name("a"), name: secret_name("b"), expected: None };
    request.expected = Some(vault.plan_duplicate(&request).unwrap().token);
    let stage = StageMove::new(stage_label("x"), Some(version_id("v1")), None).unwrap();
    vault
        .update_secret_version_stage(&StageRequest { name: secret_name("a"), stage, expected: None })
        .unwrap();
    assert_eq!(vault.plan_duplicate(&request).map(drop).unwrap_err().code(), ErrorCode::ResourceChanged);
    assert_eq!(vault.duplicate_secret(&request).unwrap_err().code(), ErrorCode::ResourceChanged);
}

/// Names in which folders, and folders of the same name within them, come often.
fn name() -> impl Strategy<Value = String> {
    prop::collection::vec(prop_oneof!["a", "b"], 1..4).prop_map(|parts| parts.join("/"))
}

fn operation() -> impl Strategy<Value = BulkOperation> {
    let label = || prop_oneof!["ACSCurrent", "ACSPrevious", "x", "y"];
    prop_oneof![
        4 => name().prop_map(|name| rename_to(&name)),
        4 => prop::option::of(name()).prop_map(|name| move_to(&name.unwrap_or_default())),
        2 => Just(SCHEDULE),
        2 => Just(BulkOperation::Restore),
        2 => (0..3_u8).prop_map(|n| BulkOperation::Update(MetadataUpdate {
            tags: tag(&format!("k{n}"), "v"),
            untag: vec![TagKey::new("k0").unwrap()],
            ..MetadataUpdate::default()
        })),
        3 => (label(), prop::option::of(label())).prop_filter_map("a built-in label stays", |(label, to)| {
            LabelGoal::new(stage_label(&label), to.map(|to| stage_label(&to))).ok().map(BulkOperation::Label)
        }),
    ]
}

fn targets() -> impl Strategy<Value = Vec<(String, bool)>> {
    prop::collection::vec((name(), any::<bool>()), 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn undo_brings_back_whatever_was_done_to_whichever_secrets(
        secrets in prop::collection::btree_set(name(), 2..9),
        turns in prop::collection::vec((targets(), operation()), 1..8),
    ) {
        let place = Place::new();
        let mut vault = place.create();
        for name in &secrets {
            create(&mut vault, name, "v1", name).unwrap();
            vault.put_secret_value(&put_request(name, "v2", text("two"), "x")).unwrap();
        }
        for (targets, operation) in turns {
            let targets: Vec<BulkTarget> = targets
                .into_iter()
                .map(|(name, is_folder)| match is_folder {
                    true => BulkTarget::Folder(folder(&name)),
                    false => BulkTarget::Secret(secret_name(&name)),
                })
                .collect();
            let before = everything(&mut vault);
            let copy = place.copy();
            let request = BulkRequest { targets, operation, expected: None };
            let plan = vault.plan_bulk(&request);
            prop_assert!(place.copy() == copy, "a plan wrote");
            let outcome = vault.change_many(&request);
            let (Ok(plan), Ok(outcome)) = (&plan, &outcome) else {
                prop_assert!(place.copy() == copy, "a refusal wrote");
                let planned = plan.map(|plan| plan.refusal().map(VaultError::from));
                prop_assert_eq!(planned.unwrap_or_else(Some), outcome.err());
                continue;
            };
            let planned: Vec<_> =
                plan.steps.iter().map(|step| step.plan.clone().unwrap().change().cloned()).collect();
            let done: Vec<_> = outcome.changes.iter().map(|change| change.change.clone()).collect();
            prop_assert_eq!(planned, done);
            let after = everything(&mut vault);
            for (step, outcome) in plan.steps.iter().zip(&outcome.changes) {
                let was = &before[step.name.as_str()];
                let is = &after[outcome.name.as_str()];
                prop_assert_eq!(&was.versions, &is.versions);
                prop_assert_eq!(step.plan.as_ref().unwrap() == &Plan::Unchanged, was == is);
            }
            if outcome.changed() == 0 {
                prop_assert!(place.copy() == copy, "nothing changed, and it wrote");
                continue;
            }
            prop_assert_eq!(undo(&mut vault).unwrap(), outcome.changed());
            prop_assert_eq!(&everything(&mut vault), &before);
            prop_assert_eq!(redo(&mut vault).unwrap(), outcome.changed());
            prop_assert_eq!(&everything(&mut vault), &after);
            let report = vault.verify().unwrap();
            prop_assert!(report.is_clean(), "{:?}", report.findings);
        }
    }
}
