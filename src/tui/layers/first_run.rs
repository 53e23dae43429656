//! The first run: what this is, where the vault will lie, and a new master password.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::unlock;
use crate::memory::SecretBytes;
use crate::tui::action::Action;
use crate::tui::app::{App, SPINNER, Tone};
use crate::tui::ask::{Answer, Answered, Pending, Question, Ticket, Work};
use crate::tui::context::{Context, Contexts};
use crate::tui::event::Moment;
use crate::tui::kit::canvas::Canvas;
use crate::tui::kit::field::{self, Focus, Shown};
use crate::tui::kit::line::{LinePen, wrapped};
use crate::tui::kit::panel::centred;
use crate::tui::kit::strength::Strength;
use crate::tui::kit::{EditBuffer, Lines};
use crate::tui::layer::{Flow, Layer};
use crate::tui::lock;
use crate::tui::session::KeyFileWish;
use crate::tui::theme::{Role, Theme};
use crate::vault::KdfCost;

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

/// The state of the screen.
pub struct FirstRun {
    password: EditBuffer,
    again: EditBuffer,
    focus: Field,
    strength: Option<Strength>,
    /// Which cost of the key derivation this machine bears.
    measured: Pending<KdfCost>,
    created: Question,
    key_file: KeyFile,
    key_path: EditBuffer,
    remark: Option<(Role, String)>,
}

impl FirstRun {
    /// Empty fields, but for a key file that was named beforehand; the cost of the key derivation is being
    /// measured.
    pub fn new(app: &mut App) -> Self {
        let key_file = app.key_file.as_deref();
        let mut first_run = Self {
            password: EditBuffer::new(Lines::Single),
            again: EditBuffer::new(Lines::Single),
            focus: Field::Password,
            strength: None,
            measured: Pending::default(),
            created: Question::new(),
            key_file: if key_file.is_some() { KeyFile::Existing } else { KeyFile::None },
            key_path: EditBuffer::with_text(key_file.unwrap_or_default()),
            remark: None,
        };
        first_run.measured.ask(&mut app.asks, Work::MeasureKdf);
        first_run
    }

    /// What is needed besides the password.
    fn wish(&self) -> KeyFileWish {
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

    /// Types a password that was given beforehand into both fields: Enter makes the vault with it.
    pub fn fill(&mut self, password: &SecretBytes) {
        let text = password.expose_text().unwrap_or_default();
        if self.password.insert(text) && self.again.insert(text) {
            self.strength = Strength::of(text);
            self.focus = Field::Again;
        }
    }

    /// Says something below the fields.
    fn remark(&mut self, role: Role, text: &str) {
        self.remark = Some((role, text.to_owned()));
    }

    fn move_focus(&mut self, step: isize) {
        let fields = self.fields();
        let at = fields.iter().position(|field| *field == self.focus).unwrap_or(0);
        let at = at.saturating_add_signed(step.rem_euclid(fields.len().cast_signed()));
        self.focus = fields[at % fields.len()];
    }
}

impl Layer for FirstRun {
    fn name(&self) -> &'static str {
        "first run"
    }

    fn is_base(&self) -> bool {
        true
    }

    fn contexts(&self) -> Contexts {
        if self.focus == Field::KeyFile {
            Contexts::choosing(&[Context::FormChoice, Context::FirstRun])
        } else {
            Contexts::typing(&[Context::FirstRun])
        }
    }

    fn field(&mut self) -> Option<&mut EditBuffer> {
        match self.focus {
            Field::Password => Some(&mut self.password),
            Field::Again => Some(&mut self.again),
            Field::KeyFile => None,
            Field::KeyPath => Some(&mut self.key_path),
        }
    }

    fn changed(&mut self, _app: &mut App) {
        self.remark = None;
        if self.focus == Field::Password {
            self.strength = Strength::of(self.password.text());
        }
    }

    fn refuse_paste(&mut self, sentence: &'static str, _app: &mut App) {
        self.remark(Role::Warning, sentence);
    }

