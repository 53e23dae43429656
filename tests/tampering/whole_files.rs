//! The whole file replaced: by an older copy, by another branch, by another vault.

use std::fs;

use etui::domain::ErrorCode;
use etui::vault::{Answers, VaultError};

use super::judge::{assert_integrity, filled};
use crate::support::vaults::{Place, create, get, put};

const ACCEPT_OLDER: Answers = Answers { accept_older: true, accept_other: false, allow_expensive_kdf: false };
const ACCEPT_OTHER: Answers = Answers { accept_older: false, accept_other: true, allow_expensive_kdf: false };

fn put_one(place: &Place, machine: &str, id: &str) {
    put(&mut place.open_as(Some(machine), Answers::default()).unwrap(), "db/password", id, id).unwrap();
}

// Guards: the number that this machine remembers.
#[test]
fn an_older_copy_is_noticed_on_the_machine_that_saw_the_newer() {
    let (place, _) = filled();
    let older = place.copy();
    put_one(&place, "here", "v4");
    place.put_back(&older);
    let error = place.open().map(drop).unwrap_err();
    assert!(matches!(error, VaultError::Older { found, seen, .. } if found + 1 == seen), "{error:?}");
    assert_eq!(error.code(), ErrorCode::IntegrityFailure);
    // Another branch is another question.
    assert!(matches!(place.open_as(Some("here"), ACCEPT_OTHER).map(drop), Err(VaultError::Older { .. })));
    // A machine that has never seen the newer one cannot know.
    assert!(place.open_as(Some("elsewhere"), Answers::default()).is_ok());
}

// Guards: that an answer lowers what is remembered, and nothing else does.
#[test]
fn an_accepted_older_copy_counts_for_later_runs_too() {
    let (place, _) = filled();
    let older = place.copy();
    put_one(&place, "here", "v4");
    let newer = place.copy();
    place.put_back(&older);
    assert!(place.open().is_err());
    assert!(place.open().is_err(), "a question is not an answer");
    assert_eq!(
        get(&mut place.open_as(Some("here"), ACCEPT_OLDER).unwrap(), "db/password").unwrap(),
        "hunter2"
    );
    assert!(place.open().is_ok());
    // The way that was left is another branch from the next change on.
    put_one(&place, "here", "v5");
    place.put_back(&newer);
    assert!(matches!(place.open().map(drop), Err(VaultError::OtherBranch { .. })));
}

// Guards: the random bytes of the remembered event.
#[test]
fn another_branch_is_noticed_whether_it_is_as_long_or_longer() {
    for more in 1..3 {
        let (place, _) = filled();
        let fork = place.copy();
        put_one(&place, "here", "v4");
        place.put_back(&fork);
        for number in 0..more {
            put_one(&place, "elsewhere", &format!("w{number}"));
        }
        let error = place.open().map(drop).unwrap_err();
        assert!(matches!(error, VaultError::OtherBranch { .. }), "{more}: {error:?}");
        assert_eq!(error.code(), ErrorCode::IntegrityFailure);
        let older_only = place.open_as(Some("here"), ACCEPT_OLDER).map(drop);
        assert!(matches!(older_only, Err(VaultError::OtherBranch { .. })));
        assert!(place.open_as(Some("here"), ACCEPT_OTHER).is_ok());
        assert!(place.open().is_ok(), "the answer counts for later runs");
    }
}

// Guards: the vault id remembered for the path.
#[test]
fn another_vault_at_the_path_is_noticed() {
    let (place, _) = filled();
    let other = Place::in_format(super::FORMAT);
    drop(other.create());
    place.put_back(&other.copy());
    let error = place.open().map(drop).unwrap_err();
    assert_eq!(error, VaultError::OtherVault);
    assert_eq!(error.code(), ErrorCode::IntegrityFailure);
    assert!(matches!(place.open_as(Some("here"), ACCEPT_OLDER).map(drop), Err(VaultError::OtherVault)));
    assert!(place.open_as(Some("here"), ACCEPT_OTHER).is_ok());
    assert!(place.open().is_ok(), "the answer counts for later runs");
}

// Guards: that the chain is walked from the head down to the remembered event.
#[test]
fn a_gap_between_the_head_and_the_remembered_event_is_noticed() {
    let (place, _) = filled();
    for number in 4..8 {
        put_one(&place, "elsewhere", &format!("v{number}"));
    }
    super::judge::with_sqlite(&place, |connection| {
        connection
            .execute("DELETE FROM event WHERE number = (SELECT max(number) - 1 FROM event)", [])
            .unwrap();
    });
    assert_integrity(place.open().map(drop));
}

#[test]
fn changes_of_another_machine_are_no_alarm() {
    let (place, _) = filled();
    for number in 4..8 {
        put_one(&place, if number % 2 == 0 { "here" } else { "elsewhere" }, &format!("v{number}"));
    }
    assert_eq!(get(&mut place.open().unwrap(), "db/password").unwrap(), "v7");
}

#[test]
fn a_vault_that_was_moved_is_no_alarm() {
    let (place, _) = filled();
    let moved = place.folder().join("moved.etui");
    fs::rename(place.vault_path(), &moved).unwrap();
    fs::rename(&moved, place.vault_path()).unwrap();
    assert!(place.open().is_ok());
}

// Guards: the difference between "gone" and "never was".
#[test]
fn a_remembered_vault_that_is_missing_is_said_to_be_gone() {
    let (place, _) = filled();
    fs::remove_file(place.vault_path()).unwrap();
    assert!(matches!(place.open().map(drop), Err(VaultError::VaultGone { .. })));
    assert!(matches!(place.open_without_memory().map(drop), Err(VaultError::NoVault { .. })));
}

// Guards: that lost memory starts anew and says so.
#[test]
fn lost_or_unreadable_memory_is_said_once_and_starts_anew() {
    let (place, _) = filled();
    fs::remove_dir_all(place.state_of("here")).unwrap();
    assert!(!place.open().unwrap().take_notices().is_empty());
    assert!(place.open().unwrap().take_notices().is_empty());
    for file in fs::read_dir(place.state_of("here")).unwrap().map(|entry| entry.unwrap().path()) {
        fs::write(file, b"\xff\x00 nonsense").unwrap();
    }
    assert!(!place.open().unwrap().take_notices().is_empty());
    assert!(place.open().unwrap().take_notices().is_empty());
}

#[test]
fn a_new_vault_is_remembered_from_its_first_moment() {
    let place = Place::in_format(super::FORMAT);
    let mut vault = place.create();
    let empty = place.copy();
    create(&mut vault, "a", "v1", "x").unwrap();
    drop(vault);
    place.put_back(&empty);
    assert!(matches!(place.open().map(drop), Err(VaultError::Older { .. })));
}
