//! Undo and redo through the vault: new changes that take others back and never destroy.

use etui::domain::{Description, ErrorCode, Note};
use etui::vault::{
    DeleteRequest, NoteRequest, PurgeRequest, RollbackRequest, StageRequest, UpdateRequest, Vault, VaultError,
};
use etui::versioning::{Deletion, Direction, MetadataUpdate, SecretState, StageMove};

use crate::support::rules::{secret_name, stage_label, version_id};
use crate::support::vaults::{Place, create, create_request, get, put, put_request, rename_request, text};

fn undo(vault: &mut Vault) -> Result<(), VaultError> {
    vault.take_back(Direction::Undo, None).map(drop)
}

fn redo(vault: &mut Vault) -> Result<(), VaultError> {
    vault.take_back(Direction::Redo, None).map(drop)
}

fn state(vault: &mut Vault, name: &str) -> SecretState {
    let mut state = vault.describe(&secret_name(name)).unwrap().secret;
    // When it was changed last is not part of what an undo brings back.
    state.updated = state.created;
    state
}

fn with_two_versions() -> (Place, Vault) {
    let place = Place::new();
    let mut vault = place.create();
    create(&mut vault, "a", "v1", "one").unwrap();
    put(&mut vault, "a", "v2", "two").unwrap();
    (place, vault)
}

fn delete(vault: &mut Vault, deletion: Deletion) {
    let request = DeleteRequest { name: secret_name("a"), deletion, expected: None };
    vault.delete_secret(&request).unwrap();
}

#[test]
fn an_undone_put_leaves_its_version_unlabelled() {
    let (_place, mut vault) = with_two_versions();
    let before = state(&mut vault, "a");
    vault.put_secret_value(&put_request("a", "v3", text("three"), "x ACSCurrent")).unwrap();
    undo(&mut vault).unwrap();
    let after = state(&mut vault, "a");
    assert_eq!(after.labels, before.labels);
    assert_eq!(after.versions.len(), 3);
    assert!(!after.labels.marks(after.versions[2].key));
    assert_eq!(get(&mut vault, "a").unwrap(), "two");
    redo(&mut vault).unwrap();
    assert_eq!(get(&mut vault, "a").unwrap(), "three");
    assert!(vault.verify().unwrap().is_clean());
}

