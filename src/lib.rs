//! etui: a keyboard-driven secrets vault.

pub mod crypto;
pub mod domain;
pub mod memory;
pub mod store;
pub mod tui;
pub mod vault;
pub mod versioning;
