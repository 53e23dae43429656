//! All secrets as a list shows them, in one wiped buffer.

use std::ops::Range;

use super::outcome::{CurrentSummary, SecretSummary};
use crate::memory::SecretBytes;
use crate::store::SecretRecordView;

/// All secrets of a vault, sorted by name. It owns a wiped copy of its own, so that the app's thread can
/// read it while the worker goes on; summaries are lent from it.
pub struct Listing {
    records: SecretBytes,
    entries: Vec<Range<usize>>,
}

impl Listing {
    /// A list of nothing.
    pub const fn empty() -> Self {
        Self { records: SecretBytes::new(), entries: Vec::new() }
    }

    pub(super) fn of<'a>(opened: impl Iterator<Item = &'a [u8]> + Clone) -> Self {
        let mut records = SecretBytes::with_capacity(opened.clone().map(<[u8]>::len).sum());
        let mut entries = Vec::with_capacity(opened.size_hint().0);
        for record in opened {
            let start = records.len();
            records.extend(record);
            entries.push(start..records.len());
        }
        let mut listing = Self { records, entries: Vec::new() };
        entries.sort_unstable_by(|one, other| listing.name(one).cmp(listing.name(other)));
        listing.entries = entries;
        listing
    }

    /// How many secrets there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The secret at a position in the order of names.
    ///
    /// # Panics
    /// Beyond the end, as for slices.
    pub fn summary(&self, position: usize) -> SecretSummary<'_> {
        let view = SecretRecordView::parse(&self.records.expose()[self.entries[position].clone()])
            .expect("every record was parsed when the list was made");
        SecretSummary {
            name: view.name,
            description: view.description,
            tags: view.tags,
            created: view.created,
            updated: view.updated,
            planned_deletion: view.planned_deletion,
            retention: view.retention,
            rotation_days: view.rotation_days,
            current: CurrentSummary {
                id: view.current_id,
                created: view.current_created,
                value_type: view.current_type,
                size: view.current_size,
            },
            labels: view.labels,
        }
    }

    /// The secrets in the order of names.
    pub fn iter(&self) -> impl Iterator<Item = SecretSummary<'_>> {
        (0..self.len()).map(|position| self.summary(position))
    }

    /// The position of a name.
    pub fn position(&self, name: &str) -> Option<usize> {
        let at = self.entries.partition_point(|range| self.name(range) < name);
        (at < self.len() && self.name(&self.entries[at]) == name).then_some(at)
    }

    fn name(&self, range: &Range<usize>) -> &str {
        SecretRecordView::name_of(&self.records.expose()[range.clone()]).unwrap_or_default()
    }
}
