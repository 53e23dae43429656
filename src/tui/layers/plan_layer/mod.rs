//! What is planned first, then made: the dialog of every plan.
//!
//! A [`Planning`] says what to ask of the worker, and what the answer means in words. [`PlanLayer`] does the rest, the
//! same for each: it asks for the plan, shows its lines, scrolls or selects them, has it made by Enter, shows the
//! progress of a job, and plans again where the vault changed meanwhile. Esc leaves everything as it is.
//!
//! To add one: a type that implements `Planning`, `PlanLayer::new(planning, app)` in `open` (or
//! [`PlanLayer::of`] where a form had the plan made already), and a context if it has keys of its own.

mod view;

use ratatui::layout::Position;

use crate::tui::action::Action;
use crate::tui::app::{App, Tone};
use crate::tui::ask::{Answer, Answered, Failure, Pending, Question, Ticket, Work};
use crate::tui::context::{Context, Contexts};
use crate::tui::glyphs::Glyphs;
use crate::tui::jobs::{Job, JobKind};
use crate::tui::kit::canvas::{Canvas, Hit};
use crate::tui::kit::plan_list::{PlanList, Selecting};
use crate::tui::kit::two_answers::{Choice, Reply, TwoAnswers};
use crate::tui::layer::{Flow, Gift, Layer, News};
use crate::tui::plan_text::PlanLine;
use crate::tui::theme::Role;

/// What can be planned and then made.
pub trait Planning: 'static {
    /// What the worker says it would do.
    type Plan: 'static;

    /// What the layer is called, for tests.
    const NAME: &'static str;

    /// Whether a line is selected, which keys are about.
    const SELECTING: Selecting = Selecting::No;

    fn title(&self, glyphs: &Glyphs) -> String;

    /// Which keys it understands: those for yes and no, those of lists where it may be long, and its own.
    fn contexts(&self) -> &'static [Context];

    /// What has the plan made.
    fn look(&self) -> Step;

    /// The plan in the answer to that; `None` where the answer is about something else.
    fn plan_of(&mut self, answer: Answer) -> Option<Self::Plan>;

    /// What makes what is planned; `None` where there is nothing to do, or something is in the way.
    fn make(&self, plan: &Self::Plan) -> Option<Step>;

    /// The plan in words.
    fn tell(&self, plan: &Self::Plan, app: &App) -> Told;

    /// The line that is selected at first.
    fn first_line(&self, _plan: &Self::Plan) -> usize {
        0
    }

    /// The two answers to the question that it ends with, the harmless one first; without them Enter makes it.
    fn answers(&self) -> Option<(&'static str, &'static str)> {
        None
    }

    /// Does what a key of its own means, about the selected line where lines are selected.
    fn act(&mut self, _action: Action, _plan: Option<&Self::Plan>, _line: usize, _app: &mut App) -> Did {
        Did::Nothing
    }

    /// Why a key of its own can do nothing now.
    fn obstacle(&self, _action: Action, _plan: Option<&Self::Plan>, _line: usize) -> Option<&'static str> {
        None
    }

    /// What is said where it was not made because the vault is no more as it was when it was planned; then it is
    /// planned again. `None`: the failure is another.
    fn outdated(&self, failure: &Failure) -> Option<&'static str>;

    /// It was made. The toast is said by whoever learns of the answer.
    fn made(&mut self, _answer: Answer, _app: &mut App) -> Flow {
        Flow::Give(Gift::Changed)
    }

    /// The dialog closes; what was kept for the plan alone can go.
    fn close(&mut self, _app: &mut App) {}
}

/// What the worker is given.
pub enum Step {
    /// Something short.
    Work(Work),
    /// Something whose progress is shown, and which can be left in the background.
    Job(Job),
}

/// A plan in words.
#[derive(Debug, Default)]
pub struct Told {
    /// What all of it does, and what holds for all of it.
    pub sentences: Vec<(String, Role)>,
    /// What it does, one thing a line.
    pub lines: Vec<PlanLine>,
}

