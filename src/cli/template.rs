//! Templates: text with `{{ etui://REF }}` in it. Anything else between braces is left alone, so that a
//! template may be one of another program too.

use thiserror::Error;

use super::reference::{ReferenceError, SCHEME, ValueReference};

/// A piece of a template.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Taken over as it is.
    Text(&'a [u8]),
    /// To be replaced by a value.
    Reference { reference: ValueReference, place: Place },
}

/// Where something begins, from 1; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) line: usize,
    pub(super) column: usize,
}

/// What is wrong with a template, and where. It quotes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {}, column {}: {problem}", place.line, place.column)]
pub(super) struct TemplateError {
    place: Place,
    problem: Problem,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
enum Problem {
    #[error("the braces opened here are never closed")]
    Open,
    #[error(transparent)]
    Reference(#[from] ReferenceError),
}

const OPEN: &[u8] = b"{{";
const CLOSE: &[u8] = b"}}";

/// Reads a template.
pub(super) fn parse(template: &[u8]) -> Result<Vec<Piece<'_>>, TemplateError> {
    let mut pieces = Vec::new();
    let mut text_from = 0;
    let mut at = 0;
    while let Some(open) = find(&template[at..], OPEN).map(|found| at + found) {
        let inside = &template[open + OPEN.len()..];
        let blank = inside.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        if !inside[blank..].starts_with(SCHEME.as_bytes()) {
            // One brace further, so that `{{{ etui://… }}}` is found as well.
            at = open + 1;
            continue;
        }
        let place = place_of(template, open);
        let refuse = |problem| TemplateError { place, problem };
        let start = blank + SCHEME.len();
        let end = find(&inside[start..], CLOSE).ok_or_else(|| refuse(Problem::Open))?;
        // What is not text is not a reference, and is refused as one with a strange character.
        let reference = String::from_utf8_lossy(inside[start..start + end].trim_ascii_end());
        let reference = reference.parse().map_err(|error| refuse(Problem::Reference(error)))?;
        pieces.push(Piece::Text(&template[text_from..open]));
        pieces.push(Piece::Reference { reference, place });
        at = open + OPEN.len() + start + end + CLOSE.len();
        text_from = at;
    }
    pieces.push(Piece::Text(&template[text_from..]));
    Ok(pieces)
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

fn place_of(bytes: &[u8], at: usize) -> Place {
    let before = &bytes[..at];
    let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    Place {
        line: 1 + before.iter().filter(|byte| **byte == b'\n').count(),
        column: 1 + before[line_start..].iter().filter(|byte| **byte & 0xc0 != 0x80).count(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(template: &str) -> String {
        let pieces = parse(template.as_bytes()).unwrap();
        let show = |piece: &Piece<'_>| match piece {
            Piece::Text(text) => String::from_utf8_lossy(text).into_owned(),
            Piece::Reference { reference, place } => {
                let field = reference.field.as_ref().map(|field| format!("::{field}")).unwrap_or_default();
                format!("<{}{field} {}:{}>", reference.version.name, place.line, place.column)
            }
        };
        pieces.iter().map(show).collect()
    }

    #[test]
    fn references_between_braces_are_found_and_nothing_else() {
        let cases = [
            ("", ""),
            ("no braces", "no braces"),
            ("a={{ etui://db/a }}\nb={{etui://b}}", "a=<db/a 1:3>\nb=<b 2:3>"),
            ("{{\n\tetui://a:canary~2\n}}", "<a 1:1>"),
            ("{{{ etui://a }}}", "{<a 1:2>}"),
            ("{{ etui://a::b c = ~1  }}", "<a::b c = ~1 1:1>"),
            ("é {{ etui://a }}", "é <a 1:3>"),
            ("{{ other }} {{ .Values.x }} {{", "{{ other }} {{ .Values.x }} {{"),
            ("{ etui://a } etui://a", "{ etui://a } etui://a"),
        ];
        for (template, expected) in cases {
            assert_eq!(shown(template), expected, "{template}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_taken_over() {
        let template = b"\xff{{ etui://a }}\xfe";
        let pieces = parse(template).unwrap();
        assert_eq!((&pieces[0], &pieces[2]), (&Piece::Text(b"\xff"), &Piece::Text(b"\xfe")));
    }

    #[test]
    fn what_is_malformed_is_told_with_its_place() {
        let refused = |template: &str| parse(template.as_bytes()).unwrap_err().to_string();
        assert_eq!(refused("\n {{ etui://a"), "line 2, column 2: the braces opened here are never closed");
        assert!(refused("{{ etui://a b }}").starts_with("line 1, column 1: a secret name"));
        assert!(refused("{{ etui:// }}").starts_with("line 1, column 1: "));
        assert!(refused("{{ etui://a#v1:x }}").contains("not both"));
    }
}
