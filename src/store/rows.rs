//! How cells are read: as the blobs and integers that they must be, or not at all.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Params, Row};

use super::error::StoreError;
use super::system_error::Told as _;

/// No record is longer, in bytes: a cell that is was not written by us, and is not read at all.
pub(super) const LONGEST_RECORD: i64 = 256 * 1024;

/// Runs a statement that changes rows; answers how many.
pub(super) fn execute(connection: &Connection, sql: &str, bound: impl Params) -> Result<usize, StoreError> {
    connection.prepare_cached(sql).and_then(|mut statement| statement.execute(bound)).on(connection)
}

/// Reads the first row that a statement finds, if it finds any.
pub(super) fn first<T>(
    connection: &Connection,
    sql: &str,
    bound: impl Params,
    read: impl FnOnce(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    let mut statement = connection.prepare_cached(sql).on(connection)?;
    let mut rows = statement.query(bound).on(connection)?;
    rows.next().on(connection)?.map(read).transpose()
}

/// Reads every row that a statement finds.
pub(super) fn each(
    connection: &Connection,
    sql: &str,
    bound: impl Params,
    mut read: impl FnMut(&Row<'_>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(sql).on(connection)?;
    let mut rows = statement.query(bound).on(connection)?;
    while let Some(row) = rows.next().on(connection)? {
        read(row)?;
    }
    Ok(())
}

/// Lends a cell that must be a blob.
pub(super) fn blob<'a>(row: &'a Row<'_>, column: usize) -> Result<&'a [u8], StoreError> {
    match row.get_ref(column) {
        Ok(ValueRef::Blob(bytes)) => Ok(bytes),
        _ => Err(StoreError::integrity("a cell has the wrong type")),
    }
}

/// Reads a cell that must be a blob of `N` bytes.
pub(super) fn array<const N: usize>(row: &Row<'_>, column: usize) -> Result<[u8; N], StoreError> {
    blob(row, column)?.try_into().map_err(|_| StoreError::integrity("a cell has the wrong length"))
}

/// Reads a cell that must be an integer.
pub(super) fn integer(row: &Row<'_>, column: usize) -> Result<i64, StoreError> {
    match row.get_ref(column) {
        Ok(ValueRef::Integer(number)) => Ok(number),
        _ => Err(StoreError::integrity("a cell has the wrong type")),
    }
}

/// Fails unless a statement changed exactly as many rows as it must.
pub(super) fn expect_changed(changed: usize, expected: usize) -> Result<(), StoreError> {
    if changed == expected {
        Ok(())
    } else {
        Err(StoreError::integrity("a row that was there is not there any more"))
    }
}
