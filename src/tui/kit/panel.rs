//! Borders with titles: boxes that share their lines.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::{Clear, Widget};

use super::canvas::Canvas;
use super::line::width;
use super::rows::indented;
use crate::tui::layout;
use crate::tui::theme::Role;

/// Whether the keys go here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focused {
    Yes,
    No,
}

/// What stands in a border line.
#[derive(Debug, Clone, Copy)]
pub struct Title<'a> {
    /// On the left.
    pub text: &'a str,
    /// On the right.
    pub note: &'a str,
}

impl Canvas<'_> {
    /// Draws the box of a dialog over what is there; answers its inside.
    pub fn dialog(&mut self, area: Rect, title: &str, note: &str) -> Rect {
        let covered = if self.theme().has_lines { area } else { self.body() };
        Clear.render(covered.intersection(self.buffer.area), self.buffer);
        self.drawn = Some(area);
        self.draw_box(area, Title { text: title, note }, Focused::Yes)
    }

    /// Draws the box of a screen; answers its inside.
    pub fn screen(&mut self, area: Rect, title: &str) -> Rect {
        self.drawn = Some(area);
        self.draw_box(area, Title { text: title, note: "" }, Focused::Yes)
    }

    /// Draws a line across a dialog, so many rows below its top.
    pub fn divider(&mut self, area: Rect, row: u16, title: &str, note: &str) {
        self.draw_divider(area, row, Title { text: title, note }, Focused::Yes);
    }

    /// Draws a box and answers its inside.
    pub fn draw_box(&mut self, area: Rect, title: Title<'_>, focused: Focused) -> Rect {
        let inside = layout::inside(area);
        if area.width < 2 || area.height < 2 {
            return inside;
        }
        let glyphs = &self.theme().glyphs;
        let style = self.border_style(focused);
        for row in 0..area.height {
            let (left, middle, right) = match row {
                0 => (glyphs.top_left, glyphs.horizontal, glyphs.top_right),
                row if row + 1 == area.height => (glyphs.bottom_left, glyphs.horizontal, glyphs.bottom_right),
                _ => (glyphs.vertical, "", glyphs.vertical),
            };
            let mut pen = self.pen(area, row);
            pen.text(left, style).right(right, style);
            if !middle.is_empty() {
                pen.fill(middle, style);
            }
        }
        self.draw_title(area, 0, title, focused);
        inside
    }

    /// Draws a line across a box, as the top of its next part.
    pub fn draw_divider(&mut self, area: Rect, row: u16, title: Title<'_>, focused: Focused) {
        let glyphs = &self.theme().glyphs;
        let style = self.border_style(focused);
        let mut pen = self.pen(area, row);
        pen.text(glyphs.tee_left, style).right(glyphs.tee_right, style);
        pen.fill(glyphs.horizontal, style);
        self.draw_title(area, row, title, focused);
    }

    /// Draws the border of a part of a box as focused: from one line to the next, both included.
    pub fn mark_focused(&mut self, area: Rect) {
        let style = self.theme().style(Role::BorderFocused);
        let horizontal = self.theme().glyphs.horizontal;
        let right = area.right().saturating_sub(1);
        for y in area.top()..area.bottom() {
            let is_line = y == area.top() || y + 1 == area.bottom();
            for x in area.left()..area.right() {
                let cell = &mut self.buffer[(x, y)];
                // Titles in the line have styles of their own.
                let is_border = x == area.left() || x == right || is_line;
                if is_border && (cell.symbol() == horizontal || x == area.left() || x == right) {
                    cell.set_style(Style::reset().patch(style));
                }
            }
        }
    }

    /// Writes where one is in a list into the bottom line of its box, at the right.
    pub fn draw_bottom_right(&mut self, area: Rect, text: &str) {
        let Some(row) = area.height.checked_sub(1) else {
            return;
        };
        let style = Style::reset().patch(self.theme().style(Role::Muted));
        let line = indented(area, 1, 2);
        if width(text) + 4 < line.width {
            self.pen(line, row).right(" ", style).right(text, style).right(" ", style);
        }
    }

    /// Writes a title into a line of a box.
    pub fn draw_title(&mut self, area: Rect, row: u16, title: Title<'_>, focused: Focused) {
        let theme = self.theme();
        // Nothing of the line shows through.
        let style = Style::reset().patch(theme.style(match focused {
            Focused::Yes => Role::TitleFocused,
            Focused::No => Role::Title,
        }));
        let inside = indented(area, 1, 1);
        let mut pen = self.pen(inside, row);
        // A title that is cut still leaves a piece of the line to be seen.
        let room = inside.width.saturating_sub(3);
        if !title.text.is_empty() && room > 0 {
            let needed = width(title.text).min(room);
            let note = width(title.note);
            if note > 0 && needed + note + 5 <= inside.width {
                let muted = Style::reset().patch(theme.style(Role::Muted));
                pen.right(" ", style).right(title.note, muted).right(" ", style);
            }
            pen.text(" ", style).fitted(title.text, needed, style, &theme.glyphs).text(" ", style);
        }
    }

    fn border_style(&self, focused: Focused) -> Style {
        self.theme().style(match focused {
            Focused::Yes => Role::BorderFocused,
            Focused::No => Role::Border,
        })
    }
}

/// An area of at most this size in the middle of another.
pub fn centred(area: Rect, columns: u16, rows: u16) -> Rect {
    let columns = columns.min(area.width);
    let rows = rows.min(area.height);
    Rect::new(area.x + (area.width - columns) / 2, area.y + (area.height - rows) / 2, columns, rows)
}
