//! The remotes of this machine: names for the places that copies and secrets are taken to, in `remotes.toml`.

mod url;

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use super::SettingsError;
use crate::domain::reason;

pub use url::{NotAUrl, RemoteUrl};

/// The name of the file beside the settings.
pub const FILE_NAME: &str = "remotes.toml";

/// The name of a remote: letters, digits, `-`, `_` and `.`, at most 64, the first a letter or a digit. So it is
/// never taken for an option, a path or a URL.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RemoteName(String);

/// Why a word is not a name of a remote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a remote's name has 1 to 64 letters, digits, '-', '_' or '.', and begins with a letter or digit")]
pub struct NotAName;

impl RemoteName {
    const LIMIT: usize = 64;

    /// Checks and takes a name.
    ///
    /// # Errors
    /// [`NotAName`].
    pub fn new(text: &str) -> Result<Self, NotAName> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        let begins_well = text.bytes().next().is_some_and(|first| first.is_ascii_alphanumeric());
        if begins_well && text.len() <= Self::LIMIT && text.bytes().all(is_plain) {
            return Ok(Self(text.to_owned()));
        }
        Err(NotAName)
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RemoteName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Serialize for RemoteName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for RemoteName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::new(&text).map_err(serde::de::Error::custom)
    }
}

/// What is kept of a remote.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Remote {
    /// Where it is.
    pub url: RemoteUrl,
}

/// All remotes, by name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Remotes(BTreeMap<RemoteName, Remote>);

/// What became of a remote that was added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Addition {
    /// It is there now.
    Added,
    /// It was there already, with the same URL.
    Known,
    /// The name is taken by another URL; nothing changed.
    Taken,
}

/// Why there is no remote for what is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoSuchRemote {
    /// None takes copies.
    #[error("there is no remote to sync with")]
    None,
    /// None takes secrets.
    #[error("there is no engine among the remotes")]
    NoEngine,
    /// None is called so.
    #[error("there is no remote '{0}'")]
    Unknown(RemoteName),
    /// Several would do, and none was named.
    #[error("there are several remotes: {}", listed(.0))]
    Several(Vec<RemoteName>),
    /// It is an engine.
    #[error("'{0}' takes secrets and no copies of the vault")]
    TakesSecrets(RemoteName),
    /// It takes copies.
    #[error("remote '{name}' is a copy of the vault ({kind}), not an engine")]
    TakesCopies {
        /// Its name.
        name: RemoteName,
        /// What is there, in a word.
        kind: &'static str,
    },
}

fn listed(names: &[RemoteName]) -> String {
    names.iter().map(RemoteName::as_str).collect::<Vec<_>>().join(", ")
}

impl NoSuchRemote {
    /// What to do next.
    pub fn hint(&self) -> String {
        match self {
            Self::None => "add one with `etui remote add NAME URL`".to_owned(),
            Self::NoEngine => {
                "add one with `etui remote add NAME openbao:https://HOST:8200/MOUNT/PATH`".to_owned()
            }
            Self::Unknown(_) => {
                "run `etui remote list` to see all, or `etui remote add` to add one".to_owned()
            }
            Self::Several(_) => "name one of them".to_owned(),
            Self::TakesSecrets(name) => format!("run `etui push {name}`"),
            Self::TakesCopies { .. } => "name one whose URL begins with openbao:".to_owned(),
        }
    }
}

impl Remotes {
    /// Reads them; without a file there are none.
    ///
    /// # Errors
    /// [`SettingsError`]: a line that is not understood is never passed over.
    pub fn load(path: &Path) -> Result<Self, SettingsError> {
        match fs::read_to_string(path) {
            Ok(text) => Self::parse(&text).map_err(|(line, problem)| SettingsError::Malformed {
                path: path.to_owned(),
                line,
                problem,
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(SettingsError::Unreadable { path: path.to_owned(), reason: reason(&error) }),
        }
    }

    fn parse(text: &str) -> Result<Self, (usize, String)> {
        toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            (super::line_of(text.as_bytes(), at), super::toml_fault::told(&error, "key of a remote"))
        })
    }

