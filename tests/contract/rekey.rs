//! A new vault key: what goes on after it, what comes to an end, and the backups made before.

use std::fs;
use std::path::Path;

use etui::domain::ErrorCode;
use etui::memory::SecretBytes;
use etui::vault::{Answers, Credentials, KdfCost, LockedVault, Progress, Vault, VaultError, make_key_file};
use etui::versioning::{Direction, Operation};

use crate::support::rules::secret_name;
use crate::support::vaults::{PASSWORD, Place, content, create, credentials, fill, get, put, rename_request};

const NEW: &str = "another horse";

fn cost(passes: u32) -> KdfCost {
    KdfCost::new(8, passes, 1).unwrap()
}

fn no_progress(_: Progress) {}

/// Opens the vault of a place with a password, and a key file where there is one.
fn open_with(place: &Place, password: &str, key_file: Option<&SecretBytes>) -> Result<Vault, VaultError> {
    let credentials = Credentials::new(SecretBytes::copy_of(password.as_bytes()), key_file).unwrap();
    open_file(place, &place.vault_path(), &credentials)
}

/// Opens any vault file for looking.
fn open_file(place: &Place, path: &Path, credentials: &Credentials) -> Result<Vault, VaultError> {
    let locked = LockedVault::open_copy(path, Box::new(place.clock.clone()))?;
    locked.unlock(credentials, Answers::default()).map_err(|failed| failed.error)
}

/// A vault in which everything lies that can, with a history of undos.
fn filled() -> (Place, Vault) {
    let place = Place::new();
    let mut vault = place.create();
    fill(&mut vault);
    vault.rename_secret(&rename_request("tls/key", "tls/renamed")).unwrap();
    put(&mut vault, "db/password", "v4", "hunter4").unwrap();
    vault.take_back(Direction::Undo, None).unwrap();
    (place, vault)
}

fn assert_sound(vault: &mut Vault) {
    let report = vault.verify().unwrap();
    assert!(report.is_clean(), "{:?}", report.findings);
}

#[test]
fn a_change_of_password_is_refused_where_the_password_changed_meanwhile() {
    for rekey in [false, true] {
        let (place, mut vault) = filled();
        let mut other = place.open().unwrap();
        other.change_password(&credentials(PASSWORD), &credentials(NEW), cost(1)).unwrap();
        let before = place.copy();
        let (present, new) = (credentials(PASSWORD), credentials("third"));
        let refused = if rekey {
            vault.rekey(&present, &new, cost(1), &mut no_progress)
        } else {
            vault.change_password(&present, &new, cost(1))
        };
        assert_eq!(refused.unwrap_err().code(), ErrorCode::ResourceChanged);
        assert!(place.copy() == before);
        // The session itself goes on, and knows the new header from then on.
        get(&mut vault, "db/password").unwrap();
        vault.change_password(&credentials(NEW), &new, cost(1)).unwrap();
        open_with(&place, "third", None).unwrap();
    }
}

#[test]
fn a_key_file_can_be_added_and_taken_away() {
    for rekey in [false, true] {
        let (place, mut vault) = filled();
        let key_file = make_key_file().unwrap();
        let password = || SecretBytes::copy_of(PASSWORD.as_bytes());
        let with_key = Credentials::new(password(), Some(&key_file)).unwrap();
        let mut change = |present: &Credentials, new: &Credentials| {
            if rekey {
                vault.rekey(present, new, cost(1), &mut no_progress)
            } else {
                vault.change_password(present, new, cost(1))
            }
        };
        change(&credentials(PASSWORD), &with_key).unwrap();
        assert_eq!(open_with(&place, PASSWORD, None).map(drop), Err(VaultError::KeyFileNeeded));
        open_with(&place, PASSWORD, Some(&key_file)).unwrap();
        let another = make_key_file().unwrap();
        assert_eq!(open_with(&place, PASSWORD, Some(&another)).map(drop), Err(VaultError::WrongPassword));
        // The password alone is not the present lock.
        assert_eq!(
            change(&credentials(PASSWORD), &credentials(NEW)).unwrap_err().code(),
            ErrorCode::NotUnlocked
        );
        change(&with_key, &credentials(PASSWORD)).unwrap();
        assert_eq!(open_with(&place, PASSWORD, Some(&key_file)).map(drop), Err(VaultError::KeyFileNotNeeded));
        open_with(&place, PASSWORD, None).unwrap();
    }
}

