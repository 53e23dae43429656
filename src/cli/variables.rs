//! The variables of a program that gets secrets in its environment: which ones, from which versions, and
//! their values.

mod instead;
mod wanted;

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::process::Command;
use std::str::FromStr;

use anyhow::Context as _;
use clap::Args;
use thiserror::Error;

pub(super) use instead::Instead;

use instead::Replacements;
use wanted::{Source, Wanted};

use super::error::CliError;
use super::invocation::Invocation;
use super::reference::{FieldName, ReferenceError, SCHEME, ValueReference};
use crate::content::is_variable_name;
use crate::domain::{Invalid, SecretName, VersionId, visible};
use crate::memory::SecretBytes;
use crate::platform::environment::longest_variable;
use crate::vault::Vault;

/// Where the variables come from. Where one is named twice, the more specific source wins.
#[derive(Debug, Args)]
#[command(next_help_heading = "Variables")]
pub(super) struct VariableArguments {
    /// Set VAR to the value of a version or field (repeatable)
    #[arg(long = "env", value_name = "VAR=REF", value_parser = assignment)]
    assignments: Vec<Assignment>,

    /// A dotenv file, `-` for stdin; etui://REF in it becomes a value
    #[arg(long, value_name = "FILE")]
    env_file: Option<PathBuf>,

    /// One variable for each field of a value (repeatable)
    #[arg(long, value_name = "REF", value_parser = ValueReference::from_str)]
    env_from: Vec<ValueReference>,

    /// All secrets below PATH: in `app`, `app/db/key` becomes DB_KEY
    #[arg(long, value_name = "PATH", value_parser = prefix)]
    prefix: Option<SecretName>,
}

/// `VAR=REF`.
#[derive(Debug, Clone)]
struct Assignment {
    variable: String,
    reference: ValueReference,
}

/// Why a text assigns nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
enum AssignmentError {
    #[error("a variable and a reference are expected, with '=' between them")]
    NoEquals,
    #[error("'{0}' cannot be the name of a variable: letters, digits and '_', no digit first")]
    NoVariable(String),
    #[error(transparent)]
    Reference(#[from] ReferenceError),
}

fn assignment(text: &str) -> Result<Assignment, AssignmentError> {
    let (variable, reference) = text.split_once('=').ok_or(AssignmentError::NoEquals)?;
    if !is_variable_name(variable) {
        return Err(AssignmentError::NoVariable(visible(variable).into_owned()));
    }
    let reference = reference.strip_prefix(SCHEME).unwrap_or(reference);
    Ok(Assignment { variable: variable.to_owned(), reference: reference.parse()? })
}

fn prefix(text: &str) -> Result<SecretName, Invalid> {
    SecretName::new(text.strip_suffix('/').unwrap_or(text))
}

/// The version, and the field of its value, that a variable comes from.
pub(super) struct Origin {
    pub(super) name: SecretName,
    pub(super) version_id: VersionId,
    pub(super) field: Option<String>,
}

/// One variable whose version is known.
pub(super) struct Variable {
    pub(super) name: String,
    /// `None` for what an env file says literally.
    pub(super) origin: Option<Origin>,
    pub(super) value: SecretBytes,
}

/// All variables, each once.
pub(super) struct Variables(Vec<Variable>);

impl VariableArguments {
    /// Whether any source was named.
    pub(super) fn is_empty(&self) -> bool {
        self.assignments.is_empty()
            && self.env_file.is_none()
            && self.env_from.is_empty()
            && self.prefix.is_none()
    }

