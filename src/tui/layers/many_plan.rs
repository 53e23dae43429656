//! The plan of an operation on many secrets: it names every secret, and Enter does it.

use ratatui::layout::{Position, Rect};

use super::plan::CHANGED_MEANWHILE_MANY;
use crate::domain::Timestamp;
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::ask::{Answered, Failure, Pending, Question, Ticket, Work};
use crate::tui::context::{Context, Contexts};
use crate::tui::kit::canvas::{Canvas, Hit};
use crate::tui::kit::line::{cut_to, wrapped};
use crate::tui::kit::panel::centred;
use crate::tui::kit::plan_box::{Choice, draw_choices, draw_refusal, refusal_rows};
use crate::tui::kit::rows::{Rows, row_of};
use crate::tui::kit::scroll::{draw_position, scrolled};
use crate::tui::layer::{Flow, Gift, Layer};
use crate::tui::layout;
use crate::tui::plan_text;
use crate::tui::theme::{Role, Theme};
use crate::tui::when;
use crate::vault::bulk_wording::{self, NOTHING_CHANGED};
use crate::vault::import_wording::Tense;
use crate::vault::{BulkPlan, BulkRequest, VaultError};
use crate::versioning::{BulkOperation, Deletion, Refusal};

/// An operation on many secrets that waits for its Enter.
pub struct ManyPlan {
    request: BulkRequest,
    planned: Pending<Box<BulkPlan>>,
    /// A line for each secret, what is in the way first; made once for each plan.
    lines: Vec<(String, Role)>,
    /// How many secrets would change, and how many are in the way.
    changes: usize,
    obstacles: usize,
    made: Question,
    choice: Choice,
    remark: Option<&'static str>,
    /// The first line that is seen.
    top: usize,
}

/// How wide the dialog is.
const COLUMNS: u16 = 76;

impl ManyPlan {
    /// The plan is asked for.
    pub fn new(request: BulkRequest, app: &mut App) -> Self {
        let mut plan = Self {
            request,
            planned: Pending::default(),
            lines: Vec::new(),
            changes: 0,
            obstacles: 0,
            made: Question::default(),
            choice: Choice::Cancel,
            remark: None,
            top: 0,
        };
        plan.ask(app);
        plan
    }

    fn ask(&mut self, app: &mut App) {
        self.planned.ask(&mut app.asks, Work::PlanBulk(Box::new(self.request.clone())));
    }

    /// Whether it asks, with Cancel first: a deletion does.
    const fn asks(&self) -> bool {
        matches!(self.request.operation, BulkOperation::Delete(_))
    }

    /// Makes the window of a deletion longer or shorter, within what may be; the plan is made again.
    fn lengthen(&mut self, days: i32, app: &mut App) {
        if let BulkOperation::Delete(deletion) = &mut self.request.operation
            && let Some(wanted) = deletion.longer_by(days)
        {
            *deletion = wanted;
            self.ask(app);
        }
    }

    /// The plan, where it can be done and changes something.
    fn doable(&self) -> Option<&BulkPlan> {
        self.planned.good().filter(|_| self.changes > 0 && self.obstacles == 0).map(|plan| &**plan)
    }

    fn know_lines(&mut self) {
        let Some(plan) = self.planned.good() else {
            (self.changes, self.obstacles) = (0, 0);
            return self.lines.clear();
        };
        self.changes = plan.changes();
        self.obstacles = plan.steps.iter().filter(|step| step.plan.is_err()).count();
        let refused = plan.steps.iter().filter_map(|step| step.plan.as_ref().err());
        let refused = refused.map(|refusal| (refusal.to_string(), Role::Danger));
        let steps = plan.steps.iter().filter_map(|step| Some((&step.name, step.plan.as_ref().ok()?)));
        let steps = steps.map(|(name, plan)| {
            let role = if plan.change().is_some() { Role::Text } else { Role::Muted };
            (bulk_wording::step(&self.request.operation, name, plan), role)
        });
        self.lines = refused.chain(steps).collect();
        self.top = 0;
    }

    /// What all of it does, and what holds for all.
    fn sentences(&self, now: Timestamp, theme: &Theme, columns: u16) -> Vec<(String, Role)> {
        let mut sentences: Vec<(String, Role)> = Vec::new();
        sentences.extend(self.remark.map(|remark| (remark.to_owned(), Role::Warning)));
        match self.planned.known() {
            None => sentences.push((format!("planning{}", theme.glyphs.ellipsis), Role::Muted)),
            Some(Err(_)) => {}
            Some(Ok(_)) => {
                let BulkRequest { targets, operation, .. } = &self.request;
                sentences.push(match (self.obstacles, self.changes) {
                    (0, 0) => (first_upper(NOTHING_CHANGED), Role::Muted),
                    (0, changes) => {
                        let would = bulk_wording::summary(operation, targets, changes, Tense::Would);
                        (format!("This will {would}."), Role::Text)
                    }
                    (obstacles, _) => {
                        (format!("Can't be done for {obstacles} of {}:", self.lines.len()), Role::Danger)
                    }
                });
                if let (BulkOperation::Delete(Deletion::Window(days)), 0) = (operation, self.obstacles) {
                    let until = now.plus_days(*days);
                    let (date, days) = (plan_text::date(until), when::in_days(i64::from(*days)));
                    let (they, their) = if self.changes == 1 { ("it", "its") } else { ("they", "their") };
                    let text = format!(
                        "Until {date} ({days}) {they} can be restored, and {their} values can't be read or changed."
                    );
                    sentences.push((text, Role::Text));
                }
            }
        }
        sentences
            .into_iter()
            .flat_map(|(text, role)| wrapped(&text, columns).into_iter().map(move |line| (line, role)))
            .collect()
    }

