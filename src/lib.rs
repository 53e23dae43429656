//! etui: a keyboard-driven secrets vault.

pub mod domain;
pub mod memory;
pub mod versioning;
