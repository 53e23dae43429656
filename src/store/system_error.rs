//! What SQLite answered, by who must act: the disk and the system, another process, or nobody, since the file
//! is not what was written.
#![allow(unsafe_code, reason = "SQLite tells what the system said through C functions only")]

use std::cell::Cell;
use std::ffi::c_int;
use std::io;
use std::path::Path;
use std::thread;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, ffi};

use super::error::StoreError;
use super::open::Temporary;
use crate::domain::reason;

thread_local! {
    /// Whether the last wait for a lock ended because the file system has none.
    static NO_LOCKS: Cell<bool> = const { Cell::new(false) };
}

/// Where an error of SQLite becomes one of ours: its own text is never kept, since it may quote what was bound.
pub(super) trait Told<T> {
    /// Asks the connection what the system said.
    fn on(self, connection: &Connection) -> Result<T, StoreError>;
}

impl<T> Told<T> for Result<T, rusqlite::Error> {
    fn on(self, connection: &Connection) -> Result<T, StoreError> {
        self.map_err(|error| explain(connection, &error))
    }
}

fn explain(connection: &Connection, error: &rusqlite::Error) -> StoreError {
    let system = |doing: &str, reason: String| StoreError::System {
        doing: match connection.path() {
            Some(path) if !path.is_empty() => format!("{doing} {path}"),
            _ => format!("{doing} the vault file"),
        },
        reason,
    };
    // With the result code a report shows whether a page is malformed or a constraint failed. SQLite's own text stays
    // out: it may quote a value.
    let number = error.sqlite_error().map_or(0, |error| error.extended_code);
    let damaged = || {
        StoreError::Integrity(format!("SQLite cannot make sense of the file (its result code is {number})"))
    };
    let Some(code) = error.sqlite_error_code() else { return damaged() };
    match code {
        ErrorCode::DatabaseBusy if NO_LOCKS.take() => system("locking", no_locks_here()),
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::OperationInterrupted => {
            StoreError::Busy
        }
        ErrorCode::OutOfMemory => system("working on", "out of memory".to_owned()),
        ErrorCode::DiskFull => system("writing", "no space left on device".to_owned()),
        // An error that the disk reports while a page is read becomes one of these, too.
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => match errno_of_file(connection) {
            Some(errno) => system("reading", reason(&io::Error::from_raw_os_error(errno))),
            None => damaged(),
        },
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied => system(
            "writing",
            "it is read-only: check the mode of the file and how its disk is mounted".to_owned(),
        ),
        // Where no journal can be made SQLite tries to read one, and the last thing said is that there is none.
        ErrorCode::CannotOpen if is_missing(last_errno(connection, Ask::LastFailure)) => {
            system("making a journal beside", why_nothing_can_be_made_beside(connection))
        }
        // The file ends where a page should go on; the system has nothing to say about that.
        ErrorCode::SystemIoFailure if is_short_read(error) => damaged(),
        ErrorCode::SystemIoFailure | ErrorCode::CannotOpen => {
            match errno_of_file(connection).or_else(|| last_errno(connection, Ask::LastFailure)) {
                Some(errno) => system("working on", reason(&io::Error::from_raw_os_error(errno))),
                None => system("working on", "the system refused to read or write it".to_owned()),
            }
        }
        _ => damaged(),
    }
}

/// What the system said last when this connection's file was read, written or locked; `None`: all is well.
pub(super) fn errno_of_file(connection: &Connection) -> Option<i32> {
    last_errno(connection, Ask::File)
}

/// Whom to ask.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ask {
    /// The vault file.
    File,
    /// The call that failed last with an I/O error, on whatever file.
    LastFailure,
}

fn last_errno(connection: &Connection, ask: Ask) -> Option<i32> {
    let mut errno: c_int = 0;
    // SAFETY: the handle is that of an open connection that the borrow keeps open and that no other thread
    // uses; with this operation SQLite writes one `int` through the pointer, and keeps neither.
    unsafe {
        let handle = connection.handle();
        if ask == Ask::LastFailure {
            errno = ffi::sqlite3_system_errno(handle);
        } else {
            let to = (&raw mut errno).cast();
            ffi::sqlite3_file_control(handle, c"main".as_ptr(), ffi::SQLITE_FCNTL_LAST_ERRNO, to);
        }
    }
    (errno != 0).then_some(errno)
}

fn is_short_read(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error().map(|error| error.extended_code);
    code == Some(ffi::SQLITE_IOERR_SHORT_READ)
}

fn is_missing(errno: Option<i32>) -> bool {
    errno == Some(rustix::io::Errno::NOENT.raw_os_error())
}

/// Asks the system once more, by making a file that goes again.
fn why_nothing_can_be_made_beside(connection: &Connection) -> String {
    let said = || "the system refused to make it".to_owned();
    let Some(path) = connection.path().map(Path::new) else { return said() };
    match Temporary::new_for(path) {
        Err(StoreError::System { reason, .. }) => reason,
        _ => said(),
    }
}

fn no_locks_here() -> String {
    reason(&rustix::io::Errno::NOLCK.into())
}

/// SQLite's own waits between two tries for a lock, in milliseconds; the last one goes on.
const WAITS: [u64; 12] = [1, 2, 5, 10, 15, 20, 25, 25, 25, 50, 50, 100];

/// Waits for another process as SQLite would, but not for a file system that has no locks: SQLite takes its
/// refusal for a lock that somebody holds.
pub(super) fn wait_for_lock(tries: i32, longest: Duration) -> bool {
    let refused = io::Error::last_os_error().raw_os_error() == Some(rustix::io::Errno::NOLCK.raw_os_error());
    NO_LOCKS.set(refused);
    let tries = usize::try_from(tries).unwrap_or(usize::MAX);
    let known: u64 = WAITS.iter().take(tries).sum();
    let beyond = tries.saturating_sub(WAITS.len()) as u64;
    let waited = Duration::from_millis(known.saturating_add(beyond.saturating_mul(100)));
    if refused || waited >= longest {
        return false;
    }
    let next = Duration::from_millis(WAITS[tries.min(WAITS.len() - 1)]);
    thread::sleep(next.min(longest - waited));
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_can_only_be_read_is_told_as_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vault.etui");
        Connection::open(&path).unwrap().execute_batch("CREATE TABLE t (a)").unwrap();
        let connection =
            Connection::open_with_flags(&path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        let refused = connection.execute_batch("INSERT INTO t VALUES (1)").on(&connection);
        let Err(StoreError::System { doing, reason }) = refused else { panic!("{refused:?}") };
        assert_eq!(doing, format!("writing {}", path.display()));
        assert!(reason.starts_with("it is read-only"), "{reason}");
    }

    // Guards: the cause is asked for again where SQLite's second try has hidden it.
    #[test]
    fn why_nothing_can_be_made_beside_a_file_is_asked_of_the_system() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("inside/vault.etui");
        std::fs::create_dir(path.parent().unwrap()).unwrap();
        let connection = Connection::open(&path).unwrap();
        assert_eq!(why_nothing_can_be_made_beside(&connection), "the system refused to make it");
        std::fs::remove_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path.parent().unwrap(), "in the place of the folder").unwrap();
        assert_eq!(why_nothing_can_be_made_beside(&connection), "not a directory");
    }
}
