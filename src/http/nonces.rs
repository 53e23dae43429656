//! Which signatures were used: none counts twice.

use std::collections::{HashSet, VecDeque};

use sha2::{Digest as _, Sha256};

use crate::domain::Timestamp;

/// How far the time of a signature may be from now, either way, in seconds (KMS: 15 minutes).
pub(super) const TOLERANCE: i64 = 15 * 60;

/// So many nonces are kept. Where more come in the time for which they count, signatures older than the oldest
/// kept are refused by their time.
const MOST: usize = 200_000;

/// The nonces of the last half hour, as digests.
pub(super) struct Nonces {
    seen: HashSet<[u8; 16]>,
    /// In the order in which they came, with the time of their signature.
    order: VecDeque<(i64, [u8; 16])>,
    /// No signature of this time or before counts.
    floor: i64,
    most: usize,
}

/// Why a signature does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stale {
    Expired,
    Used,
}

impl Nonces {
    pub(super) fn new() -> Self {
        Self::limited(MOST)
    }

    fn limited(most: usize) -> Self {
        Self { seen: HashSet::new(), order: VecDeque::new(), floor: i64::MIN, most }
    }

    /// Looks at the time of a signature alone: before its nonce counts, the signature must be found good.
    pub(super) fn check_time(&self, signed: Timestamp, now: Timestamp) -> Result<(), Stale> {
        let is_near = now.seconds_since(signed).abs() <= TOLERANCE;
        if is_near && signed.seconds() > self.floor { Ok(()) } else { Err(Stale::Expired) }
    }

    /// Takes the nonce of a good signature.
    pub(super) fn take(&mut self, nonce: &[u8], signed: Timestamp, now: Timestamp) -> Result<(), Stale> {
        let digest = Sha256::digest(nonce);
        let mut key = [0; 16];
        key.copy_from_slice(&digest[..16]);
        if self.seen.contains(&key) {
            return Err(Stale::Used);
        }
        self.forget(now);
        self.seen.insert(key);
        self.order.push_back((signed.seconds(), key));
        Ok(())
    }

    fn forget(&mut self, now: Timestamp) {
        while let Some((signed, key)) = self.order.front().copied() {
            let is_over = now.seconds() - signed > TOLERANCE;
            if !is_over && self.order.len() < self.most {
                break;
            }
            if !is_over {
                // It could be used again: whatever is as old as it does not count any more.
                self.floor = self.floor.max(signed);
            }
            self.order.pop_front();
            self.seen.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::clamped(1_000_000 + seconds)
    }

    #[test]
    fn a_time_counts_for_15_minutes_either_way() {
        let nonces = Nonces::new();
        for (signed, expected) in [
            (0, Ok(())),
            (-900, Ok(())),
            (900, Ok(())),
            (-901, Err(Stale::Expired)),
            (901, Err(Stale::Expired)),
        ] {
            assert_eq!(nonces.check_time(at(signed), at(0)), expected, "{signed}");
        }
    }

    #[test]
    fn a_nonce_counts_once() {
        let mut nonces = Nonces::new();
        assert_eq!(nonces.take(b"a", at(0), at(0)), Ok(()));
        assert_eq!(nonces.take(b"b", at(0), at(0)), Ok(()));
        assert_eq!(nonces.take(b"a", at(0), at(899)), Err(Stale::Used));
        assert_eq!(nonces.seen.len(), 2);
    }

    #[test]
    fn what_no_longer_counts_by_its_time_is_forgotten() {
        let mut nonces = Nonces::new();
        nonces.take(b"a", at(0), at(0)).unwrap();
        nonces.take(b"b", at(901), at(901)).unwrap();
        assert_eq!((nonces.seen.len(), nonces.order.len()), (1, 1));
    }

    #[test]
    fn what_is_forgotten_for_want_of_room_cannot_be_used_again() {
        let mut nonces = Nonces::limited(2);
        for (nonce, second) in [(b"a", 0), (b"b", 1), (b"c", 2)] {
            nonces.take(nonce, at(second), at(2)).unwrap();
        }
        assert_eq!(nonces.order.len(), 2);
        assert_eq!(nonces.check_time(at(0), at(2)), Err(Stale::Expired));
        assert_eq!(nonces.check_time(at(1), at(2)), Ok(()));
        assert_eq!(nonces.take(b"b", at(1), at(2)), Err(Stale::Used));
    }
}
