//! Editing a text by keys, characters of all widths in it.

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
    let text = proptest::string::string_regex("[a-c \\-\n\r\tä\u{301}\u{200d}👩🏽🇩🇪日]{1,4}").expect("a regex");
    prop_oneof![text.prop_map(Typed::Insert), proptest::sample::select(edits.to_vec()).prop_map(Typed::Edit)]
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
