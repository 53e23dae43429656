//! Deletions without undo: at once, and at the end of the window.

use super::copies::CONFIRMATION;
use super::task::{Line, Missing, Stage, Task, TaskForm, enter};
use crate::tui::action::Action;
use crate::tui::app::{App, Tone};
use crate::tui::jobs::{Job, Scope};
use crate::tui::kit::form::{Field, Form, Loss};
use crate::tui::layer::Layer;
use crate::tui::theme::Role;
use crate::tui::when::count;
use crate::vault::{Removal, wording};

pub(super) const ABOUT: &str =
    "There is no undo. Change anything this secret protects; old backups still contain it.";

pub(super) fn open(action: Action, app: &mut App) -> Option<Box<dyn Layer>> {
    let selected = app.browse().and_then(|browse| browse.selected.clone());
    let is_scheduled = app.known().is_some_and(|details| details.secret.planned_deletion.is_some());
    let refused = match (action, selected) {
        (Action::PurgePast, _) => return open_scope(Scope::Past, app),
        (_, None) => "no secret is selected",
        (Action::ForceDelete, Some(name)) => return open_scope(Scope::Force(name), app),
        (_, Some(name)) if is_scheduled => return open_scope(Scope::One(name), app),
        _ => "this secret is not scheduled for deletion: D schedules it, :force-delete does not wait",
    };
    app.say(Tone::Note, refused);
    None
}

pub(super) fn open_scope(scope: Scope, app: &mut App) -> Option<Box<dyn Layer>> {
    let mut form = TaskForm::new(Task::Remove(scope.clone()), Vec::new());
    if enter(&mut form, app)? {
        form.run(Job::PlanRemoval(scope), app);
    }
    Some(Box::new(form))
}

/// What would be removed is known: its name is asked for.
pub(super) fn on_plan(form: &mut TaskForm, removals: Vec<Removal>) {
    form.removals = removals;
    if form.removals.is_empty() {
        form.stage = Stage::Finished;
        return form.say(vec![Line::new(Role::Muted, wording::NOTHING_TO_PURGE)]);
    }
    form.stage = Stage::Typing;
    let hint = match form.task {
        Task::Remove(Scope::Past) => "the file name of the vault",
        _ => "the name of the secret",
    };
    let field = Field::text(CONFIRMATION, "Type the name", "").placeholder(hint).loss(Loss::None);
    form.form = Form::new(vec![field]);
    say_plan(form);
}

pub(super) fn say_plan(form: &mut TaskForm) {
    let line = |removal: &Removal| Line {
        lead: "removes",
        text: format!("{}  {}", removal.name, count(removal.versions, "version")),
        role: Role::Text,
    };
    let lines = form.removals.iter().map(line).collect();
    form.say(lines);
}

pub(super) fn submit(form: &TaskForm, scope: &Scope, vault_file: &str) -> Result<Job, Missing> {
    let name = match scope {
        Scope::Force(name) | Scope::One(name) => name.as_str(),
        Scope::Past => vault_file,
    };
    if form.form.text(CONFIRMATION) != name {
        return Err(Missing(CONFIRMATION, format!("type '{name}' to remove for good")));
    }
    Ok(Job::Remove(scope.clone(), form.removals.clone()))
}
