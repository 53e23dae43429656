//! Undo and redo: what would be undone and what comes of it; Enter does it.

use ratatui::layout::Position;

use crate::domain::Timestamp;
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::ask::{Answered, Failure, Pending, Question, Ticket, Work};
use crate::tui::context::{Context, Contexts};
use crate::tui::kit::canvas::Canvas;
use crate::tui::kit::line::wrapped;
use crate::tui::kit::panel::centred;
use crate::tui::kit::plan_box::{draw_lines, draw_refusal, refusal_rows};
use crate::tui::kit::rows::below;
use crate::tui::kit::scroll::{draw_position, scrolled};
use crate::tui::layer::{Flow, Gift, Layer};
use crate::tui::layout;
use crate::tui::plan_text::{self, PlanLine};
use crate::tui::theme::{Role, Theme};
use crate::tui::when;
use crate::vault::wording;
use crate::vault::{TakeBackPlan, VaultError};
use crate::versioning::{Direction, Refusal};

/// How wide the dialog is.
const COLUMNS: u16 = 72;

/// An undo or redo that waits for its Enter.
pub struct TakeBack {
    direction: Direction,
    planned: Pending<Box<TakeBackPlan>>,
    done: Question,
    remark: Option<&'static str>,
    /// The first of the changes of a batch that is seen.
    top: usize,
}

impl TakeBack {
    /// What would be undone or redone is asked for.
    pub fn new(direction: Direction, app: &mut App) -> Self {
        let (planned, done) = (Pending::default(), Question::default());
        let mut layer = Self { direction, planned, done, remark: None, top: 0 };
        layer.ask(app);
        layer
    }

    fn ask(&mut self, app: &mut App) {
        self.planned.ask_anew(&mut app.asks, Work::PlanTakeBack { direction: self.direction });
    }

    const fn title(&self) -> &'static str {
        match self.direction {
            Direction::Undo => "Undo",
            Direction::Redo => "Redo",
        }
    }

    /// Which change is undone or redone, and what the lines of labels do not say.
    fn sentences(&self, now: Timestamp, theme: &Theme, columns: u16) -> Vec<(String, Role)> {
        let mut sentences = Vec::new();
        if let Some(remark) = self.remark {
            sentences.push((remark.to_owned(), Role::Warning));
        }
        match self.planned.known() {
            None => sentences.push((format!("planning{}", theme.glyphs.ellipsis), Role::Muted)),
            Some(Err(_)) => {}
            Some(Ok(planned)) => sentences.extend(told(planned, now)),
        }
        sentences
            .into_iter()
            .flat_map(|(text, role)| wrapped(&text, columns).into_iter().map(move |line| (line, role)))
            .collect()
    }

    /// Each change of a batch, those that do not come back as they were first.
    fn steps(&self) -> Vec<(String, Role)> {
        let steps = self.planned.good().map_or(&[][..], |planned| &planned.steps);
        if steps.len() < 2 {
            return Vec::new();
        }
        // An undo begins with the newest; they are read in the order in which they were made.
        let mut steps: Vec<_> = steps.iter().collect();
        if self.direction == Direction::Undo {
            steps.reverse();
        }
        let mut lines = Vec::new();
        let mut whole = Vec::new();
        for step in steps {
            let line = (wording::taken_back(step), Role::Text);
            let lost = wording::not_restored(&step.entry);
            if lost.is_empty() {
                whole.push(line);
            } else {
                lines.push(line);
                lines.extend(lost.into_iter().map(|text| (format!("  {text}"), Role::Warning)));
            }
        }
        lines.append(&mut whole);
        lines
    }

    /// How many of the changes of a batch are seen at once.
    fn page(&self, app: &App) -> usize {
        let body = layout::areas(app.size).body;
        let inner = body.width.min(COLUMNS).saturating_sub(6);
        let around = self.sentences(app.wall, &app.theme, inner).len() + 5;
        usize::from(body.height).saturating_sub(around).max(1)
    }

    fn lines(&self, theme: &Theme) -> Vec<PlanLine> {
        match self.planned.good() {
            Some(planned) => match planned.steps.as_slice() {
                [step] => {
                    step.change.as_ref().map_or_else(Vec::new, |it| plan_text::lines(it, &theme.glyphs))
                }
                _ => Vec::new(),
            },
            None => Vec::new(),
        }
    }
}

