//! The plan of a change: what it will do; Enter there does it.

use ratatui::layout::Position;

use super::tasks;
use crate::domain::Timestamp;
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::ask::Failure;
use crate::tui::ask::{Answered, Pending, Question, Ticket, Work};
use crate::tui::change_request::ChangeRequest;
use crate::tui::context::{Context, Contexts};
use crate::tui::kit::canvas::{Canvas, Hit};
use crate::tui::kit::line::wrapped;
use crate::tui::kit::panel::centred;
use crate::tui::kit::plan_box::{Choice, draw_choices, draw_lines, draw_refusal, refusal_rows};
use crate::tui::kit::rows::below;
use crate::tui::layer::{Flow, Gift, Layer};
use crate::tui::plan_text::{self, PlanLine};
use crate::tui::theme::{Role, Theme};
use crate::tui::when;
use crate::vault::wording;
use crate::vault::{DeleteRequest, Planned, VaultError};
use crate::versioning::{Change, Refusal};

/// What is said where another process was faster.
pub const CHANGED_MEANWHILE: &str = "This secret changed in another program; the plan below is updated.";

/// The same of many secrets.
pub const CHANGED_MEANWHILE_MANY: &str =
    "These secrets changed in another program; the plan below is updated.";

/// A change that waits for its Enter.
pub struct Plan {
    title: String,
    request: ChangeRequest,
    planned: Pending<Box<Planned>>,
    made: Question,
    choice: Choice,
    remark: Option<&'static str>,
}

impl Plan {
    /// The plan of a change is asked for.
    pub fn new(title: String, request: ChangeRequest, app: &mut App) -> Self {
        let mut plan = Self {
            title,
            request,
            planned: Pending::default(),
            made: Question::default(),
            choice: Choice::Cancel,
            remark: None,
        };
        plan.ask(app);
        plan
    }

    /// Asks for the plan; an older one stays meanwhile.
    fn ask(&mut self, app: &mut App) {
        self.planned.ask(&mut app.asks, Work::PlanChange { request: self.request.clone() });
    }

    /// Whether it asks, with Cancel first: a deletion does.
    const fn asks(&self) -> bool {
        matches!(self.request, ChangeRequest::Delete(_))
    }

    /// Makes the window of a deletion longer or shorter, within what may be; the plan is made again.
    fn lengthen(&mut self, days: i32, app: &mut App) {
        if let ChangeRequest::Delete(DeleteRequest { deletion, .. }) = &mut self.request
            && let Some(wanted) = deletion.longer_by(days)
        {
            *deletion = wanted;
            self.ask(app);
        }
    }

    fn lines(&self, theme: &Theme) -> Vec<PlanLine> {
        self.change().map_or_else(Vec::new, |change| plan_text::lines(change, &theme.glyphs))
    }

    fn change(&self) -> Option<&Change> {
        self.planned.good()?.plan.change()
    }

    /// What the lines of labels do not say.
    fn sentences(&self, now: Timestamp, theme: &Theme, columns: u16) -> Vec<(String, Role)> {
        let mut sentences = Vec::new();
        if let Some(remark) = self.remark {
            sentences.push((remark.to_owned(), Role::Warning));
        }
        match (self.planned.known(), &self.request) {
            (None, _) => sentences.push((format!("planning{}", theme.glyphs.ellipsis), Role::Muted)),
            (Some(Err(_)), _) => {}
            (Some(Ok(_)), request) => match (self.change(), request) {
                (None, _) => sentences.push((wording::NOTHING_TO_CHANGE.to_owned(), Role::Muted)),
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
                        sentences
                            .push(("Until then its values can't be read or changed.".to_owned(), Role::Text));
                    }
                }
                (Some(_), ChangeRequest::Restore(_)) => sentences.push((
                    "The deletion is cancelled; versions and labels stay as they are.".to_owned(),
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

impl Layer for Plan {
    fn name(&self) -> &'static str {
        "plan"
    }

    fn contexts(&self) -> Contexts {
        if self.asks() {
            Contexts::commanding(&[Context::Deletion, Context::Question])
        } else {
            Contexts::commanding(&[Context::Plan])
        }
    }

    fn obstacle(&self, action: Action, _app: &App) -> Option<&'static str> {
        (action == Action::Enter && self.planned.good().is_none()).then_some("not now")
    }

    fn act(&mut self, action: Action, app: &mut App) -> Flow {
        match action {
            Action::Escape | Action::Back => return Flow::Close,
            Action::LongerWindow => self.lengthen(1, app),
            Action::ShorterWindow => self.lengthen(-1, app),
            Action::ForceDelete if self.asks() => {
                return match tasks::force_delete(self.request.name().clone(), app) {
                    Some(layer) => Flow::Replace(layer),
                    None => Flow::Close,
                };
            }
            Action::PreviousChoice | Action::NextChoice => self.choice = self.choice.other(),
            Action::Enter if self.asks() && self.choice == Choice::Cancel => return Flow::Close,
            Action::Enter if !app.is_busy() => {
                if let Some(planned) = self.planned.good() {
                    let request = self.request.clone().expecting(planned.token);
                    app.begin_busy(&mut self.made, Work::Change(request));
                }
            }
            _ => {}
        }
        Flow::Stay
    }

    /// A click chooses an answer.
    fn hit(&mut self, hit: Hit, _app: &mut App) {
        self.choice = Choice::of(hit).unwrap_or(self.choice);
    }

    fn awaits(&self, ticket: Ticket) -> bool {
        self.planned.awaits(ticket) || self.made.awaits(ticket)
    }

    fn answered(&mut self, answered: Answered, app: &mut App) -> Flow {
        if self.planned.awaits(answered.ticket) {
            self.planned.settle(answered.result);
            return Flow::Stay;
        }
        self.made.forget();
        match answered.result {
            Ok(_) => return Flow::Give(Gift::Changed),
            // Nothing moved: the new plan is shown before Enter works again.
            Err(Failure::Vault(VaultError::Refused(Refusal::Changed { .. }))) => {
                self.remark = Some(CHANGED_MEANWHILE);
                self.planned.forget();
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
        let columns = body.width.min(72);
        let inner = columns.saturating_sub(6);
        let sentences = self.sentences(canvas.app.wall, theme, inner);
        let lines = self.lines(theme);
        let refused = match self.planned.known() {
            Some(Err(failure)) => Some(failure),
            _ => None,
        };
        let refused_rows = refused.map_or(0, |failure| refusal_rows(failure, inner));
        let wanted = 1 + sentences.len() + lines.len() + refused_rows + 1;
        let choice_rows = if self.asks() { 2 } else { 0 };
        let rows = u16::try_from(wanted + choice_rows + 2).unwrap_or(u16::MAX);
        let area = centred(body, columns, rows);
        let title = format!("{} {} {}", self.title, theme.glyphs.dot, self.request.name());
        let inside = canvas.dialog(area, &title, "");
        let mut row = 1;
        for (text, role) in &sentences {
            canvas.pen(inside, row).skip(2).text(text, theme.style(*role));
            row += 1;
        }
        row += draw_lines(canvas, below(inside, row), &lines, None);
        if let Some(failure) = refused {
            draw_refusal(canvas, below(inside, row), failure);
        } else if self.planned.good().is_some() && self.asks() {
            return draw_choices(canvas, inside, row + 1, ("Cancel", "Schedule"), self.choice);
        }
        Some(Position::new(inside.x + 2, inside.y + 1))
    }
}