    /// Writes them, in one step and for nobody else to read.
    ///
    /// # Errors
    /// [`SettingsError`]; the file is as it was then.
    pub fn save(&self, path: &Path) -> Result<(), SettingsError> {
        let unwritable = |reason| SettingsError::Unwritable { path: path.to_owned(), reason };
        let text = toml::to_string(&self.0).map_err(|_| unwritable("not a table".to_owned()))?;
        super::change::replace(path, &text).map_err(|error| unwritable(reason(&error)))
    }

    /// Adds one, in memory.
    pub fn add(&mut self, name: RemoteName, url: RemoteUrl) -> Addition {
        match self.0.get(&name) {
            Some(known) if known.url == url => Addition::Known,
            Some(_) => Addition::Taken,
            None => {
                self.0.insert(name, Remote { url });
                Addition::Added
            }
        }
    }

    /// Takes one away, in memory.
    pub fn remove(&mut self, name: &RemoteName) -> Option<Remote> {
        self.0.remove(name)
    }

    /// The remote of a name.
    pub fn get(&self, name: &RemoteName) -> Option<&Remote> {
        self.0.get(name)
    }

    /// The remote to sync with: the one that is named, or the only one that takes copies of the vault.
    ///
    /// # Errors
    /// [`NoSuchRemote`].
    pub fn to_sync_with(&self, name: Option<&RemoteName>) -> Result<(&RemoteName, &RemoteUrl), NoSuchRemote> {
        let fits = |url: &RemoteUrl| url.takes_copies();
        self.choose(name, fits, NoSuchRemote::None, |name, _| NoSuchRemote::TakesSecrets(name))
    }

    /// The engine to hand secrets over to or to take them from: the one that is named, or the only one.
    ///
    /// # Errors
    /// [`NoSuchRemote`].
    pub fn engine(&self, name: Option<&RemoteName>) -> Result<(&RemoteName, &RemoteUrl), NoSuchRemote> {
        let fits = |url: &RemoteUrl| !url.takes_copies();
        let other = |name, url: &RemoteUrl| NoSuchRemote::TakesCopies { name, kind: url.kind() };
        self.choose(name, fits, NoSuchRemote::NoEngine, other)
    }

    /// The remote that is named, if it fits, or the only one that does.
    fn choose(
        &self,
        name: Option<&RemoteName>,
        fits: impl Fn(&RemoteUrl) -> bool,
        none: NoSuchRemote,
        is_other: impl Fn(RemoteName, &RemoteUrl) -> NoSuchRemote,
    ) -> Result<(&RemoteName, &RemoteUrl), NoSuchRemote> {
        if let Some(name) = name {
            let known = self.0.get_key_value(name).ok_or_else(|| NoSuchRemote::Unknown(name.clone()))?;
            return match known {
                (name, remote) if fits(&remote.url) => Ok((name, &remote.url)),
                (name, remote) => Err(is_other(name.clone(), &remote.url)),
            };
        }
        let all: Vec<_> = self.0.iter().filter(|(_, remote)| fits(&remote.url)).collect();
        match all[..] {
            [] => Err(none),
            [(name, remote)] => Ok((name, &remote.url)),
            _ => Err(NoSuchRemote::Several(all.into_iter().map(|(name, _)| name.clone()).collect())),
        }
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&RemoteName, &Remote)> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> RemoteName {
        RemoteName::new(text).unwrap()
    }

    fn url(text: &str) -> RemoteUrl {
        text.parse().unwrap()
    }

    #[test]
    fn a_name_is_never_an_option_a_path_or_a_url() {
        for text in ["nb", "server-2", "a.b_c", "9"] {
            assert_eq!(name(text).as_str(), text);
        }
        for text in ["", "-x", ".x", "a/b", "a:b", "a b", "ü", &"x".repeat(65)] {
            assert_eq!(RemoteName::new(text), Err(NotAName), "{text}");
        }
    }

