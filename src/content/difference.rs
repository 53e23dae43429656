//! What differs between two texts: by key where both have fields, else by line. What is told of it names keys,
//! lines and lengths; the texts themselves only where somebody asks to see them.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::field::{Field, Shape, named_fields};
use super::likeness::Likeness;
use crate::memory::SecretBytes;

/// Texts with more lines than this are not aligned in what differs: it would take seconds, and tell nobody
/// anything.
const MOST_LINES: usize = 10_000;

/// What two texts were compared by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// The keys of two JSON objects, or of two dotenv files.
    Keys,
    /// Lines.
    Lines,
}

/// What a piece of a text is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The value of a key.
    Key(String),
    /// Lines, counted from 0 in the new text, or in the old one for what is not in the new one any more.
    Lines(Range<usize>),
}

/// A difference.
pub struct Difference {
    /// What it is about.
    pub place: Place,
    /// What was there; `None` where there was nothing.
    pub before: Option<SecretBytes>,
    /// What is there.
    pub after: Option<SecretBytes>,
}

/// A piece of two texts.
pub enum Piece {
    /// It is the same in both.
    Same {
        /// What it is about.
        place: Place,
        /// What is there.
        text: SecretBytes,
    },
    /// It is not.
    Different(Difference),
}

impl Place {
    /// The key, where it is one.
    pub fn key(&self) -> Option<&str> {
        match self {
            Self::Key(key) => Some(key),
            Self::Lines(_) => None,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) => write!(formatter, "key '{key}'"),
            Self::Lines(lines) if lines.len() == 1 => write!(formatter, "line {}", lines.start + 1),
            Self::Lines(lines) => write!(formatter, "lines {}–{}", lines.start + 1, lines.end),
        }
    }
}

impl Difference {
    /// "changed", "added", "removed".
    pub const fn word(&self) -> &'static str {
        match (&self.before, &self.after) {
            (Some(_), Some(_)) => "changed",
            (None, _) => "added",
            (Some(_), None) => "removed",
        }
    }

    /// `~`, `+` or `-`.
    pub const fn sign(&self) -> char {
        match (&self.before, &self.after) {
            (Some(_), Some(_)) => '~',
            (None, _) => '+',
            (Some(_), None) => '-',
        }
    }

    /// How long the texts are, and nothing else of them.
    pub fn sizes(&self) -> String {
        let size = |text: &SecretBytes| characters(text.expose());
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => format!("{} → {}", size(before), counted(size(after))),
            (None, Some(text)) | (Some(text), None) => counted(size(text)),
            (None, None) => String::new(),
        }
    }

    /// The one thing that the texts differ in, if it is small.
    pub fn likeness(&self) -> Option<Likeness> {
        Likeness::of(self.before.as_ref()?.expose(), self.after.as_ref()?.expose())
    }
}

