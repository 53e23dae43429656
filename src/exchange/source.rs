//! Where an import can come from: one row for each format, with its name, its help and what reads it.

use std::fmt;

use super::{
    ColumnMap, ExchangeError, Locks, bitwarden, browser, cloud, csv, dotenv, enpass, hashicorp, json,
    keepass, keepassxc, logins, map, onepassword, otp, proton,
};
use crate::vault::IncomingBatch;

/// A format that an import reads.
#[derive(Clone, Copy)]
pub struct Source {
    name: &'static str,
    help: &'static str,
    reader: Reader,
}

/// Reads the text of one file as a format.
pub type ReadFile = fn(&[u8]) -> Result<IncomingBatch, ExchangeError>;

/// Reads the text of one file whose columns somebody named, or whose heading says what they are.
pub type ReadColumns = fn(&[u8], Option<&ColumnMap>) -> Result<IncomingBatch, ExchangeError>;

/// Reads a file that may be locked, with what opens it.
pub type ReadLocked = fn(&[u8], Option<&Locks>) -> Result<IncomingBatch, ExchangeError>;

/// What reads a format.
#[derive(Clone, Copy)]
pub enum Reader {
    /// Takes the text of one file. A file that it reads is of its format.
    File(ReadFile),
    /// The same, but the file may have a password of its own.
    Locked(ReadLocked),
    /// The same, but files of other formats may pass for this one: then the other is meant.
    LooseFile(ReadFile),
    /// The same, but a file need not say what its secrets are called: then they are called as the file.
    Nameless(ReadFile),
    /// The same, but files of many formats pass for this one: it reads only what it is named for.
    OnlyNamed(ReadFile),
    /// The same, but it is told which columns become what, and reads only what it is named for.
    Columns(ReadColumns),
    /// The folder of a password store, through gpg.
    PasswordStore,
    /// The folder of a password store, through age and with identities of it.
    AgeStore,
    /// Another vault, or another branch of the open one: only the open vault can open it.
    Vault,
}

impl Reader {
    /// Whether it reads a path itself, and nothing that comes through a pipe.
    pub const fn takes_only_paths(self) -> bool {
        matches!(self, Self::PasswordStore | Self::AgeStore | Self::Vault)
    }

    /// Whether what it reads may have a password or a key file of its own.
    pub const fn takes_locks(self) -> bool {
        matches!(self, Self::Locked(_) | Self::AgeStore | Self::Vault)
    }
}

/// To add a format, write its reader and give it a row here.
static SOURCES: &[Source] = &[
    Source { name: "dotenv", help: "NAME=value lines", reader: Reader::LooseFile(dotenv::secrets) },
    Source { name: "json", help: "etui's own format, complete", reader: Reader::File(json::read) },
    Source {
        name: "bitwarden",
        help: "Export, CSV or JSON, also one with a password",
        reader: Reader::Locked(bitwarden::read_locked),
    },
    Source { name: "1password", help: "1PUX or CSV export", reader: Reader::File(onepassword::read) },
    Source {
        name: "keepass",
        help: "KDBX database of KeePass or KeePassXC, or its XML export",
        reader: Reader::Locked(keepass::read),
    },
    Source { name: "keepassxc", help: "CSV export", reader: Reader::File(keepassxc::read) },
    Source {
        name: "chrome",
        help: "Password file (CSV), also of Edge, Brave and others",
        reader: Reader::File(browser::read_chrome),
    },
    Source { name: "firefox", help: "Password file (CSV)", reader: Reader::File(browser::read_firefox) },
    Source { name: "lastpass", help: "CSV export", reader: Reader::File(logins::read_lastpass) },
    Source { name: "nordpass", help: "CSV export", reader: Reader::File(logins::read_nordpass) },
    Source {
        name: "protonpass",
        help: "Unencrypted export, CSV or JSON",
        reader: Reader::File(proton::read),
    },
    Source {
        name: "dashlane",
        help: "credentials.csv of the export",
        reader: Reader::File(logins::read_dashlane),
    },
    Source { name: "enpass", help: "CSV export", reader: Reader::File(enpass::read) },
    Source { name: "roboform", help: "CSV export", reader: Reader::File(logins::read_roboform) },
    Source {
        name: "keepass1",
        help: "CSV export of KeePass 1 or 2",
        reader: Reader::File(logins::read_keepass_1),
    },
    Source {
        name: "csv",
        help: "Any CSV with a heading; the columns are named",
        reader: Reader::Columns(csv::read),
    },
    Source {
        name: "map",
        help: "JSON object or YAML mapping; nested keys become names a/b/c",
        reader: Reader::OnlyNamed(map::read),
    },
    Source {
        name: "hashicorp",
        help: "Answers of `vault kv get -format=json`, of `bao` too",
        reader: Reader::Nameless(hashicorp::read),
    },
    #[cfg(feature = "yaml")]
    Source {
        name: "kubernetes",
        help: "Manifests of secrets, YAML or JSON",
        reader: Reader::File(super::kubernetes::read),
    },
    Source { name: "aegis", help: "Unencrypted export", reader: Reader::File(otp::read_aegis) },
    Source { name: "otpauth", help: "otpauth:// URIs, one per line", reader: Reader::File(otp::read_uris) },
    Source { name: "pass", help: "Password store, through gpg", reader: Reader::PasswordStore },
    Source { name: "passage", help: "Password store through age, also of gopass", reader: Reader::AgeStore },
    Source {
        name: "aws",
        help: "Answers of `aws secretsmanager get-secret-value`",
        reader: Reader::File(cloud::read_aws),
    },
    Source {
        name: "alibaba",
        help: "Answers of `aliyun kms GetSecretValue`",
        reader: Reader::File(cloud::read_alibaba),
    },
    Source { name: "etui", help: "Another vault", reader: Reader::Vault },
];

impl Source {
    /// Every source, in the order in which they are shown.
    pub const fn all() -> &'static [Self] {
        SOURCES
    }

    /// The source of a name.
    pub fn named(name: &str) -> Option<Self> {
        SOURCES.iter().find(|source| source.name == name).copied()
    }

    /// Its name on the command line and in the app.
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// What kind of file it is, in a few words.
    pub const fn help(self) -> &'static str {
        self.help
    }

    /// What reads it.
    pub const fn reader(self) -> Reader {
        self.reader
    }
}

/// Names differ.
impl PartialEq for Source {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Source {}

impl fmt::Debug for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_source_has_a_name_of_its_own_and_says_what_it_is() {
        for source in Source::all() {
            let same = Source::all().iter().filter(|other| other.name == source.name);
            assert_eq!(same.count(), 1, "{source:?}");
            assert_eq!(Source::named(source.name), Some(*source));
            assert!(!source.help.is_empty(), "{source:?}");
        }
        assert_eq!(Source::named("Dotenv"), None);
    }
}
