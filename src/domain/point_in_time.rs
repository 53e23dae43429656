//! A time as people name it: a day, a time of day here, how long ago, or RFC 3339.

use std::str::FromStr;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use thiserror::Error;

use super::timestamp::Timestamp;

/// A time that somebody named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PointInTime {
    /// That time.
    At(Timestamp),
    /// So many seconds ago.
    Ago(i64),
}

/// A text that names no time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a time is '2026-11-03 14:00', '2026-11-03', '3d', '2h ago' or in the form of RFC 3339")]
pub struct NoPointInTime;

/// The units of a time that is told as how long ago, with their seconds.
const UNITS: [(&str, &str, i64); 5] = [
    ("s", "second", 1),
    ("m", "minute", 60),
    ("h", "hour", 3_600),
    ("d", "day", Timestamp::DAY),
    ("w", "week", 7 * Timestamp::DAY),
];

impl PointInTime {
    /// The time itself, counted from `now`.
    pub fn from(self, now: Timestamp) -> Timestamp {
        match self {
            Self::At(time) => time,
            Self::Ago(seconds) => Timestamp::clamped(now.seconds().saturating_sub(seconds)),
        }
    }
}

impl FromStr for PointInTime {
    type Err = NoPointInTime;

    /// Reads a time; without an offset it is meant in the time zone of this machine. A day is its first moment.
    fn from_str(text: &str) -> Result<Self, NoPointInTime> {
        read(text.trim(), &TimeZone::system()).ok_or(NoPointInTime)
    }
}

fn read(text: &str, zone: &TimeZone) -> Option<PointInTime> {
    if let Some(seconds) = ago(text) {
        return Some(PointInTime::Ago(seconds));
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(PointInTime::At(time));
    }
    let here = match text.parse::<Date>() {
        Ok(date) if text.len() == "2026-11-03".len() => date.to_datetime(jiff::civil::Time::midnight()),
        _ if text.contains(['T', 't', ' ']) => text.parse::<DateTime>().ok()?,
        _ => return None,
    };
    let seconds = here.to_zoned_datetime(zone.clone()).ok()?.timestamp().as_second();
    Timestamp::from_seconds(seconds).ok().map(PointInTime::At)
}

/// "3d", "2h ago", "3 days ago".
fn ago(text: &str) -> Option<i64> {
    let text = text.strip_suffix("ago").unwrap_or(text).trim_end();
    let unit_at = text.find(|character: char| !character.is_ascii_digit())?;
    let (number, unit) = (&text[..unit_at], text[unit_at..].trim_start());
    let is_unit = |(short, word, _): &&(&str, &str, i64)| {
        unit == *short || unit == *word || unit.strip_suffix('s') == Some(*word)
    };
    let (_, _, seconds) = UNITS.iter().find(is_unit)?;
    number.parse::<i64>().ok()?.checked_mul(*seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        let zone = TimeZone::fixed(jiff::tz::offset(8));
        let now = Timestamp::clamped(1_800_000_000);
        read(text, &zone).map_or_else(|| "no time".to_owned(), |time| time.from(now).to_string())
    }

    #[test]
    fn a_time_is_read_however_it_is_named() {
        for (text, time) in [
            ("2026-11-03T14:00:00Z", "2026-11-03T14:00:00Z"),
            ("2026-11-03T14:00:00+01:00", "2026-11-03T13:00:00Z"),
            ("2026-11-03", "2026-11-02T16:00:00Z"),
            ("2026-11-03 14:00", "2026-11-03T06:00:00Z"),
            ("2026-11-03 14:00:30", "2026-11-03T06:00:30Z"),
            ("2026-11-03T14:00", "2026-11-03T06:00:00Z"),
            ("1s", "2027-01-15T07:59:59Z"),
            ("90m", "2027-01-15T06:30:00Z"),
            ("2h ago", "2027-01-15T06:00:00Z"),
            ("3d", "2027-01-12T08:00:00Z"),
            ("3 days ago", "2027-01-12T08:00:00Z"),
            ("1 week ago", "2027-01-08T08:00:00Z"),
        ] {
            assert_eq!(told(text), time, "{text}");
        }
    }

    #[test]
    fn anything_else_is_no_time() {
        for text in [
            "",
            "ago",
            "d",
            "3",
            "3x",
            "-3d",
            "3 fortnights",
            "2026-13-01",
            "14:00",
            "2026-11-03 25:00",
            "yesterday",
            "99999999999999999999d",
            "1969-01-01",
            "20261103",
        ] {
            assert_eq!(told(text), "no time", "{text}");
        }
    }
}
