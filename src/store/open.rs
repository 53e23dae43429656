//! The one way in which a vault file is opened, and the one way in which files are created.
//!
//! While a connection is in a transaction nothing else in the process opens the same path: closing it would
//! drop SQLite's POSIX lock. Only `stat` looks at it then.
//!
//! - `connect`: connections of SQLite; `files`: what is private and how it gets onto the disk.
//! - `beside`: the journal of the file; `aside`: what happens before a journal is played back.
//! - `temporary`: files that get their name when they are whole, or go again.
//! - `queue`: the order of writers on this machine.

mod aside;
mod beside;
mod connect;
mod files;
mod queue;
mod temporary;

use std::fs;
use std::io::{ErrorKind, Read};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rustix::io::Errno;

pub(super) use aside::{Aside, Purpose as AsidePurpose, State, neither};
pub(super) use beside::{Journal, left_by_a_writer, look as look_at_journal};
use connect::{connect, set_pragmas, wait};
pub(super) use connect::{connect_immutable, connect_new};
pub(super) use files::{folder_of, free_name, make_private_folder, remove_quietly, sync_folder};
pub use files::{names_beside, write_private_file};
pub(super) use queue::Turn;
pub(super) use temporary::{Placed, Temporary};

use super::error::StoreError;
use super::format::FormatVersion;
use super::schema;
use super::system_error::Told as _;
use crate::domain::reason;

const SQLITE_MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// What `stat` says of a file: enough to notice that it was changed or replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FileStamp {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl FileStamp {
    pub(super) fn of(path: &Path) -> Result<Self, StoreError> {
        let metadata = fs::metadata(path).map_err(|error| missing_or(path, "looking at", &error))?;
        Ok(Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.size(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        })
    }

    pub(super) fn is_same_file(&self, other: &Self) -> bool {
        (self.device, self.inode) == (other.device, other.inode)
    }
}

/// A connection that was opened the one way.
pub(super) struct Opened {
    /// Where there are two states of the file to choose from, it shows one of them in a copy.
    pub(super) connection: Connection,
    pub(super) path: PathBuf,
    pub(super) stamp: FileStamp,
    /// The format whose tables it has; `None` while there are two states of the file to choose from.
    pub(super) tables: Option<FormatVersion>,
    pub(super) notices: Vec<String>,
    /// Whether it is only looked at.
    pub(super) is_copy: bool,
    /// There while nobody has told yet which state of the file is right; the copies live as long.
    pub(super) aside: Option<Aside>,
}

/// Opens an existing vault file. Where a writer left a journal beside it, nothing is played back yet.
pub(super) fn open(path: &Path) -> Result<Opened, StoreError> {
    open_for(path, AsidePurpose::Use)
}

/// Opens a copy of a vault for looking only: no lock is kept, and nothing beside it or in it is ever changed.
pub(super) fn open_copy(path: &Path) -> Result<Opened, StoreError> {
    open_for(path, AsidePurpose::Look)
}

fn open_for(path: &Path, purpose: AsidePurpose) -> Result<Opened, StoreError> {
    // What lies beside the file lies where a link leads to.
    let path = fs::canonicalize(path).map_err(|error| missing_or(path, "finding", &error))?;
    match open_once(path.clone(), purpose) {
        // A change that outgrew its memory began between the look at the journal and the first read: the next
        // look waits for it.
        Err(StoreError::Busy) if look_at_journal(&path) == Ok(Journal::Live) => open_once(path, purpose),
        result => result,
    }
}

fn open_once(path: PathBuf, purpose: AsidePurpose) -> Result<Opened, StoreError> {
    let mode = inspect(&path)?;
    let quiet = left_by_a_writer(&path)?;
    #[cfg(test)]
    super::observed::looked_at_journal();
    let stamp = FileStamp::of(&path)?;
    let (connection, aside) = match (quiet, purpose) {
        (Some(quiet), _) => {
            let (connection, aside) = aside::set_aside(&path, quiet, purpose)?;
            (connection, Some(aside))
        }
        (None, AsidePurpose::Use) => (connect(&path)?, None),
        (None, AsidePurpose::Look) => (connect_immutable(&path)?, None),
    };
    let format = check_tables(&connection)?;
    set_pragmas(&connection)?;
    let tables = aside.is_none().then_some(format);
    let mut notices = Vec::new();
    if purpose == AsidePurpose::Use {
        mend_mode(&path, mode, &mut notices);
    }
    report_folder(folder_of(&path), &mut notices);
    Ok(Opened { connection, path, stamp, tables, notices, is_copy: purpose == AsidePurpose::Look, aside })
}

/// As [`schema::check`], in one transaction: outside of one, each look at the file takes a lock of its own.
fn check_tables(connection: &Connection) -> Result<FormatVersion, StoreError> {
    let _looking = connection.unchecked_transaction().on(connection)?;
    schema::check(connection)
}

