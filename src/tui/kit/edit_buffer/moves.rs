//! Where the cursor goes: graphemes, words, lines.

use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation};

use super::EditBuffer;

impl EditBuffer {
    /// What was inserted or deleted may have joined its neighbours to one grapheme: the cursor goes to its end.
    pub(super) fn settle(&mut self) {
        if !self.is_boundary(self.cursor) {
            self.cursor = self.next(self.cursor);
        }
    }

    pub(super) fn is_boundary(&self, at: usize) -> bool {
        GraphemeCursor::new(at, self.len(), true).is_boundary(self.text(), 0).unwrap_or(true)
    }

    pub(super) fn previous(&self, from: usize) -> usize {
        let mut graphemes = GraphemeCursor::new(from, self.len(), true);
        graphemes.prev_boundary(self.text(), 0).ok().flatten().unwrap_or(0)
    }

    pub(super) fn next(&self, from: usize) -> usize {
        let mut graphemes = GraphemeCursor::new(from, self.len(), true);
        graphemes.next_boundary(self.text(), 0).ok().flatten().unwrap_or(self.len())
    }

    pub(super) fn line_start(&self) -> usize {
        let before = &self.bytes.expose()[..self.cursor];
        before.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1)
    }

    /// Before the line feed, and before a carriage return that belongs to it.
    pub(super) fn line_end(&self) -> usize {
        let bytes = self.bytes.expose();
        let Some(end) = bytes[self.cursor..].iter().position(|&byte| byte == b'\n') else {
            return bytes.len();
        };
        let end = self.cursor + end;
        if end > self.cursor && bytes[end - 1] == b'\r' { end - 1 } else { end }
    }

    pub(super) fn line_up(&mut self) {
        let start = self.line_start();
        if start == 0 {
            self.cursor = 0;
            return;
        }
        let column = self.text()[start..self.cursor].graphemes(true).count();
        self.cursor = start - 1;
        self.cursor = self.line_start();
        self.go_to_column(column);
    }

    pub(super) fn line_down(&mut self) {
        let column = self.text()[self.line_start()..self.cursor].graphemes(true).count();
        match self.bytes.expose()[self.cursor..].iter().position(|&byte| byte == b'\n') {
            None => self.cursor = self.len(),
            Some(end) => {
                self.cursor += end + 1;
                self.go_to_column(column);
            }
        }
    }

    pub(super) fn lines_up(&mut self, lines: u16) {
        let column = self.text()[self.line_start()..self.cursor].graphemes(true).count();
        for _ in 0..lines {
            self.cursor = self.line_start().saturating_sub(1);
        }
        self.cursor = self.line_start();
        self.go_to_column(column);
    }

    pub(super) fn lines_down(&mut self, lines: u16) {
        let column = self.text()[self.line_start()..self.cursor].graphemes(true).count();
        for _ in 0..lines {
            let Some(end) = self.bytes.expose()[self.cursor..].iter().position(|&byte| byte == b'\n') else {
                break;
            };
            self.cursor += end + 1;
        }
        self.cursor = self.line_start();
        self.go_to_column(column);
    }

    /// From the start of a line so many graphemes to the right, at most to its end.
    pub(super) fn go_to_column(&mut self, column: usize) {
        let line = &self.text()[self.cursor..self.line_end()];
        let ahead = line.grapheme_indices(true).nth(column).map_or(line.len(), |(at, _)| at);
        self.cursor += ahead;
    }

    pub(super) fn word_left(&self) -> usize {
        let before = &self.text()[..self.cursor];
        let trimmed = before.trim_end_matches(|character: char| !is_word(character));
        let start = trimmed.trim_end_matches(is_word).len();
        if self.is_boundary(start) { start } else { self.previous(start) }
    }

    pub(super) fn word_right(&self) -> usize {
        let after = &self.text()[self.cursor..];
        let trimmed = after.trim_start_matches(|character: char| !is_word(character));
        let end = self.len() - trimmed.trim_start_matches(is_word).len();
        if self.is_boundary(end) { end } else { self.next(end) }
    }
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || ('\u{300}'..='\u{36f}').contains(&character)
}
