//! The keys that matter here, in one line, made from the keymap: the least important go first where there is
//! no room, the key of the help always stays.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::line::{LinePen, width};
use super::panel::draw_bottom;
use crate::tui::action::Action;
use crate::tui::context::{Context, contexts, is_available};
use crate::tui::keymap::Keymap;
use crate::tui::state::{Modal, State};
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

/// Those of the hints that fit, each followed by a gap.
fn fitting(hints: Vec<Hint>, room: u16, gap: u16) -> Vec<Hint> {
    let mut left = room;
    hints
        .into_iter()
        .map_while(|hint| {
            left = left.checked_sub(hint.width() + gap)?;
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
    // The keys of a modal stand in its border.
    let is_alone = state.modals.is_empty();
    let shown = hints(state, |context| is_alone || context == Context::Everywhere, keymap, theme);
    let shown = fitting(shown, room, 2);
    let mut pen = LinePen::new(buffer, area, 0);
    pen.skip(1);
    for hint in shown.iter().chain(help.as_ref()) {
        pen.text(&hint.key, theme.style(Role::Key)).skip(1);
        pen.text(&hint.description, theme.style(Role::Text)).skip(2);
    }
}

/// The keys of the modal on top, in the bottom line of its box: `Ctrl-s store · Esc cancel`.
///
/// Every modal calls it as it is drawn, from the lowest to the one on top: `on_top` says whether this is the
/// one that has the keys.
pub fn draw_in_border(
    state: &State,
    on_top: impl Fn(&Modal) -> bool,
    keymap: &Keymap,
    theme: &Theme,
    buffer: &mut Buffer,
    area: Rect,
) {
    if !state.modals.last().is_some_and(on_top) {
        return;
    }
    let of_modal = |context| !matches!(context, Context::Everywhere | Context::OutsideFields | Context::Text);
    // Spaces and a dot between two; corners, a space and a piece of the line at the ends.
    let hints = fitting(hints(state, of_modal, keymap, theme), area.width.saturating_sub(3), 3);
    draw_bottom(buffer, area, &border_parts(&hints, theme));
}

fn border_parts(hints: &[Hint], theme: &Theme) -> Vec<(String, Style)> {
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
