//! Draws a field of several lines: numbered where there is room, the cursor in the middle where it can be, and marks
//! where there is more above, below, or in a line.

use ratatui::layout::{Position, Rect};

use super::edit_buffer::EditBuffer;
use super::field::{Focus, Line, Shown};
use crate::tui::kit::canvas::Canvas;
use crate::tui::kit::rows::{indented, row_of, split};
use crate::tui::theme::Role;

/// In fewer columns no line is numbered.
const NUMBERED: u16 = 40;

/// The columns of the numbers, with the gap behind them.
fn columns_of_numbers(lines: usize, columns: u16) -> u16 {
    if lines < 3 || columns < NUMBERED {
        return 0;
    }
    u16::try_from(lines.to_string().len()).unwrap_or(u16::MAX).saturating_add(1)
}

/// The first line that is seen.
fn first_line(cursor: usize, lines: usize, rows: usize) -> usize {
    cursor.saturating_sub(rows / 2).min(lines.saturating_sub(rows))
}

/// Draws a field into an area; answers where the cursor stands.
pub fn draw(
    canvas: &mut Canvas<'_>,
    area: Rect,
    field: &EditBuffer,
    shown: Shown,
    focus: Focus,
) -> Option<Position> {
    let theme = canvas.theme();
    if area.is_empty() {
        return None;
    }
    let hint = theme.style(Role::Hint);
    let (_, lines) = field.line_of_lines();
    let (cursor_line, cursor_byte) = field.position();
    let rows = usize::from(area.height);
    let first = if focus == Focus::Here { first_line(cursor_line, lines, rows) } else { 0 };
    let mut text = area;
    if lines > rows {
        let (left, last) = split(area, area.width - 1);
        text = left;
        if first > 0 {
            canvas.pen(last, 0).text(theme.glyphs.more_above, hint);
        }
        if first + rows < lines {
            canvas.pen(last, area.height - 1).text(theme.glyphs.more_below, hint);
        }
    }
    let numbers = columns_of_numbers(lines, area.width);
    let mut cursor = None;
    for (row, (at, line)) in (0..area.height).zip(field.text().split('\n').enumerate().skip(first)) {
        let place = row_of(text, row);
        if numbers > 0 && at < lines {
            let number = format!("{:>1$}", at + 1, usize::from(numbers - 1));
            canvas.pen(place, 0).text(&number, hint);
        }
        let place = indented(place, numbers, 0);
        let byte = (focus == Focus::Here && at == cursor_line).then_some(cursor_byte);
        cursor = cursor.or(draw_line(canvas, place, &Line { text: line, shown }, byte));
    }
    cursor
}

fn draw_line(
    canvas: &mut Canvas<'_>,
    place: Rect,
    line: &Line<'_>,
    cursor: Option<usize>,
) -> Option<Position> {
    let theme = canvas.theme();
    if place.is_empty() {
        return None;
    }
    let (glyphs, hint) = (&theme.glyphs, theme.style(Role::Hint));
    let room = usize::from(place.width);
    let columns = line.columns_before(line.text.len(), glyphs);
    let before = cursor.map_or(0, |cursor| line.columns_before(cursor, glyphs));
    // The last column is for the cursor behind the text, or for the mark.
    let hidden = if columns < room { 0 } else { before.saturating_sub(room.saturating_sub(2)) };
    let (is_cut_left, is_cut_right) = (hidden > 0, columns >= hidden + room);
    let mut inside = place;
    if is_cut_right {
        let (left, last) = split(place, place.width - 1);
        inside = left;
        canvas.pen(last, 0).text(glyphs.ellipsis, hint);
    }
    let mut pen = canvas.pen(inside, 0);
    if is_cut_left {
        pen.text(glyphs.ellipsis, hint);
    }
    line.draw(hidden + usize::from(is_cut_left), &mut pen, theme.style(Role::Text), glyphs);
    let column = u16::try_from(before - hidden).unwrap_or(u16::MAX);
    cursor.map(|_| Position::new(place.x.saturating_add(column).min(place.right() - 1), place.y))
}

#[cfg(test)]
mod tests {
    use super::super::canvas::drawn_field;
    use super::super::edit_buffer::{Edit, Lines};
    use super::*;

    fn typed(text: &str, edits: &[Edit]) -> EditBuffer {
        let mut field = EditBuffer::new(Lines::Many);
        field.insert(text);
        for edit in edits {
            field.edit(*edit);
        }
        field
    }

    fn drawn(field: &EditBuffer, shown: Shown, width: u16, height: u16) -> (Vec<String>, (u16, u16)) {
        drawn_field(draw, field, shown, width, height)
    }

    #[test]
    fn many_lines_scroll_with_the_cursor_and_say_where_there_is_more() {
        let field = typed("a\nb\r\nc\td", &[]);
        assert_eq!(drawn(&field, Shown::Plainly, 6, 2), (vec!["b␍   ↑".into(), "c␉d".into()], (3, 1)));
        let field = typed("a\nb\r\nc\td", &[Edit::LineUp, Edit::LineUp]);
        assert_eq!(drawn(&field, Shown::Plainly, 6, 2), (vec!["a".into(), "b␍   ↓".into()], (1, 0)));
    }

    #[test]
    fn the_cursor_stands_in_the_middle_and_lines_are_numbered_where_there_is_room() {
        let field = typed(&"x\n".repeat(30), &[Edit::LinesUp(15)]);
        let (rows, cursor) = drawn(&field, Shown::Masked, 40, 5);
        let row =
            |number: usize, mark: &str| format!("{:<39}{mark}", format!("{number} •")).trim_end().to_owned();
        assert_eq!(rows, [row(14, "↑"), row(15, ""), row(16, ""), row(17, ""), row(18, "↓")]);
        assert_eq!(cursor, (3, 2));
        assert!(!drawn(&field, Shown::Masked, 39, 5).0.concat().contains("15"), "too narrow");
    }

    #[test]
    fn a_long_line_says_that_it_goes_on() {
        let field = typed("0123456789", &[Edit::LineStart]);
        assert_eq!(drawn(&field, Shown::Plainly, 6, 1), (vec!["01234…".into()], (0, 0)));
        let mut field = typed("0123456789", &[Edit::LineStart]);
        for _ in 0..5 {
            field.edit(Edit::Right);
        }
        assert_eq!(drawn(&field, Shown::Plainly, 6, 1), (vec!["…2345…".into()], (4, 0)));
        let field = typed("0123456789", &[]);
        assert_eq!(drawn(&field, Shown::Plainly, 6, 1), (vec!["…789".into()], (4, 0)));
        let field = typed("01234", &[]);
        assert_eq!(drawn(&field, Shown::Plainly, 6, 1), (vec!["01234".into()], (5, 0)));
    }
}
