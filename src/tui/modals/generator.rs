//! The generator over the put form: a recipe, what it draws, how strong that is.

use crate::generator::{
    CharacterClass, Generated, GeneratorError, PassphraseRecipe, PasswordRecipe, Recipe, RequireEach,
};
use crate::tui::action::Action;
use crate::tui::effect::{Effect, Work};
use crate::tui::screens::put_form::{self, ValueShown};
use crate::tui::state::{Modal, State};
use crate::tui::widgets::EditBuffer;

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
    /// The worker was asked.
    Pending,
    /// A value and its strength in bits.
    Value(EditBuffer, f64),
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
    shown: ValueShown,
    drawn: Drawn,
    revision: u64,
}

impl Generator {
    /// With the recipe that the command line has where nothing else is said.
    pub fn new() -> Self {
        Self {
            kind: Kind::Password,
            length: EditBuffer::with_text(&PasswordRecipe::DEFAULT_LENGTH.to_string()),
            classes: CharacterClass::ALL.to_vec(),
            exclude: EditBuffer::with_text(""),
            require_each: RequireEach::Yes,
            words: EditBuffer::with_text(&PassphraseRecipe::DEFAULT_WORDS.to_string()),
            separator: EditBuffer::with_text(PassphraseRecipe::DEFAULT_SEPARATOR),
            focus: 0,
            shown: ValueShown::Masked,
            drawn: Drawn::Pending,
            revision: 0,
        }
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
    pub const fn shown(&self) -> ValueShown {
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

    /// The field with the cursor, for typing.
    pub fn focused_mut(&mut self) -> Option<&mut EditBuffer> {
        match self.focus() {
            Choice::Length => Some(&mut self.length),
            Choice::Exclude => Some(&mut self.exclude),
            Choice::Words => Some(&mut self.words),
            Choice::Separator => Some(&mut self.separator),
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

    /// Opens it over the put form.
    pub fn open(state: &mut State, effects: &mut Vec<Effect>) {
        state.modals.push(Modal::Generator(Box::default()));
        draw_anew(state, effects);
    }

    /// Acts on a key.
    pub fn act(state: &mut State, action: Action, effects: &mut Vec<Effect>) {
        let Some(pane) = pane(state) else {
            return;
        };
        let count = pane.choices().len();
        match action {
            Action::NextField => pane.focus = (pane.focus + 1) % count,
            Action::PreviousField => pane.focus = (pane.focus + count - 1) % count,
            Action::ToggleShown => pane.shown = pane.shown.other(),
            Action::PreviousChoice | Action::NextChoice => {
                pane.change();
                draw_anew(state, effects);
            }
            Action::AnotherValue => draw_anew(state, effects),
            Action::Enter => take(state, effects),
            Action::Escape | Action::Back => {
                state.modals.pop();
            }
            _ => {}
        }
    }
}

impl Default for Generator {
    fn default() -> Self {
        Self::new()
    }
}

fn pane(state: &mut State) -> Option<&mut Generator> {
    match state.modals.last_mut() {
        Some(Modal::Generator(pane)) => Some(pane),
        _ => None,
    }
}

/// The recipe changed, or another value is wished.
pub fn draw_anew(state: &mut State, effects: &mut Vec<Effect>) {
    let revision = state.next_revision();
    let Some(pane) = pane(state) else {
        return;
    };
    pane.revision = revision;
    pane.drawn = match pane.recipe() {
        Ok(recipe) => {
            effects.push(Effect::Work(Work::Generate { revision, recipe }));
            Drawn::Pending
        }
        Err((sentence, hint)) => Drawn::Wrong(sentence, hint),
    };
}

/// A value came; one of an older recipe is dropped, which wipes it.
pub fn on_generated(state: &mut State, revision: u64, result: Result<Generated, GeneratorError>) {
    let generator = state.modals.iter_mut().find_map(|modal| match modal {
        Modal::Generator(pane) => Some(pane),
        _ => None,
    });
    if let Some(pane) = generator
        && pane.revision == revision
    {
        pane.drawn = match result {
            Ok(generated) => {
                let text = EditBuffer::with_text(generated.text.expose_text().unwrap_or_default());
                Drawn::Value(text, generated.bits)
            }
            Err(error) => Drawn::Wrong(error.to_string(), error.hint()),
        };
    }
}

/// The value goes into the form; without one, nothing happens.
fn take(state: &mut State, effects: &mut Vec<Effect>) {
    if !matches!(pane(state).map(|pane| &pane.drawn), Some(Drawn::Value(..))) {
        return;
    }
    if let Some(Modal::Generator(pane)) = state.modals.pop()
        && let Drawn::Value(value, bits) = pane.drawn
    {
        put_form::take_generated(state, &value, bits, effects);
    }
}