impl Layer for TakeBack {
    fn name(&self) -> &'static str {
        "undo"
    }

    fn contexts(&self) -> Contexts {
        Contexts::commanding(&[Context::Plan, Context::Lists])
    }

    fn obstacle(&self, action: Action, _app: &App) -> Option<&'static str> {
        (action == Action::Enter && self.planned.good().is_none()).then_some("not now")
    }

    fn act(&mut self, action: Action, app: &mut App) -> Flow {
        match action {
            Action::Escape | Action::Back => return Flow::Close,
            Action::Enter if !app.is_busy() => {
                if let Some(planned) = self.planned.good() {
                    let work = Work::TakeBack { direction: self.direction, newest: planned.newest };
                    app.begin_busy(&mut self.done, work);
                }
            }
            _ => {
                let page = self.page(app);
                let last = self.steps().len().saturating_sub(page);
                self.top = scrolled(self.top, last, page, action);
            }
        }
        Flow::Stay
    }

    fn awaits(&self, ticket: Ticket) -> bool {
        self.planned.awaits(ticket) || self.done.awaits(ticket)
    }

    fn answered(&mut self, answered: Answered, app: &mut App) -> Flow {
        if self.planned.awaits(answered.ticket) {
            self.planned.settle(answered.result);
            self.top = 0;
            return Flow::Stay;
        }
        self.done.forget();
        match answered.result {
            Ok(_) => return Flow::Give(Gift::Changed),
            // Nothing was undone, and the new plan is shown first.
            Err(Failure::Vault(VaultError::Refused(Refusal::VaultChanged))) => {
                self.remark = Some("The vault changed in another program; the plan below is updated.");
                self.ask(app);
                app.asks.work(Work::Refresh);
            }
            Err(failure) => self.planned.know(Err(failure)),
        }
        Flow::Stay
    }

    fn draw(&self, canvas: &mut Canvas<'_>) -> Option<Position> {
        let theme = canvas.theme();
        let body = canvas.body();
        let columns = body.width.min(COLUMNS);
        let inner = columns.saturating_sub(6);
        let sentences = self.sentences(canvas.app.wall, theme, inner);
        let lines = self.lines(theme);
        let refused = match self.planned.known() {
            Some(Err(failure)) => Some(failure),
            _ => None,
        };
        let steps = self.steps();
        let end = steps.len().min(self.top + self.page(canvas.app));
        let gap = usize::from(!lines.is_empty() || !steps.is_empty());
        let refused_rows = refused.map_or(0, |failure| refusal_rows(failure, inner));
        let wanted = sentences.len() + gap + lines.len() + steps.len() + refused_rows + 4;
        let area = centred(body, columns, u16::try_from(wanted).unwrap_or(u16::MAX));
        let inside = canvas.dialog(area, self.title(), "");
        let mut row = 1;
        for (text, role) in &sentences {
            canvas.pen(inside, row).skip(2).text(text, theme.style(*role));
            row += 1;
        }
        row += u16::from(gap > 0);
        let left = below(inside, row);
        draw_lines(canvas, left, &lines, None);
        for (row, (text, role)) in (0_u16..).zip(steps.get(self.top..end).unwrap_or_default()) {
            canvas.pen(left, row).skip(4).fitted(
                text,
                inner.saturating_sub(2),
                theme.style(*role),
                &theme.glyphs,
            );
        }
        draw_position(canvas, area, self.top..end, steps.len());
        if let Some(failure) = refused {
            draw_refusal(canvas, left, failure);
        }
        Some(Position::new(inside.x + 2, inside.y + 1))
    }
}

fn told(planned: &TakeBackPlan, now: Timestamp) -> Vec<(String, Role)> {
    let mut sentences = Vec::new();
    if planned.steps.len() > 1 {
        let count = wording::count(planned.steps.len() as u64, "change");
        sentences.push((format!("{count} that were made together:"), Role::Text));
    }
    if let [step] = planned.steps.as_slice() {
        sentences.push((wording::taken_back(step), Role::Text));
    }
    if let Some(step) = planned.steps.first() {
        let entry = &step.entry;
        let age = when::ago(entry.time, now);
        sentences.push((format!("{age}, from the {}", wording::origin(entry.origin)), Role::Muted));
    }
    if let [step] = planned.steps.as_slice() {
        match &step.change {
            Some(change) => {
                let planned = change.planned_deletion.as_ref().and_then(|shift| shift.after);
                match planned {
                    Some(planned) => sentences.push((
                        format!(
                            "will be scheduled for deletion on {}; U restores it",
                            plan_text::date(planned)
                        ),
                        Role::Text,
                    )),
                    None => {
                        sentences.extend(wording::facts(change).into_iter().map(|fact| (fact, Role::Text)))
                    }
                }
            }
            None => sentences.push((wording::NOTHING_TO_CHANGE.to_owned(), Role::Muted)),
        }
    }
    if let [step] = planned.steps.as_slice() {
        sentences.extend(wording::not_restored(&step.entry).into_iter().map(|text| (text, Role::Warning)));
    }
    sentences
}
