//! The labels of a secret: each with the version it marks, and what moving one here would do.

mod view;

use ratatui::layout::Position;

use super::plan::{OneChange, Plan};
use crate::domain::{Invalid, StageLabel, VersionId};
use crate::tui::action::Action;
use crate::tui::app::{App, Tone};
use crate::tui::ask::{Answered, Failure, Pending, Question, Ticket, Work};
use crate::tui::change_request::ChangeRequest;
use crate::tui::context::{Context, Contexts};
use crate::tui::kit::canvas::Canvas;
use crate::tui::kit::form::{Did, Field, Form, Id};
use crate::tui::layer::{Flow, Gift, Layer, News};
use crate::tui::place::Reopen;
use crate::vault::{Planned, SecretDetails, StageRequest, VaultError};
use crate::versioning::{Refusal, StageMove};

const NAME: Id = Id("name");

const CHOOSE_FIRST: &str = "choose a label first";

/// What is known about moving the chosen label here.
pub enum LabelPlan {
    /// No label is chosen or typed.
    None,
    /// What is typed is not a label.
    Invalid(Invalid),
    /// What the worker says.
    Asked(Pending<Box<Planned>>),
}

/// The labels of a secret, for one of its versions.
pub struct Labels {
    details: SecretDetails,
    version: VersionId,
    /// The selected row. At first none is: a second Enter must not make another version current.
    cursor: Option<usize>,
    /// The field for a new label; empty while it is closed.
    form: Form,
    plan: LabelPlan,
    moved: Question,
}

impl Labels {
    /// What a lock keeps of it.
    pub const REOPEN: &str = "label";

    /// For a version of a secret.
    pub fn new(details: SecretDetails, version: VersionId, app: &mut App) -> Self {
        let mut labels = Self {
            details,
            version,
            cursor: None,
            form: Form::new(Vec::new()),
            plan: LabelPlan::None,
            moved: Question::default(),
        };
        labels.ask(app);
        labels
    }

    /// As it was before a lock, over the secret as it is now.
    pub fn reopen(form: &Reopen, details: SecretDetails, app: &mut App) -> Option<Self> {
        let version = VersionId::new(form.get("version")?).ok()?;
        let mut labels = Self::new(details, version, app);
        labels.form = name_form();
        labels.form.take_back(form, |_| {});
        labels.ask(app);
        Some(labels)
    }

    /// The labels with the version each marks.
    pub fn labels(&self) -> impl Iterator<Item = (&StageLabel, &VersionId)> {
        self.details.secret.labels.iter().map(|(label, version)| (label, &version.id))
    }

    pub const fn is_naming(&self) -> bool {
        !self.form.is_empty()
    }

    fn selected(&self) -> Option<(StageLabel, VersionId)> {
        self.labels().nth(self.cursor?).map(|(label, version)| (label.clone(), version.clone()))
    }

    /// The label that Enter would move here.
    fn chosen(&self) -> Result<Option<StageLabel>, Invalid> {
        match self.form.text(NAME) {
            _ if !self.is_naming() => Ok(self.selected().map(|(label, _)| label)),
            "" => Ok(None),
            name => StageLabel::new(name).map(Some),
        }
    }

    /// Asks what moving the chosen label here would do.
    fn ask(&mut self, app: &mut App) {
        self.plan = match self.chosen() {
            Err(invalid) => LabelPlan::Invalid(invalid),
            Ok(None) => LabelPlan::None,
            Ok(Some(label)) => {
                let mut asked = match std::mem::replace(&mut self.plan, LabelPlan::None) {
                    LabelPlan::Asked(asked) => asked,
                    LabelPlan::None | LabelPlan::Invalid(_) => Pending::default(),
                };
                match StageMove::new(label, Some(self.version.clone()), None) {
                    Err(refusal) => asked.know(Err(Failure::Vault(refusal.into()))),
                    Ok(stage) => {
                        let request = ChangeRequest::Stage(self.request(stage));
                        asked.ask_anew(&mut app.asks, Work::PlanChange { request });
                    }
                }
                LabelPlan::Asked(asked)
            }
        };
    }

    fn request(&self, stage: StageMove) -> StageRequest {
        StageRequest { name: self.details.secret.name.clone(), stage, expected: None }
    }

