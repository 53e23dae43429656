//! The rows of the list, flat in memory whatever they look like: computed when something changes, so that
//! drawing touches only the rows that are seen.

use std::collections::BTreeMap;
use std::ops::Range;

pub use super::found::Order;
use super::found::{Found, Question, ordered};
use crate::domain::{SecretName, Timestamp};
use crate::query::{Catalogue, Query};

/// How the list is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Folders by `/`.
    Tree,
    /// One row per secret.
    Flat(Order),
}

/// Whether secrets in their deletion window are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deleted {
    Listed,
    Hidden,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Row {
    Folder {
        /// The position of its first secret in the catalogue; its path is the start of that name.
        first: u32,
        /// The length of its path, the last `/` included.
        length: u16,
        /// The length of its parent's path.
        parent: u16,
        /// How many folders it lies in.
        depth: u16,
        /// How many secrets of the list are in it.
        count: u32,
        /// Whether what is in it is listed below.
        is_open: bool,
    },
    Secret {
        /// Its position in the catalogue.
        position: u32,
        /// The length of its folder's path; 0 in the flat list.
        parent: u16,
        /// How many folders it lies in; 0 in the flat list.
        depth: u16,
    },
}

/// Up to so many secrets, folders are open unless the user closed them.
const OPEN_BY_ITSELF: usize = 300;

/// The same while a filter is on: what it found is to be seen.
const OPEN_WHILE_FILTERED: usize = 10_000;

/// The rows of the list and how they came about.
pub struct Rows {
    all: Vec<Row>,
    layout: Layout,
    /// Folders that the user opened or closed while no filter was on.
    folders: BTreeMap<SecretName, bool>,
    /// The filter of now, and the folders that were opened or closed under it.
    filter: Query,
    under_filter: BTreeMap<SecretName, bool>,
    secrets: usize,
    best: Option<u32>,
    found: Found,
}

struct Building<'a> {
    catalogue: &'a Catalogue,
    folders: &'a BTreeMap<SecretName, bool>,
    opens_by_itself: bool,
    rows: Vec<Row>,
}

impl Rows {
    pub const fn none() -> Self {
        Self {
            all: Vec::new(),
            layout: Layout::Tree,
            folders: BTreeMap::new(),
            filter: Query::none(),
            under_filter: BTreeMap::new(),
            secrets: 0,
            best: None,
            found: Found::nothing(),
        }
    }

    pub fn all(&self) -> &[Row] {
        &self.all
    }

    /// How many secrets there are in the list, closed folders included.
    pub const fn secrets(&self) -> usize {
        self.secrets
    }

    /// The position of the secret that answers the filter best.
    pub const fn best(&self) -> Option<u32> {
        self.best
    }

    /// How the list is laid out.
    pub const fn layout(&self) -> Layout {
        self.layout
    }

    /// Whether it is a tree.
    pub const fn is_tree(&self) -> bool {
        matches!(self.layout, Layout::Tree)
    }

    /// Lays the list out again; `build` has to follow.
    pub const fn set_layout(&mut self, layout: Layout) {
        self.layout = layout;
    }

    /// Remembers that the user opened or closed a folder; `build` has to follow. What is done while a filter is on
    /// lasts as long as the filter.
    pub fn set_folder(&mut self, path: &str, is_open: bool) {
        if let Ok(path) = SecretName::new(path) {
            let folders = if self.filter.is_empty() { &mut self.folders } else { &mut self.under_filter };
            folders.insert(path, is_open);
        }
    }

    /// A folder got another name, and is open or closed as before; `build` has to follow.
    pub fn copy_folder(&mut self, old: &str, new: &str) {
        let is_open = SecretName::new(old).ok().and_then(|old| self.folders.get(&old).copied());
        if let Some(is_open) = is_open {
            self.set_folder(new, is_open);
        }
    }

    /// The folders that the user opened or closed without a filter, and whether they are open.
    pub fn folders(&self) -> impl Iterator<Item = (&str, bool)> {
        self.folders.iter().map(|(path, is_open)| (path.as_str(), *is_open))
    }

    /// The catalogue has changed; `build` has to follow.
    pub fn forget_catalogue(&mut self) {
        self.found = Found::nothing();
    }

