//! The schema altered: a trigger would swallow an acknowledged put, a view would lie.

use super::judge::{assert_integrity, filled, tampered, with_sqlite};

// Guards: the comparison of `sqlite_schema` with the one known text, before any other statement.
#[test]
fn anything_planted_in_the_schema_is_noticed_before_a_password_is_asked() {
    for sql in [
        "CREATE TRIGGER swallow BEFORE INSERT ON version BEGIN SELECT RAISE(IGNORE); END",
        "CREATE TRIGGER swallow AFTER UPDATE ON vault BEGIN DELETE FROM event WHERE number = 1; END",
        "CREATE VIEW shadow AS SELECT * FROM secret",
        "CREATE TABLE more (a)",
        "CREATE INDEX slower ON event (record)",
        "ALTER TABLE event ADD COLUMN more BLOB",
        "ALTER TABLE event RENAME TO events",
        "ALTER TABLE event RENAME COLUMN record TO records",
        "DROP TABLE event",
        "ANALYZE",
        "UPDATE sqlite_schema SET sql = replace(sql, 'NOT NULL', '        ') WHERE name = 'event'",
        "UPDATE sqlite_schema SET sql = sql || ' ' WHERE name = 'event'",
        "UPDATE sqlite_schema SET sql = replace(sql, 'STRICT', '') WHERE name = 'event'",
        "UPDATE sqlite_schema SET name = 'other', tbl_name = 'other' WHERE name = 'event'",
        "DELETE FROM sqlite_schema WHERE name = 'event'",
    ] {
        let place = tampered(|connection| connection.execute_batch(sql).unwrap());
        let locked = etui::vault::LockedVault::open(
            &place.vault_path(),
            etui::vault::Environment {
                state_directory: None,
                clock: Box::new(place.clock.clone()),
                origin: etui::versioning::Origin::CommandLine,
            },
        );
        assert_integrity(locked.map(|_| sql));
    }
}

// Guards: `user_version` and `application_id` are checked, as the format says; a reader that follows it refuses
// them too.
#[test]
fn changed_numbers_in_front_of_the_tables_are_noticed() {
    for sql in ["PRAGMA user_version = 99", "PRAGMA application_id = 7"] {
        let (place, _) = filled();
        with_sqlite(&place, |connection| connection.execute_batch(sql).unwrap());
        assert_integrity(super::judge::look(&place).map(|_| sql));
    }
}

// Guards: the hint in the message, where a newer etui may have made the file.
#[test]
fn a_schema_of_a_newer_version_is_said_to_be_perhaps_newer() {
    let place = tampered(|connection| {
        connection.execute_batch("CREATE TABLE more (a); PRAGMA user_version = 99").unwrap();
    });
    let error = place.open().map(drop).unwrap_err();
    assert!(error.to_string().contains("newer"), "{error}");
    assert_integrity(Err::<(), _>(error));
}
