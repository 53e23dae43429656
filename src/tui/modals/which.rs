//! Which version is this: a masked field, and the versions that hold what is typed into it.

use crate::domain::SecretName;
use crate::tui::action::Action;
use crate::tui::effect::{Effect, Work};
use crate::tui::holders::Holders;
use crate::tui::state::{Modal, State, Tone};
use crate::tui::widgets::field::Shown;
use crate::tui::widgets::{EditBuffer, Lines};
use crate::vault::VaultError;

/// What is known.
pub enum Answer {
    /// Nobody asked yet.
    None,
    /// The worker was asked.
    Pending,
    /// The answer.
    Known(Result<Box<Holders>, VaultError>),
}

/// The question.
pub struct Which {
    /// The secret under the cursor.
    secret: Option<SecretName>,
    /// Whether all secrets are looked at.
    is_everywhere: bool,
    value: EditBuffer,
    shown: Shown,
    answer: Answer,
    revision: u64,
}

impl Which {
    /// Opens it for the selected secret, or for the vault where none is selected.
    pub fn open(state: &mut State) {
        let secret = state.browse().and_then(|browse| browse.selected.clone());
        state.modals.push(Modal::Which(Box::new(Self {
            is_everywhere: secret.is_none(),
            secret,
            value: EditBuffer::new(Lines::Many),
            shown: Shown::Masked,
            answer: Answer::None,
            revision: 0,
        })));
    }

    /// The secret under the cursor.
    pub const fn secret(&self) -> Option<&SecretName> {
        self.secret.as_ref()
    }

    /// Whether all secrets are looked at.
    pub const fn is_everywhere(&self) -> bool {
        self.is_everywhere
    }

    /// What is typed.
    pub const fn value(&self) -> &EditBuffer {
        &self.value
    }

    /// What is typed, for typing.
    pub const fn value_mut(&mut self) -> &mut EditBuffer {
        &mut self.value
    }

    /// Whether what is typed is seen.
    pub const fn shown(&self) -> Shown {
        self.shown
    }

    /// What is known.
    pub const fn answer(&self) -> &Answer {
        &self.answer
    }

    /// What is typed changed: the answer was to something else.
    pub fn on_text(&mut self) {
        self.answer = Answer::None;
        self.revision = 0;
    }

    /// Acts on a key.
    pub fn act(state: &mut State, action: Action, effects: &mut Vec<Effect>) {
        let Some(which) = which(state) else {
            return;
        };
        match action {
            Action::Enter => ask(state, effects),
            Action::NextChoice if which.secret.is_none() => {
                state.say(Tone::Note, "no secret is selected: the whole vault is searched");
            }
            Action::NextChoice => {
                which.is_everywhere = !which.is_everywhere;
                which.on_text();
                if !which.value.is_empty() {
                    ask(state, effects);
                }
            }
            Action::NewLine => {
                which.value.insert("\n");
                which.on_text();
            }
            Action::ToggleShown => {
                which.shown = match which.shown {
                    Shown::Masked => Shown::Plainly,
                    Shown::Plainly => Shown::Masked,
                };
            }
            Action::Escape => {
                state.modals.pop();
            }
            _ => {}
        }
    }
}

fn which(state: &mut State) -> Option<&mut Which> {
    state.modals.iter_mut().rev().find_map(|modal| match modal {
        Modal::Which(which) => Some(&mut **which),
        _ => None,
    })
}

fn ask(state: &mut State, effects: &mut Vec<Effect>) {
    let revision = state.next_revision();
    let Some(which) = which(state) else {
        return;
    };
    if which.value.is_empty() {
        return state.say(Tone::Note, "type or paste a value first");
    }
    which.answer = Answer::Pending;
    which.revision = revision;
    let scope = which.secret.clone().filter(|_| !which.is_everywhere);
    effects.push(Effect::Work(Work::Which { revision, scope, value: which.value.duplicate() }));
}

/// The answer came; one to an older question is dropped.
pub fn on_which(state: &mut State, revision: u64, result: Result<Box<Holders>, VaultError>) {
    if let Some(which) = which(state).filter(|which| which.revision == revision) {
        which.answer = Answer::Known(result);
    }
}
