//! How far the work under way is.

use ratatui::layout::Rect;

use super::canvas::Canvas;
use crate::tui::app::UnderWay;
use crate::tui::theme::Role;

/// "importing ━━━━━━──── 42 %  3 s"; a spinner where nobody can say how far it is.
pub fn draw_progress(under_way: &UnderWay, place: Rect, canvas: &mut Canvas<'_>) {
    let (app, theme) = (canvas.app, canvas.theme());
    let glyphs = &theme.glyphs;
    let elapsed = app.now.since(under_way.since).as_secs();
    let mut pen = canvas.pen(place, 0);
    pen.skip(2).text(under_way.kind.doing(), theme.style(Role::Text)).skip(2);
    let right = match under_way.percent() {
        Some(percent) => format!("{percent:>3} %  {elapsed} s  "),
        None => format!("{elapsed} s  "),
    };
    pen.right(&right, theme.style(Role::Muted));
    match under_way.percent() {
        Some(percent) => {
            let cells = pen.room().saturating_sub(2);
            let full = u16::try_from(u64::from(cells) * percent.min(100) / 100).unwrap_or(cells);
            for cell in 0..cells {
                let (sign, role) = if cell < full {
                    (glyphs.bar_full, Role::Accent)
                } else {
                    (glyphs.bar_empty, Role::Muted)
                };
                pen.text(sign, theme.style(role));
            }
        }
        None => {
            let turn = usize::try_from(app.now.0 / 100).unwrap_or(0);
            let frame = glyphs.spinner[turn % glyphs.spinner.len()];
            pen.text(frame, theme.style(Role::Accent));
        }
    }
}