/// A new vault file with empty tables. It has no name of its own before it is whole.
pub(super) struct Unnamed {
    pub(super) opened: Opened,
    /// After the connection: it must be closed first.
    pub(super) temporary: Temporary,
    /// Its path, links resolved.
    pub(super) path: PathBuf,
}

/// Makes a new vault file under a temporary name; the folder it lies in too, if need be.
pub(super) fn create(path: &Path, format: FormatVersion) -> Result<Unnamed, StoreError> {
    let folder = folder_of(path);
    make_private_folder(folder)?;
    let folder = fs::canonicalize(folder).map_err(|error| StoreError::system("finding", folder, &error))?;
    let Some(name) = path.file_name() else {
        return Err(StoreError::System {
            doing: format!("making a vault at {}", path.display()),
            reason: "the path names no file".to_owned(),
        });
    };
    let path = folder.join(name);
    let temporary = Temporary::new_for(&path)?;
    let connection =
        empty_tables(temporary.path(), format).map_err(|error| temporary.name_in(error, &path))?;
    let opened = Opened {
        stamp: FileStamp::of(temporary.path())?,
        connection,
        path: temporary.path().to_owned(),
        tables: Some(format),
        notices: Vec::new(),
        is_copy: false,
        aside: None,
    };
    Ok(Unnamed { opened, temporary, path })
}

fn empty_tables(path: &Path, format: FormatVersion) -> Result<Connection, StoreError> {
    let connection = connect(path)?;
    set_pragmas(&connection)?;
    // Nobody knows of it yet: it is synced once, when it is whole.
    connection.execute_batch("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF").on(&connection)?;
    schema::create(&connection, format)?;
    Ok(connection)
}

/// More than a vault takes that holds nothing.
const LARGEST_UNFINISHED: u64 = 64 * 1024;

/// Whether an older etui was cut short while it made a vault here: such a file holds nothing.
pub fn is_unfinished(path: &Path) -> bool {
    let Ok(path) = fs::canonicalize(path) else { return false };
    let Ok(Some(mut file)) = beside::open_regular(&path) else { return false };
    // A power loss may leave zeros, or nothing.
    let mut bytes = Vec::new();
    if Read::by_ref(&mut file).take(LARGEST_UNFINISHED + 1).read_to_end(&mut bytes).is_err()
        || bytes.len() as u64 > LARGEST_UNFINISHED
    {
        return false;
    }
    drop(file);
    if bytes.iter().all(|byte| *byte == 0) {
        return true;
    }
    let looked = left_by_a_writer(&path).and_then(|quiet| match quiet {
        None => Ok(schema::holds_nothing(&connect_immutable(&path)?)),
        Some(quiet) => aside::look_when_played_back(&path, quiet, schema::holds_nothing),
    });
    looked.unwrap_or(false)
}

/// Removes what [`is_unfinished`] says is one. Answers its path, links resolved: a link to it leads nowhere then.
///
/// # Errors
/// [`StoreError::Exists`] where it is none any more, [`StoreError::System`].
pub fn remove_unfinished(path: &Path) -> Result<PathBuf, StoreError> {
    if !is_unfinished(path) {
        return Err(StoreError::Exists(path.to_owned()));
    }
    let path = fs::canonicalize(path).map_err(|error| StoreError::system("finding", path, &error))?;
    remove_quietly(&beside::journal_of(&path));
    fs::remove_file(&path).map_err(|error| StoreError::system("removing", &path, &error))?;
    Ok(path)
}

/// Removes a journal that SQLite ignores, where no writer is at work on it. What cannot be done now can be
/// done at the next unlock.
pub(super) fn clear_dead_journal(opened: &mut Opened) {
    let is_used = opened.aside.is_none() && !opened.is_copy;
    if !is_used || look_at_journal(&opened.path) != Ok(Journal::Ignored) {
        return;
    }
    let connection = &mut opened.connection;
    let waits_not = connection.busy_handler(None::<fn(i32) -> bool>);
    // A writer at work holds this lock; it has begun a journal with zeros, too.
    if waits_not.is_ok() && connection.execute_batch("BEGIN IMMEDIATE").is_ok() {
        if look_at_journal(&opened.path) == Ok(Journal::Ignored) {
            remove_quietly(&beside::journal_of(&opened.path));
        }
        let _ = connection.execute_batch("ROLLBACK");
    }
    let _ = connection.busy_handler(Some(wait));
}

