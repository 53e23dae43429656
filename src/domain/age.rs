//! How long ago something was and in how many days something comes, in words for people. The only place that
//! knows: the app and the command line both ask here.

use super::number::count;
use super::timestamp::Timestamp;

/// A length of time in the largest unit that fits; a unit is left for the next one only when the number
/// would say too little (13 days, then 2 weeks; 8 weeks, then 2 months).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Age {
    /// It is in the future: a clock was, or is, wrong.
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
        Age::Minutes(number) => ago(number, "minute"),
        Age::Hours(number) => ago(number, "hour"),
        Age::Days(number) => ago(number, "day"),
        Age::Weeks(number) => ago(number, "week"),
        Age::Months(number) => ago(number, "month"),
        Age::Years(number) => ago(number, "year"),
    }
}

/// The same in a few columns: "now", "5m", "3h", "2d", "4w", "5mo", "1y"; "ahead" for what is not yet. Never more than
/// five.
pub fn age_short(since: Timestamp, now: Timestamp) -> String {
    match Age::of(since, now) {
        Age::Future => "ahead".to_owned(),
        Age::Seconds => "now".to_owned(),
        Age::Minutes(count) => format!("{count}m"),
        Age::Hours(count) => format!("{count}h"),
        Age::Days(count) => format!("{count}d"),
        Age::Weeks(count) => format!("{count}w"),
        Age::Months(count) => format!("{count}mo"),
        Age::Years(count) => format!("{count}y"),
    }
}

fn ago(number: i64, unit: &str) -> String {
    format!("{} ago", count(number.unsigned_abs(), unit))
}

/// In how many days something comes. A day that has begun counts: 90 days from now are 90 days a second later too. 0
/// or less when it has come.
pub const fn days_until(time: Timestamp, now: Timestamp) -> i64 {
    -(-time.seconds_since(now)).div_euclid(Timestamp::DAY)
}

/// A day that is so many days away: "in 87 days", "today", "3 days ago". Deadlines are told in days alone, since
/// they are set in days.
pub fn in_days(days: i64) -> String {
    match days {
        0 => "today".to_owned(),
        1.. => format!("in {}", count(days.unsigned_abs(), "day")),
        _ => ago(days, "day"),
    }
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
            (13 * DAY, "13 days ago", "13d"),
            (14 * DAY - 1, "13 days ago", "13d"),
            (14 * DAY, "2 weeks ago", "2w"),
            (28 * DAY, "4 weeks ago", "4w"),
            (40 * DAY, "5 weeks ago", "5w"),
            (60 * DAY - 1, "8 weeks ago", "8w"),
            (60 * DAY, "2 months ago", "2mo"),
            (150 * DAY, "5 months ago", "5mo"),
            (362 * DAY, "11 months ago", "11mo"),
            (365 * DAY - 1, "11 months ago", "11mo"),
            (365 * DAY, "1 year ago", "1y"),
            (800 * DAY, "2 years ago", "2y"),
            (-59, "just now", "now"),
            (-MINUTE, "in the future", "ahead"),
            (-87 * DAY, "in the future", "ahead"),
        ];
        let since = Timestamp::from_seconds(1_000_000_000).unwrap();
        for (seconds, long, short) in cases {
            let now = Timestamp::from_seconds(since.seconds() + seconds).unwrap();
            assert_eq!((age(since, now).as_str(), age_short(since, now).as_str()), (long, short));
            assert!(short.len() <= 5, "the columns of the app hold no more: {short}");
        }
    }

    #[test]
    fn a_day_that_has_begun_counts_whole() {
        for (seconds, days) in
            [(90 * DAY, 90), (90 * DAY - 1, 90), (89 * DAY, 89), (1, 1), (0, 0), (-1, 0), (-DAY, -1)]
        {
            let now = Timestamp::from_seconds(1_000 * DAY).unwrap();
            let time = Timestamp::from_seconds(1_000 * DAY + seconds).unwrap();
            assert_eq!(days_until(time, now), days, "{seconds}");
        }
    }

    #[test]
    fn a_deadline_is_told_in_days() {
        for (days, text) in [
            (-362, "362 days ago"),
            (-1, "1 day ago"),
            (0, "today"),
            (1, "in 1 day"),
            (13, "in 13 days"),
            (87, "in 87 days"),
            (1_000, "in 1,000 days"),
        ] {
            assert_eq!(in_days(days), text);
        }
    }
}
