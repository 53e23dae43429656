//! Draws the dialog of a plan: what it does, its lines, and two answers where it asks.

use ratatui::layout::{Position, Rect};

use super::{PlanLayer, Planning};
use crate::tui::app::App;
use crate::tui::ask::Failure;
use crate::tui::kit::canvas::Canvas;
use crate::tui::kit::line::wrapped;
use crate::tui::kit::panel::centred;
use crate::tui::kit::plan_box::{draw_refusal, refusal_rows};
use crate::tui::kit::progress::draw_progress;
use crate::tui::kit::rows::{Rows, below};
use crate::tui::layout;
use crate::tui::theme::Role;

/// How wide the dialog is.
const COLUMNS: u16 = 76;

/// Where the parts of the dialog lie.
struct Frame {
    area: Rect,
    /// What is said above the list.
    head: Rect,
    list: Rect,
    /// How many rows below the top of the inside the two answers stand.
    answers: u16,
}

impl<P: Planning> PlanLayer<P> {
    /// Gives the list the room that is left for it.
    pub(super) fn fit(&mut self, app: &App) {
        let columns = COLUMNS.min(layout::areas(app.size).body.width);
        self.list.fit_columns(columns.saturating_sub(2));
        let rows = self.frame(app).list.height;
        self.list.fit_rows(rows);
    }

    fn frame(&self, app: &App) -> Frame {
        let body = layout::areas(app.size).body;
        let columns = COLUMNS.min(body.width);
        let head = self.head(app, columns.saturating_sub(6)).len();
        let refused = self.refused().map_or(0, |failure| refusal_rows(failure, columns.saturating_sub(6)));
        let content = self.list.rows() + refused;
        let gap = usize::from(head > 0 && content > 0);
        let answers = if self.planning.answers().is_some() { 2 } else { 0 };
        // Two borders, and an empty row below each of them.
        let wanted = 2 + 1 + head + gap + content + usize::from(answers) + 1;
        let area = centred(body, columns, u16::try_from(wanted).unwrap_or(u16::MAX));
        let inside = layout::inside(area);
        let mut rows = Rows::of(below(inside, 1));
        let head = rows.take(u16::try_from(head).unwrap_or(u16::MAX));
        rows.take(u16::try_from(gap).unwrap_or(0));
        let left = rows.rest();
        let list = Rect { height: left.height.saturating_sub(1 + answers), ..left };
        Frame { area, head, list, answers: list.bottom().saturating_sub(inside.y) + 1 }
    }

    fn refused(&self) -> Option<&Failure> {
        self.planned.known().and_then(|known| known.as_ref().err())
    }

    /// What stands above the list, broken into rows. The progress of a job has a row of its own.
    fn head(&self, app: &App, columns: u16) -> Vec<(String, Role)> {
        let mut sentences: Vec<(String, Role)> = Vec::new();
        sentences.extend(self.remark.map(|remark| (remark.to_owned(), Role::Warning)));
        sentences.extend(self.sentences.iter().cloned());
        if self.job.is_some() {
            sentences.push((String::new(), Role::Muted));
        } else if self.planned.known().is_none() {
            sentences.push((format!("planning{}", app.theme.glyphs.ellipsis), Role::Muted));
        }
        sentences
            .into_iter()
            .flat_map(|(text, role)| wrapped(&text, columns).into_iter().map(move |line| (line, role)))
            .collect()
    }

    pub(super) fn draw_in(&self, canvas: &mut Canvas<'_>) -> Option<Position> {
        let (app, theme) = (canvas.app, canvas.theme());
        let Frame { area, head, list, answers } = self.frame(app);
        let inside = canvas.dialog(area, &self.planning.title(&theme.glyphs), "");
        let sentences = self.head(app, area.width.saturating_sub(6));
        for (row, (text, role)) in (0_u16..).zip(&sentences) {
            let text = text.replace('→', theme.glyphs.arrow);
            canvas.pen(head, row).skip(2).text(&text, theme.style(*role));
        }
        if let (Some(under_way), true) = (&app.under_way, self.job.is_some()) {
            draw_progress(under_way, below(head, head.height.saturating_sub(1)), canvas);
        }
        let first = Some(Position::new(inside.x + 2, inside.y + 1));
        if let Some(failure) = self.refused() {
            draw_refusal(canvas, list, failure);
            return first;
        }
        let selected = self.list.draw(canvas, list, area);
        match self.planning.answers() {
            Some(texts) if self.is_doable() && self.job.is_none() => {
                self.answers.draw(canvas, inside, answers, texts)
            }
            _ => selected.or(first),
        }
    }
}
