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
/// and other format characters, blanks other than the space, and private characters by number (`‹U+202E›`).
pub fn visible(text: &str) -> Cow<'_, str> {
    shown(text, Layout::OneLine)
}

/// As [`visible`], but line feeds and tabs stay as they are.
pub fn visible_lines(text: &str) -> Cow<'_, str> {
    shown(text, Layout::Lines)
}

/// As [`visible_lines`] for a value: the result is in a wiping buffer.
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

/// What cannot be seen, or not be told from something else: by Unicode's properties, the controls (Cc), the format
/// characters (Cf), the separators but the plain space (Zl, Zp, Zs), the private use characters (Co, which every
/// font draws as it likes), the noncharacters, and all that may be left out when drawing
/// (`Default_Ignorable_Code_Point`: fillers, variation selectors, tags). Three more are drawn as nothing and have
/// no property that says so: the empty Braille cell, a notehead and a Khitan filler.
///
/// A test compares the ranges with the properties of all characters.
const fn is_unseen(number: u32) -> bool {
    matches!(
        number,
        0x80..=0xa0
            | 0xad
            | 0x34f
            | 0x600..=0x605
            | 0x61c
            | 0x6dd
            | 0x70f
            | 0x890..=0x891
            | 0x8e2
            | 0x115f..=0x1160
            | 0x1680
            | 0x17b4..=0x17b5
            | 0x180b..=0x180f
            | 0x2000..=0x200f
            | 0x2028..=0x202f
            | 0x205f..=0x206f
            | 0x2800
            | 0x3000
            | 0x3164
            | 0xe000..=0xf8ff
            | 0xfdd0..=0xfdef
            | 0xfe00..=0xfe0f
            | 0xfeff
            | 0xffa0
            | 0xfff0..=0xfffb
            | 0x110bd
            | 0x110cd
            | 0x13430..=0x1343f
            | 0x16fe4
            | 0x1bca0..=0x1bca3
            | 0x1d159
            | 0x1d173..=0x1d17a
            | 0xe0000..=0xe0fff
            | 0xf0000..=0x10ffff
    ) || number & 0xfffe == 0xfffe
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
    fn a_blank_that_is_no_space_is_named_by_its_number() {
        assert_eq!(visible("pass\u{a0}word"), "pass‹U+00A0›word");
        assert_eq!(visible("a\u{2800}b\u{3000}c\u{e000}d\u{ffff}"), "a‹U+2800›b‹U+3000›c‹U+E000›d‹U+FFFF›");
    }

    /// The properties of all characters, from another table than ours.
    #[test]
    fn what_is_unseen_is_what_unicode_says() {
        use regex_syntax::hir::{Class, HirKind};
        let unseen =
            r"[[\p{Cc}\p{Cf}\p{Z}\p{Co}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]--\x20]";
        let parsed = regex_syntax::parse(unseen).unwrap();
        let HirKind::Class(Class::Unicode(class)) = parsed.kind() else { panic!("a class of characters") };
        let blank_without_a_property = ['\u{2800}', '\u{16fe4}', '\u{1d159}'];
        let mut buffer = [0; 4];
        for character in '\0'..=char::MAX {
            let is_unseen = blank_without_a_property.contains(&character)
                || class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&character));
            let is_marked = matches!(visible(character.encode_utf8(&mut buffer)), Cow::Owned(_));
            assert_eq!(is_marked, is_unseen, "U+{:04X}", u32::from(character));
        }
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
