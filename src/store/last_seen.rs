//! What this machine remembers of each vault: the newest change it has seen at each path, and which vault was
//! where.
//!
//! A vault file can be replaced whole by an older genuine copy, and nothing inside it can tell. This file in
//! the state directory can. It names no secret. It is written by rename under a lock file, and lowered only
//! by an answer of the user, and only for the path that the answer was about: looking at a copy leaves what is
//! known of the vault itself.
//!
//! A line that cannot be read is moved to a file beside it and named, never dropped. What a session sees first is
//! synced before it gets its name: most sessions are one command and write once. What it sees later is synced when
//! it ends, and the last file that was synced is kept: a power loss takes at most what this session saw.

mod text;

use std::cell::Cell;
use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::error::StoreError;
use super::open::{Turn, make_private_folder, sync_folder};
use crate::domain::{Timestamp, hexadecimal};
use text::{Memory, is_whole, parse, print};

const FILE: &str = "last-seen-2";
const FILE_BEFORE: &str = "last-seen";
/// The last one that was synced.
const FILE_OF_BEFORE: &str = "last-seen-2.old";
/// Lines that could not be read.
const FILE_OF_UNREADABLE: &str = "last-seen-2.unreadable";

/// The newest change of a vault that was seen here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    /// Its number.
    pub(super) number: u64,
    /// Its random bytes, which tell branches apart.
    pub(super) random: [u8; 16],
    /// When it was seen.
    pub(super) when: Timestamp,
}

/// What is remembered about one path and the vault that was found there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Recollection {
    /// The newest change of this vault that was seen at this path; where the path is new, at any.
    pub(super) seen: Option<Seen>,
    /// Whether it was seen at this very path.
    pub(super) is_of_path: bool,
    /// The vault that was at this path last, if one was.
    pub(super) vault_at_path: Option<[u8; 16]>,
    /// What is to be said of the memory itself.
    pub(super) trouble: Option<String>,
}

/// Whether a remembered number may become smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lowering {
    /// Only a newer change replaces an older one.
    Never,
    /// The user answered that this older file or other branch is right.
    Accepted,
}

/// Whether this machine has seen a vault at a path: tells one that is gone from one that never was.
pub fn remembers_vault_at(path: &Path, state_directory: &Path) -> bool {
    LastSeen::new(state_directory).knows_path(path)
}

/// The memory of this machine.
pub(super) struct LastSeen {
    folder: PathBuf,
    written: Cell<Written>,
}

/// What this session wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Written {
    Nothing,
    /// One file, synced before it was renamed into place.
    Once,
    /// More; the last one is synced when the session ends.
    Again,
}

impl Drop for LastSeen {
    fn drop(&mut self) {
        // Nobody is there to be told; what is lost then is what this session saw.
        if self.written.get() == Written::Again {
            let _ = File::open(self.file()).and_then(|file| sync(&file));
        }
        if self.written.get() != Written::Nothing {
            let _ = sync_folder(&self.folder);
        }
    }
}

