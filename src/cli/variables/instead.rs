//! Other versions in place of current ones: `--with`.

use std::str::FromStr;

use thiserror::Error;

use crate::cli::error::CliError;
use crate::cli::reference::{Reference, ReferenceError, ValueReference};
use crate::domain::SecretName;
use crate::versioning::Selector;

/// Another version of a secret wherever it is named without one: `NAME=:STAGE`, `NAME=#ID`, `NAME=~N`.
#[derive(Debug, Clone)]
pub(in crate::cli) struct Instead {
    pub(in crate::cli) name: SecretName,
    pub(in crate::cli) selector: Selector,
}

/// Why a text names no other version.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(in crate::cli) enum InsteadError {
    #[error("a name and a version are expected: NAME=:LABEL, NAME=#VERSION or NAME=~N")]
    Shape,
    #[error(transparent)]
    Reference(#[from] ReferenceError),
}

impl FromStr for Instead {
    type Err = InsteadError;

    fn from_str(text: &str) -> Result<Self, InsteadError> {
        // A name may hold '=', but none of these three.
        let at = text.find(['#', ':', '~']).ok_or(InsteadError::Shape)?;
        let name = text[..at].strip_suffix('=').ok_or(InsteadError::Shape)?;
        let Reference { name, selector } = format!("{name}{}", &text[at..]).parse()?;
        Ok(Self { name, selector })
    }
}

/// The versions of `--with`, and which of them were of use.
pub(super) struct Replacements<'a> {
    instead: &'a [Instead],
    used: Vec<bool>,
}

impl<'a> Replacements<'a> {
    pub(super) fn new(instead: &'a [Instead]) -> Self {
        Self { instead, used: vec![false; instead.len()] }
    }

    /// A reference to the current version names the other one, where there is one.
    pub(super) fn apply(&mut self, reference: &ValueReference) -> ValueReference {
        let mut reference = reference.clone();
        if reference.version.selector == Selector::default()
            && let Some(at) = self.instead.iter().position(|other| other.name == reference.version.name)
        {
            self.used[at] = true;
            reference.version.selector = self.instead[at].selector.clone();
        }
        reference
    }

    pub(super) fn refuse_unused(&self) -> Result<(), CliError> {
        match self.used.iter().position(|used| !used) {
            None => Ok(()),
            Some(at) => Err(CliError::usage(
                format!("no variable comes from the current version of '{}'", self.instead[at].name),
                "name it with --env, --env-file, --env-from or --prefix",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_version_is_named_behind_the_last_sign_of_the_name() {
        let instead: Instead = "a=b=:canary".parse().unwrap();
        assert_eq!(instead.name.as_str(), "a=b");
        assert_eq!(instead.selector.stage.unwrap().as_str(), "canary");
        assert_eq!("db=~2".parse::<Instead>().unwrap().selector.older, 2);
        for text in ["db", "db=canary", "db:canary", "=:canary", "db=:"] {
            assert!(text.parse::<Instead>().is_err(), "{text}");
        }
    }
}
