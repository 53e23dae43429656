//! What a key can mean.

/// A wish of the user, free of any content: the name in `assets/keymap.toml`, and what [`update`](super::update::update) acts on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Leave the app.
    Quit,
}
