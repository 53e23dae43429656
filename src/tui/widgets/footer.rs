//! The keys that matter here, in one line, made from the keymap: the least important go first where there is
//! no room, the key of the help always stays.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::line::{LinePen, width};
use crate::tui::action::Action;
use crate::tui::context::{Context, contexts, is_available};
use crate::tui::keymap::Keymap;
use crate::tui::state::State;
use crate::tui::theme::{Role, Theme};

/// A key and what it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// The key.
    pub key: String,
    /// What it does.
    pub description: String,
}

impl Hint {
    fn width(&self) -> u16 {
        width(&self.key) + 1 + width(&self.description)
    }
}

/// The hints of some contexts of those alive, the most important first.
pub fn hints(state: &State, of: impl Fn(Context) -> bool, keymap: &Keymap, theme: &Theme) -> Vec<Hint> {
    let alive = contexts(state);
    let mut rows: Vec<(u8, Hint)> = Vec::new();
    for context in alive.iter().filter(|context| of(**context)) {
        for binding in keymap.rows(*context) {
            let Some(importance) = binding.footer else {
                continue;
            };
            let Some(key) = keymap.living_keys(alive, binding).next() else {
                continue;
            };
            if is_available(state, binding.action) {
                let key = key.shown(&theme.glyphs);
                rows.push((importance, Hint { key, description: binding.description.clone() }));
            }
        }
    }
    rows.sort_by_key(|(importance, _)| *importance);
    rows.into_iter().map(|(_, hint)| hint).collect()
}

/// Those of the hints that fit, with a gap of two columns between.
pub fn fitting(hints: Vec<Hint>, room: u16) -> Vec<Hint> {
    let mut left = room;
    hints
        .into_iter()
        .map_while(|hint| {
            left = left.checked_sub(hint.width() + 2)?;
            Some(hint)
        })
        .collect()
}

/// The line at the bottom of the screen.
pub fn draw(state: &State, theme: &Theme, keymap: &Keymap, buffer: &mut Buffer, area: Rect) {
    let alive = contexts(state);
    let help = keymap
        .key_for(alive, Action::Help)
        .map(|key| Hint { key: key.shown(&theme.glyphs), description: "help".to_owned() });
    let reserved = help.as_ref().map_or(0, |help| help.width() + 2);
    let room = area.width.saturating_sub(2).saturating_sub(reserved);
    let shown = fitting(hints(state, |_| true, keymap, theme), room);
    let mut pen = LinePen::new(buffer, area, 0);
    pen.skip(1);
    for hint in shown.iter().chain(help.as_ref()) {
        pen.text(&hint.key, theme.style(Role::Key)).skip(1);
        pen.text(&hint.description, theme.style(Role::Text)).skip(2);
    }
}

/// The same hints as parts of a border line: `Ctrl-s store · Esc cancel`.
pub fn border_parts(hints: &[Hint], theme: &Theme) -> Vec<(String, Style)> {
    let border = theme.style(Role::BorderFocused);
    let mut parts = Vec::new();
    for (at, hint) in hints.iter().enumerate() {
        let before = if at == 0 { " ".to_owned() } else { theme.glyphs.between() };
        parts.push((before, border));
        parts.push((hint.key.clone(), theme.style(Role::Key)));
        parts.push((format!(" {}", hint.description), theme.style(Role::Text)));
    }
    if !parts.is_empty() {
        parts.push((" ".to_owned(), border));
    }
    parts
}
