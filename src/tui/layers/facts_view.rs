//! Draws the forms for what is known about a secret.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::facts::{Fact, Facts, FactsPlan};
use crate::tui::kit::canvas::Canvas;
use crate::tui::kit::field::{self, Focus, Shown};
use crate::tui::kit::line::{LinePen, wrapped};
use crate::tui::kit::panel::centred;
use crate::tui::kit::plan_box::draw_refusal;
use crate::tui::layout;
use crate::tui::theme::{Role, Theme};
use crate::vault::wording;

/// Columns for the names of the fields.
const NAMES: u16 = 13;
/// Columns of a number, before what it counts.
const NUMBER: u16 = 8;
/// Rows for what comes of it.
const PLAN_ROWS: u16 = 3;

const fn rows_of(fact: Fact) -> u16 {
    if matches!(fact, Fact::Tags) { 4 } else { 1 }
}

const fn name_of(fact: Fact) -> &'static str {
    match fact {
        Fact::Name => "New name",
        Fact::Description => "Description",
        Fact::Tags => "Tags",
        Fact::Keep => "Keep",
        Fact::Rotate => "Rotate every",
    }
}

/// What stands behind a field.
const fn hint_of(fact: Fact) -> &'static str {
    match fact {
        Fact::Keep => "versions; empty keeps every one",
        Fact::Rotate => "days; empty asks for no rotation",
        Fact::Name | Fact::Description | Fact::Tags => "",
    }
}

fn area(form: &Facts, size: (u16, u16)) -> Rect {
    let fields: u16 = form.fields().iter().map(|(fact, _)| rows_of(*fact)).sum();
    centred(layout::areas(size).body, 72, fields + note_rows(form) + PLAN_ROWS + 5)
}

/// A row says why the tags are not among the fields.
fn note_rows(form: &Facts) -> u16 {
    let has_tags = form.fields().iter().any(|(fact, _)| matches!(fact, Fact::Tags | Fact::Name));
    u16::from(!has_tags)
}

/// The rows of each field, its name included, as far as there is room.
fn lines(form: &Facts, inside: Rect) -> Vec<Rect> {
    let mut row = 1;
    let lines = form.fields().iter().map(|(fact, _)| {
        let height = rows_of(*fact).min(inside.height.saturating_sub(row));
        let line = Rect { y: inside.y + row, height, ..inside };
        row += rows_of(*fact);
        line
    });
    lines.collect()
}

/// The field that lies in a cell.
pub fn field_at(form: &Facts, size: (u16, u16), at: Position) -> Option<usize> {
    let inside = layout::inside(area(form, size));
    lines(form, inside).iter().position(|line| line.contains(at))
}

/// Draws it.
pub fn draw(form: &Facts, canvas: &mut Canvas<'_>) -> Option<Position> {
    let theme = canvas.theme();
    let note_rows = note_rows(form);
    let area = area(form, canvas.app.size);
    let title = if form.is_rename() { "Rename" } else { "Metadata" };
    let title = format!("{title} {} {}", theme.glyphs.dot, form.secret().name);
    let note = if form.is_rename() { "" } else { "tags: key=value, one a line" };
    let inside = canvas.dialog(area, &title, note);
    let buffer = &mut *canvas.buffer;
    let mut cursor = None;
    let lines = lines(form, inside);
    for (position, ((fact, text), line)) in form.fields().iter().zip(&lines).enumerate() {
        let is_focused = position == form.focus();
        let role = if is_focused { Role::Accent } else { Role::Muted };
        let mark = if is_focused { theme.glyphs.selected } else { " " };
        let mut pen = LinePen::new(buffer, *line, 0);
        pen.text(mark, theme.style(role)).skip(1).text(name_of(*fact), theme.style(role));
        let x = inside.x + 2 + NAMES;
        let room = inside.right().saturating_sub(x + 1);
        let hint = hint_of(*fact);
        let columns = if hint.is_empty() { room } else { NUMBER.min(room) };
        if !hint.is_empty() {
            LinePen::new(buffer, *line, 0).skip(2 + NAMES + NUMBER).text(hint, theme.style(Role::Hint));
        }
        let place = Rect { x, width: columns, ..*line };
        let focus = if is_focused { Focus::Here } else { Focus::Elsewhere };
        let style = theme.style(Role::Text);
        let at = field::draw(buffer, place, text, Shown::Plainly, focus, style, &theme.glyphs);
        cursor = cursor.or(at.filter(|_| is_focused));
    }
    let mut row = 1 + form.fields().iter().map(|(fact, _)| rows_of(*fact)).sum::<u16>();
    if note_rows > 0 {
        let sentence = "the tags hold line breaks or '=' in a key: etui set changes them";
        LinePen::new(buffer, inside, row).skip(2).text(sentence, theme.style(Role::Hint));
        row += 1;
    }
    row += 1;
    canvas.divider(area, row + 1, "After this", "");
    row += 1;
    let below = Rect {
        y: (inside.y + row).min(inside.bottom()),
        height: inside.height.saturating_sub(row),
        ..inside
    };
    draw_plan(form, below, theme, canvas.buffer);
    cursor
}

fn draw_plan(form: &Facts, area: Rect, theme: &Theme, buffer: &mut Buffer) {
    let mut sentences: Vec<(String, Role)> = Vec::new();
    sentences.extend(form.remark().map(|remark| (remark.to_owned(), Role::Warning)));
    match form.plan() {
        FactsPlan::Same => sentences.push(("nothing is changed yet".to_owned(), Role::Muted)),
        FactsPlan::Invalid(sentence) => sentences.push((sentence.clone(), Role::Danger)),
        FactsPlan::Asked(asked) => match asked.known() {
            None => sentences.push((format!("planning{}", theme.glyphs.ellipsis), Role::Muted)),
            Some(Err(failure)) => {
                draw_refusal(buffer, area, failure, theme);
                return;
            }
            Some(Ok(planned)) => match planned.plan.change() {
                Some(change) => sentences.push((wording::facts(change).join(", "), Role::Text)),
                None => sentences.push(("it is so already: nothing will change".to_owned(), Role::Muted)),
            },
        },
    }
    let lines = sentences.into_iter().flat_map(|(text, role)| {
        wrapped(&text, area.width.saturating_sub(4)).into_iter().map(move |line| (line, role))
    });
    for (row, (line, role)) in (0..area.height).zip(lines) {
        LinePen::new(buffer, area, row).skip(2).text(&line, theme.style(role));
    }
}
