//! A place in a text file.

use std::cell::OnceCell;
use std::fmt;

/// Line and column, both from 1; columns are characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl Place {
    /// The place of a byte; beyond the end it is the end.
    pub(super) fn of_byte(text: &[u8], at: usize) -> Self {
        Self::START.behind(&text[..at.min(text.len())])
    }

    const START: Self = Self { line: 1, column: 1 };

    /// The place behind bytes that begin here.
    fn behind(self, bytes: &[u8]) -> Self {
        // A byte that does not continue a UTF-8 character begins one.
        let characters = |bytes: &[u8]| bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count();
        match bytes.iter().rposition(|byte| *byte == b'\n') {
            None => Self { line: self.line, column: self.column + characters(bytes) },
            Some(last) => Self {
                line: self.line + bytes.iter().filter(|byte| **byte == b'\n').count(),
                column: 1 + characters(&bytes[last + 1..]),
            },
        }
    }

    /// The place of the so-many-th byte, from 1, of a line.
    pub(super) fn of_line_and_byte(text: &[u8], line: usize, column: usize) -> Self {
        let start = match line {
            0 | 1 => 0,
            _ => text
                .iter()
                .enumerate()
                .filter(|(_, byte)| **byte == b'\n')
                .nth(line - 2)
                .map_or(text.len(), |(at, _)| at + 1),
        };
        Self::of_byte(text, start + column.saturating_sub(1))
    }
}

/// A text without its mark, in which a place is not counted from the start: a file of many entries that do not fit has
/// a fault in each.
pub(super) struct Text<'t> {
    bytes: &'t [u8],
    /// The places of every so-many-th byte, known as soon as the first place is asked for.
    known: OnceCell<Vec<Place>>,
}

/// How many bytes lie between two places that are known.
const STEP: usize = 4096;

impl<'t> Text<'t> {
    pub(super) fn of(bytes: &'t [u8]) -> Self {
        Self { bytes: without_mark(bytes), known: OnceCell::new() }
    }

    pub(super) const fn bytes(&self) -> &'t [u8] {
        self.bytes
    }

    /// The place of a byte; beyond the end it is the end.
    pub(super) fn place(&self, at: usize) -> Place {
        let at = at.min(self.bytes.len());
        let known = self.known.get_or_init(|| {
            let mut place = Place::START;
            let mut known = vec![place];
            for step in self.bytes.chunks(STEP) {
                place = place.behind(step);
                known.push(place);
            }
            known
        });
        let start = at - at % STEP;
        known[at / STEP].behind(&self.bytes[start..at])
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}, column {}", self.line, self.column)
    }
}

/// The text without the mark that some programs begin their files with.
pub(super) fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_counts_lines_and_characters_from_one() {
        let text = "äb\ncd\n".as_bytes();
        let at = |byte| {
            let place = Place::of_byte(text, byte);
            (place.line, place.column)
        };
        assert_eq!(
            [at(0), at(2), at(3), at(4), at(5), at(7), at(99)],
            [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (3, 1), (3, 1)]
        );
        let known = Text::of(text);
        for byte in 0..9 {
            assert_eq!(known.place(byte), Place::of_byte(text, byte));
        }
        assert_eq!(Place::of_line_and_byte(text, 1, 3), Place { line: 1, column: 2 });
        assert_eq!(Place::of_line_and_byte(text, 2, 2), Place { line: 2, column: 2 });
        assert_eq!(Place::of_line_and_byte(text, 9, 9), Place { line: 3, column: 1 });
    }

    #[test]
    fn places_in_a_long_text_are_those_counted_from_its_start() {
        let lines = "ä€ and more\n".repeat(2000);
        let line = "ä€😀".repeat(2000);
        for text in [lines.as_bytes(), line.as_bytes(), b"", "\n".repeat(STEP).as_bytes()] {
            let known = Text::of(text);
            for byte in
                (0..=text.len() + 1).step_by(7).chain([STEP - 1, STEP, STEP + 1, 2 * STEP, text.len()])
            {
                assert_eq!(known.place(byte), Place::of_byte(text, byte), "byte {byte}");
            }
        }
    }
}
