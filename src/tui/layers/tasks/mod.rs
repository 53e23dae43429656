//! Dialogs for what is done seldom and takes its time: deleting for good, another password, a check, a copy, import,
//! export. All work the same way: what it does, fields, and below them what comes of it; Ctrl-s does it.

mod copies;
mod entry;
mod import;
mod locks;
mod removal;
mod report;
mod settings;
mod view;

use ratatui::layout::Position;

use self::entry::{Content, Entry, Field};
use crate::domain::SecretName;
use crate::tui::action::Action;
use crate::tui::app::{App, Tone};
use crate::tui::ask::{Answer, Answered, Failure, Question, Ticket, Work};
use crate::tui::context::{Context, Contexts};
use crate::tui::jobs::{Job, JobKind, Relocking, Removal, Scope};
use crate::tui::kit::EditBuffer;
use crate::tui::kit::canvas::Canvas;
use crate::tui::layer::{Flow, Layer, News};
use crate::tui::place::Reopen;
use crate::tui::theme::Role;

pub use import::open_import;
pub use report::{ended_while_locked, tell};

/// What a dialog is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Task {
    /// To check the whole vault.
    Verify,
    /// To copy it.
    BackUp,
    /// To change the password, or the vault key.
    Relock(Relocking),
    /// To bring secrets in.
    Import,
    /// To write secrets out.
    Export,
    /// To remove secrets for good.
    Remove(Scope),
    /// To look at what is set.
    Settings,
}

impl Task {
    const fn owns(&self, kind: JobKind) -> bool {
        match self {
            Self::Verify => matches!(kind, JobKind::Verify),
            Self::BackUp => matches!(kind, JobKind::BackUp),
            Self::Relock(Relocking::Password) => matches!(kind, JobKind::ChangePassword),
            Self::Relock(Relocking::VaultKey) => matches!(kind, JobKind::Rekey),
            Self::Import => matches!(kind, JobKind::ReadImport | JobKind::Import),
            Self::Export => matches!(kind, JobKind::Export),
            Self::Remove(_) => matches!(kind, JobKind::PlanRemoval | JobKind::Remove),
            Self::Settings => false,
        }
    }
}

impl Task {
    /// The action that opens it with fields to type into.
    const fn action(&self) -> Option<Action> {
        Some(match self {
            Self::BackUp => Action::BackUp,
            Self::Export => Action::Export,
            Self::Import => Action::Import,
            Self::Relock(Relocking::Password) => Action::ChangePassword,
            Self::Relock(Relocking::VaultKey) => Action::Rekey,
            Self::Verify | Self::Remove(_) | Self::Settings => return None,
        })
    }
}

/// Where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The fields take keys.
    Typing,
    /// The worker does it.
    Running,
    /// It is done, and what came of it is shown.
    Finished,
}

/// A line below the fields; a long text is broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// A word before it, in a column of its own.
    lead: &'static str,
    text: String,
    role: Role,
}

impl Line {
    fn new(role: Role, text: impl Into<String>) -> Self {
        Self { lead: "", text: text.into(), role }
    }
}

/// The dialog of a task.
pub struct TaskForm {
    task: Task,
    stage: Stage,
    entries: Vec<Entry>,
    focus: usize,
    lines: Vec<Line>,
    scroll: usize,
    /// Whether what an import would do is shown: the next Ctrl-s does it.
    is_planned: bool,
    /// What would be removed.
    removals: Vec<Removal>,
    job: Question,
    /// What the worker does for it, or did last.
    kind: Option<JobKind>,
}

impl TaskForm {
    const fn new(task: Task, entries: Vec<Entry>) -> Self {
        Self {
            task,
            stage: Stage::Typing,
            entries,
            focus: 0,
            lines: Vec::new(),
            scroll: 0,
            is_planned: false,
            removals: Vec::new(),
            job: Question::new(),
            kind: None,
        }
    }

    /// What its lines say, for tests: one line of text for each.
    pub fn report(&self) -> Vec<String> {
        self.lines.iter().map(|line| format!("{} {}", line.lead, line.text).trim().to_owned()).collect()
    }

    /// Whether the field with the cursor is a choice.
    pub fn is_choosing(&self) -> bool {
        self.entries.get(self.focus).is_some_and(|entry| entry.buffer().is_none())
    }

    fn entry(&self, key: Field) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    fn text(&self, key: Field) -> &str {
        self.entry(key).and_then(Entry::buffer).map_or("", EditBuffer::text)
    }

    fn chosen(&self, key: Field) -> usize {
        match self.entry(key).map(|entry| &entry.content) {
            Some(entry::Content::Choice { chosen, .. }) => *chosen,
            _ => 0,
        }
    }

    fn go_to(&mut self, key: Field) {
        if let Some(position) = self.entries.iter().position(|entry| entry.key == key) {
            self.focus = position;
        }
    }

    fn say(&mut self, lines: Vec<Line>) {
        self.lines = lines;
        self.scroll = 0;
    }

    /// What a lock keeps of it.
    pub const REOPEN: &str = "task";

