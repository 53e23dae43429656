//! Where a remote is: a file, a file behind ssh, a file in a git repository, an OpenBao.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

/// The file that is meant in a git repository where none is named.
const FILE_IN_REPOSITORY: &str = "vault.etui";

/// Where a remote is. No part of it is a secret, and none can be taken for an option by the program that gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RemoteUrl {
    /// `file:PATH`: a vault file on this machine, by its absolute path.
    File(PathBuf),
    /// `ssh://[USER@]HOST[:PORT]/PATH`: a vault file on another machine.
    Ssh {
        /// The host as ssh knows it, perhaps with a user: `me@host`.
        destination: String,
        /// The port, where it is not that of the configuration.
        port: Option<u16>,
        /// The path there; one without `/` at its beginning is below the home folder (`ssh://HOST/~/PATH`).
        path: String,
    },
    /// `git:REPOSITORY[#PATH]`: a vault file in a git repository.
    Git {
        /// What `git clone` takes.
        repository: String,
        /// The path within the repository; `vault.etui` where none is named.
        path: String,
    },
    /// `openbao:https://HOST[:PORT]/MOUNT[/PATH]`.
    OpenBao {
        /// Scheme, host and port: `https://bao.example:8200`.
        address: String,
        /// What stands behind it, without `/` at its ends: `secret/app`.
        path: String,
    },
}

impl RemoteUrl {
    /// Whether it keeps a copy of the vault; else it takes secrets.
    pub const fn takes_copies(&self) -> bool {
        !matches!(self, Self::OpenBao { .. })
    }
}

/// Why a text is not a URL of a remote.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NotAUrl {
    /// It begins with nothing that is known.
    #[error("a remote is file:PATH, ssh://HOST/PATH, git:REPOSITORY or openbao:https://HOST/PATH, not '{0}'")]
    Scheme(String),
    /// It would be kept with a password or token in it; the text is not repeated.
    #[error("a remote's URL is kept in a file and must not hold a password or token")]
    Secret,
    /// One of its parts cannot be used.
    #[error("{0}")]
    Part(&'static str),
}

use NotAUrl::Part;

impl RemoteUrl {
    /// Reads a URL as somebody typed it: a path of a file may then be relative to a folder, or begin with `~`.
    ///
    /// # Errors
    /// [`NotAUrl`].
    pub fn typed(text: &str, folder: &Path, home: Option<&Path>) -> Result<Self, NotAUrl> {
        let Some(path) = text.strip_prefix("file:") else { return text.parse() };
        let path = match (path.strip_prefix("~/"), home) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => folder.join(path),
        };
        match path.to_str() {
            Some(path) => format!("file:{path}").parse(),
            None => Err(Part("the path of a remote must be UTF-8")),
        }
    }

    /// The word for its kind: `file`, `ssh`, `git`, `openbao`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::File(_) => "file",
            Self::Ssh { .. } => "ssh",
            Self::Git { .. } => "git",
            Self::OpenBao { .. } => "openbao",
        }
    }
}

impl FromStr for RemoteUrl {
    type Err = NotAUrl;

    fn from_str(text: &str) -> Result<Self, NotAUrl> {
        if text.chars().any(char::is_control) {
            return Err(Part("a remote's URL must not hold control characters"));
        }
        if let Some(rest) = text.strip_prefix("ssh://") {
            ssh(rest)
        } else if let Some(rest) = text.strip_prefix("git:").filter(|rest| !rest.starts_with("//")) {
            git(rest)
        } else if let Some(rest) = text.strip_prefix("openbao:") {
            open_bao(rest)
        } else if let Some(rest) = text.strip_prefix("file:") {
            file(rest)
        } else if has_secret(text) {
            Err(NotAUrl::Secret)
        } else {
            Err(NotAUrl::Scheme(text.to_owned()))
        }
    }
}

fn file(path: &str) -> Result<RemoteUrl, NotAUrl> {
    // As in `file:///media/stick`; a host is not understood.
    let path = match path.strip_prefix("//") {
        Some(rest) if rest.starts_with('/') => rest,
        Some(_) => return Err(Part("file: takes a path and no host: file:/media/stick/vault.etui")),
        None => path,
    };
    if !path.starts_with('/') || path.ends_with('/') {
        return Err(Part("file: takes the absolute path of a file: file:/media/stick/vault.etui"));
    }
    Ok(RemoteUrl::File(path.into()))
}

