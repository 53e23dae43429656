//! The forms in which a value is looked for.

use std::ops::Range;

use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use super::search::Search;
use crate::memory::SecretBytes;

/// Values of fewer bytes are not looked for: they stand in every text.
pub const SHORTEST_VALUE: usize = 8;

/// Lines of a value that have fewer bytes are not looked for alone.
pub const SHORTEST_LINE: usize = 12;

/// All forms of some values, ready to be looked for:
///
/// - the value, also without the line ends at its end;
/// - its lines of [`SHORTEST_LINE`] bytes or more, but for the armour of PEM;
/// - as a JSON string holds it, with and without what only some writers escape;
/// - percent-encoded, as URLs and forms have it;
/// - base64 and base64url at each of the three places where it can begin between other bytes, without the
///   characters that its neighbours decide.
pub struct Forms {
    pub(super) search: Search,
}

impl Forms {
    /// Of values; `None` where none is long enough.
    pub fn of<'a>(values: impl IntoIterator<Item = &'a [u8]>) -> Option<Self> {
        let mut forms = Collected { bytes: SecretBytes::new(), places: Vec::new() };
        for value in values.into_iter().filter(|value| Self::can_mask(value)) {
            let trimmed = without_line_ends(value);
            forms.of_value(trimmed);
            if trimmed.len() < value.len() {
                forms.of_value(value);
            }
        }
        forms.into_search().map(|search| Self { search })
    }

    /// Whether a value is long enough to be looked for.
    pub fn can_mask(value: &[u8]) -> bool {
        without_line_ends(value).len() >= SHORTEST_VALUE
    }

    /// The length of the longest form in bytes.
    pub fn longest(&self) -> usize {
        self.search.longest()
    }

    /// Lends the forms themselves.
    pub fn expose(&self) -> impl Iterator<Item = &[u8]> {
        self.search.patterns()
    }
}

fn without_line_ends(value: &[u8]) -> &[u8] {
    let end = value.iter().rposition(|byte| !matches!(byte, b'\n' | b'\r')).map_or(0, |at| at + 1);
    &value[..end]
}

/// Forms one behind the other.
struct Collected {
    bytes: SecretBytes,
    places: Vec<Range<usize>>,
}

impl Collected {
    fn of_value(&mut self, value: &[u8]) {
        self.add(|out| out.extend(value));
        for line in value.split(|byte| *byte == b'\n') {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.len() >= SHORTEST_LINE && !line.starts_with(b"-----") {
                self.add(|out| out.extend(line));
            }
        }
        if let Ok(text) = std::str::from_utf8(value) {
            for style in [JsonStyle::Least, JsonStyle::Ascii, JsonStyle::Html] {
                self.add(|out| json(text, style, out));
            }
        }
        for kept in ["", "/", "!'()*"] {
            for digits in [b"0123456789ABCDEF", b"0123456789abcdef"] {
                self.add(|out| percent(value, kept, Space::Number, digits, out));
            }
        }
        self.add(|out| percent(value, "*", Space::Plus, b"0123456789ABCDEF", out));
        for offset in 0..3 {
            self.base64(&STANDARD_NO_PAD, value, offset);
            self.base64(&URL_SAFE_NO_PAD, value, offset);
        }
    }

    fn add(&mut self, write: impl FnOnce(&mut SecretBytes)) {
        let start = self.bytes.len();
        write(&mut self.bytes);
        self.places.push(start..self.bytes.len());
    }

    /// The characters that the value alone decides where it begins `offset` bytes behind a group of three.
    fn base64(&mut self, engine: &impl base64::Engine, value: &[u8], offset: usize) {
        let mut shifted = SecretBytes::zeroed(offset);
        shifted.extend(value);
        let mut encoded = SecretBytes::zeroed(shifted.len().div_ceil(3) * 4);
        let written = engine.encode_slice(shifted.expose(), encoded.expose_mut());
        let written = written.expect("four characters for three bytes are enough");
        let (first, end) = ((8 * offset).div_ceil(6), 8 * shifted.len() / 6);
        self.add(|out| out.extend(&encoded.expose()[first..end.min(written)]));
    }

    fn into_search(self) -> Option<Search> {
        Search::new(self.bytes, self.places)
    }
}

/// What writers of JSON escape besides what must be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum JsonStyle {
    /// Nothing.
    Least,
    /// Everything outside ASCII, as Python does.
    Ascii,
    /// `<`, `>`, `&` and two line ends of Unicode, as Go does.
    Html,
}

