//! Bytes as hexadecimal digits, two for each byte.

/// The two lower-case digits of a byte.
pub fn hexadecimal_digits(byte: u8) -> [u8; 2] {
    let digit = |value: u8| if value < 10 { b'0' + value } else { b'a' + value - 10 };
    [digit(byte >> 4), digit(byte & 0x0f)]
}

/// The byte that two digits of either case stand for.
pub fn byte_of_hexadecimal([high, low]: [u8; 2]) -> Option<u8> {
    let value = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    };
    Some(value(high)? << 4 | value(low)?)
}

/// Bytes that are not secret, in lower-case digits. The text does not wipe itself: a secret is written digit by digit,
/// with [`hexadecimal_digits`].
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|byte| hexadecimal_digits(*byte)).map(char::from).collect()
}

/// The bytes that a text of digits stands for; `None` where it is anything else.
pub fn from_hexadecimal(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks();
    rest.is_empty().then_some(())?;
    pairs.iter().map(|pair| byte_of_hexadecimal(*pair)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_two_digits_and_is_read_again() {
        for byte in 0..=u8::MAX {
            let text = hexadecimal(&[byte]);
            assert_eq!(text, format!("{byte:02x}"));
            assert_eq!(from_hexadecimal(&text), Some(vec![byte]));
            assert_eq!(from_hexadecimal(&text.to_uppercase()), Some(vec![byte]));
        }
        assert_eq!(hexadecimal(&[]), "");
        assert_eq!(from_hexadecimal(""), Some(Vec::new()));
    }

    #[test]
    fn a_text_that_holds_anything_else_stands_for_no_bytes() {
        for text in ["0", "+1", "0g", "012", "0 ", "é", "0x12", "/0", ":0", "@0", "`0"] {
            assert_eq!(from_hexadecimal(text), None, "{text}");
        }
    }
}
