//! Any bytes as a keymap, and from a terminal.

pub use super::runtime::fuzzing::terminal;
use super::user_keymap;

/// A keymap is laid over the default one or refused with a place in it.
pub fn keymap(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match user_keymap::laid_over(text) {
        Ok(keymap) => assert!(!keymap.bindings().is_empty()),
        Err((at, problem)) => assert!(at <= text.len() && !problem.is_empty()),
    }
}