fn ssh(rest: &str) -> Result<RemoteUrl, NotAUrl> {
    let Some((authority, path)) = rest.split_once('/') else {
        return Err(Part("ssh: takes a host and the path of a file: ssh://HOST/PATH"));
    };
    let (user, host) = match authority.rsplit_once('@') {
        Some((user, _)) if user.contains(':') => return Err(NotAUrl::Secret),
        Some((user, host)) => (Some(user), host),
        None => (None, authority),
    };
    let (host, port) = with_port(host)?;
    for word in user.into_iter().chain([host]) {
        // ssh would take it for an option.
        if word.starts_with('-') {
            return Err(Part("neither the host nor the user of ssh may begin with '-'"));
        }
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:%".contains(&byte) || byte >= 0x80;
        if word.is_empty() || !word.bytes().all(is_plain) {
            return Err(Part("the host and the user of ssh have letters, digits, '-', '_' and '.' only"));
        }
    }
    let path = match path.strip_prefix("~/") {
        Some(below_home) => below_home.to_owned(),
        None => format!("/{path}"),
    };
    if path.is_empty() || path.ends_with('/') {
        return Err(Part("ssh: takes a host and the path of a file: ssh://HOST/PATH"));
    }
    let destination = user.map_or_else(|| host.to_owned(), |user| format!("{user}@{host}"));
    Ok(RemoteUrl::Ssh { destination, port, path })
}

/// A host and its port; an IPv6 address stands in brackets.
fn with_port(authority: &str) -> Result<(&str, Option<u16>), NotAUrl> {
    let (host, port) = match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, "")) => (host, None),
        Some((host, rest)) => (host, Some(rest.strip_prefix(':').unwrap_or(rest))),
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    let number = |port: &str| port.parse::<u16>().ok().filter(|port| *port > 0);
    match port {
        None => Ok((host, None)),
        Some(port) => number(port).map(|port| (host, Some(port))).ok_or(Part("the port must be 1 to 65535")),
    }
}

fn git(rest: &str) -> Result<RemoteUrl, NotAUrl> {
    let (repository, path) = rest.split_once('#').unwrap_or((rest, FILE_IN_REPOSITORY));
    if has_secret(repository) {
        return Err(NotAUrl::Secret);
    }
    if repository.is_empty() || repository.starts_with('-') || repository.contains("::") {
        return Err(Part("git: takes what `git clone` takes: git:HOST:REPOSITORY or git:/PATH"));
    }
    let is_named = |part: &str| !part.is_empty() && ![".", "..", ".git"].contains(&part);
    if !path.split('/').all(is_named) || path.starts_with('-') {
        return Err(Part("the path of a file in the repository follows '#'"));
    }
    Ok(RemoteUrl::Git { repository: repository.to_owned(), path: path.to_owned() })
}

fn open_bao(rest: &str) -> Result<RemoteUrl, NotAUrl> {
    let scheme = ["https://", "http://"].into_iter().find(|scheme| rest.starts_with(scheme));
    let Some(scheme) = scheme else {
        return Err(Part("openbao: takes an address and a path: openbao:https://HOST:8200/secret/app"));
    };
    let rest = &rest[scheme.len()..];
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    if authority.contains('@') || path.contains(['?', '#']) {
        return Err(NotAUrl::Secret);
    }
    let path = path.trim_matches('/');
    let (host, _) = with_port(authority)?;
    if host.is_empty() || path.is_empty() || authority.contains(char::is_whitespace) {
        return Err(Part("openbao: takes an address and a path: openbao:https://HOST:8200/secret/app"));
    }
    Ok(RemoteUrl::OpenBao { address: format!("{scheme}{authority}"), path: path.to_owned() })
}

/// Whether a URL names more than a user before its host.
fn has_secret(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    match authority.rsplit_once('@') {
        // Hosts of git over HTTP take a token as the user.
        Some((user, _)) => user.contains(':') || scheme.starts_with("http"),
        None => false,
    }
}

impl fmt::Display for RemoteUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(formatter, "file:{}", path.display()),
            Self::Ssh { destination, port, path } => {
                let (user, host) = destination.rsplit_once('@').unwrap_or(("", destination));
                let at = if user.is_empty() { "" } else { "@" };
                let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
                write!(formatter, "ssh://{user}{at}{host}")?;
                if let Some(port) = port {
                    write!(formatter, ":{port}")?;
                }
                let below_home = if path.starts_with('/') { "" } else { "/~/" };
                write!(formatter, "{below_home}{path}")
            }
            Self::Git { repository, path } if path == FILE_IN_REPOSITORY => {
                write!(formatter, "git:{repository}")
            }
            Self::Git { repository, path } => write!(formatter, "git:{repository}#{path}"),
            Self::OpenBao { address, path } => write!(formatter, "openbao:{address}/{path}"),
        }
    }
}

