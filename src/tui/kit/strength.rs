//! How hard a new master password is to guess.

use super::line::LinePen;
use crate::tui::theme::{Role, Theme};

/// How hard a password is to guess, from 0 to 4, as zxcvbn judges it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Strength(u8);

impl Strength {
    const WORDS: [&'static str; 5] = ["very weak", "weak", "fair", "good", "strong"];
    /// Columns of the bar and its word.
    pub const WIDTH: u16 = 21;

    /// The judge copies the password to strings of its own: it is asked for nothing but a new master password.
    pub fn of(password: &str) -> Option<Self> {
        if password.is_empty() {
            return None;
        }
        Some(Self(u8::from(zxcvbn::zxcvbn(password, &[]).score()).min(4)))
    }

    fn word(self) -> &'static str {
        Self::WORDS[usize::from(self.0)]
    }

    /// Draws a bar and its word.
    pub fn draw(self, pen: &mut LinePen<'_>, theme: &Theme) {
        let role = match self.0 {
            0 | 1 => Role::Danger,
            2 => Role::Warning,
            _ => Role::Success,
        };
        for step in 0..5 {
            let sign = if step <= self.0 { theme.glyphs.bar_full } else { theme.glyphs.bar_empty };
            let role = if step <= self.0 { role } else { Role::Muted };
            pen.text(sign, theme.style(role)).text(sign, theme.style(role));
        }
        pen.skip(2).text(self.word(), theme.style(role));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_judged_by_how_hard_it_is_to_guess() {
        assert_eq!(Strength::of(""), None);
        assert_eq!(Strength::of("password").unwrap().word(), "very weak");
        assert_eq!(Strength::of("correct unruly anvil parade sombre").unwrap().word(), "strong");
    }
}
