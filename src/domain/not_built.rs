//! What a build without all of its features cannot do.

use thiserror::Error;

/// What this build cannot do, and for want of what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("this etui cannot {what}: it was built without the feature '{feature}'")]
pub struct NotBuilt {
    /// What it cannot do, as an infinitive: "read YAML".
    pub what: &'static str,
    /// The feature of the crate that does it.
    pub feature: &'static str,
}

impl NotBuilt {
    /// What helps always.
    pub const HINT: &str = "build etui with its default features";
}
