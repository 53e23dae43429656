//! The history: every change appends to it, from where it came, and never a value.

use etui::domain::{Description, ErrorCode, Note, Retention, RotationInterval, TagKey, TagValue};
use etui::vault::{
    DeleteRequest, HistoryEntry, NoteRequest, RollbackRequest, StageRequest, UpdateRequest, Vault,
};
use etui::versioning::{Deletion, Direction, MetadataUpdate, Operation, Origin, StageMove};

use crate::support::rules::{secret_name, stage_label, version_id};
use crate::support::vaults::{Place, create, create_request, put, put_request, rename_request, text};

/// "3 put a: ACSCurrent v1 v2, ACSPrevious - v1".
fn line(entry: &HistoryEntry) -> String {
    let moves: Vec<String> = entry
        .change
        .moves()
        .iter()
        .map(|moved| {
            let text = |id: &Option<etui::domain::VersionId>| {
                id.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string)
            };
            format!("{} {} {}", moved.label, text(&moved.from), text(&moved.to))
        })
        .collect();
    let secret = entry.secret.as_ref().map(ToString::to_string).unwrap_or_default();
    format!("{} {:?} {secret}: {}", entry.number, entry.change.operation, moves.join(", "))
}

fn lines(entries: &[HistoryEntry]) -> Vec<String> {
    entries.iter().map(line).collect()
}

/// One of each change of the secret `a`, a minute apart.
fn changed() -> (Place, Vault) {
    let place = Place::new();
    let mut vault = place.create();
    place.clock.advance(60);
    create(&mut vault, "a", "v1", "a value that must not be seen").unwrap();
    place.clock.advance(60);
    put(&mut vault, "a", "v2", "another").unwrap();
    place.clock.advance(60);
    let update = MetadataUpdate { description: Description::new("new").ok(), ..MetadataUpdate::default() };
    vault.update_secret(&UpdateRequest { name: secret_name("a"), update, expected: None }).unwrap();
    let note = Note::new("remark").ok();
    vault.set_note(&NoteRequest { name: secret_name("a"), version_id: version_id("v1"), note }).unwrap();
    vault.rename_secret(&rename_request("a", "b")).unwrap();
    let deletion = Deletion::Window(9);
    vault.delete_secret(&DeleteRequest { name: secret_name("b"), deletion, expected: None }).unwrap();
    vault.restore_secret(&secret_name("b")).unwrap();
    (place, vault)
}

#[test]
fn every_change_appends_to_the_history() {
    let (place, mut vault) = changed();
    vault.take_back(Direction::Undo, None).unwrap();
    vault.take_back(Direction::Redo, None).unwrap();
    let expected = [
        "10 Redo b: ",
        "9 Undo b: ",
        "8 Restore b: ",
        "7 Delete b: ",
        "6 Rename a: ",
        "5 Note a: ",
        "4 Update a: ",
        "3 Put a: ACSCurrent v1 v2, ACSPrevious - v1",
        "2 Create a: ACSCurrent - v1",
        "1 Init : ",
    ];
    assert_eq!(lines(&vault.history(100).unwrap()), expected);
    drop(vault);
    let mut vault = place.open().unwrap();
    assert_eq!(lines(&vault.history(100).unwrap()), expected);
    // Of the secret: all of it, by the name that it has now.
    assert_eq!(lines(&vault.history_of(&secret_name("b"), 100).unwrap()), expected[..9]);
    assert_eq!(vault.history_of(&secret_name("a"), 100).unwrap_err().code(), ErrorCode::ResourceNotFound);
}

#[test]
fn only_so_many_entries_come_as_were_asked_for() {
    let (_place, mut vault) = changed();
    for limit in [0, 1, 3, 8, 100] {
        assert_eq!(vault.history(limit).unwrap().len(), limit.min(8));
        assert_eq!(vault.history_of(&secret_name("b"), limit).unwrap().len(), limit.min(7));
    }
}

