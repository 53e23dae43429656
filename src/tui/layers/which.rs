//! Which version is this: a masked field, and the versions that hold what is typed into it.

use ratatui::layout::Position;

use super::which_view;
use crate::domain::SecretName;
use crate::tui::action::Action;
use crate::tui::app::{App, Tone};
use crate::tui::ask::{Answered, Pending, Ticket, Work};
use crate::tui::context::{Context, Contexts};
use crate::tui::holders::Holders;
use crate::tui::kit::canvas::Canvas;
use crate::tui::kit::field::Shown;
use crate::tui::kit::{EditBuffer, Lines};
use crate::tui::layer::{Flow, Layer};

/// The question.
pub struct Which {
    /// The secret under the cursor.
    secret: Option<SecretName>,
    /// Whether all secrets are looked at.
    is_everywhere: bool,
    value: EditBuffer,
    shown: Shown,
    answer: Pending<Box<Holders>>,
}

impl Which {
    /// For the selected secret, or for the vault where none is selected.
    pub fn new(app: &App) -> Self {
        let secret = app.browse().and_then(|browse| browse.selected.clone());
        Self {
            is_everywhere: secret.is_none(),
            secret,
            value: EditBuffer::new(Lines::Many),
            shown: Shown::Masked,
            answer: Pending::default(),
        }
    }

    /// The secret under the cursor.
    pub const fn secret(&self) -> Option<&SecretName> {
        self.secret.as_ref()
    }

    /// Whether all secrets are looked at.
    pub const fn is_everywhere(&self) -> bool {
        self.is_everywhere
    }

    pub const fn value(&self) -> &EditBuffer {
        &self.value
    }

    pub const fn shown(&self) -> Shown {
        self.shown
    }

    pub const fn answer(&self) -> &Pending<Box<Holders>> {
        &self.answer
    }

    fn ask(&mut self, app: &mut App) {
        if self.value.is_empty() {
            return app.say(Tone::Note, "type or paste a value first");
        }
        let scope = self.secret.clone().filter(|_| !self.is_everywhere);
        self.answer.ask_anew(&mut app.asks, Work::Which { scope, value: self.value.duplicate() });
    }
}

impl Layer for Which {
    fn name(&self) -> &'static str {
        "which"
    }

    fn contexts(&self) -> Contexts {
        Contexts::typing(&[Context::Which])
    }

    fn field(&mut self) -> Option<&mut EditBuffer> {
        Some(&mut self.value)
    }

    /// The answer was to something else.
    fn changed(&mut self, _app: &mut App) {
        self.answer.forget();
    }

    fn act(&mut self, action: Action, app: &mut App) -> Flow {
        match action {
            Action::Enter => self.ask(app),
            Action::NextChoice if self.secret.is_none() => {
                app.say(Tone::Note, "no secret is selected: the whole vault is searched");
            }
            Action::NextChoice => {
                self.is_everywhere = !self.is_everywhere;
                self.answer.forget();
                if !self.value.is_empty() {
                    self.ask(app);
                }
            }
            Action::NewLine => {
                self.value.insert("\n");
                self.answer.forget();
            }
            Action::ToggleShown => self.shown = self.shown.other(),
            Action::Escape => return Flow::Close,
            _ => {}
        }
        Flow::Stay
    }

    fn awaits(&self, ticket: Ticket) -> bool {
        self.answer.awaits(ticket)
    }

    fn answered(&mut self, answered: Answered, _app: &mut App) -> Flow {
        self.answer.settle(answered.result);
        Flow::Stay
    }

    fn draw(&self, canvas: &mut Canvas<'_>) -> Option<Position> {
        which_view::draw(self, canvas)
    }
}
