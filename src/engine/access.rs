//! How an engine is reached: where it is, who asks, and whose certificates are trusted.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::PathBuf;
use std::time::Duration;

use super::address::Address;
use super::error::EngineError;
use super::wire::{Authorities, NoAuthorities};
use crate::memory::SecretBytes;

/// How long an engine that does not answer is asked again: an election takes a few seconds, and a node some more to
/// start.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Who asks. It cannot be printed.
pub enum Login {
    /// A token, as it is.
    Token(SecretBytes),
    /// A role of AppRole, which gives a token.
    AppRole {
        /// Its id.
        role: SecretBytes,
        /// The secret of the role.
        secret: SecretBytes,
    },
}

/// How an engine is reached.
pub struct Access {
    /// Where.
    pub address: Address,
    /// Who asks; `None` where nothing was found.
    pub login: Option<Login>,
    /// Whose certificates are trusted.
    pub authorities: Authorities,
    /// Whether plain HTTP may leave this machine.
    pub allows_plain_http: bool,
    /// The namespace, where there are some.
    pub namespace: Option<String>,
    /// How long to retry an engine that does not answer.
    pub patience: Duration,
    /// Whether somebody wants it to stop, asked while it waits.
    pub is_stopped: Box<dyn Fn() -> bool + Send>,
}

impl Access {
    /// The place that it leads to, as it is remembered: one address may hold several namespaces.
    pub fn place(&self) -> String {
        match &self.namespace {
            Some(namespace) => format!("{} in {namespace}", self.address),
            None => self.address.to_string(),
        }
    }
}

/// Why an engine cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum NoEngine {
    /// The certificates of authorities.
    #[error(transparent)]
    Authorities(#[from] NoAuthorities),
    /// Anything else.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// Why what was given cannot stand in a request. It is not quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} is empty, or has spaces or several lines")]
pub struct NotOneWord(&'static str);

/// What the environment says, in the variables that `bao` and `vault` read.
#[derive(Default)]
pub struct Surroundings {
    /// `BAO_TOKEN` or `VAULT_TOKEN`.
    pub token: Option<SecretBytes>,
    /// `BAO_CACERT` or `VAULT_CACERT`.
    pub ca_file: Option<PathBuf>,
    /// `BAO_NAMESPACE` or `VAULT_NAMESPACE`.
    pub namespace: Option<OsString>,
}

impl Surroundings {
    /// Those that a look-up finds; an empty variable counts as none.
    pub fn of(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let named = |name: &str| {
            let mut found =
                ["BAO", "VAULT"].into_iter().filter_map(|tool| variable(&format!("{tool}_{name}")));
            found.find(|text| !text.is_empty())
        };
        Self {
            token: named("TOKEN").map(|token| SecretBytes::from_vec(token.into_vec())),
            ca_file: named("CACERT").map(PathBuf::from),
            namespace: named("NAMESPACE"),
        }
    }
}

/// A token as it goes into a line of HTTP.
///
/// # Errors
/// [`NotOneWord`]: more lines would be more headers.
pub fn token(mut bytes: SecretBytes) -> Result<SecretBytes, NotOneWord> {
    let length = bytes.expose().trim_ascii_end().len();
    bytes.truncate(length);
    match is_one_word(bytes.expose()) {
        true => Ok(bytes),
        false => Err(NotOneWord("what was given as the token")),
    }
}

/// A namespace as it goes into a line of HTTP.
///
/// # Errors
/// [`NotOneWord`]; without it what was asked would be done somewhere else.
pub fn namespace(text: OsString) -> Result<String, NotOneWord> {
    let text = text.into_string().ok().filter(|text| is_one_word(text.as_bytes()));
    let text = text.map(|text| text.trim_matches('/').to_owned()).filter(|text| !text.is_empty());
    text.ok_or(NotOneWord("the namespace"))
}

fn is_one_word(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.iter().all(|byte| (0x21..0x7f).contains(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_one_word_and_ends_with_its_line() {
        let read = |text: &[u8]| token(SecretBytes::copy_of(text)).map(|token| token.expose().to_vec());
        assert_eq!(read(b"s.abc\n"), Ok(b"s.abc".to_vec()));
        for text in [&b""[..], b"\n", b"a b", b"a\r\nX-Vault-Token: b", b"a\0"] {
            let error = read(text).unwrap_err().to_string();
            assert!(!error.contains("X-Vault-Token"), "{error}");
        }
    }

    #[test]
    fn a_namespace_that_cannot_be_sent_is_refused_and_not_left_out() {
        assert_eq!(namespace("team/a/".into()).as_deref(), Ok("team/a"));
        for text in ["/", "a b", "a\nb", "ä"] {
            assert!(namespace(text.into()).is_err(), "{text:?}");
        }
    }

    #[test]
    fn the_variables_of_bao_come_first_and_empty_ones_count_as_none() {
        let set = |name: &str| match name {
            "BAO_TOKEN" => Some("".into()),
            "VAULT_TOKEN" => Some("v".into()),
            "BAO_NAMESPACE" => Some("b".into()),
            "VAULT_NAMESPACE" => Some("v".into()),
            _ => None,
        };
        let found = Surroundings::of(set);
        assert_eq!(found.token.unwrap().expose(), b"v");
        assert_eq!((found.namespace, found.ca_file), (Some("b".into()), None));
    }
}
