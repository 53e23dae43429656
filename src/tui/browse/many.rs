//! Many secrets at once: marks in the list, the selected folder, and what follows where they get other names.

use std::ops::Range;

use super::folder::range_of;
use super::rows::{Deleted, Row, folder_path};
use super::{Browse, Pane};
use crate::domain::{Folder, SecretName};
use crate::tui::ask::Asks;
use crate::versioning::BulkTarget;

impl Browse {
    /// Marks the secret under the cursor, or every listed one of the folder there; or takes the marks away. The cursor
    /// goes on from a secret to the next row.
    pub(super) fn mark_row(&mut self, asks: &mut Asks) {
        match self.row() {
            Some(Row::Secret { position, .. }) => {
                self.marks.toggle(&[position]);
                self.go_to_row(self.cursor + 1, asks);
            }
            Some(Row::Folder { first, length, .. }) => {
                let inside = self.positions_in(first, length);
                let listed: Vec<u32> = self.rows.listed_in(&inside).collect();
                self.marks.toggle(&listed);
            }
            None => {}
        }
        self.marks.count_hidden(&self.rows);
        self.marks.count_scheduled(&self.catalogue, self.now);
    }

    /// The positions of the secrets in a folder, listed or not.
    pub(super) fn positions_in(&self, first: u32, length: u16) -> Range<u32> {
        let range = range_of(&self.catalogue, folder_path(&self.catalogue, first, length));
        // A catalogue has fewer secrets than u32 counts.
        let narrow = |position: usize| u32::try_from(position).unwrap_or(u32::MAX);
        narrow(range.start)..narrow(range.end)
    }

    /// Whether an action is about many secrets: all that are marked, else the folder under the cursor. Only where the
    /// list has the keys: in the other panes the selected secret is meant.
    pub fn acts_on_many(&self) -> bool {
        self.pane == Pane::Secrets && (!self.marks.is_empty() || self.folder.is_some())
    }

    /// The secrets that an action is about, where they are many.
    pub fn many(&self) -> Option<Vec<BulkTarget>> {
        if !self.acts_on_many() {
            return None;
        }
        if !self.marks.is_empty() {
            return Some(self.marks.names(&self.catalogue).map(BulkTarget::Secret).collect());
        }
        let folder = Folder::new(self.folder.as_ref()?.as_str()).ok()?;
        Some(vec![BulkTarget::Folder(folder)])
    }

    /// Whether any of them can be restored.
    pub(super) fn restores_many(&self) -> bool {
        if self.marks.is_empty() { self.deleted == Deleted::Listed } else { self.marks.scheduled() > 0 }
    }

    /// Something was done to all that are marked.
    pub fn clear_marks(&mut self) {
        self.marks.clear();
    }

    /// Many secrets got other names: the selected one, or the selected folder, stays selected.
    pub fn follow<'a>(
        &mut self,
        mut renamed: impl Iterator<Item = (&'a SecretName, &'a SecretName)>,
        asks: &mut Asks,
    ) {
        if let Some(selected) = self.selected.clone() {
            if let Some((_, new)) = renamed.find(|(old, _)| **old == selected) {
                self.work_on(new.clone(), asks);
            }
            return;
        }
        let Some(folder) = self.folder.clone() else { return };
        let new = renamed.find_map(|(old, new)| {
            let kept = old.as_str().strip_prefix(folder.as_str())?;
            new.as_str().strip_suffix(kept).filter(|path| path.ends_with('/'))
        });
        if let Some(new) = new {
            for (slash, _) in new.trim_end_matches('/').match_indices('/') {
                self.rows.set_folder(&new[..=slash], true);
            }
            self.rows.copy_folder(folder.as_str(), new);
            self.folder = SecretName::new(new).ok();
        }
    }
}
