//! Makes text harmless to show: whatever a terminal would obey, hide or reorder becomes visible.

use std::borrow::Cow;

use crate::memory::SecretBytes;

/// Whether line ends and tabs keep their meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    OneLine,
    Lines,
}

/// Shows text on one line: control characters as their pictures (`␛`, `␊`), bidi overrides, zero-width
/// and other format characters by number (`‹U+202E›`).
pub fn visible(text: &str) -> Cow<'_, str> {
    shown(text, Layout::OneLine)
}

/// As [`visible`], but line feeds and tabs stay as they are.
pub fn visible_lines(text: &str) -> Cow<'_, str> {
    shown(text, Layout::Lines)
}

/// As [`visible_lines`] for a value: the result lies in a wiping buffer.
pub fn visible_value(text: &str, out: &mut SecretBytes) {
    let mut buffer = [0; 4];
    for character in text.chars() {
        match replacement(character, Layout::Lines) {
            None => out.extend(character.encode_utf8(&mut buffer).as_bytes()),
            Some(Replacement::Picture(picture)) => out.extend(picture.encode_utf8(&mut buffer).as_bytes()),
            Some(Replacement::Number(number)) => out.extend(numbered(number).as_bytes()),
        }
    }
}

enum Replacement {
    Picture(char),
    Number(u32),
}

fn shown(text: &str, layout: Layout) -> Cow<'_, str> {
    if text.chars().all(|character| replacement(character, layout).is_none()) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match replacement(character, layout) {
            None => out.push(character),
            Some(Replacement::Picture(picture)) => out.push(picture),
            Some(Replacement::Number(number)) => out.push_str(&numbered(number)),
        }
    }
    Cow::Owned(out)
}

fn numbered(number: u32) -> String {
    format!("‹U+{number:04X}›")
}

fn replacement(character: char, layout: Layout) -> Option<Replacement> {
    let number = u32::from(character);
    match number {
        0x09 | 0x0a if layout == Layout::Lines => None,
        0x00..=0x1f => char::from_u32(0x2400 + number).map(Replacement::Picture),
        0x7f => Some(Replacement::Picture('␡')),
        _ if is_unseen(number) => Some(Replacement::Number(number)),
        _ => None,
    }
}

/// C1 controls, and the characters of Unicode's categories Cf, Zl and Zp that hide, join or reorder, with
/// the invisible fillers and variation selectors that serve to smuggle text.
const fn is_unseen(number: u32) -> bool {
    matches!(
        number,
        0x80..=0x9f
            | 0xad
            | 0x34f
            | 0x600..=0x605
            | 0x61c
            | 0x6dd
            | 0x70f
            | 0x115f..=0x1160
            | 0x17b4..=0x17b5
            | 0x180b..=0x180f
            | 0x200b..=0x200f
            | 0x2028..=0x202e
            | 0x2060..=0x206f
            | 0x3164
            | 0xfe00..=0xfe0f
            | 0xfeff
            | 0xffa0
            | 0xfff0..=0xfffb
            | 0x110bd
            | 0x1bca0..=0x1bca3
            | 0x1d173..=0x1d17a
            | 0xe0000..=0xe0fff
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_becomes_a_picture() {
        assert_eq!(visible("\u{1b}[31mred\u{7}\u{7f}"), "␛[31mred␇␡");
        assert_eq!(visible("a\tb\r\nc"), "a␉b␍␊c");
        assert_eq!(visible_lines("a\tb\r\nc"), "a\tb␍\nc");
    }

    #[test]
    fn what_hides_or_reorders_is_named_by_its_number() {
        assert_eq!(visible("a\u{202e}b\u{200b}c\u{9b}"), "a‹U+202E›b‹U+200B›c‹U+009B›");
    }

    #[test]
    fn plain_text_is_lent_as_it_is() {
        assert!(matches!(visible("grüße 🔑 日本"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_value_is_shown_the_same_way_in_a_wiping_buffer() {
        let text = "line\n\u{1b}]52;c;x\u{7}\u{200d}";
        let mut out = SecretBytes::new();
        visible_value(text, &mut out);
        assert_eq!(out.expose_text(), Some(visible_lines(text).as_ref()));
    }
}
