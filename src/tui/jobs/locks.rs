//! New locks: another password, another key file, another vault key.

use std::fs;
use std::path::PathBuf;

use super::super::ask::failure::Failure;
use super::super::session::Session;
use super::{Done, Watched, refuse_taken};
use crate::memory::SecretBytes;
use crate::vault::{Credentials, KdfCost, VaultError, make_key_file, write_secret_file};

/// What is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relocking {
    /// The lock alone.
    Password,
    /// The vault key, and with it every seal.
    VaultKey,
}

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

/// What was replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relocked {
    /// What.
    pub relocking: Relocking,
    /// What unlocking costs now.
    pub cost: KdfCost,
    /// The key file that is needed now.
    pub key_file: Option<PathBuf>,
    /// The key file that was made for it.
    pub made_key_file: Option<PathBuf>,
    /// Copies that still open with the old password.
    pub backups: Vec<PathBuf>,
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
    let made = match &key_file {
        KeyFileWish::New(path) => {
            refuse_taken(path)?;
            Some((path.clone(), make_key_file()?))
        }
        KeyFileWish::AsNow | KeyFileWish::None => None,
    };
    let present = session.credentials(present)?;
    let kept = if key_file == KeyFileWish::AsNow { session.read_key_file()? } else { None };
    let new = Credentials::new(new, made.as_ref().map(|(_, text)| text).or(kept.as_ref()))?;
    let identity = session.vault()?.key_identity()?;
    let cost = session.cost_for_new_locks()?;
    // First the key file: a vault whose key file could not be written would never open.
    if let Some((path, text)) = &made {
        write_secret_file(path, text)?;
    }
    let vault = session.vault()?;
    let changed = match relocking {
        Relocking::Password => vault.change_password(&present, &new, cost),
        Relocking::VaultKey => vault.rekey(&present, &new, cost, &mut |progress| {
            // A rekey is waited for.
            let _ = watched.tell(progress);
        }),
    };
    let made = made.map(|(path, _)| path);
    changed.map_err(|error| failed(error, made.as_ref()))?;
    let backups = if relocking == Relocking::VaultKey { vault.known_backups() } else { Vec::new() };
    let mut notices = vault.take_notices();
    match &key_file {
        KeyFileWish::AsNow => {}
        KeyFileWish::New(path) => session.use_key_file(Some(path.clone())),
        KeyFileWish::None => session.use_key_file(None),
    }
    notices.extend(session.lock_agent(identity));
    let key_file = session.key_file().map(ToOwned::to_owned);
    let relocked = Relocked { relocking, cost, key_file, made_key_file: made, backups, notices };
    Ok(Done::Relocked(Box::new(relocked)))
}

/// A key file that nothing needs goes again; where the change may be in the file after all, it stays: the vault
/// would open with nothing else.
fn failed(error: VaultError, made: Option<&PathBuf>) -> Failure {
    let Some(path) = made else { return error.into() };
    if error == VaultError::WrongPassword {
        let _ = fs::remove_file(path);
        return error.into();
    }
    let failure = Failure::from(error);
    if failure.ends_session() {
        return failure;
    }
    let path = path.display();
    let hint = format!("the new key file '{path}' is there and not in use; {}", failure.hint());
    Failure::told(failure.sentence(), hint)
}