#[test]
fn an_entry_says_when_and_from_where_and_what_was_before() {
    let (place, mut vault) = changed();
    let entries = vault.history(100).unwrap();
    assert!(entries.iter().all(|entry| entry.origin == Origin::CommandLine));
    let update = entries.iter().find(|entry| entry.change.operation == Operation::Update).unwrap();
    assert_eq!(update.time.seconds(), place.clock.seconds());
    let description = update.change.description.as_ref().unwrap();
    assert_eq!((description.before.as_str(), description.after.as_str()), ("", "new"));
    let note = entries.iter().find_map(|entry| entry.change.notes.first()).unwrap();
    assert_eq!((note.version.id.as_str(), note.note.before.is_none()), ("v1", true));
    let rename = entries.iter().find_map(|entry| entry.change.name.as_ref()).unwrap();
    assert_eq!((rename.before.as_str(), rename.after.as_str()), ("a", "b"));
    assert!(!format!("{entries:?}").contains("must not be seen"));
}

#[test]
fn an_undo_names_the_change_that_it_takes_back_and_a_batch_its_first() {
    let (_place, mut vault) = changed();
    vault
        .batch(|changes| {
            changes.create_secret(&create_request("x", "v1", text("one")))?;
            changes.put_secret_value(&put_request("x", "v2", text("two"), "ACSCurrent"))
        })
        .unwrap();
    let plan = vault.plan_take_back(Direction::Undo).unwrap();
    assert_eq!(plan.steps.iter().map(|step| step.entry.number).collect::<Vec<_>>(), [10, 9]);
    vault.take_back(Direction::Undo, Some(plan.newest)).unwrap();
    let entries = vault.history(4).unwrap();
    let shown: Vec<_> = entries.iter().map(|entry| (entry.number, entry.takes_back, entry.batch)).collect();
    assert_eq!(
        shown,
        [(12, Some(9), Some(11)), (11, Some(10), Some(11)), (10, None, Some(9)), (9, None, Some(9))]
    );
}

#[test]
fn a_plan_of_an_undo_writes_nothing_and_is_what_is_done() {
    let (place, mut vault) = changed();
    vault
        .batch(|changes| {
            changes.create_secret(&create_request("x", "v1", text("one")))?;
            changes.rename_secret(&rename_request("b", "c"))?;
            changes.put_secret_value(&put_request("c", "v3", text("three"), "ACSCurrent y"))
        })
        .unwrap();
    for direction in [Direction::Undo, Direction::Undo, Direction::Redo, Direction::Redo] {
        let before = place.copy();
        let plan = vault.plan_take_back(direction).unwrap();
        assert!(place.copy() == before);
        assert_eq!(vault.take_back(direction, Some(plan.newest)).unwrap().steps, plan.steps);
        assert!(vault.verify().unwrap().is_clean());
    }
}

#[test]
fn the_history_of_a_secret_that_was_removed_lives_on_in_that_of_the_vault() {
    let (_place, mut vault) = changed();
    let deletion = Deletion::Force;
    vault.delete_secret(&DeleteRequest { name: secret_name("b"), deletion, expected: None }).unwrap();
    assert_eq!(vault.history_of(&secret_name("b"), 9).unwrap_err().code(), ErrorCode::ResourceNotFound);
    let entries = vault.history(100).unwrap();
    assert_eq!(entries.len(), 9);
    assert_eq!(entries[0].change.destroyed.len(), 2);
    assert!(vault.verify().unwrap().is_clean());
}

#[test]
fn the_note_of_a_new_version_stands_in_the_history_and_stays_when_the_put_is_undone() {
    let (place, mut vault) = changed();
    let mut request = put_request("b", "v3", text("three"), "ACSCurrent");
    request.note = Note::new("rotated").ok();
    vault.put_secret_value(&request).unwrap();
    let mut creation = create_request("x", "v1", text("one"));
    creation.note = Note::new("from the wiki").ok();
    vault.create_secret(&creation).unwrap();
    drop(vault);
    let mut vault = place.open().unwrap();
    let notes: Vec<_> = vault
        .history(2)
        .unwrap()
        .into_iter()
        .map(|entry| entry.change.notes[0].clone().note.after.unwrap().as_str().to_owned())
        .collect();
    assert_eq!(notes, ["from the wiki", "rotated"]);
    let note = |vault: &mut Vault| vault.describe(&secret_name("b")).unwrap().secret.versions[2].note.clone();
    for direction in [Direction::Undo, Direction::Undo, Direction::Redo, Direction::Redo] {
        vault.take_back(direction, None).unwrap();
        assert_eq!(note(&mut vault), request.note);
    }
    assert!(vault.verify().unwrap().is_clean());
}

