//! Rows swapped, put back, grafted, deleted and added.

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::judge::{
    assert_detected, assert_integrity, assert_read_detects, assert_verify_finds, filled, look, tampered,
    with_sqlite,
};
use crate::support::rules::{secret_name, stage_label, version_id};
use crate::support::vaults::{Place, create, fill, get, put};
use etui::domain::{Note, Retention};
use etui::vault::{NoteRequest, StageRequest, UpdateRequest};
use etui::versioning::{MetadataUpdate, StageMove};

type Row = Vec<Value>;

const TABLES: [&str; 4] = ["vault", "secret", "version", "event"];

/// All rows of a table.
fn rows(connection: &Connection, table: &str) -> Vec<Row> {
    let mut statement = connection.prepare(&format!("SELECT * FROM {table}")).unwrap();
    let columns = statement.column_count();
    let rows = statement.query_map([], |row| (0..columns).map(|column| row.get(column)).collect());
    rows.unwrap().map(Result::unwrap).collect()
}

fn insert(connection: &Connection, table: &str, row: &Row) {
    let marks = vec!["?"; row.len()].join(", ");
    connection.execute(&format!("INSERT INTO {table} VALUES ({marks})"), params_from_iter(row)).unwrap();
}

fn replace_table(connection: &Connection, table: &str, rows: &[Row]) {
    connection.execute(&format!("DELETE FROM {table}"), []).unwrap();
    rows.iter().for_each(|row| insert(connection, table, row));
}

/// Runs SQL that must change something, else the test would prove nothing.
fn run(connection: &Connection, sql: &str) {
    let before = connection.total_changes();
    connection.execute_batch(sql).unwrap();
    assert!(connection.total_changes() > before, "nothing was changed by {sql}");
}

/// SQL that swaps a column between the first two rows of a table, by way of a third value.
fn swap(connection: &Connection, table: &str, key: &str, column: &str, filter: &str) {
    let sql = format!("SELECT {key}, {column} FROM {table} WHERE {filter} ORDER BY {key} LIMIT 2");
    let mut statement = connection.prepare(&sql).unwrap();
    let pair: Vec<(Value, Value)> =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect();
    assert_eq!(pair.len(), 2, "there are two rows to swap in {table}");
    assert_ne!(pair[0].1, pair[1].1, "they differ in {column}");
    let set = format!("UPDATE {table} SET {column} = ?1 WHERE {key} = ?2");
    // In a primary key of integers no blob can lie, not even for a moment.
    let aside = if column == "key" { Value::Integer(1) } else { Value::Blob(vec![0; 32]) };
    let set = |to: &Value, at: &Value| assert_eq!(connection.execute(&set, [to, at]).unwrap(), 1);
    if key == column {
        set(&aside, &pair[0].0);
        set(&pair[0].0, &pair[1].0);
        set(&pair[1].0, &aside);
    } else {
        set(&aside, &pair[0].0);
        set(&pair[0].1, &pair[1].0);
        set(&pair[1].1, &pair[0].0);
    }
}

const OF_ONE_SECRET: &str =
    "secret_id = (SELECT secret_id FROM version GROUP BY secret_id HAVING count(*) = 3)";

// Guards: `name_tag` in the associated data of a secret's record; and the sums.
#[test]
fn two_name_tags_that_were_swapped_are_noticed() {
    let place = tampered(|connection| swap(connection, "secret", "name_tag", "name_tag", "true"));
    assert_detected(&place);
    // Two of three secrets were swapped, nobody knows which: who reads alone is warned or gets the right value.
    let seventh = "\u{7}".repeat(5_000);
    let read = |name: &str, value: &str| match place.open().and_then(|mut vault| get(&mut vault, name)) {
        Ok(found) => assert_eq!(found, value),
        Err(error) => assert_integrity(Err::<(), _>(error)),
    };
    read("db/password", "hunter2");
    read("tls/key", &seventh);
}

// Guards: the secret's id in the associated data of its record; and the sums.
#[test]
fn two_secret_ids_or_records_that_were_swapped_are_noticed() {
    for column in ["record", "id"] {
        // `id` is UNIQUE: it goes by way of a third value too.
        assert_detected(&tampered(|connection| swap(connection, "secret", "name_tag", column, "true")));
    }
}

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

// Guards: the event's number in its associated data.
#[test]
fn events_that_were_swapped_are_noticed_by_the_full_check() {
    assert_verify_finds(&tampered(|connection| swap(connection, "event", "number", "record", "number < 4")));
}

