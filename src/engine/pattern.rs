//! Which secrets a push or a pull is about.

use std::str::FromStr;

use thiserror::Error;

/// A name, a folder with a `/` at its end, or a name in which `*` stands for any characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(String);

/// Nothing was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a pattern is the name of a secret, a folder with a '/' at its end, or has a '*' for any characters")]
pub struct NoPattern;

impl FromStr for Pattern {
    type Err = NoPattern;

    fn from_str(text: &str) -> Result<Self, NoPattern> {
        if text.is_empty() { Err(NoPattern) } else { Ok(Self(text.to_owned())) }
    }
}

impl Pattern {
    /// As it was typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it means this secret.
    pub fn includes(&self, name: &str) -> bool {
        if self.0.ends_with('/') && !self.0.contains('*') {
            return name.starts_with(&self.0);
        }
        let mut pieces = self.0.split('*');
        let first = pieces.next().unwrap_or_default();
        let Some(mut rest) = name.strip_prefix(first) else { return false };
        let Some(last) = pieces.next_back() else { return rest.is_empty() };
        for piece in pieces {
            let Some(at) = rest.find(piece) else { return false };
            rest = &rest[at + piece.len()..];
        }
        rest.ends_with(last)
    }
}

/// All patterns of one command; none means every secret.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Patterns(pub Vec<Pattern>);

impl Patterns {
    /// Whether one of them means this secret.
    pub fn include(&self, name: &str) -> bool {
        self.0.is_empty() || self.0.iter().any(|pattern| pattern.includes(name))
    }

    /// The first that means none of these.
    pub fn without_any<'a>(&self, names: impl Iterator<Item = &'a str> + Clone) -> Option<&Pattern> {
        self.0.iter().find(|pattern| !names.clone().any(|name| pattern.includes(name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_a_name_a_folder_or_has_stars() {
        for (pattern, name, expected) in [
            ("db", "db", true),
            ("db", "db/url", false),
            ("db/", "db/url", true),
            ("db/", "db", false),
            ("*", "a/b", true),
            ("db/*", "db/x/y", true),
            ("*/url", "shop/db/url", true),
            ("*/url", "shop/db/urls", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("ab*ba", "aba", false),
        ] {
            assert_eq!(Pattern(pattern.to_owned()).includes(name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn a_pattern_without_any_secret_is_found() {
        let patterns = Patterns(vec![Pattern("a".to_owned()), Pattern("z*".to_owned())]);
        assert_eq!(patterns.without_any(["a", "b"].into_iter()).map(Pattern::as_str), Some("z*"));
        assert!(patterns.include("zz") && !patterns.include("b") && Patterns::default().include("b"));
    }
}
