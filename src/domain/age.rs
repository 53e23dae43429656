//! How long ago something was, in words for people.

use super::timestamp::Timestamp;

/// A length of time in the largest unit that fits; a unit is left for the next one only when the number
/// would say too little (13 days, then 2 weeks; 8 weeks, then 2 months).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Age {
    /// It lies in the future: a clock was, or is, wrong.
    Future,
    Seconds,
    Minutes(i64),
    Hours(i64),
    Days(i64),
    Weeks(i64),
    Months(i64),
    Years(i64),
}

impl Age {
    fn of(since: Timestamp, now: Timestamp) -> Self {
        const MINUTE: i64 = 60;
        const HOUR: i64 = 60 * MINUTE;
        let seconds = now.seconds_since(since);
        let days = seconds / Timestamp::DAY;
        match seconds {
            // Clocks of two machines that share a vault may differ by a little.
            ..=-60 => Self::Future,
            -59..MINUTE => Self::Seconds,
            MINUTE..HOUR => Self::Minutes(seconds / MINUTE),
            HOUR..Timestamp::DAY => Self::Hours(seconds / HOUR),
            _ => match days {
                ..14 => Self::Days(days),
                14..60 => Self::Weeks(days / 7),
                // 360 to 364 days are still no year.
                60..365 => Self::Months((days / 30).min(11)),
                _ => Self::Years(days / 365),
            },
        }
    }
}

/// How long ago `since` was: "just now", "5 minutes ago", "2 days ago", "4 weeks ago", "1 year ago".
pub fn age(since: Timestamp, now: Timestamp) -> String {
    match Age::of(since, now) {
        Age::Future => "in the future".to_owned(),
        Age::Seconds => "just now".to_owned(),
        Age::Minutes(count) => ago(count, "minute"),
        Age::Hours(count) => ago(count, "hour"),
        Age::Days(count) => ago(count, "day"),
        Age::Weeks(count) => ago(count, "week"),
        Age::Months(count) => ago(count, "month"),
        Age::Years(count) => ago(count, "year"),
    }
}

/// The same in a few columns: "now", "5m", "3h", "2d", "4w", "5mo", "1y"; "future" for what is not yet.
pub fn age_short(since: Timestamp, now: Timestamp) -> String {
    match Age::of(since, now) {
        Age::Future => "future".to_owned(),
        Age::Seconds => "now".to_owned(),
        Age::Minutes(count) => format!("{count}m"),
        Age::Hours(count) => format!("{count}h"),
        Age::Days(count) => format!("{count}d"),
        Age::Weeks(count) => format!("{count}w"),
        Age::Months(count) => format!("{count}mo"),
        Age::Years(count) => format!("{count}y"),
    }
}

fn ago(count: i64, unit: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural} ago")
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60;
    const HOUR: i64 = 3_600;
    const DAY: i64 = Timestamp::DAY;

    #[test]
    fn an_age_is_told_in_the_largest_unit_that_says_enough() {
        let cases = [
            (0, "just now", "now"),
            (59, "just now", "now"),
            (MINUTE, "1 minute ago", "1m"),
            (5 * MINUTE + 59, "5 minutes ago", "5m"),
            (HOUR - 1, "59 minutes ago", "59m"),
            (HOUR, "1 hour ago", "1h"),
            (DAY - 1, "23 hours ago", "23h"),
            (DAY, "1 day ago", "1d"),
            (2 * DAY, "2 days ago", "2d"),
            (14 * DAY - 1, "13 days ago", "13d"),
            (14 * DAY, "2 weeks ago", "2w"),
            (28 * DAY, "4 weeks ago", "4w"),
            (60 * DAY - 1, "8 weeks ago", "8w"),
            (60 * DAY, "2 months ago", "2mo"),
            (150 * DAY, "5 months ago", "5mo"),
            (365 * DAY - 1, "11 months ago", "11mo"),
            (365 * DAY, "1 year ago", "1y"),
            (800 * DAY, "2 years ago", "2y"),
        ];
        let since = Timestamp::from_seconds(1_000_000_000).unwrap();
        for (seconds, long, short) in cases {
            let now = Timestamp::from_seconds(since.seconds() + seconds).unwrap();
            assert_eq!((age(since, now).as_str(), age_short(since, now).as_str()), (long, short));
        }
    }

    #[test]
    fn a_time_that_is_not_yet_is_said_to_be_so_unless_clocks_differ_by_a_little() {
        let now = Timestamp::from_seconds(1_000_000_000).unwrap();
        let soon = |seconds| Timestamp::from_seconds(now.seconds() + seconds).unwrap();
        assert_eq!(age(soon(59), now), "just now");
        assert_eq!(age(soon(60), now), "in the future");
        assert_eq!(age_short(soon(DAY), now), "future");
    }
}
