//! The mouse on the browse screen.

use ratatui::layout::{Position, Rect};

use super::rows::Row;
use super::{Browse, Pane};
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::kit::rows::heading_of;
use crate::tui::layout::{BrowseAreas, FilterLine};

/// Selects what lies under the pointer: a row, a pane, the filter. A second click on a folder opens or closes it.
pub fn click(app: &mut App, at: Position) {
    let size = app.size;
    let Some((browse, asks)) = app.browsing() else {
        return;
    };
    let areas = browse.areas(size);
    if is_on_filter(browse, &areas, at) {
        browse.pane = Pane::Secrets;
        browse.is_filtering = true;
        return;
    }
    let Some(pane) = pane_at(&areas, at) else {
        return;
    };
    // The list is left to the keys that are for it, the filter stays.
    browse.is_filtering = false;
    browse.pane = pane;
    if let Some(row) = row_at(areas.secrets, at, browse.top, browse.rows.all().len()) {
        let is_second = row == browse.cursor;
        browse.go_to_row(row, asks);
        if is_second && let Some(Row::Folder { is_open, .. }) = browse.row() {
            browse.set_folder(!is_open, asks);
        }
    } else if let Some(version) = row_at(areas.versions, at, browse.versions_top, browse.versions().count()) {
        browse.go_to_version(version, asks);
    }
}

/// Moves by one row in the pane under the pointer, whichever has the keys.
pub fn scroll(app: &mut App, at: Position, direction: Action) {
    let size = app.size;
    let Some((browse, asks)) = app.browsing() else {
        return;
    };
    let areas = browse.areas(size);
    if let Some(pane) = pane_at(&areas, at) {
        browse.go_in(pane, direction, &areas, asks);
    }
}

fn is_on_filter(browse: &Browse, areas: &BrowseAreas, at: Position) -> bool {
    let line = heading_of(areas.secrets);
    browse.filter_line() == FilterLine::Shown && line.contains(at)
}

/// A pane begins with the line of its title.
fn pane_at(areas: &BrowseAreas, at: Position) -> Option<Pane> {
    if areas.secrets_box.contains(at) {
        return Some(Pane::Secrets);
    }
    if !areas.details_box.contains(at) || (areas.about.height > 0 && at.y + 1 >= areas.about.y) {
        return None;
    }
    let value_begins = areas.value.height > 0 && at.y + 1 >= areas.value.y;
    Some(if value_begins { Pane::Value } else { Pane::Versions })
}

fn row_at(area: Rect, at: Position, top: usize, rows: usize) -> Option<usize> {
    let row = top + usize::from(at.y.checked_sub(area.y)?);
    (area.contains(at) && row < rows).then_some(row)
}
