//! What happened, in one line over the bottom border.

use ratatui::layout::Rect;

use super::canvas::Canvas;
use super::line::{cut_to, width};
use super::rows::{indented, last_row, split};
use crate::domain::visible;
use crate::tui::app::{Toast, Tone};
use crate::tui::theme::Role;

/// Draws a toast into the last line of an area.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, toast: &Toast) {
    let theme = canvas.theme();
    let glyphs = &theme.glyphs;
    let (sign, role) = match toast.tone {
        Tone::Done => (glyphs.check, Role::Success),
        Tone::Note => (glyphs.dot, Role::Accent),
        Tone::Failed => (glyphs.warning, Role::Danger),
    };
    let text = visible(&toast.text);
    let text = text.replace('→', glyphs.arrow).replace('·', glyphs.dot);
    let room = usize::from(area.width.saturating_sub(8));
    let text = cut_to(&text, room, glyphs.ellipsis);
    let wanted = width(&text) + 4;
    let left = area.width.saturating_sub(wanted) / 2;
    let (line, _) = split(indented(last_row(area), left, 0), wanted);
    let mut pen = canvas.pen(line, 0);
    let plain = ratatui::style::Style::reset();
    pen.text(" ", plain).text(sign, plain.patch(theme.style(role)));
    // What is to be read stays plain, but for a failure.
    let words = if toast.tone == Tone::Failed { role } else { Role::Text };
    pen.text(" ", plain).text(&text, plain.patch(theme.style(words))).text(" ", plain);
}