    /// The box, and the rows of it that name secrets.
    fn areas(&self, app: &App) -> (Rect, Rect) {
        let body = layout::areas(app.size).body;
        let columns = COLUMNS.min(body.width);
        let inner = columns.saturating_sub(6);
        let sentences = self.sentences(app.wall, &app.theme, inner).len();
        let refused = self.refused().map_or(0, |failure| refusal_rows(failure, inner));
        let choices = if self.asks() { 2 } else { 0 };
        let around = sentences + refused + choices + 5;
        let wanted = u16::try_from(around + self.lines.len()).unwrap_or(u16::MAX);
        let area = centred(body, columns, wanted);
        let inside = Rect {
            x: area.x + 1,
            y: area.y + 1,
            width: area.width.saturating_sub(2),
            height: area.height.saturating_sub(2),
        };
        let mut rows = Rows::of(inside);
        rows.take(u16::try_from(2 + sentences).unwrap_or(u16::MAX));
        let left = rows.rest();
        let list = Rect { height: left.height.saturating_sub(1 + choices as u16), ..left };
        (area, list)
    }

    fn refused(&self) -> Option<&Failure> {
        self.planned.known().and_then(|known| known.as_ref().err())
    }

    fn scroll(&mut self, action: Action, app: &App) {
        let page = usize::from(self.areas(app).1.height).max(1);
        let last = self.lines.len().saturating_sub(page);
        self.top = scrolled(self.top, last, page, action);
    }
}

impl Layer for ManyPlan {
    fn name(&self) -> &'static str {
        "many plan"
    }

    fn contexts(&self) -> Contexts {
        if self.asks() {
            Contexts::commanding(&[Context::ManyDeletion, Context::Question, Context::Lists])
        } else {
            Contexts::commanding(&[Context::Plan, Context::Lists])
        }
    }

    fn obstacle(&self, action: Action, _app: &App) -> Option<&'static str> {
        (action == Action::Enter && self.doable().is_none()).then_some("not now")
    }

    fn act(&mut self, action: Action, app: &mut App) -> Flow {
        match action {
            Action::Escape | Action::Back => return Flow::Close,
            Action::Down | Action::Up | Action::PageDown | Action::PageUp | Action::First | Action::Last => {
                self.scroll(action, app)
            }
            Action::LongerWindow => self.lengthen(1, app),
            Action::ShorterWindow => self.lengthen(-1, app),
            Action::PreviousChoice | Action::NextChoice => self.choice = self.choice.other(),
            Action::Enter if self.asks() && self.choice == Choice::Cancel => return Flow::Close,
            Action::Enter if !app.is_busy() => {
                if let Some(token) = self.doable().map(|plan| plan.token) {
                    let request = BulkRequest { expected: Some(token), ..self.request.clone() };
                    app.begin_busy(&mut self.made, Work::ChangeMany(Box::new(request)));
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
            self.know_lines();
            return Flow::Stay;
        }
        self.made.forget();
        match answered.result {
            Ok(_) => return Flow::Give(Gift::Changed),
            // Nothing changed: the new plan is shown before Enter works again.
            Err(Failure::Vault(VaultError::Refused(Refusal::VaultChanged))) => {
                self.remark = Some(CHANGED_MEANWHILE_MANY);
                self.planned.forget();
                self.ask(app);
                app.asks.work(Work::Refresh);
            }
            Err(failure) => {
                self.planned.know(Err(failure));
                self.know_lines();
            }
        }
        Flow::Stay
    }

    fn draw(&self, canvas: &mut Canvas<'_>) -> Option<Position> {
        let theme = canvas.theme();
        let (area, list) = self.areas(canvas.app);
        let inside = canvas.dialog(area, title(&self.request.operation), "");
        let columns = area.width.saturating_sub(6);
        let sentences = self.sentences(canvas.app.wall, theme, columns);
        for (row, (text, role)) in (1_u16..).zip(&sentences) {
            canvas.pen(inside, row).skip(2).text(text, theme.style(*role));
        }
        if let Some(failure) = self.refused() {
            draw_refusal(canvas, list, failure);
            return Some(Position::new(inside.x + 2, inside.y + 1));
        }
        let height = usize::from(list.height);
        let end = self.lines.len().min(self.top + height);
        for (row, (text, role)) in (0_u16..).zip(self.lines.get(self.top..end).unwrap_or_default()) {
            let room = usize::from(columns.saturating_sub(2));
            let text = text.replace('→', theme.glyphs.arrow);
            let text = cut_to(&text, room, theme.glyphs.ellipsis);
            canvas.pen(row_of(list, row), 0).skip(4).text(&text, theme.style(*role));
        }
        draw_position(canvas, area, self.top..end, self.lines.len());
        if self.asks() && self.doable().is_some() {
            let row = list.bottom().saturating_sub(inside.y) + 1;
            return draw_choices(canvas, inside, row, ("Cancel", "Schedule"), self.choice);
        }
        Some(Position::new(inside.x + 2, inside.y + 1))
    }
}

/// How a dialog about an operation is called.
pub const fn title(operation: &BulkOperation) -> &'static str {
    match operation {
        BulkOperation::Move(_) => "Move",
        BulkOperation::RenameFolder(_) => "Rename folder",
        BulkOperation::Delete(_) => "Schedule the deletion",
        BulkOperation::Restore => "Restore",
        BulkOperation::Update(_) => "Tags",
        BulkOperation::Label(_) => "Stage label",
    }
}

/// Sentences of the app begin with a capital.
pub fn first_upper(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
