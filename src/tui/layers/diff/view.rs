//! Draws how two versions differ.

use std::ops::Range;

use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;

use super::Diff;
use crate::tui::app::App;
use crate::tui::browse::details_view::draw_labels;
use crate::tui::comparison::{Row, Side};
use crate::tui::glyphs::Glyphs;
use crate::tui::kit::canvas::Canvas;
use crate::tui::kit::line::{LinePen, width};
use crate::tui::kit::plan_box::draw_refusal;
use crate::tui::kit::rows::below;
use crate::tui::kit::scroll::draw_position;
use crate::tui::layout;
use crate::tui::theme::{Role, Theme};
use crate::tui::when;
use crate::versioning::VersionState;

/// Columns before a text: for the sign, and space around it.
const MARGIN: u16 = 4;
/// Columns between the place of a difference and what is told of it.
const GAP: u16 = 2;
/// Columns of the place of a byte, with what follows it.
const OFFSET: u16 = 6;
/// So much further to the right the texts of a key stand.
const INDENT: u16 = 2;

/// A line of the screen: a part of a row. Of a text the range is of bytes, of a difference it is of facts.
pub struct Line {
    row: usize,
    part: Range<usize>,
}

/// The box: all of the body.
const fn area(size: (u16, u16)) -> Rect {
    layout::areas(size).body
}

/// Where the lines stand: below the two versions and the line that sums up.
pub(super) fn list_area(size: (u16, u16)) -> Rect {
    let area = area(size);
    below(layout::inside(area), 3)
}

/// How many columns the places of differences take.
fn place_width(rows: &[Row], columns: u16) -> u16 {
    let widths = rows.iter().map(|row| match row {
        Row::Difference { place, .. } => width(&crate::domain::visible(place)),
        _ => 0,
    });
    widths.max().unwrap_or(0).min(columns / 3)
}

/// Breaks rows into lines of so many columns.
pub(super) fn lay_out(rows: &[Row], columns: u16) -> Vec<Line> {
    let mut lines = Vec::new();
    let places = place_width(rows, columns);
    for (row, shown) in rows.iter().enumerate() {
        let room = columns.saturating_sub(MARGIN + 1);
        let parts = match shown {
            Row::Folded(_) | Row::Remark(_) | Row::Bytes { .. } => std::iter::once(0..0).collect(),
            Row::Text { text, is_of_key, .. } => {
                let room = if *is_of_key { room.saturating_sub(INDENT) } else { room };
                broken(text.expose_text().unwrap_or_default(), room)
            }
            Row::Difference { facts, .. } => fact_lines(facts, room.saturating_sub(places + GAP)),
        };
        lines.extend(parts.into_iter().map(|part| Line { row, part }));
    }
    lines
}

/// The parts of a text that fit into lines.
fn broken(text: &str, columns: u16) -> Vec<Range<usize>> {
    let columns = columns.max(2);
    let mut parts = Vec::new();
    let (mut start, mut used) = (0, 0);
    for (at, grapheme) in text.grapheme_indices(true) {
        let needed = width(grapheme);
        if used + needed > columns {
            parts.push(start..at);
            (start, used) = (at, 0);
        }
        used += needed;
    }
    parts.push(start..text.len());
    parts
}

/// As many facts in a line as there is room for; every line has one.
fn fact_lines(facts: &[String], columns: u16) -> Vec<Range<usize>> {
    let mut parts: Vec<Range<usize>> = Vec::new();
    let mut used = 0;
    for (at, fact) in facts.iter().enumerate() {
        let needed = width(fact) + 3;
        match parts.last_mut() {
            Some(part) if used + needed <= columns + 3 => {
                part.end = at + 1;
                used += needed;
            }
            _ => {
                parts.push(at..at + 1);
                used = needed;
            }
        }
    }
    parts
}

