//! Draws the browse screen: which boxes, with which titles.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::rows::{Deleted, Layout, Order};
use super::{Browse, Details, Pane, details_view, list_view, value_view};
use crate::tui::app::App;
use crate::tui::kit::canvas::Canvas;
use crate::tui::kit::panel::{Focused, Title, draw_bottom_right, draw_box, draw_divider, mark_focused};
use crate::tui::theme::Theme;
use crate::tui::when;

/// Draws it; answers where the cursor stands.
pub fn draw(browse: &Browse, canvas: &mut Canvas<'_>) -> Option<Position> {
    let (app, theme, buffer) = (canvas.app, canvas.theme(), &mut *canvas.buffer);
    let areas = browse.areas(app.size);
    let mut cursor = None;
    if areas.secrets_box.height > 0 {
        let focused = if browse.pane == Pane::Secrets { Focused::Yes } else { Focused::No };
        let note = list_note(browse, theme);
        let title = Title { text: list_title(browse), note: &note };
        draw_box(buffer, areas.secrets_box, title, focused, theme);
        let rows = browse.rows.all().len();
        if rows > usize::from(areas.secrets.height) {
            let position = format!("{}/{}", browse.cursor + 1, when::grouped(rows as u64));
            draw_bottom_right(buffer, areas.secrets_box, &position, theme);
        }
        cursor = list_view::draw(browse, &areas, theme, buffer);
    }
    if areas.details_box.height > 0 {
        let in_details = draw_details(browse, app, theme, buffer);
        if browse.pane != Pane::Secrets {
            cursor = in_details;
        }
    }
    cursor
}

const fn list_title(browse: &Browse) -> &'static str {
    match browse.rows.layout() {
        Layout::Tree | Layout::Flat(Order::Name) => "1 Secrets",
        Layout::Flat(Order::Changed) => "1 Secrets, newest change first",
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
        let all = if counts_deleted { browse.catalogue.len() } else { browse.alive };
        let all = when::grouped(all as u64);
        format!("{deleted}{}/{all}", when::grouped(shown as u64))
    }
}

/// One box for all that is known of the secret; a line across it begins each further part.
fn draw_details(browse: &Browse, app: &App, theme: &Theme, buffer: &mut Buffer) -> Option<Position> {
    let areas = browse.areas(app.size);
    let area = areas.details_box;
    let mut cursor = None;
    draw_box(buffer, area, Title { text: "", note: "" }, Focused::No, theme);
    let mut parts: Vec<(Rect, Option<Pane>, String, String)> = Vec::new();
    if areas.versions.height > 0 {
        let (title, note) = details_view::versions_title(browse, areas.versions, theme);
        let rows = Rect { y: areas.versions.y - 1, height: areas.versions.height + 1, ..areas.versions };
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
            draw_divider(buffer, area, line, title, focused, theme);
        } else {
            draw_top_title(buffer, area, title, focused, theme);
        }
    }
    if let Some((rows, ..)) = parts.iter().find(|(_, pane, ..)| *pane == Some(browse.pane)) {
        mark_focused(
            buffer,
            Rect { y: rows.y - 1, height: rows.height + 2, x: area.x, width: area.width },
            theme,
        );
    }
    let versions = details_view::draw_versions(browse, areas.versions, app.wall, theme, buffer);
    let value = value_view::draw(browse, areas.value, theme, buffer);
    if !matches!(browse.details, Details::None) {
        details_view::draw_about(browse, areas.about, app.wall, theme, buffer);
    }
    match browse.pane {
        Pane::Versions => cursor = cursor.or(versions),
        Pane::Value => cursor = cursor.or(value),
        Pane::Secrets => {}
    }
    cursor
}

fn draw_top_title(buffer: &mut Buffer, area: Rect, title: Title<'_>, focused: Focused, theme: &Theme) {
    crate::tui::kit::panel::draw_title(buffer, area, 0, title, focused, theme);
}
