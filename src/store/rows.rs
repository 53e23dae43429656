//! How cells are read: as the blobs and integers that they must be, or not at all.

use rusqlite::Row;
use rusqlite::types::ValueRef;

use super::error::StoreError;

/// Lends a cell that must be a blob.
pub(super) fn blob<'a>(row: &'a Row<'_>, column: usize) -> Result<&'a [u8], StoreError> {
    match row.get_ref(column)? {
        ValueRef::Blob(bytes) => Ok(bytes),
        _ => Err(StoreError::integrity("a cell has the wrong type")),
    }
}

/// Reads a cell that must be a blob of `N` bytes.
pub(super) fn array<const N: usize>(row: &Row<'_>, column: usize) -> Result<[u8; N], StoreError> {
    blob(row, column)?.try_into().map_err(|_| StoreError::integrity("a cell has the wrong length"))
}

/// Reads a cell that must be an integer.
pub(super) fn integer(row: &Row<'_>, column: usize) -> Result<i64, StoreError> {
    match row.get_ref(column)? {
        ValueRef::Integer(number) => Ok(number),
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
