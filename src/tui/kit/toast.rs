//! What happened, in one line over the bottom border.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::line::{LinePen, cut_to, width};
use crate::domain::visible;
use crate::tui::app::{Toast, Tone};
use crate::tui::theme::{Role, Theme};

/// Draws a toast into the last line of an area.
pub fn draw(buffer: &mut Buffer, area: Rect, toast: &Toast, theme: &Theme) {
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
    let x = area.x + area.width.saturating_sub(wanted) / 2;
    let line = Rect { x, y: area.bottom().saturating_sub(1), width: wanted.min(area.width), height: 1 };
    let mut pen = LinePen::new(buffer, line, 0);
    let plain = ratatui::style::Style::reset();
    pen.text(" ", plain).text(sign, plain.patch(theme.style(role)));
    // What is to be read stays plain, but for a failure.
    let words = if toast.tone == Tone::Failed { role } else { Role::Text };
    pen.text(" ", plain).text(&text, plain.patch(theme.style(words))).text(" ", plain);
}
