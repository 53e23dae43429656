//! All secrets as the list needs them: what is searched and sorted by is ready in one wiped buffer, so that a
//! key of the filter goes through 100,000 secrets inside a frame. Made on the worker.

use super::{Candidate, Letters};
use crate::domain::Timestamp;
use crate::memory::SecretBytes;
use crate::vault::{Listing, SecretSummary};

/// Between two texts of the buffer; no name, description or tag that can be typed holds it.
const SEPARATOR: u8 = 0;

/// One secret: where its texts end in the buffer, and what else is asked of every secret.
struct Indexed {
    start: usize,
    name_end: usize,
    description_end: usize,
    tags_end: usize,
    labels_end: usize,
    name_letters: Letters,
    metadata_letters: Letters,
    updated: Timestamp,
    /// When its current version is due for rotation, if it ever is.
    due: Option<Timestamp>,
    is_deleted: bool,
}

/// All secrets of a vault, sorted by name.
pub struct Catalogue {
    listing: Listing,
    texts: SecretBytes,
    entries: Vec<Indexed>,
}

impl Catalogue {
    /// Prepares a list.
    pub fn of(listing: Listing) -> Self {
        // The texts of a secret are parts of its record: the buffer never moves.
        let mut texts = SecretBytes::with_capacity(listing.size());
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
            let tags_end = texts.len();
            for (label, _) in summary.labels.iter() {
                texts.extend(label.as_bytes());
                texts.push(SEPARATOR);
            }
            entries.push(Indexed {
                start,
                name_end,
                description_end,
                tags_end,
                labels_end: texts.len(),
                name_letters: Letters::of(&texts.expose()[start..name_end]),
                metadata_letters: Letters::of(&texts.expose()[name_end..tags_end]),
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
        Asked { catalogue: self, entry: &self.entries[position], now }
    }

    fn text(&self, start: usize, end: usize) -> &str {
        std::str::from_utf8(self.bytes(start, end)).expect("whole texts were copied here")
    }

    fn bytes(&self, start: usize, end: usize) -> &[u8] {
        &self.texts.expose()[start..end]
    }
}

/// One secret as the search sees it.
pub struct Asked<'a> {
    catalogue: &'a Catalogue,
    entry: &'a Indexed,
    now: Timestamp,
}

impl<'a> Asked<'a> {
    /// The texts between two positions, each of which ends with a separator.
    fn texts(&self, start: usize, end: usize) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let texts = self.catalogue.bytes(start, end);
        texts.strip_suffix(&[SEPARATOR]).into_iter().flat_map(|texts| texts.split(|&byte| byte == SEPARATOR))
    }
}

impl Candidate for Asked<'_> {
    fn name(&self) -> &[u8] {
        self.catalogue.bytes(self.entry.start, self.entry.name_end)
    }

    fn description(&self) -> &[u8] {
        self.catalogue.bytes(self.entry.name_end, self.entry.description_end)
    }

    fn tags_text(&self) -> &[u8] {
        self.catalogue.bytes(self.entry.description_end, self.entry.tags_end)
    }

    fn name_letters(&self) -> Letters {
        self.entry.name_letters
    }

    fn metadata_letters(&self) -> Letters {
        self.entry.metadata_letters
    }

    fn any_tag(&self, condition: &mut dyn FnMut(&[u8], &[u8]) -> bool) -> bool {
        let mut texts = self.texts(self.entry.description_end, self.entry.tags_end);
        while let (Some(key), Some(value)) = (texts.next(), texts.next()) {
            if condition(key, value) {
                return true;
            }
        }
        false
    }

    fn any_label(&self, condition: &mut dyn FnMut(&[u8]) -> bool) -> bool {
        self.texts(self.entry.tags_end, self.entry.labels_end).any(condition)
    }

    fn is_due(&self) -> bool {
        self.entry.due.is_some_and(|due| due <= self.now)
    }

    fn is_deleted(&self) -> bool {
        self.entry.is_deleted
    }
}
