//! How hard a new password is to guess.

use super::guesses::log10_guesses;

/// What a new password opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordOf {
    /// The vault: it is the master password.
    Vault,
    /// A database for another program.
    Database,
}

impl PasswordOf {
    /// Said of one that is weak.
    pub const fn weak(self) -> &'static str {
        match self {
            Self::Vault => "this master password is weak: anyone who gets a copy of the vault can guess it",
            Self::Database => {
                "this password of the database is weak: anyone who gets a copy of the database can guess it"
            }
        }
    }
}

/// How hard a password is to guess, from 0 to 4, with the limits of zxcvbn: a thousand guesses, a million, 10⁸ and
/// 10¹⁰.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Strength(u8);

impl Strength {
    const WORDS: [&'static str; 5] = ["very weak", "weak", "fair", "good", "strong"];

    const LIMITS: [f64; 4] = [1e3, 1e6, 1e8, 1e10];

    /// The strength of a password; `None` of an empty one.
    pub fn of(password: &str) -> Option<Self> {
        if password.is_empty() {
            return None;
        }
        let guesses = libm::pow(10.0, log10_guesses(password));
        // A little more than the limit itself, so that eight characters at random are not past 10⁸.
        let is_past = |limit: &f64| guesses >= limit + 5.0;
        Some(Self(
            (0..)
                .zip(Self::LIMITS.iter())
                .take_while(|(_, limit)| is_past(limit))
                .fold(0, |_, (at, _)| at + 1),
        ))
    }

    /// From 0 to 4.
    pub const fn score(self) -> u8 {
        self.0
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        Self::WORDS[usize::from(self.0)]
    }

    /// Whether somebody with a copy of what it opens could guess it.
    pub const fn is_weak(self) -> bool {
        self.0 < 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_judged_by_how_hard_it_is_to_guess() {
        assert_eq!(Strength::of(""), None);
        for (password, word, is_weak) in [
            ("x", "very weak", true),
            ("password", "very weak", true),
            ("correct unruly anvil parade sombre", "strong", false),
        ] {
            let strength = Strength::of(password).unwrap();
            assert_eq!((strength.word(), strength.is_weak()), (word, is_weak), "{password}");
        }
    }
}
