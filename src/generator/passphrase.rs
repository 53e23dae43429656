//! Passphrases of words from the large list of the EFF (etui).

use super::random::Random;
use super::{Generated, GeneratorError};
use crate::memory::SecretBytes;

const WORDS: &str = include_str!("../../assets/eff_large_wordlist.txt");
const WORD_COUNT: u16 = 7_776;

/// What a passphrase is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassphraseRecipe {
    words: usize,
    separator: String,
}

impl PassphraseRecipe {
    /// The number of words where none is named: 77 bits.
    pub const DEFAULT_WORDS: usize = 6;

    /// What stands between the words where nothing else is said.
    pub const DEFAULT_SEPARATOR: &str = "-";

    /// Checks a recipe.
    ///
    /// # Errors
    /// Less than 3 or more than 20 words; a separator of more than 16 characters, or one that is not
    /// printable ASCII.
    pub fn new(words: usize, separator: &str) -> Result<Self, GeneratorError> {
        if !(3..=20).contains(&words) {
            return Err(GeneratorError::WordsOutOfRange);
        }
        if separator.len() > 16 || !separator.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
            return Err(GeneratorError::BadSeparator);
        }
        Ok(Self { words, separator: separator.to_owned() })
    }

    /// Draws a passphrase, each possible one equally likely.
    ///
    /// # Errors
    /// [`GeneratorError::RandomUnavailable`].
    pub fn generate(&self) -> Result<Generated, GeneratorError> {
        let list: Vec<&str> = WORDS.lines().collect();
        let mut random = Random::new();
        let mut text = SecretBytes::with_capacity(self.words * 10);
        for position in 0..self.words {
            if position > 0 {
                text.extend(self.separator.as_bytes());
            }
            let word = list[usize::from(random.below(WORD_COUNT)?)];
            text.extend(word.as_bytes());
        }
        Ok(Generated { text, bits: self.bits() })
    }

    /// The strength in bits for one who knows the list, the number of words and the separator.
    pub fn bits(&self) -> f64 {
        self.words as f64 * libm::log2(f64::from(WORD_COUNT))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_has_7776_different_lower_case_words() {
        let mut words: Vec<&str> = WORDS.lines().collect();
        assert_eq!(words.len(), usize::from(WORD_COUNT));
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), usize::from(WORD_COUNT));
        assert!(words.iter().all(|word| word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')));
    }

    #[test]
    fn a_passphrase_has_its_words_and_separators() {
        let generated = PassphraseRecipe::new(6, "_").unwrap().generate().unwrap();
        let text = generated.text.expose_text().unwrap();
        assert_eq!(text.split('_').count(), 6, "{text}");
        assert!(text.split('_').all(|word| WORDS.lines().any(|known| known == word)), "{text}");
        assert!((generated.bits - 77.549).abs() < 0.001, "{}", generated.bits);
    }

    #[test]
    fn recipes_outside_the_limits_are_refused() {
        assert_eq!(PassphraseRecipe::new(2, "-"), Err(GeneratorError::WordsOutOfRange));
        assert_eq!(PassphraseRecipe::new(21, "-"), Err(GeneratorError::WordsOutOfRange));
        assert!(PassphraseRecipe::new(3, "").is_ok() && PassphraseRecipe::new(20, "-").is_ok());
        assert_eq!(PassphraseRecipe::new(6, "\t"), Err(GeneratorError::BadSeparator));
        assert_eq!(PassphraseRecipe::new(6, &"-".repeat(17)), Err(GeneratorError::BadSeparator));
    }
}
