//! The file as a whole: cut, mixed, switched to WAL, with planted companions.

use std::fs;
use std::path::PathBuf;

use super::judge::{assert_detected, assert_integrity, filled, look};
use crate::support::vaults::{Place, content, put};
use etui::vault::VaultError;

const PAGE: usize = 4096;

fn beside(place: &Place, suffix: &str) -> PathBuf {
    let mut path = place.vault_path().into_os_string();
    path.push(suffix);
    path.into()
}

/// The same content, or a clear word.
#[track_caller]
fn assert_same_or_detected(place: &Place, shown: &str, what: &str) {
    match look(place) {
        Ok(found) => assert_eq!(found, shown, "{what}"),
        Err(VaultError::Integrity { .. }) => {}
        Err(other) => panic!("{what}: {other:?}"),
    }
}

// Guards: bytes 18 and 19 are 1 before SQLite opens the file.
#[test]
fn a_file_that_was_switched_to_wal_is_noticed() {
    for bytes in [[2, 2], [1, 2], [2, 1], [0, 0], [3, 3]] {
        let (place, _) = filled();
        let mut copy = place.copy();
        copy[18..20].copy_from_slice(&bytes);
        place.put_back(&copy);
        assert_detected(&place);
    }
}

// Guards: no `-wal` and no `-shm` beside the file.
#[test]
fn a_log_beside_the_file_is_noticed() {
    for suffix in ["-wal", "-shm"] {
        let (place, _) = filled();
        fs::write(beside(&place, suffix), b"").unwrap();
        assert_detected(&place);
        fs::remove_file(beside(&place, suffix)).unwrap();
        std::os::unix::fs::symlink("nowhere", beside(&place, suffix)).unwrap();
        assert_detected(&place);
    }
}

// Guards: everything after SQLite has played the journal back. A journal of one transaction, planted beside
// a later state, makes a mixture of the two, or the older state.
#[test]
fn a_planted_journal_never_makes_a_mixture() {
    let (place, before) = filled();
    let older = place.copy();
    let journal = {
        // SQLite's own journal of changing every page.
        let connection = rusqlite::Connection::open(place.vault_path()).unwrap();
        connection
            .execute_batch(
                "PRAGMA cache_size = 1; PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE;
                 UPDATE event SET record = randomblob(400); UPDATE secret SET record = randomblob(400);
                 UPDATE version SET record = randomblob(400)",
            )
            .unwrap();
        let journal = fs::read(beside(&place, "-journal")).unwrap();
        drop(connection);
        journal
    };
    assert!(!journal.is_empty());
    place.put_back(&older);
    let mut vault = place.open().unwrap();
    for number in 4..8 {
        put(&mut vault, "db/password", &format!("v{number}"), "new").unwrap();
    }
    let after = content(&mut vault).unwrap();
    drop(vault);
    fs::write(beside(&place, "-journal"), &journal).unwrap();
    match place.open().and_then(|mut vault| content(&mut vault)) {
        Ok(shown) => assert_eq!(shown, after),
        Err(error) => assert_eq!(error.code(), etui::domain::ErrorCode::IntegrityFailure, "{error:?}"),
    }
    // On a machine that remembers nothing it may be the older state, wholly.
    match place.open_without_memory().and_then(|mut vault| content(&mut vault)) {
        Ok(shown) => assert!(shown == after || shown == before),
        Err(error) => assert_integrity(Err::<(), _>(error)),
    }
}

#[test]
fn what_is_no_vault_at_all_is_noticed() {
    let place = Place::in_format(super::FORMAT);
    for bytes in [&b""[..], b"SQLite format 3", b"SQLite format 3\0", &[0; 8192], b"-----BEGIN AGE-----"] {
        place.put_back(bytes);
        let looked = place.open().map(drop);
        assert!(
            matches!(looked, Err(VaultError::NotAVault { .. } | VaultError::Unfinished { .. })),
            "{looked:?}"
        );
    }
    fs::remove_file(place.vault_path()).unwrap();
    fs::create_dir(place.vault_path()).unwrap();
    assert!(matches!(place.open().map(drop), Err(VaultError::NotAVault { .. })));
}

