//! The name of a secret.

use super::identifier;
use super::invalid::Invalid;
use super::wiped_text::WipedText;

const WHAT: &str = "a secret name";
const MANAGED_PREFIX: &str = "acs/";

/// The name of a secret: 1 to 192 characters of `A–Z a–z 0–9 _ / + = . - @`, case-sensitive, unique in a
/// vault. `/` makes folders in the app. Names beginning with `acs/` are refused: KMS keeps that prefix for
/// managed secrets.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SecretName(WipedText);

impl SecretName {
    /// The largest number of characters (KMS, CreateSecret).
    pub const LIMIT: usize = 192;

    /// Checks and takes a name.
    ///
    /// # Errors
    /// [`Invalid`] says which rule the name breaks.
    pub fn new(text: &str) -> Result<Self, Invalid> {
        identifier::check(WHAT, text, Self::LIMIT)?;
        if text.starts_with(MANAGED_PREFIX) {
            return Err(Invalid::Prefix { what: WHAT, prefix: MANAGED_PREFIX });
        }
        Ok(Self(WipedText::new(text)))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

identifier::reads_as_text!(SecretName);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_1_to_192_characters_of_its_alphabet() {
        assert!(SecretName::new("a").is_ok());
        assert!(SecretName::new(&"n".repeat(192)).is_ok());
        assert!(SecretName::new("shop/db_1/+=.-@Z9").is_ok());
        assert_eq!(SecretName::new(""), Err(Invalid::Empty { what: WHAT }));
        assert!(matches!(SecretName::new(&"n".repeat(193)), Err(Invalid::TooLong { length: 193, .. })));
        for bad in ["a b", "a#b", "a:b", "a~b", "ä", "a\n", "a\0", "a\u{202e}"] {
            assert!(matches!(SecretName::new(bad), Err(Invalid::Character { .. })), "{bad:?}");
        }
    }

    #[test]
    fn the_prefix_of_managed_secrets_is_refused() {
        assert!(matches!(SecretName::new("acs/rds"), Err(Invalid::Prefix { .. })));
        assert!(SecretName::new("ACS/rds").is_ok());
        assert!(SecretName::new("acs").is_ok());
    }

    #[test]
    fn a_message_names_what_cannot_be_seen() {
        let message = SecretName::new("a\u{202e}b").unwrap_err().to_string();
        assert!(message.contains("U+202E"), "{message}");
    }
}
