//! The keys that matter here, in one line, made from the keymap: the least important go first where there is
//! no room, the key of the help always stays.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::line::{LinePen, width};
use super::panel::draw_bottom;
use crate::tui::action::Action;
use crate::tui::context::{Context, Contexts};
use crate::tui::keymap::Keymap;
use crate::tui::theme::{Role, Theme};

/// A key and what it does.
struct Hint {
    key: String,
    description: String,
}

impl Hint {
    fn width(&self) -> u16 {
        width(&self.key) + 1 + width(&self.description)
    }
}

/// The keys that can be pressed now, and which of their actions can do something.
pub struct Keys<'a> {
    pub keymap: &'a Keymap,
    /// The active contexts, the innermost first.
    pub contexts: Contexts,
    pub is_available: &'a dyn Fn(Action) -> bool,
    /// Whether the key for leaving leaves the app; else it does what the keys of the dialog say anyway.
    pub leaves: bool,
}

impl Keys<'_> {
    /// The hints of some of the active contexts, the most important first.
    fn hints(&self, of: impl Fn(Context) -> bool, theme: &Theme) -> Vec<Hint> {
        let mut rows: Vec<(u8, Hint)> = Vec::new();
        for context in self.contexts.iter().filter(|context| of(**context)) {
            for binding in self.keymap.rows(*context) {
                let Some(importance) = binding.footer else {
                    continue;
                };
                let Some(key) = self.keymap.living_keys(&self.contexts, binding).next() else {
                    continue;
                };
                let is_told = self.leaves || binding.action != Action::Quit;
                if is_told && (self.is_available)(binding.action) {
                    let key = key.shown(&theme.glyphs);
                    rows.push((importance, Hint { key, description: binding.description.clone() }));
                }
            }
        }
        rows.sort_by_key(|(importance, _)| *importance);
        rows.into_iter().map(|(_, hint)| hint).collect()
    }
}

/// Where the keys of what is on top stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the footer, with those that are active everywhere.
    Footer,
    /// In the border of its box.
    Border,
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
pub fn draw(keys: &Keys<'_>, place: Place, theme: &Theme, buffer: &mut Buffer, area: Rect) {
    let help = keys
        .keymap
        .key_for(&keys.contexts, Action::Help)
        .map(|key| Hint { key: key.shown(&theme.glyphs), description: "help".to_owned() });
    let reserved = help.as_ref().map_or(0, |help| help.width() + 2);
    let room = area.width.saturating_sub(2).saturating_sub(reserved);
    let shown = keys.hints(|context| place == Place::Footer || context == Context::Everywhere, theme);
    let shown = fitting(shown, room, 2);
    let mut pen = LinePen::new(buffer, area, 0);
    pen.skip(1);
    for hint in shown.iter().chain(help.as_ref()) {
        pen.text(&hint.key, theme.style(Role::Key)).skip(1);
        pen.text(&hint.description, theme.style(Role::Text)).skip(2);
    }
}

/// The keys of the dialog on top, in the bottom line of its box: `Ctrl-s store · Esc cancel`.
pub fn draw_in_border(keys: &Keys<'_>, theme: &Theme, buffer: &mut Buffer, area: Rect) {
    let is_own = |context| !matches!(context, Context::Everywhere | Context::OutsideFields | Context::Text);
    // Spaces and a dot between two; corners, a space and a piece of the line at the ends.
    let hints = fitting(keys.hints(is_own, theme), area.width.saturating_sub(3), 3);
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
