//! What decrypts the entries of a password store: gpg for those of pass, age for those of passage and gopass.
//!
//! Neither writes plaintext to a disk: it comes through a pipe. The identities of age go the same way, so that a pipe
//! can give them; what is encrypted is then read from a file, for the revisions that git gives from one in a folder
//! that nobody else can look into.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::error::ExchangeError;
use crate::domain::reason;
use crate::memory::SecretBytes;
use crate::platform::editor::Place;
use crate::platform::private_folder::{PrivateFolder, private_file};

/// How files begin that age encrypted, as identities are that have a passphrase.
pub(super) const ENCRYPTED: [&[u8]; 2] = [b"age-encryption.org/v1", b"-----BEGIN AGE ENCRYPTED FILE-----"];
/// What the folder for revisions is called.
const FOLDER: &str = "etui-age";
const REVISION: &str = "revision";

/// Decrypts the entries of a store.
#[derive(Debug)]
pub enum Decryptor {
    /// gpg, by its path; the keys are its own.
    Gpg(PathBuf),
    /// age.
    Age(Age),
}

/// age, and what it decrypts with.
#[derive(Debug)]
pub struct Age {
    program: PathBuf,
    identities: SecretBytes,
    scratch: PrivateFolder,
}

impl Age {
    /// age, by its path, with the text of a file of identities.
    ///
    /// # Errors
    /// [`ExchangeError::IdentitiesLocked`] where they have a passphrase; [`ExchangeError::System`] where no folder can
    /// be made.
    pub fn new(program: PathBuf, identities: SecretBytes) -> Result<Self, ExchangeError> {
        if ENCRYPTED.iter().any(|start| identities.expose().trim_ascii_start().starts_with(start)) {
            return Err(ExchangeError::IdentitiesLocked);
        }
        let scratch = PrivateFolder::new(Place::find().path(), FOLDER)
            .map_err(|error| system("making a folder for revisions", &error))?;
        Ok(Self { program, identities, scratch })
    }
}

impl Decryptor {
    pub(super) fn program(&self) -> &Path {
        match self {
            Self::Gpg(program) | Self::Age(Age { program, .. }) => program,
        }
    }

    /// What it is called in a sentence.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Gpg(_) => "gpg",
            Self::Age(_) => "age",
        }
    }

    /// How the files of entries end.
    pub(super) const fn extension(&self) -> &'static str {
        match self {
            Self::Gpg(_) => ".gpg",
            Self::Age(_) => ".age",
        }
    }

    /// What a folder must hold to be its store.
    pub(super) const fn mark(&self) -> &'static str {
        match self {
            Self::Gpg(_) => "the file '.gpg-id'",
            Self::Age(_) => "files that end in '.age'",
        }
    }

    /// Whether a folder is a store of its entries.
    pub(super) fn is_store(&self, folder: &Path) -> bool {
        match self {
            Self::Gpg(_) => is_gpg_store(folder),
            Self::Age(_) => is_age_store(folder),
        }
    }

    /// The command that decrypts, and what it reads from stdin.
    pub(super) fn command<'a>(&'a self, sealed: &'a [u8]) -> Result<(Command, &'a [u8]), ExchangeError> {
        let mut command = Command::new(self.program());
        match self {
            Self::Gpg(_) => {
                command.args(["--quiet", "--yes", "--batch", "--decrypt"]);
                Ok((command, sealed))
            }
            Self::Age(age) => {
                let path = age.scratch.path().join(REVISION);
                private_file(&path)
                    .and_then(|mut file| file.write_all(sealed))
                    .map_err(|error| system("writing a revision", &error))?;
                command.args(["--decrypt", "--identity", "-", "--"]).arg(path);
                Ok((command, age.identities.expose()))
            }
        }
    }
}

/// Whether a folder is a store of pass.
pub(super) fn is_gpg_store(folder: &Path) -> bool {
    folder.join(".gpg-id").is_file()
}

/// Whether a folder is a store of entries that age decrypts: it says for whom they are encrypted, or one of them lies
/// in it or in a folder in it.
pub(super) fn is_age_store(folder: &Path) -> bool {
    let listed = |folder: &Path| fs::read_dir(folder).into_iter().flatten().flatten();
    let is_entry = |path: &Path| path.extension().is_some_and(|extension| extension == "age");
    folder.join(".age-recipients").is_file()
        || listed(folder).any(|entry| {
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            let path = entry.path();
            if is_folder { listed(&path).any(|inner| is_entry(&inner.path())) } else { is_entry(&path) }
        })
}

/// The file of identities that passage keeps beside a store.
pub(super) fn identities_beside(store: &Path) -> Option<PathBuf> {
    let store = std::path::absolute(store).ok()?;
    store.parent().map(|beside| beside.join("identities")).filter(|path| path.is_file())
}

fn system(doing: &str, error: &std::io::Error) -> ExchangeError {
    ExchangeError::System { doing: doing.to_owned(), reason: reason(error) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_of_age_is_known_by_its_entries_or_by_whom_they_are_for() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!is_age_store(folder.path()));
        fs::create_dir(folder.path().join("web")).unwrap();
        fs::write(folder.path().join("web/mail.gpg"), "x").unwrap();
        assert!(!is_age_store(folder.path()));
        fs::write(folder.path().join("web/mail.age"), "x").unwrap();
        assert!(is_age_store(folder.path()));
        assert!(is_age_store(&folder.path().join("web")));
        let named = tempfile::tempdir().unwrap();
        fs::write(named.path().join(".age-recipients"), "age1x\n").unwrap();
        assert!(is_age_store(named.path()));
        assert!(!is_age_store(&named.path().join(".age-recipients")));
    }
}
