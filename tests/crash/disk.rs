//! A model of a disk that may lose what was not synced, and the states that a loss of power may leave on it.
//!
//! - What was written to a file since its last sync is there, or not, sector by sector (512 bytes) or page by page
//!   (4,096): in any choice, and of a sector that was written twice any of the versions.
//! - Its size is any that it had since then.
//! - A name that was made, changed or removed since the last sync of its folder is so, or not, in any choice. A
//!   rename is one such change.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::recorder::Step;

const SECTOR: usize = 512;
/// How many sectors make up a page.
const PAGE: usize = 8;

/// The files of a disk: what lies at each path.
pub type Files = BTreeMap<PathBuf, Vec<u8>>;

/// Numbers by chance that are the same in every run (SplitMix64).
pub struct Chance(pub u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).unwrap()
    }

    fn is(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

/// What is kept of the changes that were not synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    Nothing,
    All,
    Some,
}

#[derive(Default)]
struct File {
    now: Vec<u8>,
    synced: Vec<u8>,
    /// The versions of each sector since the last sync.
    sectors: BTreeMap<usize, Vec<Vec<u8>>>,
    /// The sizes since the last sync, that of the sync first.
    sizes: Vec<usize>,
}

impl File {
    fn of(bytes: Vec<u8>) -> Self {
        Self { synced: bytes.clone(), sizes: vec![bytes.len()], now: bytes, ..Self::default() }
    }

    fn resized(&mut self) {
        if self.sizes.last() != Some(&self.now.len()) {
            self.sizes.push(self.now.len());
        }
    }

    fn write(&mut self, offset: usize, bytes: &[u8]) {
        let end = offset + bytes.len();
        if self.now.len() < end {
            self.now.resize(end, 0);
        }
        self.now[offset..end].copy_from_slice(bytes);
        for sector in offset / SECTOR..end.div_ceil(SECTOR) {
            self.note_sector(sector);
        }
        self.resized();
    }

    fn note_sector(&mut self, sector: usize) {
        let start = (sector * SECTOR).min(self.now.len());
        let end = (start + SECTOR).min(self.now.len());
        let mut bytes = self.now[start..end].to_vec();
        bytes.resize(SECTOR, 0);
        self.sectors.entry(sector).or_default().push(bytes);
    }

    fn truncate(&mut self, size: usize) {
        let old = self.now.len();
        self.now.resize(size, 0);
        for sector in size / SECTOR..old.div_ceil(SECTOR) {
            self.note_sector(sector);
        }
        self.resized();
    }

    fn sync(&mut self) {
        self.synced = self.now.clone();
        self.sectors.clear();
        self.sizes = vec![self.now.len()];
    }

    fn after_crash(&self, kept: Kept, chance: &mut Chance) -> Vec<u8> {
        match kept {
            Kept::Nothing => self.synced.clone(),
            Kept::All => self.now.clone(),
            Kept::Some => self.torn(chance),
        }
    }

    fn torn(&self, chance: &mut Chance) -> Vec<u8> {
        let size = self.sizes[chance.below(self.sizes.len())];
        let mut bytes = self.synced.clone();
        bytes.resize(self.sizes.iter().copied().max().unwrap_or(0).next_multiple_of(SECTOR), 0);
        let by_page = chance.is(50);
        let percent = [10, 50, 90][chance.below(3)];
        // On some file systems new blocks hold what lay there before, until they are written.
        let has_garbage = chance.is(15);
        let (mut page, mut is_kept) = (None, false);
        for (sector, versions) in &self.sectors {
            if !by_page || page != Some(sector / PAGE) {
                page = Some(sector / PAGE);
                is_kept = chance.is(percent);
            }
            let place = sector * SECTOR..(sector + 1) * SECTOR;
            let Some(place) = bytes.get_mut(place) else { continue };
            if is_kept {
                let newest = versions.len() - 1;
                let which = if by_page || chance.is(70) { newest } else { chance.below(versions.len()) };
                place.copy_from_slice(&versions[which]);
            } else if has_garbage && sector * SECTOR >= self.synced.len() {
                place.fill(u8::try_from(chance.below(256)).unwrap());
            }
        }
        bytes.truncate(size);
        bytes
    }
}

