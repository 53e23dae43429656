//! Dialogs for what is done seldom and takes its time: deleting for good, another password, a check, a copy, import,
//! export. All work the same way: what it does, fields, and below them what comes of it; Ctrl-s does it.

mod copies;
#[cfg(feature = "engines")]
mod engine;
#[cfg(not(feature = "engines"))]
#[path = "no_engine.rs"]
mod engine;
mod import;
mod locks;
mod merge;
mod removal;
mod report;
mod settings;
mod task;
mod upgrade;
mod view;

use ratatui::layout::Position;

use self::task::{Line, Missing, Stage, Task, enter};

use crate::domain::SecretName;
use crate::tui::action::Action;
use crate::tui::app::{App, Tone};
use crate::tui::ask::{Answer, Answered, Failure, Ticket, Work};
use crate::tui::context::{Context, Contexts};
use crate::tui::jobs::{Job, Scope};
use crate::tui::kit::canvas::Canvas;
use crate::tui::kit::form::{Did, Form};
use crate::tui::layer::{Flow, Gift, Layer, News};
use crate::tui::place::Reopen;
use crate::tui::theme::Role;
use crate::vault::{FormatVersion, Relocking, VaultError};

pub use engine::{open_pull, open_push};
pub use import::open_import;
pub use merge::{open_merge, open_merge_offer, open_sync};
pub use report::{ended_while_locked, tell};
pub use task::TaskForm;

impl TaskForm {
    /// What a lock keeps of it.
    pub const REOPEN: &str = "task";

    /// The form as it was before a lock.
    pub fn reopen(kept: &Reopen, app: &mut App) -> Option<Self> {
        let mut task = match Action::named(kept.get("task")?)? {
            Action::Export => copies::export(copies::marked_before(kept, app)),
            #[cfg(feature = "engines")]
            Action::Push => engine::push("", copies::marked_before(kept, app)),
            action => blank(action, app)?,
        };
        let fits_key_file = matches!(task.task, Task::Relock(_));
        let fits_columns = task.task == Task::Import;
        let fits_format = task.task == Task::Export;
        task.form.take_back(kept, |form| {
            if fits_key_file {
                locks::fit_fields(form);
            }
            if fits_columns {
                import::fit_columns(form);
            }
            if fits_format {
                copies::fit_format(form);
            }
        });
        Some(task)
    }

    /// What is typed changed: what was said of it holds no more.
    fn on_change(&mut self) {
        if import::on_choice(self) {
            return;
        }
        import::drop_choice(self);
        self.is_planned = false;
        self.lines.clear();
        self.scroll = 0;
        if matches!(self.task, Task::Relock(_)) {
            locks::fit_fields(&mut self.form);
        }
        if self.task == Task::Import {
            import::fit_columns(&mut self.form);
        }
        if self.task == Task::Export {
            copies::fit_format(&mut self.form);
        }
        if matches!(self.task, Task::Remove(_)) {
            removal::say_plan(self);
        }
    }

    fn submit(&mut self, app: &mut App) {
        if app.is_busy() || app.under_way.is_some() {
            return;
        }
        let wanted = match &self.task {
            Task::Verify => Ok(Job::Verify),
            Task::BackUp => copies::submit_back_up(self),
            Task::Export => copies::submit_export(self, app),
            Task::Relock(relocking) => locks::submit(self, *relocking, app),
            Task::Upgrade => upgrade::submit(self),
            Task::Import => import::submit(self),
            Task::Merge => merge::submit(self),
            Task::Sync => merge::submit_sync(self),
            Task::Remove(scope) => removal::submit(self, scope, app.vault_file()),
            #[cfg(feature = "engines")]
            Task::Push => engine::submit_push(self),
            #[cfg(feature = "engines")]
            Task::Pull => engine::submit_pull(self),
            Task::Settings => return,
        };
        match wanted {
            Ok(job) => self.run(job, app),
            Err(Missing(key, sentence)) => {
                self.form.go_to(key);
                self.lines.retain(|line| line.role != Role::Danger);
                self.lines.insert(0, Line::new(Role::Danger, sentence));
                self.scroll = 0;
            }
        }
    }

    /// The cursor goes to the field that has to be changed before another attempt.
    fn go_to_cause(&mut self, failure: &Failure) {
        let fields: &[_] = match failure {
            Failure::Vault(VaultError::FileExists { .. } | VaultError::NoRegularFile { .. }) => {
                &[copies::PATH, locks::KEY_FILE_PATH]
            }
            Failure::Vault(VaultError::WrongPassword) => &[locks::PRESENT],
            _ => &[],
        };
        for field in fields {
            self.form.go_to(*field);
        }
    }

