//! The fields of a task: text, masked or not, and choices.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::tui::kit::field::{self, Focus, Shown};
use crate::tui::kit::line::{LinePen, width};
use crate::tui::kit::strength::Strength;
use crate::tui::kit::{EditBuffer, Lines};
use crate::tui::theme::{Role, Theme};

/// Columns for the names of the fields.
const NAMES: u16 = 17;

/// Which field it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Field {
    Present,
    New,
    Again,
    KeyFile,
    KeyFilePath,
    Confirmation,
    Path,
    Format,
    Folder,
    OtherPassword,
    OtherKeyFile,
}

impl Field {
    /// Its word in a form that a lock keeps.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::New => "new",
            Self::Again => "again",
            Self::KeyFile => "key file",
            Self::KeyFilePath => "key file path",
            Self::Confirmation => "confirmation",
            Self::Path => "path",
            Self::Format => "format",
            Self::Folder => "folder",
            Self::OtherPassword => "other password",
            Self::OtherKeyFile => "other key file",
        }
    }
}

/// What a field holds.
pub enum Content {
    /// Text that is seen.
    Text(EditBuffer),
    /// Text that is not.
    Masked(EditBuffer),
    /// A new master password: masked, and judged.
    Judged(EditBuffer, Option<Strength>),
    /// One of several.
    Choice {
        /// All of them.
        options: Vec<&'static str>,
        /// Which one.
        chosen: usize,
    },
}

/// A field.
pub struct Entry {
    /// Which one.
    pub key: Field,
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub content: Content,
    /// Shown in it while it is empty.
    pub hint: &'static str,
}

impl Entry {
    /// A field for text.
    pub const fn text(key: Field, name: &'static str, hint: &'static str) -> Self {
        Self { key, name, content: Content::Text(EditBuffer::new(Lines::Single)), hint }
    }

    /// A field for what is not shown.
    pub const fn masked(key: Field, name: &'static str) -> Self {
        Self { key, name, content: Content::Masked(EditBuffer::new(Lines::Single)), hint: "" }
    }

    /// A field for a new master password.
    pub const fn judged(key: Field, name: &'static str) -> Self {
        Self { key, name, content: Content::Judged(EditBuffer::new(Lines::Single), None), hint: "" }
    }

    /// A choice, the first one chosen.
    pub const fn choice(key: Field, name: &'static str, options: Vec<&'static str>) -> Self {
        Self { key, name, content: Content::Choice { options, chosen: 0 }, hint: "" }
    }

    /// What is typed; `None` for a choice.
    pub const fn buffer(&self) -> Option<&EditBuffer> {
        match &self.content {
            Content::Text(text) | Content::Masked(text) | Content::Judged(text, _) => Some(text),
            Content::Choice { .. } => None,
        }
    }

    /// What is typed, to change it.
    pub const fn buffer_mut(&mut self) -> Option<&mut EditBuffer> {
        match &mut self.content {
            Content::Text(text) | Content::Masked(text) | Content::Judged(text, _) => Some(text),
            Content::Choice { .. } => None,
        }
    }

    /// The text changed: a new master password is judged.
    pub fn on_text(&mut self) {
        if let Content::Judged(text, strength) = &mut self.content {
            *strength = Strength::of(text.text());
        }
    }

    /// Goes to another choice.
    pub fn choose(&mut self, step: isize) {
        if let Content::Choice { options, chosen } = &mut self.content {
            let count = options.len().max(1);
            *chosen = chosen.wrapping_add_signed(step).wrapping_add(count) % count;
        }
    }

    /// Draws it into a line; answers where the cursor stands.
    pub fn draw(&self, buffer: &mut Buffer, line: Rect, is_focused: bool, theme: &Theme) -> Option<Position> {
        let glyphs = &theme.glyphs;
        let role = if is_focused { Role::Accent } else { Role::Muted };
        let mark = if is_focused { glyphs.selected } else { " " };
        let mut pen = LinePen::new(buffer, line, 0);
        pen.text(mark, theme.style(role)).skip(1).fitted(self.name, NAMES - 1, theme.style(role), glyphs);
        pen.skip(1);
        let column = pen.column();
        let room = line.right().saturating_sub(column + 1);
        let mut place = Rect { x: column, width: room, height: 1, ..line };
        let text = match &self.content {
            Content::Choice { options, chosen } => {
                draw_choice(buffer, place, options, *chosen, is_focused, theme);
                return is_focused.then_some(Position::new(place.x, place.y));
            }
            Content::Text(text) | Content::Masked(text) => text,
            Content::Judged(text, strength) => {
                let meter = (Strength::WIDTH + 1).min(place.width);
                place.width -= meter;
                if let Some(strength) = strength {
                    let right = Rect { x: place.right() + 1, width: meter - 1, ..place };
                    strength.draw(&mut LinePen::new(buffer, right, 0), theme);
                }
                text
            }
        };
        if text.is_empty() {
            LinePen::new(buffer, place, 0).fitted(self.hint, place.width, theme.style(Role::Hint), glyphs);
        }
        let shown = if matches!(self.content, Content::Text(_)) { Shown::Plainly } else { Shown::Masked };
        let focus = if is_focused { Focus::Here } else { Focus::Elsewhere };
        field::draw(buffer, place, text, shown, focus, theme.style(Role::Text), glyphs)
    }
}

/// All choices side by side where there is room, else the one that is chosen between arrows.
fn draw_choice(
    buffer: &mut Buffer,
    place: Rect,
    options: &[&str],
    chosen: usize,
    is_focused: bool,
    theme: &Theme,
) {
    let glyphs = &theme.glyphs;
    let style = theme.style(Role::Text);
    let mut pen = LinePen::new(buffer, place, 0);
    let wanted: u16 = options.iter().map(|option| width(option) + width(glyphs.radio_on) + 3).sum();
    if wanted <= place.width + 2 {
        for (position, option) in options.iter().enumerate() {
            let sign = if position == chosen { glyphs.radio_on } else { glyphs.radio_off };
            pen.text(sign, style).skip(1).text(option, style).skip(2);
        }
        return;
    }
    let arrows = theme.style(if is_focused { Role::Accent } else { Role::Muted });
    pen.text(glyphs.left, arrows).skip(1);
    pen.text(options.get(chosen).copied().unwrap_or_default(), style).skip(1).text(glyphs.right, arrows);
    pen.skip(2).text(&format!("{} of {}", chosen + 1, options.len()), theme.style(Role::Hint));
}
