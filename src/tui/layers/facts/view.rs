//! Draws the forms for a secret's name and its metadata.

use ratatui::layout::{Position, Rect};

use super::{Facts, FactsPlan};
use crate::tui::kit::canvas::Canvas;
use crate::tui::kit::line::wrapped;
use crate::tui::kit::panel::centred;
use crate::tui::kit::plan_box::draw_refusal;
use crate::tui::kit::rows::below;
use crate::tui::theme::Role;
use crate::vault::wording;
use crate::versioning::retired_by_next_put;

/// Rows for what comes of it.
const PLAN_ROWS: u16 = 3;

pub fn draw(form: &Facts, canvas: &mut Canvas<'_>) -> Option<Position> {
    let theme = canvas.theme();
    let fields = &form.form;
    // A row says why the tags are not among the fields.
    let note_rows = u16::from(form.lacks_tags());
    let area = centred(canvas.body(), 72, fields.rows() + note_rows + PLAN_ROWS + 5);
    let title = match () {
        () if form.is_duplicate() => "Duplicate",
        () if form.is_rename() => "Rename",
        () => "Metadata",
    };
    let title = format!("{title} {} {}", theme.glyphs.dot, form.secret.name);
    let note = if form.is_rename() || form.is_duplicate() { "" } else { "tags: one key=value per line" };
    let inside = canvas.dialog(area, &title, note);
    let cursor = fields.draw(canvas, below(inside, 1), true);
    let mut row = 1 + fields.rows();
    if note_rows > 0 {
        let sentence = "the tags hold line breaks or '=' in a key: etui set changes them";
        canvas.pen(inside, row).skip(2).text(sentence, theme.style(Role::Hint));
        row += 1;
    }
    row += 1;
    canvas.divider(area, row + 1, "After this", "");
    row += 1;
    draw_plan(form, below(inside, row), canvas);
    cursor
}

fn draw_plan(form: &Facts, area: Rect, canvas: &mut Canvas<'_>) {
    let theme = canvas.theme();
    let mut sentences: Vec<(String, Role)> = Vec::new();
    sentences.extend(form.remark.map(|remark| (remark.to_owned(), Role::Warning)));
    match &form.plan {
        FactsPlan::Same => sentences.push(("nothing is changed yet".to_owned(), Role::Muted)),
        FactsPlan::Invalid(sentence) => sentences.push((sentence.clone(), Role::Danger)),
        FactsPlan::Asked(asked) => match asked.known() {
            None => sentences.push((format!("planning{}", theme.glyphs.ellipsis), Role::Muted)),
            Some(Err(failure)) => {
                draw_refusal(canvas, area, failure);
                return;
            }
            Some(Ok(planned)) => match planned.plan.change() {
                Some(_) if form.is_duplicate() => {
                    sentences.push((wording::DUPLICATED.to_owned(), Role::Text));
                    sentences.push((wording::NOT_DUPLICATED.to_owned(), Role::Muted));
                }
                Some(change) => {
                    sentences.push((wording::facts(change).join(", "), Role::Text));
                    let lost = change.retention.as_ref().and_then(|shift| {
                        wording::next_put_destroys(&retired_by_next_put(&form.secret, shift.after))
                    });
                    sentences.extend(lost.map(|sentence| (sentence, Role::Warning)));
                }
                None => sentences.push((wording::NOTHING_TO_CHANGE.to_owned(), Role::Muted)),
            },
        },
    }
    let lines = sentences.into_iter().flat_map(|(text, role)| {
        wrapped(&text, area.width.saturating_sub(4)).into_iter().map(move |line| (line, role))
    });
    for (row, (line, role)) in (0..area.height).zip(lines) {
        canvas.pen(area, row).skip(2).text(&line, theme.style(role));
    }
}