    #[test]
    fn what_is_saved_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("below").join(FILE_NAME);
        let mut remotes = Remotes::load(&path).unwrap();
        assert_eq!(remotes, Remotes::default());
        for (short, text) in
            [("nb", "ssh://nb/v.etui"), ("s.t", "file:/media/stick/v.etui"), ("g", "git:host:repo")]
        {
            assert_eq!(remotes.add(name(short), url(text)), Addition::Added);
        }
        remotes.save(&path).unwrap();
        assert_eq!(Remotes::load(&path).unwrap(), remotes);
        assert_eq!(remotes.remove(&name("nb")).unwrap().url, url("ssh://nb/v.etui"));
        assert_eq!(remotes.remove(&name("nb")), None);
        remotes.save(&path).unwrap();
        assert_eq!(Remotes::load(&path).unwrap().iter().count(), 2);
    }

    #[test]
    fn a_name_that_is_taken_keeps_its_url() {
        let mut remotes = Remotes::default();
        assert_eq!(remotes.add(name("nb"), url("ssh://nb/v.etui")), Addition::Added);
        assert_eq!(remotes.add(name("nb"), url("ssh://nb/v.etui")), Addition::Known);
        assert_eq!(remotes.add(name("nb"), url("ssh://other/v.etui")), Addition::Taken);
        assert_eq!(remotes.get(&name("nb")).unwrap().url, url("ssh://nb/v.etui"));
    }

    #[test]
    fn the_remote_to_sync_with_is_the_named_or_the_only_one_that_takes_copies() {
        let mut remotes = Remotes::default();
        assert_eq!(remotes.to_sync_with(None), Err(NoSuchRemote::None));
        remotes.add(name("bao"), url("openbao:https://bao.example/secret"));
        assert_eq!(remotes.to_sync_with(None), Err(NoSuchRemote::None));
        remotes.add(name("nb"), url("ssh://nb/v.etui"));
        assert_eq!(remotes.to_sync_with(None).unwrap().0, &name("nb"));
        remotes.add(name("stick"), url("file:/media/v.etui"));
        let several = NoSuchRemote::Several(vec![name("nb"), name("stick")]);
        assert_eq!(remotes.to_sync_with(None), Err(several));
        assert_eq!(remotes.to_sync_with(Some(&name("stick"))).unwrap().0, &name("stick"));
        assert_eq!(remotes.to_sync_with(Some(&name("x"))), Err(NoSuchRemote::Unknown(name("x"))));
        assert_eq!(remotes.to_sync_with(Some(&name("bao"))), Err(NoSuchRemote::TakesSecrets(name("bao"))));
    }

    #[test]
    fn the_engine_is_the_named_or_the_only_one_that_takes_secrets() {
        let mut remotes = Remotes::default();
        remotes.add(name("nb"), url("ssh://nb/v.etui"));
        assert_eq!(remotes.engine(None), Err(NoSuchRemote::NoEngine));
        remotes.add(name("bao"), url("openbao:https://bao.example/secret"));
        assert_eq!(remotes.engine(None).unwrap().0, &name("bao"));
        assert_eq!(remotes.engine(Some(&name("x"))), Err(NoSuchRemote::Unknown(name("x"))));
        let copies = NoSuchRemote::TakesCopies { name: name("nb"), kind: "ssh" };
        assert_eq!(remotes.engine(Some(&name("nb"))), Err(copies));
        remotes.add(name("other"), url("openbao:https://other.example/secret"));
        assert_eq!(remotes.engine(None), Err(NoSuchRemote::Several(vec![name("bao"), name("other")])));
        assert_eq!(remotes.engine(Some(&name("other"))).unwrap().0, &name("other"));
    }

    #[test]
    fn what_is_not_understood_is_told_with_its_line() {
        let line = |text: &str| Remotes::parse(text).map_err(|(line, _)| line);
        assert_eq!(line("[nb]\nurl = 'ssh://-nb/v'\n"), Err(2));
        assert_eq!(line("[nb]\nurl = 'file:/v'\n\nuser = 'a'\n"), Err(4));
        assert!(line("['-x']\nurl = 'file:/v'\n").is_err());
        assert!(line("[nb]\n").is_err());
    }
}
