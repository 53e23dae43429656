//! The one wiping buffer behind every text field, masked or not.
//!
//! Text-input crates keep plain strings and histories of them; here every byte typed lies in a
//! [`SecretBytes`], and editing happens in place.

mod moves;

use super::typing_history::{Earlier, Step, TypingHistory};
use crate::memory::SecretBytes;
use crate::tui::action::Action;

/// Whether a field holds one line or many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lines {
    /// A line feed is not accepted.
    Single,
    /// Lines are separated by line feeds; a carriage return is a character like any other.
    Many,
}

/// A movement of the cursor or a deletion, as readline names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edit {
    /// To the previous grapheme.
    Left,
    /// To the next grapheme.
    Right,
    /// To the start of the word before the cursor.
    WordLeft,
    /// To the end of the word after the cursor.
    WordRight,
    /// To the start of the line.
    LineStart,
    /// To the end of the line.
    LineEnd,
    /// To the line above.
    LineUp,
    /// To the line below.
    LineDown,
    /// So many lines up.
    LinesUp(u16),
    /// So many lines down.
    LinesDown(u16),
    /// Deletes the grapheme before the cursor.
    Backspace,
    /// Deletes the grapheme after the cursor.
    Delete,
    /// Deletes the word before the cursor.
    DeleteWord,
    /// Deletes from the start of the line to the cursor.
    DeleteToStart,
    /// Deletes from the cursor to the end of the line.
    DeleteToEnd,
    /// Goes back to the text before what was typed last, in a field of many lines.
    Undo,
    /// Takes an undo back.
    Redo,
}

impl Edit {
    /// What an action does to a field; `None`: it is not about the text.
    pub const fn of(action: Action) -> Option<Self> {
        Some(match action {
            Action::CursorLeft => Self::Left,
            Action::CursorRight => Self::Right,
            Action::CursorWordLeft => Self::WordLeft,
            Action::CursorWordRight => Self::WordRight,
            Action::CursorUp => Self::LineUp,
            Action::CursorDown => Self::LineDown,
            Action::LineStart => Self::LineStart,
            Action::LineEnd => Self::LineEnd,
            Action::DeleteBackward => Self::Backspace,
            Action::DeleteForward => Self::Delete,
            Action::DeleteWord => Self::DeleteWord,
            Action::DeleteToStart => Self::DeleteToStart,
            Action::DeleteToEnd => Self::DeleteToEnd,
            Action::UndoTyping => Self::Undo,
            Action::RedoTyping => Self::Redo,
            _ => return None,
        })
    }

    /// Whether it moves the cursor along the line and changes nothing.
    pub const fn moves(self) -> bool {
        matches!(
            self,
            Self::Left | Self::Right | Self::WordLeft | Self::WordRight | Self::LineStart | Self::LineEnd
        )
    }
}

/// Text being typed, and where the cursor stands in it.
///
/// Invariants: the bytes are UTF-8; the cursor stands on a boundary of graphemes; a single-line buffer
/// holds no line feed.
pub struct EditBuffer {
    bytes: SecretBytes,
    cursor: usize,
    lines: Lines,
    history: TypingHistory,
}

impl EditBuffer {
    pub const fn new(lines: Lines) -> Self {
        Self { bytes: SecretBytes::new(), cursor: 0, lines, history: TypingHistory::new() }
    }

    /// A field of one line with a text in it, the cursor at its end.
    pub fn with_text(text: &str) -> Self {
        let mut buffer = Self::new(Lines::Single);
        buffer.insert(text);
        buffer
    }

    pub fn text(&self) -> &str {
        self.bytes.expose_text().expect("only whole characters are inserted and removed")
    }

    /// The number of bytes.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether nothing is typed.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Whether it holds one line or many.
    pub const fn lines(&self) -> Lines {
        self.lines
    }

    /// Where the cursor stands, in bytes.
    pub const fn cursor(&self) -> usize {
        self.cursor
    }

    /// The line of the cursor, counted from 0, and the bytes before the cursor in it.
    pub fn position(&self) -> (usize, usize) {
        let before = &self.bytes.expose()[..self.cursor];
        let line = before.iter().filter(|&&byte| byte == b'\n').count();
        (line, self.cursor - self.line_start())
    }

    /// The line of the cursor, counted from 1, and how many there are. A final line feed begins no line unless the
    /// cursor stands behind it.
    pub fn line_of_lines(&self) -> (usize, usize) {
        let (line, _) = self.position();
        (line + 1, self.text().lines().count().max(line + 1))
    }

