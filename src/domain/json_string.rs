//! What a JSON string means, read into a wiping buffer: JSON libraries unescape into plain strings.

use crate::memory::SecretBytes;

/// The text that a JSON string, with its quotes, means; `None` for anything but a string, and for a string
/// that is not Unicode text (half a surrogate pair). A JSON reader has found where it begins and ends.
pub fn unescape_json(string: &str) -> Option<SecretBytes> {
    let mut rest = string.strip_prefix('"')?.strip_suffix('"')?.as_bytes();
    // What is escaped is longer than what it means, so the buffer never grows.
    let mut text = SecretBytes::with_capacity(rest.len());
    while let Some(at) = rest.iter().position(|&byte| byte == b'\\') {
        text.extend(&rest[..at]);
        rest = unescape_one(&rest[at + 1..], &mut text)?;
    }
    text.extend(rest);
    Some(text)
}

/// Takes what follows a backslash, appends what it means, and answers what follows.
fn unescape_one<'a>(escape: &'a [u8], text: &mut SecretBytes) -> Option<&'a [u8]> {
    let (&letter, rest) = escape.split_first()?;
    let byte = match letter {
        b'"' | b'\\' | b'/' => letter,
        b'b' => 0x08,
        b'f' => 0x0c,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'u' => return unescape_unicode(rest, text),
        _ => return None,
    };
    text.push(byte);
    Some(rest)
}

fn unescape_unicode<'a>(digits: &'a [u8], text: &mut SecretBytes) -> Option<&'a [u8]> {
    let (first, rest) = code_unit(digits)?;
    let (character, rest) = match first {
        0xd800..=0xdbff => {
            let (second, rest) = code_unit(rest.strip_prefix(b"\\u")?)?;
            let low = second.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
            (0x10000 + ((first - 0xd800) << 10) + low, rest)
        }
        _ => (first, rest),
    };
    let mut buffer = [0; 4];
    text.extend(char::from_u32(character)?.encode_utf8(&mut buffer).as_bytes());
    Some(rest)
}

fn code_unit(text: &[u8]) -> Option<(u32, &[u8])> {
    let (digits, rest) = text.split_at_checked(4)?;
    let unit = digits.iter().try_fold(0, |unit, &digit| Some(unit << 4 | char::from(digit).to_digit(16)?))?;
    Some((unit, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_means_what_its_escapes_say_and_anything_else_means_nothing() {
        let meant = |string| unescape_json(string).map(|text| text.expose_text().unwrap().to_owned());
        assert_eq!(meant(r#""\"\\\/\b\f\n\r\t\u00e4 \ud83d\uDD11""#).unwrap(), "\"\\/\u{8}\u{c}\n\r\tä 🔑");
        for other in
            ["1", "null", "[\"a\"]", "\"", r#""\ud83d""#, r#""\ud83d\ue000""#, r#""\x""#, r#""\u12""#]
        {
            assert_eq!(meant(other), None, "{other}");
        }
    }
}
