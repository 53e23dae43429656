//! Connections of SQLite, each made with the same limits and settings.

use std::fs::OpenOptions;
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags};

use crate::store::error::StoreError;
use crate::store::system_error::{Told as _, wait_for_lock};

/// How long a connection waits for another process.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The longest blob or text of a vault: a value of 1 MiB, padded and sealed, with room to spare.
const LONGEST_CELL: i32 = 4 * 1024 * 1024;

/// Connects to a file that nobody changes.
pub(in crate::store) fn connect_immutable(path: &Path) -> Result<Connection, StoreError> {
    let mut uri = String::from("file:");
    for byte in std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str()) {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => {
                uri.push(char::from(*byte))
            }
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    uri.push_str("?mode=ro&immutable=1");
    let flags =
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = open_connection(path, uri.as_ref(), flags)?;
    harden(&mut connection)?;
    Ok(connection)
}

/// Connects to an empty file of ours that becomes a copy.
pub(in crate::store) fn connect_new(path: &Path) -> Result<Connection, StoreError> {
    let connection = connect(path)?;
    connection.execute_batch("PRAGMA synchronous = EXTRA; PRAGMA secure_delete = ON").on(&connection)?;
    Ok(connection)
}

/// Connects to a file that is read and written.
pub(super) fn connect(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_NOFOLLOW
        | OpenFlags::SQLITE_OPEN_EXRESCODE;
    let mut connection = open_connection(path, path, flags)?;
    harden(&mut connection)?;
    Ok(connection)
}

fn open_connection(path: &Path, name: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    Connection::open_with_flags(name, flags).map_err(|_| {
        let said = std::io::Error::last_os_error();
        // There is no connection to ask. The system says the same to whoever opens the file now.
        match OpenOptions::new().read(true).open(path) {
            Err(error) => StoreError::system("opening", path, &error),
            // It does not, so what it said then is told.
            Ok(_) => StoreError::system("opening", path, &said),
        }
    })
}

pub(super) fn wait(tries: i32) -> bool {
    wait_for_lock(tries, BUSY_TIMEOUT)
}

fn harden(connection: &mut Connection) -> Result<(), StoreError> {
    connection.busy_handler(Some(wait)).on(connection)?;
    for (option, on) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_ATTACH_CREATE, false),
    ] {
        connection.set_db_config(option, on).on(connection)?;
    }
    connection
        .set_limit(Limit::SQLITE_LIMIT_LENGTH, LONGEST_CELL)
        .and_then(|_| connection.set_limit(Limit::SQLITE_LIMIT_SQL_LENGTH, 16 * 1024))
        .and_then(|_| connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0))
        .on(connection)?;
    Ok(())
}

/// A change stays in memory until it is committed, because what spills into the file shuts its readers out. One
/// of more than about 20,000 secrets spills all the same: memory is not without limit. Negative means KiB; a
/// number of pages that is a multiple of 256 would turn spilling off.
const SPILL_KIB: u32 = 32 * 1024;

/// How much is kept of what was read. Buckets are read once, from one end to the other: memory that is used again
/// costs less than memory that is new.
const CACHE_KIB: u32 = 256;

/// DELETE and EXTRA, not WAL: whenever no commit is in flight the vault is one file, a copy of it taken
/// while the app is open is current, and no power loss loses an acknowledged put.
pub(super) fn set_pragmas(connection: &Connection) -> Result<(), StoreError> {
    let mode: String = connection
        .pragma_update_and_check(None, "journal_mode", "DELETE", |row| row.get(0))
        .on(connection)?;
    if mode != "delete" {
        return Err(StoreError::integrity("its journal mode cannot be set"));
    }
    for (pragma, value) in [
        ("synchronous", "EXTRA"),
        ("fullfsync", "ON"),
        ("secure_delete", "ON"),
        ("foreign_keys", "ON"),
        ("cell_size_check", "ON"),
        ("temp_store", "MEMORY"),
        ("cache_size", &format!("-{CACHE_KIB}")),
        ("cache_spill", &format!("-{SPILL_KIB}")),
    ] {
        connection.execute_batch(&format!("PRAGMA {pragma} = {value}")).on(connection)?;
    }
    connection
        .pragma_update_and_check(None, "mmap_size", 0, |_| Ok(()))
        .or_else(|error| match error {
            // Where memory mapping is compiled out there is no answer, and nothing to turn off.
            rusqlite::Error::QueryReturnedNoRows => Ok(()),
            other => Err(other),
        })
        .on(connection)
}

#[cfg(test)]
mod tests {
    use super::*;

    // Guards: whatever a file from elsewhere says, it runs nothing, opens nothing and takes no more than a value takes.
    #[test]
    fn however_a_file_is_opened_it_has_nothing_to_say() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vault.etui");
        std::fs::write(&path, "").unwrap();
        for connection in [connect(&path), connect_new(&path), connect_immutable(&path)] {
            let connection = connection.unwrap();
            let is_on = |option| connection.db_config(option).unwrap();
            assert!(is_on(DbConfig::SQLITE_DBCONFIG_DEFENSIVE));
            assert!(!is_on(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER));
            assert!(!is_on(DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW));
            assert!(!is_on(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA));
            assert!(!is_on(DbConfig::SQLITE_DBCONFIG_ENABLE_ATTACH_CREATE));
            assert_eq!(connection.limit(Limit::SQLITE_LIMIT_LENGTH).unwrap(), LONGEST_CELL);
            assert_eq!(connection.limit(Limit::SQLITE_LIMIT_SQL_LENGTH).unwrap(), 16 * 1024);
            assert_eq!(connection.limit(Limit::SQLITE_LIMIT_ATTACHED).unwrap(), 0);
        }
    }
}
