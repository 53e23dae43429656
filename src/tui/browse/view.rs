//! Draws the browse screen: which boxes, with which titles.

use ratatui::layout::{Position, Rect};

use super::rows::{Deleted, Layout, Order};
use super::{Browse, Details, Pane, details_view, list_view, value_view};
use crate::tui::kit::canvas::Canvas;
use crate::tui::kit::panel::{Focused, Title};
use crate::tui::kit::rows::with_heading;
use crate::tui::theme::Theme;
use crate::tui::when;

/// Draws it; answers where the cursor stands.
pub fn draw(browse: &Browse, canvas: &mut Canvas<'_>) -> Option<Position> {
    let areas = browse.areas(canvas.app.size);
    let mut cursor = None;
    if areas.secrets_box.height > 0 {
        let focused = if browse.pane == Pane::Secrets { Focused::Yes } else { Focused::No };
        let note = list_note(browse, canvas.theme());
        let title = Title { text: list_title(browse), note: &note };
        canvas.draw_box(areas.secrets_box, title, focused);
        let rows = browse.rows.all().len();
        if rows > usize::from(areas.secrets.height) {
            let position = format!("{}/{}", browse.cursor + 1, when::grouped(rows as u64));
            canvas.draw_bottom_right(areas.secrets_box, &position);
        }
        cursor = list_view::draw(browse, &areas, canvas);
    }
    if areas.details_box.height > 0 {
        let in_details = draw_details(browse, canvas);
        if browse.pane != Pane::Secrets {
            cursor = in_details;
        }
    }
    cursor
}

const fn list_title(browse: &Browse) -> &'static str {
    match browse.rows.layout() {
        Layout::Tree | Layout::Flat(Order::Name) => "1 Secrets",
        Layout::Flat(Order::Changed) => "1 Secrets, newest first",
        Layout::Flat(Order::Due) => "1 Secrets, due first",
    }
}

fn list_note(browse: &Browse, theme: &Theme) -> String {
    let shown = browse.rows.secrets();
    let deleted = match browse.deleted {
        Deleted::Listed => format!("deleted shown {} ", theme.glyphs.dot),
        Deleted::Hidden => String::new(),
    };
    if browse.query.is_empty() {
        format!("{deleted}{}", when::grouped(shown as u64))
    } else {
        let counts_deleted = browse.deleted == Deleted::Listed || browse.query.wants_deleted();
        let all = if counts_deleted { browse.catalogue.len() } else { browse.not_deleted };
        let all = when::grouped(all as u64);
        format!("{deleted}{}/{all}", when::grouped(shown as u64))
    }
}

/// One box for all that is known of the secret; a line across it begins each further part.
fn draw_details(browse: &Browse, canvas: &mut Canvas<'_>) -> Option<Position> {
    let (app, theme) = (canvas.app, canvas.theme());
    let areas = browse.areas(app.size);
    let area = areas.details_box;
    let mut cursor = None;
    canvas.draw_box(area, Title { text: "", note: "" }, Focused::No);
    let mut parts: Vec<(Rect, Option<Pane>, String, String)> = Vec::new();
    if areas.versions.height > 0 {
        let (title, note) = details_view::versions_title(browse, areas.versions, theme);
        let rows = with_heading(areas.versions);
        parts.push((rows, Some(Pane::Versions), title, note));
    }
    if areas.value.height > 0 {
        let (title, note) = value_view::title(browse, app, areas.value);
        parts.push((areas.value, Some(Pane::Value), title, note));
    }
    if areas.about.height > 0 && !matches!(browse.details, Details::None) {
        parts.push((areas.about, None, "About".to_owned(), String::new()));
    }
    for (rows, pane, title, note) in &parts {
        let focused = if *pane == Some(browse.pane) { Focused::Yes } else { Focused::No };
        let title = Title { text: title, note };
        let line = rows.y - 1 - area.y;
        if line > 0 {
            canvas.draw_divider(area, line, title, focused);
        } else {
            canvas.draw_title(area, 0, title, focused);
        }
    }
    if let Some((rows, ..)) = parts.iter().find(|(_, pane, ..)| *pane == Some(browse.pane)) {
        canvas.mark_focused(Rect { y: rows.y - 1, height: rows.height + 2, ..area });
    }
    let versions = details_view::draw_versions(browse, areas.versions, canvas);
    let value = value_view::draw(browse, areas.value, canvas);
    if !matches!(browse.details, Details::None) {
        details_view::draw_about(browse, areas.about, canvas);
    }
    match browse.pane {
        Pane::Versions => cursor = cursor.or(versions),
        Pane::Value => cursor = cursor.or(value),
        Pane::Secrets => {}
    }
    cursor
}
