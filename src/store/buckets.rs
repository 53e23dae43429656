//! Reading buckets of secrets and verifying them against the sums of the head; large vaults on every core.

use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;

use super::codec::{Head, SecretRecordView};
use super::error::StoreError;
use super::format::{FormatVersion, NameTag};
use super::index::{Bucket, SecretRow};
use super::open_store::OpenStore;
use super::rows::{LONGEST_RECORD, array, blob, each};
use super::seals::{Seals, secret_of};
use super::strays::ABOVE_ALL_TAGS;
use crate::crypto::{self, BUCKETS, LedgerSum, VaultKeys};
use crate::memory::SecretBytes;

/// How much of a bucket is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// The identities, for proving what is there and what is not.
    Rows,
    /// Every record opened.
    Records,
}

/// Below this many secrets starting threads costs more than they save.
const WORTH_THREADS: u64 = 4_000;

/// More threads than this wait for SQLite, which reads on one.
const MOST_THREADS: usize = 4;

/// A bucket as it is in the file.
#[derive(Default)]
struct SealedBucket {
    bucket: usize,
    /// Name tag, id, and the end of the sealed record, or of its nonce and tag, in `bytes`; it begins where the one
    /// before ends.
    rows: Vec<(NameTag, [u8; 16], usize)>,
    bytes: Vec<u8>,
}

/// What opening a bucket needs besides the bucket itself.
#[derive(Clone, Copy)]
struct Opener<'a> {
    keys: &'a VaultKeys,
    seals: Seals,
    sums: &'a [LedgerSum; BUCKETS],
    format: FormatVersion,
    depth: Depth,
}

impl OpenStore {
    /// Reads and verifies one bucket.
    pub(super) fn load_bucket(&mut self, bucket: usize, depth: Depth) -> Result<(), StoreError> {
        let sealed = self.read_bucket(bucket, depth, SealedBucket::default())?;
        let verified = self.opener(depth).open(&sealed)?;
        self.index.set(bucket, verified);
        Ok(())
    }

    /// Reads and verifies all secrets.
    ///
    /// # Errors
    /// [`StoreError::Integrity`] where sums, seals or counts do not agree.
    pub fn load_all(&mut self) -> Result<(), StoreError> {
        let unread: Vec<usize> = (0..BUCKETS).filter(|&bucket| !self.index.is_opened(bucket)).collect();
        let threads = match unread.len() >= 2 && self.head.secrets >= WORTH_THREADS {
            // Asking for it reads files of the system.
            true => thread::available_parallelism().map_or(1, |cores| cores.get().min(MOST_THREADS)),
            false => 1,
        };
        if threads == 1 {
            for bucket in unread {
                self.load_bucket(bucket, Depth::Records)?;
            }
        } else {
            for (bucket, verified) in self.open_together(&unread, threads)? {
                self.index.set(bucket, verified);
            }
        }
        if self.index.all().count() as u64 == self.head.secrets {
            Ok(())
        } else {
            Err(StoreError::integrity("the number of its secrets is not the one that its head names"))
        }
    }

    /// This thread reads; the others open what was read.
    fn open_together(&self, buckets: &[usize], threads: usize) -> Result<Vec<(usize, Bucket)>, StoreError> {
        let opener = self.opener(Depth::Records);
        let (sender, receiver) = mpsc::sync_channel::<SealedBucket>(threads);
        // What was opened is read into again: memory that is new costs more than what is done in it.
        let (give_back, used) = mpsc::channel::<SealedBucket>();
        let receiver = Mutex::new(receiver);
        let next = || receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
        thread::scope(|scope| {
            let work = |give_back: mpsc::Sender<SealedBucket>| {
                let mut opened = Vec::new();
                let mut failure = None;
                // After a failure it goes on taking, so that the reader is never left waiting.
                while let Ok(sealed) = next() {
                    if failure.is_none() {
                        match opener.open(&sealed) {
                            Ok(bucket) => opened.push((sealed.bucket, bucket)),
                            Err(error) => failure = Some(error),
                        }
                    }
                    // The reader may have read everything by now.
                    let _ = give_back.send(sealed);
                }
                failure.map_or(Ok(opened), Err)
            };
            let workers: Vec<_> = (0..threads)
                .map(|_| {
                    let give_back = give_back.clone();
                    scope.spawn(move || work(give_back))
                })
                .collect();
            let read = buckets.iter().try_for_each(|&bucket| {
                let sealed = self.read_bucket(bucket, opener.depth, used.try_recv().unwrap_or_default())?;
                sender.send(sealed).map_err(|_| StoreError::integrity("its secrets cannot be opened"))
            });
            drop(sender);
            let mut opened = Vec::with_capacity(buckets.len());
            for worker in workers {
                let done =
                    worker.join().map_err(|_| StoreError::integrity("its secrets cannot be opened"))?;
                opened.extend(done?);
            }
            read.map(|()| opened)
        })
    }

