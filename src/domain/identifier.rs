//! The one alphabet that secret names, version ids and stage labels share.

use super::invalid::Invalid;

const ALLOWED: &str = "A-Z a-z 0-9 _ / + = . - @";

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
