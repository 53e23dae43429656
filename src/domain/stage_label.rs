//! A stage label: the name of a pointer to one version.

use super::identifier;
use super::invalid::Invalid;
use super::wiped_text::WipedText;

const CURRENT: &str = "ACSCurrent";
const PREVIOUS: &str = "ACSPrevious";

/// A stage label: 1 to 64 characters of the alphabet of secret names. `ACSCurrent` and `ACSPrevious` are
/// built in; other labels, even those beginning with `ACS` (KMS's own example has `ACSNext`), are ordinary.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StageLabel(WipedText);

impl StageLabel {
    /// The largest number of characters.
    pub const LIMIT: usize = 64;

    /// Checks and takes a label.
    ///
    /// # Errors
    /// [`Invalid`] says which rule the label breaks.
    pub fn new(text: &str) -> Result<Self, Invalid> {
        identifier::check("a stage label", text, Self::LIMIT)?;
        Ok(Self(WipedText::new(text)))
    }

    /// `ACSCurrent`: the version that a plain read returns.
    pub fn current() -> Self {
        Self(WipedText::new(CURRENT))
    }

    /// `ACSPrevious`: the version that was current before.
    pub fn previous() -> Self {
        Self(WipedText::new(PREVIOUS))
    }

    /// Whether this is `ACSCurrent`.
    pub fn is_current(&self) -> bool {
        self.as_str() == CURRENT
    }

    /// Whether this is `ACSPrevious`.
    pub fn is_previous(&self) -> bool {
        self.as_str() == PREVIOUS
    }

    /// Whether this is one of the two labels that every secret knows.
    pub fn is_built_in(&self) -> bool {
        self.is_current() || self.is_previous()
    }

    /// Whether a new label of this name deserves a warning: it looks built in and is not.
    pub fn looks_built_in(&self) -> bool {
        !self.is_built_in() && self.as_str().get(..3).is_some_and(|start| start.eq_ignore_ascii_case("acs"))
    }

    /// The label as text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

identifier::reads_as_text!(StageLabel);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_built_in_labels_are_known_by_their_exact_names() {
        assert!(StageLabel::new("ACSCurrent").unwrap().is_current());
        assert!(StageLabel::new("ACSPrevious").unwrap().is_previous());
        assert!(!StageLabel::new("acscurrent").unwrap().is_built_in());
    }

    #[test]
    fn other_labels_beginning_with_acs_are_ordinary_but_warned_about() {
        assert!(StageLabel::new("ACSNext").unwrap().looks_built_in());
        assert!(StageLabel::new("acscurrent").unwrap().looks_built_in());
        assert!(!StageLabel::new("canary").unwrap().looks_built_in());
        assert!(!StageLabel::current().looks_built_in());
    }

    #[test]
    fn a_label_has_1_to_64_characters() {
        assert!(StageLabel::new(&"s".repeat(64)).is_ok());
        assert!(StageLabel::new(&"s".repeat(65)).is_err());
        assert!(StageLabel::new("").is_err());
    }
}