    /// The form as it was before a lock.
    pub fn reopen(kept: &Reopen, app: &mut App) -> Option<Self> {
        let mut form = blank(Action::named(kept.get("task")?)?, app)?;
        // A choice may add fields behind it.
        let mut at = 0;
        while let Some(entry) = form.entries.get_mut(at) {
            let Some(text) = kept.get(entry.key.word()) else {
                at += 1;
                continue;
            };
            match &mut entry.content {
                Content::Text(field) => field.set(text),
                Content::Choice { options, chosen } => {
                    *chosen = text.parse().ok().filter(|chosen| *chosen < options.len())?;
                }
                Content::Masked(_) | Content::Judged(..) => {}
            }
            form.on_change();
            at += 1;
        }
        let focus = form.entries.iter().position(|entry| kept.get("focus") == Some(entry.key.word()));
        form.focus = focus.unwrap_or(0);
        Some(form)
    }

    /// What is typed changed: what was said of it holds no more.
    fn on_change(&mut self) {
        if let Some(entry) = self.entries.get_mut(self.focus) {
            entry.on_text();
        }
        self.is_planned = false;
        self.lines.clear();
        self.scroll = 0;
        if matches!(self.task, Task::Relock(_)) {
            locks::fit_entries(self);
        }
        if matches!(self.task, Task::Remove(_)) {
            removal::say_plan(self);
        }
    }

    /// Gives the worker what the dialog is for.
    fn run(&mut self, job: Job, app: &mut App) {
        self.stage = Stage::Running;
        self.say(Vec::new());
        self.kind = Some(job.kind());
        app.begin_job(&mut self.job, job);
    }

    fn submit(&mut self, app: &mut App) {
        if app.is_busy() || app.under_way.is_some() {
            return;
        }
        let wanted = match &self.task {
            Task::Verify => Ok(Job::Verify),
            Task::BackUp => copies::submit_back_up(self),
            Task::Export => copies::submit_export(self),
            Task::Relock(relocking) => locks::submit(self, *relocking, app.vault_file()),
            Task::Import => import::submit(self),
            Task::Remove(scope) => removal::submit(self, scope, app.vault_file()),
            Task::Settings => return,
        };
        match wanted {
            Ok(job) => self.run(job, app),
            Err(Missing(key, sentence)) => {
                self.go_to(key);
                self.lines.retain(|line| line.role != Role::Danger);
                self.lines.insert(0, Line::new(Role::Danger, sentence));
                self.scroll = 0;
            }
        }
    }

    /// The job came to its end: here it is shown, or a toast says all and the dialog closes.
    fn ended(&mut self, result: Result<Answer, Failure>, app: &mut App) -> Flow {
        self.job.forget();
        match result {
            Ok(Answer::Job(done)) => return report::show(self, *done, app),
            Ok(_) => {}
            Err(failure) if failure.was_stopped() => {
                app.say(Tone::Note, report::stopped(self.kind));
                self.stage = Stage::Typing;
                if self.task == Task::Verify {
                    return Flow::Done;
                }
            }
            Err(failure) => {
                self.stage = if self.entries.is_empty() { Stage::Finished } else { Stage::Typing };
                self.say(vec![
                    Line::new(Role::Danger, failure.sentence()),
                    Line::new(Role::Muted, failure.hint()),
                ]);
            }
        }
        Flow::Stay
    }
}

