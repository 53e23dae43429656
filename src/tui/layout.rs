//! Where everything lies, as a function of the size: used by update (page lengths) and by view.

use ratatui::layout::Rect;

use super::kit::rows::{Rows, below, split};

/// From this width on, list and details stand side by side.
pub const WIDE: u16 = 78;

/// The narrowest and the widest list beside details.
const LIST: (u16, u16) = (32, 64);

/// The fewest lines of the versions, their heading included.
const FEWEST_VERSIONS: u16 = 4;

/// Below this nothing useful fits.
pub const SMALLEST: (u16, u16) = (40, 10);

/// The three parts of every screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Areas {
    /// One line on top.
    pub header: Rect,
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

/// The panes that take keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pane {
    Secrets,
    /// The versions of the selected secret.
    Versions,
    /// The value of the selected version.
    Value,
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
    /// The rows of the secret's metadata.
    pub about: Rect,
}

/// Whether a line above the list is taken by the filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilterLine {
    Shown,
    Hidden,
}

/// What the right side is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A secret with so many versions.
    Secret(usize),
    /// A folder: its content takes all the room.
    Folder,
}

/// The panes of the browse screen at a size.
pub fn browse(size: (u16, u16), pane: Pane, filter: FilterLine, subject: Subject) -> BrowseAreas {
    let body = areas(size).body;
    let nothing = Rect { width: 0, height: 0, ..body };
    let (secrets_box, details_box) = if is_wide(size) {
        let list = (size.0 * 2 / 5).clamp(LIST.0, LIST.1);
        split(body, list)
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
        _ if subject == Subject::Folder => 0,
        0..=7 => 0,
        8..=15 => 3,
        16..=19 => 4,
        _ => 5,
    };
    let above = details.height.saturating_sub(if about_rows == 0 { 0 } else { about_rows + 1 });
    let (upper, about) = (Rows::of(details).take(above), below(details, details.height - about_rows));
    let (versions, value) = if subject == Subject::Folder {
        (upper, nothing)
    } else if is_wide(size) {
        let half = above.saturating_sub(1).div_ceil(2);
        let wanted = match subject {
            Subject::Secret(versions) => u16::try_from(versions).unwrap_or(u16::MAX).saturating_add(1),
            Subject::Folder => half,
        };
        let versions = wanted.max(FEWEST_VERSIONS).min(half);
        (Rows::of(upper).take(versions), below(upper, versions + 1))
    } else if pane == Pane::Value {
        (nothing, upper)
    } else {
        (upper, nothing)
    };
    let versions = below(versions, 1);
    BrowseAreas { secrets_box, secrets, details_box, versions, value, about }
}

/// What a border leaves of an area.
pub fn inside(area: Rect) -> Rect {
    if area.width < 2 || area.height < 2 {
        return Rect { width: 0, height: 0, ..area };
    }
    Rect::new(area.x + 1, area.y + 1, area.width - 2, area.height - 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_size_is_too_strange_to_lay_out() {
        for columns in [0, 1, 39, 40, 60, 77, 78, 80, 120, 500] {
            for rows in [0, 1, 2, 3, 9, 10, 20, 24, 40, 500] {
                let panes = [Pane::Secrets, Pane::Versions, Pane::Value];
                let subjects = [Subject::Secret(0), Subject::Secret(1000), Subject::Folder];
                for (pane, subject) in
                    panes.into_iter().flat_map(|pane| subjects.map(|subject| (pane, subject)))
                {
                    let areas = browse((columns, rows), pane, FilterLine::Shown, subject);
                    for area in [areas.secrets, areas.versions, areas.value, areas.about] {
                        assert!(area.right() <= columns.max(1), "{columns}x{rows} {areas:?}");
                        assert!(area.bottom() <= rows.max(2), "{columns}x{rows} {areas:?}");
                    }
                }
            }
        }
    }

    fn at(size: (u16, u16), pane: Pane, versions: usize) -> BrowseAreas {
        browse(size, pane, FilterLine::Hidden, Subject::Secret(versions))
    }

    #[test]
    fn a_wide_screen_shows_all_panes_and_a_narrow_one_the_one_with_the_focus() {
        for size in [(78, 24), (80, 24), (120, 40)] {
            let wide = at(size, Pane::Secrets, 3);
            assert!(wide.secrets_box.width >= 32, "{size:?}");
            let all = [wide.secrets, wide.versions, wide.value, wide.about];
            assert!(all.iter().all(|area| area.height >= 3), "{size:?}");
        }
        let list = at((77, 24), Pane::Secrets, 3);
        assert!(list.secrets.height > 10 && list.versions.height == 0 && list.value.height == 0);
        let value = at((60, 20), Pane::Value, 3);
        assert!(value.secrets.height == 0 && value.versions.height == 0 && value.value.height > 5);
    }

    #[test]
    fn the_versions_take_what_they_need_up_to_half_and_the_value_the_rest() {
        let rows = |versions| at((120, 40), Pane::Secrets, versions).versions.height;
        assert_eq!([0, 1, 3, 4, 8].map(rows), [3, 3, 3, 4, 8]);
        let many = at((120, 40), Pane::Secrets, 100);
        assert!(many.value.height + 1 >= many.versions.height, "{many:?}");
        let few = at((120, 40), Pane::Secrets, 2);
        assert!(few.value.height > 20, "{few:?}");
    }
}
