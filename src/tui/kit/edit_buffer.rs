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
mod tests {
    use proptest::prelude::*;
    use unicode_segmentation::UnicodeSegmentation;

    use super::*;

    fn buffer(text: &str) -> EditBuffer {
        let mut buffer = EditBuffer::new(Lines::Many);
        buffer.insert(text);
        buffer
    }

    /// The text with `|` at the cursor.
    fn shown(buffer: &EditBuffer) -> String {
        let (before, after) = buffer.text().split_at(buffer.cursor());
        format!("{before}|{after}")
    }

    fn after(text: &str, edits: &[Edit]) -> String {
        let mut buffer = buffer(text);
        for edit in edits {
            buffer.edit(*edit);
        }
        shown(&buffer)
    }

    #[test]
    fn the_readline_keys_do_what_readline_does() {
        use Edit::{
            Backspace, Delete, DeleteToEnd, DeleteToStart, DeleteWord, Left, LineEnd, LineStart, WordLeft,
            WordRight,
        };
        for (edits, expected) in [
            (&[LineStart][..], "|one two-three"),
            (&[LineStart, LineEnd], "one two-three|"),
            (&[WordLeft], "one two-|three"),
            (&[WordLeft, WordLeft], "one |two-three"),
            (&[LineStart, WordRight], "one| two-three"),
            (&[LineStart, WordRight, WordRight], "one two|-three"),
            (&[DeleteWord], "one two-|"),
            (&[DeleteWord, DeleteWord], "one |"),
            (&[Left, Left, DeleteToStart], "|ee"),
            (&[Left, Left, DeleteToEnd], "one two-thr|"),
            (&[Backspace], "one two-thre|"),
            (&[LineStart, Delete], "|ne two-three"),
            (&[LineStart, Backspace, DeleteWord, Left], "|one two-three"),
        ] {
            assert_eq!(after("one two-three", edits), expected, "{edits:?}");
        }
    }

    #[test]
    fn up_and_down_keep_the_column_and_stop_at_the_ends() {
        use Edit::{Left, LineDown, LineUp};
        assert_eq!(after("abc\nd\nefg", &[LineUp]), "abc\nd|\nefg");
        assert_eq!(after("abc\nd\nefg", &[Left, LineUp, LineUp]), "a|bc\nd\nefg");
        assert_eq!(after("abc\nd\nefg", &[LineUp, LineUp, LineUp]), "|abc\nd\nefg");
        assert_eq!(after("abc\nd\nefg", &[LineUp, LineUp, LineDown, LineDown, LineDown]), "abc\nd\nefg|");
    }

    #[test]
    fn deleting_to_the_end_of_a_line_keeps_its_line_end() {
        use Edit::{DeleteToEnd, DeleteToStart, LineStart, LineUp};
        assert_eq!(after("abc\r\nd", &[LineUp, DeleteToEnd]), "a|\r\nd");
        assert_eq!(after("abc\nd", &[LineUp, LineStart, DeleteToEnd]), "|\nd");
        assert_eq!(after("abc\nde", &[DeleteToStart]), "abc\n|");
    }

    #[test]
    fn a_page_keeps_the_column_and_stops_at_the_ends() {
        use Edit::{Left, LinesDown, LinesUp};
        assert_eq!(after("abc\nd\nefg\nhij", &[Left, LinesUp(2)]), "abc\nd|\nefg\nhij");
        assert_eq!(after("abc\nd\nefg\nhij", &[Left, LinesUp(3)]), "ab|c\nd\nefg\nhij");
        assert_eq!(after("abc\nd\nefg\nhij", &[Left, LinesUp(9)]), "ab|c\nd\nefg\nhij");
        assert_eq!(after("abc\nd\nefg\nhij", &[Left, LinesUp(9), LinesDown(2)]), "abc\nd\nef|g\nhij");
        assert_eq!(after("abc\nd\nefg", &[LinesUp(9), LinesDown(9)]), "abc\nd\nefg|");
        assert_eq!(after("", &[LinesUp(9), LinesDown(9)]), "|");
    }

    fn typed(text: &str) -> EditBuffer {
        let mut buffer = EditBuffer::new(Lines::Many);
        for character in text.chars() {
            buffer.insert_character(character);
        }
        buffer
    }

    #[test]
    fn undo_takes_back_a_word_a_paste_or_a_row_of_deletions_and_redo_brings_it_again() {
        let mut text = typed("one two");
        text.insert("pasted");
        text.edit(Edit::Backspace);
        text.edit(Edit::Backspace);
        for earlier in ["one twopasted|", "one two|", "one |", "|"] {
            assert!(text.edit(Edit::Undo));
            assert_eq!(shown(&text), earlier);
        }
        assert!(!text.edit(Edit::Undo));
        for later in ["one |", "one two|", "one twopasted|", "one twopast|"] {
            assert!(text.edit(Edit::Redo));
            assert_eq!(shown(&text), later);
        }
        assert!(!text.edit(Edit::Redo));
        text.edit(Edit::Undo);
        text.insert_character('x');
        assert!(!text.edit(Edit::Redo), "what was typed instead stays");
        text.edit(Edit::Undo);
        assert_eq!(shown(&text), "one twopasted|");
    }

