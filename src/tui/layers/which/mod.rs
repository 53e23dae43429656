//! Which version is this: a masked field, and the versions that hold what is typed into it.

mod view;

use ratatui::layout::Position;

use crate::domain::SecretName;
use crate::tui::action::Action;
use crate::tui::app::{App, Tone};
use crate::tui::ask::{Answered, Pending, Ticket, Work};
use crate::tui::context::{Context, Contexts};
use crate::tui::holders::Holders;
use crate::tui::kit::canvas::{Canvas, Hit};
use crate::tui::kit::form::{Did, Field, Form, Id, Loss};
use crate::tui::layer::{Flow, Layer};

const VALUE: Id = Id("value");
const PLACE: Id = Id("place");

const EVERYWHERE: &str = "whole vault";

/// Rows of the value.
const VALUE_ROWS: u16 = 3;

pub struct Which {
    /// The secret under the cursor.
    secret: Option<SecretName>,
    form: Form,
    answer: Pending<Box<Holders>>,
}

impl Which {
    /// For the selected secret, or for the vault where none is selected.
    pub fn new(app: &App) -> Self {
        let secret = app.browse().and_then(|browse| browse.selected.clone());
        let name = secret.as_ref().map(SecretName::as_str);
        let places: Vec<&str> = name.into_iter().chain([EVERYWHERE]).collect();
        let form = Form::new(vec![
            Field::masked_lines(VALUE, "Value", VALUE_ROWS)
                .placeholder("type or paste it: it is compared, and stored nowhere")
                .loss(Loss::None),
            Field::choice(PLACE, "Look in", &places, 0),
        ]);
        Self { secret, form, answer: Pending::default() }
    }

    /// Whether all secrets are looked at.
    pub fn is_everywhere(&self) -> bool {
        self.secret.is_none() || self.form.chosen(PLACE) > 0
    }

    pub fn value(&self) -> &str {
        self.form.text(VALUE)
    }

    fn look_elsewhere(&mut self, app: &mut App) {
        self.answer.forget();
        if !self.value().is_empty() {
            self.ask(app);
        }
    }

    /// Goes to the version that was found, else looks for one.
    fn enter(&mut self, app: &mut App) -> Flow {
        let found = self.answer.good().and_then(|holders| holders.found.first());
        let Some(holding) = found.map(|holder| &holder.holding) else {
            self.ask(app);
            return Flow::Stay;
        };
        if app.go_to(&holding.name, Some(&holding.version.id)) { Flow::Done } else { Flow::Stay }
    }

    fn ask(&mut self, app: &mut App) {
        if self.value().is_empty() {
            return app.say(Tone::Note, "type or paste a value first");
        }
        let scope = self.secret.clone().filter(|_| !self.is_everywhere());
        self.answer.ask_anew(&mut app.asks, Work::Which { scope, value: self.form.duplicate(VALUE) });
    }
}

impl Layer for Which {
    fn name(&self) -> &'static str {
        "which"
    }

    fn contexts(&self) -> Contexts {
        self.form.contexts_of_prompt(&[Context::Which])
    }

    fn form(&self) -> Option<&Form> {
        Some(&self.form)
    }

    fn form_mut(&mut self) -> Option<&mut Form> {
        Some(&mut self.form)
    }

    /// The answer was to something else.
    fn changed(&mut self, _app: &mut App) {
        self.answer.forget();
    }

    /// Another place to look in is looked in at once.
    fn hit(&mut self, hit: Hit, app: &mut App) {
        if self.form.hit(hit) == Did::Changed {
            self.look_elsewhere(app);
        }
        self.form.go_to(VALUE);
    }

    fn act(&mut self, action: Action, app: &mut App) -> Flow {
        match action {
            Action::Enter => return self.enter(app),
            Action::NextChoice if self.secret.is_none() => {
                app.say(Tone::Note, "no secret is selected: the whole vault is searched");
            }
            Action::NextChoice => {
                self.form.turn(PLACE, 1);
                self.look_elsewhere(app);
            }
            Action::Escape => return Flow::Close,
            _ => {
                if self.form.act(action, &mut app.asks) == Did::Changed {
                    self.answer.forget();
                }
            }
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
        view::draw(self, canvas)
    }
}
