//! The id of a version within its secret.

use super::identifier;
use super::invalid::Invalid;
use super::wiped_text::WipedText;

/// The id of a version: 1 to 64 characters of the alphabet of secret names, unique within its secret and
/// given by the caller (KMS, PutSecretValue).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VersionId(WipedText);

impl VersionId {
    /// The largest number of characters (KMS, PutSecretValue).
    pub const LIMIT: usize = 64;

    /// Checks and takes an id.
    ///
    /// # Errors
    /// [`Invalid`] says which rule the id breaks.
    pub fn new(text: &str) -> Result<Self, Invalid> {
        identifier::check("a version id", text, Self::LIMIT)?;
        Ok(Self(WipedText::new(text)))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

identifier::reads_as_text!(VersionId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_1_to_64_characters() {
        assert!(VersionId::new("00000000000000000000000000000203").is_ok());
        assert!(VersionId::new(&"9".repeat(64)).is_ok());
        assert!(VersionId::new(&"9".repeat(65)).is_err());
        assert!(VersionId::new("").is_err());
        assert!(VersionId::new("v 1").is_err());
    }
}
