//! What differs between two values: by key where both have fields, else by line. What is told of it names
//! keys, lines and lengths; the texts themselves only where somebody asks to see them.

use std::collections::BTreeSet;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::field::{Field, Shape, fields};
use super::wording;
use crate::memory::SecretBytes;

/// A difference.
pub(super) struct Difference {
    /// What it is about: "key 'port'", "line 3", "lines 4–6".
    pub(super) place: String,
    /// The key, where it is about one.
    pub(super) key: Option<String>,
    /// What was there; `None` where there was nothing.
    pub(super) before: Option<SecretBytes>,
    /// What is there.
    pub(super) after: Option<SecretBytes>,
}

impl Difference {
    /// "changed", "added", "removed".
    pub(super) const fn word(&self) -> &'static str {
        match (&self.before, &self.after) {
            (Some(_), Some(_)) => "changed",
            (None, _) => "added",
            (Some(_), None) => "removed",
        }
    }

    pub(super) const fn sign(&self) -> char {
        match (&self.before, &self.after) {
            (Some(_), Some(_)) => '~',
            (None, _) => '+',
            (Some(_), None) => '-',
        }
    }

    /// How long the texts are, and nothing else of them.
    pub(super) fn sizes(&self) -> String {
        let size = |text: &SecretBytes| characters(text.expose());
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => {
                format!("{} → {}", size(before), wording::count(size(after), "character"))
            }
            (None, Some(text)) | (Some(text), None) => wording::count(size(text), "character"),
            (None, None) => String::new(),
        }
    }
}

fn characters(text: &[u8]) -> u64 {
    text.iter().filter(|byte| **byte & 0xc0 != 0x80).count() as u64
}

/// Finds all differences between two texts.
pub(super) fn between(before: &[u8], after: &[u8]) -> Vec<Difference> {
    match (named_fields(before), named_fields(after)) {
        (Some(before), Some(after)) if before.0 == after.0 => by_key(before.1, after.1),
        _ => by_line(before, after),
    }
}

/// The fields of a value whose keys may be told. A random password like `Zm9v=` reads as a dotenv line with a
/// part of the password for a key: one line alone is never taken for such a file.
fn named_fields(value: &[u8]) -> Option<(Shape, Vec<Field>)> {
    let (shape, fields) = fields(value)?;
    let is_identifier = |field: &Field| {
        let mut bytes = field.key.bytes();
        bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
            && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    match shape {
        Shape::Json => Some((shape, fields)),
        Shape::Dotenv => (fields.len() > 1 && fields.iter().all(is_identifier)).then_some((shape, fields)),
    }
}

fn by_key(before: Vec<Field>, after: Vec<Field>) -> Vec<Difference> {
    let keys: BTreeSet<String> = before.iter().chain(&after).map(|field| field.key.clone()).collect();
    let value = |fields: &[Field], key: &str| {
        fields.iter().find(|field| field.key == key).map(|field| field.value.duplicate())
    };
    let differs = |before: &Option<SecretBytes>, after: &Option<SecretBytes>| match (before, after) {
        (Some(before), Some(after)) => !before.equals(after.expose()),
        (None, None) => false,
        _ => true,
    };
    keys.into_iter()
        .map(|key| (value(&before, &key), value(&after, &key), key))
        .filter(|(before, after, _)| differs(before, after))
        .map(|(before, after, key)| Difference {
            place: format!("key '{key}'"),
            key: Some(key),
            before,
            after,
        })
        .collect()
}

fn by_line(before: &[u8], after: &[u8]) -> Vec<Difference> {
    let (before, after) = (lines(before), lines(after));
    capture_diff_slices(Algorithm::Myers, &before, &after)
        .into_iter()
        .filter(|operation| !matches!(operation, DiffOp::Equal { .. }))
        .map(|operation| {
            let (old, new) = (operation.old_range(), operation.new_range());
            // A place is counted in the new text, but for what is not in it any more.
            let place = if new.is_empty() { place(&old) } else { place(&new) };
            let text = |lines: &[&[u8]]| (!lines.is_empty()).then(|| SecretBytes::copy_of(&lines.concat()));
            Difference { place, key: None, before: text(&before[old]), after: text(&after[new]) }
        })
        .collect()
}

/// Lines with their ends, so that a missing last one is a difference too.
fn lines(text: &[u8]) -> Vec<&[u8]> {
    text.split_inclusive(|byte| *byte == b'\n').collect()
}

fn place(range: &std::ops::Range<usize>) -> String {
    if range.len() == 1 {
        format!("line {}", range.start + 1)
    } else {
        format!("lines {}–{}", range.start + 1, range.end)
    }
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
        assert_eq!(told("a\nb\nc\n", "a\nx\ny\nc\n"), ["~ lines 2–3: 2 → 4 characters"]);
        assert_eq!(told("a\nb\n", "a\n"), ["- line 2: 2 characters"]);
        assert_eq!(told("a\n", "a\nß\nc\n"), ["+ lines 2–3: 4 characters"]);
        assert_eq!(told("a", "a\n"), ["~ line 1: 1 → 2 characters"]);
        assert_eq!(told("same", "same"), [""; 0]);
    }

    #[test]
    fn no_part_of_a_password_is_taken_for_a_key() {
        assert_eq!(told("Zm9vYmFy=", "cXV4=x"), ["~ line 1: 9 → 6 characters"]);
        assert_eq!(told("A=1\nB=2\n", "c2VjcmV0="), ["~ line 1: 8 → 9 characters"]);
        assert_eq!(told("a/b=1\nB=2\n", "a/b=2\nB=2\n"), ["~ line 1: 6 → 6 characters"]);
    }
}