/// What the tables held before and after `work`.
fn before_and_after(place: &Place, work: impl FnOnce(&mut etui::vault::Vault)) -> [Vec<Vec<Row>>; 2] {
    let all = |place: &Place| {
        with_sqlite(place, |connection| TABLES.iter().map(|table| rows(connection, table)).collect())
    };
    let before = all(place);
    work(&mut place.open().unwrap());
    [before, all(place)]
}

fn move_label(vault: &mut etui::vault::Vault) {
    let stage = StageMove::new(stage_label("canary"), Some(version_id("v1")), None).unwrap();
    let request = StageRequest { name: secret_name("db/password"), stage, expected: None };
    vault.update_secret_version_stage(&request).unwrap();
}

// Guards: the sums over the secrets. Moving a label leaves the versions as they are, so that nothing but the
// sum of the bucket tells the older record from the newer.
#[test]
fn an_older_record_of_a_secret_is_noticed() {
    let (place, _) = filled();
    let [before, after] = before_and_after(&place, move_label);
    assert_ne!(before[1], after[1]);
    with_sqlite(&place, |connection| replace_table(connection, "secret", &before[1]));
    assert_detected(&place);
    assert_read_detects(&place, |vault| get(vault, "db/password"));
}

// Guards: the sums, and `versions_mac`.
#[test]
fn an_older_record_of_a_secret_with_its_older_versions_is_noticed() {
    let (place, _) = filled();
    let [before, _] = before_and_after(&place, |vault| drop(put(vault, "db/password", "v4", "new").unwrap()));
    with_sqlite(&place, |connection| {
        replace_table(connection, "secret", &before[1]);
        replace_table(connection, "version", &before[2]);
    });
    assert_detected(&place);
    assert_read_detects(&place, |vault| get(vault, "db/password"));
}

// Guards: `refuse_events_above`: no event lies above the number in the head. All else is one older state.
#[test]
fn an_older_head_below_newer_events_is_noticed() {
    let (place, _) = filled();
    let [before, _] = before_and_after(&place, move_label);
    with_sqlite(&place, |connection| {
        for (table, rows) in TABLES.iter().zip(&before).take(3) {
            replace_table(connection, table, rows);
        }
    });
    assert_integrity(place.open_without_memory().map(drop));
    assert_integrity(place.open().map(drop));
}

// Guards: the sums in the head; that the head's event opens and bears the head's tag.
#[test]
fn an_older_head_among_newer_rows_is_noticed() {
    for with_older_events in [false, true] {
        let (place, _) = filled();
        let [before, _] =
            before_and_after(&place, |vault| drop(put(vault, "db/password", "v4", "new").unwrap()));
        with_sqlite(&place, |connection| {
            replace_table(connection, "vault", &before[0]);
            if with_older_events {
                replace_table(connection, "event", &before[3]);
            }
        });
        let result =
            place.open_without_memory().and_then(|mut vault| crate::support::vaults::content(&mut vault));
        assert_integrity(result);
    }
}

// Guards: that the head's event opens with the tag that the head names.
#[test]
fn newer_rows_with_an_older_event_of_the_same_number_are_noticed() {
    let (place, _) = filled();
    let copy = place.copy();
    let [_, one_way] = before_and_after(&place, move_label);
    place.put_back(&copy);
    std::fs::remove_dir_all(place.state_of("here")).unwrap();
    let [_, other_way] =
        before_and_after(&place, |vault| drop(put(vault, "db/password", "v4", "new").unwrap()));
    assert_eq!(one_way[3].len(), other_way[3].len());
    with_sqlite(&place, |connection| replace_table(connection, "event", &one_way[3]));
    assert_integrity(place.open_without_memory().map(drop));
}

