//! Where an import comes from: which reader a file needs, by name or by its looks.

use std::fs::{self, File};
use std::path::Path;

use super::{ExchangeError, FileFormat, read};
use crate::domain::reason;
use crate::memory::{SecretBytes, read_up_to};

/// No file that is read whole may be longer.
pub const LONGEST_FILE: usize = 1 << 31;
/// With this every SQLite file begins.
const SQLITE: &[u8] = b"SQLite format 3\0";

/// What an import reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// One file of text.
    File(FileFormat),
    /// The folder of a password store, through gpg.
    PasswordStore,
    /// Another vault, or another branch of the open one.
    Vault,
}

impl Source {
    /// Every source with its name on the command line.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::File(FileFormat::Dotenv), "dotenv"),
        (Self::File(FileFormat::Json), "json"),
        (Self::File(FileFormat::Bitwarden), "bitwarden"),
        (Self::File(FileFormat::OnePassword), "1password"),
        (Self::File(FileFormat::KeePassXc), "keepassxc"),
        (Self::File(FileFormat::Chrome), "chrome"),
        (Self::File(FileFormat::Firefox), "firefox"),
        (Self::PasswordStore, "pass"),
        (Self::File(FileFormat::Aws), "aws"),
        (Self::File(FileFormat::Alibaba), "alibaba"),
        (Self::Vault, "etui"),
    ];

    /// The source of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(source, _)| *source)
    }

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(source, _)| *source == self).map_or("", |(_, name)| name)
    }
}

/// What lies at a path, by its looks: a vault, a password store, or the one format that reads the file. `None`
/// where none does, or more than one.
///
/// # Errors
/// [`ExchangeError::System`] where it cannot be read.
pub fn guess(path: &Path) -> Result<Option<Source>, ExchangeError> {
    if fs::metadata(path).map_err(|error| unreadable(path, &error))?.is_dir() {
        return Ok(path.join(".gpg-id").is_file().then_some(Source::PasswordStore));
    }
    let mut head = File::open(path).map_err(|error| unreadable(path, &error))?;
    let start = read_up_to(&mut head, SQLITE.len() - 1).map_err(|error| unreadable(path, &error))?;
    if start.expose() == SQLITE {
        return Ok(Some(Source::Vault));
    }
    let text = read_file(path)?;
    // A line of CSV can look like a variable, never the other way round.
    let (dotenv, others): (Vec<_>, Vec<_>) = Source::ALL
        .iter()
        .filter_map(|(source, _)| match source {
            Source::File(format) => Some(*format),
            Source::PasswordStore | Source::Vault => None,
        })
        .filter(|format| read(*format, text.expose()).is_ok_and(|batch| !batch.secrets.is_empty()))
        .partition(|format| *format == FileFormat::Dotenv);
    Ok(match (others.as_slice(), dotenv.as_slice()) {
        ([one], _) | ([], [one]) => Some(Source::File(*one)),
        _ => None,
    })
}

/// Reads a whole file.
///
/// # Errors
/// [`ExchangeError::System`] where it cannot be read, or is longer than [`LONGEST_FILE`].
pub fn read_file(path: &Path) -> Result<SecretBytes, ExchangeError> {
    let text = File::open(path).and_then(|file| read_up_to(file, LONGEST_FILE));
    let text = text.map_err(|error| unreadable(path, &error))?;
    if text.len() > LONGEST_FILE {
        return Err(failed(path, "it is longer than 2 GiB"));
    }
    Ok(text)
}

fn unreadable(path: &Path, error: &std::io::Error) -> ExchangeError {
    failed(path, &reason(error))
}

fn failed(path: &Path, reason: &str) -> ExchangeError {
    ExchangeError::System { doing: format!("reading '{}'", path.display()), reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guessed(name: &str, text: &[u8]) -> Option<&'static str> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        guess(&path).unwrap().map(Source::name)
    }

    #[test]
    fn a_file_is_known_by_its_looks() {
        assert_eq!(guessed(".env", b"# shop\nDB_URL=postgres://db\n"), Some("dotenv"));
        assert_eq!(guessed("copy", b"SQLite format 3\0\x10\0"), Some("etui"));
        let chrome = b"name,url,username,password,note\nshop,https://shop.example,me,hunter2,\n";
        assert_eq!(guessed("passwords.csv", chrome), Some("chrome"));
        let aws = br#"{"ARN":"arn:aws:x","Name":"db","VersionId":"1","SecretString":"x","VersionStages":["AWSCURRENT"],"CreatedDate":1}"#;
        assert_eq!(guessed("secret.json", aws), Some("aws"));
        assert_eq!(guessed("note.txt", b"dear diary\n"), None);
        assert_eq!(guessed("empty", b""), None);
    }

    #[test]
    fn a_folder_with_a_key_id_is_a_password_store() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(guess(folder.path()).unwrap(), None);
        fs::write(folder.path().join(".gpg-id"), "0xAB\n").unwrap();
        assert_eq!(guess(folder.path()).unwrap(), Some(Source::PasswordStore));
    }

    #[test]
    fn what_is_not_there_is_told_with_its_path() {
        let error = guess(Path::new("/nowhere/file")).unwrap_err();
        assert_eq!(error.to_string(), "reading '/nowhere/file' failed: no such file or directory");
    }

    #[test]
    fn every_source_has_a_name_of_its_own() {
        for (source, name) in Source::ALL {
            assert_eq!((Source::named(name), source.name()), (Some(*source), *name));
        }
    }
}
