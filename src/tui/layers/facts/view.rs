//! Draws the forms for a secret's name and its metadata.

use ratatui::layout::Position;

use super::{Facts, Planned};
use crate::tui::kit::canvas::Canvas;
use crate::tui::kit::panel::centred;
use crate::tui::kit::plan_box::draw_outlook;
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
    draw_outlook(canvas, below(inside, row), &form.outlook, form.remark, |planned| told(form, planned));
    cursor
}

/// What the plan does, in sentences.
fn told(form: &Facts, planned: &Planned) -> Vec<(String, Role)> {
    let Some(change) = planned.plan.change() else {
        return vec![(wording::NOTHING_TO_CHANGE.to_owned(), Role::Muted)];
    };
    if form.is_duplicate() {
        return vec![
            (wording::DUPLICATED.to_owned(), Role::Text),
            (wording::NOT_DUPLICATED.to_owned(), Role::Muted),
        ];
    }
    let lost = change
        .retention
        .as_ref()
        .and_then(|shift| wording::next_put_destroys(&retired_by_next_put(&form.secret, shift.after)));
    let facts = (wording::planned_facts(change).join(", "), Role::Text);
    [facts].into_iter().chain(lost.map(|sentence| (sentence, Role::Warning))).collect()
}