/// Draws it; answers where the cursor stands: on the version that the keys move.
pub fn draw(diff: &Diff, canvas: &mut Canvas<'_>) -> Option<Position> {
    let (app, theme) = (canvas.app, canvas.theme());
    let area = area(app.size);
    let title = format!("Diff {} {}", theme.glyphs.dot, diff.secret.name);
    let (basis, summary) =
        diff.comparison.good().map_or(("", ""), |found| (found.basis, found.summary.as_str()));
    let note = match diff.base() {
        Some(base) if !basis.is_empty() => format!("against {}, {basis}", base.id),
        None if !basis.is_empty() => format!("each vs. the one before, {basis}"),
        _ => String::new(),
    };
    let inside = canvas.dialog(area, &title, &note);
    let cursor = draw_versions(diff, inside, canvas);
    let summary = fitting(summary, &theme.glyphs);
    let note = match diff.until {
        None => "masked".to_owned(),
        // Where the countdown has no room, that it is shown is what matters.
        Some(until) => Some(app.shown_until(until))
            .filter(|note| width(&summary) + width(note) + 8 <= area.width)
            .unwrap_or_else(|| "shown".to_owned()),
    };
    canvas.divider(area, 3, &summary, &note);
    let list = list_area(app.size);
    let end = (diff.top + usize::from(list.height)).min(diff.lines.len());
    draw_position(canvas, area, diff.top..end, diff.lines.len());
    match diff.comparison.known() {
        None => {
            let sentence = format!("reading{}", theme.glyphs.ellipsis);
            canvas.pen(list, 0).skip(2).text(&sentence, theme.style(Role::Muted));
        }
        Some(Err(error)) => {
            draw_refusal(canvas, list, error);
        }
        Some(Ok(_)) => {
            let places = place_width(diff.rows(), list.width);
            for (y, line) in (0..list.height).zip(diff.lines()) {
                let pen = canvas.pen(list, y);
                if let Some(row) = diff.rows().get(line.row) {
                    draw_line(row, &line.part, places, theme, pen);
                }
            }
        }
    }
    cursor
}

/// The signs of a sentence as this terminal can show them.
fn fitting(text: &str, glyphs: &Glyphs) -> String {
    text.replace('→', glyphs.arrow).replace('–', glyphs.deprecated)
}

fn draw_versions(diff: &Diff, area: Rect, canvas: &mut Canvas<'_>) -> Option<Position> {
    let (app, theme) = (canvas.app, canvas.theme());
    let pair = diff.pair()?;
    let mut cursor = None;
    let ids = pair.map(|version| width(version.id.as_str())).into_iter().max()?.min(area.width / 3);
    for (row, (version, side)) in (0..).zip(pair.into_iter().zip([Side::Before, Side::After])) {
        let is_moving = version.key == diff.moving;
        if is_moving {
            cursor = Some(Position::new(area.x, area.y + row));
        }
        let mark = if is_moving { theme.glyphs.selected } else { " " };
        let mut pen = canvas.pen(area, row);
        let (sign, style) = sign_of(side, theme);
        pen.text(mark, theme.style(Role::Accent)).skip(1).text(sign, style).skip(1);
        pen.fitted(version.id.as_str(), ids, theme.style(Role::Text), &theme.glyphs).skip(2);
        draw_version_facts(diff, version, app, theme, &mut pen);
    }
    cursor
}

/// Its labels, and at the right end its age and size.
fn draw_version_facts(diff: &Diff, version: &VersionState, app: &App, theme: &Theme, pen: &mut LinePen<'_>) {
    let age = when::ago(version.created, app.wall);
    let facts = if pen.room() < 60 {
        format!(" {age} ")
    } else {
        let between = theme.glyphs.between();
        format!(" {age}{between}{}{between}{} ", version.value_type, when::bytes(version.size))
    };
    pen.right(&facts, theme.style(Role::Muted));
    let labels = diff.secret.labels.of(version.key);
    draw_labels(&labels, pen.room(), None, theme, pen);
}

fn sign_of(side: Side, theme: &Theme) -> (&'static str, Style) {
    match side {
        Side::Before => ("-", theme.style(Role::Warning)),
        Side::After => ("+", theme.style(Role::Accent)),
        Side::Both => (" ", theme.style(Role::Muted)),
    }
}

