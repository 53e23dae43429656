//! What one guess at a master password costs: Argon2id's parameters, the ladder that chooses them, the
//! floor for new vaults and the ceiling against hostile files.

use std::time::{Duration, Instant};

use super::error::CryptoError;
use super::primitives::argon2id;

const KIB_PER_MIB: u32 = 1024;
const KIB_PER_GIB: u32 = 1024 * KIB_PER_MIB;

const MOST_MEMORY_KIB: u32 = 2 * KIB_PER_GIB;
const MOST_PASSES: u32 = 32;
const MOST_LANES: u32 = 16;
/// Memory times passes: how much memory one run writes in all.
const MOST_WRITTEN_KIB: u64 = 8 * KIB_PER_GIB as u64;
/// RFC 9106, section 3.1: at least eight blocks of 1 KiB for each lane.
const LEAST_KIB_PER_LANE: u32 = 8;

const LADDER_PASSES: u32 = 3;
const LADDER_LANES: u32 = 4;
const LADDER_MEBIBYTES: [u32; 3] = [256, 128, 64];
const TARGET: Duration = Duration::from_secs(1);
/// A first run this slow will not come down to the target by being repeated.
const HOPELESS: Duration = Duration::from_secs(2);
const RUNS_PER_RUNG: usize = 3;

/// Argon2id's memory, passes and lanes (RFC 9106: `m`, `t`, `p`), within what etui is willing to run.
///
/// Invariant: at most 2 GiB, 32 passes, 16 lanes, 8 GiB of memory × passes, and never less than Argon2's
/// own minimum. The bounds are checked before anything is allocated, since a vault file is not trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KdfCost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl KdfCost {
    /// The least for `init`, `passwd` and `rekey`: 19 MiB, 2 passes, 1 lane (OWASP Password Storage Cheat
    /// Sheet). Opening an existing vault knows no floor.
    pub const FLOOR: Self = Self { memory_kib: 19 * KIB_PER_MIB, passes: 2, lanes: 1 };

    /// The least that a machine of today gets by itself: the last rung of the ladder, 64 MiB, 3 passes,
    /// 4 lanes (RFC 9106's second recommendation). A cost below it was chosen on a slow machine, or long ago.
    pub const LEAST_DEFAULT: Self =
        Self { memory_kib: 64 * KIB_PER_MIB, passes: LADDER_PASSES, lanes: LADDER_LANES };

    /// Checks that a cost may be run at all.
    ///
    /// # Errors
    /// [`CryptoError::KdfOutOfRange`] beyond the bounds of the type.
    pub const fn new(memory_kib: u32, passes: u32, lanes: u32) -> Result<Self, CryptoError> {
        let cost = Self { memory_kib, passes, lanes };
        // Lanes are bounded first, so that the product with them cannot overflow.
        let in_range = 1 <= lanes
            && lanes <= MOST_LANES
            && 1 <= passes
            && passes <= MOST_PASSES
            && LEAST_KIB_PER_LANE * lanes <= memory_kib
            && memory_kib <= MOST_MEMORY_KIB
            && cost.written_kib() <= MOST_WRITTEN_KIB;
        if in_range { Ok(cost) } else { Err(cost.out_of_range()) }
    }

    /// Finds the cost for a new vault on this machine: 3 passes, 4 lanes and the first of 256, 128 and
    /// 64 MiB that stays within a second, else [`FLOOR`](Self::FLOOR). Takes a few seconds at worst.
    ///
    /// A rung whose memory cannot be had is skipped, like one that is too slow.
    ///
    /// # Errors
    /// None that a machine with 64 MiB to spare can bring about.
    pub fn measure() -> Result<Self, CryptoError> {
        descend_ladder(time_one_run)
    }

    /// The memory in KiB.
    pub const fn memory_kib(&self) -> u32 {
        self.memory_kib
    }

    /// How many times the memory is gone over.
    pub const fn passes(&self) -> u32 {
        self.passes
    }

    /// How many lanes can run at the same time.
    pub const fn lanes(&self) -> u32 {
        self.lanes
    }

    /// Whether a new vault may have this cost. More memory does not make up for fewer passes.
    pub const fn is_at_least_floor(&self) -> bool {
        self.memory_kib >= Self::FLOOR.memory_kib && self.passes >= Self::FLOOR.passes
    }

    /// Whether to ask before running it: above 1 GiB, or above half of the free memory where that is known.
    pub fn needs_permission(&self, free_memory_kib: Option<u64>) -> bool {
        self.memory_kib > KIB_PER_GIB
            || free_memory_kib.is_some_and(|free| u64::from(self.memory_kib) > free / 2)
    }

    /// Whether a guess costs less here than there, in memory written (memory × passes). Lanes do not count:
    /// they shorten the wait, not the work.
    pub const fn is_weaker_than(&self, other: &Self) -> bool {
        self.written_kib() < other.written_kib()
    }

    pub(super) const fn out_of_range(self) -> CryptoError {
        CryptoError::KdfOutOfRange { memory_kib: self.memory_kib, passes: self.passes, lanes: self.lanes }
    }

    const fn written_kib(&self) -> u64 {
        self.memory_kib as u64 * self.passes as u64
    }
}

fn time_one_run(cost: &KdfCost) -> Result<Duration, CryptoError> {
    // What is hashed does not matter to the time, and the result is thrown away.
    let start = Instant::now();
    argon2id(cost, None, b"measuring", &[0; 16], &mut [0; 32])?;
    Ok(start.elapsed())
}

