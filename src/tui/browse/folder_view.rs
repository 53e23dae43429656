//! Draws what the selected folder holds.

use ratatui::layout::Rect;

use super::Browse;
use super::folder::{Child, FolderContent};
use crate::domain::Timestamp;
use crate::tui::kit::canvas::Canvas;
use crate::tui::kit::line::{LinePen, cut_path, width};
use crate::tui::kit::rows::{heading_of, last_row};
use crate::tui::theme::{Role, Theme};
use crate::tui::when;

/// The columns of versions, of ages and of marks, with what stands before them.
const VERSION: u16 = 14;
const CHANGED: u16 = 10;
const MARK: u16 = 2;

/// The row at the bottom and the one above it.
const NEWEST: u16 = 2;

/// How many children are seen at once.
pub fn rows_of_children(area: Rect) -> u16 {
    area.height.saturating_sub(NEWEST)
}

/// Draws it below a heading that stands in the row above the area.
pub fn draw(browse: &Browse, area: Rect, canvas: &mut Canvas<'_>) {
    let (now, theme) = (canvas.app.wall, canvas.theme());
    let Some(content) = browse.folder_content() else { return };
    let muted = theme.style(Role::Muted);
    let name_width = area.width.saturating_sub(3 + VERSION + CHANGED + MARK);
    let mut pen = canvas.pen(heading_of(area), 0);
    pen.skip(3).fitted("NAME", name_width, muted, &theme.glyphs);
    pen.fitted("  VERSION", VERSION, muted, &theme.glyphs).fitted("CHANGED", CHANGED, muted, &theme.glyphs);
    let seen = content.children.iter().skip(browse.folder_top);
    for (row, child) in (0..rows_of_children(area)).zip(seen) {
        draw_child(browse, child, name_width, now, theme, canvas.pen(area, row));
    }
    draw_newest(browse, content, area, canvas);
}

fn draw_child(
    browse: &Browse,
    child: &Child,
    name_width: u16,
    now: Timestamp,
    theme: &Theme,
    mut pen: LinePen<'_>,
) {
    let catalogue = &browse.catalogue;
    let glyphs = &theme.glyphs;
    let (muted, text) = (theme.style(Role::Muted), theme.style(Role::Text));
    let (name, style, about, changed, mark) = match child {
        Child::Folder { first, name, all } => (
            &catalogue.name(*first)[name.clone()],
            theme.style(Role::Folder),
            when::count(all.secrets, "secret"),
            all.newest.map(|(time, _)| time),
            (all.due > 0).then_some((glyphs.due, Role::Due)),
        ),
        Child::Secret { position, name_start } => {
            let summary = catalogue.summary(*position);
            let mark = if summary.planned_deletion.is_some() {
                Some((glyphs.cross, Role::Deleted))
            } else {
                summary.is_due(now).then_some((glyphs.due, Role::Due))
            };
            let id = cut_path(summary.current.id, VERSION - 4, glyphs);
            (&catalogue.name(*position)[*name_start..], text, id, Some(summary.updated), mark)
        }
    };
    pen.skip(3).fitted(&cut_path(name, name_width, glyphs), name_width, style, glyphs);
    pen.text("  ", text).fitted(&about, VERSION - 2, muted, glyphs);
    let age = changed.map_or_else(String::new, |time| when::ago_short(time, now));
    pen.fitted(&age, CHANGED, muted, glyphs);
    if let Some((sign, role)) = mark {
        pen.text(sign, theme.style(role));
    }
}

/// The last row: what changed last in it.
fn draw_newest(browse: &Browse, content: &FolderContent, area: Rect, canvas: &mut Canvas<'_>) {
    let (now, theme) = (canvas.app.wall, canvas.theme());
    let Some((time, position)) = content.all.newest.filter(|_| area.height > NEWEST) else { return };
    let (before, after) = ("Newest change: ", format!(", {}", when::ago(time, now)));
    let room = area.width.saturating_sub(4 + width(before) + width(&after));
    let name = cut_path(browse.catalogue.name(position), room, &theme.glyphs);
    let muted = theme.style(Role::Muted);
    canvas.pen(last_row(area), 0).skip(3).text(&format!("{before}{name}{after}"), muted);
}
