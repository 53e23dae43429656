//! The generator over the put form: a recipe, what it draws, how strong that is.

use ratatui::layout::Position;

use super::generator_view;
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
use crate::tui::layer::{Flow, Gift, Layer};

/// What is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Characters.
    Password,
    /// Words.
    Passphrase,
}

/// What can be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// A password or a passphrase.
    Kind,
    /// How many characters.
    Length,
    /// Whether these characters are in it.
    Class(CharacterClass),
    /// Characters to leave out.
    Exclude,
    /// Whether each type of character occurs.
    RequireEach,
    /// How many words.
    Words,
    /// What stands between the words.
    Separator,
}

/// What the recipe makes.
pub enum Drawn {
    /// What the worker says.
    Asked(Pending<Generated>),
    /// The recipe makes no sense: what is wrong, and what to do about it.
    Wrong(String, &'static str),
}

/// The pane.
pub struct Generator {
    kind: Kind,
    length: EditBuffer,
    classes: Vec<CharacterClass>,
    exclude: EditBuffer,
    require_each: RequireEach,
    words: EditBuffer,
    separator: EditBuffer,
    focus: usize,
    shown: Shown,
    drawn: Drawn,
    replaces: bool,
}

impl Generator {
    /// With the recipe that the command line has where nothing else is said; `replaces` tells whether the value
    /// takes the place of one that was typed.
    pub fn new(replaces: bool, app: &mut App) -> Self {
        let mut generator = Self {
            kind: Kind::Password,
            length: EditBuffer::with_text(&PasswordRecipe::DEFAULT_LENGTH.to_string()),
            classes: CharacterClass::ALL.to_vec(),
            exclude: EditBuffer::with_text(""),
            require_each: RequireEach::Yes,
            words: EditBuffer::with_text(&PassphraseRecipe::DEFAULT_WORDS.to_string()),
            separator: EditBuffer::with_text(PassphraseRecipe::DEFAULT_SEPARATOR),
            focus: 0,
            shown: Shown::Masked,
            drawn: Drawn::Asked(Pending::default()),
            replaces,
        };
        generator.draw_again(app);
        generator
    }

    /// Whether Enter replaces something that was typed.
    pub const fn replaces(&self) -> bool {
        self.replaces
    }

    /// The choices, in order.
    pub const fn choices(&self) -> &'static [Choice] {
        match self.kind {
            Kind::Password => &[
                Choice::Kind,
                Choice::Length,
                Choice::Class(CharacterClass::Lowercase),
                Choice::Class(CharacterClass::Uppercase),
                Choice::Class(CharacterClass::Numbers),
                Choice::Class(CharacterClass::Punctuation),
                Choice::RequireEach,
                Choice::Exclude,
            ],
            Kind::Passphrase => &[Choice::Kind, Choice::Words, Choice::Separator],
        }
    }

    /// Where the keys go.
    pub fn focus(&self) -> Choice {
        self.choices().get(self.focus).copied().unwrap_or(Choice::Kind)
    }

    /// What is made.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether these characters are in it.
    pub fn includes(&self, class: CharacterClass) -> bool {
        self.classes.contains(&class)
    }

    /// Whether each type of character occurs.
    pub const fn require_each(&self) -> RequireEach {
        self.require_each
    }

    /// Whether the value is shown.
    pub const fn shown(&self) -> Shown {
        self.shown
    }

    /// What the recipe makes.
    pub const fn drawn(&self) -> &Drawn {
        &self.drawn
    }

    /// The text of a choice that is typed.
    pub const fn text(&self, choice: Choice) -> Option<&EditBuffer> {
        match choice {
            Choice::Length => Some(&self.length),
            Choice::Exclude => Some(&self.exclude),
            Choice::Words => Some(&self.words),
            Choice::Separator => Some(&self.separator),
            Choice::Kind | Choice::Class(_) | Choice::RequireEach => None,
        }
    }

    fn recipe(&self) -> Result<Recipe, (String, &'static str)> {
        let wrong = |error: GeneratorError| (error.to_string(), error.hint());
        let number = |field: &EditBuffer, what: &str| {
            field.text().parse().map_err(|_| (format!("{what} is a whole number"), "type one"))
        };
        match self.kind {
            Kind::Password => {
                let length = number(&self.length, "the length")?;
                PasswordRecipe::new(length, &self.classes, self.exclude.text(), self.require_each)
                    .map(Recipe::Password)
                    .map_err(wrong)
            }
            Kind::Passphrase => {
                let words = number(&self.words, "the number of words")?;
                PassphraseRecipe::new(words, self.separator.text()).map(Recipe::Passphrase).map_err(wrong)
            }
        }
    }

    fn change(&mut self) {
        match self.focus() {
            Choice::Kind => {
                self.kind = match self.kind {
                    Kind::Password => Kind::Passphrase,
                    Kind::Passphrase => Kind::Password,
                };
            }
            Choice::Class(class) if self.includes(class) => self.classes.retain(|known| *known != class),
            Choice::Class(class) => self.classes.push(class),
            Choice::RequireEach => {
                self.require_each = match self.require_each {
                    RequireEach::Yes => RequireEach::No,
                    RequireEach::No => RequireEach::Yes,
                };
            }
            Choice::Length | Choice::Exclude | Choice::Words | Choice::Separator => {}
        }
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
    fn take(&mut self) -> Flow {
        let Drawn::Asked(asked) = &self.drawn else {
            return Flow::Stay;
        };
        asked.good().map_or(Flow::Stay, |generated| {
            let value = EditBuffer::with_text(generated.text.expose_text().unwrap_or_default());
            Flow::Give(Gift::Value(value, generated.bits))
        })
    }
}

impl Layer for Generator {
    fn name(&self) -> &'static str {
        "generator"
    }

    fn contexts(&self) -> Contexts {
        if self.text(self.focus()).is_some() {
            Contexts::typing(&[Context::Generator])
        } else {
            Contexts::choosing(&[Context::FormChoice, Context::Generator])
        }
    }

    fn field(&mut self) -> Option<&mut EditBuffer> {
        match self.focus() {
            Choice::Length => Some(&mut self.length),
            Choice::Exclude => Some(&mut self.exclude),
            Choice::Words => Some(&mut self.words),
            Choice::Separator => Some(&mut self.separator),
            Choice::Kind | Choice::Class(_) | Choice::RequireEach => None,
        }
    }

    fn changed(&mut self, app: &mut App) {
        self.draw_again(app);
    }

    fn act(&mut self, action: Action, app: &mut App) -> Flow {
        let count = self.choices().len();
        match action {
            Action::NextField => self.focus = (self.focus + 1) % count,
            Action::PreviousField => self.focus = (self.focus + count - 1) % count,
            Action::ToggleShown => self.shown = self.shown.other(),
            Action::PreviousChoice | Action::NextChoice => {
                self.change();
                self.draw_again(app);
            }
            Action::AnotherValue => self.draw_again(app),
            Action::Enter => return self.take(),
            Action::Escape | Action::Back => return Flow::Close,
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
        generator_view::draw(self, canvas)
    }
}
