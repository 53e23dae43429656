//! Lines of which only some are seen at once.

use std::ops::Range;

use ratatui::layout::Rect;

use super::canvas::Canvas;
use crate::tui::action::Action;
use crate::tui::when;

/// The first line that is seen after a key, where `last` is the furthest that it may be.
pub fn scrolled(top: usize, last: usize, page: usize, action: Action) -> usize {
    match action {
        Action::Down => top + 1,
        Action::Up => top.saturating_sub(1),
        Action::PageDown => top + page,
        Action::PageUp => top.saturating_sub(page),
        Action::First => 0,
        Action::Last => last,
        _ => top,
    }
    .min(last)
}

/// Says in the border which lines are seen, where that is not all of them.
pub fn draw_position(canvas: &mut Canvas<'_>, area: Rect, seen: Range<usize>, all: usize) {
    if seen.len() < all {
        let [first, last, all] = [seen.start + 1, seen.end, all].map(|number| when::grouped(number as u64));
        canvas.draw_bottom_right(area, &format!("{first}-{last}/{all}"));
    }
}
