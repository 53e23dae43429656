//! Finds secret values, in the forms in which programs print them by accident, in a stream of bytes, and writes
//! `••••` in their place.
//!
//! It catches accidents, not intent: hex, compressed, reversed, re-wrapped or split output passes.
//!
//! - [`Forms`]: the forms of values, ready to be looked for.
//! - [`Masker`]: one stream; it gets the bytes in pieces of any size.

mod forms;
mod masker;
mod search;

pub use forms::{Forms, SHORTEST_LINE, SHORTEST_VALUE};
pub use masker::Masker;

/// What stands in the place of a value.
pub const MASK: &str = "••••";
