//! Rows of versions swapped, put back, deleted and added.

use super::judge::{
    assert_detected, assert_read_detects, assert_verify_finds, filled, tampered, with_sqlite,
};
use super::tables::{OF_ONE_SECRET, TAG_COLUMN, before_and_after, insert, replace_table, rows, run, swap};
use crate::support::rules::{secret_name, version_id};
use crate::support::vaults::{Place, create, get, put, put_request, rename_request, text};
use etui::domain::{ErrorCode, Note, Retention};
use etui::vault::{FormatVersion, NoteRequest, UpdateRequest};
use etui::versioning::MetadataUpdate;

// Guards: row id, secret id and `id_tag` in the associated data of a version's record and value; the
// value's tag in its record; `versions_mac`.
#[test]
fn columns_that_were_swapped_between_two_versions_are_noticed() {
    let tag = match super::FORMAT {
        FormatVersion::One => None,
        FormatVersion::Two => Some("tag"),
    };
    for column in ["record", "value", "id_tag"].into_iter().chain(tag) {
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
            "INSERT INTO version SELECT key + 1, secret_id, randomblob(32), {TAG_COLUMN}record, value FROM version
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
            &format!(
                "INSERT INTO version SELECT 1, randomblob(16), randomblob(32), {TAG_COLUMN}record, value
                 FROM version LIMIT 1"
            ),
        );
    }));
}

/// A vault with a secret of so many versions that a put does not open all of their records, and the key of one
/// without a label.
fn many_versions() -> (Place, i64) {
    let (place, _) = filled();
    let mut vault = place.open().unwrap();
    vault
        .batch(|changes| {
            for number in 4..=300 {
                let request = put_request("db/password", &format!("v{number}"), text("x"), "ACSCurrent");
                changes.put_secret_value(&request)?;
            }
            Ok(())
        })
        .unwrap();
    let secret = vault.describe(&secret_name("db/password")).unwrap().secret;
    (place, secret.version(&version_id("v77")).unwrap().key.0)
}

// Guards: `versions_mac` over what a put reads, whichever records it opens.
#[test]
fn a_put_notices_a_version_among_many_that_was_deleted_added_or_changed() {
    for sql in [
        "DELETE FROM version WHERE key = {key}",
        "INSERT INTO version SELECT key + 1, secret_id, randomblob(32), {tag}record, value FROM version
         WHERE key = {key}",
        "UPDATE version SET id_tag = randomblob(32) WHERE key = {key}",
        "UPDATE version SET key = 1 WHERE key = {key}",
    ] {
        let (place, key) = many_versions();
        let sql = sql.replace("{key}", &key.to_string()).replace("{tag}", TAG_COLUMN);
        with_sqlite(&place, |connection| run(connection, &sql));
        let before = place.copy();
        assert_read_detects(&place, |vault| put(vault, "db/password", "w1", "new").map(|_| String::new()));
        assert!(place.copy() == before, "a refused put changes nothing");
    }
}

// Guards: the tag of a record is that of its row, and the one that `versions_mac` vouches for.
#[test]
fn the_record_of_a_version_among_many_is_compared_with_its_tag_when_it_is_opened() {
    let (place, key) = many_versions();
    let [before, _] = before_and_after(&place, |vault| {
        let note = Note::new("better known").ok();
        let request = NoteRequest { name: secret_name("db/password"), version_id: version_id("v77"), note };
        vault.set_note(&request).unwrap();
    });
    with_sqlite(&place, |connection| {
        let old = before[2].iter().find(|row| row[0] == rusqlite::types::Value::Integer(key)).unwrap();
        // The record alone: where there is a tag, it stays.
        let record = &old[old.len() - 2];
        let set = "UPDATE version SET record = ?1 WHERE key = ?2";
        assert_eq!(connection.execute(set, rusqlite::params![record, key]).unwrap(), 1);
    });
    // Putting the same id compares with that version.
    assert_read_detects(&place, |vault| put(vault, "db/password", "v77", "x").map(|_| String::new()));
    assert_detected(&place);
}

#[test]
fn a_put_among_many_versions_answers_as_among_few() {
    let (place, _) = many_versions();
    let mut vault = place.open().unwrap();
    let same = put(&mut vault, "db/password", "v77", "x").unwrap();
    assert!(!same.created);
    let refused = put(&mut vault, "db/password", "v77", "y").unwrap_err();
    assert!(refused.to_string().contains("v77"), "{refused}");
    assert_eq!(refused.hint(), "choose another version id: 'v301' is free");
    let labelled = put(&mut vault, "db/password", "w1", "x").unwrap();
    assert_eq!(labelled.same_value_as, Some(version_id("v300")));
    let mut request = put_request("db/password", "any", text("z"), "ACSCurrent");
    request.version_id = None;
    assert_eq!(vault.put_secret_value(&request).unwrap().version_id, version_id("w2"));
    let secret = vault.describe(&secret_name("db/password")).unwrap().secret;
    assert_eq!(secret.versions.len(), 302);
    assert_eq!(secret.newest().unwrap().id, version_id("w2"));
    drop(vault);
    // A second change of the same secret in one transaction finds what the put left.
    let mut vault = place.open().unwrap();
    vault
        .batch(|changes| {
            changes.put_secret_value(&put_request("db/password", "w3", text("3"), "ACSCurrent"))?;
            changes.rename_secret(&rename_request("db/password", "db/other"))?;
            changes.put_secret_value(&put_request("db/other", "w4", text("4"), "ACSCurrent"))?;
            Ok(())
        })
        .unwrap();
    assert_eq!(vault.describe(&secret_name("db/other")).unwrap().secret.versions.len(), 304);
    assert_eq!(get(&mut vault, "db/other").unwrap(), "4");
    assert!(vault.verify().unwrap().is_clean());
}

// Guards: what the first put left sealed is opened for the next one, or an id would be given twice.
#[test]
fn the_second_put_of_one_change_knows_every_id_among_many_versions() {
    let (place, _) = many_versions();
    let mut vault = place.open().unwrap();
    let mut refused = None;
    vault
        .batch(|changes| {
            changes.put_secret_value(&put_request("db/password", "w1", text("1"), "ACSCurrent"))?;
            let again = put_request("db/password", "v77", text("y"), "ACSCurrent");
            refused = changes.put_secret_value(&again).err();
            Ok(())
        })
        .unwrap();
    assert_eq!(refused.map(|error| error.code()), Some(ErrorCode::ResourceExist));
    assert_eq!(vault.describe(&secret_name("db/password")).unwrap().secret.versions.len(), 301);
    assert!(vault.verify().unwrap().is_clean());
}
