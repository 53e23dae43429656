//! Numbers in words for people.

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

/// `1 secret`, `12 secrets`, `1 pass`, `3 passes`.
pub fn count(number: u64, noun: &str) -> String {
    let ending = match number {
        1 => "",
        _ if noun.ends_with('s') => "es",
        _ => "s",
    };
    format!("{} {noun}{ending}", grouped(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_nouns_counted() {
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(grouped(123), "123");
        for (number, noun, text) in [
            (0, "secret", "0 secrets"),
            (1, "secret", "1 secret"),
            (100_000, "secret", "100,000 secrets"),
            (1, "pass", "1 pass"),
            (3, "pass", "3 passes"),
            (1, "byte", "1 byte"),
            (30_720, "byte", "30,720 bytes"),
        ] {
            assert_eq!(count(number, noun), text);
        }
    }
}
