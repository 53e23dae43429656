//! Naming a version on the command line: `name`, `name#version`, `name:label`, each with `~n`.
//!
//! ```text
//! REF = NAME [ #VERSION_ID | :STAGE ] [ ~N | ~ ]...
//! ```
//! Unambiguous, since `#`, `:` and `~` cannot occur in a name, an id or a label.

use std::str::FromStr;

use thiserror::Error;

use crate::domain::{Invalid, SecretName, StageLabel, VersionId};
use crate::versioning::Selector;

/// A secret and the wish for one of its versions; without `#` or `:` the current one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The secret.
    pub name: SecretName,
    /// Which of its versions.
    pub selector: Selector,
}

/// Why a text names no version.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReferenceError {
    /// The name, the id or the label is malformed.
    #[error(transparent)]
    Word(#[from] Invalid),
    /// Both a version id and a label.
    #[error("a reference names a version id or a stage label, not both")]
    TwoSelectors,
    /// What stands behind a `~` is no number.
    #[error("'~' takes a number, as in 'a~2'")]
    Steps,
}

impl FromStr for Reference {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        let mut parts = text.split('~');
        let version = parts.next().unwrap_or_default();
        let older = parts.try_fold(0, |sum: u32, steps| sum.checked_add(count(steps)?));
        let (name, version_id, stage) = match version.find(['#', ':']) {
            None => (version, None, None),
            Some(at) => {
                let (name, wish) = (&version[..at], &version[at + 1..]);
                if wish.contains(['#', ':']) {
                    return Err(ReferenceError::TwoSelectors);
                }
                match version.as_bytes()[at] {
                    b'#' => (name, Some(VersionId::new(wish)?), None),
                    _ => (name, None, Some(StageLabel::new(wish)?)),
                }
            }
        };
        let older = older.ok_or(ReferenceError::Steps)?;
        Ok(Self { name: SecretName::new(name)?, selector: Selector { version_id, stage, older } })
    }
}

/// `~` alone is one step. A sign is no part of a number here, though Rust would read it.
fn count(steps: &str) -> Option<u32> {
    if steps.is_empty() {
        return Some(1);
    }
    steps.bytes().all(|byte| byte.is_ascii_digit()).then(|| steps.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reference(text: &str) -> Result<(String, Option<String>, Option<String>, u32), ReferenceError> {
        let Reference { name, selector } = text.parse()?;
        Ok((
            name.as_str().to_owned(),
            selector.version_id.map(|id| id.as_str().to_owned()),
            selector.stage.map(|label| label.as_str().to_owned()),
            selector.older,
        ))
    }

    #[test]
    fn a_reference_names_a_secret_a_version_and_steps_back() {
        let cases = [
            ("db/password", ("db/password", None, None, 0)),
            ("db/password#v3", ("db/password", Some("v3"), None, 0)),
            ("db/password:ACSPrevious", ("db/password", None, Some("ACSPrevious"), 0)),
            ("db/password:canary", ("db/password", None, Some("canary"), 0)),
            ("db~", ("db", None, None, 1)),
            ("db~1", ("db", None, None, 1)),
            ("db~0", ("db", None, None, 0)),
            ("db~~", ("db", None, None, 2)),
            ("db~1~~2", ("db", None, None, 4)),
            ("db#v9~3", ("db", Some("v9"), None, 3)),
            ("db:canary~", ("db", None, Some("canary"), 1)),
            ("team@host/a=b+c.d-e_f#2026-12", ("team@host/a=b+c.d-e_f", Some("2026-12"), None, 0)),
        ];
        for (text, (name, id, label, older)) in cases {
            let expected = (name.to_owned(), id.map(str::to_owned), label.map(str::to_owned), older);
            assert_eq!(reference(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_names_no_version_is_refused_with_its_reason() {
        let steps =
            ["db~x", "db~-1", "db~+1", "db~1x", "db~ 1", "db~4294967296", "db~4294967295~1", "db~#v1"];
        for text in steps {
            assert_eq!(reference(text), Err(ReferenceError::Steps), "{text}");
        }
        for text in ["db#v1:canary", "db:canary#v1", "db#v1#v2", "db::canary"] {
            assert_eq!(reference(text), Err(ReferenceError::TwoSelectors), "{text}");
        }
        for text in ["", "#v1", "~1", ":canary", "db#", "db:", "db password", "db#v 1", "acs/db"] {
            assert!(matches!(reference(text), Err(ReferenceError::Word(_))), "{text}");
        }
    }
}
