//! A place in a text file.

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
        let before = &text[..at.min(text.len())];
        let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
        // A byte that does not continue a UTF-8 character begins one.
        let characters = before[start..].iter().filter(|byte| **byte & 0xc0 != 0x80).count();
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        Self { line, column: characters + 1 }
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
        assert_eq!(Place::of_line_and_byte(text, 1, 3), Place { line: 1, column: 2 });
        assert_eq!(Place::of_line_and_byte(text, 2, 2), Place { line: 2, column: 2 });
        assert_eq!(Place::of_line_and_byte(text, 9, 9), Place { line: 3, column: 1 });
    }
}
