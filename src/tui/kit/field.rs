//! Draws what is typed: scrolled so that the cursor is seen, masked or with every character visible.

use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::canvas::Canvas;
use super::edit_buffer::EditBuffer;
use super::line::LinePen;
use crate::domain::visible;
use crate::tui::glyphs::Glyphs;
use crate::tui::theme::Role;

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

/// One line of a text.
pub(super) struct Line<'a> {
    pub(super) text: &'a str,
    pub(super) shown: Shown,
}

impl Line<'_> {
    fn width_of(&self, grapheme: &str, glyphs: &Glyphs) -> usize {
        match self.shown {
            Shown::Masked => glyphs.mask.width(),
            Shown::Plainly => visible(grapheme).width(),
        }
    }

    /// The columns of what is before a byte.
    pub(super) fn columns_before(&self, byte: usize, glyphs: &Glyphs) -> usize {
        let before = &self.text[..byte.min(self.text.len())];
        before.graphemes(true).map(|grapheme| self.width_of(grapheme, glyphs)).sum()
    }

    /// Draws it from one of its columns on, as far as there is room.
    pub(super) fn draw(&self, hidden: usize, pen: &mut LinePen<'_>, style: Style, glyphs: &Glyphs) {
        let mut column = 0;
        for grapheme in self.text.graphemes(true) {
            let width = self.width_of(grapheme, glyphs);
            if column >= hidden {
                match self.shown {
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
    }
}

/// Draws a field of one line; answers where the cursor stands.
pub fn draw(
    canvas: &mut Canvas<'_>,
    area: Rect,
    field: &EditBuffer,
    shown: Shown,
    focus: Focus,
) -> Option<Position> {
    let theme = canvas.theme();
    let glyphs = &theme.glyphs;
    if area.is_empty() {
        return None;
    }
    let line = Line { text: field.text(), shown };
    let has_cursor = focus == Focus::Here;
    // One column stays free for the cursor behind the last character.
    let room = usize::from(area.width.saturating_sub(1));
    let before = if has_cursor { line.columns_before(field.cursor(), glyphs) } else { 0 };
    let hidden = before.saturating_sub(room);
    line.draw(hidden, &mut canvas.pen(area, 0), theme.style(Role::Text), glyphs);
    let shift = u16::try_from(before - hidden).unwrap_or(u16::MAX);
    has_cursor.then(|| Position::new(area.x.saturating_add(shift).min(area.right() - 1), area.y))
}

#[cfg(test)]
mod tests {
    use super::super::canvas::drawn_field;
    use super::super::edit_buffer::Edit;
    use super::*;

    #[test]
    fn a_long_line_scrolls_with_its_cursor() {
        let mut field = EditBuffer::with_text("0123456789");
        assert_eq!(drawn_field(draw, &field, Shown::Plainly, 6, 1), (vec!["56789".to_owned()], (5, 0)));
        field.edit(Edit::LineStart);
        assert_eq!(drawn_field(draw, &field, Shown::Plainly, 6, 1), (vec!["012345".to_owned()], (0, 0)));
    }

    #[test]
    fn a_mask_shows_graphemes_and_nothing_else() {
        let field = EditBuffer::with_text("a👩‍👩‍👧e\u{301}");
        assert_eq!(drawn_field(draw, &field, Shown::Masked, 9, 1), (vec!["•••".to_owned()], (3, 0)));
    }
}