    pub fn build(&mut self, catalogue: &Catalogue, query: &Query, deleted: Deleted, now: Timestamp) {
        let shows_deleted = deleted == Deleted::Listed || query.wants_deleted();
        if self.filter != *query {
            self.filter = query.clone();
            self.under_filter.clear();
        }
        self.found.find(catalogue, Question { query: query.clone(), shows_deleted, now });
        let found = &self.found.answers;
        self.secrets = found.len();
        self.best = match query.is_empty() {
            true => None,
            false => found.iter().min_by_key(|answer| answer.key()).map(|answer| answer.position),
        };
        self.all = match self.layout {
            Layout::Tree => {
                let positions: Vec<u32> = found.iter().map(|answer| answer.position).collect();
                let (folders, most) = match query.is_empty() {
                    true => (&self.folders, OPEN_BY_ITSELF),
                    false => (&self.under_filter, OPEN_WHILE_FILTERED),
                };
                let opens_by_itself = positions.len() <= most;
                let rows = Vec::with_capacity(positions.len().min(4096));
                let mut building = Building { catalogue, folders, opens_by_itself, rows };
                building.add_level(&positions, 0, 0);
                building.rows
            }
            Layout::Flat(order) => {
                let flat = |position| Row::Secret { position, parent: 0, depth: 0 };
                ordered(order, found, catalogue, query).map(flat).collect()
            }
        };
    }

    /// The positions among these that are in the list, even in a closed folder.
    pub fn listed_in(&self, positions: &Range<u32>) -> impl Iterator<Item = u32> {
        let answers = &self.found.answers;
        let before = |end: u32| answers.partition_point(|answer| answer.position < end);
        answers[before(positions.start)..before(positions.end)].iter().map(|answer| answer.position)
    }

    /// Whether a secret is in the list, even in a closed folder.
    pub fn lists(&self, position: u32) -> bool {
        self.found.answers.binary_search_by_key(&position, |answer| answer.position).is_ok()
    }

    /// The row of a secret, if it is in the list and in no closed folder.
    pub fn row_of(&self, wanted: u32) -> Option<usize> {
        self.all.iter().position(|row| matches!(row, Row::Secret { position, .. } if *position == wanted))
    }

    /// The row of a folder.
    pub fn row_of_folder(&self, catalogue: &Catalogue, path: &str) -> Option<usize> {
        self.all.iter().position(|row| match row {
            Row::Folder { first, length, .. } => folder_path(catalogue, *first, *length) == path,
            Row::Secret { .. } => false,
        })
    }
}

/// The path of a folder, the last `/` included.
pub fn folder_path(catalogue: &Catalogue, first: u32, length: u16) -> &str {
    &catalogue.name(first as usize)[..usize::from(length)]
}

impl Building<'_> {
    /// One folder's content: its folders first, then its secrets. The positions are sorted by name, so all
    /// names that begin alike stand together.
    fn add_level(&mut self, positions: &[u32], parent: u16, depth: u16) {
        let catalogue = self.catalogue;
        let name_at = |at: usize| catalogue.name(positions[at] as usize);
        let mut secrets = Vec::new();
        let mut at = 0;
        while at < positions.len() {
            let name = name_at(at);
            let rest = &name[usize::from(parent)..];
            match rest.find('/') {
                Some(slash) if slash + 1 < rest.len() => {
                    let path = &name[..usize::from(parent) + slash + 1];
                    let inside = &positions[at..];
                    let count = inside
                        .partition_point(|&position| catalogue.name(position as usize).starts_with(path));
                    self.add_folder(&inside[..count], path, parent, depth);
                    at += count;
                }
                _ => {
                    secrets.push(Row::Secret { position: positions[at], parent, depth });
                    at += 1;
                }
            }
        }
        self.rows.append(&mut secrets);
    }

    fn add_folder(&mut self, positions: &[u32], path: &str, parent: u16, depth: u16) {
        let chosen = SecretName::new(path).ok().and_then(|path| self.folders.get(&path).copied());
        let is_open = chosen.unwrap_or(self.opens_by_itself);
        // A name has at most 192 characters, and a catalogue fewer secrets than u32 counts.
        let length = u16::try_from(path.len()).unwrap_or(u16::MAX);
        let count = u32::try_from(positions.len()).unwrap_or(u32::MAX);
        self.rows.push(Row::Folder { first: positions[0], length, parent, depth, count, is_open });
        if is_open {
            self.add_level(positions, length, depth + 1);
        }
    }
}
