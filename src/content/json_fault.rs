//! What keeps a text from being JSON: a place and words of our own, never any of the text.

use std::fmt;

use serde::de::IgnoredAny;
use serde_json::error::Category;

/// What is wrong, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JsonFault {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub what: &'static str,
}

impl fmt::Display for JsonFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}: {}", self.line, self.what)
    }
}

/// What `serde_json` says, and what we say. Its words for syntax quote nothing of the text.
const WORDS: &[(&str, &str)] = &[
    ("EOF while parsing an object", "the closing '}' is missing"),
    ("EOF while parsing a list", "the closing ']' is missing"),
    ("EOF while parsing a string", "the closing quote is missing"),
    ("EOF while parsing a value", "a value is missing"),
    ("expected `:`", "a ':' is missing after the name"),
    ("expected `,` or `}`", "a ',' or '}' is missing"),
    ("expected `,` or `]`", "a ',' or ']' is missing"),
    ("expected value", "this is not a value"),
    ("expected ident", "this is not a value"),
    ("key must be a string", "a name must be in double quotes"),
    ("trailing comma", COMMA_OVER),
    ("trailing characters", "there is more after the end"),
    ("control character", "a closing quote is missing, or a control character is not escaped"),
    ("invalid escape", "a backslash begins no escape"),
    ("invalid number", "this is not a number"),
    ("number out of range", "the number is too large"),
];

/// What keeps a text from being JSON; `None` of one that is.
pub fn json_fault(text: &[u8]) -> Option<JsonFault> {
    let error = serde_json::from_slice::<IgnoredAny>(text).err()?;
    let at = offset(text, error.line(), error.column());
    if !matches!(error.classify(), Category::Syntax | Category::Eof) {
        return Some(JsonFault { line: line_of(text, at), what: "this is not JSON" });
    }
    let said = error.to_string();
    let what =
        WORDS.iter().find(|(words, _)| said.starts_with(words)).map_or("this is not JSON", |(_, what)| what);
    let next = text.get(at).copied();
    let before = end_before(text, at);
    // Where another member or entry follows, it is a comma that is missing, at the end of what is before.
    let lacks_comma = said.starts_with("expected `,`")
        && next
            .is_some_and(|next| matches!(next, b'"' | b'{' | b'[' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n'));
    let is_comma_over = matches!(next, Some(b'}' | b']')) && text.get(before) == Some(&b',');
    let (at, what) = match (lacks_comma, is_comma_over) {
        (true, _) => (before, LACKS_COMMA),
        (_, true) => (before, COMMA_OVER),
        _ => (at, what),
    };
    Some(JsonFault { line: line_of(text, at), what })
}

const LACKS_COMMA: &str = "a comma is missing";
const COMMA_OVER: &str = "there is a comma too many";

/// Whether a text is meant to be JSON: an object or, in several lines, an array.
pub fn looks_like_json(text: &str) -> bool {
    let text = text.trim_start();
    match (text.strip_prefix('{'), text.strip_prefix('[')) {
        (Some(rest), _) => rest.trim_start().starts_with(['"', '}']),
        (None, Some(rest)) => rest.contains('\n') || rest.trim_end().ends_with(']'),
        (None, None) => false,
    }
}

/// The byte at a place that `serde_json` names. Column 0 is the line feed before the line.
fn offset(text: &[u8], line: usize, column: usize) -> usize {
    let lines = text.split_inclusive(|&byte| byte == b'\n').take(line.saturating_sub(1));
    let start: usize = lines.map(<[u8]>::len).sum();
    (start + column).saturating_sub(1).min(text.len())
}

/// The last byte before a place that is not a space.
fn end_before(text: &[u8], at: usize) -> usize {
    text[..at].iter().rposition(|byte| !byte.is_ascii_whitespace()).unwrap_or(0)
}

fn line_of(text: &[u8], at: usize) -> usize {
    text[..at].iter().filter(|&&byte| byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> String {
        json_fault(text.as_bytes()).map_or_else(|| "ok".to_owned(), |fault| fault.to_string())
    }

    #[test]
    fn a_fault_is_told_with_the_line_that_has_it() {
        for (text, expected) in [
            ("{\n  \"a\": 1,\n  \"b\": [true, null]\n}\n", "ok"),
            ("{\n  \"a\": 1\n\n  \"b\": 2\n}", "line 2: a comma is missing"),
            ("[\n  \"a\"\n  \"b\"\n]", "line 2: a comma is missing"),
            ("{\n  \"a\": 1,\n}", "line 2: there is a comma too many"),
            ("[\n  1,\n]", "line 2: there is a comma too many"),
            ("{\n  \"a\": 1\n", "line 2: the closing '}' is missing"),
            ("[\n1", "line 2: the closing ']' is missing"),
            ("{\n  \"a\" 1\n}", "line 2: a ':' is missing after the name"),
            ("{\n  a: 1\n}", "line 2: a name must be in double quotes"),
            ("{\n  \"a\": hunter2\n}", "line 2: this is not a value"),
            (
                "{\n  \"a\": \"x,\n  \"b\": 1\n}",
                "line 2: a closing quote is missing, or a control character is not escaped",
            ),
            ("{\n  \"a\": \"\\x\"\n}", "line 2: a backslash begins no escape"),
            ("{}\n}", "line 2: there is more after the end"),
            ("{\n  \"a\": 1]\n}", "line 2: a ',' or '}' is missing"),
            ("", "line 1: a value is missing"),
        ] {
            assert_eq!(said(text), expected, "{text}");
        }
        assert_eq!(said(&"[".repeat(1_000)), "line 1: the closing ']' is missing");
    }

    #[test]
    fn no_fault_quotes_the_text() {
        let text =
            "{\n  \"user\": \"hunter2\",\n  \"list\": [1, 2, {\"deep\": \"hunter2\"}],\n  \"n\": -1.5e3\n}\n";
        for at in 0..text.len() {
            for other in ["", "}", "]", ",", "\"", "x", "\\", "\n", "hunter2"] {
                let broken = format!("{}{other}{}", &text[..at], &text[at + 1..]);
                if let Some(fault) = json_fault(broken.as_bytes()) {
                    assert!(
                        WORDS.iter().any(|(_, what)| *what == fault.what) || fault.what == LACKS_COMMA,
                        "{broken}"
                    );
                    assert!((1..=broken.lines().count() + 1).contains(&fault.line), "{broken}");
                }
            }
        }
    }

    #[test]
    fn what_looks_like_json_is_no_password() {
        for text in ["{}", " {\"a\"", "{\n\"a\"", "[1]", "[\n1,"] {
            assert!(looks_like_json(text), "{text}");
        }
        for text in ["", "{x9", "[Kx!", "true", "12", "\"text\"", "a: {}"] {
            assert!(!looks_like_json(text), "{text}");
        }
    }
}
