//! Files of `NAME=value` lines as secrets and back; [`content::dotenv`](crate::content::dotenv) reads them.

use std::collections::{HashMap, HashSet};

use super::entry::text_value;
use super::error::ExchangeError;
use crate::content::dotenv::{Entry, parse_each, write};
use crate::content::steers_programs;
use crate::domain::ValueType;
use crate::memory::SecretBytes;
use crate::vault::{IncomingBatch, IncomingSecret, IncomingVersion, Loss};
use crate::versioning::ImportRemark;

/// Reads the variables of a file as secrets of the same names. Of a variable that is set twice the last
/// line counts, as it does for programs that load the file; an empty one is named among the losses.
///
/// # Errors
/// [`ExchangeError`] with line and column where the file is not text, or its only line is malformed; one of
/// several lines that is malformed is an entry that cannot be read.
pub fn secrets(bytes: &[u8]) -> Result<IncomingBatch, ExchangeError> {
    let mut batch = IncomingBatch::new();
    let entries = parse_each(bytes);
    if let [Err(only)] = entries.as_slice() {
        return Err((*only).into());
    }
    let mut last: HashMap<String, usize> = HashMap::new();
    for entry in entries.iter().flatten() {
        if let Some(before) = last.insert(entry.key.clone(), entry.line) {
            batch.losses.push(Loss::new(
                &entry.key,
                format!("what line {before} sets it to: a later line sets it again"),
            ));
        }
    }
    for entry in entries {
        match entry {
            Err(error) => {
                let name = format!("line {}", error.line);
                batch.secrets.push(IncomingSecret::unreadable(name, error));
            }
            Ok(Entry { key, value, line, .. }) => {
                if last.get(&key) == Some(&line)
                    && let Some(value) = text_value(&key, value, &mut batch.losses)
                {
                    let steers = steers_programs(&key) || steers_programs(&variable_name(&key));
                    let mut secret = IncomingSecret::without_labels(key, vec![IncomingVersion::of(value)]);
                    secret.remarks.extend(steers.then_some(ImportRemark::SteersPrograms));
                    batch.secrets.push(secret);
                }
            }
        }
    }
    Ok(batch)
}

/// Variables that bash keeps for itself: it refuses to set them, or sets them to something else.
const OF_BASH: [&str; 20] = [
    "_",
    "BASHOPTS",
    "BASHPID",
    "BASH_VERSINFO",
    "COMP_WORDBREAKS",
    "DIRSTACK",
    "EPOCHREALTIME",
    "EPOCHSECONDS",
    "EUID",
    "FUNCNAME",
    "GROUPS",
    "HISTCMD",
    "LINENO",
    "PIPESTATUS",
    "PPID",
    "RANDOM",
    "SECONDS",
    "SHELLOPTS",
    "SRANDOM",
    "UID",
];

/// Writes the current values of a batch as variables, `prefix` being left out of their names; what a file of
/// variables cannot hold, or what the programs that load one would read differently, is answered beside it.
pub fn write_secrets(batch: &IncomingBatch, prefix: &str) -> (SecretBytes, Vec<Loss>) {
    let mut out = SecretBytes::new();
    let mut taken = HashSet::new();
    let mut losses = Vec::new();
    for secret in &batch.secrets {
        let marked = secret.labels.iter().find(|(label, _)| label.is_current());
        let current = marked.and_then(|(_, position)| secret.versions.get(*position));
        let Some(current) = current else {
            losses.push(Loss::whole(&secret.name, "no version of it is the current one"));
            continue;
        };
        let key = variable_name(secret.name.strip_prefix(prefix).unwrap_or(&secret.name));
        let why = if current.value.value_type() == ValueType::Binary {
            Some("its value is binary".to_owned())
        } else if key.is_empty() {
            Some("its name makes no variable".to_owned())
        } else if OF_BASH.contains(&key.as_str()) {
            Some(format!("bash reserves the variable '{key}'"))
        } else if taken.contains(&key) {
            Some("another one makes the same variable name".to_owned())
        } else {
            write(&key, current.value.expose(), &mut out).err().map(|unwritable| unwritable.to_string())
        };
        match why {
            Some(why) => losses.push(Loss::whole(&secret.name, why)),
            None => {
                if secret.versions.len() > 1 {
                    losses.push(Loss::new(&secret.name, "its other versions"));
                }
                taken.insert(key);
            }
        }
    }
    (out, losses)
}

/// The environment variable that a secret's name makes: upper case, everything but letters and digits `_`,
/// and a `_` before a digit that would be the first character: `db/password-2` is `DB_PASSWORD_2`.
pub fn variable_name(name: &str) -> String {
    let fitting = |character: char| match character {
        'a'..='z' | 'A'..='Z' | '0'..='9' => character.to_ascii_uppercase(),
        _ => '_',
    };
    let variable: String = name.chars().map(fitting).collect();
    if variable.starts_with(|first: char| first.is_ascii_digit()) { format!("_{variable}") } else { variable }
}
