//! What a copy of the vault is called.

use std::fmt;

use super::invalid::Invalid;

/// What the copy of the vault on one machine is called: 1 to 16 letters and digits, a letter first. It stands behind a
/// `-` in the version ids that are suggested there, so it has none itself, and no number is taken for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyName(String);

impl CopyName {
    /// The largest number of characters.
    pub const LIMIT: usize = 16;

    const WHAT: &'static str = "the name of a copy";

    /// Checks and takes a name.
    ///
    /// # Errors
    /// [`Invalid`] says which rule the name breaks.
    pub fn new(text: &str) -> Result<Self, Invalid> {
        let mut characters = text.chars();
        let first = characters.next().ok_or(Invalid::Empty { what: Self::WHAT })?;
        if !first.is_ascii_alphabetic() {
            return Err(Invalid::Character {
                what: "the first character of the name of a copy",
                character: first,
                allowed: "A-Z a-z",
            });
        }
        if let Some(character) = characters.find(|character| !character.is_ascii_alphanumeric()) {
            return Err(Invalid::Character { what: Self::WHAT, character, allowed: "A-Z a-z 0-9" });
        }
        if text.len() > Self::LIMIT {
            let (limit, length) = (Self::LIMIT, text.len());
            return Err(Invalid::TooLong { what: Self::WHAT, limit, length, unit: "characters" });
        }
        Ok(Self(text.to_owned()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CopyName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_letters_and_digits_and_begins_with_a_letter() {
        for text in ["nb", "Server2", "n", &"x".repeat(16)] {
            assert_eq!(CopyName::new(text).unwrap().as_str(), text);
        }
        for text in ["", "2", "2nb", "n-b", "n b", "nü", "n/b", "n.b", &"x".repeat(17)] {
            assert!(CopyName::new(text).is_err(), "{text}");
        }
    }
}
