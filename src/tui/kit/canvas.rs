//! What is drawn on, and all that drawing needs to know.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::footer::{self, Keys};
use super::panel::{self, Focused, Title};
use crate::tui::app::App;
use crate::tui::keymap::Keymap;
use crate::tui::layout;
use crate::tui::theme::Theme;

/// The cells, and what is known while a layer is drawn.
pub struct Canvas<'a> {
    pub buffer: &'a mut Buffer,
    pub app: &'a App,
    /// The keys of the layer that is drawn, where it is the one that gets them.
    pub keys: Option<&'a Keys<'a>>,
    /// What a click lands on, as it is drawn.
    pub hits: Vec<(Rect, Hit)>,
    /// The box of what was drawn last.
    pub drawn: Option<Rect>,
}

/// A part of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hit {
    /// A field.
    Field(usize),
    /// An option of a choice: the field, and which one.
    Option(usize, usize),
}

impl<'a> Canvas<'a> {
    /// A canvas without keys yet, and nothing drawn on it.
    pub const fn new(buffer: &'a mut Buffer, app: &'a App) -> Self {
        Self { buffer, app, keys: None, hits: Vec::new(), drawn: None }
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

    /// Draws the box of a dialog over what is there, its keys in the bottom border; answers its inside.
    pub fn dialog(&mut self, area: Rect, title: &str, note: &str) -> Rect {
        self.drawn = Some(area);
        let inside = panel::draw_modal(self.buffer, area, Title { text: title, note }, self.theme());
        if let Some(keys) = self.keys {
            footer::draw_in_border(keys, self.theme(), self.buffer, area);
        }
        inside
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
