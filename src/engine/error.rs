//! Why an engine did not do what was asked: each a sentence of our own.

use std::time::Duration;

use thiserror::Error;

use crate::domain::{ErrorCode, StageLabel, VersionId, count};
use crate::vault::VaultError;

/// What is wrong with a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[allow(missing_docs, reason = "the words of each variant say what it is")]
pub enum CertificateFault {
    #[error("it has expired")]
    Expired,
    #[error("it is not valid yet")]
    NotYet,
    #[error("it is for another host")]
    OtherHost,
    #[error("no authority that is trusted here has signed it")]
    UnknownAuthority,
    #[error("it was revoked")]
    Revoked,
    #[error("it cannot be verified")]
    Unverifiable,
}

impl CertificateFault {
    const fn hint(self) -> &'static str {
        match self {
            Self::Expired => {
                "its certificate must be renewed there; if it was, check the clock of this machine"
            }
            Self::NotYet => "check the clock of this machine",
            Self::OtherHost => "add the remote with a host name that its certificate is for",
            Self::UnknownAuthority => {
                "name the authority that signed it with --ca-file or BAO_CACERT, if you trust it"
            }
            Self::Revoked | Self::Unverifiable => "it needs another certificate",
        }
    }
}

fn asks_to_wait(seconds: Option<u64>) -> String {
    seconds.map_or_else(String::new, |seconds| format!(" and asks to wait {}", count(seconds, "second")))
}

/// Never names a value, a token, the text of a library or of a server.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EngineError {
    /// The vault itself failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// No connection could be made, or it broke off.
    #[error("cannot reach {host}: {why}")]
    Unreachable {
        /// The host and port.
        host: String,
        /// The system's words.
        why: String,
    },
    /// The engine answered that it cannot at present, or not in time. What was asked may be done all the same.
    #[error("{host} does not answer as it should: {why}")]
    Unavailable {
        /// The host and port.
        host: String,
        /// What it said, in our words.
        why: &'static str,
    },
    /// It has too much to do.
    #[error("{host} has too much to do{}", asks_to_wait(*seconds))]
    Busy {
        /// The host and port.
        host: String,
        /// For how long it asks to wait.
        seconds: Option<u64>,
    },
    /// It was waited for long enough.
    #[error("{cause}; etui tried for {}", count(*seconds, "second"))]
    GaveUp {
        /// Why the last attempt failed.
        cause: Box<EngineError>,
        /// How long.
        seconds: u64,
    },
    /// A node that was not unsealed.
    #[error("{host} is sealed: it cannot read its storage until somebody unseals it")]
    Sealed {
        /// The host and port.
        host: String,
    },
    /// A node that follows another one and does not pass requests on, or a cluster without a leader.
    #[error("{host} is on standby and no leader answers for it")]
    Standby {
        /// The host and port.
        host: String,
    },
    /// The certificate is not one to be trusted.
    #[error("the TLS certificate of {host} is not valid: {why}")]
    Certificate {
        /// The host and port.
        host: String,
        /// What is wrong with it.
        why: CertificateFault,
    },
    /// What answers does not speak TLS as it must.
    #[error("{host} does not speak TLS")]
    NotTls {
        /// The host and port.
        host: String,
    },
    /// Values would travel where anybody can read them.
    #[error("{host} would be reached by plain HTTP: everybody on the way could read the secrets")]
    PlainHttp {
        /// The host and port.
        host: String,
    },
    /// The same of the node that another one named as its leader.
    #[error(
        "{host} names {leader} as its leader, by plain HTTP: everybody on the way could read the secrets"
    )]
    PlainHttpOfLeader {
        /// The host and port.
        host: String,
        /// Those of the leader.
        leader: String,
    },
    /// No token.
    #[error("no token for {host}")]
    NoToken {
        /// The host and port.
        host: String,
    },
    /// The engine does not know the token (any more).
    #[error("{host} does not accept the token: it has expired, was revoked, or may do nothing at all")]
    TokenNotAccepted {
        /// The host and port.
        host: String,
    },
    /// The engine does not know the role of AppRole, or not its secret.
    #[error("{host} does not accept the role id or the secret id")]
    RoleNotAccepted {
        /// The host and port.
        host: String,
    },
    /// The policies of the token say no.
    #[error("the token may not {action} '{path}' on {host}")]
    Forbidden {
        /// The host and port.
        host: String,
        /// "read", "write" or "list".
        action: &'static str,
        /// The path, as a policy names it.
        path: String,
    },
    /// There is no such namespace.
    #[error("there is no namespace '{namespace}' on {host}")]
    NoNamespace {
        /// The host and port.
        host: String,
        /// The namespace.
        namespace: String,
    },
    /// There is no mount, or one of another kind.
    #[error("'{mount}' on {host} is not a key-value engine of version 2")]
    NotKeyValue {
        /// The host and port.
        host: String,
        /// The mount.
        mount: String,
    },
    /// Somebody changed it since it was looked at.
    #[error("'{name}' changed there meanwhile")]
    Changed {
        /// The secret.
        name: String,
    },
    /// It is larger than the engine takes.
    #[error("the value of '{name}' is larger than {host} accepts")]
    TooLarge {
        /// The host and port.
        host: String,
        /// The secret.
        name: String,
    },
    /// The engine refused for a reason that has no name here.
    #[error("{host} refused to {action} '{path}' (HTTP status {status})")]
    Refused {
        /// The host and port.
        host: String,
        /// "read", "write" or "list".
        action: &'static str,
        /// The path.
        path: String,
        /// The status of HTTP.
        status: u16,
    },
    /// The answer is not one of a key-value engine.
    #[error("the answer of {host} to '{path}' makes no sense: {what}")]
    Senseless {
        /// The host and port.
        host: String,
        /// The path.
        path: String,
        /// What is wrong with it.
        what: &'static str,
    },
    /// There is no such secret there.
    #[error("there is no secret '{name}' there")]
    NoSuchSecret {
        /// The secret.
        name: String,
    },
    /// There is no such version there.
    #[error("version '{version}' of '{name}' is not there")]
    NoSuchVersion {
        /// The secret.
        name: String,
        /// The version.
        version: VersionId,
    },
    /// There is no such label there.
    #[error("no label '{label}' of '{name}' is there")]
    NoSuchLabel {
        /// The secret.
        name: String,
        /// The label.
        label: StageLabel,
    },
    /// It was asked to end.
    #[error("stopped; what is there already stays there")]
    Stopped,
}

