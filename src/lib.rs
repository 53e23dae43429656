//! etui: a keyboard-driven secrets vault.

pub mod crypto;
pub mod memory;