impl LastSeen {
    pub(super) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), written: Cell::new(Written::Nothing) }
    }

    fn knows_path(&self, path: &Path) -> bool {
        self.read().is_ok_and(|memory| memory.paths.contains_key(path.as_os_str().as_bytes()))
    }

    pub(super) fn recall(&self, vault_id: &[u8; 16], path: &Path) -> Recollection {
        let memory = match self.read() {
            Ok(memory) => memory,
            Err(error) => {
                let trouble = format!("{error}: an older copy of this vault would not be noticed this time");
                return Recollection {
                    seen: None,
                    is_of_path: false,
                    vault_at_path: None,
                    trouble: Some(trouble),
                };
            }
        };
        let path = path.as_os_str().as_bytes();
        let at_path = memory.seen.get(&(*vault_id, path.to_vec())).copied();
        Recollection {
            seen: at_path.or_else(|| memory.newest(vault_id)),
            is_of_path: at_path.is_some(),
            vault_at_path: memory.paths.get(path).copied(),
            trouble: (!memory.unreadable.is_empty()).then(|| {
                format!(
                    "{} of what this machine remembered of its vaults cannot be read; it is moved to '{}'. Of a \
                     vault that it named an older copy would not be noticed",
                    match memory.unreadable.len() {
                        1 => "a line".to_owned(),
                        lines => format!("{lines} lines"),
                    },
                    self.folder.join(FILE_OF_UNREADABLE).display()
                )
            }),
        }
    }

    /// Remembers a change at a path, unless a newer one is remembered there already.
    pub(super) fn remember(
        &self,
        vault_id: &[u8; 16],
        path: &Path,
        seen: Seen,
        lowering: Lowering,
    ) -> Result<(), StoreError> {
        self.change(|memory| {
            let path = path.as_os_str().as_bytes().to_vec();
            let known = memory.seen.get(&(*vault_id, path.clone()));
            let is_newer = known.is_none_or(|known| known.number < seen.number);
            let is_known = !is_newer && memory.paths.get(&path) == Some(vault_id);
            if is_known && lowering == Lowering::Never {
                return false;
            }
            if is_newer || lowering == Lowering::Accepted {
                memory.seen.insert((*vault_id, path.clone()), seen);
            }
            memory.paths.insert(path, *vault_id);
            true
        })
    }

    /// Remembers where a backup was made.
    pub(super) fn remember_backup(&self, vault_id: &[u8; 16], path: &Path) -> Result<(), StoreError> {
        let backup = (*vault_id, path.as_os_str().as_bytes().to_vec());
        self.change(|memory| memory.backups.insert(backup))
    }

    /// Changes what is remembered; what could not be read is never written over.
    fn change(&self, change: impl FnOnce(&mut Memory) -> bool) -> Result<(), StoreError> {
        make_private_folder(&self.folder)?;
        let lock = self.lock()?;
        let mut memory = self.read()?;
        if !change(&mut memory) && memory.unreadable.is_empty() {
            return Ok(());
        }
        let written = self.write(&memory);
        drop(lock);
        written
    }

    /// Where backups of a vault were made, whether they are still there or not.
    pub(super) fn backups(&self, vault_id: &[u8; 16]) -> Vec<PathBuf> {
        let memory = self.read().unwrap_or_default();
        let of_this = memory.backups.iter().filter(|(vault, _)| vault == vault_id);
        of_this.map(|(_, path)| PathBuf::from(OsStr::from_bytes(path))).collect()
    }

    /// Where it lies.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The bytes of another file there, at most so many; what cannot be read was never there.
    pub(super) fn read_beside(&self, name: &str, longest: u64) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        File::open(self.folder.join(name)).ok()?.take(longest).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }

    fn file(&self) -> PathBuf {
        self.folder.join(FILE)
    }

    /// Waits until this writer of the vault is next.
    pub(super) fn turn(&self, vault_id: &[u8; 16]) -> Result<Turn, StoreError> {
        Turn::wait(&self.folder.join(format!("write-{}.lock", hexadecimal(vault_id))))
    }

    fn lock(&self) -> Result<File, StoreError> {
        let path = self.folder.join("last-seen.lock");
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&path)
            .map_err(|error| StoreError::system("opening", &path, &error))?;
        file.lock().map_err(|error| StoreError::system("locking", &path, &error))?;
        Ok(file)
    }

    /// Reads what is there: after a power loss the last one that was synced, before the first use of this
    /// etui what an older one left.
    fn read(&self) -> Result<Memory, StoreError> {
        let mut memory = Memory::default();
        let newest = self.read_file(FILE)?;
        let is_whole = newest.as_deref().is_some_and(is_whole);
        if let Some(bytes) = &newest {
            parse(bytes, &mut memory);
        }
        if !is_whole {
            let before = match self.read_file(FILE_OF_BEFORE)? {
                None if newest.is_none() => self.read_file(FILE_BEFORE)?,
                before => before,
            };
            parse(&before.unwrap_or_default(), &mut memory);
        }
        Ok(memory)
    }

    fn read_file(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let path = self.folder.join(name);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StoreError::system("reading", &path, &error)),
        }
    }

    /// Renamed into place. The first time it is synced before: whatever a power loss leaves under the name is whole
    /// then. Later changes of a session do not wait for a second disk write: what was synced is kept until it ends.
    fn write(&self, memory: &Memory) -> Result<(), StoreError> {
        let failed = |path: &Path, error: &io::Error| StoreError::system("writing", path, error);
        if !memory.unreadable.is_empty() {
            let path = self.folder.join(FILE_OF_UNREADABLE);
            let lines = memory.unreadable.join(&b'\n');
            OpenOptions::new()
                .create(true)
                .append(true)
                .mode(0o600)
                .open(&path)
                .and_then(|mut file| {
                    file.write_all(&lines).and_then(|()| file.write_all(b"\n")).map(|()| file)
                })
                .and_then(|file| file.sync_all())
                .map_err(|error| failed(&path, &error))?;
        }
        let is_first = self.written.get() == Written::Nothing;
        if self.written.get() == Written::Once {
            self.keep_synced()?;
        }
        let temporary = self.folder.join("last-seen-2.new");
        OpenOptions::new()
            .create(true)
            .truncate(true)
            .write(true)
            .mode(0o600)
            .open(&temporary)
            .and_then(|mut file| file.write_all(print(memory).as_bytes()).map(|()| file))
            .and_then(|file| if is_first { sync(&file) } else { Ok(()) })
            .and_then(|()| fs::rename(&temporary, self.file()))
            .map_err(|error| failed(&temporary, &error))?;
        self.written.set(if is_first { Written::Once } else { Written::Again });
        #[cfg(test)]
        super::observed::remembered();
        Ok(())
    }

    /// Gives the file that this session synced a second name.
    fn keep_synced(&self) -> Result<(), StoreError> {
        let (newest, kept) = (self.file(), self.folder.join(FILE_OF_BEFORE));
        if !self.read_file(FILE)?.as_deref().is_some_and(is_whole) {
            return Ok(());
        }
        let second = self.folder.join("last-seen-2.keep");
        let linked = File::open(&newest)
            // Another session may be at work, and have written what it did not sync.
            .and_then(|file| sync(&file))
            .and_then(|()| match fs::remove_file(&second) {
                Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            })
            .and_then(|()| fs::hard_link(&newest, &second))
            .and_then(|()| fs::rename(&second, &kept));
        linked
            .map_err(|error| StoreError::system("writing", &kept, &error))
            .and_then(|()| sync_folder(&self.folder))
    }
}

fn sync(file: &File) -> io::Result<()> {
    #[cfg(test)]
    super::observed::memory_synced();
    file.sync_all()
}

#[cfg(test)]
mod tests;
