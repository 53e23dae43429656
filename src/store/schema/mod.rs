//! The tables, and the check that the file holds these and nothing else.
//!
//! - `vault`, one row: the header, its SHA-256, the wrapped vault key, the sealed head.
//! - `secret`: keyed by `name_tag`, so that a bucket is in one place; a random id; the sealed record.
//! - `version`: a random 63-bit key; the secret's id; `id_tag`; the sealed record; the sealed value, last,
//!   so that reading records never reads a value.
//! - `event`: a number; the sealed record.
//!
//! A trigger or view planted in the file could swallow an acknowledged put, so the text of `sqlite_schema`
//! must equal that of a known format before any other statement runs.

use rusqlite::Connection;

use super::error::StoreError;
use super::rows::{each, first, integer};
use super::system_error::Told as _;

/// `user_version` of the newest schema.
pub(super) const NEWEST: i64 = 1;

/// "etui" as a big-endian integer.
pub(super) const APPLICATION_ID: i32 = 1_702_131_049;

const FORMAT_1: &str = include_str!("0001.sql");

/// Makes the tables in an empty file.
pub(super) fn create(connection: &Connection) -> Result<(), StoreError> {
    connection
        .execute_batch(FORMAT_1)
        .and_then(|()| connection.pragma_update(None, "application_id", APPLICATION_ID))
        .and_then(|()| connection.pragma_update(None, "user_version", NEWEST))
        .on(connection)
}

/// Compares the schema with the one known format.
pub(super) fn check(connection: &Connection) -> Result<(), StoreError> {
    let mut found = Vec::new();
    let sql = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY rowid LIMIT 100";
    each(connection, sql, [], |row| {
        let text = |column| row.get::<_, Option<String>>(column).map(Option::unwrap_or_default);
        let cells = (text(0), text(1), text(2), text(3));
        let (Ok(kind), Ok(name), Ok(table), Ok(sql)) = cells else {
            return Err(StoreError::integrity("a cell has the wrong type"));
        };
        found.push([kind, name, table, sql]);
        Ok(())
    })?;
    let number =
        |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0)).on(connection);
    let version = number("user_version")?;
    if found == expected() {
        return match (number("application_id")?, version) {
            (program, NEWEST) if program == i64::from(APPLICATION_ID) => Ok(()),
            _ => Err(StoreError::integrity("the numbers in front of its tables are not those of a vault")),
        };
    }
    let newer = if version > NEWEST { ", perhaps made by a newer etui" } else { "" };
    Err(StoreError::Integrity(format!("its tables are not those of a vault{newer}")))
}

/// Whether there are no tables but ours, if any, and no row in those that an `init` fills last.
pub(super) fn holds_nothing(connection: &Connection) -> bool {
    let mut tables = Vec::new();
    let listed =
        each(connection, "SELECT name, sql FROM sqlite_schema WHERE sql NOT NULL LIMIT 100", [], |row| {
            let cells = (row.get::<_, String>(0), row.get::<_, String>(1));
            let (Ok(name), Ok(sql)) = cells else {
                return Err(StoreError::integrity("a cell has the wrong type"));
            };
            tables.push((name, sql));
            Ok(())
        });
    let ours = |sql: &str| FORMAT_1.lines().any(|line| line.trim_end_matches(';') == sql);
    let is_empty = |table: &str| {
        let sql = format!("SELECT count(*) FROM (SELECT 1 FROM {table} LIMIT 1)");
        first(connection, &sql, [], |row| integer(row, 0)) == Ok(Some(0))
    };
    // Where something hides the tables of a vault, there are more pages than tables and indexes can have.
    let sql = "SELECT (SELECT count(*) FROM sqlite_schema WHERE rootpage > 0) + 1 \
               - (SELECT page_count FROM pragma_page_count)";
    let has_no_more_pages =
        first(connection, sql, [], |row| integer(row, 0)).is_ok_and(|more| more >= Some(0));
    listed.is_ok()
        && has_no_more_pages
        && tables.iter().all(|(name, sql)| ours(sql) && (name == "vault" || is_empty(name)))
}

fn expected() -> Vec<[String; 4]> {
    let index = |table: &str, number: u8| {
        ["index".to_owned(), format!("sqlite_autoindex_{table}_{number}"), table.to_owned(), String::new()]
    };
    let mut rows = Vec::new();
    for sql in FORMAT_1.lines().map(|line| line.trim_end_matches(';')) {
        let table = sql.split_whitespace().nth(2).unwrap_or_default().to_owned();
        let own_indexes: &[u8] = match table.as_str() {
            // The first index of a table WITHOUT ROWID is the table itself.
            "secret" => &[2],
            "version" => &[1],
            _ => &[],
        };
        rows.push(["table".to_owned(), table.clone(), table.clone(), sql.to_owned()]);
        rows.extend(own_indexes.iter().map(|&number| index(&table, number)));
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_file_has_exactly_the_expected_schema() {
        let connection = Connection::open_in_memory().unwrap();
        create(&connection).unwrap();
        assert_eq!(check(&connection), Ok(()));
    }

    #[test]
    fn anything_planted_is_refused() {
        for planted in [
            "CREATE TRIGGER t AFTER INSERT ON version BEGIN DELETE FROM version WHERE key = new.key; END",
            "CREATE VIEW w AS SELECT 1",
            "CREATE TABLE extra (x)",
            "CREATE INDEX i ON event (record)",
            "DROP TABLE event",
            "PRAGMA application_id = 1",
            "PRAGMA user_version = 2",
        ] {
            let connection = Connection::open_in_memory().unwrap();
            create(&connection).unwrap();
            connection.execute_batch(planted).unwrap();
            assert!(matches!(check(&connection), Err(StoreError::Integrity(_))), "{planted}");
        }
    }

    #[test]
    fn a_newer_schema_is_said_to_be_one() {
        let connection = Connection::open_in_memory().unwrap();
        create(&connection).unwrap();
        connection.execute_batch("CREATE TABLE later (x); PRAGMA user_version = 2").unwrap();
        let Err(StoreError::Integrity(what)) = check(&connection) else { panic!("accepted") };
        assert!(what.contains("newer etui"), "{what}");
    }

    #[test]
    fn the_bundled_sqlite_keeps_acknowledged_writes() {
        // Older ones lose acknowledged writes in WAL mode and follow planted journals.
        assert!(rusqlite::version_number() >= 3_051_003, "{}", rusqlite::version());
    }
}
