//! The variables of a program that gets secrets in its environment: which ones, from which versions, and
//! their values.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::str::FromStr;

use anyhow::Context as _;
use clap::Args;
use thiserror::Error;

use super::error::CliError;
use super::input;
use super::invocation::Invocation;
use super::reference::{FieldName, Reference, ReferenceError, SCHEME, ValueReference, no_field};
use super::stream::{is_stream, read_file};
use crate::content::{self, NoField, dotenv, is_variable_name, steers_programs};
use crate::domain::{Invalid, SecretName, VersionId, visible};
use crate::exchange::dotenv::variable_name;
use crate::memory::SecretBytes;
use crate::platform::environment::longest_variable;
use crate::vault::Vault;
use crate::versioning::{Selector, select};

/// More than any file of variables.
const LONGEST_FILE: usize = 16 * 1024 * 1024;

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

/// Where one variable comes from.
enum Source {
    Literal(SecretBytes),
    Reference(ValueReference),
    /// A field that was read already, to learn its name.
    Field {
        version: Origin,
        value: SecretBytes,
    },
}

/// Who chose the name of a variable.
enum NamedBy {
    /// Whoever wrote the command or the file.
    User,
    /// A secret, by its name or by the key of a field: what that is, for a message.
    Secret(String),
}

/// A variable that is still to be read.
struct Wanted {
    name: String,
    source: Source,
    named_by: NamedBy,
    /// Where in a file it is named.
    place: Option<String>,
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
        let mut instead = Replacements { instead, used: vec![false; instead.len()] };
        let mut wanted = Vec::new();
        if let Some(prefix) = &self.prefix {
            below(vault, prefix, &mut wanted)?;
        }
        let mut fields = Vec::new();
        for reference in &self.env_from {
            fields_of(vault, instead.apply(reference), &mut fields)?;
        }
        fields.into_iter().for_each(|field| put(&mut wanted, field));
        if let Some(path) = &self.env_file {
            of_file(path, invocation, &mut wanted)?;
        }
        for Assignment { variable, reference } in &self.assignments {
            if self.assignments.iter().filter(|other| other.variable == *variable).count() > 1 {
                return Err(twice(variable).into());
            }
            put(&mut wanted, Wanted::by_user(variable.clone(), Source::Reference(reference.clone())));
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

/// The versions of `--with`, and which of them were of use.
struct Replacements<'a> {
    instead: &'a [Instead],
    used: Vec<bool>,
}

impl Replacements<'_> {
    /// A reference to the current version names the other one, where there is one.
    fn apply(&mut self, reference: &ValueReference) -> ValueReference {
        let mut reference = reference.clone();
        if reference.version.selector == Selector::default()
            && let Some(at) = self.instead.iter().position(|other| other.name == reference.version.name)
        {
            self.used[at] = true;
            reference.version.selector = self.instead[at].selector.clone();
        }
        reference
    }

    fn refuse_unused(&self) -> Result<(), CliError> {
        match self.used.iter().position(|used| !used) {
            None => Ok(()),
            Some(at) => Err(CliError::usage(
                format!("no variable comes from the current version of '{}'", self.instead[at].name),
                "name it with --env, --env-file, --env-from or --prefix",
            )),
        }
    }
}

impl Wanted {
    fn by_user(name: String, source: Source) -> Self {
        Self { name, source, named_by: NamedBy::User, place: None }
    }

    /// What a secret is called must not decide which code programs load: whoever supplies an import file, or one
    /// secret of a shared vault, would decide what runs.
    fn refuse_bad_name(&self) -> Result<(), CliError> {
        let NamedBy::Secret(what) = &self.named_by else { return Ok(()) };
        let name = &self.name;
        if name.is_empty() {
            return Err(CliError::usage(
                format!("{what} makes no name for a variable"),
                "name the variables with --env",
            ));
        }
        if !is_variable_name(name) {
            return Err(CliError::usage(
                format!(
                    "{what} cannot become a variable: '{name}' is no name for one (letters, digits and '_', no digit first)"
                ),
                "name the variables with --env",
            ));
        }
        if steers_programs(name) {
            return Err(CliError::usage(
                format!("{what} would set '{name}', which changes what programs load and run"),
                format!("if that is meant, name it: --env {name}=REF"),
            ));
        }
        Ok(())
    }
}

/// A later source takes the place of an earlier one.
fn put(wanted: &mut Vec<Wanted>, new: Wanted) {
    match wanted.iter_mut().find(|known| known.name == new.name) {
        Some(known) => *known = new,
        None => wanted.push(new),
    }
}

fn twice(variable: &str) -> CliError {
    CliError::usage(format!("the variable '{variable}' is given twice"), "leave one of the two out")
}