// Guards: the sums: that a secret is not there is proved by its bucket too.
#[test]
fn a_secret_that_was_deleted_is_not_just_missing() {
    let place = tampered(|connection| {
        run(
            connection,
            "DELETE FROM secret WHERE id = (SELECT secret_id FROM version GROUP BY secret_id HAVING count(*) = 3)",
        );
    });
    assert_detected(&place);
    assert_read_detects(&place, |vault| get(vault, "db/password"));
    let place = tampered(|connection| {
        run(connection, "DELETE FROM secret; DELETE FROM version");
    });
    assert_detected(&place);
    assert_read_detects(&place, |vault| create(vault, "db/password", "v1", "x").map(|_| String::new()));
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

// Guards: the chain of events.
#[test]
fn an_event_that_was_deleted_is_noticed_by_the_full_check() {
    for number in 1..=6 {
        let place =
            tampered(|connection| run(connection, &format!("DELETE FROM event WHERE number = {number}")));
        assert_verify_finds(&place);
    }
}

// Guards: `refuse_events_above`.
#[test]
fn the_newest_event_cannot_be_deleted_or_followed() {
    for sql in [
        "DELETE FROM event WHERE number = (SELECT max(number) FROM event)",
        "INSERT INTO event SELECT number + 1, record FROM event ORDER BY number DESC LIMIT 1",
        "INSERT INTO event SELECT 9223372036854775807, record FROM event LIMIT 1",
    ] {
        assert_integrity(tampered(|connection| run(connection, sql)).open().map(drop));
    }
}

// Guards: the count of events in the full check.
#[test]
fn an_event_outside_the_history_is_noticed_by_the_full_check() {
    for number in [0, -1, i64::MIN] {
        let sql = format!("INSERT INTO event SELECT {number}, record FROM event LIMIT 1");
        assert_verify_finds(&tampered(|connection| run(connection, &sql)));
    }
}

// Guards: the associated data of a secret's record, the sums, and the count of secrets in the head.
#[test]
fn a_secret_that_was_added_is_noticed() {
    assert_detected(&tampered(|connection| {
        run(
            connection,
            "INSERT INTO secret SELECT randomblob(32), randomblob(16), record FROM secret LIMIT 1",
        );
    }));
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

// Guards: the search for orphans in the full check, or a check of the lengths of tags.
#[test]
fn a_secret_outside_all_buckets_is_noticed_by_the_full_check() {
    for name_tag in ["x''", "CAST(zeroblob(31) AS BLOB)", "randomblob(40)"] {
        let sql = format!("INSERT INTO secret SELECT {name_tag}, randomblob(16), record FROM secret LIMIT 1");
        assert_verify_finds(&tampered(|connection| run(connection, &sql)));
    }
}

// Guards: the one row of `vault`.
#[test]
fn a_missing_or_second_vault_row_is_noticed() {
    for sql in [
        "DELETE FROM vault",
        "INSERT INTO vault SELECT 2, header, header_hash, wrapped_key, head FROM vault",
        "INSERT INTO vault SELECT 0, header, header_hash, wrapped_key, head FROM vault",
    ] {
        assert_detected(&tampered(|connection| run(connection, sql)));
    }
}

// Guards: the vault id and the header in everybody's associated data.
#[test]
fn the_vault_row_of_another_vault_with_the_same_password_is_noticed() {
    let other = Place::new();
    fill(&mut other.create());
    let theirs = with_sqlite(&other, |connection| rows(connection, "vault"));
    let (place, _) = filled();
    with_sqlite(&place, |connection| replace_table(connection, "vault", &theirs));
    let result =
        place.open_without_memory().and_then(|mut vault| crate::support::vaults::content(&mut vault));
    assert_integrity(result);
}

// Guards: the header's hash, its part in the wrapped key's and the head's associated data.
#[test]
fn each_column_of_the_vault_row_of_another_vault_is_noticed() {
    let other = Place::new();
    fill(&mut other.create());
    let theirs = with_sqlite(&other, |connection| rows(connection, "vault"));
    for columns in [vec![1], vec![2], vec![3], vec![4], vec![1, 2], vec![1, 2, 3], vec![3, 4]] {
        let (place, _) = filled();
        with_sqlite(&place, |connection| {
            let mut ours = rows(connection, "vault");
            for column in &columns {
                ours[0][*column] = theirs[0][*column].clone();
            }
            replace_table(connection, "vault", &ours);
        });
        // A header that was changed together with its hash cannot be told from a wrong password.
        if columns == [1, 2] {
            assert!(look(&place).is_err());
        } else {
            assert_detected(&place);
        }
    }
}

// Guards: nothing is taken for a seal that is not long enough, and no byte may follow one.
#[test]
fn cells_that_were_cut_or_lengthened_are_noticed() {
    let cells = [
        ("secret", "record"),
        ("version", "record"),
        ("version", "value"),
        ("version", "id_tag"),
        ("secret", "name_tag"),
        ("secret", "id"),
        ("vault", "head"),
        ("vault", "wrapped_key"),
        ("vault", "header"),
        ("vault", "header_hash"),
    ];
    for (table, column) in cells {
        for changed in ["x''", &format!("substr({column}, 2)"), &format!("{column} || x'00'")] {
            // One row is enough, and the keys must stay unique.
            let sql = format!(
                "UPDATE {table} SET {column} = CAST({changed} AS BLOB) WHERE {column} = (SELECT min({column}) FROM {table})"
            );
            let place = tampered(|connection| run(connection, &sql));
            match column {
                // Perhaps one of the secret in its window, whose values nobody reads.
                "value" => assert_verify_finds(&place),
                _ => assert_detected(&place),
            }
        }
    }
}
