//! The lines of a plan, and a refusal, wherever they are shown.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::canvas::Canvas;
use super::line::{cut_to, width, wrapped};
use crate::tui::ask::failure::Failure;
use crate::tui::ask::outlook::{Outlook, Unfit};
use crate::tui::plan_text::PlanLine;
use crate::tui::theme::Role;

/// Draws lines of a plan below each other, as many as there is room for.
pub fn draw_lines(canvas: &mut Canvas<'_>, area: Rect, lines: &[PlanLine], dimmed: Option<Style>) -> u16 {
    let theme = canvas.theme();
    let subject_width = lines.iter().map(|line| width(&line.subject)).max().unwrap_or(0).min(area.width / 2);
    let mut row = 0;
    for line in lines {
        let style = |role| dimmed.unwrap_or_else(|| theme.style(role));
        let mut pen = canvas.pen(area, row);
        pen.skip(2).text(line.sign, style(line.role)).text(" ", style(Role::Text));
        pen.fitted(&line.subject, subject_width, style(Role::Text), &theme.glyphs).skip(2);
        let room = pen.room();
        pen.fitted(&line.text, room, style(Role::Text), &theme.glyphs);
        row += 1;
    }
    row
}

/// Draws what would come of what is typed: first what is remarked, then what `told` says of the plan.
pub fn draw_outlook<T>(
    canvas: &mut Canvas<'_>,
    area: Rect,
    outlook: &Outlook<T>,
    remark: Option<&str>,
    told: impl FnOnce(&T) -> Vec<(String, Role)>,
) {
    let theme = canvas.theme();
    let mut sentences: Vec<(String, Role)> = Vec::new();
    sentences.extend(remark.map(|remark| (remark.to_owned(), Role::Warning)));
    match outlook {
        Outlook::Unfit(Unfit::Missing(sentence)) => sentences.push(((*sentence).to_owned(), Role::Muted)),
        Outlook::Unfit(Unfit::Invalid(sentence)) => sentences.push((sentence.clone(), Role::Danger)),
        Outlook::Asked(asked) => match asked.known() {
            None => sentences.push((format!("planning{}", theme.glyphs.ellipsis), Role::Muted)),
            Some(Err(failure)) => {
                draw_refusal(canvas, area, failure);
                return;
            }
            Some(Ok(planned)) => sentences.extend(told(planned)),
        },
    }
    let room = area.width.saturating_sub(4);
    let lines = sentences
        .into_iter()
        .flat_map(|(text, role)| wrapped(&text, room).into_iter().map(move |line| (line, role)));
    for (row, (line, role)) in (0..area.height).zip(lines) {
        let line = line.replace('→', theme.glyphs.arrow);
        let line = cut_to(&line, usize::from(room), theme.glyphs.ellipsis);
        canvas.pen(area, row).skip(2).text(&line, theme.style(role));
    }
}

/// How many rows a refusal takes in so many columns.
pub fn refusal_rows(failure: &Failure, columns: u16) -> usize {
    [failure.sentence(), failure.hint()]
        .iter()
        .filter(|text| !text.is_empty())
        .map(|text| wrapped(text, columns).len())
        .sum()
}

/// A sentence and its hint, broken into lines; answers how many rows it took.
pub fn draw_refusal(canvas: &mut Canvas<'_>, area: Rect, failure: &Failure) -> u16 {
    let theme = canvas.theme();
    let columns = area.width.saturating_sub(4);
    let mut row = 0;
    for (text, role) in [(failure.sentence(), Role::Danger), (failure.hint(), Role::Muted)] {
        if text.is_empty() {
            continue;
        }
        for line in wrapped(&text, columns) {
            canvas.pen(area, row).skip(2).text(&line, theme.style(role));
            row += 1;
        }
    }
    row
}
