//! The variables of a program that gets secrets in its environment: which ones, from which versions, and
//! their values.

use std::ffi::OsStr;
use std::fs::File;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::process::Command;

use clap::Args;
use thiserror::Error;

use super::error::{CliError, reason};
use super::input;
use super::reference::{Reference, ReferenceError};
use crate::content::dotenv;
use crate::domain::{Invalid, SecretName, VersionId, visible};
use crate::exchange::dotenv::variable_name;
use crate::memory::SecretBytes;
use crate::vault::Vault;
use crate::versioning::{Selector, select};

/// What stands before a reference where other text could stand as well.
pub(super) const SCHEME: &str = "etui://";

/// More than any file of variables.
const LONGEST_FILE: usize = 16 * 1024 * 1024;

/// Where the variables come from. Where one is named twice, the more specific source wins.
#[derive(Debug, Args)]
#[command(next_help_heading = "Variables")]
pub(super) struct VariableArguments {
    /// A variable with the value of a version; may be given several times
    #[arg(long = "env", value_name = "VAR=REF", value_parser = assignment)]
    assignments: Vec<Assignment>,

    /// A dotenv file; where it says 'etui://REF' the variable gets the value of that version
    #[arg(long, value_name = "FILE")]
    env_file: Option<PathBuf>,

    /// All secrets below a path: with `app`, `app/db/password` becomes DB_PASSWORD
    #[arg(long, value_name = "PATH", value_parser = prefix)]
    prefix: Option<SecretName>,
}

/// `VAR=REF`.
#[derive(Debug, Clone)]
struct Assignment {
    variable: String,
    reference: Reference,
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
    if !is_variable(variable) {
        return Err(AssignmentError::NoVariable(visible(variable).into_owned()));
    }
    let reference = reference.strip_prefix(SCHEME).unwrap_or(reference);
    Ok(Assignment { variable: variable.to_owned(), reference: reference.parse()? })
}

fn is_variable(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && name.bytes().next().is_some_and(|first| !first.is_ascii_digit())
}

fn prefix(text: &str) -> Result<SecretName, Invalid> {
    SecretName::new(text.strip_suffix('/').unwrap_or(text))
}

/// Another version of a secret wherever it is named without one: `NAME=:STAGE`, `NAME=#ID`, `NAME=~N`.
#[derive(Debug, Clone)]
pub(super) struct Instead {
    pub(super) name: SecretName,
    pub(super) selector: Selector,
}

/// Why a text names no other version.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(super) enum InsteadError {
    #[error("a name and a version are expected: NAME=:LABEL, NAME=#VERSION or NAME=~N")]
    Shape,
    #[error(transparent)]
    Reference(#[from] ReferenceError),
}

impl std::str::FromStr for Instead {
    type Err = InsteadError;

    fn from_str(text: &str) -> Result<Self, InsteadError> {
        // A name may hold '=', but none of these three.
        let at = text.find(['#', ':', '~']).ok_or(InsteadError::Shape)?;
        let name = text[..at].strip_suffix('=').ok_or(InsteadError::Shape)?;
        let Reference { name, selector } = format!("{name}{}", &text[at..]).parse()?;
        Ok(Self { name, selector })
    }
}

/// Where one variable comes from.
enum Source {
    Literal(SecretBytes),
    Version(Reference),
}

/// One variable whose version is known.
pub(super) struct Variable {
    pub(super) name: String,
    /// The secret and its version; `None` for what an env file says literally.
    pub(super) version: Option<(SecretName, VersionId)>,
    value: SecretBytes,
}

/// All variables, each once.
pub(super) struct Variables(Vec<Variable>);

impl VariableArguments {
    /// Whether any source was named.
    pub(super) fn is_empty(&self) -> bool {
        self.assignments.is_empty() && self.env_file.is_none() && self.prefix.is_none()
    }

    /// Finds the versions and reads their values; whatever is missing is an error here, before anything is
    /// started.
    pub(super) fn read(&self, vault: &mut Vault, instead: &[Instead]) -> anyhow::Result<Variables> {
        let mut sources = Vec::new();
        if let Some(prefix) = &self.prefix {
            below(vault, prefix, &mut sources)?;
        }
        if let Some(path) = &self.env_file {
            of_file(path, &mut sources)?;
        }
        for Assignment { variable, reference } in &self.assignments {
            if self.assignments.iter().filter(|other| other.variable == *variable).count() > 1 {
                return Err(twice(variable).into());
            }
            put(&mut sources, variable.clone(), Source::Version(reference.clone()));
        }
        let mut used = vec![false; instead.len()];
        let mut variables = Vec::with_capacity(sources.len());
        for (name, source) in sources {
            variables.push(match source {
                Source::Literal(value) => Variable { name, version: None, value },
                Source::Version(mut reference) => {
                    if reference.selector == Selector::default()
                        && let Some(at) = instead.iter().position(|other| other.name == reference.name)
                    {
                        used[at] = true;
                        reference.selector = instead[at].selector.clone();
                    }
                    value_of(vault, name, &reference)?
                }
            });
        }
        match used.iter().position(|used| !used) {
            None => Ok(Variables(variables)),
            Some(at) => Err(CliError::usage(
                format!("no variable comes from the current version of '{}'", instead[at].name),
                "name it with --env, --env-file or --prefix",
            )
            .into()),
        }
    }
}