type Operation = (&'static str, fn(&mut Vault));

/// Changes of the secret `a` that an undo takes back without a trace in its state.
fn operations() -> Vec<Operation> {
    vec![
        ("stage", |vault| {
            let stage = StageMove::new(stage_label("x"), Some(version_id("v1")), None).unwrap();
            let request = StageRequest { name: secret_name("a"), stage, expected: None };
            vault.update_secret_version_stage(&request).unwrap();
        }),
        ("rollback", |vault| {
            vault.rollback(&RollbackRequest { name: secret_name("a"), expected: None }).unwrap();
        }),
        ("describe", |vault| {
            let update =
                MetadataUpdate { description: Description::new("new").ok(), ..MetadataUpdate::default() };
            vault.update_secret(&UpdateRequest { name: secret_name("a"), update, expected: None }).unwrap();
        }),
        ("note", |vault| {
            let note = Note::new("remark").ok();
            let request = NoteRequest { name: secret_name("a"), version_id: version_id("v1"), note };
            vault.set_note(&request).unwrap();
        }),
        ("rename", |vault| {
            vault.rename_secret(&rename_request("a", "b")).unwrap();
        }),
        ("delete", |vault| delete(vault, Deletion::Window(7))),
    ]
}

#[test]
fn an_undo_brings_back_what_was_and_a_redo_what_came() {
    for (what, operation) in operations() {
        let (_place, mut vault) = with_two_versions();
        let before = state(&mut vault, "a");
        operation(&mut vault);
        let name = if what == "rename" { "b" } else { "a" };
        let after = state(&mut vault, name);
        assert_ne!(before, after, "{what}");
        for _ in 0..2 {
            undo(&mut vault).unwrap();
            assert_eq!(state(&mut vault, "a"), before, "undo {what}");
            redo(&mut vault).unwrap();
            assert_eq!(state(&mut vault, name), after, "redo {what}");
        }
        assert_eq!(redo(&mut vault).unwrap_err().code(), ErrorCode::UnsupportedOperation);
        let report = vault.verify().unwrap();
        assert!(report.is_clean(), "{what}: {:?}", report.findings);
    }
}

#[test]
fn undos_go_on_to_the_beginning_and_redos_all_the_way_back() {
    let (_place, mut vault) = with_two_versions();
    for (_, operation) in operations() {
        operation(&mut vault);
        // So that each finds the secret as the first did.
        if vault.describe(&secret_name("a")).is_err() {
            vault.rename_secret(&rename_request("b", "a")).unwrap();
        }
    }
    let last = state(&mut vault, "a");
    let mut undone = 0;
    while undo(&mut vault).is_ok() {
        undone += 1;
    }
    assert_eq!(undone, operations().len() + 3, "with the creation, the put and the second rename");
    assert!(state(&mut vault, "a").planned_deletion.is_some(), "a creation is scheduled for deletion");
    for _ in 0..undone {
        redo(&mut vault).unwrap();
    }
    assert_eq!(state(&mut vault, "a"), last);
    assert!(redo(&mut vault).is_err());
    assert!(vault.verify().unwrap().is_clean());
}

#[test]
fn an_undone_creation_is_scheduled_for_30_days_and_nothing_is_lost() {
    let place = Place::new();
    let mut vault = place.create();
    create(&mut vault, "a", "v1", "one").unwrap();
    undo(&mut vault).unwrap();
    let planned = state(&mut vault, "a").planned_deletion.unwrap();
    assert_eq!(planned.seconds(), place.clock.seconds() + 30 * 86_400);
    redo(&mut vault).unwrap();
    assert_eq!(get(&mut vault, "a").unwrap(), "one");
}

#[test]
fn what_was_destroyed_for_good_cannot_be_undone_and_undo_stops_there() {
    let (_place, mut vault) = with_two_versions();
    delete(&mut vault, Deletion::Force);
    for _ in 0..2 {
        let refused = undo(&mut vault).unwrap_err();
        assert_eq!(refused.code(), ErrorCode::UnsupportedOperation, "{refused}");
        let planned = vault.plan_take_back(Direction::Undo).map(drop).unwrap_err();
        assert_eq!(planned.code(), ErrorCode::UnsupportedOperation, "{planned}");
        // The same where the name belongs to somebody else by now.
        create(&mut vault, "a", "v1", "new").unwrap();
        undo(&mut vault).unwrap();
        delete(&mut vault, Deletion::Force);
    }
}

#[test]
fn a_purge_cannot_be_undone() {
    let (place, mut vault) = with_two_versions();
    delete(&mut vault, Deletion::Window(7));
    place.clock.advance_days(8);
    vault.purge(&PurgeRequest { name: secret_name("a"), trust_clock: false }).unwrap();
    assert_eq!(undo(&mut vault).unwrap_err().code(), ErrorCode::UnsupportedOperation);
}

#[test]
fn a_rename_is_not_undone_onto_a_name_that_is_taken() {
    let (_place, mut vault) = with_two_versions();
    vault.rename_secret(&rename_request("a", "b")).unwrap();
    create(&mut vault, "a", "v1", "other").unwrap();
    // First the creation is undone: its secret stays, scheduled, and holds the name.
    undo(&mut vault).unwrap();
    assert_eq!(undo(&mut vault).unwrap_err().code(), ErrorCode::ResourceInDeleteWindow);
}

#[test]
fn a_batch_is_undone_and_redone_as_one() {
    let (_place, mut vault) = with_two_versions();
    vault
        .batch(|changes| {
            changes.create_secret(&create_request("b", "v1", text("one")))?;
            changes.put_secret_value(&put_request("a", "v3", text("three"), "ACSCurrent"))?;
            changes.put_secret_value(&put_request("b", "v2", text("two"), "ACSCurrent"))
        })
        .unwrap();
    undo(&mut vault).unwrap();
    assert_eq!(get(&mut vault, "a").unwrap(), "two");
    assert!(state(&mut vault, "b").planned_deletion.is_some());
    redo(&mut vault).unwrap();
    assert_eq!(get(&mut vault, "a").unwrap(), "three");
    assert_eq!(get(&mut vault, "b").unwrap(), "two");
    undo(&mut vault).unwrap();
    undo(&mut vault).unwrap();
    assert_eq!(get(&mut vault, "a").unwrap(), "one", "the next undo takes the change before the batch");
    assert!(vault.verify().unwrap().is_clean());
}

#[test]
fn an_undo_that_was_planned_before_another_change_is_refused() {
    let (place, mut vault) = with_two_versions();
    let planned = vault.plan_take_back(Direction::Undo).unwrap();
    put(&mut place.open().unwrap(), "a", "v3", "theirs").unwrap();
    let before = place.copy();
    let refused = vault.take_back(Direction::Undo, Some(planned.newest)).map(drop).unwrap_err();
    assert_eq!(refused.code(), ErrorCode::ResourceChanged);
    assert!(place.copy() == before);
}

#[test]
fn a_new_vault_has_nothing_to_undo_or_redo() {
    let place = Place::new();
    let mut vault = place.create();
    assert_eq!(undo(&mut vault).unwrap_err().code(), ErrorCode::UnsupportedOperation);
    assert_eq!(redo(&mut vault).unwrap_err().code(), ErrorCode::UnsupportedOperation);
}
