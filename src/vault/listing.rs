//! All secrets as a list shows them, in one wiped buffer.

use super::outcome::SecretSummary;

/// All secrets of a vault, sorted by name. Owns its own wiped copy, so that the app's thread can read it
/// while the worker goes on; summaries are lent from it.
pub struct Listing;

impl Listing {
    /// An empty one.
    pub fn empty() -> Self {
        Self
    }
    /// How many secrets.
    pub fn len(&self) -> usize {
        unimplemented!()
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The secret at a position, in the order of names (bytewise). Panics beyond the end.
    pub fn summary(&self, _position: usize) -> SecretSummary<'_> {
        unimplemented!()
    }
    /// The secrets in order.
    pub fn iter(&self) -> impl Iterator<Item = SecretSummary<'_>> {
        (0..self.len()).map(|position| self.summary(position))
    }
    /// The position of a name.
    pub fn position(&self, _name: &str) -> Option<usize> {
        unimplemented!()
    }
}
