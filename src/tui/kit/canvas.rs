//! What is drawn on, and all that drawing needs to know.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::line::LinePen;
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::context::Context;
use crate::tui::keymap::Keymap;
use crate::tui::layout;
use crate::tui::theme::Theme;

/// The cells, and what is known while a layer is drawn.
pub struct Canvas<'a> {
    pub buffer: &'a mut Buffer,
    pub app: &'a App,
    /// What a click lands on, as it is drawn.
    pub hits: Vec<(Rect, Hit)>,
    /// The box of what was drawn last.
    pub drawn: Option<Rect>,
}

/// What a click lands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hit {
    Field(usize),
    /// An option of a choice: the field, and which one.
    Option(usize, usize),
    /// A line of a list.
    Line(usize),
    /// The harmless answer to a question.
    Cancel,
    Do,
    /// A key in the footer: where it is active, and what it does.
    Key(Context, Action),
}

impl<'a> Canvas<'a> {
    /// A canvas with nothing drawn on it.
    pub const fn new(buffer: &'a mut Buffer, app: &'a App) -> Self {
        Self { buffer, app, hits: Vec::new(), drawn: None }
    }

    /// A layer is about to be drawn over all that is there: only what is on top gets clicks.
    pub fn cover(&mut self) {
        self.hits.clear();
        self.drawn = None;
    }

    /// A click into this area lands on that.
    pub fn hit(&mut self, area: Rect, hit: Hit) {
        self.hits.push((area, hit));
    }

    pub const fn theme(&self) -> &'a Theme {
        &self.app.theme
    }

    pub const fn keymap(&self) -> &'a Keymap {
        &self.app.keymap
    }

    /// Everything between header and footer.
    pub const fn body(&self) -> Rect {
        layout::areas(self.app.size).body
    }

    /// A pen for the row that lies so many rows below the top of an area.
    pub fn pen(&mut self, area: Rect, row: u16) -> LinePen<'_> {
        LinePen::new(self.buffer, area, row)
    }
}

#[cfg(test)]
use {
    super::edit_buffer::EditBuffer,
    super::field::{Focus, Shown},
    crate::app_options::{AppOptions, Ownership},
    crate::config::Settings,
    crate::domain::Timestamp,
    crate::platform::clipboard::ClipboardSetting,
    crate::tui::event::Moment,
    crate::vault::Answers,
    ratatui::layout::Position,
};

/// Draws a field that has the cursor with one of the two ways to do it: the rows, and where the cursor stands.
#[cfg(test)]
pub(super) fn drawn_field(
    draw: impl Fn(&mut Canvas<'_>, Rect, &EditBuffer, Shown, Focus) -> Option<Position>,
    field: &EditBuffer,
    shown: Shown,
    width: u16,
    height: u16,
) -> (Vec<String>, (u16, u16)) {
    let options = AppOptions {
        vault_path: "vault.etui".into(),
        state_directory: None,
        key_file: None,
        answers: Answers::default(),
        settings: Settings::default(),
        clipboard: ClipboardSetting::Auto,
        settings_file: None,
        keymap_file: None,
        remotes_file: None,
        ownership: Ownership::Own,
    };
    let app = App::new(&options, (width, height), Moment(0), Timestamp::clamped(0));
    let area = Rect::new(0, 0, width, height);
    let mut buffer = Buffer::empty(area);
    let mut canvas = Canvas::new(&mut buffer, &app);
    let cursor = draw(&mut canvas, area, field, shown, Focus::Here).unwrap();
    let row = |y| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>().trim_end().to_owned();
    ((0..height).map(row).collect(), (cursor.x, cursor.y))
}
