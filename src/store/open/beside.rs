//! What lies beside a vault file: SQLite's rollback journal, in use, dead, or left by a writer that was killed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, OFlags, fcntl_lock};

use crate::store::error::StoreError;

/// How often a writer is looked at that must come to its end first.
const BETWEEN_LOOKS: Duration = Duration::from_millis(2);

/// How long a commit that is under way is waited for: it comes to its end, but a large one takes as long as the
/// disk does, and nobody can read meanwhile.
pub(super) const LONGEST_COMMIT: Duration = Duration::from_secs(60);

/// What SQLite would make of the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Journal {
    /// There is none.
    None,
    /// It begins with a zero byte: it was never synced, and SQLite ignores it. A writer that has not come
    /// far yet may still be at work on it.
    Ignored,
    /// SQLite plays it back, unless its writer is still at work.
    Live,
}

/// Where SQLite puts the journal of a file.
pub(in crate::store) fn journal_of(path: &Path) -> PathBuf {
    with_suffix(path, "-journal")
}

pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Opens a file for reading if it is a regular one. Neither a pipe nor a link that is put there meanwhile is
/// waited for or followed.
pub(super) fn open_regular(path: &Path) -> io::Result<Option<File>> {
    let flags = OFlags::NONBLOCK | OFlags::NOFOLLOW;
    let opened = OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path);
    match opened {
        Ok(file) if file.metadata()?.is_file() => Ok(Some(file)),
        Ok(_) => Ok(None),
        // A link, or a socket.
        Err(error) if is_no_file(path) && error.kind() != ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn is_no_file(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| !metadata.is_file())
}

/// Looks at the journal without touching it.
///
/// # Errors
/// [`StoreError::Integrity`] where something of that name is not a regular file.
pub(in crate::store) fn look(path: &Path) -> Result<Journal, StoreError> {
    let journal = journal_of(path);
    let mut file = match open_regular(&journal) {
        Ok(Some(file)) => file,
        Ok(None) => return Err(no_regular_file(&journal)),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Journal::None),
        Err(error) => return Err(StoreError::system("reading", &journal, &error)),
    };
    let mut first = [0];
    match file.read(&mut first).map_err(|error| StoreError::system("reading", &journal, &error))? {
        1 if first[0] != 0 => Ok(Journal::Live),
        _ => Ok(Journal::Ignored),
    }
}

pub(super) fn no_regular_file(path: &Path) -> StoreError {
    StoreError::Integrity(format!("'{}' beside it is not a regular file", path.display()))
}

/// A vault file that no other process writes to, nor plays a journal back into, while this lives. It must be
/// dropped before SQLite opens the file: closing it gives up SQLite's lock as well.
pub(in crate::store) struct Quiet(pub(super) File);

/// Waits until a writer that is at work has come to its end, and answers the file if there is a journal then
/// that a writer left behind.
///
/// # Errors
/// [`StoreError::Busy`] where the writer does not come to its end.
pub(in crate::store) fn left_by_a_writer(path: &Path) -> Result<Option<Quiet>, StoreError> {
    let until = Instant::now() + LONGEST_COMMIT;
    loop {
        if look(path)? != Journal::Live {
            return Ok(None);
        }
        // SQLite's own locks are POSIX locks on bytes of the file: a writer holds one of them exclusively.
        let file = open_regular(path).map_err(|error| StoreError::system("opening", path, &error))?;
        let Some(file) = file else { return Err(StoreError::integrity("it is not a regular file")) };
        match fcntl_lock(&file, FlockOperation::NonBlockingLockShared) {
            // It may have come to its end between the two looks.
            Ok(()) if look(path)? == Journal::Live => return Ok(Some(Quiet(file))),
            Ok(()) => {}
            Err(error) if is_held(error) => {
                if Instant::now() > until {
                    return Err(StoreError::Busy);
                }
                thread::sleep(BETWEEN_LOOKS);
            }
            Err(error) => return Err(StoreError::system("locking", path, &error.into())),
        }
    }
}

fn is_held(error: rustix::io::Errno) -> bool {
    matches!(error, rustix::io::Errno::AGAIN | rustix::io::Errno::ACCESS)
}
