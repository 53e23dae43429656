//! Parts of an area: its rows one after another, and its columns.

use ratatui::layout::Rect;

/// The rows of an area that are left, from the top down. Where they run out, what is taken is empty.
#[derive(Debug, Clone, Copy)]
pub struct Rows(Rect);

impl Rows {
    pub const fn of(area: Rect) -> Self {
        Self(area)
    }

    /// The next so many rows, or as many as are left.
    pub fn take(&mut self, rows: u16) -> Rect {
        let taken = Rect { height: rows.min(self.0.height), ..self.0 };
        self.0.y += taken.height;
        self.0.height -= taken.height;
        taken
    }

    pub fn row(&mut self) -> Rect {
        self.take(1)
    }

    /// All that are left.
    pub const fn rest(self) -> Rect {
        self.0
    }
}

/// What is left of an area below so many rows.
pub fn below(area: Rect, rows: u16) -> Rect {
    let mut left = Rows::of(area);
    left.take(rows);
    left.rest()
}

/// One row of an area, so many rows below its top.
pub fn row_of(area: Rect, above: u16) -> Rect {
    Rows::of(below(area, above)).row()
}

/// The last row of an area.
pub fn last_row(area: Rect) -> Rect {
    below(area, area.height.saturating_sub(1))
}

/// An area with the row above it, which is its heading.
pub const fn with_heading(area: Rect) -> Rect {
    let above = if area.y > 0 { 1 } else { 0 };
    Rect { y: area.y - above, height: area.height + above, ..area }
}

/// The row above an area.
pub fn heading_of(area: Rect) -> Rect {
    Rows::of(with_heading(area)).row()
}

/// An area without so many columns at its left and at its right.
pub const fn indented(area: Rect, left: u16, right: u16) -> Rect {
    let gone = if left < area.width { left } else { area.width };
    Rect { x: area.x + gone, width: (area.width - gone).saturating_sub(right), ..area }
}

/// The first so many columns of an area, and what is right of them.
pub const fn split(area: Rect, columns: u16) -> (Rect, Rect) {
    let columns = if columns < area.width { columns } else { area.width };
    (Rect { width: columns, ..area }, indented(area, columns, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const AREA: Rect = Rect::new(10, 20, 8, 3);

    #[test]
    fn rows_are_taken_from_the_top_until_there_are_no_more() {
        let mut rows = Rows::of(AREA);
        assert_eq!(rows.row(), Rect::new(10, 20, 8, 1));
        assert_eq!(rows.rest(), Rect::new(10, 21, 8, 2));
        assert_eq!(rows.take(5), Rect::new(10, 21, 8, 2));
        assert_eq!(rows.row(), Rect::new(10, 23, 8, 0));
        assert_eq!([row_of(AREA, 2), row_of(AREA, 9)], [Rect::new(10, 22, 8, 1), Rect::new(10, 23, 8, 0)]);
        assert_eq!(last_row(AREA), row_of(AREA, 2));
        assert_eq!(heading_of(AREA), Rect::new(10, 19, 8, 1));
        assert_eq!(last_row(Rect::new(0, 0, 5, 0)), Rect::new(0, 0, 5, 0));
    }

    #[test]
    fn columns_that_are_not_there_leave_nothing() {
        assert_eq!(indented(AREA, 2, 1), Rect::new(12, 20, 5, 3));
        assert_eq!(indented(AREA, 9, 0), Rect::new(18, 20, 0, 3));
        assert_eq!(indented(AREA, 3, 9), Rect::new(13, 20, 0, 3));
        assert_eq!(split(AREA, 3), (Rect::new(10, 20, 3, 3), Rect::new(13, 20, 5, 3)));
        assert_eq!(split(AREA, 9), (AREA, Rect::new(18, 20, 0, 3)));
    }
}
