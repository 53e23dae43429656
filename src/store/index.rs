//! The verified secrets in memory: 64 buckets of row identities, each with one wiped buffer of opened records.

use std::ops::Range;
use std::sync::Arc;

use super::format::NameTag;
use crate::crypto::BUCKETS;
use crate::memory::SecretBytes;

/// A row of `secret` that was counted into its bucket's verified sum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SecretRow {
    pub(super) name_tag: NameTag,
    pub(super) id: [u8; 16],
    /// The tag of the sealed record.
    pub(super) tag: [u8; 16],
    /// Where the opened record is in its bucket's buffer, if it was opened.
    pub(super) opened: Option<Range<usize>>,
}

/// The verified rows of one bucket, sorted by name tag, and the buffer with their records.
pub(super) struct Bucket {
    rows: Vec<SecretRow>,
    /// Shared with lists that were made of it; whoever adds to it makes a copy then.
    records: Arc<SecretBytes>,
    /// Bytes of `records` that no row refers to any more.
    stale: usize,
}

/// Compacting copies the buffer, so it waits until that is worth it.
const WORTH_COMPACTING: usize = 1 << 16;

impl Bucket {
    pub(super) fn new(rows: Vec<SecretRow>, records: SecretBytes) -> Self {
        Self { rows, records: Arc::new(records), stale: 0 }
    }

    fn position(&self, name_tag: &NameTag) -> Result<usize, usize> {
        self.rows.binary_search_by(|row| row.name_tag.cmp(name_tag))
    }

    fn record(&self, row: &SecretRow) -> Option<&[u8]> {
        row.opened.as_ref().map(|range| &self.records.expose()[range.clone()])
    }

    fn remove(&mut self, name_tag: &NameTag) {
        if let Ok(at) = self.position(name_tag) {
            let row = self.rows.remove(at);
            self.stale += row.opened.map_or(0, |range| range.len());
        }
    }

    fn insert(&mut self, name_tag: NameTag, id: [u8; 16], tag: [u8; 16], record: &[u8]) {
        self.remove(&name_tag);
        if Arc::get_mut(&mut self.records).is_none() {
            self.copy_kept(record.len());
        }
        let records = Arc::get_mut(&mut self.records).expect("nobody else has what was just copied");
        let start = records.len();
        records.extend(record);
        let row = SecretRow { name_tag, id, tag, opened: Some(start..records.len()) };
        let at = self.position(&name_tag).unwrap_or_else(|at| at);
        self.rows.insert(at, row);
        self.compact();
    }

    fn compact(&mut self) {
        if self.stale >= WORTH_COMPACTING && self.stale >= self.records.len() / 2 {
            self.copy_kept(0);
        }
    }

    /// Moves what rows refer to into a buffer of its own, with room for more.
    fn copy_kept(&mut self, more: usize) {
        let mut kept = SecretBytes::with_capacity(self.records.len() - self.stale + more);
        for range in self.rows.iter_mut().filter_map(|row| row.opened.as_mut()) {
            let start = kept.len();
            kept.extend(&self.records.expose()[range.clone()]);
            *range = start..kept.len();
        }
        self.records = Arc::new(kept);
        self.stale = 0;
    }
}

/// Opened records of secrets, shared with the session that verified them: nothing is copied. The buffers are
/// wiped when the last who has them is gone.
pub struct SharedRecords {
    buffers: Vec<Arc<SecretBytes>>,
    places: Vec<Place>,
}

/// Where a record lies.
#[derive(Clone, Copy)]
struct Place {
    buffer: u32,
    length: u32,
    start: usize,
}

impl SharedRecords {
    /// No record.
    pub const fn none() -> Self {
        Self { buffers: Vec::new(), places: Vec::new() }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The record at a position.
    ///
    /// # Panics
    /// Beyond the end, as for slices.
    pub fn get(&self, position: usize) -> &[u8] {
        let Place { buffer, length, start } = self.places[position];
        &self.buffers[buffer as usize].expose()[start..start + length as usize]
    }

    /// Keeps those that are wanted.
    pub fn retain(&mut self, is_wanted: impl Fn(&[u8]) -> bool) {
        let wanted: Vec<Place> =
            (0..self.len()).filter(|&at| is_wanted(self.get(at))).map(|at| self.places[at]).collect();
        self.places = wanted;
    }

    /// Adds one with a buffer of its own.
    pub fn push(&mut self, record: SecretBytes) {
        let (buffer, length) = (self.buffers.len() as u32, record.len() as u32);
        self.places.push(Place { buffer, length, start: 0 });
        self.buffers.push(Arc::new(record));
    }

    /// Puts them into an order: at each position the one that is now at the position named there.
    pub fn arrange(&mut self, order: impl Iterator<Item = usize>) {
        self.places = order.map(|at| self.places[at]).collect();
    }
}

/// All that was read and verified so far; `None` for a bucket that is unread.
pub(super) struct Index {
    buckets: [Option<Bucket>; BUCKETS],
}

impl Index {
    pub(super) fn new() -> Self {
        Self { buckets: std::array::from_fn(|_| None) }
    }

