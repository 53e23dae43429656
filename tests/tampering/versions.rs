//! Rows of versions swapped, put back, deleted and added.

use super::judge::{
    assert_detected, assert_read_detects, assert_verify_finds, filled, tampered, with_sqlite,
};
use super::tables::{OF_ONE_SECRET, before_and_after, insert, replace_table, rows, run, swap};
use crate::support::rules::{secret_name, version_id};
use crate::support::vaults::{create, get, put};
use etui::domain::{Note, Retention};
use etui::vault::{NoteRequest, UpdateRequest};
use etui::versioning::MetadataUpdate;

// Guards: row id, secret id and `id_tag` in the associated data of a version's record and value; the
// value's tag in its record; `versions_mac`.
#[test]
fn columns_that_were_swapped_between_two_versions_are_noticed() {
    for column in ["record", "value", "id_tag"] {
        let swapped = |filter| tampered(|connection| swap(connection, "version", "key", column, filter));
        assert_detected(&swapped(OF_ONE_SECRET));
        // Perhaps those of the secret in its window, whose values nobody reads.
        assert_verify_finds(&swapped("true"));
    }
    assert_detected(&tampered(|connection| swap(connection, "version", "key", "key", "true")));
}

// Guards: that every label marks a version that is there.
#[test]
fn a_labelled_version_that_was_deleted_is_noticed() {
    for which in ["min(key)", "max(key)"] {
        let place = tampered(|connection| {
            let sql = format!(
                "DELETE FROM version WHERE key = (SELECT {which} FROM version WHERE {OF_ONE_SECRET})"
            );
            run(connection, &sql);
        });
        assert_detected(&place);
        assert_read_detects(&place, |vault| get(vault, "db/password"));
    }
}

// Guards: `versions_mac`, and nothing else: no label marks the version that is gone.
#[test]
fn a_deprecated_version_that_was_deleted_is_noticed() {
    let (place, _) = filled();
    let mut vault = place.open().unwrap();
    for id in ["v4", "v5", "v6"] {
        put(&mut vault, "db/password", id, id).unwrap();
    }
    let secret = vault.describe(&secret_name("db/password")).unwrap().secret;
    let deprecated = secret.version(&version_id("v4")).unwrap().key;
    assert!(!secret.labels.marks(deprecated));
    drop(vault);
    with_sqlite(&place, |connection| {
        run(connection, &format!("DELETE FROM version WHERE key = {}", deprecated.0));
    });
    assert_detected(&place);
    assert_read_detects(&place, |vault| get(vault, "db/password"));
}

// Guards: `versions_mac`: the older record is genuine, and its row is the same.
#[test]
fn an_older_record_of_a_version_is_noticed() {
    let (place, _) = filled();
    let [before, after] = before_and_after(&place, |vault| {
        let note = Note::new("better known").ok();
        let request = NoteRequest { name: secret_name("db/password"), version_id: version_id("v1"), note };
        vault.set_note(&request).unwrap();
    });
    assert_ne!(before[2], after[2]);
    with_sqlite(&place, |connection| replace_table(connection, "version", &before[2]));
    assert_detected(&place);
    assert_read_detects(&place, |vault| get(vault, "db/password"));
}

// Guards: `versions_mac`: a genuine row that retention destroyed comes back to its secret.
#[test]
fn a_version_that_retention_destroyed_does_not_come_back() {
    let (place, _) = filled();
    let mut vault = place.open().unwrap();
    put(&mut vault, "db/password", "v4", "four").unwrap();
    put(&mut vault, "db/password", "v5", "five").unwrap();
    let retention = Some(Some(Retention::new(4).unwrap()));
    let update = MetadataUpdate { retention, ..MetadataUpdate::default() };
    vault.update_secret(&UpdateRequest { name: secret_name("db/password"), update, expected: None }).unwrap();
    drop(vault);
    let [before, _] = before_and_after(&place, |vault| {
        let outcome = put(vault, "db/password", "v6", "six").unwrap();
        assert_eq!(outcome.destroyed, [version_id("v2")]);
    });
    with_sqlite(&place, |connection| {
        let now = rows(connection, "version");
        before[2].iter().filter(|row| !now.contains(row)).for_each(|row| insert(connection, "version", row));
    });
    assert_detected(&place);
    assert_read_detects(&place, |vault| get(vault, "db/password"));
}

// Guards: the row id in the associated data of a version; and `versions_mac`.
#[test]
fn a_version_that_was_added_to_a_secret_is_noticed() {
    let place = tampered(|connection| {
        let sql = format!(
            "INSERT INTO version SELECT key + 1, secret_id, randomblob(32), record, value FROM version
             WHERE {OF_ONE_SECRET} LIMIT 1"
        );
        run(connection, &sql);
    });
    assert_detected(&place);
    assert_read_detects(&place, |vault| get(vault, "db/password"));
}

// Guards: the search for orphans in the full check: their secret is gone.
#[test]
fn versions_of_a_deleted_secret_that_were_put_back_are_noticed_by_the_full_check() {
    let (place, _) = filled();
    let [before, _] = before_and_after(&place, |vault| {
        let name = secret_name("db/password");
        let deletion = etui::versioning::Deletion::Force;
        vault.delete_secret(&etui::vault::DeleteRequest { name, deletion, expected: None }).unwrap();
        create(vault, "db/password", "v1", "hunter1").unwrap();
    });
    with_sqlite(&place, |connection| {
        let now = rows(connection, "version");
        before[2].iter().filter(|row| !now.contains(row)).for_each(|row| insert(connection, "version", row));
    });
    assert_verify_finds(&place);
}

// Guards: the search for orphans in the full check.
#[test]
fn a_version_of_no_secret_is_noticed_by_the_full_check() {
    assert_verify_finds(&tampered(|connection| {
        run(
            connection,
            "INSERT INTO version SELECT 1, randomblob(16), randomblob(32), record, value FROM version LIMIT 1",
        );
    }));
}
