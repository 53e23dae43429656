//! Times and numbers for people that only the app tells; ages and counts are those of `domain`.

use crate::domain::{self, Timestamp};

pub use crate::domain::{age as ago, age_short as ago_short, grouped, in_days};

/// The time to the second, for the selected row: `2026-11-24 12:00:00 UTC`.
pub fn exact(time: Timestamp) -> String {
    time.to_string().replace('T', " ").replace('Z', " UTC")
}

/// How long until the lock: in minutes, in seconds only in the last one.
pub fn countdown(left: std::time::Duration) -> String {
    let seconds = left.as_millis().div_ceil(1000);
    if seconds > 60 { format!("{} min", seconds.div_ceil(60)) } else { format!("{seconds} s") }
}

/// A number of bytes with thousands set apart.
pub fn bytes(number: u64) -> String {
    domain::count(number, "byte")
}

/// `1 secret`, `12 secrets`.
pub fn count(number: usize, noun: &str) -> String {
    domain::count(number as u64, noun)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn the_lock_counts_in_minutes_and_in_seconds_only_in_the_last_one() {
        for (milliseconds, text) in [
            (300_000, "5 min"),
            (299_000, "5 min"),
            (240_000, "4 min"),
            (61_000, "2 min"),
            (60_000, "60 s"),
            (900, "1 s"),
            (0, "0 s"),
        ] {
            assert_eq!(countdown(Duration::from_millis(milliseconds)), text);
        }
    }
}