/// A later source takes the place of an earlier one.
fn put(sources: &mut Vec<(String, Source)>, name: String, source: Source) {
    match sources.iter_mut().find(|(known, _)| *known == name) {
        Some((_, known)) => *known = source,
        None => sources.push((name, source)),
    }
}

fn twice(variable: &str) -> CliError {
    CliError::usage(format!("the variable '{variable}' is given twice"), "leave one of the two out")
}

fn below(vault: &mut Vault, prefix: &SecretName, sources: &mut Vec<(String, Source)>) -> anyhow::Result<()> {
    let listing = vault.list()?;
    let before = sources.len();
    for secret in listing.iter().filter(|secret| secret.planned_deletion.is_none()) {
        let rest = secret.name.strip_prefix(prefix.as_str()).and_then(|rest| rest.strip_prefix('/'));
        let Some(variable) = rest.map(variable_name) else { continue };
        if sources.iter().any(|(known, _)| *known == variable) {
            return Err(CliError::usage(
                format!("two secrets below '{prefix}' would both become '{variable}'"),
                "name the variables with --env",
            )
            .into());
        }
        let reference = Reference { name: SecretName::new(secret.name)?, selector: Selector::default() };
        sources.push((variable, Source::Version(reference)));
    }
    if sources.len() == before {
        return Err(CliError::usage(
            format!("there is no secret below '{prefix}'"),
            "run `etui list` to see the names",
        )
        .into());
    }
    Ok(())
}

fn of_file(path: &PathBuf, sources: &mut Vec<(String, Source)>) -> Result<(), CliError> {
    const HINT: &str = "name another file with --env-file, or correct it";
    let bytes = File::open(path).and_then(|file| input::read_up_to(file, LONGEST_FILE)).map_err(|error| {
        CliError::usage(format!("cannot read '{}': {}", path.display(), reason(&error)), HINT)
    })?;
    let place = |line: usize| format!("'{}' line {line}", path.display());
    let entries = dotenv::parse(bytes.expose()).map_err(|error| {
        let sentence = format!("{}, column {}: {}", place(error.line), error.column, error.problem);
        CliError::usage(sentence, HINT)
    })?;
    for entry in entries {
        let source = match entry.value.expose_text().and_then(|text| text.strip_prefix(SCHEME)) {
            None => Source::Literal(entry.value),
            Some(reference) => Source::Version(reference.parse().map_err(|error: ReferenceError| {
                CliError::usage(format!("{}: {error}", place(entry.line)), HINT)
            })?),
        };
        put(sources, entry.key, source);
    }
    Ok(())
}

fn value_of(vault: &mut Vault, name: String, reference: &Reference) -> anyhow::Result<Variable> {
    let outcome = vault.get_secret_value(&reference.name, &reference.selector)?;
    let version = Some((outcome.name, outcome.version.id));
    let value = outcome.value.into_bytes();
    if value.expose().contains(&0) {
        return Err(CliError::usage(
            format!("the value for '{name}' has a zero byte, and no variable can hold one"),
            "write it to a file with `etui get --out`, and hand over the path",
        )
        .into());
    }
    Ok(Variable { name, version, value })
}

impl Variables {
    pub(super) fn iter(&self) -> impl Iterator<Item = &Variable> {
        self.0.iter()
    }

    /// Puts them into the environment of a program, and of nothing else. The library's own copies of them
    /// last until the program has started: it offers no other way.
    pub(super) fn give_to(&self, program: &mut Command) {
        for Variable { name, value, .. } in &self.0 {
            program.env(name, OsStr::from_bytes(value.expose()));
        }
    }
}

/// Linux takes no more in one variable: `MAX_ARG_STRLEN`, its name and a zero included.
const LONGEST_VARIABLE: usize = 128 * 1024;

impl Variable {
    /// What it takes in the environment: name, '=', value, zero.
    fn room(&self) -> usize {
        self.name.len() + self.value.len() + 2
    }
}

impl Variables {
    /// Those that Linux gives to no program.
    pub(super) fn too_long(&self) -> impl Iterator<Item = &str> {
        let too_long = |variable: &&Variable| cfg!(target_os = "linux") && variable.room() > LONGEST_VARIABLE;
        self.0.iter().filter(too_long).map(|variable| variable.name.as_str())
    }

    /// Says which variable is the longest: the one to blame where the system takes no more.
    pub(super) fn longest(&self) -> Option<String> {
        let longest = self.0.iter().max_by_key(|variable| variable.room())?;
        Some(format!("the longest variable, '{}', has {} bytes", longest.name, longest.value.len()))
    }
}

/// What to do where the system takes no more.
pub(super) const TOO_LONG: &str =
    "write large values to files with `etui get NAME --out FILE`; Linux takes 128 KiB in one variable";

/// The version that a label marks, and the state of the secret in which it does.
pub(super) fn marked(
    vault: &mut Vault,
    name: &SecretName,
    selector: &Selector,
) -> anyhow::Result<(VersionId, crate::vault::StateToken)> {
    let details = vault.describe(name)?;
    Ok((select(&details.secret, selector)?.id.clone(), details.token))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_assignment_names_a_variable_and_a_version() {
        for text in ["DB=db/password", "DB=etui://db/password", "_D2=db:canary"] {
            assert!(assignment(text).is_ok(), "{text}");
        }
        assert_eq!(assignment("A=b=c").unwrap().reference.name.as_str(), "b=c");
        for text in ["DB", "=db", "2DB=db", "D B=db", "DB=", "DB=#v1"] {
            assert!(assignment(text).is_err(), "{text}");
        }
    }

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
