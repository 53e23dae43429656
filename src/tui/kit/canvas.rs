//! What is drawn on, and all that drawing needs to know.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::panel::{self, Focused, Title};
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

    /// Draws the box of a dialog over what is there; answers its inside.
    pub fn dialog(&mut self, area: Rect, title: &str, note: &str) -> Rect {
        self.drawn = Some(area);
        panel::draw_modal(self.buffer, area, Title { text: title, note }, self.theme())
    }

    /// Draws the box of a screen; answers its inside.
    pub fn screen(&mut self, area: Rect, title: &str) -> Rect {
        self.drawn = Some(area);
        panel::draw_box(self.buffer, area, Title { text: title, note: "" }, Focused::Yes, self.theme())
    }

    /// Draws a line across a box, so many rows below its top.
    pub fn divider(&mut self, area: Rect, row: u16, title: &str, note: &str) {
        let title = Title { text: title, note };
        panel::draw_divider(self.buffer, area, row, title, Focused::Yes, self.theme());
    }
}
