//! The generator over the put form: a recipe, what it draws, how strong that is.

mod view;

use ratatui::layout::Position;

use crate::generator::{
    CharacterClass, Generated, GeneratorError, PassphraseRecipe, PasswordRecipe, Recipe, RequireEach,
};
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::ask::{Answered, Pending, Ticket, Work};
use crate::tui::context::{Context, Contexts};
use crate::tui::kit::EditBuffer;
use crate::tui::kit::canvas::Canvas;
use crate::tui::kit::field::Shown;
use crate::tui::kit::form::{Did, Field, Form, Id, Loss};
use crate::tui::layer::{Flow, Gift, Layer};

const KIND: Id = Id("kind");
const LENGTH: Id = Id("length");
const CHARACTERS: Id = Id("characters");
const EACH: Id = Id("each");
const EXCLUDE: Id = Id("exclude");
const WORDS: Id = Id("words");
const SEPARATOR: Id = Id("separator");

/// The option of a passphrase.
const PASSPHRASE: usize = 1;

/// What the recipe makes.
pub enum Drawn {
    /// What the worker says.
    Asked(Pending<Generated>),
    /// The recipe makes no sense: what is wrong, and what to do about it.
    Wrong(String, &'static str),
}

pub struct Generator {
    form: Form,
    /// The fields of the other kind, as they were typed.
    other: Vec<Field>,
    shown: Shown,
    drawn: Drawn,
    replaces: bool,
}

impl Generator {
    /// With the recipe that the command line has where nothing else is said; `replaces` tells whether the value
    /// takes the place of one that was typed.
    pub fn new(replaces: bool, app: &mut App) -> Self {
        let text = |id, label, text: &str| Field::text(id, label, text).loss(Loss::None);
        let length = PasswordRecipe::DEFAULT_LENGTH.to_string();
        let words = PassphraseRecipe::DEFAULT_WORDS.to_string();
        let mut generator = Self {
            form: Form::new(vec![
                Field::choice(KIND, "Kind", &["password", "passphrase"], 0),
                text(LENGTH, "Length", &length).unit("8 to 128"),
                Field::switches(CHARACTERS, "Characters", &CharacterClass::ALL.map(word_of)),
                Field::choice(EACH, "Each kind", &["at least one", "not required"], 0),
                text(EXCLUDE, "Exclude", ""),
            ]),
            other: vec![
                text(WORDS, "Words", &words).unit("3 to 20"),
                text(SEPARATOR, "Separator", PassphraseRecipe::DEFAULT_SEPARATOR),
            ],
            shown: Shown::Masked,
            drawn: Drawn::Asked(Pending::default()),
            replaces,
        };
        generator.draw_again(app);
        generator
    }

    fn makes_passphrase(&self) -> bool {
        self.form.chosen(KIND) == PASSPHRASE
    }

    /// Another kind has other fields.
    fn fit_fields(&mut self) {
        if self.form.has(WORDS) != self.makes_passphrase() {
            self.other = self.form.replace_behind(KIND, std::mem::take(&mut self.other));
        }
    }

    fn recipe(&self) -> Result<Recipe, (String, &'static str)> {
        let wrong = |error: GeneratorError| (error.to_string(), error.hint());
        let number = |id, what: &str| {
            self.form.text(id).parse().map_err(|_| (format!("{what} is a whole number"), "type one"))
        };
        if self.makes_passphrase() {
            let words = number(WORDS, "the number of words")?;
            let separator = self.form.text(SEPARATOR);
            return PassphraseRecipe::new(words, separator).map(Recipe::Passphrase).map_err(wrong);
        }
        let length = number(LENGTH, "the length")?;
        let on = CharacterClass::ALL.into_iter().zip(self.form.switched_on(CHARACTERS));
        let classes: Vec<CharacterClass> = on.filter(|(_, is_on)| *is_on).map(|(class, _)| class).collect();
        let each = if self.form.chosen(EACH) == 0 { RequireEach::Yes } else { RequireEach::No };
        PasswordRecipe::new(length, &classes, self.form.text(EXCLUDE), each)
            .map(Recipe::Password)
            .map_err(wrong)
    }

    /// The recipe changed, or another value is wanted.
    fn draw_again(&mut self, app: &mut App) {
        self.drawn = match self.recipe() {
            Ok(recipe) => {
                let mut asked = match std::mem::replace(&mut self.drawn, Drawn::Wrong(String::new(), "")) {
                    Drawn::Asked(asked) => asked,
                    Drawn::Wrong(..) => Pending::default(),
                };
                asked.ask_anew(&mut app.asks, Work::Generate { recipe });
                Drawn::Asked(asked)
            }
            Err((sentence, hint)) => Drawn::Wrong(sentence, hint),
        };
    }

    /// The value goes into the form; without one, nothing happens.
    fn take(&self) -> Flow {
        let Drawn::Asked(asked) = &self.drawn else {
            return Flow::Stay;
        };
        asked.good().map_or(Flow::Stay, |generated| {
            let value = EditBuffer::with_text(generated.text.expose_text().unwrap_or_default());
            Flow::Give(Gift::Value(value, generated.bits))
        })
    }
}

const fn word_of(class: CharacterClass) -> &'static str {
    match class {
        CharacterClass::Lowercase => "a-z",
        CharacterClass::Uppercase => "A-Z",
        CharacterClass::Numbers => "0-9",
        CharacterClass::Punctuation => "!?#",
    }
}

impl Layer for Generator {
    fn name(&self) -> &'static str {
        "generator"
    }

    fn contexts(&self) -> Contexts {
        self.form.contexts_of_prompt(&[Context::Generator])
    }

    fn form(&self) -> Option<&Form> {
        Some(&self.form)
    }

    fn form_mut(&mut self) -> Option<&mut Form> {
        Some(&mut self.form)
    }

    fn changed(&mut self, app: &mut App) {
        self.fit_fields();
        self.draw_again(app);
    }

    fn act(&mut self, action: Action, app: &mut App) -> Flow {
        match action {
            Action::ToggleShown => self.shown = self.shown.other(),
            Action::AnotherValue => self.draw_again(app),
            Action::Enter => return self.take(),
            Action::Escape | Action::Back => return Flow::Close,
            _ if self.form.act(action, &mut app.asks) == Did::Changed => self.changed(app),
            _ => {}
        }
        Flow::Stay
    }

    fn awaits(&self, ticket: Ticket) -> bool {
        matches!(&self.drawn, Drawn::Asked(asked) if asked.awaits(ticket))
    }

    fn answered(&mut self, answered: Answered, _app: &mut App) -> Flow {
        if let Drawn::Asked(asked) = &mut self.drawn {
            asked.settle(answered.result);
        }
        Flow::Stay
    }

    fn draw(&self, canvas: &mut Canvas<'_>) -> Option<Position> {
        view::draw(self, canvas)
    }
}
