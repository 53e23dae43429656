//! Changing the password, replacing the vault key, copying the vault.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use etui::domain::ErrorCode;
use etui::vault::{
    Answers, FormatVersion, KdfCost, LockedVault, Refreshed, Vault, VaultError, make_key_file,
};

use crate::support::vaults::{PASSWORD, Place, TestClock, content, create, credentials, fill, get, put};

const NEW: &str = "another horse";

fn cheap() -> KdfCost {
    KdfCost::new(8, 1, 1).unwrap()
}

fn open(place: &Place, password: &str) -> Result<Vault, VaultError> {
    place.open_by(&credentials(password))
}

fn change_password(vault: &mut Vault, present: &str, new: &str) -> Result<(), VaultError> {
    vault.change_password(&credentials(present), &credentials(new), cheap())
}

fn rekey(vault: &mut Vault, present: &str, new: &str) -> Result<(), VaultError> {
    vault.rekey(&credentials(present), &credentials(new), cheap(), &mut |_| {})
}

type Change = fn(&mut Vault, &str, &str) -> Result<(), VaultError>;

#[test]
fn after_a_change_the_new_password_opens_the_same_content_and_the_old_one_nothing() {
    for change in [change_password as Change, rekey] {
        let place = Place::new();
        let mut vault = place.create();
        fill(&mut vault);
        let shown = content(&mut vault).unwrap();
        change(&mut vault, PASSWORD, NEW).unwrap();
        assert_eq!(content(&mut vault).unwrap(), shown, "the session goes on");
        drop(vault);
        assert_eq!(open(&place, PASSWORD).map(drop), Err(VaultError::WrongPassword));
        let mut vault = open(&place, NEW).unwrap();
        assert_eq!(content(&mut vault).unwrap(), shown);
        put(&mut vault, "db/password", "v4", "after").unwrap();
        let report = vault.verify().unwrap();
        assert!(report.is_clean(), "{:?}", report.findings);
    }
}

#[test]
fn a_change_needs_the_present_password_and_a_refusal_changes_no_byte() {
    for change in [change_password as Change, rekey] {
        let place = Place::new();
        let mut vault = place.create();
        fill(&mut vault);
        let before = place.copy();
        assert_eq!(change(&mut vault, "wrong", NEW), Err(VaultError::WrongPassword));
        assert!(place.copy() == before);
        assert!(open(&place, PASSWORD).is_ok());
    }
}

#[test]
fn a_new_password_keeps_the_sealed_rows_and_a_new_key_keeps_none() {
    let sealed = |place: &Place| -> Vec<Vec<u8>> {
        let connection = rusqlite::Connection::open(place.vault_path()).unwrap();
        let sql = "SELECT record FROM secret UNION SELECT record FROM version UNION SELECT value FROM version
                   UNION SELECT record FROM event WHERE number < 3 UNION SELECT name_tag FROM secret";
        let mut statement = connection.prepare(sql).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    let place = Place::new();
    let mut vault = place.create();
    fill(&mut vault);
    let before = sealed(&place);
    change_password(&mut vault, PASSWORD, NEW).unwrap();
    assert_eq!(sealed(&place), before);
    rekey(&mut vault, NEW, PASSWORD).unwrap();
    assert!(sealed(&place).iter().all(|cell| !before.contains(cell)));
    let file = place.copy();
    let left = before.iter().filter(|cell| file.windows(cell.len()).any(|window| window == cell.as_slice()));
    assert_eq!(left.count(), 0, "nothing that opens with the old key is left in the file");
}

// Guards: that the change itself is remembered, not only what the next session finds.
#[test]
fn the_machine_that_changed_the_locks_notices_an_older_copy() {
    let upgrade: Change = |vault, present, _| vault.upgrade(&credentials(present), &mut |_| {}).map(drop);
    for change in [change_password as Change, rekey, upgrade] {
        let place = Place::in_format(FormatVersion::One);
        let mut vault = place.create();
        let older = place.copy();
        change(&mut vault, PASSWORD, NEW).unwrap();
        drop(vault);
        place.put_back(&older);
        let error = place.open().map(drop).unwrap_err();
        assert!(matches!(error, VaultError::Older { .. }), "{error:?}");
    }
}

#[test]
fn an_open_session_goes_on_after_a_new_password_and_ends_after_a_new_key() {
    let place = Place::new();
    let mut vault = place.create();
    create(&mut vault, "a", "v1", "one").unwrap();
    let mut other = place.open().unwrap();
    change_password(&mut vault, PASSWORD, NEW).unwrap();
    assert_eq!(other.refresh(), Ok(Refreshed::PasswordChanged));
    put(&mut other, "a", "v2", "two").unwrap();
    assert_eq!(get(&mut vault, "a").unwrap(), "two");
    rekey(&mut vault, NEW, PASSWORD).unwrap();
    let ended = get(&mut other, "a").unwrap_err();
    assert!(matches!(ended, VaultError::Locked { .. }), "{ended:?}");
    assert_eq!(ended.code(), ErrorCode::NotUnlocked);
    assert!(put(&mut other, "a", "v3", "three").is_err());
    assert_eq!(get(&mut vault, "a").unwrap(), "two");
    // Neither is a false alarm for a session that comes later.
    assert!(place.open().is_ok());
}

#[test]
fn a_change_after_another_change_elsewhere_is_refused() {
    for change in [change_password as Change, rekey] {
        let place = Place::new();
        let mut vault = place.create();
        let mut other = place.open().unwrap();
        change_password(&mut other, PASSWORD, NEW).unwrap();
        let before = place.copy();
        let refused = change(&mut vault, PASSWORD, "third").unwrap_err();
        assert!(matches!(refused.code(), ErrorCode::ResourceChanged | ErrorCode::NotUnlocked), "{refused:?}");
        assert!(place.copy() == before);
        assert!(open(&place, NEW).is_ok());
    }
}

#[test]
fn a_key_file_can_be_added_and_taken_away() {
    use etui::memory::SecretBytes;
    use etui::vault::Credentials;

    let place = Place::new();
    let mut vault = place.create();
    let key_file = make_key_file().unwrap();
    let both = Credentials::new(SecretBytes::copy_of(PASSWORD.as_bytes()), Some(&key_file)).unwrap();
    vault.change_password(&credentials(PASSWORD), &both, cheap()).unwrap();
    assert_eq!(open(&place, PASSWORD).map(drop), Err(VaultError::KeyFileNeeded));
    assert!(place.open_by(&both).is_ok());
    vault.rekey(&both, &credentials(PASSWORD), cheap(), &mut |_| {}).unwrap();
    assert!(open(&place, PASSWORD).is_ok());
}

#[test]
fn a_rekey_tells_how_far_it_is() {
    let place = Place::new();
    let mut vault = place.create();
    fill(&mut vault);
    let mut told = Vec::new();
    vault
        .rekey(&credentials(PASSWORD), &credentials(NEW), cheap(), &mut |progress| {
            told.push((progress.done, progress.total));
        })
        .unwrap();
    let total = told[0].1;
    assert!(told.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[1].1 == total));
    assert_eq!(told.last(), Some(&(total, total)));
}

