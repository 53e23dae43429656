//! The keys that matter here, in one line, made from the keymap: the least important go first where there is
//! no room, the key of the help always stays.

use ratatui::layout::Rect;

use super::canvas::{Canvas, Hit};
use super::line::width;
use super::rows::{indented, split};
use crate::tui::action::{Action, FooterWord};
use crate::tui::context::{Context, Contexts};
use crate::tui::keymap::Keymap;
use crate::tui::theme::{Role, Theme};

/// A key and what it does.
struct Hint {
    key: String,
    description: String,
    context: Context,
    action: Action,
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
    /// By which word an action is told just now.
    pub told: &'a dyn Fn(Action) -> FooterWord,
    /// Whether the key for leaving leaves the app; else another key of the dialog does the same.
    pub leaves: bool,
}

impl Keys<'_> {
    /// The hints of the active contexts, the most important first.
    fn hints(&self, theme: &Theme) -> Vec<Hint> {
        let mut rows: Vec<(u8, Hint)> = Vec::new();
        for context in self.contexts.iter() {
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
                    let description = match (self.told)(binding.action) {
                        FooterWord::Usual => binding.description.clone(),
                        FooterWord::As(word) => word.to_owned(),
                        FooterWord::Not => continue,
                    };
                    let hint = Hint { key, description, context: *context, action: binding.action };
                    rows.push((importance, hint));
                }
            }
        }
        rows.sort_by_key(|(importance, _)| *importance);
        rows.into_iter().map(|(_, hint)| hint).collect()
    }
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

/// The line at the bottom of the screen. A click on a key does what the key does.
pub fn draw(keys: &Keys<'_>, canvas: &mut Canvas<'_>, area: Rect) {
    let theme = canvas.theme();
    let help = keys.keymap.key_for(&keys.contexts, Action::Help).map(|key| Hint {
        key: key.shown(&theme.glyphs),
        description: "help".to_owned(),
        context: Context::Everywhere,
        action: Action::Help,
    });
    // Each of the others is followed by a gap.
    let reserved = help.as_ref().map_or(0, Hint::width);
    let room = area.width.saturating_sub(2).saturating_sub(reserved);
    let shown = fitting(keys.hints(theme), room, 2);
    let mut left = indented(area, 1, 0);
    for hint in shown.iter().chain(help.as_ref()) {
        let (place, rest) = split(left, hint.width());
        let mut pen = canvas.pen(place, 0);
        pen.text(&hint.key, theme.style(Role::Key)).skip(1);
        pen.text(&hint.description, theme.style(Role::Text));
        canvas.hit(place, Hit::Key(hint.context, hint.action));
        left = indented(rest, 2, 0);
    }
}
