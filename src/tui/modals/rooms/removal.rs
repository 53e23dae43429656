//! What cannot be taken back: deleting without a window, and the end of one.

use super::entry::{Entry, Field};
use super::{Line, Missing, Room, Task, enter, run};
use crate::domain::SecretName;
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::jobs::{Job, Removal, Scope};
use crate::tui::screens::browse::Browse;
use crate::tui::state::{State, Tone};
use crate::tui::theme::Role;
use crate::tui::when::count;

pub(super) const ABOUT: &str = "There is no undo. Copies of the vault made before still hold what is removed here: \
                                what it protected is to be changed where it is used.";

pub(super) fn open(state: &mut State, action: Action, effects: &mut Vec<Effect>) {
    let selected = state.browse().and_then(|browse| browse.selected.clone());
    let is_scheduled = state
        .browse()
        .and_then(Browse::known)
        .is_some_and(|details| details.secret.planned_deletion.is_some());
    let scope = match (action, selected) {
        (Action::PurgePast, _) => Scope::Past,
        (_, None) => return state.say(Tone::Note, "no secret is selected"),
        (Action::ForceDelete, Some(name)) => Scope::Force(name),
        (_, Some(name)) if is_scheduled => Scope::One(name),
        _ => {
            let text =
                "this secret is not scheduled for deletion: D schedules it, :force-delete does not wait";
            return state.say(Tone::Note, text);
        }
    };
    open_scope(state, scope, effects);
}

/// Opens the room that deletes a secret without a window.
pub fn open_force(state: &mut State, name: SecretName, effects: &mut Vec<Effect>) {
    open_scope(state, Scope::Force(name), effects);
}

fn open_scope(state: &mut State, scope: Scope, effects: &mut Vec<Effect>) {
    if enter(state, Room::new(Task::Remove(scope.clone()), Vec::new())) {
        run(state, Job::PlanRemoval(scope), effects);
    }
}

/// What would be removed is known: its name is asked for.
pub(super) fn on_plan(room: &mut Room, removals: Vec<Removal>) {
    room.removals = removals;
    if room.removals.is_empty() {
        room.stage = super::Stage::Finished;
        return room
            .say(vec![Line::new(Role::Muted, "no secret is past its window: there is nothing to remove")]);
    }
    room.stage = super::Stage::Typing;
    let hint = match room.task {
        Task::Remove(Scope::Past) => "the file name of the vault",
        _ => "the name of the secret",
    };
    room.entries = vec![Entry::text(Field::Confirmation, "Type its name", hint)];
    say_plan(room);
}

pub(super) fn say_plan(room: &mut Room) {
    let line = |removal: &Removal| Line {
        lead: "removes",
        text: format!("{}  {}", removal.name, count(removal.versions, "version")),
        role: Role::Text,
    };
    let lines = room.removals.iter().map(line).collect();
    room.say(lines);
}

pub(super) fn submit(room: &Room, scope: &Scope, vault_file: &str) -> Result<Job, Missing> {
    let name = match scope {
        Scope::Force(name) | Scope::One(name) => name.as_str(),
        Scope::Past => vault_file,
    };
    if room.text(Field::Confirmation) != name {
        return Err(Missing(Field::Confirmation, format!("type '{name}' to remove for good")));
    }
    Ok(Job::Remove(scope.clone(), room.removals.clone()))
}