impl Layer for TaskForm {
    fn name(&self) -> &'static str {
        "task"
    }

    fn contexts(&self) -> Contexts {
        match self.stage {
            Stage::Typing if self.is_choosing() => {
                Contexts::choosing(&[Context::FormChoice, Context::FormLine, Context::Room])
            }
            Stage::Typing => Contexts::typing(&[Context::FormLine, Context::Room]),
            Stage::Running => Contexts::commanding(&[Context::Running]),
            Stage::Finished => Contexts::commanding(&[Context::Report, Context::Lists]),
        }
    }

    fn field(&mut self) -> Option<&mut EditBuffer> {
        if self.stage != Stage::Typing {
            return None;
        }
        self.entries.get_mut(self.focus)?.buffer_mut()
    }

    fn changed(&mut self, _app: &mut App) {
        self.on_change();
    }

    fn obstacle(&self, action: Action, app: &App) -> Option<&'static str> {
        if action == Action::StopWork { app.obstacle_to_stopping() } else { None }
    }

    fn act(&mut self, action: Action, app: &mut App) -> Flow {
        let page = usize::from(view::page(app.size));
        let last = self.lines.len().saturating_sub(1);
        match (self.stage, action) {
            (_, Action::PageDown) => self.scroll = (self.scroll + page).min(last),
            (_, Action::PageUp) => self.scroll = self.scroll.saturating_sub(page),
            (Stage::Finished, Action::Down) => self.scroll = (self.scroll + 1).min(last),
            (Stage::Finished, Action::Up) => self.scroll = self.scroll.saturating_sub(1),
            (Stage::Finished, Action::First) => self.scroll = 0,
            (Stage::Finished, Action::Last) => self.scroll = last,
            (Stage::Finished, Action::Enter | Action::Escape | Action::Back) => return Flow::Close,
            (Stage::Running, Action::StopWork) => app.stop_work(),
            (Stage::Running, Action::Escape | Action::Back) => return self.interrupt(app),
            (Stage::Typing, Action::Escape | Action::Back) => return Flow::Close,
            (Stage::Typing, Action::NextField) => self.focus = (self.focus + 1) % self.entries.len().max(1),
            (Stage::Typing, Action::PreviousField) => {
                let count = self.entries.len().max(1);
                self.focus = (self.focus + count - 1) % count;
            }
            (Stage::Typing, Action::NextChoice | Action::PreviousChoice) => {
                let step = if action == Action::NextChoice { 1 } else { -1 };
                if let Some(entry) = self.entries.get_mut(self.focus) {
                    entry.choose(step);
                }
                self.on_change();
            }
            (Stage::Typing, Action::Submit) => self.submit(app),
            _ => {}
        }
        Flow::Stay
    }

    fn awaits(&self, ticket: Ticket) -> bool {
        self.job.awaits(ticket)
    }

    fn answered(&mut self, answered: Answered, app: &mut App) -> Flow {
        self.ended(answered.result, app)
    }

    /// What was read for an import is wiped, unless the worker is at it: then it goes on.
    fn hear(&mut self, news: &News<'_>, app: &mut App) -> Flow {
        if matches!(news, News::Closing) && self.task == Task::Import && self.stage != Stage::Running {
            app.asks.work(Work::ForgetImport);
        }
        Flow::Stay
    }

    /// Work that runs goes on in the background.
    fn interrupt(&mut self, app: &mut App) -> Flow {
        if self.stage != Stage::Running {
            return Flow::Close;
        }
        if let Some(under_way) = &app.under_way {
            let text = format!("{} goes on in the background", under_way.kind.doing());
            app.say(Tone::Note, text);
        }
        Flow::Done
    }

    fn shows_progress(&self) -> bool {
        self.stage == Stage::Running
    }

    /// A word that only confirms is no loss.
    fn is_dirty(&self) -> bool {
        let counts = |entry: &&Entry| entry.key != Field::Confirmation;
        self.stage == Stage::Typing
            && self.entries.iter().filter(counts).filter_map(Entry::buffer).any(|text| !text.is_empty())
    }

    /// A password that was typed is never kept: its field comes back empty.
    fn reopen(&self) -> Option<Reopen> {
        if !self.is_dirty() {
            return None;
        }
        let mut form = Reopen::new(Self::REOPEN, None).with("task", self.task.action()?.name());
        for entry in &self.entries {
            match &entry.content {
                Content::Text(text) if entry.key != Field::Confirmation => {
                    form.set(entry.key.word(), text.text());
                }
                Content::Choice { chosen, .. } => form.set(entry.key.word(), &chosen.to_string()),
                Content::Text(_) | Content::Masked(_) | Content::Judged(..) => {}
            }
        }
        form.set("focus", self.entries.get(self.focus).map_or("", |entry| entry.key.word()));
        Some(form)
    }

    fn draw(&self, canvas: &mut Canvas<'_>) -> Option<Position> {
        self.draw_in(canvas)
    }
}

/// The dialog of an action; `None` where it cannot be opened now, which is said.
pub fn open(action: Action, app: &mut App) -> Option<Box<dyn Layer>> {
    let mut form = match action {
        Action::Verify => TaskForm::new(Task::Verify, Vec::new()),
        Action::Import => return open_import(None, None, app),
        Action::Settings => return Some(Box::new(settings::form(app))),
        Action::Purge | Action::PurgePast | Action::ForceDelete => return removal::open(action, app),
        action => blank(action, app)?,
    };
    let is_new = enter(&mut form, app)?;
    if is_new && form.task == Task::Verify {
        form.run(Job::Verify, app);
    }
    Some(Box::new(form))
}

/// The form of an action, with nothing typed.
fn blank(action: Action, app: &App) -> Option<TaskForm> {
    Some(match action {
        Action::BackUp => copies::back_up(),
        Action::Export => copies::export(),
        Action::ChangePassword => locks::form(Relocking::Password, app),
        Action::Rekey => locks::form(Relocking::VaultKey, app),
        Action::Import => import::form(),
        _ => return None,
    })
}

/// The dialog that deletes a secret without a window.
pub fn force_delete(name: SecretName, app: &mut App) -> Option<Box<dyn Layer>> {
    removal::open_scope(Scope::Force(name), app)
}

/// Whether the worker is free for a dialog. Where its own work is under way already, the dialog shows that.
fn enter(form: &mut TaskForm, app: &mut App) -> Option<bool> {
    match &app.under_way {
        None => Some(true),
        Some(under_way) if form.task.owns(under_way.kind) => {
            form.stage = Stage::Running;
            form.kind = Some(under_way.kind);
            form.job.follow(under_way.ticket);
            Some(false)
        }
        Some(under_way) => {
            let text = format!("{} is under way: wait, or stop it with :stop-work", under_way.words());
            app.say(Tone::Note, text);
            None
        }
    }
}

/// What keeps a dialog from its work: the field, and a sentence.
struct Missing(Field, String);
