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
        let mut starts = SecretBytes::with_capacity(opened.clone().count() * NAME_START);
        let mut ranges = Vec::new();
        for record in opened {
            let start = records.len();
            records.extend(record);
            ranges.push(start..records.len());
            starts.extend(&name_start(record));
        }
        // Most comparisons end within the starts of the names, which are next to each other, and never touch a record.
        let start = |at: usize| &starts.expose()[at * NAME_START..(at + 1) * NAME_START];
        let name = |at: usize| SecretRecordView::name_bytes_of(&records.expose()[ranges[at].clone()]);
        let mut order: Vec<usize> = (0..ranges.len()).collect();
        order.sort_unstable_by(|&one, &other| {
            start(one).cmp(start(other)).then_with(|| name(one).cmp(name(other)))
        });
        let entries = order.into_iter().map(|at| ranges[at].clone()).collect();
        Self { records, entries }
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
        self.entries.binary_search_by(|range| self.name(range).cmp(name.as_bytes())).ok()
    }

    fn name(&self, range: &Range<usize>) -> &[u8] {
        SecretRecordView::name_bytes_of(&self.records.expose()[range.clone()])
    }
}

/// How many bytes of a name are compared first.
const NAME_START: usize = 24;

/// The beginning of a name, padded with zeros, ordered as the names are.
fn name_start(record: &[u8]) -> [u8; NAME_START] {
    let name = SecretRecordView::name_bytes_of(record);
    let length = name.len().min(NAME_START);
    let mut start = [0; NAME_START];
    start[..length].copy_from_slice(&name[..length]);
    start
}
