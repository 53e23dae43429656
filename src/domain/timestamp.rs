//! UTC seconds, RFC 3339 in and out.

use std::fmt;
use std::str::FromStr;

use super::invalid::Invalid;

/// A point in time in whole UTC seconds, from 1970 to the end of 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Seconds in a day.
    pub const DAY: i64 = 86_400;

    /// 9999-12-30T22:00:00Z: the last second that every calendar of ours can write.
    const LAST: i64 = 253_402_207_200;

    /// Checks and takes seconds since 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// [`Invalid::Time`] outside 1970 to 9999.
    pub fn from_seconds(seconds: i64) -> Result<Self, Invalid> {
        if (0..=Self::LAST).contains(&seconds) { Ok(Self(seconds)) } else { Err(Invalid::Time) }
    }

    /// Takes seconds since 1970 and moves what is outside the range to its nearest end, so that a
    /// machine whose clock is wild can still work.
    pub fn clamped(seconds: i64) -> Self {
        Self(seconds.clamp(0, Self::LAST))
    }

    /// The whole seconds of milliseconds since 1970, clamped as above.
    pub fn of_milliseconds(milliseconds: u64) -> Self {
        Self::clamped(i64::try_from(milliseconds / 1_000).unwrap_or(i64::MAX))
    }

    /// Milliseconds since 1970, at the beginning of the second.
    pub const fn milliseconds(self) -> u64 {
        self.0.unsigned_abs() * 1_000
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    pub const fn seconds(self) -> i64 {
        self.0
    }

    /// The same time of day some days later.
    pub fn plus_days(self, days: u32) -> Self {
        Self::clamped(self.0.saturating_add(i64::from(days) * Self::DAY))
    }

    /// Whether this time has come at `now`. The last second never comes: it stands for a time that could not
    /// be written, where the clock of a machine was wild.
    pub fn has_come(self, now: Self) -> bool {
        self <= now && self.0 < Self::LAST
    }

    /// Whole seconds from `earlier` to this; negative where it is later.
    pub const fn seconds_since(self, earlier: Self) -> i64 {
        self.0 - earlier.0
    }
}

impl Timestamp {
    /// The time as HTTP headers have it (RFC 9110, IMF-fixdate).
    pub fn http_date(self) -> String {
        let time = jiff::Timestamp::from_second(self.0).unwrap_or_default();
        let printer = jiff::fmt::rfc2822::DateTimePrinter::new();
        printer.timestamp_to_rfc9110_string(&time).unwrap_or_default()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = jiff::Timestamp::from_second(self.0).map_err(|_| fmt::Error)?;
        write!(formatter, "{}", time.strftime("%Y-%m-%dT%H:%M:%SZ"))
    }
}

impl FromStr for Timestamp {
    type Err = Invalid;

    /// Reads RFC 3339 with any offset; fractions of a second are dropped.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let time: jiff::Timestamp = text.parse().map_err(|_| Invalid::Time)?;
        Self::from_seconds(time.as_second())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_and_read_in_rfc_3339_to_the_second() {
        let time = Timestamp::from_seconds(1_700_000_000).unwrap();
        assert_eq!(time.to_string(), "2023-11-14T22:13:20Z");
        assert_eq!("2023-11-14T22:13:20Z".parse(), Ok(time));
        assert_eq!("2023-11-14T23:13:20.75+01:00".parse(), Ok(time));
        assert!("yesterday".parse::<Timestamp>().is_err());
    }

    #[test]
    fn every_time_of_the_range_can_be_written_and_read() {
        for seconds in [0, Timestamp::LAST] {
            let time = Timestamp::from_seconds(seconds).unwrap();
            assert_eq!(time.to_string().parse(), Ok(time));
        }
        assert!(Timestamp::from_seconds(-1).is_err());
        assert!(Timestamp::from_seconds(Timestamp::LAST + 1).is_err());
        assert_eq!(Timestamp::clamped(i64::MAX).seconds(), Timestamp::LAST);
        assert_eq!(Timestamp::clamped(i64::MAX).plus_days(30).seconds(), Timestamp::LAST);
    }

    #[test]
    fn a_time_comes_at_its_second_and_the_last_one_never() {
        let (time, last) = (Timestamp::clamped(9), Timestamp::clamped(i64::MAX));
        assert!(time.has_come(time) && time.has_come(last) && !time.has_come(Timestamp::clamped(8)));
        assert!(!last.has_come(last));
    }
}
