//! The tables of a vault in an attacker's hands: rows read, put back, swapped.

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::judge::with_sqlite;
use crate::support::rules::{secret_name, stage_label, version_id};
use crate::support::vaults::Place;
use etui::vault::{FormatVersion, StageRequest, Vault};
use etui::versioning::StageMove;

pub type Row = Vec<Value>;

pub const TABLES: [&str; 4] = ["vault", "secret", "version", "event"];

/// All rows of a table.
pub fn rows(connection: &Connection, table: &str) -> Vec<Row> {
    let mut statement = connection.prepare(&format!("SELECT * FROM {table}")).unwrap();
    let columns = statement.column_count();
    let rows = statement.query_map([], |row| (0..columns).map(|column| row.get(column)).collect());
    rows.unwrap().map(Result::unwrap).collect()
}

pub fn insert(connection: &Connection, table: &str, row: &Row) {
    let marks = vec!["?"; row.len()].join(", ");
    connection.execute(&format!("INSERT INTO {table} VALUES ({marks})"), params_from_iter(row)).unwrap();
}

pub fn replace_table(connection: &Connection, table: &str, rows: &[Row]) {
    connection.execute(&format!("DELETE FROM {table}"), []).unwrap();
    rows.iter().for_each(|row| insert(connection, table, row));
}

/// The column that only format 2 has in `version`, with a comma, as an expression for an added row.
pub const TAG_COLUMN: &str = match super::FORMAT {
    FormatVersion::One => "",
    FormatVersion::Two => "tag, ",
};

/// The length of a name tag.
pub const NAME_TAG: usize = match super::FORMAT {
    FormatVersion::One => 32,
    FormatVersion::Two => 16,
};

/// Runs SQL that must change something, else the test would prove nothing.
pub fn run(connection: &Connection, sql: &str) {
    let before = connection.total_changes();
    connection.execute_batch(sql).unwrap();
    assert!(connection.total_changes() > before, "nothing was changed by {sql}");
}

/// SQL that swaps a column between the first two rows of a table, by way of a third value.
pub fn swap(connection: &Connection, table: &str, key: &str, column: &str, filter: &str) {
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

pub const OF_ONE_SECRET: &str =
    "secret_id = (SELECT secret_id FROM version GROUP BY secret_id HAVING count(*) = 3)";

/// What the tables held before and after `work`.
pub fn before_and_after(place: &Place, work: impl FnOnce(&mut Vault)) -> [Vec<Vec<Row>>; 2] {
    let all = |place: &Place| {
        with_sqlite(place, |connection| TABLES.iter().map(|table| rows(connection, table)).collect())
    };
    let before = all(place);
    work(&mut place.open().unwrap());
    [before, all(place)]
}

/// Moves a label of `db/password`: its record changes, its versions do not.
pub fn move_label(vault: &mut Vault) {
    let stage = StageMove::new(stage_label("canary"), Some(version_id("v1")), None).unwrap();
    let request = StageRequest { name: secret_name("db/password"), stage, expected: None };
    vault.update_secret_version_stage(&request).unwrap();
}