fn draw_line(row: &Row, part: &Range<usize>, places: u16, theme: &Theme, mut pen: LinePen<'_>) {
    let glyphs = &theme.glyphs;
    let muted = theme.style(Role::Muted);
    match row {
        Row::Folded(text) => {
            let room = pen.room().saturating_sub(MARGIN + 1);
            pen.skip(MARGIN).fitted(text, room, muted, glyphs);
        }
        Row::Remark(text) => {
            pen.skip(MARGIN).text(text, theme.style(Role::Hint));
        }
        Row::Difference { sign, place, facts } => {
            let style = match sign {
                '-' => theme.style(Role::Warning),
                _ => theme.style(Role::Accent),
            };
            if part.start == 0 {
                pen.skip(2).text(&sign.to_string(), style).skip(1);
                pen.fitted(&fitting(place, glyphs), places, theme.style(Role::Text), glyphs).skip(GAP);
            } else {
                pen.skip(MARGIN + places + GAP);
            }
            let facts = facts.get(part.clone()).unwrap_or_default().join(&glyphs.between());
            pen.text(&fitting(&facts, glyphs), muted);
        }
        Row::Text { side, text, strong, is_of_key } => {
            let text = text.expose_text().unwrap_or_default();
            let (sign, style) = sign_of(*side, theme);
            pen.skip(if *is_of_key { 2 + INDENT } else { 2 });
            pen.text(if part.start == 0 { sign } else { " " }, style).skip(1);
            // The whole line is tinted.
            let plain = match side {
                Side::Both => muted,
                Side::Before => theme.style(Role::Removed),
                Side::After => theme.style(Role::Added),
            };
            let within = strong.start.clamp(part.start, part.end)..strong.end.clamp(part.start, part.end);
            let pieces = [part.start..within.start, within.clone(), within.end..part.end];
            for (piece, style) in pieces.into_iter().zip([plain, theme.style(Role::Match), plain]) {
                pen.text(text.get(piece).unwrap_or_default(), style);
            }
        }
        Row::Bytes { side, offset, bytes, strong } => {
            let (sign, style) = sign_of(*side, theme);
            pen.skip(2).text(sign, style).skip(1).text(&format!("{offset:05x}"), muted);
            draw_bytes(bytes.expose(), strong, theme, &mut pen);
        }
    }
}

/// Which bytes they are, and what of them is text where there is room for that.
fn draw_bytes(bytes: &[u8], strong: &[bool], theme: &Theme, pen: &mut LinePen<'_>) {
    let start = pen.column() - (OFFSET - 1);
    let style_at = |at: usize, plain| {
        theme.style(if strong.get(at).copied().unwrap_or(false) { Role::Match } else { plain })
    };
    let text_column = start + OFFSET + 3 * 16;
    let has_text = pen.column() + pen.room() >= text_column + 17;
    for (at, byte) in bytes.iter().enumerate() {
        pen.skip(1).text(&format!("{byte:02x}"), style_at(at, Role::Text));
    }
    if !has_text {
        return;
    }
    pen.skip(text_column.saturating_sub(pen.column()) + 1);
    for (at, byte) in bytes.iter().enumerate() {
        let is_text = byte.is_ascii_graphic() || *byte == b' ';
        let mut buffer = [0; 4];
        let sign = if is_text { char::from(*byte).encode_utf8(&mut buffer) } else { "." };
        pen.text(sign, style_at(at, Role::Muted));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_goes_on_in_the_next_line_and_an_empty_one_has_a_line_too() {
        assert_eq!(broken("abcdef", 4), [0..4, 4..6]);
        assert_eq!(broken("日本語", 4), [0..6, 6..9]);
        assert_eq!(broken("", 4).len(), 1);
    }

    #[test]
    fn facts_that_do_not_fit_go_into_the_next_line() {
        let facts = ["changed", "8 → 8 characters", "differs only in case"].map(str::to_owned);
        assert_eq!(fact_lines(&facts, 80).len(), 1);
        assert_eq!(fact_lines(&facts, 26), [0..2, 2..3]);
        assert_eq!(fact_lines(&facts, 10), [0..1, 1..2, 2..3]);
    }
}
