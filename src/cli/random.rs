//! The flags of a random password or passphrase, and what they make.

use clap::Args;

use crate::generator::{
    CharacterClass, Generated, GeneratorError, PassphraseRecipe, PasswordRecipe, RequireEach,
};

/// What its options stand under in the help.
pub(super) const HEADING: &str = "Random password or passphrase";

/// What a random password or passphrase is made of.
#[derive(Debug, Args)]
#[command(next_help_heading = HEADING)]
pub(super) struct RandomArguments {
    /// Number of characters, 8 to 128 [default: 32]
    #[arg(long, value_name = "N")]
    length: Option<usize>,

    /// Without lower-case letters
    #[arg(long)]
    no_lower: bool,

    /// Without upper-case letters
    #[arg(long)]
    no_upper: bool,

    /// Without digits
    #[arg(long)]
    no_digits: bool,

    /// Without punctuation
    #[arg(long)]
    no_symbols: bool,

    /// Characters to leave out
    #[arg(long, value_name = "CHARS")]
    exclude: Option<String>,

    /// Allow a type of character to be absent
    #[arg(long)]
    no_require_each: bool,

    /// A passphrase of 3 to 20 words of the large EFF list
    #[arg(
        long,
        value_name = "N",
        conflicts_with_all = [
            "length", "no_lower", "no_upper", "no_digits", "no_symbols", "exclude", "no_require_each",
        ]
    )]
    words: Option<usize>,

    /// Text between the words [default: -]
    #[arg(long, value_name = "TEXT", requires = "words", allow_hyphen_values = true)]
    separator: Option<String>,
}

/// Something generated, and the sentence about it that does not tell it.
pub(super) struct Drawn {
    pub(super) generated: Generated,
    pub(super) sentence: String,
}

impl RandomArguments {
    /// A flag of these that was given; `None` where none was.
    pub(super) fn first_given(&self) -> Option<&'static str> {
        let flags = [
            (self.length.is_some(), "--length"),
            (self.no_lower, "--no-lower"),
            (self.no_upper, "--no-upper"),
            (self.no_digits, "--no-digits"),
            (self.no_symbols, "--no-symbols"),
            (self.exclude.is_some(), "--exclude"),
            (self.no_require_each, "--no-require-each"),
            (self.words.is_some(), "--words"),
        ];
        flags.into_iter().find_map(|(given, flag)| given.then_some(flag))
    }

    /// Draws one.
    pub(super) fn draw(&self) -> Result<Drawn, GeneratorError> {
        let (generated, what) = match self.words {
            Some(words) => {
                let recipe = PassphraseRecipe::new(
                    words,
                    self.separator.as_deref().unwrap_or(PassphraseRecipe::DEFAULT_SEPARATOR),
                )?;
                (recipe.generate()?, format!("a passphrase of {words} words"))
            }
            None => {
                let recipe = self.password()?;
                let generated = recipe.generate()?;
                let what = format!("a password of {} characters", generated.text.len());
                (generated, what)
            }
        };
        let sentence = format!("generated {what}, {:.1} bits strong", generated.bits);
        Ok(Drawn { generated, sentence })
    }

    fn password(&self) -> Result<PasswordRecipe, GeneratorError> {
        let require_each = if self.no_require_each { RequireEach::No } else { RequireEach::Yes };
        let excluded = self.exclude.as_deref().unwrap_or_default();
        let length = self.length.unwrap_or(PasswordRecipe::DEFAULT_LENGTH);
        PasswordRecipe::new(length, &self.classes(), excluded, require_each)
    }

    fn classes(&self) -> Vec<CharacterClass> {
        let left_out = |class: &CharacterClass| match class {
            CharacterClass::Lowercase => self.no_lower,
            CharacterClass::Uppercase => self.no_upper,
            CharacterClass::Numbers => self.no_digits,
            CharacterClass::Punctuation => self.no_symbols,
        };
        CharacterClass::ALL.into_iter().filter(|class| !left_out(class)).collect()
    }
}
