//! Variables that are still to be read, from each of their sources: secrets below a path, the fields of a value, a
//! file.

use std::path::Path;

use super::{AssignmentError, Origin};
use crate::cli::error::CliError;
use crate::cli::input;
use crate::cli::invocation::Invocation;
use crate::cli::reference::{Reference, ReferenceError, SCHEME, ValueReference, no_field};
use crate::cli::stream::{is_stream, read_file};
use crate::content::{self, NoField, dotenv, is_variable_name, steers_programs};
use crate::domain::SecretName;
use crate::exchange::dotenv::variable_name;
use crate::memory::SecretBytes;
use crate::vault::Vault;
use crate::versioning::Selector;

/// More than any file of variables.
const LONGEST_FILE: usize = 16 * 1024 * 1024;

/// Where one variable comes from.
pub(super) enum Source {
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
pub(super) struct Wanted {
    pub(super) name: String,
    pub(super) source: Source,
    named_by: NamedBy,
    /// Where in a file it is named.
    pub(super) place: Option<String>,
}

impl Wanted {
    pub(super) fn by_user(name: String, source: Source) -> Self {
        Self { name, source, named_by: NamedBy::User, place: None }
    }

    /// What a secret is called must not decide which code programs load: whoever supplies an import file, or one
    /// secret of a shared vault, would decide what runs.
    pub(super) fn refuse_bad_name(&self) -> Result<(), CliError> {
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
                    "{what} cannot become a variable: '{name}' is not a valid variable name (letters, digits and '_', no digit first)"
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
pub(super) fn put(wanted: &mut Vec<Wanted>, new: Wanted) {
    match wanted.iter_mut().find(|known| known.name == new.name) {
        Some(known) => *known = new,
        None => wanted.push(new),
    }
}

pub(super) fn below(vault: &mut Vault, prefix: &SecretName, wanted: &mut Vec<Wanted>) -> anyhow::Result<()> {
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
pub(super) fn fields_of(
    vault: &mut Vault,
    reference: ValueReference,
    wanted: &mut Vec<Wanted>,
) -> anyhow::Result<()> {
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

/// Whether a reference was probably meant, where none can be.
fn mentions_reference(value: &SecretBytes) -> bool {
    value.expose_text().and_then(|text| text.find(SCHEME)).is_some_and(|at| at > 0)
}

pub(super) fn of_file(
    path: &Path,
    invocation: &Invocation,
    wanted: &mut Vec<Wanted>,
) -> Result<(), CliError> {
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
        if mentions_reference(&entry.value) {
            invocation.output().note(&format!(
                "{place}: the value for '{}' mentions '{SCHEME}' and stays as it is: a reference is the whole value",
                entry.key
            ));
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
