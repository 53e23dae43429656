//! The question whether to let what was typed go.

use ratatui::buffer::Buffer;
use ratatui::layout::Position;

use super::plan_view;
use crate::tui::action::Action;
use crate::tui::effect::{Effect, Work};
use crate::tui::keymap::Keymap;
use crate::tui::layout;
use crate::tui::lock;
use crate::tui::state::{Modal, State};
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::footer;
use crate::tui::widgets::line::LinePen;
use crate::tui::widgets::panel::{Title, centred, draw_modal};

/// What was wished before the question came up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Afterwards {
    /// The form closes.
    CloseForm,
    /// The app is left.
    Quit,
}

/// The question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Discard {
    afterwards: Afterwards,
    choice: plan_view::Choice,
}

impl Discard {
    /// The question, with the harmless answer first.
    pub const fn new(afterwards: Afterwards) -> Self {
        Self { afterwards, choice: plan_view::Choice::Cancel }
    }

    /// Acts on a key.
    pub fn act(state: &mut State, action: Action, effects: &mut Vec<Effect>) {
        let Some(Modal::Discard(question)) = state.modals.last_mut() else {
            return;
        };
        match action {
            Action::PreviousChoice | Action::NextChoice => question.choice = question.choice.other(),
            Action::Escape | Action::Back => {
                state.modals.pop();
            }
            Action::Enter => {
                let question = *question;
                state.modals.pop();
                if question.choice == plan_view::Choice::Cancel {
                    return;
                }
                match question.afterwards {
                    Afterwards::CloseForm => {
                        if state.modals.iter().any(|modal| matches!(modal, Modal::Room(_))) {
                            // What was read for an import.
                            effects.push(Effect::Work(Work::ForgetImport));
                        }
                        state.modals.retain(|modal| {
                            !matches!(modal, Modal::PutForm(_) | Modal::SecretForm(_) | Modal::Room(_))
                        });
                    }
                    Afterwards::Quit => lock::leave(state, effects),
                }
            }
            _ => {}
        }
    }

    /// Draws it.
    pub fn draw(
        self,
        state: &State,
        theme: &Theme,
        keymap: &Keymap,
        buffer: &mut Buffer,
    ) -> Option<Position> {
        let area = centred(layout::areas(state.size).body, 54, 7);
        let inside = draw_modal(buffer, area, Title { text: "Not stored yet", note: "" }, theme);
        let on_top = |modal: &Modal| matches!(modal, Modal::Discard(_));
        footer::draw_in_border(state, on_top, keymap, theme, buffer, area);
        LinePen::new(buffer, inside, 1)
            .skip(2)
            .text("What you typed in the form is not stored.", theme.style(Role::Text));
        let done = match self.afterwards {
            Afterwards::CloseForm => "Discard it",
            Afterwards::Quit => "Discard and quit",
        };
        plan_view::draw_choices(buffer, inside, 3, ("Keep typing", done), self.choice, theme)
    }
}
