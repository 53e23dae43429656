//! Borders with titles: boxes that share their lines.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Clear, Widget};

use super::line::{LinePen, width};
use crate::tui::layout;
use crate::tui::theme::{Role, Theme};

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

/// Draws a box and answers its inside.
pub fn draw_box(buffer: &mut Buffer, area: Rect, title: Title<'_>, focused: Focused, theme: &Theme) -> Rect {
    if area.width < 2 || area.height < 2 {
        return Rect { width: 0, height: 0, ..area };
    }
    let glyphs = &theme.glyphs;
    let style = border_style(focused, theme);
    for row in 0..area.height {
        let (left, middle, right) = match row {
            0 => (glyphs.top_left, glyphs.horizontal, glyphs.top_right),
            row if row + 1 == area.height => (glyphs.bottom_left, glyphs.horizontal, glyphs.bottom_right),
            _ => (glyphs.vertical, "", glyphs.vertical),
        };
        let mut pen = LinePen::new(buffer, area, row);
        pen.text(left, style).right(right, style);
        if !middle.is_empty() {
            pen.fill(middle, style);
        }
    }
    draw_title(buffer, area, 0, title, focused, theme);
    Rect::new(area.x + 1, area.y + 1, area.width - 2, area.height - 2)
}

/// Draws a line across a box, as the top of its next part.
pub fn draw_divider(
    buffer: &mut Buffer,
    area: Rect,
    row: u16,
    title: Title<'_>,
    focused: Focused,
    theme: &Theme,
) {
    let style = border_style(focused, theme);
    let mut pen = LinePen::new(buffer, area, row);
    pen.text(theme.glyphs.tee_left, style).right(theme.glyphs.tee_right, style);
    pen.fill(theme.glyphs.horizontal, style);
    draw_title(buffer, area, row, title, focused, theme);
}

/// Draws the border of a part of a box as focused: from one line to the next, both included.
pub fn mark_focused(buffer: &mut Buffer, area: Rect, theme: &Theme) {
    let style = theme.style(Role::BorderFocused);
    let right = area.right().saturating_sub(1);
    for y in area.top()..area.bottom() {
        let is_line = y == area.top() || y + 1 == area.bottom();
        for x in area.left()..area.right() {
            let cell = &mut buffer[(x, y)];
            // Titles in the line have styles of their own.
            let is_border = x == area.left() || x == right || is_line;
            if is_border && (cell.symbol() == theme.glyphs.horizontal || x == area.left() || x == right) {
                cell.set_style(ratatui::style::Style::reset().patch(style));
            }
        }
    }
}

/// Draws a box over what is there.
pub fn draw_modal(buffer: &mut Buffer, area: Rect, title: Title<'_>, theme: &Theme) -> Rect {
    let covered =
        if theme.has_lines { area } else { layout::areas((buffer.area.width, buffer.area.height)).body };
    Clear.render(covered.intersection(buffer.area), buffer);
    draw_box(buffer, area, title, Focused::Yes, theme)
}

/// Writes where one is in a list into the bottom line of its box, at the right.
pub fn draw_bottom_right(buffer: &mut Buffer, area: Rect, text: &str, theme: &Theme) {
    let Some(row) = area.height.checked_sub(1) else {
        return;
    };
    let style = ratatui::style::Style::reset().patch(theme.style(Role::Muted));
    let line = Rect { x: area.x + 1, width: area.width.saturating_sub(3), ..area };
    if width(text) + 4 < line.width {
        LinePen::new(buffer, line, row).right(" ", style).right(text, style).right(" ", style);
    }
}

fn border_style(focused: Focused, theme: &Theme) -> ratatui::style::Style {
    theme.style(match focused {
        Focused::Yes => Role::BorderFocused,
        Focused::No => Role::Border,
    })
}

/// Writes a title into a line of a box.
pub fn draw_title(
    buffer: &mut Buffer,
    area: Rect,
    row: u16,
    title: Title<'_>,
    focused: Focused,
    theme: &Theme,
) {
    // Nothing of the line shows through.
    let style = ratatui::style::Style::reset().patch(theme.style(match focused {
        Focused::Yes => Role::TitleFocused,
        Focused::No => Role::Title,
    }));
    let inside = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let mut pen = LinePen::new(buffer, inside, row);
    // A title that is cut still leaves a piece of the line to be seen.
    let room = inside.width.saturating_sub(3);
    if !title.text.is_empty() && room > 0 {
        let needed = width(title.text).min(room);
        let note = width(title.note);
        if note > 0 && needed + note + 5 <= inside.width {
            pen.right(" ", style)
                .right(title.note, ratatui::style::Style::reset().patch(theme.style(Role::Muted)))
                .right(" ", style);
        }
        pen.text(" ", style).fitted(title.text, needed, style, &theme.glyphs).text(" ", style);
    }
}

/// An area of at most this size in the middle of another.
pub fn centred(area: Rect, columns: u16, rows: u16) -> Rect {
    let columns = columns.min(area.width);
    let rows = rows.min(area.height);
    Rect::new(area.x + (area.width - columns) / 2, area.y + (area.height - rows) / 2, columns, rows)
}
