//! Where the app stands in a vault: selection, filter, pane, folders, shape of the list. Written down for the
//! next unlock, of this run or a later one; nothing that was typed into a form, and no value.

use super::rows::{Deleted, Layout, Order, Row, folder_path};
use super::{Browse, Pane};
use crate::domain::{SecretName, VersionId};
use crate::memory::SecretBytes;
use crate::tui::ask::Asks;
use crate::tui::place::{PlaceReader, PlaceWriter};

/// The first field: what was written in another way reads as nothing.
const FORMAT: &str = "stand 1";

/// More folders than anybody opens by hand.
const MOST_FOLDERS: usize = 1000;

const PANES: [(Pane, &str); 3] = [(Pane::Secrets, "1"), (Pane::Versions, "2"), (Pane::Value, "3")];

const LAYOUTS: [(Layout, &str); 4] = [
    (Layout::Tree, "tree"),
    (Layout::Flat(Order::Name), "name"),
    (Layout::Flat(Order::Changed), "newest"),
    (Layout::Flat(Order::Due), "due"),
];

fn word<T: PartialEq>(words: &[(T, &'static str)], wanted: &T) -> &'static str {
    words.iter().find(|(known, _)| known == wanted).map_or("", |(_, word)| word)
}

fn meant<T: Copy>(words: &[(T, &str)], wanted: &str) -> Option<T> {
    words.iter().find(|(_, word)| *word == wanted).map(|(known, _)| *known)
}

impl Browse {
    /// Writes down where the app stands. `wished` is the layout that the settings ask for.
    pub fn stand(&self, wished: Layout) -> SecretBytes {
        let mut writer = PlaceWriter::new();
        let folder = match self.row() {
            Some(Row::Folder { first, length, .. }) => folder_path(&self.catalogue, first, length),
            Some(Row::Secret { .. }) | None => "",
        };
        let deleted = if self.deleted == Deleted::Listed { "listed" } else { "hidden" };
        for text in [
            FORMAT,
            self.selected.as_ref().map_or("", SecretName::as_str),
            folder,
            // What is current is so again, whichever version that will be.
            self.selected_version()
                .filter(|_| !self.is_on_current())
                .map_or("", |version| version.id.as_str()),
            self.filter.text(),
            word(&PANES, &self.pane),
            word(&LAYOUTS, &wished),
            word(&LAYOUTS, &self.rows.layout()),
            deleted,
        ] {
            writer.field(text.as_bytes());
        }
        for (path, is_open) in self.rows.folders().take(MOST_FOLDERS) {
            writer.field(path.as_bytes()).field(if is_open { b"open" } else { b"closed" });
        }
        writer.finish()
    }

    /// Goes back to where the app stood. Where the settings ask for another layout than they did then, they
    /// win. `None` where the bytes make no sense.
    pub fn return_to(&mut self, stand: &[u8], wished: Layout, asks: &mut Asks) -> Option<()> {
        let mut reader = PlaceReader::new(stand);
        if reader.text()? != FORMAT {
            return None;
        }
        let [selected, folder, version, filter] =
            [reader.text()?, reader.text()?, reader.text()?, reader.text()?];
        let pane = meant(&PANES, reader.text()?)?;
        let wished_then = reader.text()?;
        let layout = meant(&LAYOUTS, reader.text()?)?;
        self.deleted = if reader.text()? == "listed" { Deleted::Listed } else { Deleted::Hidden };
        while let (Some(path), Some(state)) = (reader.text(), reader.text()) {
            self.rows.set_folder(path, state == "open");
        }
        if wished_then == word(&LAYOUTS, &wished) {
            self.rows.set_layout(layout);
        }
        self.rebuild();
        if filter.is_empty() {
            self.go_to_row(self.cursor, asks);
        } else {
            self.restore_filter(filter, asks);
        }
        if let Ok(name) = SecretName::new(selected) {
            self.go_to_secret(&name, asks);
            if self.selected.as_ref() == Some(&name)
                && let Ok(version) = VersionId::new(version)
            {
                self.wish_version(&version);
            }
        } else if let Some(row) = self.rows.row_of_folder(&self.catalogue, folder) {
            self.go_to_row(row, asks);
        }
        self.pane = pane;
        Some(())
    }
}