fn below(vault: &mut Vault, prefix: &SecretName, wanted: &mut Vec<Wanted>) -> anyhow::Result<()> {
    let listing = vault.list()?;
    let before = wanted.len();
    for secret in listing.iter().filter(|secret| secret.planned_deletion.is_none()) {
        let rest = secret.name.strip_prefix(prefix.as_str()).and_then(|rest| rest.strip_prefix('/'));
        let Some(variable) = rest.map(variable_name) else { continue };
        if wanted.iter().any(|known| known.name == variable) {
            return Err(CliError::usage(
                format!("two secrets below '{prefix}' would both become '{variable}'"),
                "name the variables with --env",
            )
            .into());
        }
        let version = Reference { name: SecretName::new(secret.name)?, selector: Selector::default() };
        wanted.push(Wanted {
            name: variable,
            source: Source::Reference(ValueReference { version, field: None }),
            named_by: NamedBy::Secret(format!("secret '{}'", secret.name)),
            place: None,
        });
    }
    if wanted.len() == before {
        return Err(CliError::not_found(
            format!("there is no secret below '{prefix}'"),
            "run `etui list` to see the names",
        )
        .into());
    }
    Ok(())
}

/// A variable for each field of the value that is referred to.
fn fields_of(vault: &mut Vault, reference: ValueReference, wanted: &mut Vec<Wanted>) -> anyhow::Result<()> {
    let referred = reference.read(vault)?;
    let outcome = &referred.outcome;
    // The key of a field that can be no variable is told below, so it must not be a part of a password.
    let are_variables = |fields: &[content::Field]| fields.iter().all(|field| is_variable_name(&field.key));
    let fields = content::named_fields(referred.expose())
        .or_else(|| content::fields(referred.expose()).filter(|(_, fields)| are_variables(fields)))
        .map(|(_, fields)| fields)
        .filter(|fields| !fields.is_empty())
        .ok_or_else(|| no_field(outcome, reference.field.as_ref(), &NoField::NoFields))?;
    for content::Field { key, value } in fields {
        if wanted.iter().any(|known| known.name == key) {
            return Err(CliError::usage(
                format!("two fields would both become the variable '{key}'"),
                "name the variables with --env",
            )
            .into());
        }
        let field = match &reference.field {
            None => key.clone(),
            Some(outer) => format!("{outer}.{key}"),
        };
        wanted.push(Wanted {
            name: key,
            named_by: NamedBy::Secret(format!("field '{field}' of '{}'", outcome.name)),
            place: None,
            source: Source::Field {
                version: Origin {
                    name: outcome.name.clone(),
                    version_id: outcome.version.id.clone(),
                    field: Some(field),
                },
                value,
            },
        });
    }
    Ok(())
}

fn of_file(path: &Path, invocation: &Invocation, wanted: &mut Vec<Wanted>) -> Result<(), CliError> {
    let bytes = if is_stream(path) {
        invocation.claim_stdin("the variables").and_then(|stdin| {
            input::read_up_to(stdin, LONGEST_FILE)
                .map_err(|error| CliError::system("cannot read the variables from stdin", &error))
        })?
    } else {
        read_file(path, LONGEST_FILE)?
    };
    let named = if is_stream(path) { "stdin".to_owned() } else { format!("'{}'", path.display()) };
    if bytes.len() > LONGEST_FILE {
        return Err(CliError::usage(format!("{named} is longer than 16 MiB"), ""));
    }
    let place = |line, column| format!("{named}, line {line}, column {column}");
    let entries = dotenv::parse(bytes.expose()).map_err(|error| {
        CliError::usage(format!("{}: {}", place(error.line, error.column), error.problem), "")
    })?;
    for entry in entries {
        let place = place(entry.line, entry.column);
        if !is_variable_name(&entry.key) {
            let error = AssignmentError::NoVariable(entry.key);
            return Err(CliError::usage(format!("{place}: {error}"), ""));
        }
        let source = match entry.value.expose_text().and_then(|text| text.strip_prefix(SCHEME)) {
            None => Source::Literal(entry.value),
            Some(reference) => Source::Reference(
                reference
                    .parse()
                    .map_err(|error: ReferenceError| CliError::usage(format!("{place}: {error}"), ""))?,
            ),
        };
        put(wanted, Wanted { place: Some(place), ..Wanted::by_user(entry.key, source) });
    }
    Ok(())
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
        let Self { name, value, .. } = self;
        if value.expose().contains(&0) {
            return Err(CliError::usage(
                format!("the value for '{name}' has a zero byte, and no variable can hold one"),
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
        assert_eq!(assignment("A=b=c").unwrap().reference.version.name.as_str(), "b=c");
        assert_eq!(assignment("A=b::c=d").unwrap().reference.field.unwrap().to_string(), "c=d");
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
