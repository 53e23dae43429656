//! Draws the plan pane, and the lines of a plan wherever one is shown.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::plan::PlanPane;
use crate::domain::Timestamp;
use crate::tui::effect::ChangeRequest;
use crate::tui::keymap::Keymap;
use crate::tui::layout;
use crate::tui::plan_text::{self, PlanLine};
use crate::tui::state::{Modal, State};
use crate::tui::theme::{Role, Theme};
use crate::tui::when;
use crate::tui::widgets::footer;
use crate::tui::widgets::line::{LinePen, width, wrapped};
use crate::tui::widgets::panel::{Title, centred, draw_modal};
use crate::vault::VaultError;
use crate::versioning::Change;

/// The answer to a question, the harmless one first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Nothing happens.
    Cancel,
    /// It is done.
    Do,
}

impl Choice {
    /// The other one.
    pub const fn other(self) -> Self {
        match self {
            Self::Cancel => Self::Do,
            Self::Do => Self::Cancel,
        }
    }
}

/// Draws two answers; the chosen one is reversed and marked.
pub fn draw_choices(
    buffer: &mut Buffer,
    area: Rect,
    row: u16,
    (cancel, done): (&str, &str),
    choice: Choice,
    theme: &Theme,
) -> Option<Position> {
    let mut pen = LinePen::new(buffer, area, row);
    pen.skip(2);
    let mut cursor = None;
    for (text, meaning) in [(cancel, Choice::Cancel), (done, Choice::Do)] {
        let (mark, style) = if meaning == choice {
            cursor = Some(Position::new(pen.column(), area.y + row));
            (theme.glyphs.selected, theme.style(Role::Selected))
        } else {
            (" ", theme.style(Role::Text))
        };
        pen.text(&format!("{mark} {text} "), style).skip(2);
    }
    cursor
}

/// Draws lines of a plan below each other, as many as there is room for.
pub fn draw_lines(
    buffer: &mut Buffer,
    area: Rect,
    lines: &[PlanLine],
    dimmed: Option<Style>,
    theme: &Theme,
) -> u16 {
    let subject_width = lines.iter().map(|line| width(&line.subject)).max().unwrap_or(0).min(area.width / 2);
    let mut row = 0;
    for line in lines {
        let style = |role| dimmed.unwrap_or_else(|| theme.style(role));
        let mut pen = LinePen::new(buffer, area, row);
        pen.skip(2).text(line.sign, style(line.role)).text(" ", style(Role::Text));
        pen.fitted(&line.subject, subject_width, style(Role::Text), &theme.glyphs).skip(2);
        let room = pen.room();
        pen.fitted(&line.text, room, style(Role::Text), &theme.glyphs);
        row += 1;
    }
    row
}

/// A sentence and its hint, broken into lines; answers how many rows it took.
pub fn draw_refusal(buffer: &mut Buffer, area: Rect, error: &VaultError, theme: &Theme) -> u16 {
    let columns = area.width.saturating_sub(4);
    let mut row = 0;
    for (text, role) in [(error.to_string(), Role::Danger), (error.hint(), Role::Muted)] {
        for line in wrapped(&text, columns) {
            LinePen::new(buffer, area, row).skip(2).text(&line, theme.style(role));
            row += 1;
        }
    }
    row
}

impl PlanPane {
    /// Draws it.
    pub fn draw(
        &self,
        state: &State,
        theme: &Theme,
        keymap: &Keymap,
        buffer: &mut Buffer,
    ) -> Option<Position> {
        let body = layout::areas(state.size).body;
        let columns = body.width.min(72);
        let inner = columns.saturating_sub(6);
        let sentences = self.sentences(state.wall, theme, inner);
        let lines = self.lines(theme);
        let refusal_rows = match self.planned() {
            Some(Err(error)) => {
                wrapped(&error.to_string(), inner).len() + wrapped(&error.hint(), inner).len()
            }
            _ => 0,
        };
        let wanted = 1 + sentences.len() + lines.len() + refusal_rows + 1;
        let choice_rows = if self.asks() { 2 } else { 0 };
        let rows = u16::try_from(wanted + choice_rows + 2).unwrap_or(u16::MAX);
        let area = centred(body, columns, rows);
        let name = self.request().name().as_str();
        let title = format!("{} {} {name}", self.title(), theme.glyphs.dot);
        let inside = draw_modal(buffer, area, Title { text: &title, note: "" }, theme);
        let on_top = |modal: &Modal| matches!(modal, Modal::Plan(_));
        footer::draw_in_border(state, on_top, keymap, theme, buffer, area);
        let mut row = 1;
        for (text, role) in &sentences {
            LinePen::new(buffer, inside, row).skip(2).text(text, theme.style(*role));
            row += 1;
        }
        let below = |row: u16| Rect {
            y: inside.y + row.min(inside.height),
            height: inside.height.saturating_sub(row),
            ..inside
        };
        row += draw_lines(buffer, below(row), &lines, None, theme);
        match self.planned() {
            Some(Err(error)) => {
                draw_refusal(buffer, below(row), error, theme);
            }
            Some(Ok(_)) if self.asks() => {
                return draw_choices(buffer, inside, row + 1, ("Cancel", "Schedule"), self.choice(), theme);
            }
            Some(Ok(_)) | None => {}
        }
        Some(Position::new(inside.x + 2, inside.y + 1))
    }

    fn lines(&self, theme: &Theme) -> Vec<PlanLine> {
        self.change().map_or_else(Vec::new, |change| plan_text::lines(change, &theme.glyphs))
    }

    fn change(&self) -> Option<&Change> {
        self.planned()?.as_ref().ok()?.plan.change()
    }

    /// What the lines of labels do not say.
    fn sentences(&self, now: Timestamp, theme: &Theme, columns: u16) -> Vec<(String, Role)> {
        let mut sentences = Vec::new();
        if let Some(remark) = self.remark() {
            sentences.push((remark.to_owned(), Role::Warning));
        }
        match (self.planned(), self.request()) {
            (None, _) => sentences.push((format!("planning{}", theme.glyphs.ellipsis), Role::Muted)),
            (Some(Err(_)), _) => {}
            (Some(Ok(_)), request) => match (self.change(), request) {
                (None, _) => {
                    sentences.push(("it is so already: nothing will change".to_owned(), Role::Muted))
                }
                (Some(change), ChangeRequest::Delete(_)) => {
                    if let Some(planned) = change.planned_deletion.as_ref().and_then(|shift| shift.after) {
                        let days = planned.seconds_since(now) / Timestamp::DAY;
                        sentences.push((
                            format!(
                                "Until {} ({}) it can be restored with every version and label.",
                                plan_text::date(planned),
                                when::in_days(days)
                            ),
                            Role::Text,
                        ));
                        sentences.push((
                            "In the meantime its values can be neither read nor changed.".to_owned(),
                            Role::Text,
                        ));
                    }
                }
                (Some(_), ChangeRequest::Restore(_)) => sentences.push((
                    "The deletion is taken back; versions and labels are as they were.".to_owned(),
                    Role::Text,
                )),
                (Some(_), _) => {}
            },
        }
        sentences
            .into_iter()
            .flat_map(|(text, role)| wrapped(&text, columns).into_iter().map(move |line| (line, role)))
            .collect()
    }
}