    /// Whether a bucket was read.
    pub(super) fn is_read(&self, bucket: usize) -> bool {
        self.buckets[bucket].is_some()
    }

    /// Whether a bucket was read and every record of it opened.
    pub(super) fn is_opened(&self, bucket: usize) -> bool {
        self.buckets[bucket].as_ref().is_some_and(|bucket| bucket.rows.iter().all(|row| row.opened.is_some()))
    }

    /// Finds the row of a name tag in a bucket that was read.
    pub(super) fn find(&self, name_tag: &NameTag) -> Option<&SecretRow> {
        let bucket = self.buckets[name_tag.bucket()].as_ref()?;
        bucket.rows.get(bucket.position(name_tag).ok()?)
    }

    /// The opened record of a row, if it was opened.
    pub(super) fn record(&self, row: &SecretRow) -> Option<&[u8]> {
        self.buckets[row.name_tag.bucket()].as_ref()?.record(row)
    }

    /// Drops what is known of a bucket.
    pub(super) fn forget(&mut self, bucket: usize) {
        self.buckets[bucket] = None;
    }

    /// Takes a verified bucket.
    pub(super) fn set(&mut self, bucket: usize, verified: Bucket) {
        self.buckets[bucket] = Some(verified);
    }

    /// Removes a row after a commit.
    pub(super) fn remove(&mut self, name_tag: &NameTag) {
        if let Some(bucket) = &mut self.buckets[name_tag.bucket()] {
            bucket.remove(name_tag);
        }
    }

    /// Puts a row with its record in after a commit, where the bucket was read.
    pub(super) fn insert(&mut self, name_tag: NameTag, id: [u8; 16], tag: [u8; 16], record: &[u8]) {
        if let Some(bucket) = &mut self.buckets[name_tag.bucket()] {
            bucket.insert(name_tag, id, tag, record);
        }
    }

    /// All rows of all buckets that were read.
    pub(super) fn all(&self) -> impl Iterator<Item = &SecretRow> + Clone {
        self.buckets.iter().flatten().flat_map(|bucket| &bucket.rows)
    }

    /// The same records as [`records`](Self::records), without a copy.
    pub(super) fn shared(&self) -> SharedRecords {
        let mut shared = SharedRecords::none();
        for bucket in self.buckets.iter().flatten() {
            let buffer = shared.buffers.len() as u32;
            shared.buffers.push(bucket.records.clone());
            let opened = bucket.rows.iter().filter_map(|row| row.opened.as_ref());
            // A record is shorter than what one row may hold.
            shared.places.extend(opened.map(|range| Place {
                buffer,
                length: range.len() as u32,
                start: range.start,
            }));
        }
        shared
    }

    /// The opened records of all buckets that were read, in no order.
    pub(super) fn records(&self) -> impl Iterator<Item = &[u8]> + Clone {
        self.buckets
            .iter()
            .flatten()
            .flat_map(|bucket| bucket.rows.iter().filter_map(|row| bucket.record(row)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_survive_compacting() {
        let mut index = Index::new();
        for bucket in 0..BUCKETS {
            index.set(bucket, Bucket::new(Vec::new(), SecretBytes::new()));
        }
        let record = vec![7; 16_384];
        for round in 0..8_u8 {
            for n in 0..=255_u8 {
                let mut bytes = record.clone();
                bytes[0] = n;
                bytes[1] = round;
                index.insert(NameTag::Short([n; 16]), [n; 16], [round; 16], &bytes);
            }
        }
        let kept: usize = index.buckets.iter().flatten().map(|bucket| bucket.records.len()).sum();
        assert!(kept < 4 * 256 * 16_384, "nothing was compacted");
        for n in 0..=255_u8 {
            let row = index.find(&NameTag::Short([n; 16])).unwrap();
            assert_eq!(row.tag, [7; 16]);
            assert_eq!(index.record(row).unwrap()[..2], [n, 7]);
        }

        // A list that was made before a change shows what was there then.
        let five = NameTag::Short([5; 16]);
        let shared = index.shared();
        index.insert(five, [5; 16], [8; 16], &record);
        let seen = (0..shared.len()).map(|at| shared.get(at)).find(|seen| seen[0] == 5).unwrap();
        assert_eq!(seen[..2], [5, 7]);
        assert_eq!(index.record(index.find(&five).unwrap()).unwrap()[..2], [7, 7]);
        index.remove(&NameTag::Short([3; 16]));
        assert_eq!(index.find(&NameTag::Short([3; 16])), None);
        assert_eq!(index.all().count(), 255);
        assert_eq!(index.records().count(), 255);
    }
}
