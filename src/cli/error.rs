//! What went wrong, as the command line tells it: a code, one sentence, a hint.

use std::fmt;
use std::io;

use crate::agent::AgentError;
use crate::cli::reference::ReferenceError;
pub(super) use crate::domain::reason;
use crate::domain::{ErrorCode, Invalid};
use crate::exchange::ExchangeError;
use crate::generator::GeneratorError;
use crate::platform::child::ChildError;
use crate::platform::signals::Interrupted;
use crate::sync::CarrierError;
use crate::vault::{OtherFileError, VaultError};
use crate::versioning::Refusal;

/// A failure of the command line's own: usage, input, confirmation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CliError {
    code: ErrorCode,
    sentence: String,
    hint: String,
    interrupted: Option<Interrupted>,
}

impl CliError {
    const fn new(code: ErrorCode, sentence: String, hint: String) -> Self {
        Self { code, sentence, hint, interrupted: None }
    }

    /// A signal ended it: nothing is said, and the process dies of the signal.
    pub fn interrupted(by: Interrupted) -> Self {
        let error = Self::new(ErrorCode::InternalFailure, by.to_string(), String::new());
        Self { interrupted: Some(by), ..error }
    }

    /// Something was asked in a way that cannot be answered (exit code 2).
    pub fn usage(sentence: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidParameter, sentence.into(), hint.into())
    }

    /// Something that must be given is not there (exit code 2).
    pub fn missing(sentence: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(ErrorCode::MissingParameter, sentence.into(), hint.into())
    }

    /// What must hold does not (exit code 4).
    pub fn rejected(sentence: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(ErrorCode::UnsupportedOperation, sentence.into(), hint.into())
    }

    /// What was looked for is not there (exit code 3).
    pub fn not_found(sentence: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(ErrorCode::ResourceNotFound, sentence.into(), hint.into())
    }

    /// There is no password, or none could be had (exit code 5).
    pub fn not_unlocked(sentence: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(ErrorCode::NotUnlocked, sentence.into(), hint.into())
    }

    /// What is nobody's mistake and still did not work (exit code 1).
    pub fn unexpected(sentence: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(ErrorCode::InternalFailure, sentence.into(), hint.into())
    }

    /// A rule says no; the sentence says what follows from it.
    pub fn refused(code: ErrorCode, sentence: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(code, sentence.into(), hint.into())
    }

    /// A program was not run to its end.
    pub fn of_child(sentence: impl Into<String>, error: ChildError) -> Self {
        match error {
            ChildError::System(error) => Self::system(sentence, &error),
            ChildError::Interrupted(by) => Self::interrupted(by),
        }
    }

    /// The system said no (exit code 1), in its own words.
    pub fn system(sentence: impl Into<String>, error: &io::Error) -> Self {
        Self::unexpected(format!("{}: {}", sentence.into(), reason(error)), system_hint(error))
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.sentence)
    }
}

impl std::error::Error for CliError {}

/// What to do where the system says no; empty where its own words say it all.
fn system_hint(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "make room there",
        _ => "",
    }
}

/// A change that is stored, though its answer could not be written.
#[derive(Debug)]
pub(super) struct AnswerLost {
    /// What was done, and why it could not be answered.
    pub(super) sentence: String,
    /// The version that was stored, if it was one.
    pub(super) version_id: Option<String>,
}

impl fmt::Display for AnswerLost {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.sentence)
    }
}

impl std::error::Error for AnswerLost {}

/// Says of a file that was named besides the usual one, and is called so, that it is that one which has a fault.
pub(super) fn of_another_file(error: anyhow::Error, called: &str) -> anyhow::Error {
    match error.downcast_ref().and_then(|error| OtherFileError::about(error, called)) {
        Some(other) => other.into(),
        None => error,
    }
}

/// An error with everything that is said about it, not yet made harmless for a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Explained {
    pub(super) code: ErrorCode,
    pub(super) sentence: String,
    /// Empty where there is nothing to add.
    pub(super) hint: String,
}

/// Explains an error: what was added as context, then the sentence of the innermost error that we know.
/// Deeper causes are left out, since a sentence of ours says them already.
pub(super) fn explain(error: &anyhow::Error) -> Explained {
    let mut sentences = Vec::new();
    let mut hint = "this is a bug in etui; please report it";
    for cause in error.chain() {
        if let Some(error) = cause.downcast_ref::<io::Error>() {
            sentences.push(reason(error));
            hint = system_hint(error);
            break;
        }
        sentences.push(cause.to_string());
        if let Some((code, hint)) = code_and_hint(cause) {
            return Explained { code, sentence: sentences.join(": "), hint };
        }
    }
    Explained { code: ErrorCode::InternalFailure, sentence: sentences.join(": "), hint: hint.to_owned() }
}