#[test]
fn a_rekey_keeps_everything_and_the_old_password_opens_nothing() {
    let (place, mut vault) = filled();
    let (content_before, history_before) = (content(&mut vault).unwrap(), vault.history(99).unwrap());
    let mut shown = Vec::new();
    vault
        .rekey(&credentials(PASSWORD), &credentials(NEW), cost(2), &mut |progress| shown.push(progress))
        .unwrap();
    assert_eq!(vault.take_notices(), Vec::<String>::new(), "nothing was left out");
    assert_eq!(content(&mut vault).unwrap(), content_before);
    assert_sound(&mut vault);
    drop(vault);
    assert_eq!(open_with(&place, PASSWORD, None).map(drop), Err(VaultError::WrongPassword));
    let mut vault = open_with(&place, NEW, None).unwrap();
    assert_eq!(content(&mut vault).unwrap(), content_before);
    assert_eq!(vault.kdf_cost().unwrap(), cost(2));
    let history = vault.history(99).unwrap();
    assert_eq!(history[0].change.operation, Operation::Rekey);
    assert_eq!(history[1..], history_before);
    assert_sound(&mut vault);
    // Progress goes up to its end.
    assert!(shown.windows(2).all(|pair| pair[0].done < pair[1].done && pair[0].total == pair[1].total));
    assert!(shown.last().is_some_and(|last| last.done == last.total), "{:?}", shown.last());
}

#[test]
fn after_a_rekey_the_vault_is_used_undone_and_rekeyed_again() {
    let (place, mut vault) = filled();
    vault.rekey(&credentials(PASSWORD), &credentials(NEW), cost(1), &mut no_progress).unwrap();
    put(&mut vault, "db/password", "v5", "hunter5").unwrap();
    create(&mut vault, "new", "v1", "x").unwrap();
    // Past the rekey, to what was done before it.
    for _ in 0..3 {
        vault.take_back(Direction::Undo, None).unwrap();
    }
    assert!(vault.describe(&secret_name("tls/key")).is_ok(), "the rename before the rekey is undone");
    assert_eq!(vault.history_of(&secret_name("db/password"), 99).unwrap().len(), 7);
    assert_eq!(vault.which(&secret_name("db/password"), &SecretBytes::copy_of(b"hunter1")).unwrap().len(), 1);
    let before = content(&mut vault).unwrap();
    vault.rekey(&credentials(NEW), &credentials(NEW), cost(1), &mut no_progress).unwrap();
    let mut vault = open_with(&place, NEW, None).unwrap();
    assert_eq!(content(&mut vault).unwrap(), before);
    assert_eq!(vault.which(&secret_name("db/password"), &SecretBytes::copy_of(b"hunter1")).unwrap().len(), 1);
    assert_sound(&mut vault);
}

#[test]
fn a_rekey_elsewhere_locks_an_open_session_with_that_reason() {
    let (place, mut vault) = filled();
    let mut other = place.open().unwrap();
    other.rekey(&credentials(PASSWORD), &credentials(NEW), cost(1), &mut no_progress).unwrap();
    let refused = put(&mut vault, "db/password", "v9", "x").unwrap_err();
    assert!(matches!(refused, VaultError::Locked { .. }), "{refused}");
    assert_eq!(refused.code(), ErrorCode::NotUnlocked);
    // It stays so, and its locked vault opens with the new password.
    assert!(matches!(vault.list().map(drop), Err(VaultError::Locked { .. })));
    let mut vault =
        vault.lock().unlock(&credentials(NEW), Answers::default()).map_err(|failed| failed.error).unwrap();
    assert_sound(&mut vault);
}

#[test]
fn a_machine_that_knows_the_vault_knows_it_after_a_rekey_and_an_old_copy_as_older() {
    let (place, mut vault) = filled();
    let copy = place.copy();
    vault.rekey(&credentials(PASSWORD), &credentials(PASSWORD), cost(1), &mut no_progress).unwrap();
    drop(vault);
    let mut vault = place.open().unwrap();
    let notices = vault.take_notices();
    assert!(notices.is_empty(), "{notices:?}");
    drop(vault);
    place.put_back(&copy);
    assert!(matches!(place.open().map(drop), Err(VaultError::Older { .. })));
}

