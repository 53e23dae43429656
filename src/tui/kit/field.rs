//! Draws what is typed: scrolled so that the cursor is seen, masked or with every character visible.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::edit_buffer::EditBuffer;
use super::line::LinePen;
use crate::domain::visible;
use crate::tui::glyphs::Glyphs;

/// Whether the characters are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    Plainly,
    /// As one sign per grapheme.
    Masked,
}

impl Shown {
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Plainly => Self::Masked,
            Self::Masked => Self::Plainly,
        }
    }
}

/// Whether the cursor stands here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    Here,
    Elsewhere,
}

/// Draws a field into an area of one or more rows; answers where the cursor stands.
pub fn draw(
    buffer: &mut Buffer,
    area: Rect,
    field: &EditBuffer,
    shown: Shown,
    focus: Focus,
    style: Style,
    glyphs: &Glyphs,
) -> Option<Position> {
    if area.is_empty() {
        return None;
    }
    let (cursor_line, cursor_byte) = field.position();
    let height = usize::from(area.height);
    let first = match focus {
        Focus::Here => (cursor_line + 1).saturating_sub(height),
        Focus::Elsewhere => 0,
    };
    let mut cursor = None;
    for (row, line) in field.text().split('\n').skip(first).take(height).enumerate() {
        let row = u16::try_from(row).unwrap_or(u16::MAX);
        let has_cursor = focus == Focus::Here && first + usize::from(row) == cursor_line;
        let at = has_cursor.then_some(cursor_byte);
        let row_area = Rect { y: area.y + row, height: 1, ..area };
        cursor = cursor.or(draw_line(buffer, row_area, line, shown, at, style, glyphs));
    }
    cursor
}

fn draw_line(
    buffer: &mut Buffer,
    area: Rect,
    line: &str,
    shown: Shown,
    cursor: Option<usize>,
    style: Style,
    glyphs: &Glyphs,
) -> Option<Position> {
    let width_of = |grapheme: &str| match shown {
        Shown::Masked => glyphs.mask.width(),
        Shown::Plainly => visible(grapheme).width(),
    };
    // One column stays free for the cursor behind the last character.
    let room = usize::from(area.width.saturating_sub(1));
    let before: usize =
        cursor.map_or(0, |cursor| line[..cursor.min(line.len())].graphemes(true).map(width_of).sum());
    let hidden = before.saturating_sub(room);
    let mut column = 0;
    let mut pen = LinePen::new(buffer, area, 0);
    for grapheme in line.graphemes(true) {
        let width = width_of(grapheme);
        if column >= hidden {
            match shown {
                Shown::Masked => pen.text(glyphs.mask, style),
                Shown::Plainly => pen.text(grapheme, style),
            };
        } else if column + width > hidden {
            pen.skip(u16::try_from(column + width - hidden).unwrap_or(u16::MAX));
        }
        column += width;
        if pen.room() == 0 {
            break;
        }
    }
    let shift = u16::try_from(before - hidden).unwrap_or(u16::MAX);
    cursor.map(|_| Position::new(area.x.saturating_add(shift).min(area.right() - 1), area.y))
}

#[cfg(test)]
mod tests {
    use super::super::edit_buffer::{Edit, Lines};
    use super::*;

    fn drawn(field: &EditBuffer, shown: Shown, width: u16, height: u16) -> (Vec<String>, (u16, u16)) {
        let area = Rect::new(0, 0, width, height);
        let mut buffer = Buffer::empty(area);
        let cursor =
            draw(&mut buffer, area, field, shown, Focus::Here, Style::new(), &Glyphs::UNICODE).unwrap();
        let rows = (0..height)
            .map(|y| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>().trim_end().to_owned())
            .collect();
        (rows, (cursor.x, cursor.y))
    }

    #[test]
    fn a_long_line_scrolls_with_its_cursor() {
        let mut field = EditBuffer::with_text("0123456789");
        assert_eq!(drawn(&field, Shown::Plainly, 6, 1), (vec!["56789".to_owned()], (5, 0)));
        field.edit(Edit::LineStart);
        assert_eq!(drawn(&field, Shown::Plainly, 6, 1), (vec!["012345".to_owned()], (0, 0)));
    }

    #[test]
    fn a_mask_shows_graphemes_and_nothing_else() {
        let field = EditBuffer::with_text("a👩‍👩‍👧e\u{301}");
        assert_eq!(drawn(&field, Shown::Masked, 9, 1), (vec!["•••".to_owned()], (3, 0)));
    }

    #[test]
    fn many_lines_scroll_down_with_the_cursor() {
        let mut field = EditBuffer::new(Lines::Many);
        field.insert("a\nb\r\nc\td");
        assert_eq!(drawn(&field, Shown::Plainly, 6, 2), (vec!["b␍".to_owned(), "c␉d".to_owned()], (3, 1)));
        field.edit(Edit::LineUp);
        field.edit(Edit::LineUp);
        assert_eq!(drawn(&field, Shown::Plainly, 6, 2).0, ["a", "b␍"]);
    }
}
