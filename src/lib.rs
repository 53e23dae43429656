//! etui: a keyboard-driven secrets vault.

pub mod memory;