#[test]
fn the_old_header_with_its_key_opens_nothing_of_a_rekeyed_vault() {
    let (place, mut vault) = filled();
    let old = place.folder().join("old.etui");
    fs::write(&old, place.copy()).unwrap();
    vault.rekey(&credentials(PASSWORD), &credentials(NEW), cost(1), &mut no_progress).unwrap();
    drop(vault);
    let row = |path: &Path| -> [Vec<u8>; 4] {
        let connection = rusqlite::Connection::open(path).unwrap();
        connection
            .query_row("SELECT header, header_hash, wrapped_key, head FROM vault", [], |row| {
                Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?])
            })
            .unwrap()
    };
    let old_row = row(&old);
    let new_row = row(&place.vault_path());
    assert!((0..4).all(|column| old_row[column] != new_row[column]));
    let connection = rusqlite::Connection::open(place.vault_path()).unwrap();
    connection
        .execute("UPDATE vault SET header = ?1, header_hash = ?2, wrapped_key = ?3, head = ?4", old_row)
        .unwrap();
    connection.close().unwrap();
    let opened = open_with(&place, PASSWORD, None).map(drop).unwrap_err();
    assert_eq!(opened.code(), ErrorCode::IntegrityFailure, "{opened}");
}

#[test]
fn a_backup_holds_a_state_that_another_process_wrote_a_moment_ago() {
    let (place, mut vault) = filled();
    put(&mut place.open().unwrap(), "db/password", "v9", "theirs").unwrap();
    let path = place.folder().join("copy.etui");
    vault.back_up(&path, &mut no_progress).unwrap();
    let mut copy = open_file(&place, &path, &credentials(PASSWORD)).unwrap();
    assert_eq!(get(&mut copy, "db/password").unwrap(), "theirs");
}

#[test]
fn a_backup_made_before_a_rekey_opens_with_the_old_password_and_is_named() {
    let (place, mut vault) = filled();
    let path = place.folder().join("copy.etui");
    vault.back_up(&path, &mut no_progress).unwrap();
    vault.rekey(&credentials(PASSWORD), &credentials(NEW), cost(1), &mut no_progress).unwrap();
    assert_eq!(vault.known_backups(), [fs::canonicalize(&path).unwrap()]);
    assert_sound(&mut open_file(&place, &path, &credentials(PASSWORD)).unwrap());
    assert_eq!(open_file(&place, &path, &credentials(NEW)).map(drop), Err(VaultError::WrongPassword));
}

#[test]
fn a_backup_that_fails_leaves_nothing_behind_and_one_that_is_gone_is_not_named() {
    let (place, mut vault) = filled();
    assert!(vault.back_up(&place.folder().join("no folder/copy"), &mut no_progress).is_err());
    assert!(vault.back_up(&place.vault_path(), &mut no_progress).is_err());
    let mut left: Vec<_> =
        fs::read_dir(place.folder()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["state", "vault.etui"]);
    let path = place.folder().join("copy.etui");
    let mut last = None;
    vault.back_up(&path, &mut |progress| last = Some(progress)).unwrap();
    assert!(last.is_some_and(|last| last.done == last.total && last.total > 0), "{last:?}");
    assert_eq!(vault.known_backups().len(), 1);
    fs::remove_file(&path).unwrap();
    assert!(vault.known_backups().is_empty());
    assert_sound(&mut vault);
}

#[test]
fn a_change_of_password_and_a_new_key_stand_in_the_history_and_undo_passes_over_them() {
    let (_place, mut vault) = filled();
    vault.change_password(&credentials(PASSWORD), &credentials(NEW), cost(2)).unwrap();
    assert_eq!(vault.kdf_cost().unwrap(), cost(2));
    vault.rekey(&credentials(NEW), &credentials(NEW), cost(1), &mut no_progress).unwrap();
    let operations: Vec<_> = vault.history(2).unwrap().iter().map(|entry| entry.change.operation).collect();
    assert_eq!(operations, [Operation::Rekey, Operation::ChangePassword]);
    // What was done before them, and not yet undone, is the rename.
    let undone = vault.take_back(Direction::Undo, None).unwrap();
    assert_eq!(undone.steps[0].entry.change.operation, Operation::Rename);
    vault.take_back(Direction::Redo, None).unwrap();
    assert_sound(&mut vault);
}
