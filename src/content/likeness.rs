//! How little two texts differ, told without a word of them: only in case, only by a final newline.

/// The one thing that two different texts differ in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Likeness {
    /// One ends with a newline, the other does not.
    FinalNewline,
    /// Their lines end with LF here and CRLF there.
    LineEnds,
    /// White space at their ends.
    SpaceAtEnd,
    /// White space anywhere.
    Space,
    /// Upper and lower case.
    Case,
}

type Test = fn(&[u8], &[u8]) -> bool;

impl Likeness {
    /// What two texts differ in, if it is one of these alone; `None` too where they are the same.
    pub fn of(before: &[u8], after: &[u8]) -> Option<Self> {
        if before == after {
            return None;
        }
        let tests: [(Self, Test); 5] = [
            (Self::LineEnds, |before, after| without_returns(before).eq(without_returns(after))),
            (Self::FinalNewline, |before, after| without_newline(before) == without_newline(after)),
            (Self::SpaceAtEnd, |before, after| before.trim_ascii_end() == after.trim_ascii_end()),
            (Self::Space, |before, after| without_space(before).eq(without_space(after))),
            (Self::Case, is_same_but_for_case),
        ];
        tests.into_iter().find(|(_, test)| test(before, after)).map(|(likeness, _)| likeness)
    }

    /// "differs only in case".
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::FinalNewline => "differs only in a final newline",
            Self::LineEnds => "differs only in the line ends",
            Self::SpaceAtEnd => "differs only in white space at the end",
            Self::Space => "differs only in white space",
            Self::Case => "differs only in case",
        }
    }

    /// The same as a word for machines.
    pub const fn word(self) -> &'static str {
        match self {
            Self::FinalNewline => "final-newline",
            Self::LineEnds => "line-ends",
            Self::SpaceAtEnd => "space-at-end",
            Self::Space => "space",
            Self::Case => "case",
        }
    }
}

/// Without one line end at the end.
fn without_newline(text: &[u8]) -> &[u8] {
    match text.strip_suffix(b"\n") {
        Some(text) => text.strip_suffix(b"\r").unwrap_or(text),
        None => text,
    }
}

/// Without the carriage returns that belong to a line end.
fn without_returns(text: &[u8]) -> impl Iterator<Item = u8> {
    let next = text.iter().skip(1).copied().map(Some).chain([None]);
    text.iter().copied().zip(next).filter(|pair| *pair != (b'\r', Some(b'\n'))).map(|(byte, _)| byte)
}

fn without_space(text: &[u8]) -> impl Iterator<Item = u8> {
    text.iter().copied().filter(|byte| !byte.is_ascii_whitespace())
}

fn is_same_but_for_case(before: &[u8], after: &[u8]) -> bool {
    let (Ok(before), Ok(after)) = (std::str::from_utf8(before), std::str::from_utf8(after)) else {
        return false;
    };
    // Character by character: a lower-case copy of a secret would not be wiped.
    before.chars().flat_map(char::to_lowercase).eq(after.chars().flat_map(char::to_lowercase))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_in_one_thing_only_is_told() {
        let cases: [(&str, &str, Option<Likeness>); 15] = [
            ("same", "same", None),
            ("one", "other", None),
            ("hunter2", "hunter2\n", Some(Likeness::FinalNewline)),
            ("hunter2\r\n", "hunter2", Some(Likeness::FinalNewline)),
            ("a\nb\n", "a\r\nb\r\n", Some(Likeness::LineEnds)),
            ("a\n", "a\r\n", Some(Likeness::LineEnds)),
            ("a\rb", "ab", Some(Likeness::Space)),
            ("hunter2", "hunter2 \t", Some(Likeness::SpaceAtEnd)),
            ("hunter2\n\n", "hunter2", Some(Likeness::SpaceAtEnd)),
            (" hunter2", "hunter2", Some(Likeness::Space)),
            ("hunter 2", "hunter2", Some(Likeness::Space)),
            ("Hunter2", "hunter2", Some(Likeness::Case)),
            ("GRÜSSE", "grüsse", Some(Likeness::Case)),
            ("Hunter2\n", "hunter2", None),
            ("", "\n", Some(Likeness::FinalNewline)),
        ];
        for (before, after, expected) in cases {
            assert_eq!(Likeness::of(before.as_bytes(), after.as_bytes()), expected, "{before:?} {after:?}");
            assert_eq!(Likeness::of(after.as_bytes(), before.as_bytes()), expected, "{after:?} {before:?}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_have_no_case() {
        assert_eq!(Likeness::of(b"A\xff", b"a\xff"), None);
    }
}
