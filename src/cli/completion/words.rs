//! Words as a shell reads them, and what fits them.

use std::ffi::OsString;

/// Flags are offered to whoever begins one: among labels and names they would only be in the way.
pub(super) fn is_flag_without_a_sign(candidate: &str, current: &str) -> bool {
    candidate.starts_with('-') && !current.starts_with('-')
}

/// What a character of a typed word is to a shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// Text outside quotes, in which a shell may see more.
    Bare(char),
    /// Text as it stands: behind a backslash or between quotes.
    Literal(char),
    OpeningQuote,
    ClosingQuote,
}

/// The signs of a word with their positions. A backslash belongs to what stands behind it.
pub(super) fn signs(typed: &str) -> impl Iterator<Item = (usize, Sign)> {
    let mut opened = None;
    let mut is_escaped = false;
    typed.char_indices().filter_map(move |(at, character)| {
        let sign = match (character, opened) {
            _ if std::mem::take(&mut is_escaped) => Sign::Literal(character),
            ('\\', None | Some('"')) => {
                is_escaped = true;
                return None;
            }
            ('\'' | '"', None) => {
                opened = Some(character);
                Sign::OpeningQuote
            }
            (quote, Some(open)) if quote == open => {
                opened = None;
                Sign::ClosingQuote
            }
            (_, None) => Sign::Bare(character),
            (_, Some(_)) => Sign::Literal(character),
        };
        Some((at, sign))
    })
}

/// A word without the quotes and backslashes that only a shell sees in it. What is not Unicode stays as it is.
pub(super) fn unquoted(word: OsString) -> OsString {
    let Some(typed) = word.to_str() else { return word };
    let text = |(_, sign)| match sign {
        Sign::Bare(character) | Sign::Literal(character) => Some(character),
        Sign::OpeningQuote | Sign::ClosingQuote => None,
    };
    signs(typed).filter_map(text).collect::<String>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_completed_as_the_shell_will_read_it() {
        for (typed, read) in [
            ("db#v1", "db#v1"),
            ("'db#v", "db#v"),
            ("\"db#v1\"", "db#v1"),
            ("db\\#v", "db#v"),
            ("a\\ b'c d'", "a bc d"),
            ("'a\\b", "a\\b"),
            ("\\", ""),
        ] {
            assert_eq!(unquoted(typed.into()), read, "{typed}");
        }
    }
}