    /// Finds the versions and reads their values; whatever is missing is an error here, before anything is
    /// started.
    pub(super) fn read(
        &self,
        invocation: &Invocation,
        vault: &mut Vault,
        instead: &[Instead],
    ) -> anyhow::Result<Variables> {
        let mut instead = Replacements::new(instead);
        let mut wanted = Vec::new();
        if let Some(prefix) = &self.prefix {
            wanted::below(vault, prefix, &mut wanted)?;
        }
        let mut fields = Vec::new();
        for reference in &self.env_from {
            wanted::fields_of(vault, instead.apply(reference), &mut fields)?;
        }
        fields.into_iter().for_each(|field| wanted::put(&mut wanted, field));
        if let Some(path) = &self.env_file {
            wanted::of_file(path, invocation, &mut wanted)?;
        }
        for Assignment { variable, reference } in &self.assignments {
            if self.assignments.iter().filter(|other| other.variable == *variable).count() > 1 {
                return Err(twice(variable).into());
            }
            wanted::put(&mut wanted, Wanted::by_user(variable.clone(), Source::Reference(reference.clone())));
        }
        wanted.iter().try_for_each(Wanted::refuse_bad_name)?;
        let mut variables = Vec::with_capacity(wanted.len());
        for Wanted { name, source, place, .. } in wanted {
            let variable = match source {
                Source::Literal(value) => Variable { name, origin: None, value },
                Source::Field { version, value } => Variable { name, origin: Some(version), value },
                Source::Reference(reference) => {
                    let variable = value_of(vault, name, &instead.apply(&reference));
                    match place {
                        Some(place) => variable.context(place)?,
                        None => variable?,
                    }
                }
            };
            variable.refuse_unfit_value()?;
            variables.push(variable);
        }
        instead.refuse_unused()?;
        Ok(Variables(variables))
    }
}

fn twice(variable: &str) -> CliError {
    CliError::usage(format!("the variable '{variable}' is given twice"), "leave one of the two out")
}

fn value_of(vault: &mut Vault, name: String, reference: &ValueReference) -> anyhow::Result<Variable> {
    let referred = reference.read(vault)?;
    let origin = Origin {
        name: referred.outcome.name.clone(),
        version_id: referred.outcome.version.id.clone(),
        field: reference.field.as_ref().map(FieldName::to_string),
    };
    Ok(Variable { name, origin: Some(origin), value: referred.into_bytes() })
}

impl Variable {
    fn refuse_unfit_value(&self) -> Result<(), CliError> {
        let Self { name, value, origin } = self;
        if value.expose().contains(&0) {
            let of = origin.as_ref().map(|origin| format!(", of '{}',", origin.name)).unwrap_or_default();
            return Err(CliError::usage(
                format!("the value for '{name}'{of} has a zero byte, and no variable can hold one"),
                "write it to a file with `etui get NAME --out FILE`, and hand over the path",
            ));
        }
        let length = self.length();
        match longest_variable() {
            Some(longest) if length > longest => Err(CliError::usage(
                format!("the variable '{name}' would have {length} bytes; this system takes {longest}"),
                TOO_LARGE,
            )),
            _ => Ok(()),
        }
    }

    /// What it takes in the environment: the name, the sign between, the value and the zero byte at the end.
    fn length(&self) -> usize {
        self.name.len() + self.value.len() + 2
    }
}

/// What to do where the system takes no more.
pub(super) const TOO_LARGE: &str =
    "write large values to files with `etui get NAME --out FILE`, and hand over the paths";

impl Variables {
    pub(super) fn iter(&self) -> impl Iterator<Item = &Variable> {
        self.0.iter()
    }

    /// Says which variable is the longest: the one to blame where the system does not take all of them together.
    pub(super) fn longest(&self) -> Option<String> {
        let longest = self.0.iter().max_by_key(|variable| variable.length())?;
        Some(format!("the longest variable, '{}', has {} bytes", longest.name, longest.length()))
    }

    /// Puts them into the environment of a program, and of nothing else. The library's own copies of them
    /// last until the program has started: it offers no other way.
    pub(super) fn give_to(&self, program: &mut Command) {
        for Variable { name, value, .. } in &self.0 {
            program.env(name, OsStr::from_bytes(value.expose()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_assignment_names_a_variable_and_a_version() {
        for text in ["DB=db/password", "DB=etui://db/password", "_D2=db:canary"] {
            assert!(assignment(text).is_ok(), "{text}");
        }
        assert_eq!(assignment("A=b=c").unwrap().reference.version.name.as_str(), "b=c");
        assert_eq!(assignment("A=b::c=d").unwrap().reference.field.unwrap().to_string(), "c=d");
        for text in ["DB", "=db", "2DB=db", "D B=db", "DB=", "DB=#v1"] {
            assert!(assignment(text).is_err(), "{text}");
        }
    }
}
