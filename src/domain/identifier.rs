//! The one alphabet that secret names, version ids and stage labels share.

use super::invalid::Invalid;

const ALLOWED: &str = "A-Z a-z 0-9 _ / + = . - @";

/// `Display`, `AsRef<str>` and `FromStr` of a type by its `as_str` and `new`.
macro_rules! reads_as_text {
    ($identifier:ty) => {
        impl std::fmt::Display for $identifier {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.as_str())
            }
        }

        impl AsRef<str> for $identifier {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl std::str::FromStr for $identifier {
            type Err = Invalid;

            fn from_str(text: &str) -> Result<Self, Invalid> {
                Self::new(text)
            }
        }
    };
}

pub(super) use reads_as_text;

/// Whether a character may stand in a name, an id or a label.
pub(super) const fn is_allowed(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '/' | '+' | '=' | '.' | '-' | '@')
}

/// Checks that `text` is 1 to `limit` characters of the alphabet.
pub(super) fn check(what: &'static str, text: &str, limit: usize) -> Result<(), Invalid> {
    if text.is_empty() {
        return Err(Invalid::Empty { what });
    }
    if let Some(character) = text.chars().find(|&character| !is_allowed(character)) {
        return Err(Invalid::Character { what, character, allowed: ALLOWED });
    }
    // Every character that passed is one byte long.
    if text.len() > limit {
        return Err(Invalid::TooLong { what, limit, length: text.len(), unit: "characters" });
    }
    Ok(())
}
