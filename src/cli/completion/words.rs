//! Words as a shell reads them, and what fits them.

use std::ffi::OsString;

/// Flags are offered to whoever begins one: among labels and names they would only be in the way.
pub(super) fn is_flag_without_a_sign(candidate: &str, current: &str) -> bool {
    candidate.starts_with('-') && !current.starts_with('-')
}

/// A word without the quotes and backslashes that only a shell sees in it. What is not Unicode stays as it is.
pub(super) fn unquoted(word: OsString) -> OsString {
    let Some(text) = word.to_str() else { return word };
    let mut plain = String::new();
    let mut opened = None;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match (character, opened) {
            ('\\', None | Some('"')) => plain.extend(characters.next()),
            ('\'' | '"', None) => opened = Some(character),
            (quote, Some(open)) if quote == open => opened = None,
            (other, _) => plain.push(other),
        }
    }
    plain.into()
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
