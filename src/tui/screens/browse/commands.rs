//! What can be done with the selected secret or version: each opens a form or a plan, or asks the worker.

use super::{Browse, Pane};
use crate::domain::{SecretName, StageLabel, VersionId};
use crate::tui::action::Action;
use crate::tui::effect::{ChangeRequest, Effect, Work};
use crate::tui::layout::is_wide;
use crate::tui::modals::{self, Diff, LabelsEditor, PlanPane, SecretForm, WriteFile};
use crate::tui::screens::put_form::{self, PutForm};
use crate::tui::state::{Modal, State, Tone};
use crate::vault::{DeleteRequest, RollbackRequest, SecretDetails, StageRequest};
use crate::versioning::{Deletion, StageMove};

const NOTHING_SELECTED: &str = "no secret is selected";

/// The details of the selected secret, if anything may be done to it; else the toast says why not.
fn changeable(state: &mut State) -> Option<&SecretDetails> {
    let known = state.browse().and_then(Browse::known);
    let refusal = match known {
        None => Some(NOTHING_SELECTED),
        Some(details) if details.secret.planned_deletion.is_some() => {
            Some("this secret is scheduled for deletion: U restores it first")
        }
        Some(_) => None,
    };
    match refusal {
        Some(text) => {
            state.say(Tone::Note, text);
            None
        }
        None => state.browse().and_then(Browse::known),
    }
}

/// The selected secret and version, if its value may be read.
fn readable(state: &mut State) -> Option<(SecretName, VersionId)> {
    let name = changeable(state)?.secret.name.clone();
    let version = state.browse()?.selected_version()?.id.clone();
    Some((name, version))
}

pub(super) fn put(state: &mut State, effects: &mut Vec<Effect>) {
    let suggestion = state.settings.suggestion;
    if let Some(details) = changeable(state) {
        let form = PutForm::put(details, suggestion);
        state.modals.push(Modal::PutForm(Box::new(form)));
        put_form::plan_anew(state, effects);
    }
}

pub(super) fn reveal(state: &mut State, effects: &mut Vec<Effect>) {
    if let Some(browse) = state.browse_mut()
        && browse.revealed.is_some()
    {
        return browse.hide();
    }
    if let Some((name, version_id)) = readable(state) {
        effects.push(Effect::Work(Work::Reveal { name, version_id }));
        // With one pane at a time the value would be revealed out of sight.
        if !is_wide(state.size)
            && let Some(browse) = state.browse_mut()
        {
            browse.pane = Pane::Value;
        }
    }
}

pub(super) fn copy(state: &mut State, action: Action, effects: &mut Vec<Effect>) {
    if let Some((name, version_id)) = readable(state) {
        effects.push(Effect::Work(match action {
            Action::CopyReference => Work::CopyReference { name, version_id },
            _ => Work::CopyValue { name, version_id },
        }));
    }
}

pub(super) fn edit(state: &mut State, effects: &mut Vec<Effect>) {
    if let Some((name, version_id)) = readable(state) {
        effects.push(Effect::Work(Work::EditValue { name, version_id }));
    }
}

pub(super) fn write_file(state: &mut State) {
    if let Some((name, version_id)) = readable(state) {
        state.modals.push(Modal::WriteFile(Box::new(WriteFile::new(name, version_id))));
    }
}

pub(super) fn copy_as_command(state: &State, effects: &mut Vec<Effect>) {
    if let Some(command) = state.last_command.line() {
        let (line, reads) = (command.duplicate(), command.reads());
        effects.push(Effect::Work(Work::CopyCommand { line, reads }));
    }
}

pub(super) fn labels(state: &mut State, effects: &mut Vec<Effect>) {
    if let Some((_, version)) = readable(state)
        && let Some(details) = changeable(state)
    {
        let editor = LabelsEditor::new(details.clone(), version);
        state.modals.push(Modal::Labels(Box::new(editor)));
        modals::plan_label(state, effects);
    }
}

