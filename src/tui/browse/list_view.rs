//! Draws the list of secrets: only the rows that are seen are looked at.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::rows::{Row, folder_path};
use super::{Browse, Pane};
use crate::tui::kit::field::{self, Focus, Shown};
use crate::tui::kit::line::{LinePen, width};
use crate::tui::layout::BrowseAreas;
use crate::tui::theme::{Role, Theme};
use crate::tui::when;
use crate::vault::SecretSummary;

/// The columns of the age and of the flag.
const AGE: u16 = 5;
const FLAG: u16 = 3;

/// What can be typed into the filter, shown while it is empty.
const SYNTAX: &str = "'exact ^start end$ !not @label #tag due";

/// Draws it; answers where the cursor stands.
pub fn draw(browse: &Browse, areas: &BrowseAreas, theme: &Theme, buffer: &mut Buffer) -> Option<Position> {
    let typing = draw_filter(browse, areas, theme, buffer);
    let area = areas.secrets;
    if browse.rows.all().is_empty() {
        draw_empty(browse, area, theme, buffer);
        return typing;
    }
    let mut cursor = None;
    let seen = browse.rows.all().iter().enumerate().skip(browse.top).take(usize::from(area.height));
    for (line, (index, row)) in (0_u16..).zip(seen) {
        let is_selected = index == browse.cursor;
        draw_row(browse, row, is_selected, Rect { y: area.y + line, height: 1, ..area }, theme, buffer);
        if is_selected {
            cursor = Some(Position::new(area.x + 1, area.y + line));
        }
    }
    typing.or(cursor)
}

fn draw_filter(browse: &Browse, areas: &BrowseAreas, theme: &Theme, buffer: &mut Buffer) -> Option<Position> {
    if browse.filter_line() == crate::tui::layout::FilterLine::Hidden || areas.secrets.width < 4 {
        return None;
    }
    let line = Rect { y: areas.secrets.y - 1, height: 1, ..areas.secrets };
    LinePen::new(buffer, line, 0).skip(1).text("/", theme.style(Role::Accent));
    let field = Rect { x: line.x + 3, width: line.width - 4, ..line };
    let focus = if browse.is_filtering() { Focus::Here } else { Focus::Elsewhere };
    if browse.filter.is_empty() {
        LinePen::new(buffer, field, 0).fitted(SYNTAX, field.width, theme.style(Role::Hint), &theme.glyphs);
    }
    field::draw(buffer, field, &browse.filter, Shown::Plainly, focus, theme.style(Role::Text), &theme.glyphs)
}

fn draw_empty(browse: &Browse, area: Rect, theme: &Theme, buffer: &mut Buffer) {
    let (first, second) = if browse.catalogue.is_empty() {
        ("There is no secret yet.", "n makes the first one")
    } else if !browse.query.is_empty() {
        ("Nothing matches.", "Esc clears the filter")
    } else {
        ("Every secret is scheduled for deletion.", ". lists them")
    };
    LinePen::new(buffer, area, 1).skip(2).text(first, theme.style(Role::Text));
    LinePen::new(buffer, area, 2).skip(2).text(second, theme.style(Role::Muted));
}

fn draw_row(browse: &Browse, row: &Row, is_selected: bool, line: Rect, theme: &Theme, buffer: &mut Buffer) {
    let over = is_selected.then(|| {
        theme.style(if browse.pane == Pane::Secrets { Role::Selected } else { Role::SelectedElsewhere })
    });
    let style = |role| over.unwrap_or_else(|| theme.style(role));
    let mut pen = LinePen::new(buffer, line, 0);
    let mark = if is_selected { theme.glyphs.selected } else { " " };
    pen.text(" ", style(Role::Text)).text(mark, style(Role::Accent)).text(" ", style(Role::Text));
    match *row {
        Row::Folder { first, length, parent, depth, count, is_open } => {
            let sign = if is_open { theme.glyphs.folder_open } else { theme.glyphs.folder_closed };
            let name = &folder_path(&browse.catalogue, first, length)[usize::from(parent)..];
            if !is_open {
                pen.right(&format!("{} ", when::grouped(u64::from(count))), style(Role::Muted));
            }
            indent(&mut pen, depth, style(Role::Text));
            pen.text(sign, style(Role::Muted)).text(" ", style(Role::Text));
            let room = pen.room();
            pen.fitted(name, room, style(Role::Text), &theme.glyphs);
        }
        Row::Secret { position, parent, depth } => {
            let summary = browse.catalogue.summary(position as usize);
            draw_facts(&summary, browse, style, &mut pen);
            indent(&mut pen, depth, style(Role::Text));
            if browse.rows.is_tree() {
                // Names of secrets stand below those of folders, behind the sign.
                pen.text("  ", style(Role::Text));
            }
            draw_name(browse, summary.name, parent, over, theme, &mut pen);
        }
    }
}

fn indent(pen: &mut LinePen<'_>, depth: u16, style: Style) {
    for _ in 0..depth.min(pen.room() / 4) {
        pen.text("  ", style);
    }
}

/// The right end of a row: current version, age, whether something is due.
fn draw_facts(
    summary: &SecretSummary<'_>,
    browse: &Browse,
    style: impl Fn(Role) -> Style,
    pen: &mut LinePen<'_>,
) {
    let (flag, role) = if summary.planned_deletion.is_some() {
        ("del", Role::Danger)
    } else if summary.is_due(browse.now) {
        ("due", Role::Warning)
    } else {
        ("", Role::Text)
    };
    let age = when::ago_short(summary.current.created, browse.now);
    let pad = |text: &str, columns: u16| {
        let missing = usize::from(columns.saturating_sub(width(text)));
        format!("{text}{}", " ".repeat(missing))
    };
    pen.right(&pad(flag, FLAG + 1), style(role));
    pen.right(&pad(&age, AGE + 1), style(Role::Muted));
    // An id as long as an UUID would leave nothing of the name: its end is kept.
    let id = summary.current.id;
    let most = usize::from((pen.room() / 3).max(6));
    let id = if id.len() > most { &id[id.len() - most..] } else { id };
    pen.right(&pad(&format!("{id} "), 6), style(Role::Muted)).right(" ", style(Role::Text));
}

/// The name, with what matches the filter highlighted and what lies above it dimmed.
fn draw_name(
    browse: &Browse,
    name: &str,
    parent: u16,
    over: Option<Style>,
    theme: &Theme,
    pen: &mut LinePen<'_>,
) {
    let start = usize::from(parent);
    let shown = &name[start..];
    let leaf = shown.trim_end_matches('/').rfind('/').map_or(start, |slash| start + slash + 1);
    let matches = browse.query.matches(name);
    let style = |at: usize| {
        let plain = over.unwrap_or_else(|| theme.style(if at < leaf { Role::Muted } else { Role::Text }));
        let is_match = matches.iter().any(|range| range.contains(&at));
        if is_match { plain.patch(theme.style(Role::Match)) } else { plain }
    };
    // Names are ASCII: one byte, one column.
    let room = usize::from(pen.room());
    let cut = if shown.len() > room { room.saturating_sub(1) } else { shown.len() };
    for (at, letter) in shown[..cut].char_indices() {
        let mut buffer = [0; 4];
        pen.text(letter.encode_utf8(&mut buffer), style(start + at));
    }
    if cut < shown.len() {
        pen.text(theme.glyphs.ellipsis, style(start + cut));
    }
    pen.fill(" ", over.unwrap_or_default());
}
