//! What happened, over the bottom border: in one line, and in more where one is too short for it.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::canvas::Canvas;
use super::line::{cut_to, width, wrapped};
use super::rows::{indented, row_of, split};
use crate::domain::visible;
use crate::tui::app::{Toast, Tone};
use crate::tui::theme::Role;

/// Columns at the sides that are left to what lies below.
const MARGIN: u16 = 2;

/// The sign in front of the words, and the spaces around both.
const FRAME: u16 = 4;

/// What is longer than so many lines is cut.
const MOST_LINES: usize = 4;

/// Draws a toast into the last lines of an area.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, toast: &Toast) {
    let theme = canvas.theme();
    let glyphs = &theme.glyphs;
    let (sign, role) = match toast.tone {
        Tone::Done => (glyphs.check, Role::Success),
        Tone::Note => (glyphs.dot, Role::Accent),
        Tone::Failed => (glyphs.warning, Role::Danger),
    };
    let text = visible(&toast.text);
    let signs = [
        ('→', glyphs.arrow),
        ('·', glyphs.dot),
        ('●', glyphs.current),
        ('○', glyphs.previous),
        ('◆', glyphs.custom),
    ];
    let text = signs.iter().fold(text.into_owned(), |text, (from, to)| text.replace(*from, to));
    let lines = fitting(&text, area.width.saturating_sub(2 * MARGIN + FRAME), glyphs.ellipsis);
    let wanted = lines.iter().map(|line| width(line)).max().unwrap_or(0) + FRAME;
    let left = area.width.saturating_sub(wanted) / 2;
    let plain = Style::reset();
    // What is to be read stays plain, but for a failure.
    let words = plain.patch(theme.style(if toast.tone == Tone::Failed { role } else { Role::Text }));
    let top = area.height.saturating_sub(u16::try_from(lines.len()).unwrap_or(1));
    for (at, line) in lines.iter().enumerate() {
        let row = top.saturating_add(u16::try_from(at).unwrap_or(0));
        let (place, _) = split(indented(row_of(area, row), left, 0), wanted);
        let sign = if at == 0 { sign } else { " " };
        let mut pen = canvas.pen(place, 0);
        pen.text(" ", plain).text(sign, plain.patch(theme.style(role)));
        pen.text(" ", plain).text(line, words).fill(" ", plain);
    }
}

/// The lines of the text; the last one says if there was more.
fn fitting(text: &str, columns: u16, ellipsis: &str) -> Vec<String> {
    let mut lines = wrapped(text, columns);
    if lines.len() > MOST_LINES {
        let rest = lines.split_off(MOST_LINES - 1).join(" ");
        lines.push(cut_to(&rest, usize::from(columns), ellipsis).into_owned());
    }
    lines
}
