//! All secrets as a list shows them.

use std::cmp::Ordering;

use super::outcome::{CurrentSummary, SecretSummary};
use crate::domain::Timestamp;
use crate::memory::SecretBytes;
use crate::store::{SecretRecordView, SharedRecords};

/// All secrets of a vault as they were when it was made, sorted by name. The app's thread can read it while the
/// worker goes on; summaries are lent from it.
pub struct Listing {
    records: SharedRecords,
}

impl Listing {
    /// A list of nothing.
    pub const fn empty() -> Self {
        Self { records: SharedRecords::none() }
    }

    pub(super) fn of(mut records: SharedRecords) -> Self {
        // Most comparisons end within the starts of the names, which are next to each other, and never touch a record.
        let mut entries = SecretBytes::with_capacity(records.len() * size_of::<Entry>());
        for at in 0..records.len() {
            entries.extend(&name_start(records.get(at)));
            entries.extend(&at.to_be_bytes());
        }
        let (order, _) = entries.expose_mut().as_chunks_mut();
        let name = |entry: &Entry| SecretRecordView::name_bytes_of(records.get(position_of(entry)));
        order.sort_unstable_by(|one, other| {
            start_of(one).cmp(start_of(other)).then_with(|| name(one).cmp(name(other)))
        });
        records.arrange(order.iter().map(position_of));
        Self { records }
    }

    /// How many secrets there are.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// How many bytes all that is shown takes at most.
    pub fn size(&self) -> usize {
        (0..self.len()).map(|at| self.records.get(at).len()).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The secret at a position in the order of names.
    ///
    /// # Panics
    /// Beyond the end, as for slices.
    pub fn summary(&self, position: usize) -> SecretSummary<'_> {
        let view = SecretRecordView::parse(self.records.get(position))
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

    /// The names in order, each with the end of its deletion window: for whoever needs nothing else of many secrets.
    pub fn names(&self) -> impl Iterator<Item = (&str, Option<Timestamp>)> {
        (0..self.len()).map(|position| {
            SecretRecordView::name_and_deletion_of(self.records.get(position))
                .expect("every record was parsed when the list was made")
        })
    }

    /// The position of a name.
    pub fn position(&self, name: &str) -> Option<usize> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low.midpoint(high);
            match SecretRecordView::name_bytes_of(self.records.get(middle)).cmp(name.as_bytes()) {
                Ordering::Less => low = middle + 1,
                Ordering::Equal => return Some(middle),
                Ordering::Greater => high = middle,
            }
        }
        None
    }
}

/// How many bytes of a name are compared first.
const NAME_START: usize = 40;

/// What is sorted: the start of a name, and where its record is.
type Entry = [u8; NAME_START + size_of::<usize>()];

/// The beginning of a name, padded with zeros, ordered as the names are.
fn name_start(record: &[u8]) -> [u8; NAME_START] {
    let name = SecretRecordView::name_bytes_of(record);
    let length = name.len().min(NAME_START);
    let mut start = [0; NAME_START];
    start[..length].copy_from_slice(&name[..length]);
    start
}

/// The start of the name as numbers, which compare without a call.
fn start_of(entry: &Entry) -> impl Iterator<Item = u64> {
    let (words, _) = entry[..NAME_START].as_chunks();
    words.iter().copied().map(u64::from_be_bytes)
}

fn position_of(entry: &Entry) -> usize {
    let (_, position) = entry.split_at(NAME_START);
    usize::from_be_bytes(position.try_into().expect("an entry ends with a position"))
}