/// A change of the secret `b`, by name.
type Doing = (&'static str, fn(&mut Vault));

fn undoable() -> Vec<Doing> {
    vec![
        ("create", |vault| drop(create(vault, "x", "v1", "one").unwrap())),
        ("put", |vault| drop(put(vault, "b", "v3", "three").unwrap())),
        ("stage", |vault| move_to_v1(vault, "x")),
        ("a move of ACSCurrent", |vault| move_to_v1(vault, "ACSCurrent")),
        ("rollback", |vault| {
            vault.rollback(&RollbackRequest { name: secret_name("b"), expected: None }).unwrap();
        }),
        ("describe", |vault| set(vault, |update| update.description = Description::new("other").ok())),
        ("tag", |vault| {
            set(vault, |update| {
                update.tags = [(TagKey::new("k").unwrap(), TagValue::default())].into_iter().collect();
            });
        }),
        ("retention", |vault| set(vault, |update| update.retention = Some(Retention::new(3).ok()))),
        ("rotation", |vault| set(vault, |update| update.rotation = Some(RotationInterval::new(3).ok()))),
        ("note", |vault| {
            let request = NoteRequest { name: secret_name("b"), version_id: version_id("v1"), note: None };
            vault.set_note(&request).unwrap();
        }),
        ("rename", |vault| drop(vault.rename_secret(&rename_request("b", "c")).unwrap())),
        ("delete", schedule),
        ("batch", |vault| {
            vault
                .batch(|changes| {
                    changes.put_secret_value(&put_request("b", "v3", text("three"), "ACSCurrent"))?;
                    changes.rename_secret(&rename_request("b", "c"))
                })
                .unwrap();
        }),
    ]
}

fn move_to_v1(vault: &mut Vault, label: &str) {
    let stage = StageMove::new(stage_label(label), Some(version_id("v1")), None).unwrap();
    let request = StageRequest { name: secret_name("b"), stage, expected: None };
    vault.update_secret_version_stage(&request).unwrap();
}

fn set(vault: &mut Vault, wish: impl FnOnce(&mut MetadataUpdate)) {
    let mut update = MetadataUpdate::default();
    wish(&mut update);
    vault.update_secret(&UpdateRequest { name: secret_name("b"), update, expected: None }).unwrap();
}

fn schedule(vault: &mut Vault) {
    let deletion = Deletion::Window(7);
    vault.delete_secret(&DeleteRequest { name: secret_name("b"), deletion, expected: None }).unwrap();
}

/// Labels, names and what is known, without versions and the time of the last change.
fn known(vault: &mut Vault) -> Vec<String> {
    let names: Vec<String> = vault.list().unwrap().iter().map(|secret| secret.name.to_owned()).collect();
    let shown = |name: &String| {
        let mut secret = vault.describe(&secret_name(name)).unwrap().secret;
        let notes: Vec<_> = secret.versions.drain(..).filter_map(|version| version.note).collect();
        (secret.updated, secret.next_order) = (secret.created, 0);
        format!("{secret:?} {notes:?}")
    };
    names.iter().map(shown).collect()
}

#[test]
fn every_change_that_can_be_undone_is_undone_and_redone_after_a_restart_too() {
    for (what, operation) in undoable() {
        let (place, mut vault) = changed();
        let before = known(&mut vault);
        operation(&mut vault);
        let after = known(&mut vault);
        assert_ne!(before, after, "{what}");
        drop(vault);
        let mut vault = place.open().unwrap();
        vault.take_back(Direction::Undo, None).unwrap();
        if what == "create" {
            assert!(vault.describe(&secret_name("x")).unwrap().secret.planned_deletion.is_some());
        } else {
            assert_eq!(known(&mut vault), before, "{what}");
        }
        drop(vault);
        let mut vault = place.open().unwrap();
        vault.take_back(Direction::Redo, None).unwrap();
        assert_eq!(known(&mut vault), after, "{what}");
        assert!(vault.verify().unwrap().is_clean(), "{what}");
    }
}

#[test]
fn an_undone_restoration_is_a_scheduled_deletion_again() {
    let (place, mut vault) = changed();
    schedule(&mut vault);
    let before = known(&mut vault);
    place.clock.advance_days(3);
    vault.restore_secret(&secret_name("b")).unwrap();
    let after = known(&mut vault);
    let mut vault = place.open().unwrap();
    vault.take_back(Direction::Undo, None).unwrap();
    assert_eq!(known(&mut vault), before);
    vault.take_back(Direction::Redo, None).unwrap();
    assert_eq!(known(&mut vault), after);
}
