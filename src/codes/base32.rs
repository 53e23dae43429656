//! Base32 (RFC 4648, section 6), as people and programs write secrets of one-time codes: small letters, blanks, dashes
//! and missing padding are all right.

use crate::memory::SecretBytes;

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The bytes; `None` for anything else, and for no bytes at all. Bits that fill no byte are left out.
pub(super) fn decode(text: &[u8]) -> Option<SecretBytes> {
    let mut bytes = SecretBytes::with_capacity(text.len() * 5 / 8);
    let (mut bits, mut count) = (0_u32, 0);
    let mut letters = text.iter().filter(|byte| !matches!(byte, b' ' | b'-'));
    for letter in letters.by_ref() {
        let value = match letter.to_ascii_uppercase() {
            letter @ b'A'..=b'Z' => letter - b'A',
            digit @ b'2'..=b'7' => digit - b'2' + 26,
            b'=' => break,
            _ => return None,
        };
        bits = bits << 5 | u32::from(value);
        count += 5;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count).to_le_bytes()[0]);
        }
    }
    let ends_with_padding = letters.all(|byte| *byte == b'=');
    (ends_with_padding && !bytes.is_empty()).then_some(bytes)
}

/// The text, without padding.
pub(super) fn encode(bytes: &[u8], out: &mut SecretBytes) {
    let (mut bits, mut count) = (0_u32, 0);
    let letter = |bits: u32| ALPHABET[(bits & 31) as usize];
    for byte in bytes {
        bits = bits << 8 | u32::from(*byte);
        count += 8;
        while count >= 5 {
            count -= 5;
            out.push(letter(bits >> count));
        }
    }
    if count > 0 {
        out.push(letter(bits << (5 - count)));
    }
}