/// Whoever runs a command may read every name of the vault.
fn hint_of(refusal: &Refusal) -> String {
    match refusal {
        Refusal::NoSuchSecret { near: Some(near), .. } => format!("did you mean '{near}'?"),
        refusal => refusal.hint(),
    }
}

fn code_and_hint(cause: &(dyn std::error::Error + 'static)) -> Option<(ErrorCode, String)> {
    if let Some(error) = cause.downcast_ref::<CliError>() {
        return Some((error.code, error.hint.clone()));
    }
    if cause.is::<AnswerLost>() {
        return Some((ErrorCode::InternalFailure, String::new()));
    }
    if let Some(error) = cause.downcast_ref::<VaultError>() {
        let hint = match error {
            VaultError::Refused(refusal) => hint_of(refusal),
            error => error.hint(),
        };
        return Some((error.code(), hint));
    }
    if let Some(error) = cause.downcast_ref::<OtherFileError>() {
        return Some((error.code(), error.hint()));
    }
    if let Some(refusal) = cause.downcast_ref::<Refusal>() {
        return Some((refusal.code(), hint_of(refusal)));
    }
    #[cfg(feature = "engines")]
    if let Some(error) = cause.downcast_ref::<crate::engine::EngineError>() {
        return Some((error.code(), error.hint()));
    }
    if let Some(error) = cause.downcast_ref::<AgentError>() {
        return Some((ErrorCode::InternalFailure, error.hint().to_owned()));
    }
    if let Some(error) = cause.downcast_ref::<GeneratorError>() {
        return Some((error.code(), error.hint().to_owned()));
    }
    if let Some(error) = cause.downcast_ref::<ExchangeError>() {
        return Some((error.code(), hint_of_file(error)));
    }
    if let Some(error) = cause.downcast_ref::<CarrierError>() {
        return Some((error.code(), error.hint()));
    }
    if cause.is::<Invalid>() || cause.is::<ReferenceError>() {
        // What is wrong with a word is said by the word itself.
        return Some((ErrorCode::InvalidParameter, String::new()));
    }
    None
}

/// What to do about a file of another program, with the option that names its key file.
fn hint_of_file(error: &ExchangeError) -> String {
    match error {
        ExchangeError::WrongLocks | ExchangeError::KeyFileMalformed => {
            format!("{} with --other-key-file", error.hint())
        }
        error => error.hint(),
    }
}

/// The signal that ended what was being done, if one did.
pub fn interruption(error: &anyhow::Error) -> Option<Interrupted> {
    error.chain().find_map(|cause| {
        let of_ours = cause.downcast_ref::<CliError>().and_then(|error| error.interrupted);
        let of_carrier = || match cause.downcast_ref::<CarrierError>() {
            Some(CarrierError::Interrupted(by)) => Some(*by),
            _ => None,
        };
        of_ours.or_else(|| cause.downcast_ref::<Interrupted>().copied()).or_else(of_carrier).or_else(|| {
            match cause.downcast_ref::<ExchangeError>() {
                Some(ExchangeError::Interrupted(by)) => Some(*by),
                _ => None,
            }
        })
    })
}

/// Whether the reader of our output went away, which is not a failure.
pub(super) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    })
}

#[cfg(test)]
mod tests {
    use anyhow::Context;

    use super::*;
    use crate::domain::SecretName;

    #[test]
    fn a_refusal_is_told_once_with_its_context_before_it() {
        let name = SecretName::new("db").unwrap();
        let error = Err::<(), _>(VaultError::from(Refusal::NoSuchSecret { name, near: None }))
            .context("nothing was read")
            .unwrap_err();
        let explained = explain(&error);
        assert_eq!(explained.sentence, "nothing was read: there is no secret 'db'");
        assert_eq!(explained.code, ErrorCode::ResourceNotFound);
        let invalid = SecretName::new("").unwrap_err();
        let explained = explain(&anyhow::Error::from(VaultError::from(Refusal::from(invalid))));
        assert_eq!(explained.sentence, "a secret name must not be empty");
    }

    #[test]
    fn a_broken_pipe_is_recognised_through_its_context() {
        let error = anyhow::Error::from(io::Error::from(io::ErrorKind::BrokenPipe)).context("writing");
        assert!(is_broken_pipe(&error));
        assert!(!is_broken_pipe(&anyhow::anyhow!("x")));
    }
}