fn characters(text: &[u8]) -> usize {
    text.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

fn counted(characters: usize) -> String {
    if characters == 1 { "1 character".to_owned() } else { format!("{characters} characters") }
}

/// Finds all differences between two texts.
pub fn between(before: &[u8], after: &[u8]) -> Vec<Difference> {
    let differing = |piece| match piece {
        Piece::Different(difference) => Some(difference),
        Piece::Same { .. } => None,
    };
    pieces(before, after).1.into_iter().filter_map(differing).collect()
}

/// Takes two texts apart: what differs, and what lies between. By key there may be no difference although the
/// texts are not the same: they are written differently.
pub fn pieces(before: &[u8], after: &[u8]) -> (Basis, Vec<Piece>) {
    match (comparable_fields(before), comparable_fields(after)) {
        (Some(before), Some(after)) if before.0 == after.0 => (Basis::Keys, by_key(before.1, after.1)),
        _ => (Basis::Lines, pieces_by_line(before, after)),
    }
}

/// The fields by which a value is compared. Those of pass do not make up the whole value: lines tell all of it.
fn comparable_fields(value: &[u8]) -> Option<(Shape, Vec<Field>)> {
    named_fields(value).filter(|(shape, _)| *shape != Shape::Pass)
}

fn by_key(before: Vec<Field>, after: Vec<Field>) -> Vec<Piece> {
    let keys: BTreeSet<String> = before.iter().chain(&after).map(|field| field.key.clone()).collect();
    let value = |fields: &[Field], key: &str| {
        fields.iter().find(|field| field.key == key).map(|field| field.value.duplicate())
    };
    let piece = |key: String| {
        let (before, after) = (value(&before, &key), value(&after, &key));
        let place = Place::Key(key);
        match (before, after) {
            (Some(before), Some(text)) if before.equals(text.expose()) => Piece::Same { place, text },
            (before, after) => Piece::Different(Difference { place, before, after }),
        }
    };
    keys.into_iter().map(piece).collect()
}

/// As [`pieces`], by line whatever the texts are.
pub fn pieces_by_line(before: &[u8], after: &[u8]) -> Vec<Piece> {
    let (before, after) = (lines(before), lines(after));
    let text = |lines: &[&[u8]]| SecretBytes::from_vec(lines.concat());
    let pieces = |operation: DiffOp| {
        let (old, new) = (operation.old_range(), operation.new_range());
        if matches!(operation, DiffOp::Equal { .. }) {
            return vec![Piece::Same { text: text(&after[new.clone()]), place: Place::Lines(new) }];
        }
        let is_paired = old.len() == new.len();
        let there = |lines: &[&[u8]]| (!lines.is_empty()).then(|| text(lines));
        let (before, after) = (there(&before[old.clone()]), there(&after[new.clone()]));
        let place = Place::Lines(if new.is_empty() { old.clone() } else { new.clone() });
        let changed = Difference { place, before, after };
        // Five lines in the place of one are not a changed line, unless both say nearly the same.
        if is_paired || changed.before.is_none() || changed.after.is_none() || changed.likeness().is_some() {
            return vec![Piece::Different(changed)];
        }
        let Difference { before, after, .. } = changed;
        let removed = Difference { place: Place::Lines(old), before, after: None };
        let added = Difference { place: Place::Lines(new), before: None, after };
        vec![Piece::Different(removed), Piece::Different(added)]
    };
    operations(&before, &after).into_iter().flat_map(pieces).collect()
}

fn operations(before: &[&[u8]], after: &[&[u8]]) -> Vec<DiffOp> {
    let prefix = before.iter().zip(after).take_while(|(old, new)| old == new).count();
    let (old, new) = (&before[prefix..], &after[prefix..]);
    let suffix = old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| old == new).count();
    let (old_len, new_len) = (old.len() - suffix, new.len() - suffix);
    if old_len + new_len <= MOST_LINES {
        return capture_diff_slices(Algorithm::Myers, before, after);
    }
    let equal = |old_index, new_index, len| DiffOp::Equal { old_index, new_index, len };
    let replaced = DiffOp::Replace { old_index: prefix, old_len, new_index: prefix, new_len };
    let all = [equal(0, 0, prefix), replaced, equal(prefix + old_len, prefix + new_len, suffix)];
    let covers_something =
        |operation: &DiffOp| !operation.old_range().is_empty() || !operation.new_range().is_empty();
    all.into_iter().filter(covers_something).collect()
}