    #[test]
    fn a_text_that_was_replaced_comes_back_and_where_the_cursor_was_moved_a_new_step_begins() {
        let mut text = typed("mine");
        text.set("another");
        text.edit(Edit::Undo);
        assert_eq!(shown(&text), "mine|");
        text.edit(Edit::Left);
        text.insert_character('x');
        text.edit(Edit::Undo);
        assert_eq!(shown(&text), "min|e");
    }

    #[test]
    fn what_is_kept_for_undo_is_bounded_and_goes_with_the_text() {
        let mut text = EditBuffer::new(Lines::Many);
        for _ in 0..1_000 {
            text.insert("ab");
        }
        let undone = std::iter::from_fn(|| text.edit(Edit::Undo).then_some(())).count();
        assert_eq!(undone, 200);
        text.set(&"x".repeat(3 * 1024 * 1024));
        text.insert("more");
        text.insert("more");
        let undone = std::iter::from_fn(|| text.edit(Edit::Undo).then_some(())).count();
        assert_eq!(undone, 1, "large texts are few");
        let wipings: [fn(&mut EditBuffer); 2] = [EditBuffer::clear, |text| drop(text.take())];
        for wipes in wipings {
            let mut text = typed("secret");
            wipes(&mut text);
            assert!(!text.edit(Edit::Undo) && !text.edit(Edit::Redo));
        }
        let mut line = EditBuffer::with_text("password");
        line.insert_character('x');
        assert!(!line.edit(Edit::Undo), "of one line nothing is kept");
    }

    #[test]
    fn a_grapheme_is_one_step_and_one_deletion() {
        let family = "👩‍👩‍👧";
        let text = format!("a{family}e\u{301}");
        assert_eq!(after(&text, &[Edit::Backspace]), format!("a{family}|"));
        assert_eq!(after(&text, &[Edit::Left, Edit::Left]), format!("a|{family}e\u{301}"));
        assert_eq!(after(&text, &[Edit::Left, Edit::Backspace]), "a|e\u{301}");
    }

    #[test]
    fn a_field_of_one_line_takes_no_line_feed() {
        let mut field = EditBuffer::with_text("a");
        assert!(!field.insert("b\nc"));
        assert_eq!(field.text(), "a");
    }

    #[test]
    fn what_is_taken_is_gone() {
        let mut field = EditBuffer::with_text("secret");
        assert_eq!(field.take().expose(), b"secret");
        assert!(field.is_empty());
        assert_eq!(field.cursor(), 0);
    }

    #[derive(Debug, Clone)]
    enum Typed {
        Insert(String),
        Edit(Edit),
    }

    fn step() -> impl Strategy<Value = Typed> {
        let edits = [
            Edit::Left,
            Edit::Right,
            Edit::WordLeft,
            Edit::WordRight,
            Edit::LineStart,
            Edit::LineEnd,
            Edit::LineUp,
            Edit::LineDown,
            Edit::LinesUp(2),
            Edit::LinesDown(2),
            Edit::Undo,
            Edit::Redo,
            Edit::Backspace,
            Edit::Delete,
            Edit::DeleteWord,
            Edit::DeleteToStart,
            Edit::DeleteToEnd,
        ];
        let text =
            proptest::string::string_regex("[a-c \\-\n\r\tä\u{301}\u{200d}👩🏽🇩🇪日]{1,4}").expect("a regex");
        prop_oneof![
            text.prop_map(Typed::Insert),
            proptest::sample::select(edits.to_vec()).prop_map(Typed::Edit)
        ]
    }

    proptest! {
        #[test]
        fn the_cursor_always_stands_between_graphemes(steps in proptest::collection::vec(step(), 1..60)) {
            let mut buffer = EditBuffer::new(Lines::Many);
            for step in steps {
                let before = buffer.len();
                match &step {
                    Typed::Insert(text) => {
                        prop_assert!(buffer.insert(text));
                        prop_assert_eq!(buffer.len(), before + text.len());
                    }
                    Typed::Edit(edit) => {
                        buffer.edit(*edit);
                    }
                }
                let text = buffer.text();
                let is_boundary = buffer.cursor() == text.len()
                    || text.grapheme_indices(true).any(|(at, _)| at == buffer.cursor());
                prop_assert!(is_boundary, "{:?} after {:?} at {}", text, step, buffer.cursor());
            }
        }
    }
}