fn descend_ladder(
    mut run: impl FnMut(&KdfCost) -> Result<Duration, CryptoError>,
) -> Result<KdfCost, CryptoError> {
    for mebibytes in LADDER_MEBIBYTES {
        let rung = KdfCost::new(mebibytes * KIB_PER_MIB, LADDER_PASSES, LADDER_LANES)?;
        for _ in 0..RUNS_PER_RUNG {
            match run(&rung) {
                Ok(time) if time <= TARGET => return Ok(rung),
                // A later run this slow does no harm: the next one ends the rung anyway.
                Ok(time) if time > HOPELESS => break,
                Ok(_) => {}
                Err(CryptoError::KdfMemory { .. }) => break,
                Err(error) => return Err(error),
            }
        }
    }
    Ok(KdfCost::FLOOR)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIB: u32 = KIB_PER_GIB;
    const MIB: u32 = KIB_PER_MIB;

    #[test]
    fn hostile_costs_are_refused_before_anything_is_allocated() {
        for (memory_kib, passes, lanes) in [
            (2 * GIB + 1, 1, 1),
            (u32::MAX, 1, 1),
            (64, 33, 1),
            (64, u32::MAX, 1),
            (GIB, 1, 17),
            (GIB, 1, u32::MAX),
            (2 * GIB, 5, 1),
            (GIB, 9, 1),
            (0, 1, 1),
            (7, 1, 1),
            (31, 1, 4),
            (64, 0, 1),
            (64, 1, 0),
        ] {
            assert_eq!(
                KdfCost::new(memory_kib, passes, lanes),
                Err(CryptoError::KdfOutOfRange { memory_kib, passes, lanes })
            );
        }
    }

    #[test]
    fn the_bounds_themselves_are_allowed() {
        for (memory_kib, passes, lanes) in [(2 * GIB, 4, 16), (256 * MIB, 32, 4), (8, 1, 1), (128, 1, 16)] {
            let cost = KdfCost::new(memory_kib, passes, lanes).unwrap();
            assert_eq!((cost.memory_kib(), cost.passes(), cost.lanes()), (memory_kib, passes, lanes));
        }
    }

    #[test]
    fn the_floor_is_one_for_memory_and_for_passes() {
        let cost = |mebibytes, passes| KdfCost::new(mebibytes * MIB, passes, 1).unwrap();
        assert!(KdfCost::FLOOR.is_at_least_floor());
        assert!(cost(64, 3).is_at_least_floor());
        assert!(!cost(1024, 1).is_at_least_floor());
        assert!(!cost(18, 32).is_at_least_floor());
        assert_eq!(KdfCost::new(19 * MIB, 2, 1), Ok(KdfCost::FLOOR));
    }

    #[test]
    fn permission_is_asked_above_a_gibibyte_or_half_of_the_free_memory() {
        let cost = |mebibytes| KdfCost::new(mebibytes * MIB, 1, 1).unwrap();
        assert!(!cost(1024).needs_permission(None));
        assert!(cost(1025).needs_permission(None));
        assert!(cost(1025).needs_permission(Some(u64::MAX)));
        assert!(!cost(256).needs_permission(Some(512 * 1024)));
        assert!(cost(256).needs_permission(Some(512 * 1024 - 1)));
    }

    #[test]
    fn weaker_means_less_memory_written() {
        let cost = |mebibytes, passes, lanes| KdfCost::new(mebibytes * MIB, passes, lanes).unwrap();
        assert!(cost(128, 3, 4).is_weaker_than(&cost(256, 3, 4)));
        assert!(!cost(256, 3, 1).is_weaker_than(&cost(256, 3, 4)));
        assert!(!cost(128, 6, 4).is_weaker_than(&cost(256, 3, 4)));
        assert!(cost(64, 2, 4).is_weaker_than(&cost(64, 3, 4)));
    }

    /// Runs the ladder over scripted times in milliseconds (`None`: no memory) and answers what was chosen
    /// and how many runs it took.
    fn ladder(script: &[Option<u64>]) -> (KdfCost, usize) {
        let mut runs = 0;
        let chosen = descend_ladder(|_| {
            let time = script[runs];
            runs += 1;
            time.map(Duration::from_millis).ok_or(CryptoError::KdfMemory { mebibytes: 0 })
        });
        (chosen.unwrap(), runs)
    }

    #[test]
    fn the_ladder_takes_the_first_rung_that_stays_within_a_second() {
        let rung = |mebibytes| KdfCost::new(mebibytes * MIB, 3, 4).unwrap();
        for (script, chosen, runs) in [
            (&[Some(1000)][..], rung(256), 1),
            (&[Some(1001), Some(400)], rung(256), 2),
            (&[Some(2000), Some(1500), Some(900)], rung(256), 3),
            (&[Some(1400), Some(1400), Some(1400), Some(700)], rung(128), 4),
            (&[Some(2001), Some(900)], rung(128), 2),
            (&[Some(2001), Some(2001), Some(100)], rung(64), 3),
            (&[None, None, Some(100)], rung(64), 3),
        ] {
            assert_eq!(ladder(script), (chosen, runs), "{script:?}");
        }
    }

    #[test]
    fn the_ladder_ends_on_the_floor() {
        assert_eq!(ladder(&[Some(9000); 3]), (KdfCost::FLOOR, 3));
        assert_eq!(ladder(&[Some(1500); 9]), (KdfCost::FLOOR, 9));
        assert_eq!(ladder(&[None; 3]), (KdfCost::FLOOR, 3));
    }

    #[test]
    fn the_ladder_does_not_swallow_other_errors() {
        assert_eq!(descend_ladder(|_| Err(CryptoError::PasswordTooLong)), Err(CryptoError::PasswordTooLong));
    }
}
