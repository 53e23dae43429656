//! The verified secrets in memory: 64 buckets of row identities, and one wiped buffer of opened records.

use std::ops::Range;

use crate::crypto::{BUCKETS, bucket_of};
use crate::memory::SecretBytes;

/// A row of `secret` that was counted into its bucket's verified sum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SecretRow {
    pub(super) name_tag: [u8; 32],
    pub(super) id: [u8; 16],
    /// The tag of the sealed record.
    pub(super) tag: [u8; 16],
    /// Where the opened record lies in the buffer, if it was opened.
    pub(super) opened: Option<Range<usize>>,
}

/// What is known of one bucket.
#[derive(Debug, Default)]
struct Bucket {
    /// Verified rows sorted by name tag; `None` while the bucket is unread.
    rows: Option<Vec<SecretRow>>,
}

/// All that was read and verified so far.
pub(super) struct Index {
    buckets: [Bucket; BUCKETS],
    records: SecretBytes,
    /// Bytes of `records` that no row refers to any more.
    stale: usize,
}

/// Compacting copies the buffer, so it waits until that is worth it.
const WORTH_COMPACTING: usize = 1 << 20;

impl Index {
    pub(super) fn new() -> Self {
        Self { buckets: std::array::from_fn(|_| Bucket::default()), records: SecretBytes::new(), stale: 0 }
    }

    /// The verified rows of a bucket, if it was read.
    pub(super) fn rows(&self, bucket: usize) -> Option<&[SecretRow]> {
        self.buckets[bucket].rows.as_deref()
    }

    /// Whether a bucket was read and every record of it opened.
    pub(super) fn is_opened(&self, bucket: usize) -> bool {
        self.rows(bucket).is_some_and(|rows| rows.iter().all(|row| row.opened.is_some()))
    }

    /// Finds the row of a name tag in a bucket that was read.
    pub(super) fn find(&self, name_tag: &[u8; 32]) -> Option<&SecretRow> {
        let rows = self.rows(bucket_of(name_tag))?;
        let at = rows.binary_search_by(|row| row.name_tag.cmp(name_tag)).ok()?;
        rows.get(at)
    }

    /// An opened record.
    pub(super) fn record(&self, range: &Range<usize>) -> &[u8] {
        &self.records.expose()[range.clone()]
    }

    /// The buffer that records are opened into.
    pub(super) fn records_mut(&mut self) -> &mut SecretBytes {
        &mut self.records
    }

    /// Drops what is known of a bucket.
    pub(super) fn forget(&mut self, bucket: usize) {
        for row in self.buckets[bucket].rows.take().unwrap_or_default() {
            self.stale += row.opened.map_or(0, |range| range.len());
        }
        self.compact();
    }

    /// Takes the verified rows of a bucket, sorted by name tag.
    pub(super) fn set(&mut self, bucket: usize, rows: Vec<SecretRow>) {
        self.forget(bucket);
        self.buckets[bucket].rows = Some(rows);
    }

    /// Removes a row after a commit.
    pub(super) fn remove(&mut self, name_tag: &[u8; 32]) {
        if let Some(rows) = self.buckets[bucket_of(name_tag)].rows.as_mut()
            && let Ok(at) = rows.binary_search_by(|row| row.name_tag.cmp(name_tag))
        {
            let row = rows.remove(at);
            self.stale += row.opened.map_or(0, |range| range.len());
        }
    }

    /// Puts a row in after a commit, with its record where the bucket's records are opened.
    pub(super) fn insert(&mut self, name_tag: [u8; 32], id: [u8; 16], tag: [u8; 16], record: &[u8]) {
        let bucket = bucket_of(&name_tag);
        self.remove(&name_tag);
        let Some(rows) = self.buckets[bucket].rows.as_mut() else { return };
        let start = self.records.len();
        self.records.extend(record);
        let row = SecretRow { name_tag, id, tag, opened: Some(start..self.records.len()) };
        let at = rows.partition_point(|row| row.name_tag < name_tag);
        rows.insert(at, row);
        self.compact();
    }

    /// All rows of all buckets that were read.
    pub(super) fn all(&self) -> impl Iterator<Item = &SecretRow> + Clone {
        self.buckets.iter().filter_map(|bucket| bucket.rows.as_ref()).flatten()
    }

    fn compact(&mut self) {
        if self.stale < WORTH_COMPACTING || self.stale < self.records.len() / 2 {
            return;
        }
        let mut kept = SecretBytes::with_capacity(self.records.len() - self.stale);
        let rows = self.buckets.iter_mut().filter_map(|bucket| bucket.rows.as_mut()).flatten();
        for range in rows.filter_map(|row| row.opened.as_mut()) {
            let start = kept.len();
            kept.extend(&self.records.expose()[range.clone()]);
            *range = start..kept.len();
        }
        self.records = kept;
        self.stale = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_survive_compacting() {
        let mut index = Index::new();
        for bucket in 0..BUCKETS {
            index.set(bucket, Vec::new());
        }
        let record = vec![7; 4096];
        for round in 0..3_u8 {
            for n in 0..=255_u8 {
                let mut bytes = record.clone();
                bytes[0] = n;
                bytes[1] = round;
                index.insert([n; 32], [n; 16], [round; 16], &bytes);
            }
        }
        assert!(index.records.len() < 3 * 256 * 4096, "nothing was compacted");
        for n in 0..=255_u8 {
            let row = index.find(&[n; 32]).unwrap();
            assert_eq!(row.tag, [2; 16]);
            assert_eq!(&index.record(row.opened.as_ref().unwrap())[..2], [n, 2]);
        }
        index.remove(&[3; 32]);
        assert_eq!(index.find(&[3; 32]), None);
        assert_eq!(index.all().count(), 255);
    }
}
