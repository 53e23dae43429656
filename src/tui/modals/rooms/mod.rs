//! Rooms for what is done seldom and takes its time: deleting for good, new locks, a check, a copy, import,
//! export. All of one make: what it does, fields, and below them what comes of it; Ctrl-s does it.

mod copies;
mod entry;
mod import;
mod locks;
mod removal;
mod report;
mod settings;
mod view;

use self::entry::{Entry, Field};
use super::discard::{Afterwards, Discard};
use crate::tui::action::Action;
use crate::tui::effect::{Effect, Work};
use crate::tui::jobs::{self, Done, Job, JobFailed, JobKind, Relocking, Removal, Scope};
use crate::tui::state::{Modal, State, Tone};
use crate::tui::theme::Role;
use crate::tui::widgets::EditBuffer;

pub use import::open_import;
pub use removal::open_force;
pub use report::on_job_while_locked;

/// What a room is for.
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

/// A room.
pub struct Room {
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
}

impl Room {
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
        }
    }

    /// Where it stands.
    pub const fn stage(&self) -> Stage {
        self.stage
    }

    /// What its lines say, for tests: one line of text for each.
    pub fn report(&self) -> Vec<String> {
        self.lines.iter().map(|line| format!("{} {}", line.lead, line.text).trim().to_owned()).collect()
    }

    /// Whether the field with the cursor is a choice.
    pub fn is_choosing(&self) -> bool {
        self.entries.get(self.focus).is_some_and(|entry| entry.buffer().is_none())
    }

    /// The field with the cursor, where it takes text.
    pub fn focused_mut(&mut self) -> Option<&mut EditBuffer> {
        if self.stage != Stage::Typing {
            return None;
        }
        self.entries.get_mut(self.focus)?.buffer_mut()
    }

    /// Whether something was typed that is a loss: a word that only confirms is none.
    pub fn is_dirty(&self) -> bool {
        let counts = |entry: &&Entry| entry.key != Field::Confirmation;
        self.stage == Stage::Typing
            && self.entries.iter().filter(counts).filter_map(Entry::buffer).any(|text| !text.is_empty())
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

    /// What is typed changed: what was said of it holds no more.
    fn changed(&mut self) {
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
}

/// Opens the room of an action.
pub fn open(state: &mut State, action: Action, effects: &mut Vec<Effect>) {
    let room = match action {
        Action::Verify => Room::new(Task::Verify, Vec::new()),
        Action::BackUp => copies::back_up(),
        Action::Export => copies::export(),
        Action::ChangePassword => locks::room(Relocking::Password, state),
        Action::Rekey => locks::room(Relocking::VaultKey, state),
        Action::Import => return open_import(state, None, None, effects),
        Action::Settings => {
            let room = settings::room(state);
            return state.modals.push(Modal::Room(Box::new(room)));
        }
        Action::Purge | Action::PurgePast | Action::ForceDelete => {
            return removal::open(state, action, effects);
        }
        _ => return,
    };
    let starts_at_once = room.task == Task::Verify;
    if enter(state, room) && starts_at_once {
        run(state, Job::Verify, effects);
    }
}

/// Shows a room; where its work is under way already, that. Answers whether it is a new one.
fn enter(state: &mut State, mut room: Room) -> bool {
    match &state.under_way {
        None => {
            state.modals.push(Modal::Room(Box::new(room)));
            true
        }
        Some(under_way) if room.task.owns(under_way.kind) => {
            room.stage = Stage::Running;
            state.modals.push(Modal::Room(Box::new(room)));
            false
        }
        Some(under_way) => {
            let text = format!("{} is under way: wait, or stop it with :stop-work", under_way.words());
            state.say(Tone::Note, text);
            false
        }
    }
}

fn room(state: &mut State) -> Option<&mut Room> {
    state.modals.iter_mut().rev().find_map(|modal| match modal {
        Modal::Room(room) => Some(&mut **room),
        _ => None,
    })
}

/// Gives the worker what the room is for.
fn run(state: &mut State, job: Job, effects: &mut Vec<Effect>) {
    if let Some(room) = room(state) {
        room.stage = Stage::Running;
        room.say(Vec::new());
    }
    jobs::begin(state, job, effects);
}

/// Acts on a key.
pub fn act(state: &mut State, action: Action, effects: &mut Vec<Effect>) {
    let page = usize::from(view::page(state.size));
    let Some(Modal::Room(room)) = state.modals.last_mut() else {
        return;
    };
    let last = room.lines.len().saturating_sub(1);
    match (room.stage, action) {
        (_, Action::PageDown) => room.scroll = (room.scroll + page).min(last),
        (_, Action::PageUp) => room.scroll = room.scroll.saturating_sub(page),
        (Stage::Finished, Action::Down) => room.scroll = (room.scroll + 1).min(last),
        (Stage::Finished, Action::Up) => room.scroll = room.scroll.saturating_sub(1),
        (Stage::Finished, Action::First) => room.scroll = 0,
        (Stage::Finished, Action::Last) => room.scroll = last,
        (Stage::Finished, Action::Enter | Action::Escape | Action::Back) => close(state, effects),
        (Stage::Running, Action::StopWork) => stop(state),
        (Stage::Running, Action::Escape | Action::Back) => {
            state.modals.pop();
            if let Some(under_way) = &state.under_way {
                let text = format!("{} goes on in the background", under_way.kind.doing());
                state.say(Tone::Note, text);
            }
        }
        (Stage::Typing, Action::Escape | Action::Back) if room.is_dirty() => {
            state.modals.push(Modal::Discard(Discard::new(Afterwards::CloseForm)));
        }
        (Stage::Typing, Action::Escape | Action::Back) => close(state, effects),
        (Stage::Typing, Action::NextField) => room.focus = (room.focus + 1) % room.entries.len().max(1),
        (Stage::Typing, Action::PreviousField) => {
            let count = room.entries.len().max(1);
            room.focus = (room.focus + count - 1) % count;
        }
        (Stage::Typing, Action::NextChoice | Action::PreviousChoice) => {
            let step = if action == Action::NextChoice { 1 } else { -1 };
            if let Some(entry) = room.entries.get_mut(room.focus) {
                entry.choose(step);
            }
            room.changed();
        }
        (Stage::Typing, Action::Submit) => submit(state, effects),
        _ => {}
    }
}

/// What is typed changed.
pub fn on_text(state: &mut State) {
    if let Some(room) = room(state) {
        room.changed();
    }
}

/// Closes the room on top; what was read for an import is wiped.
fn close(state: &mut State, effects: &mut Vec<Effect>) {
    if let Some(Modal::Room(room)) = state.modals.pop()
        && room.task == Task::Import
    {
        effects.push(Effect::Work(Work::ForgetImport));
    }
}

/// Wishes that the work under way stops, where nothing is left of it then.
pub fn stop(state: &mut State) {
    let (tone, text) = match &state.under_way {
        None => (Tone::Note, "nothing is under way".to_owned()),
        Some(under_way) if under_way.kind.can_be_stopped() => {
            under_way.watched.stop();
            (Tone::Note, format!("{}: stopping", under_way.kind.doing()))
        }
        Some(under_way) => {
            (Tone::Note, format!("{} cannot be stopped: it is all or nothing", under_way.kind.doing()))
        }
    };
    state.say(tone, text);
}

fn submit(state: &mut State, effects: &mut Vec<Effect>) {
    if state.is_busy() || state.under_way.is_some() {
        return;
    }
    let vault_file = state.vault_file().to_owned();
    let Some(room) = room(state) else {
        return;
    };
    let wanted = match &room.task {
        Task::Verify => Ok(Job::Verify),
        Task::BackUp => copies::submit_back_up(room),
        Task::Export => copies::submit_export(room),
        Task::Relock(relocking) => locks::submit(room, *relocking, &vault_file),
        Task::Import => import::submit(room),
        Task::Remove(scope) => removal::submit(room, scope, &vault_file),
        Task::Settings => return,
    };
    match wanted {
        Ok(job) => run(state, job, effects),
        Err(Missing(key, sentence)) => {
            room.go_to(key);
            room.lines.retain(|line| line.role != Role::Danger);
            room.lines.insert(0, Line::new(Role::Danger, sentence));
            room.scroll = 0;
        }
    }
}

/// What keeps a room from its work: the field, and a sentence.
struct Missing(Field, String);

/// A job has ended.
pub fn on_job(
    state: &mut State,
    kind: JobKind,
    result: Result<Box<Done>, Box<JobFailed>>,
    effects: &mut Vec<Effect>,
) {
    state.under_way = None;
    report::learn(state, &result, effects);
    let is_there = room(state).is_some_and(|room| room.task.owns(kind));
    match result {
        Ok(done) if is_there => report::show(state, *done),
        Ok(done) => report::tell(state, &done),
        Err(failed) if failed.was_stopped() => {
            state.say(Tone::Note, format!("{} was stopped: nothing was changed", kind.doing()));
            if let Some(room) = room(state) {
                room.stage = Stage::Typing;
            }
            if kind == JobKind::Verify {
                state.modals.retain(|modal| !matches!(modal, Modal::Room(room) if room.task == Task::Verify));
            }
        }
        Err(failed) if is_there => {
            if let Some(room) = room(state) {
                room.stage = if room.entries.is_empty() { Stage::Finished } else { Stage::Typing };
                room.say(vec![
                    Line::new(Role::Danger, &*failed.sentence),
                    Line::new(Role::Muted, &*failed.hint),
                ]);
            }
        }
        Err(failed) => state.say(Tone::Failed, format!("{}: {}", failed.sentence, failed.hint)),
    }
}
