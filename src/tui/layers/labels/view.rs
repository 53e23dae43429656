//! Draws the labels editor.

use ratatui::layout::{Position, Rect};

use super::{LabelPlan, Labels};
use crate::domain::StageLabel;
use crate::tui::kit::canvas::Canvas;
use crate::tui::kit::line::{width, wrapped};
use crate::tui::kit::panel::centred;
use crate::tui::kit::plan_box::{draw_lines, draw_refusal};
use crate::tui::kit::rows::{below, row_of};
use crate::tui::layout;
use crate::tui::plan_text::{self, label_sign};
use crate::tui::theme::Role;
use crate::vault::wording;

/// Rows for the plan: two moves, or a refusal with its hint.
const PLAN_ROWS: u16 = 3;

fn area(editor: &Labels, size: (u16, u16)) -> Rect {
    let count = u16::try_from(editor.labels().count()).unwrap_or(u16::MAX);
    let rows = count + u16::from(editor.is_naming()) + PLAN_ROWS + 5;
    centred(layout::areas(size).body, 70, rows)
}

/// The label that lies in a cell.
pub fn label_at(editor: &Labels, size: (u16, u16), at: Position) -> Option<usize> {
    let inside = layout::inside(area(editor, size));
    let row = usize::from(at.y.checked_sub(inside.y + 1)?);
    (inside.contains(at) && row < editor.labels().count()).then_some(row)
}

pub fn draw(editor: &Labels, canvas: &mut Canvas<'_>) -> Option<Position> {
    let theme = canvas.theme();
    let labels: Vec<_> = editor.labels().collect();
    let count = u16::try_from(labels.len()).unwrap_or(u16::MAX);
    let naming_rows = u16::from(editor.is_naming());
    let area = area(editor, canvas.app.size);
    let name = editor.details.secret.name.as_str();
    let title = format!("Labels {} {name}", theme.glyphs.dot);
    let note = format!("target: {}", editor.version);
    let inside = canvas.dialog(area, &title, &note);
    let top = count + naming_rows + 2;
    canvas.divider(area, top + 1, "Enter will do this", "");

    let label_width = labels.iter().map(|(label, _)| width(label.as_str())).max().unwrap_or(0).min(36);
    let mut cursor = None;
    for (row, (label, version)) in (0_u16..).zip(&labels) {
        let is_selected = Some(usize::from(row)) == editor.cursor && !editor.is_naming();
        let (sign, role) = label_sign(label, &theme.glyphs);
        let style = |role| theme.style(if is_selected { Role::Selected } else { role });
        let mut pen = canvas.pen(inside, row + 1);
        let mark = if is_selected { theme.glyphs.selected } else { " " };
        pen.skip(1).text(mark, style(Role::Text)).text(" ", style(Role::Text));
        pen.text(sign, style(role)).text(" ", style(Role::Text));
        pen.fitted(label.as_str(), label_width, style(Role::Text), &theme.glyphs)
            .text("  ", style(Role::Text));
        let here = if *version == &editor.version { "  (this version)" } else { "" };
        pen.text(version.as_str(), style(Role::Text)).text(here, style(Role::Muted));
        // What the two built-in ones mean, where there is room to say it.
        pen.right(" ", theme.style(Role::Text));
        if let Some(meaning) = meaning(label).filter(|meaning| width(meaning) + 2 <= pen.room()) {
            pen.right(meaning, style(Role::Muted));
        }
        if is_selected {
            let room = pen.room();
            pen.fitted("", room, style(Role::Text), &theme.glyphs);
            cursor = Some(Position::new(inside.x + 1, inside.y + row + 1));
        }
    }
    if editor.is_naming() {
        cursor = editor.form.draw(canvas, row_of(inside, count + 1), true);
    }
    draw_plan(editor, below(inside, top + 1), canvas);
    cursor.or(Some(Position::new(inside.x + 1, inside.y + 1)))
}

/// What a built-in label is for.
fn meaning(label: &StageLabel) -> Option<&'static str> {
    if label.is_current() {
        Some("what get and programs read")
    } else if label.is_previous() {
        Some("follows ACSCurrent by itself")
    } else {
        None
    }
}

fn draw_plan(editor: &Labels, area: Rect, canvas: &mut Canvas<'_>) {
    let theme = canvas.theme();
    let muted = theme.style(Role::Muted);
    let sentence = match &editor.plan {
        LabelPlan::None if editor.is_naming() => "type the name of the new label".to_owned(),
        LabelPlan::None => "choose a label to move, or add a new one".to_owned(),
        LabelPlan::Invalid(invalid) => {
            let lines = wrapped(&invalid.to_string(), area.width.saturating_sub(4));
            for (row, line) in (0..).zip(&lines) {
                canvas.pen(area, row).skip(2).text(line, theme.style(Role::Danger));
            }
            return;
        }
        LabelPlan::Asked(asked) => match asked.known() {
            None => format!("planning{}", theme.glyphs.ellipsis),
            Some(Err(failure)) => {
                draw_refusal(canvas, area, failure);
                return;
            }
            Some(Ok(planned)) => match planned.plan.change() {
                Some(change) => {
                    let lines = plan_text::lines(change, &theme.glyphs);
                    draw_lines(canvas, area, &lines, None);
                    return;
                }
                None => wording::NOTHING_TO_CHANGE.to_owned(),
            },
        },
    };
    canvas.pen(area, 0).skip(2).text(&sentence, muted);
}
