//! Random passwords: KMS GetRandomPassword.

use super::random::Random;
use super::{Generated, GeneratorError};
use crate::memory::SecretBytes;

/// The four types of characters of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CharacterClass {
    /// `a` to `z`.
    Lowercase,
    /// `A` to `Z`.
    Uppercase,
    /// `0` to `9`.
    Numbers,
    /// The other printable ASCII characters, space excepted.
    Punctuation,
}

impl CharacterClass {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Lowercase, Self::Uppercase, Self::Numbers, Self::Punctuation];

    const fn holds(self, byte: u8) -> bool {
        match self {
            Self::Lowercase => byte.is_ascii_lowercase(),
            Self::Uppercase => byte.is_ascii_uppercase(),
            Self::Numbers => byte.is_ascii_digit(),
            Self::Punctuation => byte.is_ascii_punctuation(),
        }
    }
}

/// Whether every included type must occur.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequireEach {
    /// At least one character of each; the default of the app and the command line (etui).
    Yes,
    /// Not required; the default of the API.
    No,
}

/// What a password is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordRecipe {
    length: usize,
    /// The characters of each included class that are left.
    classes: Vec<Vec<u8>>,
    require_each: RequireEach,
}

impl PasswordRecipe {
    /// The length that KMS takes where none is named.
    pub const DEFAULT_LENGTH: usize = 32;

    /// Checks a recipe: `classes` are the included types, `excluded` single characters to leave out.
    ///
    /// # Errors
    /// A length outside 8 to 128; no characters left; a required type without any character left.
    pub fn new(
        length: usize,
        classes: &[CharacterClass],
        excluded: &str,
        require_each: RequireEach,
    ) -> Result<Self, GeneratorError> {
        if !(8..=128).contains(&length) {
            return Err(GeneratorError::LengthOutOfRange);
        }
        let mut kept: Vec<Vec<u8>> = Vec::new();
        for class in CharacterClass::ALL.into_iter().filter(|class| classes.contains(class)) {
            let characters = (b'!'..=b'~')
                .filter(|&byte| class.holds(byte) && !excluded.contains(char::from(byte)))
                .collect();
            kept.push(characters);
        }
        if kept.iter().all(Vec::is_empty) {
            return Err(GeneratorError::NothingLeft);
        }
        // Four types at most and eight characters at least: a length is never too short for one of each.
        if require_each == RequireEach::Yes && kept.iter().any(Vec::is_empty) {
            return Err(GeneratorError::ClassIsEmpty);
        }
        kept.retain(|class| !class.is_empty());
        Ok(Self { length, classes: kept, require_each })
    }

    /// Draws a password, each possible one equally likely.
    ///
    /// # Errors
    /// [`GeneratorError::RandomUnavailable`].
    pub fn generate(&self) -> Result<Generated, GeneratorError> {
        let alphabet = self.alphabet();
        let bound = u16::try_from(alphabet.len()).map_err(|_| GeneratorError::NothingLeft)?;
        let mut random = Random::new();
        let mut text = SecretBytes::with_capacity(self.length);
        // One that misses a type is thrown away whole: mending it would make some passwords likelier.
        loop {
            text.clear();
            for _ in 0..self.length {
                text.push(alphabet[usize::from(random.below(bound)?)]);
            }
            if self.accepts(text.expose()) {
                return Ok(Generated { text, bits: self.bits() });
            }
        }
    }

    /// The strength in bits: the logarithm to base two of the number of possible passwords.
    pub fn bits(&self) -> f64 {
        let all = self.alphabet().len() as f64;
        let length = self.length as f64;
        let mut share = 1.0;
        if self.require_each == RequireEach::Yes {
            // Inclusion and exclusion over the types that a password might miss.
            share = (0..1_u32 << self.classes.len())
                .map(|missed| {
                    let lost: usize = (0..self.classes.len())
                        .filter(|class| missed & (1 << class) != 0)
                        .map(|class| self.classes[class].len())
                        .sum();
                    let sign = if missed.count_ones() % 2 == 0 { 1.0 } else { -1.0 };
                    sign * libm::pow((all - lost as f64) / all, length)
                })
                .sum();
        }
        length * libm::log2(all) + libm::log2(share)
    }