impl Serialize for RemoteUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RemoteUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<RemoteUrl, NotAUrl> {
        text.parse()
    }

    #[test]
    fn every_kind_is_read_and_written_as_it_was() {
        for (text, kind) in [
            ("file:/media/stick/vault.etui", "file"),
            ("ssh://nb/vaults/me.etui", "ssh"),
            ("ssh://me@nb.example:2222/~/me.etui", "ssh"),
            ("ssh://[fe80::1%eth0]:22/v", "ssh"),
            ("git:git@host:me/vault.git", "git"),
            ("git:https://host/me/vault.git#work/vault", "git"),
            ("git:/srv/vault.git", "git"),
            ("openbao:https://bao.example:8200/secret/app", "openbao"),
            ("openbao:http://127.0.0.1:8200/secret", "openbao"),
        ] {
            let url = read(text).unwrap();
            assert_eq!((url.to_string().as_str(), url.kind()), (text, kind));
        }
        assert_eq!(read("file:///a/b").unwrap().to_string(), "file:/a/b");
    }

    #[test]
    fn the_parts_are_those_that_the_programs_take() {
        let path = "me.etui".to_owned();
        let expected = RemoteUrl::Ssh { destination: "me@nb".to_owned(), port: Some(22), path };
        assert_eq!(read("ssh://me@nb:22/~/me.etui"), Ok(expected));
        let (repository, path) = ("host:v".to_owned(), "vault.etui".to_owned());
        assert_eq!(read("git:host:v"), Ok(RemoteUrl::Git { repository, path }));
        let (address, path) = ("https://b:8200".to_owned(), "secret/app".to_owned());
        assert_eq!(read("openbao:https://b:8200/secret/app/"), Ok(RemoteUrl::OpenBao { address, path }));
    }

    #[test]
    fn nothing_can_be_taken_for_an_option_or_another_program() {
        for text in [
            "ssh://-oProxyCommand=x/v",
            "ssh://-l@host/v",
            "ssh://a b/v",
            "ssh://a$(x)/v",
            "ssh://host",
            "ssh://host/",
            "ssh://host/v/",
            "ssh://host:0/v",
            "ssh:///v",
            "git:-x",
            "git:",
            "git:ext::sh -c x",
            "git:host:v#../v",
            "git:host:v#/v",
            "git:host:v#.git/config",
            "git:host:v#-x",
            "file:v",
            "file:",
            "file:/v/",
            "file://host/v",
            "openbao:https://host",
            "openbao:bao.example/secret",
            "openbao:https:///secret",
            "file:/a\nb",
        ] {
            assert!(matches!(read(text), Err(Part(_))), "{text}: {:?}", read(text));
        }
        assert!(matches!(read("ftp://host/v"), Err(NotAUrl::Scheme(_))));
        assert!(matches!(read("git://host/v"), Err(NotAUrl::Scheme(_))));
    }

    #[test]
    fn no_password_and_no_token_is_kept_nor_repeated() {
        for text in [
            "ssh://me:s3cret@host/v",
            "git:https://s3cret@host/v",
            "git:https://me:s3cret@host/v",
            "openbao:https://s3cret@host/secret",
            "openbao:https://host/secret?token=s3cret",
            "https://me:s3cret@host/v",
        ] {
            let error = read(text).unwrap_err();
            assert_eq!(error, NotAUrl::Secret, "{text}");
            assert!(!error.to_string().contains("s3cret"));
        }
    }

    #[test]
    fn a_typed_path_becomes_an_absolute_one() {
        let typed = |text| RemoteUrl::typed(text, Path::new("/work"), Some(Path::new("/home/me")));
        assert_eq!(typed("file:v").unwrap().to_string(), "file:/work/v");
        assert_eq!(typed("file:~/v").unwrap().to_string(), "file:/home/me/v");
        assert_eq!(typed("file:/v").unwrap().to_string(), "file:/v");
        assert_eq!(typed("ssh://h/v").unwrap().to_string(), "ssh://h/v");
    }
}
