//! Times for people: how long ago, in how long.

use crate::domain::Timestamp;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = Timestamp::DAY;
const WEEK: i64 = 7 * DAY;
const MONTH: i64 = 30 * DAY;
const YEAR: i64 = 365 * DAY;

/// The largest unit that fits at least once, with its short and its long name.
fn counted(seconds: i64) -> Option<(i64, &'static str, &'static str)> {
    let (unit, short, long) = match seconds {
        ..MINUTE => return None,
        MINUTE..HOUR => (MINUTE, "min", "minute"),
        HOUR..DAY => (HOUR, "h", "hour"),
        DAY..WEEK => (DAY, "d", "day"),
        WEEK..MONTH => (WEEK, "w", "week"),
        MONTH..YEAR => (MONTH, "mo", "month"),
        _ => (YEAR, "y", "year"),
    };
    Some((seconds / unit, short, long))
}

fn plural(number: i64, unit: &str) -> String {
    if number == 1 { format!("1 {unit}") } else { format!("{number} {unit}s") }
}

/// `2d`, `5mo`, `now`.
pub fn ago_short(then: Timestamp, now: Timestamp) -> String {
    counted(now.seconds_since(then))
        .map_or_else(|| "now".to_owned(), |(number, short, _)| format!("{number}{short}"))
}

/// `2 days ago`, `just now`.
pub fn ago(then: Timestamp, now: Timestamp) -> String {
    counted(now.seconds_since(then))
        .map_or_else(|| "just now".to_owned(), |(number, _, long)| format!("{} ago", plural(number, long)))
}

/// `in 29 days`, `today`, `3 days ago`.
pub fn in_days(days: i64) -> String {
    match days {
        0 => "today".to_owned(),
        1.. => format!("in {}", plural(days, "day")),
        _ => format!("{} ago", plural(-days, "day")),
    }
}

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
    if number == 1 { "1 byte".to_owned() } else { format!("{} bytes", grouped(number)) }
}

/// `1,234,567`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 secret`, `12 secrets`.
pub fn count(number: usize, noun: &str) -> String {
    let text = grouped(number as u64);
    if number == 1 { format!("{text} {noun}") } else { format!("{text} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn times_are_told_in_their_largest_unit() {
        let then = Timestamp::clamped(1_000_000_000);
        for (seconds, short, long) in [
            (-5, "now", "just now"),
            (59, "now", "just now"),
            (60, "1min", "1 minute ago"),
            (3 * HOUR, "3h", "3 hours ago"),
            (2 * DAY + 5, "2d", "2 days ago"),
            (4 * WEEK, "4w", "4 weeks ago"),
            (150 * DAY, "5mo", "5 months ago"),
            (400 * DAY, "1y", "1 year ago"),
        ] {
            let now = Timestamp::clamped(then.seconds() + seconds);
            assert_eq!((ago_short(then, now).as_str(), ago(then, now).as_str()), (short, long));
        }
    }

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

    #[test]
    fn numbers_are_grouped_and_nouns_counted() {
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(grouped(123), "123");
        assert_eq!(bytes(1), "1 byte");
        assert_eq!(bytes(30_720), "30,720 bytes");
        assert_eq!(count(1, "secret"), "1 secret");
        assert_eq!(count(100_000, "secret"), "100,000 secrets");
        assert_eq!(in_days(-3), "3 days ago");
        assert_eq!(in_days(1), "in 1 day");
    }
}
