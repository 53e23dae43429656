//! The tables, and the check that the file holds these and nothing else.
//!
//! - `vault`, one row: the header, its SHA-256, the wrapped vault key, the sealed head.
//! - `secret`: keyed by `name_tag`, so that a bucket is in one place; a random id; the sealed record.
//! - `version`: a random 63-bit key; the secret's id; `id_tag`; in format 2 the tag of the record, which the index
//!   holds too; the sealed record; the sealed value, last, so that reading records never reads a value.
//! - `event`: a number; the sealed record.
//!
//! A trigger or view planted in the file could swallow an acknowledged put, so the text of `sqlite_schema`
//! must equal that of a known format before any other statement runs.

use rusqlite::Connection;

use super::error::StoreError;
use super::format::FormatVersion;
use super::rows::{each, first, integer};
use super::system_error::Told as _;

/// "etui" as a big-endian integer.
pub(super) const APPLICATION_ID: i32 = 1_702_131_049;

/// The tables of a format.
const fn tables(format: FormatVersion) -> &'static str {
    match format {
        FormatVersion::One => include_str!("0001.sql"),
        FormatVersion::Two => include_str!("0002.sql"),
    }
}

fn statements(format: FormatVersion) -> impl Iterator<Item = &'static str> {
    tables(format).lines().map(|line| line.trim_end_matches(';'))
}

fn name_of(sql: &str) -> &str {
    sql.split_whitespace().nth(2).unwrap_or_default()
}

/// Makes the tables of a format in an empty file.
pub(super) fn create(connection: &Connection, format: FormatVersion) -> Result<(), StoreError> {
    connection
        .execute_batch(tables(format))
        .and_then(|()| connection.pragma_update(None, "application_id", APPLICATION_ID))
        .on(connection)?;
    set_number(connection, format)
}

/// Makes one table of a format.
pub(super) fn create_table(
    connection: &Connection,
    format: FormatVersion,
    table: &str,
) -> Result<(), StoreError> {
    statements(format)
        .filter(|sql| name_of(sql) == table)
        .try_for_each(|sql| connection.execute_batch(sql).on(connection))
}

/// Writes the format's number where every SQLite file has room for one.
pub(super) fn set_number(connection: &Connection, format: FormatVersion) -> Result<(), StoreError> {
    connection.pragma_update(None, "user_version", format.number()).on(connection)
}

/// Compares the schema with those of the known formats, and answers which it is.
pub(super) fn check(connection: &Connection) -> Result<FormatVersion, StoreError> {
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
    // An upgrade creates some tables again, after the others.
    found.sort_unstable();
    if let Some(format) = FormatVersion::ALL.into_iter().find(|format| found == expected(*format)) {
        let numbers = (number("application_id")?, version);
        return match numbers == (i64::from(APPLICATION_ID), i64::from(format.number())) {
            true => Ok(format),
            false => {
                Err(StoreError::integrity("the numbers in front of its tables are not those of a vault"))
            }
        };
    }
    if version > i64::from(FormatVersion::NEWEST.number()) {
        return Err(newer_format(version));
    }
    Err(StoreError::integrity("its tables are not those of a vault"))
}

/// The refusal of a format that was not there yet when this etui was built.
pub(super) fn newer_format(number: i64) -> StoreError {
    let newest = FormatVersion::NEWEST.number();
    StoreError::Integrity(format!(
        "it says that it is in format {number}, perhaps made by a newer etui; this one reads formats 1 to {newest}"
    ))
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
    let ours = |sql: &str| FormatVersion::ALL.into_iter().flat_map(statements).any(|line| line == sql);
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

fn expected(format: FormatVersion) -> Vec<[String; 4]> {
    let index = |table: &str, number: u8| {
        ["index".to_owned(), format!("sqlite_autoindex_{table}_{number}"), table.to_owned(), String::new()]
    };
    let mut rows = Vec::new();
    for sql in statements(format) {
        let table = name_of(sql).to_owned();
        let own_indexes: &[u8] = match table.as_str() {
            // The first index of a table WITHOUT ROWID is the table itself.
            "secret" if format == FormatVersion::One => &[2],
            "version" => &[1],
            _ => &[],
        };
        rows.push(["table".to_owned(), table.clone(), table.clone(), sql.to_owned()]);
        rows.extend(own_indexes.iter().map(|&number| index(&table, number)));
    }
    rows.sort_unstable();
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_file_has_exactly_the_expected_schema() {
        for format in FormatVersion::ALL {
            let connection = Connection::open_in_memory().unwrap();
            create(&connection, format).unwrap();
            assert_eq!(check(&connection), Ok(format));
        }
    }

    // Guards: the two numbers must agree: tables of one format with the number of the other were never written.
    #[test]
    fn the_number_of_another_format_is_refused() {
        for (format, number) in [(FormatVersion::One, 2), (FormatVersion::Two, 1)] {
            let connection = Connection::open_in_memory().unwrap();
            create(&connection, format).unwrap();
            connection.pragma_update(None, "user_version", number).unwrap();
            assert!(matches!(check(&connection), Err(StoreError::Integrity(_))), "{format:?}");
        }
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
            "PRAGMA user_version = 3",
        ] {
            for format in FormatVersion::ALL {
                let connection = Connection::open_in_memory().unwrap();
                create(&connection, format).unwrap();
                connection.execute_batch(planted).unwrap();
                assert!(matches!(check(&connection), Err(StoreError::Integrity(_))), "{planted}");
            }
        }
    }

    #[test]
    fn a_newer_schema_is_said_to_be_one() {
        let connection = Connection::open_in_memory().unwrap();
        create(&connection, FormatVersion::Two).unwrap();
        connection.execute_batch("CREATE TABLE later (x); PRAGMA user_version = 3").unwrap();
        assert_eq!(check(&connection), Err(newer_format(3)));
    }

    #[test]
    fn the_bundled_sqlite_keeps_acknowledged_writes() {
        // Older ones lose acknowledged writes in WAL mode and follow planted journals.
        assert!(rusqlite::version_number() >= 3_051_003, "{}", rusqlite::version());
    }
}