fn missing_or(path: &Path, doing: &str, error: &std::io::Error) -> StoreError {
    match error.kind() {
        ErrorKind::NotFound => StoreError::Missing(path.to_owned()),
        // A part of the path is a file, or a link leads to itself.
        _ if error.raw_os_error() == Some(Errno::LOOP.raw_os_error())
            || error.kind() == ErrorKind::NotADirectory =>
        {
            StoreError::NoVault { path: path.to_owned(), why: reason(error) }
        }
        _ => StoreError::system(doing, path, error),
    }
}

/// Everything that can be seen before SQLite touches the file; answers its mode.
fn inspect(path: &Path) -> Result<u32, StoreError> {
    let failed = |error: std::io::Error| missing_or(path, "opening", &error);
    let no_vault = |why: &str| StoreError::NoVault { path: path.to_owned(), why: why.to_owned() };
    let Some(mut file) = beside::open_regular(path).map_err(failed)? else {
        return Err(no_vault("it is not a regular file"));
    };
    // Read before the connection exists: no lock of ours can be lost yet.
    let mut start = [0; 72];
    file.read_exact(&mut start).map_err(|error| match error.kind() {
        ErrorKind::UnexpectedEof => no_vault("it is too short to be a vault"),
        _ => StoreError::system("reading", path, &error),
    })?;
    if &start[..16] != SQLITE_MAGIC {
        return Err(no_vault("it is not an SQLite file"));
    }
    if start[68..72] != schema::APPLICATION_ID.to_be_bytes() {
        return Err(no_vault("it is the SQLite file of another program"));
    }
    for suffix in ["-wal", "-shm"] {
        let beside = beside::with_suffix(path, suffix);
        if let Ok(metadata) = fs::symlink_metadata(&beside) {
            return Err(match metadata.is_file() {
                true => StoreError::Integrity(format!("'{}' is beside it", beside.display())),
                false => beside::no_regular_file(&beside),
            });
        }
    }
    // Bytes 18 and 19 are the write and read versions: 2 would mean WAL, where a log beside the file
    // decides what is read.
    if start[18..20] != [1, 1] {
        return Err(StoreError::integrity("its journal mode was switched"));
    }
    Ok(file.metadata().map_err(failed)?.permissions().mode() & 0o777)
}

/// Only once the file was found to be a vault: a mistyped path must not lock others out of their file.
fn mend_mode(path: &Path, mode: u32, notices: &mut Vec<String>) {
    if mode & 0o077 == 0 {
        return;
    }
    let mended = fs::set_permissions(path, fs::Permissions::from_mode(mode & 0o700));
    notices.push(match mended {
        Ok(()) => format!("others could open the vault file (mode {mode:03o}); it is private now"),
        Err(_) => format!("others can open the vault file (mode {mode:03o}), and it cannot be changed"),
    });
}

fn report_folder(folder: &Path, notices: &mut Vec<String>) {
    let Ok(metadata) = fs::metadata(folder) else { return };
    let mode = metadata.permissions().mode();
    // A sticky folder lets others add files, but not replace ours.
    if mode & 0o022 != 0 && mode & 0o1000 == 0 {
        notices.push(format!(
            "others can write to the folder {} (mode {:03o})",
            folder.display(),
            mode & 0o777
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::store::observed;

    /// Empty tables with the name of a vault.
    fn placed(folder: &Path) -> PathBuf {
        let unnamed = create(&folder.join("vault.etui"), FormatVersion::One).unwrap();
        drop(unnamed.opened);
        unnamed.temporary.place(&unnamed.path).unwrap();
        unnamed.path
    }

    // Guards: a reader that met the lock of such a change gave up as if nobody went on.
    #[test]
    fn a_change_that_spills_just_when_a_file_is_opened_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = placed(folder.path());
        // Its journal lies beside what the link leads to.
        let link = folder.path().join("link.etui");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        observed::after_the_look(move || observed::let_another_process_spill(&path));
        assert!(open(&link).is_ok());
    }

    /// The settings of a connection to a new vault that was opened the one way.
    fn setting(connection: &Connection, name: &str) -> i64 {
        connection.pragma_query_value(None, name, |row| row.get(0)).unwrap()
    }

    // Guards: with FULL instead of EXTRA a power loss loses acknowledged changes.
    #[test]
    fn an_open_vault_syncs_as_much_as_its_promises_need() {
        let folder = tempfile::tempdir().unwrap();
        let opened = open(&placed(folder.path())).unwrap();
        for (name, value) in
            [("synchronous", 3), ("fullfsync", 1), ("secure_delete", 1), ("cell_size_check", 1)]
        {
            assert_eq!(setting(&opened.connection, name), value, "{name}");
        }
        // Pages, a little more than 4 KiB each in memory. Readers go on until a change is larger than this.
        let spill = setting(&opened.connection, "cache_spill");
        assert!((7_500..=8_192).contains(&spill), "{spill}");
        let mode: String =
            opened.connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
        assert_eq!(mode, "delete");
    }
}
