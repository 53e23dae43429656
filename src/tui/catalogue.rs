//! All secrets as the list needs them: what is searched and sorted by lies ready in one wiped buffer, so that a
//! key of the filter goes through 100,000 secrets inside a frame. Made on the worker.

use crate::domain::Timestamp;
use crate::memory::SecretBytes;
use crate::tui::search::Candidate;
use crate::vault::{Listing, SecretSummary};

/// Between two texts of the buffer; no name, description or tag that can be typed holds it.
const SEPARATOR: u8 = 0;

/// One secret: where its texts end in the buffer, and what else is asked of every secret.
struct Entry {
    start: usize,
    name_end: usize,
    description_end: usize,
    tags_end: usize,
    updated: Timestamp,
    /// When its current version is due for rotation, if it ever is.
    due: Option<Timestamp>,
    is_deleted: bool,
}

/// All secrets of a vault, sorted by name.
pub struct Catalogue {
    listing: Listing,
    texts: SecretBytes,
    entries: Vec<Entry>,
}

impl Catalogue {
    /// Prepares a list.
    pub fn of(listing: Listing) -> Self {
        let mut texts = SecretBytes::new();
        let mut entries = Vec::with_capacity(listing.len());
        for summary in listing.iter() {
            let start = texts.len();
            texts.extend(summary.name.as_bytes());
            let name_end = texts.len();
            texts.extend(summary.description.as_bytes());
            let description_end = texts.len();
            for (key, value) in summary.tags.iter() {
                for text in [key, value] {
                    texts.extend(text.as_bytes());
                    texts.push(SEPARATOR);
                }
            }
            entries.push(Entry {
                start,
                name_end,
                description_end,
                tags_end: texts.len(),
                updated: summary.updated,
                due: summary.rotation_days.map(|days| summary.current.created.plus_days(u32::from(days))),
                is_deleted: summary.planned_deletion.is_some(),
            });
        }
        Self { listing, texts, entries }
    }

    /// How many secrets there are.
    pub const fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Everything about the secret at a position.
    ///
    /// # Panics
    /// Beyond the end, as for slices.
    pub fn summary(&self, position: usize) -> SecretSummary<'_> {
        self.listing.summary(position)
    }

    /// The position of a name.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.listing.position(name)
    }

    /// The name of the secret at a position.
    ///
    /// # Panics
    /// Beyond the end, as for slices.
    pub fn name(&self, position: usize) -> &str {
        let entry = &self.entries[position];
        self.text(entry.start, entry.name_end)
    }

    /// When anything about the secret changed last.
    ///
    /// # Panics
    /// Beyond the end, as for slices.
    pub fn updated(&self, position: usize) -> Timestamp {
        self.entries[position].updated
    }

    /// When its current version is due for rotation.
    ///
    /// # Panics
    /// Beyond the end, as for slices.
    pub fn due(&self, position: usize) -> Option<Timestamp> {
        self.entries[position].due
    }

    /// The secret as the search sees it at a time.
    ///
    /// # Panics
    /// Beyond the end, as for slices.
    pub fn candidate(&self, position: usize, now: Timestamp) -> Asked<'_> {
        Asked { catalogue: self, entry: &self.entries[position], position, now }
    }

    fn text(&self, start: usize, end: usize) -> &str {
        std::str::from_utf8(&self.texts.expose()[start..end]).expect("whole texts were copied here")
    }
}

/// One secret as the search sees it.
pub struct Asked<'a> {
    catalogue: &'a Catalogue,
    entry: &'a Entry,
    position: usize,
    now: Timestamp,
}

impl Candidate for Asked<'_> {
    fn name(&self) -> &str {
        self.catalogue.text(self.entry.start, self.entry.name_end)
    }

    fn description(&self) -> &str {
        self.catalogue.text(self.entry.name_end, self.entry.description_end)
    }

    fn tags_text(&self) -> &str {
        self.catalogue.text(self.entry.description_end, self.entry.tags_end)
    }

    fn any_tag(&self, condition: &mut dyn FnMut(&str, &str) -> bool) -> bool {
        self.catalogue.summary(self.position).tags.iter().any(|(key, value)| condition(key, value))
    }

    fn any_label(&self, condition: &mut dyn FnMut(&str) -> bool) -> bool {
        self.catalogue.summary(self.position).labels.iter().any(|(label, _)| condition(label))
    }

    fn is_due(&self) -> bool {
        self.entry.due.is_some_and(|due| due <= self.now)
    }

    fn is_deleted(&self) -> bool {
        self.entry.is_deleted
    }
}