    fn alphabet(&self) -> Vec<u8> {
        self.classes.concat()
    }

    fn accepts(&self, text: &[u8]) -> bool {
        self.require_each == RequireEach::No
            || self.classes.iter().all(|class| class.iter().any(|character| text.contains(character)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use CharacterClass::{Lowercase, Numbers, Punctuation, Uppercase};

    fn recipe(length: usize, classes: &[CharacterClass], excluded: &str) -> PasswordRecipe {
        PasswordRecipe::new(length, classes, excluded, RequireEach::Yes).unwrap()
    }

    #[test]
    fn a_length_lies_between_8_and_128() {
        for (length, is_allowed) in [(7, false), (8, true), (128, true), (129, false)] {
            let made = PasswordRecipe::new(length, &CharacterClass::ALL, "", RequireEach::No);
            assert_eq!(made.is_ok(), is_allowed, "{length}");
        }
        assert_eq!(recipe(128, &CharacterClass::ALL, "").generate().unwrap().text.len(), 128);
    }

    #[test]
    fn only_included_classes_and_characters_occur_and_each_does() {
        let made = recipe(8, &[Lowercase, Numbers], "abc0");
        for _ in 0..2_000 {
            let generated = made.generate().unwrap();
            let text = generated.text.expose();
            assert!(text.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()));
            assert!(!text.iter().any(|byte| b"abc0".contains(byte)));
            assert!(text.iter().any(u8::is_ascii_lowercase) && text.iter().any(u8::is_ascii_digit));
        }
    }

    #[test]
    fn the_four_classes_are_the_94_printable_characters() {
        let all = recipe(8, &CharacterClass::ALL, "").alphabet();
        assert_eq!(all.len(), 94);
        assert!((b'!'..=b'~').all(|byte| all.contains(&byte)));
    }

    #[test]
    fn impossible_recipes_are_refused() {
        let refused = |classes: &[CharacterClass], excluded: &str, require| {
            PasswordRecipe::new(8, classes, excluded, require).unwrap_err()
        };
        assert_eq!(refused(&[], "", RequireEach::No), GeneratorError::NothingLeft);
        assert_eq!(refused(&[Numbers], "0123456789", RequireEach::No), GeneratorError::NothingLeft);
        assert_eq!(
            refused(&[Numbers, Uppercase], "0123456789", RequireEach::Yes),
            GeneratorError::ClassIsEmpty
        );
        assert!(PasswordRecipe::new(8, &[Numbers, Uppercase], "0123456789", RequireEach::No).is_ok());
    }

    #[test]
    fn characters_are_uniform_over_the_alphabet() {
        // 94 cells, 93 degrees of freedom: a uniform source exceeds 240 with a probability below 10^-13.
        let made = PasswordRecipe::new(128, &CharacterClass::ALL, "", RequireEach::No).unwrap();
        let mut counts = [0_u32; 94];
        for _ in 0..940 {
            for byte in made.generate().unwrap().text.expose() {
                counts[usize::from(byte - b'!')] += 1;
            }
        }
        let expected = 1_280.0;
        let statistic: f64 =
            counts.iter().map(|&count| (f64::from(count) - expected).powi(2) / expected).sum();
        assert!(statistic < 240.0, "chi-square {statistic}");
    }

    #[test]
    fn strength_counts_exactly_the_passwords_that_can_come_out() {
        let plain = PasswordRecipe::new(20, &[Lowercase], "", RequireEach::Yes).unwrap();
        assert!((plain.bits() - 20.0 * 26_f64.log2()).abs() < 1e-9);
        // Two characters of two classes, eight long: 2^8 minus the two that miss one.
        let two = recipe(8, &[Numbers, Punctuation], "123456789\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~");
        assert!((two.bits() - 254_f64.log2()).abs() < 1e-9, "{}", two.bits());
    }
}
