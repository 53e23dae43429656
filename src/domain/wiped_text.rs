//! Short text that is wiped when it is dropped: the storage behind names, ids, labels and metadata.

use std::fmt;

use zeroize::Zeroize;

/// Metadata may be cloned and printed, unlike values; it is still encrypted at rest and so is wiped.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(super) struct WipedText(Box<str>);

impl WipedText {
    pub(super) fn new(text: &str) -> Self {
        Self(text.into())
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Drop for WipedText {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for WipedText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, formatter)
    }
}
