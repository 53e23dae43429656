//! The plan pane: what a change will do; Enter there does it.

use super::plan_view::Choice;
use crate::tui::action::Action;
use crate::tui::effect::{ChangeRequest, Effect, Work};
use crate::tui::plan_text;
use crate::tui::state::{Modal, State, Tone, Waiting};
use crate::vault::{ChangeOutcome, DeleteRequest, Planned, VaultError};
use crate::versioning::{Deletion, Refusal};

/// A change that waits for its Enter.
pub struct PlanPane {
    title: String,
    request: ChangeRequest,
    revision: u64,
    planned: Option<Result<Box<Planned>, VaultError>>,
    choice: Choice,
    remark: Option<&'static str>,
}

impl PlanPane {
    /// A pane for a change; the plan itself comes from the worker.
    pub const fn new(title: String, request: ChangeRequest) -> Self {
        Self { title, request, revision: 0, planned: None, choice: Choice::Cancel, remark: None }
    }

    /// Remembers the number of the question.
    #[must_use]
    pub const fn asked(mut self, revision: u64) -> Self {
        self.revision = revision;
        self
    }

    /// What it is called.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The change.
    pub const fn request(&self) -> &ChangeRequest {
        &self.request
    }

    /// The plan, or the refusal; `None`: not yet.
    pub const fn planned(&self) -> Option<&Result<Box<Planned>, VaultError>> {
        self.planned.as_ref()
    }

    /// Which answer is chosen, where the pane asks.
    pub const fn choice(&self) -> Choice {
        self.choice
    }

    /// Something to know besides.
    pub const fn remark(&self) -> Option<&'static str> {
        self.remark
    }

    /// Whether it asks, with Cancel first: a deletion does.
    pub const fn asks(&self) -> bool {
        matches!(self.request, ChangeRequest::Delete(_))
    }
}

/// Acts on a key.
pub fn act_on_plan(state: &mut State, action: Action, effects: &mut Vec<Effect>) {
    let Some(Modal::Plan(pane)) = state.modals.last_mut() else {
        return;
    };
    match action {
        Action::Escape | Action::Back => {
            state.modals.pop();
        }
        Action::Up => lengthen(state, 1, effects),
        Action::Down => lengthen(state, -1, effects),
        Action::ForceDelete if pane.asks() => {
            let name = pane.request.name().clone();
            state.modals.pop();
            super::rooms::open_force(state, name, effects);
        }
        Action::PreviousChoice | Action::NextChoice => pane.choice = pane.choice.other(),
        Action::Enter if pane.asks() && pane.choice == Choice::Cancel => {
            state.modals.pop();
        }
        Action::Enter if state.waiting.is_none() => {
            if let Some(Ok(planned)) = &pane.planned {
                let request = pane.request.clone().expecting(planned.token);
                state.waiting = Some((Waiting::Change, state.now));
                effects.push(Effect::Work(Work::Change(request)));
            }
        }
        _ => {}
    }
}

/// Makes the window of a deletion longer or shorter, within what may be; the plan is made anew.
fn lengthen(state: &mut State, days: i32, effects: &mut Vec<Effect>) {
    let revision = state.next_revision();
    let Some(Modal::Plan(pane)) = state.modals.last_mut() else {
        return;
    };
    let ChangeRequest::Delete(DeleteRequest { deletion: Deletion::Window(window), .. }) = &mut pane.request
    else {
        return;
    };
    let Ok(Deletion::Window(wanted)) = Deletion::new(Some(window.saturating_add_signed(days)), false) else {
        return;
    };
    *window = wanted;
    pane.revision = revision;
    effects.push(Effect::Work(Work::PlanChange { revision, request: pane.request.clone() }));
}

/// A plan came; one of an older question is dropped.
pub fn on_plan(state: &mut State, revision: u64, result: Result<Box<Planned>, VaultError>) {
    for modal in &mut state.modals {
        if let Modal::Plan(pane) = modal
            && pane.revision == revision
        {
            pane.planned = Some(result);
            return;
        }
    }
    if state.modals.iter().any(|modal| matches!(modal, Modal::SecretForm(_))) {
        return super::on_facts_plan(state, revision, result);
    }
    super::on_label_plan(state, revision, result);
}

/// The answer to a change.
pub fn on_changed(
    state: &mut State,
    result: Result<Box<ChangeOutcome>, VaultError>,
    effects: &mut Vec<Effect>,
) {
    state.waiting = None;
    match result {
        Ok(outcome) => {
            let is_done =
                |modal: &Modal| matches!(modal, Modal::Plan(_) | Modal::Labels(_) | Modal::SecretForm(_));
            state.modals.retain(|modal| !is_done(modal));
            if outcome.change.as_ref().is_some_and(|change| change.name.is_some())
                && let Some(browse) = state.browse_mut()
            {
                browse.wish_secret(outcome.name.clone());
            }
            state.say(Tone::Done, plan_text::change_done(&outcome));
            effects.push(Effect::Work(Work::List));
        }
        Err(VaultError::Refused(Refusal::Changed { .. })) => ask_again(state, effects),
        Err(error) => match state.modals.last_mut() {
            Some(Modal::Plan(pane)) => pane.planned = Some(Err(error)),
            Some(Modal::SecretForm(form)) => form.refuse(error),
            _ => state.say_failed(&error),
        },
    }
}

/// Another process changed the secret: nothing moved, and the new plan is shown before Enter works again.
fn ask_again(state: &mut State, effects: &mut Vec<Effect>) {
    let revision = state.next_revision();
    match state.modals.last_mut() {
        Some(Modal::Plan(pane)) => {
            pane.revision = revision;
            pane.planned = None;
            pane.remark = Some("another process changed this secret meanwhile: this is the new plan");
            effects.push(Effect::Work(Work::PlanChange { revision, request: pane.request.clone() }));
        }
        Some(Modal::SecretForm(form)) => {
            form.changed_meanwhile();
            super::plan_facts(state, effects);
        }
        _ => super::plan_label(state, effects),
    }
    effects.push(Effect::Work(Work::Refresh));
}