/// What a key changed.
pub enum Did {
    Nothing,
    /// What is said of the plan.
    Words,
    /// What is to be planned.
    Plan,
    /// Something about the stack of layers.
    Flow(Flow),
}

/// The dialog of a plan.
pub struct PlanLayer<P: Planning> {
    planning: P,
    planned: Pending<P::Plan>,
    made: Question,
    /// The job that it waits for.
    job: Option<JobKind>,
    answers: TwoAnswers,
    remark: Option<&'static str>,
    sentences: Vec<(String, Role)>,
    list: PlanList,
    /// The signs that the words were made with.
    glyphs: Glyphs,
}

impl<P: Planning> PlanLayer<P> {
    /// The plan is asked for.
    pub fn new(planning: P, app: &mut App) -> Self {
        let mut layer = Self::empty(planning, app);
        layer.look(app);
        layer
    }

    /// A plan that is there already.
    pub fn of(planning: P, plan: P::Plan, app: &App) -> Self {
        let mut layer = Self::empty(planning, app);
        layer.show(plan, app);
        layer
    }

    fn empty(planning: P, app: &App) -> Self {
        Self {
            planning,
            planned: Pending::default(),
            made: Question::default(),
            job: None,
            answers: TwoAnswers::default(),
            remark: None,
            sentences: Vec::new(),
            list: PlanList::new(P::SELECTING),
            glyphs: app.theme.glyphs,
        }
    }

    /// What it is about, for tests.
    pub const fn planning(&self) -> &P {
        &self.planning
    }

    /// Asks for the plan; an older one stays meanwhile.
    fn look(&mut self, app: &mut App) {
        match self.planning.look() {
            Step::Work(work) => self.planned.ask(&mut app.asks, work),
            Step::Job(job) if app.takes_job() => {
                self.job = Some(job.kind());
                app.begin_job(self.planned.question(), job);
            }
            Step::Job(_) => {}
        }
    }

    /// A plan came.
    fn show(&mut self, plan: P::Plan, app: &App) {
        let first = self.planning.first_line(&plan);
        self.know(Ok(plan), app);
        self.list.rewind();
        self.list.select(first);
    }

    fn know(&mut self, result: Result<P::Plan, Failure>, app: &App) {
        self.planned.know(result);
        self.tell(app);
    }

    /// Puts into words what is known.
    fn tell(&mut self, app: &App) {
        self.glyphs = app.theme.glyphs;
        let told = self.planned.good().map_or_else(Told::default, |plan| self.planning.tell(plan, app));
        self.sentences = told.sentences;
        self.list.set(told.lines);
    }

    /// Whether it can be made as it is planned.
    fn is_doable(&self) -> bool {
        self.planned.good().is_some_and(|plan| self.planning.make(plan).is_some())
    }

    fn make(&mut self, app: &mut App) {
        match self.planned.good().and_then(|plan| self.planning.make(plan)) {
            Some(Step::Work(work)) => app.begin_busy(&mut self.made, work),
            Some(Step::Job(job)) if app.takes_job() => {
                self.job = Some(job.kind());
                app.begin_job(&mut self.made, job);
            }
            _ => {}
        }
    }

    /// What a key means for the question that the plan ends with; without one Enter says yes.
    fn reply(&mut self, action: Action) -> Reply {
        match action {
            action if self.planning.answers().is_some() => self.answers.act(action),
            Action::Enter => Reply::Is(Choice::Do),
            _ => Reply::Nothing,
        }
    }

    fn act_on(&mut self, action: Action, app: &mut App) -> Flow {
        match self.planning.act(action, self.planned.good(), self.list.selected(), app) {
            Did::Nothing => self.list.act(action),
            Did::Words => self.tell(app),
            Did::Plan => self.look(app),
            Did::Flow(flow) => return flow,
        }
        Flow::Stay
    }