    fn obstacle(&self, action: Action, app: &App) -> Option<&'static str> {
        if action == Action::OtherVault { unlock::obstacle_to_another(app) } else { None }
    }

    fn act(&mut self, action: Action, app: &mut App) -> Flow {
        if app.is_busy() {
            return Flow::Stay;
        }
        if action == Action::OtherVault {
            return unlock::another(app);
        }
        match action {
            Action::NextField => self.move_focus(1),
            Action::PreviousField => self.move_focus(-1),
            Action::NextChoice | Action::PreviousChoice if self.focus == Field::KeyFile => {
                let step = if action == Action::NextChoice { 1 } else { KeyFile::ALL.len() - 1 };
                self.key_file = self.key_file.turned(step);
                self.remark = None;
            }
            Action::Enter if self.password.is_empty() => {
                self.focus = Field::Password;
                self.remark(Role::Warning, "type a master password first");
            }
            Action::Enter if self.focus == Field::Password => self.move_focus(1),
            Action::Enter => {
                let is_same = self.password.duplicate().equals(self.again.text().as_bytes());
                if !is_same {
                    self.again.clear();
                    self.focus = Field::Again;
                    self.remark(Role::Danger, "the two passwords differ: type the second one again");
                    return Flow::Stay;
                }
                if self.key_file != KeyFile::None && self.key_path.text().trim().is_empty() {
                    self.focus = Field::KeyPath;
                    self.remark(Role::Warning, "type the path of the key file, or choose none");
                    return Flow::Stay;
                }
                let cost = self.measured.good().copied();
                let password = self.password.duplicate();
                let work = Work::Create { password, cost, key_file: self.wish() };
                app.begin_busy(&mut self.created, work);
            }
            _ => {}
        }
        Flow::Stay
    }

    fn awaits(&self, ticket: Ticket) -> bool {
        self.measured.awaits(ticket) || self.created.awaits(ticket)
    }

    /// A vault that could not be made leaves everything as it was typed.
    fn answered(&mut self, answered: Answered, app: &mut App) -> Flow {
        if self.measured.awaits(answered.ticket) {
            self.measured.settle(answered.result);
            return Flow::Stay;
        }
        self.created.forget();
        match answered.result {
            Ok(Answer::Opened(opened)) => {
                lock::opened(app, *opened);
                let text = match self.wish() {
                    KeyFileWish::None | KeyFileWish::Take(_) => "the vault is made and open".to_owned(),
                    KeyFileWish::Make(path) => {
                        format!("the vault is made; its key file is {}: copy it to a safe place", path.trim())
                    }
                };
                app.say(Tone::Done, text);
                return Flow::Done;
            }
            Ok(_) => {}
            Err(failure) => self.remark(Role::Danger, &failure.line()),
        }
        Flow::Stay
    }

    fn wake_at(&self, app: &App) -> Option<Moment> {
        (self.measured.is_asked() && !app.settings.plain).then(|| app.now.after(SPINNER))
    }

    fn draw(&self, canvas: &mut Canvas<'_>) -> Option<Position> {
        let (app, theme) = (canvas.app, canvas.theme());
        let area = centred(canvas.body(), 76, 20);
        let inside = canvas.screen(area, "A new vault");
        let buffer = &mut *canvas.buffer;
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
        pen.fitted(&app.path, room, text, &theme.glyphs);
        row += 1;
        draw_cost(&self.measured, app, theme, buffer, inside, row);
        row += 2;
        let is_making = app.busy.is_some_and(|busy| busy.derives_key);
        let mut cursor = None;
        for field in self.fields() {
            let field = *field;
            let (name, content, shown) = match field {
                Field::Password => ("Password", &self.password, Shown::Masked),
                Field::Again => ("Once more", &self.again, Shown::Masked),
                Field::KeyFile => ("Key file", &self.key_path, Shown::Plainly),
                Field::KeyPath => ("Its path", &self.key_path, Shown::Plainly),
            };
            let is_focused = field == self.focus && !is_making;
            let style = if is_focused { theme.style(Role::TitleFocused) } else { muted };
            LinePen::new(buffer, inside, row).fitted(name, LABEL, style, &theme.glyphs);
            if is_focused {
                let margin = Rect { x: inside.x - 2, width: 2, ..inside };
                LinePen::new(buffer, margin, row).text(theme.glyphs.selected, theme.style(Role::Accent));
            }
            let line = row_of(inside, row);
            let focus = if is_focused { Focus::Here } else { Focus::Elsewhere };
            let drawn = if field == Field::KeyFile {
                draw_choice(self.key_file, is_focused, theme, buffer, line)
            } else {
                field::draw(buffer, line, content, shown, focus, text, &theme.glyphs)
            };
            cursor = cursor.or(drawn);
            row += 1;
            if field == Field::Password {
                draw_strength(self.strength, theme, buffer, inside, row);
                row += 1;
            }
        }
        row += u16::from(inside.height >= 18);
        if is_making {
            unlock::draw_spinner(app, "making the vault", theme, buffer, row_of_all(inside, row));
        } else {
            let (role, remark) = match (&self.remark, self.key_file) {
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
}

const WHAT: &str = "etui keeps secrets as versions that never change, with labels that say which one is live. \
                    All of it lies in one encrypted file; only the master password opens it. \
                    Nobody can recover a password that is lost.";

const KEY_FILE: &str = "The vault then opens only with the password and this file. Keep copies of the file, \
                        none of them beside the vault.";

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

fn draw_cost(
    measured: &Pending<KdfCost>,
    app: &App,
    theme: &Theme,
    buffer: &mut Buffer,
    area: Rect,
    row: u16,
) {
    let muted = theme.style(Role::Muted);
    LinePen::new(buffer, area, row).fitted("Unlocking", LABEL, muted, &theme.glyphs);
    let line = row_of(area, row);
    let (text, role) = match measured.known() {
        None => {
            let turn = usize::try_from(app.now.0 / 100).unwrap_or(0);
            let frame = theme.glyphs.spinner[turn % theme.glyphs.spinner.len()];
            let text = format!("{frame} measuring what this machine bears{}", theme.glyphs.ellipsis);
            (text.trim_start().to_owned(), Role::Muted)
        }
        Some(Ok(cost)) => (
            format!(
                "Argon2id with {} MiB, {} passes, {} lanes",
                cost.memory_kib() / 1024,
                cost.passes(),
                cost.lanes()
            ),
            Role::Text,
        ),
        Some(Err(failure)) => (failure.sentence(), Role::Danger),
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
