//! Draws the state; reads only.

use ratatui::Frame;

use super::{Keymap, State, Theme};

/// Draws one frame.
pub fn view(state: &State, theme: &Theme, keymap: &Keymap, frame: &mut Frame) {
    let _ = (state.size, theme, keymap, frame);
}
