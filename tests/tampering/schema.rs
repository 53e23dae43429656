//! The schema altered: a trigger would swallow an acknowledged put, a view would lie.

use etui::vault::{Environment, FormatVersion, LockedVault, VaultError};
use rusqlite::Connection;

use super::judge::{assert_integrity, filled, look, tampered, with_sqlite};
use crate::support::vaults::{PASSWORD, Place, credentials};

/// Opens the vault as every command does before it asks for a password.
fn open_locked(place: &Place) -> Result<LockedVault, VaultError> {
    let clock = Box::new(place.clock.clone());
    let environment = Environment::new(clock, etui::versioning::Origin::CommandLine);
    LockedVault::open(&place.vault_path(), environment)
}

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
        assert_integrity(open_locked(&place).map(|_| sql));
    }
}

// Guards: `user_version` and `application_id` are checked, as the format says; a reader that follows it refuses
// them too.
#[test]
fn changed_numbers_in_front_of_the_tables_are_noticed() {
    for sql in ["PRAGMA user_version = 99", "PRAGMA application_id = 7"] {
        let (place, _) = filled();
        with_sqlite(&place, |connection| connection.execute_batch(sql).unwrap());
        assert_integrity(look(&place).map(|_| sql));
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

/// Writes the number of the other format into the header. Nothing but a hash that anybody can compute protects it
/// before the password is known.
fn name_the_other_format(connection: &Connection) {
    let mut header: Vec<u8> = connection.query_row("SELECT header FROM vault", [], |row| row.get(0)).unwrap();
    let other = FormatVersion::ALL.into_iter().find(|format| *format != super::FORMAT).unwrap();
    header[8..12].copy_from_slice(&other.number().to_be_bytes());
    let hash = etui::crypto::sha256(&header);
    connection.execute("UPDATE vault SET header = ?1, header_hash = ?2", (&header, &hash[..])).unwrap();
}

#[track_caller]
fn assert_another_format<T>(result: Result<T, VaultError>) {
    let error = result.map(drop).unwrap_err();
    assert!(error.to_string().contains("not those of the format that its header names"), "{error}");
    assert_integrity(Err::<(), _>(error));
}

// Guards: `refuse_another_schema`, wherever a header is read that was not read before.
#[test]
fn tables_of_one_format_under_a_header_of_the_other_are_refused_before_a_password_is_asked() {
    let place = tampered(name_the_other_format);
    assert_another_format(open_locked(&place));
    // As `etui verify FILE` and `etui merge FILE` open a file.
    assert_another_format(LockedVault::open_copy(&place.vault_path(), Box::new(place.clock.clone())));
}

// Guards: the same in a file that was sound when it was opened, while the password is typed and after.
#[test]
fn a_header_of_the_other_format_under_an_open_session_is_refused() {
    let (place, _) = filled();
    let locked = open_locked(&place).unwrap();
    let mut vault = place.open().unwrap();
    with_sqlite(&place, name_the_other_format);
    assert_another_format(
        locked.unlock(&credentials(PASSWORD), etui::vault::Answers::default()).map_err(|failed| failed.error),
    );
    assert_integrity(vault.list().map(|_| "the list"));
    assert_integrity(vault.verify());
}