    /// Does what the plan below the list shows; without a plan, nothing.
    fn move_here(&mut self, app: &mut App) {
        if app.is_busy() {
            return;
        }
        if !self.is_naming() && self.cursor.is_none() {
            return app.say(Tone::Note, CHOOSE_FIRST);
        }
        let (Ok(Some(label)), LabelPlan::Asked(asked)) = (self.chosen(), &self.plan) else {
            return;
        };
        let Some(Ok(planned)) = asked.newest() else {
            return;
        };
        if planned.plan.change().is_none() {
            return app.say(Tone::Note, format!("{label} is already on {}", self.version));
        }
        let token = planned.token;
        if let Ok(stage) = StageMove::new(label, Some(self.version.clone()), None) {
            let request = ChangeRequest::Stage(self.request(stage)).expecting(token);
            app.begin_busy(&mut self.moved, Work::Change(request));
        }
    }

    /// Removing opens its plan: it is not the row's own action.
    fn remove(&self, app: &mut App) -> Flow {
        let Some((label, version)) = self.selected() else {
            app.say(Tone::Note, CHOOSE_FIRST);
            return Flow::Stay;
        };
        match StageMove::new(label.clone(), None, Some(version)) {
            Ok(stage) => {
                let request = ChangeRequest::Stage(self.request(stage));
                return Flow::Open(Box::new(Plan::new(
                    OneChange { title: format!("Remove {label}"), request },
                    app,
                )));
            }
            Err(Refusal::BuiltInStays { label }) => {
                app.say(Tone::Note, format!("{label} can be moved, but not removed"));
            }
            Err(refusal) => app.say_failed(&Failure::Vault(refusal.into())),
        }
        Flow::Stay
    }
}

fn name_form() -> Form {
    Form::new(vec![Field::text(NAME, "New label", "")])
}

impl Layer for Labels {
    fn name(&self) -> &'static str {
        "labels"
    }

    fn contexts(&self) -> Contexts {
        if self.is_naming() {
            self.form.contexts_of_prompt(&[Context::LabelName])
        } else {
            Contexts::commanding(&[Context::Labels, Context::Lists])
        }
    }

    fn form(&self) -> Option<&Form> {
        Some(&self.form)
    }

    fn form_mut(&mut self) -> Option<&mut Form> {
        Some(&mut self.form)
    }

    fn changed(&mut self, app: &mut App) {
        self.ask(app);
    }

    fn act(&mut self, action: Action, app: &mut App) -> Flow {
        let last = self.labels().count().saturating_sub(1);
        match action {
            Action::Down => self.cursor = Some(self.cursor.map_or(0, |row| (row + 1).min(last))),
            Action::Up => self.cursor = Some(self.cursor.map_or(0, |row| row.saturating_sub(1))),
            Action::First | Action::PageUp => self.cursor = Some(0),
            Action::Last | Action::PageDown => self.cursor = Some(last),
            Action::NewLabel => self.form = name_form(),
            Action::Enter => {
                self.move_here(app);
                return Flow::Stay;
            }
            Action::RemoveLabel => return self.remove(app),
            Action::Escape | Action::Back if self.is_naming() && !self.is_dirty() => self.form.clear(),
            Action::Escape | Action::Back => return Flow::Close,
            _ if self.form.act(action, &mut app.asks) == Did::Changed => {}
            _ => return Flow::Stay,
        }
        self.ask(app);
        Flow::Stay
    }

    /// Selects the label under the pointer, unless a new one is being typed.
    fn click(&mut self, at: Position, app: &mut App) {
        if !self.is_naming()
            && let Some(row) = view::label_at(self, app.size, at)
        {
            self.cursor = Some(row);
            self.ask(app);
        }
    }

    fn awaits(&self, ticket: Ticket) -> bool {
        let is_plan = matches!(&self.plan, LabelPlan::Asked(asked) if asked.awaits(ticket));
        is_plan || self.moved.awaits(ticket)
    }

    fn answered(&mut self, answered: Answered, app: &mut App) -> Flow {
        if !self.moved.awaits(answered.ticket) {
            if let LabelPlan::Asked(asked) = &mut self.plan {
                asked.settle(answered.result);
            }
            return Flow::Stay;
        }
        self.moved.forget();
        match answered.result {
            Ok(_) => return Flow::Done,
            Err(Failure::Vault(VaultError::Refused(Refusal::Changed { .. }))) => {
                self.ask(app);
                app.asks.work(Work::Refresh);
            }
            Err(failure) => app.say_failed(&failure),
        }
        Flow::Stay
    }

    fn hear(&mut self, news: &News<'_>, _app: &mut App) -> Flow {
        match news {
            News::Given(Gift::Changed) => Flow::Done,
            _ => Flow::Stay,
        }
    }

    fn reopen(&self) -> Option<Reopen> {
        let form = Reopen::new(Self::REOPEN, Some(self.details.secret.name.clone()));
        self.form.keep(form.with("version", self.version.as_str()))
    }

    fn draw(&self, canvas: &mut Canvas<'_>) -> Option<Position> {
        view::draw(self, canvas)
    }
}
