//! The first run: what this is, where the vault will lie, and a new master password.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::memory::SecretBytes;
use crate::tui::action::Action;
use crate::tui::effect::{Effect, KeyFileWish, Work};
use crate::tui::layout;
use crate::tui::state::{Screen, State, Waiting};
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::field::{self, Focus, Shown};
use crate::tui::widgets::line::{LinePen, wrapped};
use crate::tui::widgets::panel::{Focused, Title, centred, draw_box};
use crate::tui::widgets::strength::Strength;
use crate::tui::widgets::{EditBuffer, Lines};
use crate::vault::{KdfCost, VaultError};

/// The fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Password,
    Again,
    KeyFile,
    KeyPath,
}

/// Whether there shall be a key file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum KeyFile {
    None,
    New,
    Existing,
}

impl KeyFile {
    const ALL: [(Self, &'static str); 3] =
        [(Self::None, "none"), (Self::New, "new"), (Self::Existing, "existing")];

    fn turned(self, step: usize) -> Self {
        let at = Self::ALL.iter().position(|(choice, _)| *choice == self).unwrap_or(0);
        Self::ALL[(at + step) % Self::ALL.len()].0
    }
}

/// What was measured.
enum Measured {
    Pending,
    Known(KdfCost),
    Failed(VaultError),
}

/// The state of the screen.
pub struct FirstRun {
    password: EditBuffer,
    again: EditBuffer,
    focus: Field,
    strength: Option<Strength>,
    measured: Measured,
    key_file: KeyFile,
    key_path: EditBuffer,
    remark: Option<(Role, String)>,
}

impl FirstRun {
    /// Empty fields, but for a key file that was named beforehand; the cost of the key derivation is being
    /// measured.
    pub fn measuring(key_file: Option<&str>) -> Self {
        Self {
            password: EditBuffer::new(Lines::Single),
            again: EditBuffer::new(Lines::Single),
            focus: Field::Password,
            strength: None,
            measured: Measured::Pending,
            key_file: if key_file.is_some() { KeyFile::Existing } else { KeyFile::None },
            key_path: EditBuffer::with_text(key_file.unwrap_or_default()),
            remark: None,
        }
    }

    /// Whether the measurement still runs.
    pub const fn is_measuring(&self) -> bool {
        matches!(self.measured, Measured::Pending)
    }

    /// The text field that has the keys.
    pub const fn focused_mut(&mut self) -> Option<&mut EditBuffer> {
        match self.focus {
            Field::Password => Some(&mut self.password),
            Field::Again => Some(&mut self.again),
            Field::KeyFile => None,
            Field::KeyPath => Some(&mut self.key_path),
        }
    }

    /// Whether the keys choose instead of typing.
    pub fn is_choosing(&self) -> bool {
        self.focus == Field::KeyFile
    }

    /// What is needed besides the password.
    pub fn wish(&self) -> KeyFileWish {
        let path = self.key_path.text().to_owned();
        match self.key_file {
            KeyFile::None => KeyFileWish::None,
            KeyFile::New => KeyFileWish::Make(path),
            KeyFile::Existing => KeyFileWish::Take(path),
        }
    }

    fn fields(&self) -> &'static [Field] {
        match self.key_file {
            KeyFile::None => &[Field::Password, Field::Again, Field::KeyFile],
            KeyFile::New | KeyFile::Existing => {
                &[Field::Password, Field::Again, Field::KeyFile, Field::KeyPath]
            }
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

    fn move_focus(&mut self, step: isize) {
        let fields = self.fields();
        let at = fields.iter().position(|field| *field == self.focus).unwrap_or(0);
        let at = at.saturating_add_signed(step.rem_euclid(fields.len().cast_signed()));
        self.focus = fields[at % fields.len()];
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
        Action::NextField => first_run.move_focus(1),
        Action::PreviousField => first_run.move_focus(-1),
        Action::NextChoice | Action::PreviousChoice if first_run.is_choosing() => {
            let step = if action == Action::NextChoice { 1 } else { KeyFile::ALL.len() - 1 };
            first_run.key_file = first_run.key_file.turned(step);
            first_run.remark = None;
        }
        Action::Enter if first_run.password.is_empty() => {
            first_run.focus = Field::Password;
            first_run.remark(Role::Warning, "type a master password first");
        }
        Action::Enter if first_run.focus == Field::Password => first_run.move_focus(1),
        Action::Enter => {
            let is_same = first_run.password.duplicate().equals(first_run.again.text().as_bytes());
            if !is_same {
                first_run.again.clear();
                first_run.focus = Field::Again;
                first_run.remark(Role::Danger, "the two passwords differ: type the second one again");
                return;
            }
            if first_run.key_file != KeyFile::None && first_run.key_path.text().trim().is_empty() {
                first_run.focus = Field::KeyPath;
                first_run.remark(Role::Warning, "type the path of the key file, or choose none");
                return;
            }
            let cost = match first_run.measured {
                Measured::Known(cost) => Some(cost),
                Measured::Pending | Measured::Failed(_) => None,
            };
            let password = first_run.password.duplicate();
            effects.push(Effect::Work(Work::Create { password, cost, key_file: first_run.wish() }));
            state.waiting = Some((Waiting::Create, now));
        }
        _ => {}
    }
}

const WHAT: &str = "etui keeps secrets as versions that never change, with labels that say which one is live. \
                    All of it lies in one encrypted file; only the master password opens it. \
                    Nobody can recover a password that is lost.";

const KEY_FILE: &str = "The vault then opens only with the password and this file. Keep copies of the file, \
                        none of them beside the vault.";

/// Draws it.
pub fn draw(first_run: &FirstRun, state: &State, theme: &Theme, buffer: &mut Buffer) -> Option<Position> {
    let body = layout::areas(state.size).body;
    let area = centred(body, 76, 20);
    let inside = draw_box(buffer, area, Title { text: "A new vault", note: "" }, Focused::Yes, theme);
    let inside = Rect { x: inside.x + 2, width: inside.width.saturating_sub(4), ..inside };
    let text = theme.style(Role::Text);
    let muted = theme.style(Role::Muted);
    let mut row = u16::from(inside.height >= 18);
    for line in wrapped(WHAT, inside.width) {
        LinePen::new(buffer, inside, row).text(&line, text);
        row += 1;
    }
    row += u16::from(inside.height >= 14);
    let mut pen = LinePen::new(buffer, inside, row);
    pen.fitted("Vault file", LABEL, muted, &theme.glyphs);
    let room = pen.room();
    pen.fitted(&state.path, room, text, &theme.glyphs);
    row += 1;
    draw_cost(first_run, state, theme, buffer, inside, row);
    row += 2;
    let is_making = matches!(state.waiting, Some((Waiting::Create, _)));
    let mut cursor = None;
    for field in first_run.fields() {
        let field = *field;
        let (name, content, shown) = match field {
            Field::Password => ("Password", &first_run.password, Shown::Masked),
            Field::Again => ("Once more", &first_run.again, Shown::Masked),
            Field::KeyFile => ("Key file", &first_run.key_path, Shown::Plainly),
            Field::KeyPath => ("Its path", &first_run.key_path, Shown::Plainly),
        };
        let is_focused = field == first_run.focus && !is_making;
        let style = if is_focused { theme.style(Role::TitleFocused) } else { muted };
        LinePen::new(buffer, inside, row).fitted(name, LABEL, style, &theme.glyphs);
        if is_focused {
            let margin = Rect { x: inside.x - 2, width: 2, ..inside };
            LinePen::new(buffer, margin, row).text(theme.glyphs.selected, theme.style(Role::Accent));
        }
        let line = row_of(inside, row);
        let focus = if is_focused { Focus::Here } else { Focus::Elsewhere };
        let drawn = if field == Field::KeyFile {
            draw_choice(first_run.key_file, is_focused, theme, buffer, line)
        } else {
            field::draw(buffer, line, content, shown, focus, text, &theme.glyphs)
        };
        cursor = cursor.or(drawn);
        row += 1;
        if field == Field::Password {
            draw_strength(first_run.strength, theme, buffer, inside, row);
            row += 1;
        }
    }
    row += u16::from(inside.height >= 18);
    if is_making {
        super::unlock::draw_spinner(state, "making the vault", theme, buffer, row_of_all(inside, row));
    } else {
        let (role, remark) = match (&first_run.remark, first_run.key_file) {
            (Some((role, remark)), _) => (*role, remark.as_str()),
            (None, KeyFile::None) => return cursor,
            (None, KeyFile::New | KeyFile::Existing) => (Role::Hint, KEY_FILE),
        };
        for (line, part) in (row..).zip(wrapped(remark, inside.width)) {
            LinePen::new(buffer, inside, line).text(&part, theme.style(role));
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

fn draw_choice(
    chosen: KeyFile,
    is_focused: bool,
    theme: &Theme,
    buffer: &mut Buffer,
    area: Rect,
) -> Option<Position> {
    let mut pen = LinePen::new(buffer, area, 0);
    let mut cursor = None;
    for (choice, name) in KeyFile::ALL {
        let is_chosen = choice == chosen;
        let sign = if is_chosen { theme.glyphs.radio_on } else { theme.glyphs.radio_off };
        if is_chosen && is_focused {
            cursor = Some(Position::new(pen.column() + 1, area.y));
        }
        pen.text(sign, theme.style(if is_chosen { Role::Accent } else { Role::Muted }));
        pen.text(&format!(" {name}"), theme.style(Role::Text)).skip(3);
    }
    cursor
}

fn draw_strength(strength: Option<Strength>, theme: &Theme, buffer: &mut Buffer, area: Rect, row: u16) {
    let line = row_of(area, row);
    let mut pen = LinePen::new(buffer, line, 0);
    let Some(strength) = strength else {
        pen.text("a few random words are easy to type", theme.style(Role::Hint));
        return;
    };
    strength.draw(&mut pen, theme);
}
