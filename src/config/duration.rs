//! Durations as they are typed and told: `90s`, `15m`, `8h`, `2d`.

use std::time::Duration;

use thiserror::Error;

const UNITS: [(char, u64, &str); 4] =
    [('d', 86_400, "day"), ('h', 3_600, "hour"), ('m', 60, "minute"), ('s', 1, "second")];

/// A text that is not a duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a duration is a number and a unit, 366 days at most: 90s, 15m, 8h, 2d")]
pub struct NoDuration;

/// Reads a number and one unit. Nothing lasts no time, or for years.
///
/// # Errors
/// [`NoDuration`] for anything else.
pub fn parse(text: &str) -> Result<Duration, NoDuration> {
    let unit = text.chars().last().ok_or(NoDuration)?;
    let (_, seconds, _) = UNITS.into_iter().find(|(letter, ..)| *letter == unit).ok_or(NoDuration)?;
    let digits = &text[..text.len() - 1];
    if !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(NoDuration);
    }
    let number: u64 = digits.parse().map_err(|_| NoDuration)?;
    let total = number.checked_mul(seconds).filter(|total| (1..=366 * 86_400).contains(total));
    total.map(Duration::from_secs).ok_or(NoDuration)
}

/// "15 minutes", "7 hours 59 minutes": the two largest units, rounded down, so that nothing lasts shorter
/// than it is told.
pub fn words(duration: Duration) -> String {
    let mut rest = duration.as_secs();
    let mut words = Vec::new();
    for (_, seconds, name) in UNITS {
        let number = rest / seconds;
        rest %= seconds;
        if number > 0 {
            words.push(format!("{number} {name}{}", if number == 1 { "" } else { "s" }));
        }
        // The unit right below the largest one, and no other.
        if (number == 0 && !words.is_empty()) || words.len() == 2 {
            break;
        }
    }
    if words.is_empty() { "less than a second".to_owned() } else { words.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read() {
        let cases = [("90s", 90), ("15m", 900), ("8h", 28_800), ("2d", 172_800)];
        for (text, seconds) in cases {
            assert_eq!(parse(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "15", "m", "0m", "-1m", "+1m", "1.5h", "1h30m", "15 m", "9999999999999d", "15µ"] {
            assert_eq!(parse(text), Err(NoDuration), "{text}");
        }
    }

    #[test]
    fn durations_are_told_in_two_units() {
        let cases = [
            (0, "less than a second"),
            (1, "1 second"),
            (900, "15 minutes"),
            (899, "14 minutes 59 seconds"),
            (28_800, "8 hours"),
            (28_799, "7 hours 59 minutes"),
            (3_601, "1 hour"),
            (90_000, "1 day 1 hour"),
        ];
        for (seconds, text) in cases {
            assert_eq!(words(Duration::from_secs(seconds)), text);
        }
    }
}