#[test]
fn a_backup_is_private_sound_and_shows_the_same() {
    let place = Place::new();
    let mut vault = place.create();
    fill(&mut vault);
    let backup = place.folder().join("backup.etui");
    let report = vault.back_up(&backup, &mut |_| {}).unwrap();
    assert!(report.is_clean());
    assert_eq!(report.secrets, 3);
    assert_eq!(fs::metadata(&backup).unwrap().permissions().mode() & 0o777, 0o600);
    let locked = LockedVault::open_copy(&backup, Box::new(TestClock::new())).unwrap();
    let mut copy =
        locked.unlock(&credentials(PASSWORD), Answers::default()).map_err(|failed| failed.error).unwrap();
    assert_eq!(content(&mut copy).unwrap(), content(&mut vault).unwrap());
    assert_eq!(vault.known_backups(), [fs::canonicalize(&backup).unwrap()]);
    let names: Vec<_> =
        fs::read_dir(place.folder()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 3, "nothing else was left: {names:?}");
}

#[test]
fn a_backup_replaces_nothing_that_is_there() {
    let place = Place::new();
    let mut vault = place.create();
    let there = place.folder().join("there");
    fs::write(&there, "precious").unwrap();
    std::os::unix::fs::symlink("nowhere", place.folder().join("link")).unwrap();
    for name in ["there", "link", "vault.etui"] {
        let refused = vault.back_up(&place.folder().join(name), &mut |_| {}).unwrap_err();
        assert!(matches!(refused, VaultError::VaultExists { .. }), "{name}: {refused:?}");
    }
    assert_eq!(fs::read(there).unwrap(), b"precious");
    assert!(!place.folder().join("nowhere").exists());
}

#[test]
fn looking_at_an_older_copy_is_no_alarm_and_changes_no_memory() {
    let place = Place::new();
    let mut vault = place.create();
    fill(&mut vault);
    let backup = place.folder().join("backup.etui");
    vault.back_up(&backup, &mut |_| {}).unwrap();
    put(&mut vault, "db/password", "v4", "new").unwrap();
    let before = fs::read(&backup).unwrap();
    let locked = LockedVault::open_copy(&backup, Box::new(TestClock::new())).unwrap();
    let mut copy =
        locked.unlock(&credentials(PASSWORD), Answers::default()).map_err(|failed| failed.error).unwrap();
    assert!(copy.verify().unwrap().is_clean());
    assert_eq!(get(&mut copy, "db/password").unwrap(), "hunter2");
    assert!(put(&mut copy, "db/password", "v9", "x").is_err(), "a copy is only looked at");
    drop(copy);
    assert!(fs::read(&backup).unwrap() == before);
    assert!(place.open().is_ok());
}
