//! Where the server listens: on this machine, never on a network.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

/// An address of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A loopback address; port 0 lets the system choose one.
    Tcp(SocketAddr),
    /// A socket in the file system, for this user alone.
    Unix(PathBuf),
}

/// The text is not an address of this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an address of this machine; use 127.0.0.1:PORT, [::1]:PORT, localhost:PORT or unix:PATH")]
pub struct NotLocal;

impl Address {
    /// A free port of 127.0.0.1.
    pub const fn any_port() -> Self {
        Self::Tcp(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0))
    }
}

impl FromStr for Address {
    type Err = NotLocal;

    fn from_str(text: &str) -> Result<Self, NotLocal> {
        if let Some(path) = text.strip_prefix("unix:") {
            return if path.is_empty() { Err(NotLocal) } else { Ok(Self::Unix(path.into())) };
        }
        let address = match text.strip_prefix("localhost:") {
            Some(port) => format!("127.0.0.1:{port}").parse(),
            None => text.parse(),
        };
        match address {
            Ok(address) if SocketAddr::ip(&address).is_loopback() => Ok(Self::Tcp(address)),
            _ => Err(NotLocal),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => write!(formatter, "{address}"),
            Self::Unix(path) => write!(formatter, "unix:{}", path.display()),
        }
    }
}

/// Whether a `Host` header names this server: a page of a browser that was led here under another name does not.
/// A Unix socket has no port.
pub(super) fn is_own_host(host: &str, port: Option<u16>) -> bool {
    let name = match (host.rsplit_once(':'), port) {
        (Some((name, given)), Some(port)) if given.parse() == Ok(port) => name,
        (_, Some(_)) => return false,
        (Some((name, given)), None) if given.bytes().all(|digit| digit.is_ascii_digit()) => name,
        (_, None) => host,
    };
    name.eq_ignore_ascii_case("localhost") || name == "127.0.0.1" || name == "[::1]"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_this_machine_are_taken() {
        for (text, shown) in [
            ("127.0.0.1:0", "127.0.0.1:0"),
            ("127.3.2.1:80", "127.3.2.1:80"),
            ("localhost:8080", "127.0.0.1:8080"),
            ("[::1]:8080", "[::1]:8080"),
            ("unix:/run/x.sock", "unix:/run/x.sock"),
        ] {
            assert_eq!(text.parse::<Address>().unwrap().to_string(), shown);
        }
        for text in
            ["0.0.0.0:80", "[::]:80", "192.168.1.1:80", "example.com:80", "127.0.0.1", "8080", "unix:", ""]
        {
            assert_eq!(text.parse::<Address>(), Err(NotLocal), "{text}");
        }
    }

    #[test]
    fn a_host_is_this_machine_with_the_port() {
        for host in ["127.0.0.1:80", "localhost:80", "LocalHost:80", "[::1]:80"] {
            assert!(is_own_host(host, Some(80)), "{host}");
        }
        for host in
            ["127.0.0.1", "127.0.0.1:81", "evil.example:80", "localhost.evil.example:80", "", ":80", "::1:80"]
        {
            assert!(!is_own_host(host, Some(80)), "{host}");
        }
        assert!(
            is_own_host("localhost", None) && is_own_host("127.0.0.1:1", None) && is_own_host("[::1]", None)
        );
        assert!(!is_own_host("evil.example", None));
    }
}
