//! Upgrades of copies of one vault.

use std::fs;
use std::path::Path;

use etui::vault::{FormatVersion, Progress, Vault, VaultError};

use crate::support::vaults::{PASSWORD, Place, create, credentials, fill, put};

fn upgrade(place: &Place) -> Vault {
    let mut vault = place.open_without_memory().unwrap();
    assert!(vault.upgrade(&credentials(PASSWORD), &mut |_| {}).unwrap().is_some());
    vault
}

/// The sealed records of all events, oldest first.
fn events(path: &Path) -> Vec<Vec<u8>> {
    let connection = rusqlite::Connection::open(path).unwrap();
    let mut statement = connection.prepare("SELECT record FROM event ORDER BY number").unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

// Guards: equal tags are how two copies know what they share; an upgrade that seals events anew would part them.
#[test]
fn two_copies_upgraded_apart_share_their_history_byte_for_byte_and_go_on() {
    let one = Place::in_format(FormatVersion::One);
    let mut vault = one.create();
    create(&mut vault, "a", "v1", "x").unwrap();
    put(&mut vault, "a", "v2", "y").unwrap();
    drop(vault);
    let shared = events(&one.vault_path());
    let two = Place::in_format(FormatVersion::One);
    fs::write(two.vault_path(), one.copy()).unwrap();
    let mut states = Vec::new();
    for (place, id) in [(&one, "v3"), (&two, "v4")] {
        let mut vault = upgrade(place);
        put(&mut vault, "a", id, id).unwrap();
        assert!(vault.verify().unwrap().is_clean());
        states.push(vault.state().unwrap());
        drop(vault);
        let after = events(&place.vault_path());
        assert_eq!(after[..shared.len()], shared);
        assert_eq!(after.len(), shared.len() + 2);
    }
    assert_ne!(states[0], states[1]);
}

#[test]
fn an_upgrade_tells_how_far_it_is_and_has_nothing_to_say_of_a_sound_vault() {
    let place = Place::in_format(FormatVersion::One);
    let mut vault = place.create();
    fill(&mut vault);
    let mut told = Vec::new();
    let progress = &mut |progress: Progress| told.push((progress.done, progress.total));
    vault.upgrade(&credentials(PASSWORD), progress).unwrap();
    // Eight events are read; three secrets are sealed, and read back.
    assert_eq!(told, (1..=14).map(|done| (done, 14)).collect::<Vec<_>>());
    assert_eq!(vault.take_notices(), Vec::<String>::new());
}

// Guards: the header is written anew, so the password is needed; a wrong one is no damage.
#[test]
fn an_upgrade_with_a_wrong_password_is_refused_and_changes_nothing() {
    let place = Place::in_format(FormatVersion::One);
    let mut vault = place.create();
    create(&mut vault, "a", "v1", "x").unwrap();
    let before = place.copy();
    let refused = vault.upgrade(&credentials("wrong"), &mut |_| {}).map(drop);
    assert_eq!(refused, Err(VaultError::WrongPassword));
    assert!(place.copy() == before, "nothing was changed");
    put(&mut vault, "a", "v2", "y").unwrap();
}