    /// The job came to its end: here it is shown, or a toast says all and the dialog closes.
    fn ended(&mut self, result: Result<Answer, Failure>, app: &mut App) -> Flow {
        self.job.forget();
        match result {
            Ok(Answer::Job(done)) => return report::show(self, *done, app),
            Ok(_) => {}
            Err(failure) if failure.was_stopped() => {
                if let Some(kind) = self.kind {
                    app.say(Tone::Note, kind.stopped());
                }
                self.stage = Stage::Typing;
                if self.task == Task::Verify {
                    return Flow::Done;
                }
            }
            Err(failure) => {
                self.stage = if self.form.is_empty() { Stage::Finished } else { Stage::Typing };
                self.go_to_cause(&failure);
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
            Stage::Typing => self.form.contexts(&[Context::Task]),
            Stage::Running => Contexts::commanding(&[Context::Running]),
            Stage::Finished => Contexts::commanding(&[Context::Report, Context::Lists]),
        }
    }

    fn form(&self) -> Option<&Form> {
        (self.stage == Stage::Typing).then_some(&self.form)
    }

    fn form_mut(&mut self) -> Option<&mut Form> {
        (self.stage == Stage::Typing).then_some(&mut self.form)
    }

    /// Where a plan was shown that changes nothing, nothing is left to do with what was typed.
    fn is_dirty(&self) -> bool {
        let does_nothing = self.plan.is_some() && !self.is_planned;
        !does_nothing && self.form().is_some_and(Form::is_dirty)
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
            (Stage::Typing, Action::Submit) => self.submit(app),
            (Stage::Typing, _) if self.form.act(action, &mut app.asks) == Did::Changed => self.on_change(),
            _ => {}
        }
        Flow::Stay
    }

    fn awaits(&self, ticket: Ticket) -> bool {
        self.job.awaits(ticket) || self.form.awaits(ticket)
    }

    fn answered(&mut self, answered: Answered, app: &mut App) -> Flow {
        if self.job.awaits(answered.ticket) {
            return self.ended(answered.result, app);
        }
        if self.form.answered(answered) == Did::Changed {
            self.on_change();
        }
        Flow::Stay
    }

    /// What was read for an import is wiped, unless the worker is at it: then it goes on.
    fn hear(&mut self, news: &News<'_>, app: &mut App) -> Flow {
        if matches!(news, News::Closing) && self.task == Task::Import && self.stage != Stage::Running {
            app.asks.work(Work::ForgetIncoming);
        }
        match news {
            News::Given(Gift::Changed) => Flow::Done,
            _ => Flow::Stay,
        }
    }

    /// Work that runs continues in the background.
    fn interrupt(&mut self, app: &mut App) -> Flow {
        if self.stage != Stage::Running {
            return Flow::Close;
        }
        app.say_in_background();
        Flow::Done
    }

    fn shows_progress(&self) -> bool {
        self.stage == Stage::Running
    }

    fn reopen(&self) -> Option<Reopen> {
        let form = Reopen::new(Self::REOPEN, None).with("task", self.task.action()?.name());
        let form = copies::keep_marked(self, form);
        if self.stage == Stage::Typing { self.form.keep(form) } else { None }
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
        Action::Push => return open_push("", app),
        Action::Pull => return open_pull("", app),
        Action::Settings => return Some(Box::new(settings::form(app))),
        Action::Purge | Action::PurgePast | Action::ForceDelete => return removal::open(action, app),
        Action::Merge => return merge::open_merge("", app),
        Action::Sync => return merge::open_sync("", app),
        Action::Upgrade if app.format == Some(FormatVersion::NEWEST) => {
            app.say(Tone::Note, "the vault is already in the newest format");
            return None;
        }
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
        Action::Export => copies::export(copies::marked(app)),
        Action::ChangePassword => locks::form(Relocking::Password, app),
        Action::Rekey => locks::form(Relocking::VaultKey, app),
        Action::Upgrade => upgrade::form(),
        Action::Import => import::form("", None),
        #[cfg(feature = "engines")]
        Action::Push => engine::push("", copies::marked(app)),
        #[cfg(feature = "engines")]
        Action::Pull => engine::pull(""),
        Action::Merge => merge::form(""),
        Action::Sync => merge::sync_form(""),
        _ => return None,
    })
}

/// The dialog that deletes a secret without a window.
pub fn force_delete(name: SecretName, app: &mut App) -> Option<Box<dyn Layer>> {
    removal::open_scope(Scope::Force(name), app)
}
