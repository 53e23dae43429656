//! Why a request was refused.

use thiserror::Error;

use super::lines::LONGEST_LINE;
use crate::content::json_text::Column;
use crate::domain::{ErrorCode, Invalid};
use crate::generator::GeneratorError;
use crate::vault::VaultError;
use crate::versioning::Refusal;

/// A refusal of the API. None ever quotes a line or the value of a parameter: both may hold a secret.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(super) enum KmsError {
    #[error("line {line} is neither a JSON object nor a query string (column {column})", column = .column.0)]
    NoRequest { line: u64, column: Column },
    #[error("line {line} is longer than {} MiB", LONGEST_LINE / (1024 * 1024))]
    LineTooLong { line: u64 },
    #[error("parameter 'Action' is missing")]
    NoAction,
    #[error("{}", no_such_action(.shown.as_deref()))]
    UnknownAction { shown: Option<String>, known: String },
    #[error("parameter '{parameter}' of {action} is missing")]
    Missing { action: &'static str, parameter: &'static str },
    #[error("{action} has no {}", named(.shown.as_deref()))]
    UnknownParameter { action: &'static str, shown: Option<String>, known: String },
    #[error("parameter '{parameter}' is in the request twice")]
    Twice { parameter: &'static str },
    #[error("parameter '{parameter}' is not {expected}")]
    Shape { parameter: &'static str, expected: &'static str },
    #[error("{invalid}")]
    Malformed { parameter: &'static str, invalid: Invalid },
    #[error("an entry of a list is in the request twice")]
    EntryTwice,
    #[error("an entry of a list is not UTF-8 text")]
    EntryNotText,
    #[error("{action} does not work on secrets of type Generic, which are all that there are here")]
    Rotation { action: &'static str },
    #[error("{action} is not available: secrets have no policies here")]
    Policy { action: &'static str },
    #[error("values are not encrypted for a Recipient here")]
    Recipient,
    #[error("{action} was checked and not carried out: DryRun is true")]
    DryRun { action: &'static str },
    #[error("{action} is refused: secrets can be read here, not changed")]
    ReadOnly { action: &'static str },
    #[error(transparent)]
    Generator(#[from] GeneratorError),
    #[error(transparent)]
    Vault(#[from] VaultError),
}

impl KmsError {
    /// The code of the contract.
    pub(super) fn code(&self) -> ErrorCode {
        match self {
            Self::NoRequest { .. } | Self::LineTooLong { .. } => ErrorCode::ParseRequestParameterException,
            Self::NoAction | Self::Missing { .. } => ErrorCode::MissingParameter,
            Self::UnknownAction { .. } => ErrorCode::InvalidApiName,
            Self::UnknownParameter { .. }
            | Self::Twice { .. }
            | Self::Shape { .. }
            | Self::Malformed { .. } => ErrorCode::InvalidParameter,
            Self::EntryTwice | Self::EntryNotText => ErrorCode::InvalidParameter,
            Self::Rotation { .. } | Self::Policy { .. } | Self::Recipient => ErrorCode::UnsupportedOperation,
            Self::DryRun { .. } => ErrorCode::DryRunOperationError,
            Self::ReadOnly { .. } => ErrorCode::NoPermission,
            Self::Generator(error) => error.code(),
            Self::Vault(error) => error.code(),
        }
    }

    /// What to do next.
    pub(super) fn hint(&self) -> String {
        match self {
            Self::NoRequest { .. } => "write one request per line: {\"Action\":\"GetSecretValue\",\"SecretName\":\
                                       \"db\"} or Action=GetSecretValue&SecretName=db"
                .to_owned(),
            Self::LineTooLong { .. } => "a value has at most 1 MiB".to_owned(),
            Self::NoAction => "name the operation, as in Action=GetSecretValue".to_owned(),
            Self::UnknownAction { known, .. } => format!("the actions are {known}"),
            Self::Missing { .. } => String::new(),
            Self::UnknownParameter { known, .. } => format!("its parameters are {known}"),
            Self::Twice { .. } => "leave one of the two out".to_owned(),
            Self::Shape { parameter, .. } | Self::Malformed { parameter, .. } => {
                format!("correct parameter '{parameter}'")
            }
            Self::Rotation { .. } => {
                "rotate by hand: PutSecretValue stores the new value, moves ACSCurrent to it and keeps the old \
                 one as ACSPrevious"
                    .to_owned()
            }
            Self::EntryTwice => "number the entries of a list from 1".to_owned(),
            Self::EntryNotText => "send names and tags as UTF-8".to_owned(),
            Self::Policy { .. } => "limit a client with `etui serve --prefix` and `--read-only`".to_owned(),
            Self::Recipient => "leave the parameter out".to_owned(),
            Self::DryRun { .. } => "leave DryRun out to carry it out".to_owned(),
            Self::ReadOnly { .. } => "start `etui serve` without --read-only".to_owned(),
            Self::Generator(error) => error.hint().to_owned(),
            Self::Vault(error) => error.hint(),
        }
    }
}

impl From<Refusal> for KmsError {
    fn from(refusal: Refusal) -> Self {
        Self::Vault(VaultError::Refused(refusal))
    }
}

/// The name of an action or a parameter that is not known, if it is safe to say: it may be a piece of a value
/// that was not percent-encoded, and only what looks like a name of the API is said.
pub(super) fn shown_name(name: &[u8]) -> Option<String> {
    let looks_like_a_name = name.len() <= 48
        && name.first().is_some_and(u8::is_ascii_alphabetic)
        && name.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'));
    looks_like_a_name.then(|| String::from_utf8_lossy(name).into_owned())
}

fn no_such_action(shown: Option<&str>) -> String {
    match shown {
        Some(name) => format!("there is no action '{name}'"),
        None => "parameter 'Action' is not the name of an action".to_owned(),
    }
}

fn named(shown: Option<&str>) -> String {
    match shown {
        Some(name) => format!("parameter '{name}'"),
        None => "parameter of such a name as one that was given".to_owned(),
    }
}