/// Changes of names that happen together: a rename takes one away and sets another.
type Renaming = Vec<(PathBuf, Option<usize>)>;

/// The disk: what a program sees, and what would be left of it.
pub struct Disk {
    files: Vec<File>,
    names: BTreeMap<PathBuf, usize>,
    synced_names: BTreeMap<PathBuf, usize>,
    unsynced: Vec<Renaming>,
}

impl Disk {
    pub fn with(files: &Files) -> Self {
        let names: BTreeMap<PathBuf, usize> = files.keys().cloned().zip(0..).collect();
        Self {
            files: files.values().cloned().map(File::of).collect(),
            synced_names: names.clone(),
            names,
            unsynced: Vec::new(),
        }
    }

    pub fn apply(&mut self, step: &Step) {
        match step {
            Step::Create(path) => {
                if !self.names.contains_key(path) {
                    self.files.push(File::of(Vec::new()));
                    self.rename(vec![(path.clone(), Some(self.files.len() - 1))]);
                }
            }
            Step::Truncate(path, size) => self.with_file(path, |file| file.truncate(*size)),
            Step::Write(path, offset, bytes) => self.with_file(path, |file| file.write(*offset, bytes)),
            Step::Sync(path) if self.names.contains_key(path) => self.with_file(path, File::sync),
            Step::Sync(folder) => self.sync_folder(folder),
            Step::Rename(from, to) => {
                let file = self.names.get(from).copied();
                self.rename(vec![(to.clone(), file), (from.clone(), None)]);
            }
            Step::Link(from, to) => {
                let file = self.names.get(from).copied();
                self.rename(vec![(to.clone(), file)]);
            }
            Step::Unlink(path) => self.rename(vec![(path.clone(), None)]),
            Step::Said(_) => {}
        }
    }

    /// A file that has no name any more is out of reach of every state.
    fn with_file(&mut self, path: &Path, change: impl FnOnce(&mut File)) {
        if let Some(file) = self.names.get(path) {
            change(&mut self.files[*file]);
        }
    }

    fn rename(&mut self, renaming: Renaming) {
        set(&mut self.names, &renaming);
        self.unsynced.push(renaming);
    }

    fn sync_folder(&mut self, folder: &Path) {
        let (here, elsewhere) = std::mem::take(&mut self.unsynced)
            .into_iter()
            .partition(|renaming| renaming.iter().any(|(path, _)| path.parent() == Some(folder)));
        self.unsynced = elsewhere;
        let here: Vec<Renaming> = here;
        here.iter().for_each(|renaming| set(&mut self.synced_names, renaming));
    }

    /// What the program sees.
    pub fn now(&self) -> Files {
        self.names.iter().map(|(path, file)| (path.clone(), self.files[*file].now.clone())).collect()
    }

    /// What a loss of power may leave.
    pub fn crash(&self, names: Kept, bytes: Kept, chance: &mut Chance) -> Files {
        let mut left = self.synced_names.clone();
        // Half of the time a file system keeps the changes in their order up to some moment.
        let in_order = chance.is(50);
        let moment = chance.below(self.unsynced.len() + 1);
        for (at, renaming) in self.unsynced.iter().enumerate() {
            let is_kept = match names {
                Kept::Nothing => false,
                Kept::All => true,
                Kept::Some if in_order => at < moment,
                Kept::Some => chance.is(50),
            };
            if is_kept {
                set(&mut left, renaming);
            }
        }
        // A file with two names has the same bytes under both.
        let mut contents: BTreeMap<usize, Vec<u8>> = BTreeMap::new();
        for file in left.values() {
            if !contents.contains_key(file) {
                contents.insert(*file, self.files[*file].after_crash(bytes, chance));
            }
        }
        left.into_iter().map(|(path, file)| (path, contents[&file].clone())).collect()
    }
}

fn set(names: &mut BTreeMap<PathBuf, usize>, renaming: &Renaming) {
    for (path, file) in renaming {
        match file {
            Some(file) => names.insert(path.clone(), *file),
            None => names.remove(path),
        };
    }
}
