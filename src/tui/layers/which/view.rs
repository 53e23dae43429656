//! Draws the question which version holds a value.

use ratatui::layout::{Position, Rect};

use super::{VALUE, Which};
use crate::tui::app::App;
use crate::tui::browse::details_view::draw_labels;
use crate::tui::holders::{Holder, Holders, Nearness};
use crate::tui::kit::canvas::Canvas;
use crate::tui::kit::form::Look;
use crate::tui::kit::line::{LinePen, width, wrapped};
use crate::tui::kit::panel::centred;
use crate::tui::kit::plan_box::draw_refusal;
use crate::tui::kit::rows::{below, indented};
use crate::tui::theme::{Role, Theme};
use crate::tui::when;

/// Rows above the answer: the fields, what is known of the value, space.
const QUESTION_ROWS: u16 = 7;
/// Rows of the answer.
const ANSWER_ROWS: u16 = 7;

pub fn draw(which: &Which, canvas: &mut Canvas<'_>) -> Option<Position> {
    let area = centred(canvas.body(), 76, QUESTION_ROWS + ANSWER_ROWS + 3);
    let inside = canvas.dialog(area, "Which version is this?", "");
    let look = |field| Look {
        below: if field == VALUE { facts(which.value()).into_iter().collect() } else { Vec::new() },
        ..Look::default()
    };
    let cursor = which.form.draw_with(canvas, below(inside, 1), true, &look);
    canvas.divider(area, QUESTION_ROWS + 1, "Answer", "");
    draw_answer(which, indented(below(inside, QUESTION_ROWS + 1), 2, 2), canvas);
    cursor
}

/// How long the typed value is, and what is easily typed without being seen.
fn facts(value: &str) -> Option<(String, Role)> {
    let end = if value.ends_with('\n') { ", with a newline at the end" } else { "" };
    (!value.is_empty()).then(|| (format!("{}{end}", when::bytes(value.len() as u64)), Role::Hint))
}

fn draw_answer(which: &Which, area: Rect, canvas: &mut Canvas<'_>) {
    let theme = canvas.theme();
    let sentence = match which.answer.known() {
        None if which.answer.is_asked() => (format!("looking{}", theme.glyphs.ellipsis), Role::Muted),
        None => ("Enter searches".to_owned(), Role::Muted),
        Some(Err(failure)) => {
            draw_refusal(canvas, area, failure);
            return;
        }
        Some(Ok(holders)) => match sentence_of(holders) {
            Some(sentence) => sentence,
            None => return draw_holders(which, holders, area, 0, canvas),
        },
    };
    let lines = wrapped(&sentence.0, area.width);
    for (row, line) in (0..area.height).zip(&lines) {
        canvas.pen(area, row).text(line, theme.style(sentence.1));
    }
    if let Some(holders) = which.answer.good() {
        let above = u16::try_from(lines.len()).unwrap_or(u16::MAX);
        draw_holders(which, holders, area, above, canvas);
    }
}

/// What is to be said before the versions, if anything.
fn sentence_of(holders: &Holders) -> Option<(String, Role)> {
    if holders.found.is_empty() {
        let sentence = match holders.versions {
            None => "no version of any secret holds it".to_owned(),
            Some(1) => "its only version holds another value".to_owned(),
            Some(count) => format!("none of the {} versions holds it", when::grouped(count as u64)),
        };
        return Some((sentence, Role::Warning));
    }
    let sentence = match holders.nearness {
        Nearness::Exact => return None,
        Nearness::WithoutNewline => "not with the newline at the end, but without it:",
        Nearness::WithNewline => "not as it is typed, but with a newline at the end:",
        Nearness::WithCrlf => "not as it is typed, but with CRLF at the ends of lines:",
    };
    Some((sentence.to_owned(), Role::Warning))
}

fn draw_holders(which: &Which, holders: &Holders, area: Rect, above: u16, canvas: &mut Canvas<'_>) {
    let (app, theme) = (canvas.app, canvas.theme());
    let names: Vec<String> = holders.found.iter().map(|holder| name_of(which, holder)).collect();
    let columns = names.iter().map(|name| width(name)).max().unwrap_or(0).min(area.width / 2);
    let rows = usize::from(area.height.saturating_sub(above));
    let is_cut = names.len() > rows;
    let shown = if is_cut { rows.saturating_sub(1) } else { names.len() };
    for (row, (holder, name)) in (above..).zip(holders.found.iter().zip(&names).take(shown)) {
        let mut pen = canvas.pen(area, row);
        pen.fitted(name, columns, theme.style(Role::Text), &theme.glyphs).skip(2);
        draw_state(holder, app, theme, &mut pen);
    }
    if let Some(name) = names.first()
        && usize::from(above) + shown + 1 < usize::from(area.height)
    {
        let hint = format!("Enter goes to {name}");
        canvas.pen(area, area.height - 1).text(&hint, theme.style(Role::Hint));
    }
    if is_cut && rows > 0 {
        let more = format!("and {} more", when::grouped((names.len() - shown) as u64));
        canvas.pen(area, area.height - 1).text(&more, theme.style(Role::Muted));
    }
}

fn name_of(which: &Which, holder: &Holder) -> String {
    let id = &holder.holding.version.id;
    if which.is_everywhere() { format!("{}#{id}", holder.holding.name) } else { id.to_string() }
}

/// Its labels, or since when it has none.
fn draw_state(holder: &Holder, app: &App, theme: &Theme, pen: &mut LinePen<'_>) {
    let glyphs = &theme.glyphs;
    let muted = theme.style(Role::Muted);
    if holder.holding.stages.is_empty() {
        let age = holder.deprecated.map(|time| format!(" {}", when::ago(time, app.wall)));
        let text = format!("{} no label{}", glyphs.deprecated, age.unwrap_or_default());
        pen.text(&text, theme.style(Role::Text));
        return;
    }
    let age = format!(" created {}", when::ago(holder.holding.version.created, app.wall));
    // The labels matter more.
    if pen.room() >= 24 + width(&age) {
        pen.right(&age, muted);
    }
    draw_labels(&holder.holding.stages, pen.room(), None, theme, pen);
}
