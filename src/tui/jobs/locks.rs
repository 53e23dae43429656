//! New locks: another password, another key file, another vault key.

use std::path::PathBuf;

use super::super::ask::failure::Failure;
use super::super::session::Session;
use super::{Done, Watched};
use crate::memory::SecretBytes;
use crate::vault::{self, NewKeyFile, Relock, RelockFailed, Relocking};

/// What becomes of the key file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyFileWish {
    /// It stays as it is, there or not.
    AsNow,
    /// A new one is made here, and needed from then on.
    New(PathBuf),
    /// None is needed any more.
    None,
}

/// What locks the vault from then on.
pub struct NewLocks {
    /// The present password.
    pub present: SecretBytes,
    /// The new one.
    pub new: SecretBytes,
    /// The key file.
    pub key_file: KeyFileWish,
}

/// What was replaced, and what that means for the session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relocked {
    /// What the vault says of it.
    pub done: vault::Relocked,
    /// The key file that is needed now.
    pub key_file: Option<PathBuf>,
    /// What is not as it should be but stops nothing.
    pub notices: Vec<String>,
}

pub(super) fn relock(
    session: &mut Session,
    relocking: Relocking,
    wanted: NewLocks,
    watched: &Watched,
) -> Result<Done, Failure> {
    let NewLocks { present, new, key_file } = wanted;
    let request = Relock {
        what: relocking,
        present: session.credentials(present)?,
        password: new,
        key_file: match &key_file {
            KeyFileWish::AsNow => NewKeyFile::Keep(session.read_key_file()?),
            KeyFileWish::New(path) => NewKeyFile::Make(path.clone()),
            KeyFileWish::None => NewKeyFile::Drop,
        },
        cost: session.cost(),
    };
    let vault = session.vault()?;
    let done = vault.relock(request, &mut |progress| {
        // It is waited for.
        let _ = watched.tell(progress);
    });
    let done = done.map_err(failed)?;
    let mut notices = vault.take_notices();
    match key_file {
        KeyFileWish::AsNow => {}
        KeyFileWish::New(path) => session.use_key_file(Some(path)),
        KeyFileWish::None => session.use_key_file(None),
    }
    notices.extend(session.lock_agent(done.identity_before));
    let key_file = session.key_file().map(ToOwned::to_owned);
    Ok(Done::Relocked(Box::new(Relocked { done, key_file, notices })))
}

fn failed(failed: RelockFailed) -> Failure {
    let about_key_file = failed.about_key_file();
    let failure = Failure::from(failed.error);
    match about_key_file {
        Some(sentence) if !failure.ends_session() => {
            Failure::told(failure.sentence(), format!("{sentence}; {}", failure.hint()))
        }
        _ => failure,
    }
}
