//! The secrets that are marked for an action on all of them.
//!
//! They are positions in the catalogue, sorted, so that whether a row is marked, and how many secrets of a folder are,
//! is found by halving: a frame looks at the rows that are seen, whatever is marked. What needs every mark is computed
//! when marks, rows or the catalogue change.

use std::ops::Range;

use super::rows::Rows;
use crate::domain::{SecretName, Timestamp};
use crate::query::{Candidate, Catalogue};

/// Marked secrets.
#[derive(Debug, Default)]
pub struct Marks {
    positions: Vec<u32>,
    hidden: usize,
    scheduled: usize,
}

impl Marks {
    pub const fn none() -> Self {
        Self { positions: Vec::new(), hidden: 0, scheduled: 0 }
    }

    pub const fn is_empty(&self) -> bool {
        self.positions.is_empty()
    }

    pub const fn len(&self) -> usize {
        self.positions.len()
    }

    /// How many are in no row: a filter leaves them out, or they are scheduled for deletion and not listed.
    pub const fn hidden(&self) -> usize {
        self.hidden
    }

    /// How many are scheduled for deletion.
    pub const fn scheduled(&self) -> usize {
        self.scheduled
    }

    pub fn contains(&self, position: u32) -> bool {
        self.positions.binary_search(&position).is_ok()
    }

    /// How many are among these positions.
    pub fn count_in(&self, positions: &Range<u32>) -> usize {
        let before = |end: u32| self.positions.partition_point(|position| *position < end);
        before(positions.end) - before(positions.start)
    }

    /// The names of all, sorted.
    pub fn names<'a>(&'a self, catalogue: &'a Catalogue) -> impl Iterator<Item = SecretName> + 'a {
        self.positions.iter().filter_map(|position| SecretName::new(catalogue.name(*position as usize)).ok())
    }

    /// Marks all of these, or takes their marks away where all have one.
    pub(super) fn toggle(&mut self, positions: &[u32]) {
        let are_marked = positions.iter().all(|position| self.contains(*position));
        if are_marked {
            self.positions.retain(|position| positions.binary_search(position).is_err());
        } else {
            self.positions.extend(positions);
            self.positions.sort_unstable();
            self.positions.dedup();
        }
    }

    pub(super) fn clear(&mut self) {
        *self = Self::none();
    }

    /// The same secrets in another catalogue; one that is gone loses its mark.
    pub(super) fn move_to(&mut self, old: &Catalogue, new: &Catalogue) {
        let moved = |position: &u32| u32::try_from(new.position(old.name(*position as usize))?).ok();
        self.positions = self.positions.iter().filter_map(moved).collect();
    }

    /// Counts again how many are in no row. Both are sorted, so a key of the filter goes through each once.
    pub(super) fn count_hidden(&mut self, rows: &Rows) {
        let mut listed = rows.listed_in(&(0..u32::MAX)).peekable();
        let is_hidden = |position: &&u32| {
            while listed.next_if(|other| other < *position).is_some() {}
            listed.peek() != Some(*position)
        };
        self.hidden = self.positions.iter().filter(is_hidden).count();
    }

    /// Counts again how many are scheduled for deletion: what is marked, or the catalogue, has changed.
    pub(super) fn count_scheduled(&mut self, catalogue: &Catalogue, now: Timestamp) {
        let is_scheduled = |position: &&u32| catalogue.candidate(**position as usize, now).is_deleted();
        self.scheduled = self.positions.iter().filter(is_scheduled).count();
    }
}