    fn opener(&self, depth: Depth) -> Opener<'_> {
        let Head { format, sums, .. } = &self.head;
        Opener { keys: &self.keys, seals: self.seals, sums, format: *format, depth }
    }

    /// Reads a bucket in the memory of another one.
    fn read_bucket(
        &self,
        bucket: usize,
        depth: Depth,
        mut sealed: SealedBucket,
    ) -> Result<SealedBucket, StoreError> {
        self.turn.goes_on();
        let (low, high) = bounds(bucket);
        sealed.bucket = bucket;
        sealed.rows.clear();
        sealed.bytes.clear();
        let sql = "SELECT name_tag, id, CASE WHEN length(record) <= ?3 THEN record END FROM secret \
                   WHERE name_tag >= ?1 AND name_tag < ?2 ORDER BY name_tag";
        each(self.file.connection(), sql, (low, high, LONGEST_RECORD), |row| {
            // No more memory is taken than what the head vouches for.
            if sealed.rows.len() as u64 == self.head.secrets {
                return Err(StoreError::integrity("it has more secrets than its head names"));
            }
            let record = blob(row, 2)?;
            let wanted = match depth {
                // Nonce and tag: nobody copies what is not opened.
                Depth::Rows => record.len().saturating_sub(crypto::SHORTEST_SEALED)..,
                Depth::Records => 0..,
            };
            sealed.bytes.extend_from_slice(&record[wanted]);
            let name_tag = self.head.format.read_name_tag(row, 0)?;
            sealed.rows.push((name_tag, array(row, 1)?, sealed.bytes.len()));
            Ok(())
        })?;
        Ok(sealed)
    }
}

impl Opener<'_> {
    fn open(&self, sealed: &SealedBucket) -> Result<Bucket, StoreError> {
        let mut rows: Vec<SecretRow> = Vec::with_capacity(sealed.rows.len());
        let mut records = SecretBytes::new();
        if self.depth == Depth::Records {
            // Opened records are shorter than sealed ones: the buffer never moves.
            records = SecretBytes::with_capacity(sealed.bytes.len());
        }
        let mut sum = LedgerSum::default();
        let mut associated = self.seals.secrets();
        let entries = self.keys.bucket_entries();
        let mut start = 0;
        for &(name_tag, id, end) in &sealed.rows {
            let record = &sealed.bytes[start..end];
            start = end;
            let tag = crypto::seal_tag(record)
                .ok_or_else(|| StoreError::integrity("the record of a secret is too short"))?;
            if rows.last().is_some_and(|last| last.name_tag >= name_tag) {
                return Err(StoreError::integrity("its secrets are out of order"));
            }
            sum += entries.of(name_tag.as_bytes(), &id, &tag);
            let mut opened = None;
            if self.depth == Depth::Records {
                associated = secret_of(associated, &name_tag, &id);
                opened = Some(self.keys.open_into(&associated, record, &mut records)?);
            }
            rows.push(SecretRow { name_tag, id, tag, opened });
        }
        if sum != self.sums[sealed.bucket] {
            return Err(StoreError::integrity("its secrets are not those that its head vouches for"));
        }
        for range in rows.iter().filter_map(|row| row.opened.as_ref()) {
            parse_record(&records.expose()[range.clone()], self.format)?;
        }
        Ok(Bucket::new(rows, records))
    }
}

/// Reads an opened record that a sum has vouched for.
pub(super) fn parse_record(record: &[u8], format: FormatVersion) -> Result<SecretRecordView<'_>, StoreError> {
    SecretRecordView::parse(record)
        .filter(|view| view.format() == format)
        .ok_or_else(|| StoreError::integrity("the record of a secret makes no sense"))
}

/// The name tags of a bucket are between these two.
fn bounds(bucket: usize) -> (Vec<u8>, Vec<u8>) {
    let low = vec![(bucket << 2) as u8];
    let high = match bucket + 1 {
        BUCKETS => ABOVE_ALL_TAGS.to_vec(),
        next => vec![(next << 2) as u8],
    };
    (low, high)
}
