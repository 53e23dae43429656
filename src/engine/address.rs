//! Where a place in an engine is: `openbao:https://bao.example:8200/secret/app`.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use thiserror::Error;

/// What stands before the address of an engine.
const SCHEME: &str = "openbao";

/// The address of a place in a key-value engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Whether it is reached by TLS.
    pub is_tls: bool,
    /// The host name, or an IP address without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
    /// The mount and the path below it, without slashes at their ends.
    pub path: String,
}

/// Why a text is not an address. It is not quoted: it may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}; an address is like 'openbao:https://bao.example:8200/secret/app'")]
pub struct NotAnAddress(&'static str);

impl Address {
    /// The host and port, as errors name them.
    pub fn authority(&self) -> String {
        match self.host.contains(':') {
            true => format!("[{}]:{}", self.host, self.port),
            false => format!("{}:{}", self.host, self.port),
        }
    }

    /// Whether what is sent there stays on this machine.
    pub fn is_loopback(&self) -> bool {
        self.host == "localhost" || self.host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
    }
}

impl FromStr for Address {
    type Err = NotAnAddress;

    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        let (scheme, url) = text.split_once(':').ok_or(NotAnAddress("it has no scheme"))?;
        if scheme != SCHEME {
            return Err(NotAnAddress("only 'openbao' is the scheme of an engine"));
        }
        let (is_tls, rest) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
            (Some(rest), _) => (true, rest),
            (_, Some(rest)) => (false, rest),
            _ => return Err(NotAnAddress("https:// or http:// follows the scheme")),
        };
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        if authority.contains('@') {
            return Err(NotAnAddress("it must not contain a user or password"));
        }
        if path.contains(['?', '#', '%']) || path.chars().any(|letter| letter.is_control() || letter == ' ') {
            return Err(NotAnAddress("its path has a character that no path of secrets has"));
        }
        let (host, port) = match authority.strip_prefix('[') {
            Some(rest) => {
                let (host, port) = rest.split_once(']').ok_or(NotAnAddress("it has a '[' without a ']'"))?;
                (host, port.strip_prefix(':'))
            }
            None => match authority.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (authority, None),
            },
        };
        let port = match port {
            Some(port) => port.parse().map_err(|_| NotAnAddress("its port is not a number"))?,
            None if is_tls => 443,
            None => 80,
        };
        if host.is_empty() || host.contains(|letter: char| letter.is_control() || letter.is_whitespace()) {
            return Err(NotAnAddress("it names no host"));
        }
        let path = path.trim_matches('/').to_owned();
        if path.is_empty() || path.split('/').any(|part| matches!(part, "" | "." | "..")) {
            return Err(NotAnAddress("it names no mount"));
        }
        Ok(Self { is_tls, host: host.to_owned(), port, path })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.is_tls { "https" } else { "http" };
        write!(formatter, "{scheme}://{}/{}", self.authority(), self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_host_a_port_and_a_path() {
        for (text, shown) in [
            ("openbao:https://bao.example:8200/secret/app/", "https://bao.example:8200/secret/app"),
            ("openbao:https://vault.example/kv", "https://vault.example:443/kv"),
            ("openbao:http://[::1]:8200/secret", "http://[::1]:8200/secret"),
        ] {
            assert_eq!(Address::from_str(text).unwrap().to_string(), shown);
        }
    }

    #[test]
    fn what_is_no_address_is_refused_and_not_quoted() {
        for text in [
            "",
            "https://a/b",
            "openbao:a/b",
            "openbao:https://a",
            "openbao:https:///b",
            "openbao:https://a:x/b",
            "openbao:https://user:hunter2@a/b",
            "openbao:https://a/b?c",
            "openbao:https://a/b/../c",
            "redis:https://a/b",
        ] {
            let error = Address::from_str(text).unwrap_err().to_string();
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn only_loopback_stays_on_this_machine() {
        for (host, expected) in [
            ("localhost", true),
            ("127.0.0.7", true),
            ("[::1]", true),
            ("10.0.0.1", false),
            ("localhost.example", false),
        ] {
            let address: Address = format!("openbao:http://{host}/a").parse().unwrap();
            assert_eq!(address.is_loopback(), expected, "{host}");
        }
    }
}
