//! Giving a whole vault out, and opening another branch of it beside it (etui).

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::access::UnlockFailed;
use super::clock::Clock;
use super::error::VaultError;
use super::incoming::{IncomingBatch, IncomingSecret, IncomingVersion, Loss};
use super::{LockedVault, Vault};
use crate::domain::SecretName;
use crate::store::{OpenStore, StoredSecret};
use crate::versioning::Labelling;

impl Vault {
    /// Everything in the vault, or in the secrets that `wanted` names, in the order of names: all versions
    /// with values, times, labels and notes, as an import takes them. A secret in its deletion window is
    /// not given out, and is named among the losses.
    ///
    /// # Errors
    /// [`VaultError::Integrity`], and those of the file.
    pub fn give_out(&mut self, wanted: impl Fn(&str) -> bool) -> Result<IncomingBatch, VaultError> {
        self.read(|store| {
            let mut names: Vec<SecretName> =
                store.names_by_row()?.into_values().filter(|name| wanted(name.as_str())).collect();
            names.sort_unstable();
            let mut batch = IncomingBatch::new();
            for name in names {
                let Some(secret) = store.secret(&name)? else { continue };
                match secret.state().planned_deletion {
                    Some(planned) => batch.losses.push(Loss::whole(
                        name.as_str(),
                        format_args!("it is scheduled for deletion on {planned}"),
                    )),
                    None => batch.secrets.push(give_out(store, &secret)?),
                }
            }
            Ok(batch)
        })
    }

    /// Opens the file of another vault beside this one, for looking only.
    ///
    /// # Errors
    /// As [`LockedVault::open_beside`], and [`VaultError::SameVault`] for a copy of this vault: that is merged.
    pub fn open_another(&mut self, path: &Path, clock: Box<dyn Clock>) -> Result<LockedVault, VaultError> {
        let locked = LockedVault::open_beside(path, self, clock)?;
        match locked.key_identity().vault_id == self.key_identity()?.vault_id {
            true => Err(VaultError::SameVault { path: path.to_owned() }),
            false => Ok(locked),
        }
    }

    /// Opens another file beside this vault, for looking only: at once where it is sealed with the same key.
    ///
    /// # Errors
    /// As [`LockedVault::open_beside`], and those of a file that has this vault's key and does not open.
    pub fn open_beside(&mut self, path: &Path, clock: Box<dyn Clock>) -> Result<Beside, VaultError> {
        let locked = LockedVault::open_beside(path, self, clock)?;
        match self.unlock_branch(locked) {
            Ok(other) => Ok(Beside::Open(Box::new(other))),
            Err(failed) => match failed.error {
                VaultError::Locked { .. } => Ok(Beside::Locked(Box::new(failed.vault))),
                error => Err(error),
            },
        }
    }

    /// Unlocks a file of the same vault that is sealed with the same key: no password is needed.
    ///
    /// # Errors
    /// Gives the locked vault back, with [`VaultError::Locked`] where it has another key, with
    /// [`VaultError::Integrity`], or with those of the file.
    pub fn unlock_branch(&mut self, other: LockedVault) -> Result<Self, Box<UnlockFailed>> {
        let LockedVault { file, environment } = other;
        let unlocked = match self.store() {
            Ok(store) => store.unlock_branch(file).map_err(|failed| {
                let (file, error) = *failed;
                (file, VaultError::from(error))
            }),
            Err(error) => Err((file, error)),
        };
        match unlocked {
            Ok(store) => Ok(Self::of(store, environment)),
            Err((file, error)) => {
                Err(Box::new(UnlockFailed { vault: LockedVault { file, environment }, error }))
            }
        }
    }
}

/// Another vault beside an open one.
pub enum Beside {
    /// It has the same key.
    Open(Box<Vault>),
    /// It has another key: its password is needed.
    Locked(Box<LockedVault>),
}

impl LockedVault {
    /// Opens another file beside an open vault, for looking only; see [`open_copy`](Self::open_copy).
    ///
    /// # Errors
    /// As there, and [`VaultError::SameFile`] for the file of the open vault itself: closing it a second
    /// time would give up the lock that the first one holds.
    pub fn open_beside(path: &Path, own: &Vault, clock: Box<dyn Clock>) -> Result<Self, VaultError> {
        let identity = |path: &Path| std::fs::metadata(path).ok().map(|file| (file.dev(), file.ino()));
        if identity(path).is_some_and(|other| identity(own.path()) == Some(other)) {
            return Err(VaultError::SameFile { path: path.to_owned() });
        }
        Self::open_copy(path, clock)
    }
}

fn give_out(store: &OpenStore, secret: &StoredSecret) -> Result<IncomingSecret, VaultError> {
    let state = secret.state();
    let versions = state
        .versions
        .iter()
        .map(|version| {
            Ok(IncomingVersion {
                id: Some(version.id.clone()),
                value: store.value(secret, version.key)?,
                created: Some(version.created),
                note: version.note.clone(),
            })
        })
        .collect::<Result<Vec<_>, VaultError>>()?;
    let position = |key| state.versions.iter().position(|version| version.key == key);
    let labels = state
        .labels
        .iter()
        .filter_map(|(label, target)| Some((label.clone(), position(target.key)?)))
        .collect();
    Ok(IncomingSecret {
        name: state.name.as_str().to_owned(),
        created: Some(state.created),
        facts: state.facts.clone(),
        versions,
        labels,
        labelling: Labelling::KeptHere,
        follows: Vec::new(),
        source_id: None,
        unreadable: None,
        remarks: Vec::new(),
    })
}
