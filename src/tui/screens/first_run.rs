//! The first run: what this is, where the vault will lie, and a new master password.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::memory::SecretBytes;
use crate::tui::action::Action;
use crate::tui::effect::{Effect, Work};
use crate::tui::layout;
use crate::tui::state::{Screen, State, Waiting};
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::field::{self, Focus, Shown};
use crate::tui::widgets::line::{LinePen, wrapped};
use crate::tui::widgets::panel::{Focused, Title, centred, draw_box};
use crate::tui::widgets::{EditBuffer, Lines};
use crate::vault::{KdfCost, VaultError};

/// The two fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Password,
    Again,
}

/// What was measured.
enum Measured {
    Pending,
    Known(KdfCost),
    Failed(VaultError),
}

/// How hard a password is to guess, from 0 to 4, as zxcvbn judges it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Strength(u8);

impl Strength {
    const WORDS: [&'static str; 5] = ["very weak", "weak", "fair", "good", "strong"];

    /// The judge copies the password to strings of its own: it is asked for nothing but a new master password.
    fn of(password: &str) -> Option<Self> {
        if password.is_empty() {
            return None;
        }
        Some(Self(u8::from(zxcvbn::zxcvbn(password, &[]).score()).min(4)))
    }

    fn word(self) -> &'static str {
        Self::WORDS[usize::from(self.0)]
    }
}

/// The state of the screen.
pub struct FirstRun {
    password: EditBuffer,
    again: EditBuffer,
    focus: Field,
    strength: Option<Strength>,
    measured: Measured,
    remark: Option<(Role, String)>,
}

impl FirstRun {
    /// Two empty fields; the cost of the key derivation is being measured.
    pub const fn measuring() -> Self {
        Self {
            password: EditBuffer::new(Lines::Single),
            again: EditBuffer::new(Lines::Single),
            focus: Field::Password,
            strength: None,
            measured: Measured::Pending,
            remark: None,
        }
    }

    /// Whether the measurement still runs.
    pub const fn is_measuring(&self) -> bool {
        matches!(self.measured, Measured::Pending)
    }

    /// The field that has the keys.
    pub const fn focused_mut(&mut self) -> &mut EditBuffer {
        match self.focus {
            Field::Password => &mut self.password,
            Field::Again => &mut self.again,
        }
    }

    /// What is typed changed.
    pub fn on_text(&mut self) {
        self.remark = None;
        if self.focus == Field::Password {
            self.strength = Strength::of(self.password.text());
        }
    }

    /// Types a password that was given beforehand into both fields: Enter makes the vault with it.
    pub fn fill(&mut self, password: &SecretBytes) {
        let text = password.expose_text().unwrap_or_default();
        if self.password.insert(text) && self.again.insert(text) {
            self.strength = Strength::of(text);
            self.focus = Field::Again;
        }
    }

    /// Says something below the fields.
    pub fn remark(&mut self, role: Role, text: &str) {
        self.remark = Some((role, text.to_owned()));
    }

    fn move_focus(&mut self) {
        self.focus = match self.focus {
            Field::Password => Field::Again,
            Field::Again => Field::Password,
        };
    }
}

/// The measurement is done.
pub fn on_measured(state: &mut State, result: Result<KdfCost, VaultError>) {
    if let Screen::FirstRun(first_run) = &mut state.screen {
        first_run.measured = match result {
            Ok(cost) => Measured::Known(cost),
            Err(error) => Measured::Failed(error),
        };
    }
}

/// The vault could not be made: what was typed stays.
pub fn on_failed(state: &mut State, error: &VaultError) {
    if let Screen::FirstRun(first_run) = &mut state.screen {
        first_run.remark = Some((Role::Danger, format!("{error}: {}", error.hint())));
    }
}

/// Acts on a key.
pub fn act(state: &mut State, action: Action, effects: &mut Vec<Effect>) {
    if state.is_busy() {
        return;
    }
    let now = state.now;
    let Screen::FirstRun(first_run) = &mut state.screen else {
        return;
    };
    match action {
        Action::NextField | Action::PreviousField => first_run.move_focus(),
        Action::Enter if first_run.password.is_empty() => {
            first_run.focus = Field::Password;
            first_run.remark(Role::Warning, "type a master password first");
        }
        Action::Enter if first_run.focus == Field::Password => first_run.move_focus(),
        Action::Enter => {
            let is_same = first_run.password.duplicate().equals(first_run.again.text().as_bytes());
            if !is_same {
                first_run.again.clear();
                first_run.remark(Role::Danger, "the two passwords differ: type the second one again");
                return;
            }
            let cost = match first_run.measured {
                Measured::Known(cost) => Some(cost),
                Measured::Pending | Measured::Failed(_) => None,
            };
            let password = first_run.password.duplicate();
            effects.push(Effect::Work(Work::Create { password, cost }));
            state.waiting = Some((Waiting::Create, now));
        }
        _ => {}
    }
}

const WHAT: &str = "etui keeps secrets as versions that never change, with labels that say which one is live. \
                    All of it lies in one encrypted file; only the master password opens it. \
                    Nobody can recover a password that is lost.";

