//! Where everything lies, as a function of the size: used by update (page lengths) and by view.

use ratatui::layout::Rect;

use super::browse::Pane;

/// From this width on, list and details stand side by side.
pub const WIDE: u16 = 100;

/// Below this nothing useful fits.
pub const SMALLEST: (u16, u16) = (40, 10);

/// The three parts of every screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Areas {
    /// One line on top.
    pub header: Rect,
    /// Everything between.
    pub body: Rect,
    /// One line of keys.
    pub footer: Rect,
}

/// Whether a sentence asking for more room is all there is to draw.
pub const fn is_too_small(size: (u16, u16)) -> bool {
    size.0 < SMALLEST.0 || size.1 < SMALLEST.1
}

/// Whether list and details stand side by side.
pub const fn is_wide(size: (u16, u16)) -> bool {
    size.0 >= WIDE
}

/// The parts of a screen of a size.
pub const fn areas((columns, rows): (u16, u16)) -> Areas {
    Areas {
        header: Rect { x: 0, y: 0, width: columns, height: 1 },
        body: Rect { x: 0, y: 1, width: columns, height: rows.saturating_sub(2) },
        footer: Rect { x: 0, y: rows.saturating_sub(1), width: columns, height: 1 },
    }
}

/// The panes of the browse screen. What is not shown has no rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BrowseAreas {
    /// The box of the list.
    pub secrets_box: Rect,
    /// The rows of the list; the filter line, where there is one, is the one above.
    pub secrets: Rect,
    /// The box that versions, value and about share.
    pub details_box: Rect,
    /// The rows of the versions, their heading excluded.
    pub versions: Rect,
    /// The rows of the value.
    pub value: Rect,
    /// The rows of what is known about the secret.
    pub about: Rect,
}

/// Whether a line above the list is taken by the filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilterLine {
    /// It is.
    Shown,
    /// There is none.
    Hidden,
}

/// The panes of the browse screen at a size.
pub fn browse(size: (u16, u16), pane: Pane, filter: FilterLine) -> BrowseAreas {
    let body = areas(size).body;
    let nothing = Rect { width: 0, height: 0, ..body };
    let (secrets_box, details_box) = if is_wide(size) {
        let list = (size.0 * 2 / 5).clamp(36, 64);
        (Rect { width: list, ..body }, Rect { x: list, width: body.width - list, ..body })
    } else if pane == Pane::Secrets {
        (body, nothing)
    } else {
        (nothing, body)
    };
    let mut secrets = inside(secrets_box);
    if filter == FilterLine::Shown && secrets.height > 0 {
        secrets.y += 1;
        secrets.height -= 1;
    }
    let details = inside(details_box);
    let about_rows = match details.height {
        0..=7 => 0,
        8..=15 => 3,
        _ => 4,
    };
    let above = details.height.saturating_sub(if about_rows == 0 { 0 } else { about_rows + 1 });
    let about = Rect { y: details.bottom() - about_rows, height: about_rows, ..details };
    let upper = Rect { height: above, ..details };
    let (versions, value) = if is_wide(size) {
        let versions = above.saturating_sub(1).div_ceil(2);
        let value_top = upper.y + versions + 1;
        (
            Rect { height: versions, ..upper },
            Rect { y: value_top, height: above.saturating_sub(versions + 1), ..upper },
        )
    } else if pane == Pane::Value {
        (nothing, upper)
    } else {
        (upper, nothing)
    };
    let versions = below_heading(versions);
    BrowseAreas { secrets_box, secrets, details_box, versions, value, about }
}

/// What a border leaves of an area.
pub fn inside(area: Rect) -> Rect {
    if area.width < 2 || area.height < 2 {
        return Rect { width: 0, height: 0, ..area };
    }
    Rect::new(area.x + 1, area.y + 1, area.width - 2, area.height - 2)
}

fn below_heading(area: Rect) -> Rect {
    if area.height == 0 { area } else { Rect { y: area.y + 1, height: area.height - 1, ..area } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_size_is_too_strange_to_lay_out() {
        for columns in [0, 1, 39, 40, 60, 80, 99, 100, 120, 500] {
            for rows in [0, 1, 2, 3, 9, 10, 20, 24, 40, 500] {
                for pane in [Pane::Secrets, Pane::Versions, Pane::Value] {
                    let areas = browse((columns, rows), pane, FilterLine::Shown);
                    for area in [areas.secrets, areas.versions, areas.value, areas.about] {
                        assert!(area.right() <= columns.max(1), "{columns}x{rows} {areas:?}");
                        assert!(area.bottom() <= rows.max(2), "{columns}x{rows} {areas:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_wide_screen_shows_all_panes_and_a_narrow_one_the_one_with_the_focus() {
        let wide = browse((120, 40), Pane::Secrets, FilterLine::Hidden);
        assert!([wide.secrets, wide.versions, wide.value, wide.about].iter().all(|area| area.height > 3));
        let list = browse((80, 24), Pane::Secrets, FilterLine::Hidden);
        assert!(list.secrets.height > 10 && list.versions.height == 0 && list.value.height == 0);
        let value = browse((60, 20), Pane::Value, FilterLine::Hidden);
        assert!(value.secrets.height == 0 && value.versions.height == 0 && value.value.height > 5);
    }
}
