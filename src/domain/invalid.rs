//! Why a word of the field was not accepted.

use thiserror::Error;

/// A malformed name, id, label, value or piece of metadata. Never quotes more than one character of it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Invalid {
    /// Nothing was given where something must be.
    #[error("{what} must not be empty")]
    Empty {
        /// The word that was malformed, with its article.
        what: &'static str,
    },
    /// It is longer than its limit.
    #[error("{what} has at most {limit} {unit}, this one has {length}")]
    TooLong {
        /// The word that was malformed, with its article.
        what: &'static str,
        /// The largest length allowed.
        limit: usize,
        /// The length that was given.
        length: usize,
        /// What is counted: characters or bytes.
        unit: &'static str,
    },
    /// It contains a character outside its alphabet.
    #[error("{what} cannot contain {}; allowed are {allowed}", shown(*.character))]
    Character {
        /// The word that was malformed, with its article.
        what: &'static str,
        /// The first character that is not allowed.
        character: char,
        /// The alphabet, for people.
        allowed: &'static str,
    },
    /// It begins with a prefix that is reserved.
    #[error("{what} cannot begin with '{prefix}'")]
    Prefix {
        /// The word that was malformed, with its article.
        what: &'static str,
        /// The reserved prefix.
        prefix: &'static str,
    },
    /// A number is outside its range.
    #[error("{what} must be between {least} and {most}")]
    Range {
        /// The number that was malformed, with its article.
        what: &'static str,
        /// The smallest number allowed.
        least: u32,
        /// The largest number allowed.
        most: u32,
    },
    /// A text value holds bytes that are not UTF-8.
    #[error("a text value must be UTF-8; anything else is stored with type binary")]
    NotText,
    /// Something is not a time that can be stored.
    #[error("a time is written as in RFC 3339, between 1970 and 9999, for example 2026-11-24T12:00:00Z")]
    Time,
}

/// Characters that cannot be seen are named by their number.
fn shown(character: char) -> String {
    if character == ' ' {
        "a space".to_owned()
    } else if character.is_ascii_graphic() || character.is_alphanumeric() {
        format!("'{character}'")
    } else {
        format!("the character U+{:04X}", u32::from(character))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_that_cannot_be_seen_is_named_by_its_number() {
        let told = [' ', '-', 'é', '微', '\u{7}', '\u{200b}', '\u{2028}'].map(shown);
        let numbers = ["the character U+0007", "the character U+200B", "the character U+2028"];
        assert_eq!(told[..4], ["a space", "'-'", "'é'", "'微'"]);
        assert_eq!(told[4..], numbers);
    }
}
