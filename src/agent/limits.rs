//! How long an agent keeps the key.

use std::time::Duration;

/// The longest limit that is taken: sums of times must not overflow, and nobody unlocks for longer.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// The two limits of an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// It ends when nobody has asked for the key for so long.
    pub idle: Duration,
    /// It ends after this time, whoever asks.
    pub absolute: Duration,
}

/// The limits of a running agent, in milliseconds of a clock that counts sleep. The clock is passed in, so
/// that tests need not wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Timer {
    idle: u64,
    end: u64,
    last_use: u64,
}

impl Timer {
    pub(super) fn start(limits: Limits, now: u64) -> Self {
        let end = now.saturating_add(milliseconds(limits.absolute));
        Self { idle: milliseconds(limits.idle), end, last_use: now }
    }

    /// The key was used.
    pub(super) fn extend(&mut self, now: u64) {
        self.last_use = now;
    }

    /// When it ends if nobody asks.
    pub(super) fn deadline(&self) -> u64 {
        self.last_use.saturating_add(self.idle).min(self.end)
    }

    pub(super) fn is_over(&self, now: u64) -> bool {
        now >= self.deadline()
    }

    /// What is left until the idle and until the absolute limit.
    pub(super) fn left(&self, now: u64) -> (u64, u64) {
        (self.deadline().saturating_sub(now), self.end.saturating_sub(now))
    }
}

pub(super) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.min(LONGEST).as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: u64 = 60_000;

    fn timer() -> Timer {
        let limits = Limits { idle: Duration::from_secs(15 * 60), absolute: Duration::from_secs(60 * 60) };
        Timer::start(limits, 1_000)
    }

    #[test]
    fn use_moves_the_idle_limit_and_nothing_moves_the_absolute_one() {
        let mut timer = timer();
        assert!(!timer.is_over(1_000 + 15 * MINUTE - 1));
        assert!(timer.is_over(1_000 + 15 * MINUTE));
        for minute in [10, 20, 30, 40, 50] {
            timer.extend(1_000 + minute * MINUTE);
        }
        assert_eq!(timer.deadline(), 1_000 + 60 * MINUTE);
        timer.extend(1_000 + 59 * MINUTE);
        assert!(timer.is_over(1_000 + 60 * MINUTE));
    }

    #[test]
    fn what_is_left_is_counted_from_now() {
        let mut timer = timer();
        timer.extend(1_000 + 5 * MINUTE);
        assert_eq!(timer.left(1_000 + 6 * MINUTE), (14 * MINUTE, 54 * MINUTE));
        assert_eq!(timer.left(1_000 + 90 * MINUTE), (0, 0));
    }

    #[test]
    fn a_limit_beyond_all_measure_is_cut() {
        let limits = Limits { idle: Duration::MAX, absolute: Duration::MAX };
        assert!(Timer::start(limits, u64::MAX - 1).is_over(u64::MAX));
        assert!(!Timer::start(limits, 0).is_over(365 * 24 * 60 * MINUTE));
    }
}