    /// The job was stopped: what is planned stays, where that is known.
    fn stopped(&mut self, job: Option<JobKind>, app: &mut App) -> Flow {
        if let Some(job) = job {
            app.say(Tone::Note, job.stopped());
        }
        self.planned.question().forget();
        if self.planned.known().is_some() { Flow::Stay } else { Flow::Done }
    }

    fn failed(&mut self, failure: Failure, app: &mut App) {
        if let Some(remark) = self.planning.outdated(&failure) {
            // Nothing was done: the new plan is shown before Enter works again.
            self.remark = Some(remark);
            self.planned.forget();
            self.tell(app);
            self.look(app);
            app.asks.work(Work::Refresh);
        } else {
            self.know(Err(failure), app);
        }
    }
}

impl<P: Planning> Layer for PlanLayer<P> {
    fn name(&self) -> &'static str {
        P::NAME
    }

    fn contexts(&self) -> Contexts {
        if self.job.is_some() {
            Contexts::commanding(&[Context::Running])
        } else {
            Contexts::commanding(self.planning.contexts())
        }
    }

    fn obstacle(&self, action: Action, app: &App) -> Option<&'static str> {
        match action {
            Action::Enter if !self.is_doable() => Some("not now"),
            Action::StopWork => app.obstacle_to_stopping(),
            action => self.planning.obstacle(action, self.planned.good(), self.list.selected()),
        }
    }

    fn act(&mut self, action: Action, app: &mut App) -> Flow {
        match action {
            Action::Escape | Action::Back => return self.interrupt(app),
            Action::StopWork if self.job.is_some() => app.stop_work(),
            _ if self.job.is_some() => {}
            action => match self.reply(action) {
                Reply::Is(Choice::Cancel) => return Flow::Close,
                Reply::Is(Choice::Do) if !app.is_busy() => self.make(app),
                Reply::Is(Choice::Do) | Reply::Moved => {}
                Reply::Nothing => return self.act_on(action, app),
            },
        }
        Flow::Stay
    }

    /// A click chooses an answer, or selects a line.
    fn hit(&mut self, hit: Hit, _app: &mut App) {
        if let Hit::Line(line) = hit {
            self.list.select(line);
        }
        self.answers.hit(hit);
    }

    fn awaits(&self, ticket: Ticket) -> bool {
        self.planned.awaits(ticket) || self.made.awaits(ticket)
    }

    fn answered(&mut self, answered: Answered, app: &mut App) -> Flow {
        let is_plan = self.planned.awaits(answered.ticket);
        let job = self.job.take();
        if !is_plan {
            self.made.forget();
        }
        match answered.result {
            Ok(answer) if is_plan => {
                if let Some(plan) = self.planning.plan_of(answer) {
                    self.show(plan, app);
                }
            }
            Ok(answer) => return self.planning.made(answer, app),
            Err(failure) if failure.was_stopped() => return self.stopped(job, app),
            Err(failure) if is_plan => self.know(Err(failure), app),
            Err(failure) => self.failed(failure, app),
        }
        Flow::Stay
    }

    fn hear(&mut self, news: &News<'_>, app: &mut App) -> Flow {
        match news {
            News::Settle => {
                if self.glyphs != app.theme.glyphs {
                    self.tell(app);
                }
                self.fit(app);
            }
            News::Closing if self.job.is_none() => self.planning.close(app),
            _ => {}
        }
        Flow::Stay
    }

    fn shows_progress(&self) -> bool {
        self.job.is_some()
    }

    /// Work that runs continues in the background.
    fn interrupt(&mut self, app: &mut App) -> Flow {
        if self.job.is_none() {
            return Flow::Close;
        }
        app.say_in_background();
        Flow::Done
    }

    fn draw(&self, canvas: &mut Canvas<'_>) -> Option<Position> {
        self.draw_in(canvas)
    }
}
