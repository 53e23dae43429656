//! What this machine remembers of each vault: the newest change it has seen, and which vault lay where.
//!
//! A vault file can be replaced whole by an older genuine copy, and nothing inside it can tell. This file in
//! the state directory can. It names no secret. It is written by rename under a lock file, and lowered only
//! by an answer of the user.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::error::StoreError;
use super::open::{make_private_folder, write_private_file};
use crate::domain::Timestamp;

const FIRST_LINE: &str = "etui last seen 1";

/// More than any app writes; a file that is longer does not open.
const LONGEST_PLACE: u64 = 1024 * 1024;

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
    /// The newest change of this vault, if it was seen before.
    pub(super) seen: Option<Seen>,
    /// The vault that lay at this path, if any did.
    pub(super) vault_at_path: Option<[u8; 16]>,
    /// Whether the memory was there but could not be read.
    pub(super) unreadable: bool,
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
}

#[derive(Default)]
struct Memory {
    vaults: BTreeMap<[u8; 16], Seen>,
    paths: BTreeMap<Vec<u8>, [u8; 16]>,
    backups: BTreeSet<([u8; 16], Vec<u8>)>,
}

impl LastSeen {
    pub(super) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    fn knows_path(&self, path: &Path) -> bool {
        self.read().is_ok_and(|memory| memory.paths.contains_key(path.as_os_str().as_bytes()))
    }

    pub(super) fn recall(&self, vault_id: &[u8; 16], path: &Path) -> Recollection {
        match self.read() {
            Ok(memory) => Recollection {
                seen: memory.vaults.get(vault_id).copied(),
                vault_at_path: memory.paths.get(path.as_os_str().as_bytes()).copied(),
                unreadable: false,
            },
            Err(_) => Recollection { seen: None, vault_at_path: None, unreadable: true },
        }
    }

    /// Remembers a change, unless a newer one is remembered already.
    pub(super) fn remember(
        &self,
        vault_id: &[u8; 16],
        path: &Path,
        seen: Seen,
        lowering: Lowering,
    ) -> Result<(), StoreError> {
        make_private_folder(&self.folder)?;
        let lock = self.lock()?;
        // Unreadable memory starts anew; the reader has said so.
        let mut memory = self.read().unwrap_or_default();
        let path = path.as_os_str().as_bytes();
        let known = memory.vaults.get(vault_id);
        let is_newer = known.is_none_or(|known| known.number < seen.number);
        let path_is_known = memory.paths.get(path) == Some(vault_id);
        if !is_newer && path_is_known && lowering == Lowering::Never {
            return Ok(());
        }
        if is_newer || lowering == Lowering::Accepted {
            memory.vaults.insert(*vault_id, seen);
        }
        memory.paths.insert(path.to_vec(), *vault_id);
        let written = self.write(&memory);
        drop(lock);
        written
    }

