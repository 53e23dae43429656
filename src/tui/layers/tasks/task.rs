//! What every dialog of a task consists of.

use crate::domain::SecretName;
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::ask::Question;
use crate::tui::jobs::{Job, JobKind, Scope};
use crate::tui::kit::form::{Field, Form, Id};
use crate::tui::theme::Role;
use crate::vault::{ImportReport, Relocking, Removal};

/// What a dialog is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Task {
    /// To check the whole vault.
    Verify,
    BackUp,
    /// To change the password, or the vault key.
    Relock(Relocking),
    /// To bring the vault into the newest format.
    Upgrade,
    /// To bring secrets in.
    Import,
    /// To merge a file that is another copy of the vault.
    Merge,
    /// To merge with the copy at a remote.
    Sync,
    /// To write secrets out.
    Export,
    /// To remove secrets for good.
    Remove(Scope),
    /// To hand secrets over to an engine.
    #[cfg(feature = "engines")]
    Push,
    /// To take secrets in from an engine.
    #[cfg(feature = "engines")]
    Pull,
    /// To look at what is set.
    Settings,
}

impl Task {
    pub(super) const fn owns(&self, kind: JobKind) -> bool {
        match self {
            Self::Verify => matches!(kind, JobKind::Verify),
            Self::BackUp => matches!(kind, JobKind::BackUp),
            Self::Relock(Relocking::Password) => matches!(kind, JobKind::ChangePassword),
            Self::Relock(Relocking::VaultKey) => matches!(kind, JobKind::Rekey),
            Self::Upgrade => matches!(kind, JobKind::Upgrade),
            Self::Import => matches!(kind, JobKind::ReadImport | JobKind::Import),
            Self::Merge | Self::Sync => matches!(kind, JobKind::PlanMerge | JobKind::Merge),
            Self::Export => matches!(kind, JobKind::Export),
            Self::Remove(_) => matches!(kind, JobKind::PlanRemoval | JobKind::Remove),
            #[cfg(feature = "engines")]
            Self::Push => matches!(kind, JobKind::PlanPush | JobKind::Push),
            #[cfg(feature = "engines")]
            Self::Pull => matches!(kind, JobKind::PlanPull | JobKind::Pull),
            Self::Settings => false,
        }
    }

    /// The action that opens it with fields to type into.
    pub(super) const fn action(&self) -> Option<Action> {
        Some(match self {
            Self::BackUp => Action::BackUp,
            Self::Export => Action::Export,
            Self::Import => Action::Import,
            Self::Merge => Action::Merge,
            Self::Sync => Action::Sync,
            Self::Relock(Relocking::Password) => Action::ChangePassword,
            Self::Relock(Relocking::VaultKey) => Action::Rekey,
            Self::Upgrade => Action::Upgrade,
            #[cfg(feature = "engines")]
            Self::Push => Action::Push,
            #[cfg(feature = "engines")]
            Self::Pull => Action::Pull,
            Self::Verify | Self::Remove(_) | Self::Settings => return None,
        })
    }
}

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
    pub(super) lead: &'static str,
    pub(super) text: String,
    pub(super) role: Role,
}

impl Line {
    pub(super) fn new(role: Role, text: impl Into<String>) -> Self {
        Self { lead: "", text: text.into(), role }
    }
}

/// The dialog of a task.
pub struct TaskForm {
    pub(super) task: Task,
    pub(super) stage: Stage,
    pub(super) form: Form,
    pub(super) lines: Vec<Line>,
    pub(super) scroll: usize,
    /// Whether what an import would do is shown: the next Ctrl-s does it.
    pub(super) is_planned: bool,
    /// What the import that is planned would do, and its format.
    pub(super) plan: Option<(ImportReport, String)>,
    /// The secrets that are marked.
    pub(super) marked: Vec<SecretName>,
    /// What would be removed.
    pub(super) removals: Vec<Removal>,
    pub(super) job: Question,
    /// What the worker does for it, or did last.
    pub(super) kind: Option<JobKind>,
}

impl TaskForm {
    pub(super) const fn new(task: Task, fields: Vec<Field>) -> Self {
        Self {
            task,
            stage: Stage::Typing,
            form: Form::new(fields),
            lines: Vec::new(),
            scroll: 0,
            is_planned: false,
            plan: None,
            marked: Vec::new(),
            removals: Vec::new(),
            job: Question::new(),
            kind: None,
        }
    }

    /// What its lines say, for tests: one line of text for each.
    pub fn report(&self) -> Vec<String> {
        self.lines.iter().map(|line| format!("{} {}", line.lead, line.text).trim().to_owned()).collect()
    }

    pub(super) fn say(&mut self, lines: Vec<Line>) {
        self.lines = lines;
        self.scroll = 0;
    }

    /// Gives the worker what the dialog is for.
    pub(super) fn run(&mut self, job: Job, app: &mut App) {
        self.stage = Stage::Running;
        self.say(Vec::new());
        self.kind = Some(job.kind());
        app.begin_job(&mut self.job, job);
    }
}

/// Whether the worker is free for a dialog. Where its own work is under way already, the dialog shows that.
pub(super) fn enter(form: &mut TaskForm, app: &mut App) -> Option<bool> {
    match &app.under_way {
        None => Some(true),
        Some(under_way) if form.task.owns(under_way.kind) => {
            form.stage = Stage::Running;
            form.kind = Some(under_way.kind);
            form.job.follow(under_way.ticket);
            Some(false)
        }
        Some(_) => app.takes_job().then_some(true),
    }
}

/// What keeps a dialog from its work: the field, and a sentence.
pub(super) struct Missing(pub(super) Id, pub(super) String);