// Guards: where this machine has seen a vault, a file that is none is not a mistyped path.
#[test]
fn what_is_no_vault_where_one_was_is_tampering() {
    let (place, _) = filled();
    for bytes in [&b""[..], b"SQLite format 3", &[0; 8192], b"-----BEGIN AGE-----"] {
        place.put_back(bytes);
        assert_integrity(place.open().map(drop));
    }
}

#[test]
fn an_empty_sqlite_file_is_no_vault() {
    let place = Place::in_format(super::FORMAT);
    let connection = rusqlite::Connection::open(place.vault_path()).unwrap();
    connection.execute_batch("PRAGMA user_version = 1").unwrap();
    drop(connection);
    let looked = place.open().map(drop);
    assert!(
        matches!(looked, Err(VaultError::NotAVault { .. } | VaultError::Unfinished { .. })),
        "{looked:?}"
    );
}

// Guards: the application's number is read before SQLite opens the file: a mistyped path is no damage.
#[test]
fn the_database_of_another_program_is_no_vault() {
    let place = Place::in_format(super::FORMAT);
    let connection = rusqlite::Connection::open(place.vault_path()).unwrap();
    connection.execute_batch("CREATE TABLE bookmark (url TEXT); INSERT INTO bookmark VALUES ('x')").unwrap();
    drop(connection);
    let looked = place.open().map(drop);
    let Err(VaultError::NotAVault { why, .. }) = looked else { panic!("{looked:?}") };
    assert!(why.contains("another program"), "{why}");
}

#[test]
fn a_file_that_was_cut_anywhere_is_noticed() {
    let (place, shown) = filled();
    let whole = place.copy();
    for length in (0..whole.len()).step_by(512) {
        place.put_back(&whole[..length]);
        // The rest of the last page may be empty, and then nothing was cut but zeros.
        assert_same_or_detected(&place, &shown, &format!("cut to {length} bytes"));
        if whole.len() - length > PAGE {
            assert_detected(&place);
        }
    }
    place.put_back(&whole[..whole.len() - 1]);
    assert_same_or_detected(&place, &shown, "cut by a byte");
}

// Guards: that the full check asks SQLite too. No row is changed by a page that neither a table nor the list of free
// pages has, and nothing shows it.
#[test]
fn a_page_that_belongs_to_nothing_is_found_by_the_full_check() {
    let (place, shown) = filled();
    let mut copy = place.copy();
    let pages = u32::try_from(copy.len() / PAGE).unwrap() + 1;
    copy[28..32].copy_from_slice(&pages.to_be_bytes());
    copy.resize(copy.len() + PAGE, 7);
    place.put_back(&copy);
    assert_eq!(look(&place).unwrap(), shown);
    let report = place.open().unwrap().verify().unwrap();
    assert_eq!(report.findings, ["SQLite finds the file damaged"]);
}

#[test]
fn what_is_appended_is_never_shown() {
    let (place, shown) = filled();
    let whole = place.copy();
    for more in [1, PAGE, 3 * PAGE] {
        let mut longer = whole.clone();
        longer.resize(whole.len() + more, 0xa5);
        place.put_back(&longer);
        assert_same_or_detected(&place, &shown, "appended");
    }
}

#[test]
fn pages_that_were_swapped_doubled_or_wiped_never_show_anything_else() {
    let (place, shown) = filled();
    let whole = place.copy();
    let pages = whole.len() / PAGE;
    for one in 0..pages {
        for other in 0..pages {
            let mut mixed = whole.clone();
            mixed.copy_within(one * PAGE..(one + 1) * PAGE, other * PAGE);
            place.put_back(&mixed);
            assert_same_or_detected(&place, &shown, &format!("page {one} over {other}"));
            if one < other {
                mixed[one * PAGE..(one + 1) * PAGE].copy_from_slice(&whole[other * PAGE..(other + 1) * PAGE]);
                place.put_back(&mixed);
                assert_same_or_detected(&place, &shown, &format!("pages {one} and {other} swapped"));
            }
        }
        let mut wiped = whole.clone();
        wiped[one * PAGE..(one + 1) * PAGE].fill(0);
        place.put_back(&wiped);
        assert_same_or_detected(&place, &shown, &format!("page {one} wiped"));
    }
}