/// Lines with their ends, so that a missing last one is a difference too.
fn lines(text: &[u8]) -> Vec<&[u8]> {
    text.split_inclusive(|byte| *byte == b'\n').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(before: &str, after: &str) -> Vec<String> {
        let differences = between(before.as_bytes(), after.as_bytes());
        differences.iter().map(|one| format!("{} {}: {}", one.sign(), one.place, one.sizes())).collect()
    }

    #[test]
    fn json_and_dotenv_differ_by_key() {
        let before = r#"{"user": "root", "port": 5432, "old": "x"}"#;
        let after = r#"{"port": 5432, "user": "administrator", "new": null}"#;
        let expected =
            ["+ key 'new': 4 characters", "- key 'old': 1 character", "~ key 'user': 4 → 13 characters"];
        assert_eq!(told(before, after), expected);
        assert_eq!(told("A=1\nB=2\n", "# moved\nB='2'\nA=12\n"), ["~ key 'A': 1 → 2 characters"]);
    }

    #[test]
    fn other_texts_differ_by_line() {
        assert_eq!(
            told("a\nb\nc\n", "a\nx\ny\nc\n"),
            ["- line 2: 2 characters", "+ lines 2–3: 4 characters"]
        );
        assert_eq!(told("a\nb\n", "a\n"), ["- line 2: 2 characters"]);
        assert_eq!(told("a\n", "a\nß\nc\n"), ["+ lines 2–3: 4 characters"]);
        assert_eq!(told("a", "a\n"), ["~ line 1: 1 → 2 characters"]);
        assert_eq!(told("same", "same"), [""; 0]);
    }

    #[test]
    fn what_lies_between_differences_is_told_too() {
        let all = |before: &str, after: &str| {
            let (basis, pieces) = pieces(before.as_bytes(), after.as_bytes());
            let told = |piece: Piece| match piece {
                Piece::Same { place, .. } => format!("= {place}"),
                Piece::Different(one) => format!("{} {}", one.sign(), one.place),
            };
            (basis, pieces.into_iter().map(told).collect::<Vec<_>>())
        };
        let of = |basis, pieces: &[&str]| (basis, pieces.iter().map(|piece| (*piece).to_owned()).collect());
        assert_eq!(
            all("a\nb\nc\nd\n", "a\nb\nx\nd\ne\n"),
            of(Basis::Lines, &["= lines 1–2", "~ line 3", "= line 4", "+ line 5"])
        );
        assert_eq!(
            all(r#"{"b": 1, "a": 2}"#, r#"{"a": 2, "b": "x"}"#),
            of(Basis::Keys, &["= key 'a'", "~ key 'b'"])
        );
        assert_eq!(all(r#"{"a": 2}"#, r#"{ "a":2 }"#), of(Basis::Keys, &["= key 'a'"]));
    }

    #[test]
    fn texts_of_very_many_lines_are_told_apart_without_aligning_them() {
        let many = |prefix: &str| {
            let middle: String = (0..MOST_LINES).map(|line| format!("{prefix}{line}\n")).collect();
            format!("first\n{middle}last\n")
        };
        let (_, pieces) = pieces(many("a").as_bytes(), many("b").as_bytes());
        let signs: String = pieces
            .iter()
            .map(|piece| match piece {
                Piece::Same { .. } => '=',
                Piece::Different(one) => one.sign(),
            })
            .collect();
        assert_eq!(signs, "=~=");
        assert_eq!(told(&many("a"), &many("a")), [""; 0]);
    }

    #[test]
    fn other_lines_in_the_place_of_lines_are_removed_and_added_and_not_changed() {
        let signs = |before: &str, after: &str| {
            let pieces = pieces_by_line(before.as_bytes(), after.as_bytes());
            let sign = |piece: &Piece| match piece {
                Piece::Same { .. } => "=".to_owned(),
                Piece::Different(one) => format!("{} {}", one.sign(), one.place),
            };
            pieces.iter().map(sign).collect::<Vec<_>>()
        };
        assert_eq!(signs("a\nb\nc\nd\ne\n", "xyz"), ["- lines 1–5", "+ line 1"]);
        assert_eq!(signs("a\nb\n", "x\ny\n"), ["~ lines 1–2"]);
        assert_eq!(signs("a\n", ""), ["- line 1"]);
    }

    #[test]
    fn no_part_of_a_password_is_taken_for_a_key() {
        assert_eq!(told("Zm9vYmFy=", "cXV4=x"), ["~ line 1: 9 → 6 characters"]);
        assert_eq!(told("A=1\nB=2\n", "c2VjcmV0="), ["- lines 1–2: 8 characters", "+ line 1: 9 characters"]);
        assert_eq!(told("a/b=1\nB=2\n", "a/b=2\nB=2\n"), ["~ line 1: 6 → 6 characters"]);
    }
}
