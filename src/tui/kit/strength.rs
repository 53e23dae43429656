//! How hard a new password is to guess: a bar and its word, and the question about a weak one.

use super::line::LinePen;
use crate::generator::{PasswordOf, Strength};
use crate::tui::keymap::Key;
use crate::tui::theme::{Role, Theme};

/// Columns of the bar and its word.
pub const WIDTH: u16 = 21;

/// Asked before a weak password is used.
pub fn question(of: PasswordOf, key: Option<Key>) -> String {
    let (first, rest) = of.weak().split_at(1);
    let key = key.map_or_else(String::new, |key| format!(". Press {key} again to use it anyway."));
    format!("{}{rest}{key}", first.to_uppercase())
}

pub fn draw(strength: Strength, pen: &mut LinePen<'_>, theme: &Theme) {
    let role = match strength.score() {
        0 | 1 => Role::Danger,
        2 => Role::Warning,
        _ => Role::Success,
    };
    for step in 0..5 {
        let is_reached = step <= strength.score();
        let sign = if is_reached { theme.glyphs.bar_full } else { theme.glyphs.bar_empty };
        let role = if is_reached { role } else { Role::Muted };
        pen.text(sign, theme.style(role)).text(sign, theme.style(role));
    }
    pen.skip(2).text(strength.word(), theme.style(role));
}
