//! What a folder holds: computed when it is selected, so that a frame looks only at the rows that are seen.

use std::ops::Range;

use super::rows::Deleted;
use crate::domain::Timestamp;
use crate::query::{Candidate, Catalogue};

/// What a folder holds.
#[derive(Debug, PartialEq, Eq)]
pub struct FolderContent {
    /// Its folders, then its secrets.
    pub children: Vec<Child>,
    /// All of it, the folders in it included.
    pub all: Sum,
}

/// Something in a folder.
#[derive(Debug, PartialEq, Eq)]
pub enum Child {
    Folder {
        /// Where its name stands in that of the secret at this position.
        first: usize,
        name: Range<usize>,
        all: Sum,
    },
    /// The secret at this position, its name from there on.
    Secret { position: usize, name_start: usize },
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Sum {
    pub secrets: usize,
    pub due: usize,
    /// The newest change of one of them, and its position.
    pub newest: Option<(Timestamp, usize)>,
}

impl Sum {
    fn add(&mut self, catalogue: &Catalogue, position: usize, now: Timestamp) {
        let updated = catalogue.updated(position);
        self.secrets += 1;
        self.due += usize::from(catalogue.candidate(position, now).is_due());
        if self.newest.is_none_or(|(newest, _)| newest < updated) {
            self.newest = Some((updated, position));
        }
    }

    fn join(&mut self, other: Self) {
        self.secrets += other.secrets;
        self.due += other.due;
        let newer = other.newest.filter(|(time, _)| self.newest.is_none_or(|(newest, _)| newest < *time));
        self.newest = newer.or(self.newest);
    }
}

impl FolderContent {
    /// The content of the folder with this path, the last `/` included.
    pub fn of(catalogue: &Catalogue, path: &str, deleted: Deleted, now: Timestamp) -> Self {
        let is_listed =
            |position| deleted == Deleted::Listed || !catalogue.candidate(position, now).is_deleted();
        let mut content = Self { children: Vec::new(), all: Sum::default() };
        let mut secrets = Vec::new();
        let mut positions = range_of(catalogue, path).peekable();
        while let Some(position) = positions.next() {
            let name = catalogue.name(position);
            let slash = name[path.len()..].find('/').map(|slash| path.len() + slash + 1);
            // A name that ends with a slash is that of a secret.
            let Some(end) = slash.filter(|end| *end < name.len()) else {
                if is_listed(position) {
                    content.all.add(catalogue, position, now);
                    secrets.push(Child::Secret { position, name_start: path.len() });
                }
                continue;
            };
            let (folder, mut all) = (&name[..end], Sum::default());
            let mut next = Some(position);
            while let Some(position) = next {
                if is_listed(position) {
                    all.add(catalogue, position, now);
                }
                next = positions.next_if(|position| catalogue.name(*position).starts_with(folder));
            }
            if all.secrets > 0 {
                content.all.join(all);
                content.children.push(Child::Folder { first: position, name: path.len()..end, all });
            }
        }
        content.children.append(&mut secrets);
        content
    }
}

/// The positions of all secrets whose names begin with a text.
pub(super) fn range_of(catalogue: &Catalogue, text: &str) -> Range<usize> {
    let start = first_without(catalogue, |name| name < text);
    start..first_without(catalogue, |name| name < text || name.starts_with(text))
}

/// The first position whose name is not as those before it.
fn first_without(catalogue: &Catalogue, is_before: impl Fn(&str) -> bool) -> usize {
    let (mut start, mut end) = (0, catalogue.len());
    while start < end {
        let middle = start + (end - start) / 2;
        if is_before(catalogue.name(middle)) {
            start = middle + 1;
        } else {
            end = middle;
        }
    }
    start
}
