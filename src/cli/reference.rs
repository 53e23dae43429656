//! Naming a version on the command line: `name`, `name#version`, `name:label`, each with `~n`; and one field of its
//! value behind `::`.
//!
//! ```text
//! REF = NAME [ #VERSION_ID | :STAGE ] [ ~N | ~ ]... [ ::FIELD ]
//! ```
//! Unambiguous, since `#`, `:` and `~` cannot occur in a name, an id or a label. `::` ends the reference: whatever
//! stands behind it is the field.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::error::CliError;
use crate::content::{self, NoField, NotReplaced};
use crate::domain::{Invalid, SecretName, SecretValue, StageLabel, Timestamp, ValueType, VersionId};
use crate::memory::SecretBytes;
use crate::vault::{GetOutcome, Vault};
use crate::versioning::Selector;

/// What stands before a reference where other text could stand as well.
pub(super) const SCHEME: &str = "etui://";

/// What stands between a version and a field of its value.
pub(super) const FIELD_SIGN: &str = "::";

/// A secret and which of its versions; without `#` or `:` the current one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The secret.
    pub name: SecretName,
    /// Which of its versions.
    pub selector: Selector,
}

/// A version, and a field of its value where not the whole value is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ValueReference {
    pub(super) version: Reference,
    pub(super) field: Option<FieldName>,
}

/// The name of a field, not empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FieldName(String);

impl FieldName {
    /// The name as text.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
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
    /// What stands behind a `~` is not a number.
    #[error("'~' takes a number, as in 'a~2'")]
    Steps,
    /// Nothing behind `::`.
    #[error("'::' takes the name of a field, as in 'a::password'")]
    EmptyField,
    /// A field where a whole version is meant.
    #[error("this needs a whole version: leave out '::' and the field")]
    WholeVersion,
}

impl FromStr for Reference {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        let reference: ValueReference = text.parse()?;
        match reference.field {
            None => Ok(reference.version),
            Some(_) => Err(ReferenceError::WholeVersion),
        }
    }
}

impl FromStr for ValueReference {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        match text.split_once(FIELD_SIGN) {
            None => Ok(Self { version: version(text)?, field: None }),
            Some((before, field)) => {
                let version = version(before)?;
                Ok(Self { version, field: Some(field.parse()?) })
            }
        }
    }
}

impl FromStr for FieldName {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        if text.is_empty() { Err(ReferenceError::EmptyField) } else { Ok(Self(text.to_owned())) }
    }
}

impl fmt::Display for FieldName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

fn version(text: &str) -> Result<Reference, ReferenceError> {
    let mut parts = text.split('~');
    let version = parts.next().unwrap_or_default();
    let older = parts.try_fold(0, |sum: u32, steps| Some(sum.saturating_add(count(steps)?)));
    let (name, version_id, stage) = match version.find(['#', ':']) {
        None => (version, None, None),
        Some(at) => {
            let (name, word) = (&version[..at], &version[at + 1..]);
            if word.contains(['#', ':']) {
                return Err(ReferenceError::TwoSelectors);
            }
            match version.as_bytes()[at] {
                b'#' => (name, Some(VersionId::new(word)?), None),
                _ => (name, None, Some(StageLabel::new(word)?)),
            }
        }
    };
    let older = older.ok_or(ReferenceError::Steps)?;
    Ok(Reference { name: SecretName::new(name)?, selector: Selector { version_id, stage, older } })
}

/// `~` alone is one step. A sign is not part of a number here, though Rust would read it.
fn count(steps: &str) -> Option<u32> {
    if steps.is_empty() {
        return Some(1);
    }
    // More than there can be are too many anyway.
    steps.bytes().all(|byte| byte.is_ascii_digit()).then(|| steps.parse().unwrap_or(u32::MAX))
}

impl ValueReference {
    /// Reads the value, or the field of it.
    pub(super) fn read(&self, vault: &mut Vault) -> anyhow::Result<Referred> {
        self.read_at(vault, None)
    }

    /// Reads what it meant at an earlier time.
    pub(super) fn read_at(&self, vault: &mut Vault, at: Option<Timestamp>) -> anyhow::Result<Referred> {
        let Reference { name, selector } = &self.version;
        let outcome = match at {
            None => vault.get_secret_value(name, selector)?,
            Some(at) => vault.past_value(name, selector, at)?,
        };
        let field = match &self.field {
            None => None,
            Some(field) => Some(
                content::field(outcome.value.expose(), field.as_str())
                    .map_err(|why| no_field(&outcome, Some(field), &why))?,
            ),
        };
        Ok(Referred { outcome, field })
    }
}

/// What a [`ValueReference`] led to.
pub(super) struct Referred {
    /// The version, with its whole value.
    pub(super) outcome: GetOutcome,
    /// The field, where one was named; it may be empty, though a value may not.
    field: Option<SecretBytes>,
}

impl Referred {
    /// Lends the field, or else the whole value.
    pub(super) fn expose(&self) -> &[u8] {
        self.field.as_ref().map_or_else(|| self.outcome.value.expose(), SecretBytes::expose)
    }

    /// Takes the field, or else the whole value.
    pub(super) fn into_bytes(self) -> SecretBytes {
        self.field.unwrap_or_else(|| self.outcome.value.into_bytes())
    }

