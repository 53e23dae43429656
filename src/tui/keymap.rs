//! From keys to actions: one table feeds dispatch, footer and help.

/// The table of all keys.
pub struct Keymap;

impl Keymap {
    /// The default map, embedded in the program.
    pub fn embedded() -> Self {
        Self
    }
}