/// Draws it.
pub fn draw(first_run: &FirstRun, state: &State, theme: &Theme, buffer: &mut Buffer) -> Option<Position> {
    let body = layout::areas(state.size).body;
    let area = centred(body, 76, 18);
    let inside = draw_box(buffer, area, Title { text: "A new vault", note: "" }, Focused::Yes, theme);
    let inside = Rect { x: inside.x + 2, width: inside.width.saturating_sub(4), ..inside };
    let text = theme.style(Role::Text);
    let muted = theme.style(Role::Muted);
    let mut row = u16::from(inside.height >= 16);
    for line in wrapped(WHAT, inside.width) {
        LinePen::new(buffer, inside, row).text(&line, text);
        row += 1;
    }
    row += u16::from(inside.height >= 14);
    let key_file = state.key_file.as_deref().unwrap_or("none; --key-file adds one");
    for (name, value) in [("Vault file", state.path.as_str()), ("Key file", key_file)] {
        let mut pen = LinePen::new(buffer, inside, row);
        pen.fitted(name, LABEL, muted, &theme.glyphs);
        let room = pen.room();
        pen.fitted(value, room, text, &theme.glyphs);
        row += 1;
    }
    draw_cost(first_run, state, theme, buffer, inside, row);
    row += 2;
    let is_making = matches!(state.waiting, Some((Waiting::Create, _)));
    let mut cursor = None;
    for (field, name, content) in
        [(Field::Password, "Password", &first_run.password), (Field::Again, "Once more", &first_run.again)]
    {
        let is_focused = field == first_run.focus && !is_making;
        let style = if is_focused { theme.style(Role::TitleFocused) } else { muted };
        LinePen::new(buffer, inside, row).fitted(name, LABEL, style, &theme.glyphs);
        if is_focused {
            let margin = Rect { x: inside.x - 2, width: 2, ..inside };
            LinePen::new(buffer, margin, row).text(theme.glyphs.selected, theme.style(Role::Accent));
        }
        let line = row_of(inside, row);
        let focus = if is_focused { Focus::Here } else { Focus::Elsewhere };
        let drawn = field::draw(buffer, line, content, Shown::Masked, focus, text, &theme.glyphs);
        cursor = cursor.or(drawn);
        row += 1;
        if field == Field::Password {
            draw_strength(first_run.strength, theme, buffer, inside, row);
            row += 1;
        }
    }
    row += 1;
    if is_making {
        super::unlock::draw_spinner(state, "making the vault", theme, buffer, row_of_all(inside, row));
    } else if let Some((role, remark)) = &first_run.remark {
        for (line, part) in (row..).zip(wrapped(remark, inside.width)) {
            LinePen::new(buffer, inside, line).text(&part, theme.style(*role));
        }
    }
    cursor
}

/// The width of the names of the fields.
const LABEL: u16 = 14;

const fn row_of(area: Rect, row: u16) -> Rect {
    let width = area.width.saturating_sub(LABEL);
    let height = if row < area.height { 1 } else { 0 };
    Rect { x: area.x + LABEL, y: area.y + row, width, height }
}

const fn row_of_all(area: Rect, row: u16) -> Rect {
    Rect { y: area.y + row, height: if row < area.height { 1 } else { 0 }, ..area }
}

fn draw_cost(first_run: &FirstRun, state: &State, theme: &Theme, buffer: &mut Buffer, area: Rect, row: u16) {
    let muted = theme.style(Role::Muted);
    LinePen::new(buffer, area, row).fitted("Unlocking", LABEL, muted, &theme.glyphs);
    let line = row_of(area, row);
    let (text, role) = match &first_run.measured {
        Measured::Pending => {
            let turn = usize::try_from(state.now.0 / 100).unwrap_or(0);
            let frame = theme.glyphs.spinner[turn % theme.glyphs.spinner.len()];
            let text = format!("{frame} measuring what this machine bears{}", theme.glyphs.ellipsis);
            (text.trim_start().to_owned(), Role::Muted)
        }
        Measured::Known(cost) => (
            format!(
                "Argon2id with {} MiB, {} passes, {} lanes",
                cost.memory_kib() / 1024,
                cost.passes(),
                cost.lanes()
            ),
            Role::Text,
        ),
        Measured::Failed(error) => (error.to_string(), Role::Danger),
    };
    LinePen::new(buffer, line, 0).fitted(&text, line.width, theme.style(role), &theme.glyphs);
}

fn draw_strength(strength: Option<Strength>, theme: &Theme, buffer: &mut Buffer, area: Rect, row: u16) {
    let line = row_of(area, row);
    let mut pen = LinePen::new(buffer, line, 0);
    let Some(strength) = strength else {
        pen.text("a few random words are easy to type", theme.style(Role::Hint));
        return;
    };
    let role = match strength.0 {
        0 | 1 => Role::Danger,
        2 => Role::Warning,
        _ => Role::Success,
    };
    for step in 0..5 {
        let sign = if step <= strength.0 { theme.glyphs.bar_full } else { theme.glyphs.bar_empty };
        let role = if step <= strength.0 { role } else { Role::Muted };
        pen.text(sign, theme.style(role)).text(sign, theme.style(role));
    }
    pen.skip(2).text(strength.word(), theme.style(role));
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