    /// Text or binary; a field is text.
    pub(super) fn value_type(&self) -> ValueType {
        if self.field.is_some() { ValueType::Text } else { self.outcome.value.value_type() }
    }

    /// The version as if the field were its value.
    ///
    /// # Errors
    /// Where the field is empty.
    pub(super) fn into_outcome(self) -> Result<GetOutcome, Invalid> {
        let mut outcome = self.outcome;
        if let Some(field) = self.field {
            outcome.value = SecretValue::new(ValueType::Text, field)?;
        }
        Ok(outcome)
    }
}

/// So many keys are told at most.
const KEYS_TOLD: usize = 20;

/// Says that a version, or the field of it, has no such field, and which it has.
pub(super) fn no_field(outcome: &GetOutcome, field: Option<&FieldName>, why: &NoField) -> CliError {
    const WHOLE: &str = "name it without a field to get the whole value";
    let version = format!("version '{}' of '{}'", outcome.version.id, outcome.name);
    match (why, field) {
        (NoField::NoFields, field) => CliError::usage(
            format!(
                "{version} has no fields: it is neither a JSON object nor KEY=value lines nor in the form of pass"
            ),
            match field {
                Some(_) => WHOLE.to_owned(),
                None => format!("take the whole value: --env VARIABLE={}", outcome.name),
            },
        ),
        (NoField::Others(keys), field) => {
            let mut told = keys.iter().take(KEYS_TOLD).map(|key| format!("'{key}'")).collect::<Vec<_>>();
            if keys.len() > KEYS_TOLD {
                told.push(format!("{} more", keys.len() - KEYS_TOLD));
            }
            let hint = if told.is_empty() { WHOLE.to_owned() } else { format!("it has {}", told.join(", ")) };
            let field = field.map(|field| format!(" '{field}'")).unwrap_or_default();
            CliError::not_found(format!("{version} has no field{field}"), hint)
        }
    }
}

/// The whole value of a version with another text for one field.
pub(super) fn with_field(
    outcome: &GetOutcome,
    field: &FieldName,
    new: &SecretBytes,
) -> Result<SecretBytes, CliError> {
    content::with_field(outcome.value.expose(), &field.0, new).map_err(|error| match error {
        NotReplaced::NoField(why) => no_field(outcome, Some(field), &why),
        NotReplaced::NoJson => CliError::usage(
            format!(
                "field '{field}' of '{}' holds JSON that is not text, and what was saved is not JSON",
                outcome.name
            ),
            "write a number, true, false, null, an array or an object",
        ),
        NotReplaced::Form => CliError::usage(
            format!("field '{field}' of '{}' cannot hold this text in the format of the value", outcome.name),
            "edit the whole value: name it without a field",
        ),
    })
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
    fn more_steps_than_a_number_holds_are_too_many_and_no_mistake() {
        for text in ["db~4294967296", "db~4294967295~1", "db~99999999999999999999"] {
            assert_eq!(reference(text).map(|named| named.3), Ok(u32::MAX), "{text}");
        }
    }

    #[test]
    fn what_names_no_version_is_refused_with_its_reason() {
        let steps = ["db~x", "db~-1", "db~+1", "db~1x", "db~ 1", "db~#v1"];
        for text in steps {
            assert_eq!(reference(text), Err(ReferenceError::Steps), "{text}");
        }
        for text in ["db#v1:canary", "db:canary#v1", "db#v1#v2"] {
            assert_eq!(reference(text), Err(ReferenceError::TwoSelectors), "{text}");
        }
        for text in ["", "#v1", "~1", ":canary", "db#", "db:", "db password", "db#v 1", "acs/db"] {
            assert!(matches!(reference(text), Err(ReferenceError::Word(_))), "{text}");
        }
    }

    #[test]
    fn everything_behind_two_colons_is_a_field() {
        let cases = [
            ("shop/db::password", "db", None, "password"),
            ("shop/db:canary::tls.cert", "db", Some("canary"), "tls.cert"),
            ("shop/db#v3~2::password", "db", Some("v3"), "password"),
            ("shop/db::a=b ~1#x:y::z", "db", None, "a=b ~1#x:y::z"),
            ("shop/db:::x", "db", None, ":x"),
            ("shop/db:: ", "db", None, " "),
        ];
        for (text, name, word, field) in cases {
            let read: ValueReference = text.parse().unwrap();
            let Reference { name: found, selector } = read.version;
            assert_eq!(found.as_str(), format!("shop/{name}"), "{text}");
            let version_id = selector.version_id.map(|id| id.as_str().to_owned());
            let stage = selector.stage.map(|label| label.as_str().to_owned());
            assert_eq!(version_id.or(stage).as_deref(), word, "{text}");
            assert_eq!(read.field.unwrap().to_string(), field, "{text}");
        }
        assert_eq!("db".parse::<ValueReference>().unwrap().field, None);
        assert_eq!("db::".parse::<ValueReference>(), Err(ReferenceError::EmptyField));
        assert_eq!("db:::x".parse::<ValueReference>().unwrap().field.unwrap().to_string(), ":x");
        assert!(matches!("::x".parse::<ValueReference>(), Err(ReferenceError::Word(_))));
        assert_eq!(reference("db::x"), Err(ReferenceError::WholeVersion));
    }
}
