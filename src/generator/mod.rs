//! Random passwords and passphrases: uniform by rejection, from the system's generator, with exact strength; and
//! an estimate of how hard a password is to guess that somebody chose.
//!
//! The alphabet and the limits of passwords are those of KMS GetRandomPassword; passphrases are etui's own,
//! from the large word list of the EFF (`assets/eff_large_wordlist.txt`, CC BY 3.0 US, eff.org/dice).

mod guesses;
mod passphrase;
mod password;
mod random;
mod strength;

use thiserror::Error;

pub use passphrase::PassphraseRecipe;
pub use password::{CharacterClass, PasswordRecipe, RequireEach};
pub use strength::{PasswordOf, Strength};

use crate::domain::ErrorCode;
use crate::memory::SecretBytes;

/// Something generated, and how hard it is to guess for one who knows the recipe.
#[derive(Debug)]
pub struct Generated {
    /// ASCII text.
    pub text: SecretBytes,
    /// The logarithm to base two of the number of equally likely results.
    pub bits: f64,
}

/// What to generate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipe {
    /// Characters.
    Password(PasswordRecipe),
    /// Words.
    Passphrase(PassphraseRecipe),
}

impl Recipe {
    /// Draws one, each possible one equally likely.
    ///
    /// # Errors
    /// [`GeneratorError::RandomUnavailable`].
    pub fn generate(&self) -> Result<Generated, GeneratorError> {
        match self {
            Self::Password(recipe) => recipe.generate(),
            Self::Passphrase(recipe) => recipe.generate(),
        }
    }
}

/// Why nothing could be generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum GeneratorError {
    /// KMS: 8 to 128.
    #[error("a random password has 8 to 128 characters")]
    LengthOutOfRange,
    /// Every class and character is excluded.
    #[error("no characters are left to choose from")]
    NothingLeft,
    /// There are more classes to be in it than it has characters, or a required class has none left.
    #[error("each included type of character is required, but one of them has no characters left")]
    ClassIsEmpty,
    /// Three words have 38 bits, twenty 258.
    #[error("a passphrase has 3 to 20 words")]
    WordsOutOfRange,
    /// The separator is shown between the words, so it must be showable.
    #[error("a separator has at most 16 printable ASCII characters")]
    BadSeparator,
    /// The system has no random bytes.
    #[error("the system has no random bytes")]
    RandomUnavailable,
}

impl GeneratorError {
    /// The code of the contract.
    pub const fn code(self) -> ErrorCode {
        match self {
            Self::RandomUnavailable => ErrorCode::InternalFailure,
            _ => ErrorCode::InvalidParameter,
        }
    }

    /// What to do next; empty where the sentence says it.
    pub const fn hint(self) -> &'static str {
        match self {
            Self::LengthOutOfRange | Self::WordsOutOfRange | Self::BadSeparator => "",
            Self::NothingLeft => "exclude less",
            Self::ClassIsEmpty => "exclude the whole type, or do not require one of each",
            Self::RandomUnavailable => "",
        }
    }
}
