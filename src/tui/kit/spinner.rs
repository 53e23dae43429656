//! The spinner of work that the app waits for.

use ratatui::layout::Rect;

use super::canvas::Canvas;
use crate::tui::theme::Role;

/// A spinner with the time that has passed; the time is told from the first second on.
pub fn draw(what: &str, canvas: &mut Canvas<'_>, area: Rect) {
    let (app, theme) = (canvas.app, canvas.theme());
    let since = app.busy.map_or(app.now, |busy| busy.since);
    let elapsed = app.now.since(since);
    let frames = theme.glyphs.spinner;
    let turn = usize::try_from(elapsed.as_millis() / 100).unwrap_or(0);
    let frame = frames[turn % frames.len()];
    let time = format!("{}.{} s", elapsed.as_secs(), elapsed.subsec_millis() / 100);
    let mut pen = canvas.pen(area, 0);
    if !frame.is_empty() {
        pen.text(frame, theme.style(Role::Accent)).skip(1);
    }
    pen.text(&format!("{what}{} ", theme.glyphs.ellipsis), theme.style(Role::Text));
    if !app.settings.plain {
        pen.text(&time, theme.style(Role::Muted));
    }
}