impl EngineError {
    /// The code, which decides the exit code.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Vault(error) => error.code(),
            Self::GaveUp { cause, .. } => cause.code(),
            Self::PlainHttp { .. } | Self::PlainHttpOfLeader { .. } => ErrorCode::InvalidParameter,
            Self::NoToken { .. } => ErrorCode::MissingParameter,
            Self::Forbidden { .. } | Self::TokenNotAccepted { .. } | Self::RoleNotAccepted { .. } => {
                ErrorCode::NoPermission
            }
            Self::Changed { .. } => ErrorCode::ResourceChanged,
            Self::TooLarge { .. } => ErrorCode::LimitExceeded,
            Self::NoNamespace { .. }
            | Self::NoSuchSecret { .. }
            | Self::NoSuchVersion { .. }
            | Self::NoSuchLabel { .. } => ErrorCode::ResourceNotFound,
            _ => ErrorCode::InternalFailure,
        }
    }

    /// What to do next; empty where there is nothing to add.
    pub fn hint(&self) -> String {
        match self {
            Self::Vault(error) => error.hint(),
            Self::GaveUp { cause, .. } => {
                let hint = cause.hint();
                if hint.is_empty() {
                    "run it again when it answers: it continues where it stopped".to_owned()
                } else {
                    hint
                }
            }
            Self::Sealed { .. } => "unseal it with `bao operator unseal`, then run this again".to_owned(),
            Self::Standby { .. } => "name the leader, or wait until there is one".to_owned(),
            Self::Busy { .. } => "run it again later, or wait longer with --wait".to_owned(),
            Self::Certificate { why, .. } => why.hint().to_owned(),
            Self::NotTls { .. } => "check the address and the port".to_owned(),
            Self::PlainHttp { .. } => "use https, or say --insecure-http if the network is yours".to_owned(),
            Self::PlainHttpOfLeader { .. } => "its `api_addr` must begin with https".to_owned(),
            Self::RoleNotAccepted { .. } => {
                "a secret id may have expired or been used: make another one with \
                 `bao write -f auth/approle/role/ROLE/secret-id`"
                    .to_owned()
            }
            Self::NoToken { .. } => {
                "set BAO_TOKEN or VAULT_TOKEN, or name a file with --token-file".to_owned()
            }
            Self::TokenNotAccepted { .. } => "log in again, for instance with `bao login`".to_owned(),
            Self::Forbidden { action, path, .. } => {
                format!("its policies must allow to {action} '{path}'")
            }
            Self::NoNamespace { .. } => "see `bao namespace list`".to_owned(),
            Self::NotKeyValue { .. } => "see `bao secrets list -detailed`".to_owned(),
            Self::Changed { .. } => "run it again".to_owned(),
            _ => String::new(),
        }
    }

    /// Whether it says nothing about other secrets.
    pub const fn is_of_one_secret(&self) -> bool {
        matches!(
            self,
            Self::Forbidden { .. }
                | Self::TooLarge { .. }
                | Self::Refused { .. }
                | Self::Senseless { .. }
                | Self::Changed { .. }
        )
    }

    /// How long the engine asks to wait before it is asked again.
    pub const fn asked_pause(&self) -> Option<Duration> {
        match self {
            Self::Busy { seconds: Some(seconds), .. } => Some(Duration::from_secs(*seconds)),
            _ => None,
        }
    }

    /// Whether somebody else changed what was looked at.
    pub const fn is_change(&self) -> bool {
        matches!(self, Self::Changed { .. })
    }

    /// Whether another attempt may succeed.
    pub const fn may_pass(&self) -> bool {
        matches!(
            self,
            Self::Unreachable { .. }
                | Self::Unavailable { .. }
                | Self::Busy { .. }
                | Self::Sealed { .. }
                | Self::Standby { .. }
        )
    }
}