    /// Replaces everything; the cursor goes to the end.
    pub fn set(&mut self, text: &str) {
        self.keep(Step::Whole);
        self.bytes.clear();
        self.cursor = 0;
        self.put_in(text);
    }

    /// Wipes everything, the earlier texts too.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.cursor = 0;
        self.forget_typing();
    }

    /// Wipes the earlier texts: undo goes back no further than to the text as it is now.
    pub fn forget_typing(&mut self) {
        self.history = TypingHistory::new();
    }

    /// Makes the one explicit copy of what is typed.
    pub fn duplicate(&self) -> SecretBytes {
        self.bytes.duplicate()
    }

    /// Gives the bytes away and is empty then.
    pub fn take(&mut self) -> SecretBytes {
        self.cursor = 0;
        self.forget_typing();
        std::mem::take(&mut self.bytes)
    }

    /// Inserts one typed character; whether it was taken.
    pub fn insert_character(&mut self, character: char) -> bool {
        let mut buffer = [0; 4];
        let step = if character.is_whitespace() { Step::Space } else { Step::Word };
        self.type_in(character.encode_utf8(&mut buffer), step)
    }

    /// Inserts a text at the cursor; whether it was taken: a line feed is not, in a field of one line.
    pub fn insert(&mut self, text: &str) -> bool {
        let step = if text == "\n" { Step::Space } else { Step::Whole };
        self.type_in(text, step)
    }

    fn type_in(&mut self, text: &str, step: Step) -> bool {
        if self.lines == Lines::Single && text.contains('\n') {
            return false;
        }
        self.keep(step);
        self.put_in(text);
        true
    }

    fn put_in(&mut self, text: &str) {
        self.bytes.insert(self.cursor, text.as_bytes());
        self.cursor += text.len();
        self.settle();
    }

    /// The text is about to change. In a field of one line nothing is kept: it is quickly typed again, and it may be
    /// a password.
    fn keep(&mut self, step: Step) {
        if self.lines == Lines::Many {
            let (bytes, cursor) = (&self.bytes, self.cursor);
            self.history.keep(step, || Earlier { bytes: bytes.duplicate(), cursor });
        }
    }

    /// Moves the cursor, deletes, or goes back to another text; whether the text is another one now.
    pub fn edit(&mut self, edit: Edit) -> bool {
        let before = self.len();
        match edit {
            Edit::Undo | Edit::Redo => return self.travel(edit),
            Edit::Backspace | Edit::DeleteWord | Edit::DeleteToStart | Edit::Delete | Edit::DeleteToEnd => {}
            _ => self.history.pause(),
        }
        match edit {
            Edit::Undo | Edit::Redo => {}
            Edit::Left => self.cursor = self.previous(self.cursor),
            Edit::Right => self.cursor = self.next(self.cursor),
            Edit::WordLeft => self.cursor = self.word_left(),
            Edit::WordRight => self.cursor = self.word_right(),
            Edit::LineStart => self.cursor = self.line_start(),
            Edit::LineEnd => self.cursor = self.line_end(),
            Edit::LineUp => self.line_up(),
            Edit::LineDown => self.line_down(),
            Edit::LinesUp(lines) => self.lines_up(lines),
            Edit::LinesDown(lines) => self.lines_down(lines),
            Edit::Backspace => self.delete_back_to(self.previous(self.cursor)),
            Edit::Delete => self.delete_up_to(self.next(self.cursor)),
            Edit::DeleteWord => self.delete_back_to(self.word_left()),
            Edit::DeleteToStart => self.delete_back_to(self.line_start()),
            Edit::DeleteToEnd => self.delete_up_to(self.line_end()),
        }
        self.len() != before
    }

    /// To the text before the last change, or before the last undo.
    fn travel(&mut self, edit: Edit) -> bool {
        let (bytes, cursor) = (&self.bytes, self.cursor);
        let now = || Earlier { bytes: bytes.duplicate(), cursor };
        let other = if edit == Edit::Undo { self.history.undo(now) } else { self.history.redo(now) };
        let Some(other) = other else { return false };
        self.bytes = other.bytes;
        self.cursor = other.cursor;
        true
    }

    fn delete_back_to(&mut self, start: usize) {
        if start == self.cursor {
            return;
        }
        self.keep(Step::Backward);
        self.bytes.remove(start..self.cursor);
        self.cursor = start;
        self.settle();
    }

    fn delete_up_to(&mut self, end: usize) {
        if end == self.cursor {
            return;
        }
        self.keep(Step::Forward);
        self.bytes.remove(self.cursor..end);
        self.settle();
    }
}

#[cfg(test)]
mod tests;
