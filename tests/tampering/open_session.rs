//! The file changes under an open session.

use std::fs;

use etui::domain::ErrorCode;
use etui::vault::VaultError;

use super::judge::{assert_integrity, filled, look, with_sqlite};
use crate::support::rules::{secret_name, version_id};
use crate::support::vaults::{Place, content, create, fill, get, put};
use etui::versioning::Selector;

fn open_filled() -> (Place, etui::vault::Vault) {
    let place = Place::in_format(super::FORMAT);
    let mut vault = place.create();
    fill(&mut vault);
    (place, vault)
}

// Guards: device, inode, size and times are compared at the beginning of every transaction.
#[test]
fn an_older_copy_put_under_an_open_session_ends_it() {
    let (place, mut vault) = open_filled();
    let older = place.copy();
    put(&mut vault, "db/password", "v4", "new").unwrap();
    place.put_back(&older);
    let error = get(&mut vault, "db/password").unwrap_err();
    assert!(matches!(error, VaultError::Older { .. }), "{error:?}");
    assert!(put(&mut vault, "db/password", "v5", "newer").is_err(), "the session is over");
    drop(vault);
    assert_eq!(place.copy(), older, "nothing was written into the older copy");
}

// Guards: the same, for a writer: a put must not be written into a mixture of two states.
#[test]
fn a_put_onto_an_older_copy_under_an_open_session_writes_nothing() {
    let (place, mut vault) = open_filled();
    let older = place.copy();
    put(&mut vault, "db/password", "v4", "new").unwrap();
    place.put_back(&older);
    let error = put(&mut vault, "db/password", "v5", "newer").unwrap_err();
    assert_eq!(error.code(), ErrorCode::IntegrityFailure);
    drop(vault);
    assert_eq!(place.copy(), older);
}

// Guards: the head of the same number must be the same head, and a longer chain must lead to it.
#[test]
fn another_branch_put_under_an_open_session_ends_it() {
    for more in 1..3 {
        let (place, mut vault) = open_filled();
        let elsewhere = Place::in_format(super::FORMAT);
        elsewhere.put_back(&place.copy());
        for number in 0..more {
            put(&mut elsewhere.open().unwrap(), "db/password", &format!("w{number}"), "theirs").unwrap();
        }
        put(&mut vault, "db/password", "v4", "ours").unwrap();
        place.put_back(&elsewhere.copy());
        let error = get(&mut vault, "db/password").unwrap_err();
        assert!(matches!(error, VaultError::OtherBranch { .. }), "{more}: {error:?}");
        assert!(put(&mut vault, "db/password", "v5", "ours").is_err());
        drop(vault);
        assert!(place.copy() == elsewhere.copy());
    }
}

#[test]
fn another_vault_renamed_over_the_open_one_locks_the_session() {
    let (place, mut vault) = open_filled();
    let other = Place::in_format(super::FORMAT);
    create(&mut other.create(), "db/password", "v1", "theirs").unwrap();
    let beside = place.folder().join("other.etui");
    fs::write(&beside, other.copy()).unwrap();
    fs::rename(&beside, place.vault_path()).unwrap();
    let error = get(&mut vault, "db/password").unwrap_err();
    assert!(matches!(error, VaultError::Locked { .. }), "{error:?}");
    assert!(put(&mut vault, "db/password", "v2", "x").is_err());
    drop(vault);
    assert_eq!(place.copy(), other.copy());
}

// Guards: `refuse_events_above` where a session goes on with what another one wrote.
#[test]
fn an_event_above_the_head_is_noticed_by_a_session_that_goes_on() {
    let (place, mut vault) = open_filled();
    put(&mut place.open().unwrap(), "db/password", "v4", "theirs").unwrap();
    with_sqlite(&place, |connection| {
        let sql = "INSERT INTO event SELECT number + 1, record FROM event ORDER BY number DESC LIMIT 1";
        assert_eq!(connection.execute(sql, []).unwrap(), 1);
    });
    assert_integrity(get(&mut vault, "db/password"));
    assert_integrity(put(&mut vault, "db/password", "v5", "ours"));
}

// Guards: sums are changed by subtracting what was verified, never recomputed from rows as found.
#[test]
fn a_put_does_not_launder_what_was_tampered_with_before() {
    let (place, mut vault) = open_filled();
    assert!(vault.list().is_ok());
    let old_records: Vec<(Vec<u8>, Vec<u8>)> = with_sqlite(&place, |connection| {
        let mut statement = connection.prepare("SELECT name_tag, record FROM secret").unwrap();
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
    });
    put(&mut vault, "tls/key", "2026-12", "next").unwrap();
    put(&mut vault, "db/password", "v4", "new").unwrap();
    // The older records of every secret come back, while the session knows the newer ones.
    with_sqlite(&place, |connection| {
        for (name_tag, record) in &old_records {
            connection
                .execute("UPDATE secret SET record = ?2 WHERE name_tag = ?1", (name_tag, record))
                .unwrap();
        }
    });
    let before = place.copy();
    let result = put(&mut vault, "db/password", "v5", "newer");
    let other = create(&mut vault, "quite/another", "v1", "x");
    drop(vault);
    if result.is_err() && other.is_err() {
        assert_eq!(place.copy(), before, "a refusal changes nothing");
    }
    assert_integrity(look(&place));
}

// Guards: a value's tag is in its record, and its seal is bound to its row.
#[test]
fn a_value_that_is_swapped_under_an_open_session_is_not_shown() {
    let (place, mut vault) = open_filled();
    content(&mut vault).unwrap();
    with_sqlite(&place, |connection| {
        let values: Vec<(i64, Vec<u8>)> = {
            let mut statement = connection.prepare("SELECT key, value FROM version").unwrap();
            statement
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
                .unwrap()
                .map(Result::unwrap)
                .collect()
        };
        for (position, (key, _)) in values.iter().enumerate() {
            let other = &values[(position + 1) % values.len()].1;
            connection.execute("UPDATE version SET value = ?2 WHERE key = ?1", (key, other)).unwrap();
        }
    });
    for id in ["v1", "v2", "v3"] {
        let selector = Selector { version_id: Some(version_id(id)), ..Selector::default() };
        assert_integrity(vault.get_secret_value(&secret_name("db/password"), &selector));
    }
}

#[test]
fn a_change_by_another_session_is_seen_and_is_no_alarm() {
    let (place, mut vault) = open_filled();
    let mut other = place.open().unwrap();
    put(&mut other, "db/password", "v4", "theirs").unwrap();
    assert_eq!(get(&mut vault, "db/password").unwrap(), "theirs");
    put(&mut vault, "db/password", "v5", "ours").unwrap();
    assert_eq!(get(&mut other, "db/password").unwrap(), "ours");
    assert!(vault.verify().unwrap().is_clean() && other.verify().unwrap().is_clean());
}

#[test]
fn a_copy_taken_while_the_session_is_open_is_current() {
    let (place, mut vault) = open_filled();
    put(&mut vault, "db/password", "v4", "new").unwrap();
    let elsewhere = Place::in_format(super::FORMAT);
    elsewhere.put_back(&place.copy());
    assert_eq!(get(&mut elsewhere.open().unwrap(), "db/password").unwrap(), "new");
    drop(vault);
    let (unused, _) = filled();
    assert!(unused.vault_path().exists());
}