    /// Remembers where a backup was made.
    pub(super) fn remember_backup(&self, vault_id: &[u8; 16], path: &Path) -> Result<(), StoreError> {
        make_private_folder(&self.folder)?;
        let lock = self.lock()?;
        let mut memory = self.read().unwrap_or_default();
        memory.backups.insert((*vault_id, path.as_os_str().as_bytes().to_vec()));
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

    /// Keeps where the app stood in a vault; the bytes are sealed.
    pub(super) fn keep_place(&self, vault_id: &[u8; 16], sealed: &[u8]) -> Result<(), StoreError> {
        make_private_folder(&self.folder)?;
        write_private_file(&self.place_file(vault_id), sealed)
    }

    /// Where the app stood in a vault, sealed; what cannot be read was never there.
    pub(super) fn kept_place(&self, vault_id: &[u8; 16]) -> Option<Vec<u8>> {
        let mut sealed = Vec::new();
        let file = File::open(self.place_file(vault_id)).ok()?;
        file.take(LONGEST_PLACE).read_to_end(&mut sealed).ok()?;
        Some(sealed)
    }

    fn place_file(&self, vault_id: &[u8; 16]) -> PathBuf {
        self.folder.join(format!("place-{}", hex(vault_id)))
    }

    fn file(&self) -> PathBuf {
        self.folder.join("last-seen")
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

    fn read(&self) -> Result<Memory, StoreError> {
        let path = self.file();
        match fs::read_to_string(&path) {
            Ok(text) => parse(&text).ok_or_else(|| StoreError::integrity("it makes no sense")),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Memory::default()),
            Err(error) => Err(StoreError::system("reading", &path, &error)),
        }
    }

    /// Renamed into place but not synced: what a power loss takes is remembered again at the next use,
    /// and a put should not wait for a second disk write.
    fn write(&self, memory: &Memory) -> Result<(), StoreError> {
        let temporary = self.folder.join("last-seen.new");
        OpenOptions::new()
            .create(true)
            .truncate(true)
            .write(true)
            .mode(0o600)
            .open(&temporary)
            .and_then(|mut file| file.write_all(print(memory).as_bytes()))
            .and_then(|()| fs::rename(&temporary, self.file()))
            .map_err(|error| StoreError::system("writing", &temporary, &error))
    }
}

fn print(memory: &Memory) -> String {
    let mut text = format!("{FIRST_LINE}\n");
    for (vault, seen) in &memory.vaults {
        text +=
            &format!("vault {} {} {} {}\n", hex(vault), seen.number, hex(&seen.random), seen.when.seconds());
    }
    for (path, vault) in &memory.paths {
        text += &format!("path {} {}\n", hex(vault), hex(path));
    }
    for (vault, path) in &memory.backups {
        text += &format!("backup {} {}\n", hex(vault), hex(path));
    }
    text
}

fn parse(text: &str) -> Option<Memory> {
    let mut lines = text.lines();
    if lines.next()? != FIRST_LINE {
        return None;
    }
    let mut memory = Memory::default();
    for line in lines {
        let words: Vec<&str> = line.split(' ').collect();
        match words.as_slice() {
            ["vault", vault, number, random, when] => {
                let seen = Seen {
                    number: number.parse().ok()?,
                    random: unhex(random)?.try_into().ok()?,
                    when: Timestamp::from_seconds(when.parse().ok()?).ok()?,
                };
                memory.vaults.insert(unhex(vault)?.try_into().ok()?, seen);
            }
            ["path", vault, path] => {
                memory.paths.insert(unhex(path)?, unhex(vault)?.try_into().ok()?);
            }
            ["backup", vault, path] => {
                memory.backups.insert((unhex(vault)?.try_into().ok()?, unhex(path)?));
            }
            _ => return None,
        }
    }
    Some(memory)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const VAULT: [u8; 16] = [1; 16];

    fn seen(number: u64) -> Seen {
        Seen { number, random: [number as u8; 16], when: Timestamp::clamped(9) }
    }

    fn memory() -> (tempfile::TempDir, LastSeen, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let memory = LastSeen::new(&folder.path().join("state"));
        let path = folder.path().join("ä vault.etui");
        (folder, memory, path)
    }

    #[test]
    fn a_newer_change_replaces_an_older_one_and_not_the_other_way_round() {
        let (_folder, memory, path) = memory();
        memory.remember(&VAULT, &path, seen(5), Lowering::Never).unwrap();
        memory.remember(&VAULT, &path, seen(4), Lowering::Never).unwrap();
        assert_eq!(memory.recall(&VAULT, &path).seen, Some(seen(5)));
        memory.remember(&VAULT, &path, seen(6), Lowering::Never).unwrap();
        assert_eq!(memory.recall(&VAULT, &path).seen, Some(seen(6)));
        memory.remember(&VAULT, &path, seen(2), Lowering::Accepted).unwrap();
        assert_eq!(memory.recall(&VAULT, &path).seen, Some(seen(2)));
    }

    #[test]
    fn a_path_remembers_its_vault() {
        let (_folder, memory, path) = memory();
        assert!(!memory.knows_path(&path));
        memory.remember(&VAULT, &path, seen(1), Lowering::Never).unwrap();
        assert!(memory.knows_path(&path));
        assert_eq!(memory.recall(&[2; 16], &path).vault_at_path, Some(VAULT));
        memory.remember(&[2; 16], &path, seen(1), Lowering::Never).unwrap();
        assert_eq!(memory.recall(&VAULT, &path).vault_at_path, Some([2; 16]));
    }

    #[test]
    fn the_place_in_a_vault_is_kept_in_a_private_file_of_its_own() {
        use std::os::unix::fs::PermissionsExt as _;
        let (_folder, memory, _path) = memory();
        assert_eq!(memory.kept_place(&VAULT), None);
        memory.keep_place(&VAULT, b"first").unwrap();
        memory.keep_place(&VAULT, b"second").unwrap();
        assert_eq!(memory.kept_place(&VAULT).as_deref(), Some(b"second".as_slice()));
        assert_eq!(memory.kept_place(&[2; 16]), None);
        let modes = fs::metadata(memory.place_file(&VAULT)).unwrap().permissions();
        assert_eq!(modes.mode() & 0o777, 0o600);
    }

    #[test]
    fn unreadable_memory_is_said_to_be_so_and_starts_anew() {
        let (_folder, memory, path) = memory();
        memory.remember(&VAULT, &path, seen(1), Lowering::Never).unwrap();
        fs::write(memory.file(), "something else\n").unwrap();
        assert!(memory.recall(&VAULT, &path).unreadable);
        memory.remember(&VAULT, &path, seen(3), Lowering::Never).unwrap();
        assert_eq!(memory.recall(&VAULT, &path).seen, Some(seen(3)));
    }
}