pub(super) fn rename(state: &mut State) {
    if let Some(form) = changeable(state).map(|details| SecretForm::rename(details.secret.clone())) {
        modals::open_form(state, form);
    }
}

pub(super) fn metadata(state: &mut State) {
    if let Some(form) = changeable(state).map(|details| SecretForm::metadata(details.secret.clone())) {
        modals::open_form(state, form);
    }
}

const ONE_VERSION: &str = "there is only one version, and nothing to compare it with: p puts a second one";

/// The details of the selected secret, if it has versions to compare.
fn comparable(state: &mut State) -> Option<&SecretDetails> {
    let count = changeable(state)?.secret.versions.len();
    if count < 2 {
        state.say(Tone::Note, ONE_VERSION);
        return None;
    }
    state.browse().and_then(Browse::known)
}

pub(super) fn mark(state: &mut State) {
    if comparable(state).is_none() {
        return;
    }
    let marked = state.browse_mut().and_then(Browse::mark);
    state.say(
        Tone::Note,
        match marked {
            Some(id) => format!("{id} is marked: d compares it with the selected version"),
            None => "the mark is taken away".to_owned(),
        },
    );
}

/// The marked version, else the current one, against the selected one.
pub(super) fn diff(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(secret) = comparable(state).map(|details| details.secret.clone()) else {
        return;
    };
    let Some((browse, selected)) =
        state.browse().and_then(|browse| Some((browse, browse.selected_version()?.key)))
    else {
        return;
    };
    let current = secret.labels.current().map(|current| current.key);
    let anchor = browse.marked().or(current).unwrap_or(selected);
    Diff::open(state, secret, anchor, selected, effects);
}

/// Opens the plan pane over a change.
pub fn plan(state: &mut State, pane: PlanPane, effects: &mut Vec<Effect>) {
    let revision = state.next_revision();
    let pane = pane.asked(revision);
    effects.push(Effect::Work(Work::PlanChange { revision, request: pane.request().clone() }));
    state.modals.push(Modal::Plan(Box::new(pane)));
}

pub(super) fn make_current(state: &mut State, effects: &mut Vec<Effect>) {
    let Some((name, version)) = readable(state) else {
        return;
    };
    let is_current = state
        .browse()
        .and_then(Browse::known)
        .is_some_and(|details| details.secret.labels.current().is_some_and(|current| current.id == version));
    if is_current {
        return state.say(Tone::Note, format!("{version} is the current version already"));
    }
    match StageMove::new(StageLabel::current(), Some(version.clone()), None) {
        Ok(stage) => {
            let request = ChangeRequest::Stage(StageRequest { name, stage, expected: None });
            plan(state, PlanPane::new(format!("Make {version} current"), request), effects);
        }
        Err(refusal) => state.say_failed(&refusal.into()),
    }
}

pub(super) fn roll_back(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(details) = changeable(state) else {
        return;
    };
    let name = details.secret.name.clone();
    if details.secret.labels.previous().is_none() {
        return state.say(Tone::Note, "there is no previous version to roll back to: p puts a second one");
    }
    let request = ChangeRequest::Rollback(RollbackRequest { name, expected: None });
    plan(state, PlanPane::new("Roll back".to_owned(), request), effects);
}

pub(super) fn delete(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(details) = changeable(state) else {
        return;
    };
    let name = details.secret.name.clone();
    let deletion = Deletion::Window(Deletion::DEFAULT_DAYS);
    let request = ChangeRequest::Delete(DeleteRequest { name, deletion, expected: None });
    plan(state, PlanPane::new("Schedule the deletion".to_owned(), request), effects);
}

pub(super) fn restore(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(details) = state.browse().and_then(Browse::known) else {
        return state.say(Tone::Note, NOTHING_SELECTED);
    };
    if details.secret.planned_deletion.is_none() {
        return state.say(Tone::Note, "this secret is not scheduled for deletion");
    }
    let request = ChangeRequest::Restore(details.secret.name.clone());
    plan(state, PlanPane::new("Restore".to_owned(), request), effects);
}