fn json(text: &str, style: JsonStyle, out: &mut SecretBytes) {
    let mut buffer = [0; 4];
    for character in text.chars() {
        match character {
            '"' => out.extend(b"\\\""),
            '\\' => out.extend(b"\\\\"),
            '\n' => out.extend(b"\\n"),
            '\r' => out.extend(b"\\r"),
            '\t' => out.extend(b"\\t"),
            '\u{8}' => out.extend(b"\\b"),
            '\u{c}' => out.extend(b"\\f"),
            other if is_escaped(other, style) => {
                for unit in other.encode_utf16(&mut [0; 2]) {
                    out.extend(format!("\\u{unit:04x}").as_bytes());
                }
            }
            other => out.extend(other.encode_utf8(&mut buffer).as_bytes()),
        }
    }
}

fn is_escaped(character: char, style: JsonStyle) -> bool {
    match style {
        _ if character < ' ' => true,
        JsonStyle::Least => false,
        JsonStyle::Ascii => character > '~',
        JsonStyle::Html => matches!(character, '<' | '>' | '&' | '\u{2028}' | '\u{2029}'),
    }
}

/// How a space is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Space {
    /// `%20`.
    Number,
    /// `+`, in the fields of forms.
    Plus,
}

/// RFC 3986, section 2.1; `kept` are reserved characters that some writers leave as they are.
fn percent(value: &[u8], kept: &str, space: Space, digits: &[u8; 16], out: &mut SecretBytes) {
    for &byte in value {
        match byte {
            b' ' if space == Space::Plus => out.push(b'+'),
            b'~' if space == Space::Plus => out.extend(b"%7E"),
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(byte),
            _ if kept.as_bytes().contains(&byte) => out.push(byte),
            _ => out.extend(&[b'%', digits[usize::from(byte >> 4)], digits[usize::from(byte & 15)]]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms(value: &str) -> Vec<String> {
        let forms = Forms::of([value.as_bytes()]).unwrap();
        let mut forms: Vec<String> =
            forms.expose().map(|form| String::from_utf8(form.to_vec()).unwrap()).collect();
        forms.sort();
        forms
    }

    #[test]
    fn a_plain_value_is_looked_for_as_it_is_and_in_base64_at_three_places() {
        // base64 of "hunter22", of "?hunter22" and of "??hunter22", without the characters at the edges.
        assert_eq!(forms("hunter22"), ["aHVudGVyMj", "h1bnRlcjIy", "hunter22", "odW50ZXIyM"]);
    }

    #[test]
    fn a_value_is_looked_for_as_json_and_percent_encoded() {
        let found = forms("a\"b <ü>/\u{1}");
        for form in [
            "a\\\"b <ü>/\\u0001",
            "a\\\"b <\\u00fc>/\\u0001",
            "a\\\"b \\u003cü\\u003e/\\u0001",
            "a%22b%20%3C%C3%BC%3E%2F%01",
            "a%22b%20%3c%c3%bc%3e%2f%01",
            "a%22b%20%3C%C3%BC%3E/%01",
            "a%22b+%3C%C3%BC%3E%2F%01",
        ] {
            assert!(found.iter().any(|known| known == form), "{form} in {found:?}");
        }
    }

    #[test]
    fn each_writer_s_percent_encoding_is_looked_for() {
        let found = forms("a /!\u{fc}~bc");
        for form in [
            "a%20%2F%21%C3%BC~bc",
            "a%20%2f%21%c3%bc~bc",
            "a%20/%21%C3%BC~bc",
            "a%20/%21%c3%bc~bc",
            "a%20%2F!%C3%BC~bc",
            "a%20%2f!%c3%bc~bc",
            "a+%2F%21%C3%BC%7Ebc",
        ] {
            assert!(found.iter().any(|known| known == form), "{form} in {found:?}");
        }
    }

    #[test]
    fn both_alphabets_of_base64_are_looked_for() {
        let found = forms("\u{3ff}\u{3ff}\u{3ff}\u{3ff}~~~~");
        assert!(found.iter().any(|form| form.contains('+') || form.contains('/')), "{found:?}");
        assert!(found.iter().any(|form| form.contains('-') || form.contains('_')), "{found:?}");
    }

    #[test]
    fn long_lines_are_looked_for_alone_but_for_the_armour_of_pem() {
        let found = forms("-----BEGIN KEY-----\r\nMIIEvQIBADAN\r\nshort\r\n-----END KEY-----\r\n");
        assert!(found.iter().any(|form| form == "MIIEvQIBADAN"));
        assert!(!found.iter().any(|form| form == "short" || form == "-----BEGIN KEY-----"));
        let found = forms("hunter22\n");
        assert!(found.iter().any(|form| form == "hunter22") && found.iter().any(|form| form == "hunter22\n"));
    }

    #[test]
    fn short_values_have_no_forms() {
        for value in ["", "1234567", "1234567\r\n\n"] {
            assert!(Forms::of([value.as_bytes()]).is_none(), "{value:?}");
        }
        assert!(Forms::of(["short".as_bytes(), b"long enough"]).is_some());
    }
}
