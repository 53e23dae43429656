//! How the session comes to an open vault: it is found, made, and unlocked with the password or by the agent.

use std::path::Path;

use super::{
    Found, Held, KeyFileChoice, KeyFileState, Opened, OtherVaultRequest, Place, Session, read_key_file,
};
use crate::agent::{Agent, Purpose};
use crate::memory::SecretBytes;
use crate::platform::paths;
use crate::query::Catalogue;
use crate::tui::ask::failure::Failure;
use crate::vault::{
    self, Answers, Credentials, KdfCost, KeyIdentity, LockedVault, Vault, VaultError, VaultKey,
    conflict_files,
};

impl Session {
    /// Looks at the file.
    pub(in crate::tui) fn open(&mut self) -> Result<Found, VaultError> {
        match LockedVault::open(&self.path, self.environment()) {
            Ok(mut vault) => {
                let key_file = match (vault.needs_key_file(), self.key_file.is_some()) {
                    (false, false) => KeyFileState::NotNeeded,
                    (_, true) => KeyFileState::Named,
                    (true, false) => KeyFileState::Missing,
                };
                let found = Found::Vault {
                    key_file,
                    cost: vault.kdf_cost(),
                    notices: vault.take_notices(),
                    has_agent: self.key_of_agent(&vault, Purpose::Peek).is_some(),
                };
                self.held = Held::Locked(Box::new(vault));
                Ok(found)
            }
            Err(VaultError::NoVault { .. }) => Ok(Found::Nothing),
            Err(error) => Err(error),
        }
    }

    /// Looks at another file; where it is not a vault, and none is to be created, all stays as it is.
    pub(in crate::tui) fn open_other(&mut self, request: &OtherVaultRequest) -> Result<Found, VaultError> {
        // The file may be the one that is open: it is let go first.
        self.held = Held::Nothing;
        let key_file = (!request.key_file.is_empty()).then(|| paths::typed(&request.key_file));
        let path = std::mem::replace(&mut self.path, paths::typed(&request.path));
        let key_file = std::mem::replace(&mut self.key_file, key_file);
        let found = self.open();
        let stays = match &found {
            Ok(Found::Nothing) => !request.makes,
            Ok(Found::Vault { .. }) => request.makes,
            Err(_) => true,
        };
        if stays {
            self.held = Held::Nothing;
            (self.path, self.key_file) = (path, key_file);
        }
        found
    }

    pub(in crate::tui) fn measure_kdf(&self) -> Result<KdfCost, VaultError> {
        KdfCost::measure().map_err(|error| VaultError::KdfOutOfRange(error.to_string()))
    }

    pub(in crate::tui) fn create(
        &mut self,
        password: SecretBytes,
        cost: Option<KdfCost>,
        key_file: KeyFileChoice,
    ) -> Result<Opened, VaultError> {
        let (path, text) = match &key_file {
            KeyFileChoice::None => (None, None),
            KeyFileChoice::New(path) => (Some(paths::typed(path)), Some(vault::make_key_file()?)),
            KeyFileChoice::Existing(path) => {
                let path = paths::typed(path);
                let text = read_key_file(&path)?;
                (Some(path), Some(text))
            }
        };
        let credentials = Credentials::new(password, text.as_ref())?;
        let cost = cost.map_or_else(|| self.measure_kdf(), Ok)?;
        let made = path.as_ref().filter(|_| matches!(key_file, KeyFileChoice::New(_)));
        // First the key file: a vault whose key file could not be written would never open.
        if let (Some(path), Some(text)) = (made, &text) {
            write_key_file(path, text)?;
        }
        let created = Vault::create(&self.path, &credentials, cost, self.environment());
        let vault = created.inspect_err(|error| {
            // Where it is not known whether there is a vault, nothing else would open it.
            let is_unused = !matches!(error, VaultError::Unknown { .. });
            if let Some(unused) = made.filter(|_| is_unused) {
                let _ = std::fs::remove_file(unused);
            }
        })?;
        self.key_file = path;
        self.opened(vault)
    }

    pub(in crate::tui) fn unlock(
        &mut self,
        password: SecretBytes,
        accepted: Answers,
    ) -> Result<Opened, VaultError> {
        let credentials = self.credentials(password)?;
        if matches!(self.held, Held::Nothing) {
            self.open()?;
        }
        // An open vault is locked first: the password is checked all the same.
        let vault = match std::mem::replace(&mut self.held, Held::Nothing) {
            Held::Locked(vault) => *vault,
            Held::Open(vault) => vault.lock(),
            Held::Nothing => return Err(VaultError::NoVault { path: self.path.clone() }),
        };
        match vault.unlock(&credentials, self.answers.or(accepted)) {
            Ok(vault) => self.opened(vault),
            Err(failed) => {
                self.held = Held::Locked(Box::new(failed.vault));
                Err(failed.error)
            }
        }
    }

    /// The key that the agent keeps of a vault, as long as it may be asked for.
    fn key_of_agent(&self, vault: &LockedVault, purpose: Purpose) -> Option<(KeyIdentity, VaultKey)> {
        let agents = self.agents.as_ref().filter(|_| self.may_ask_agent)?;
        let identity = vault.key_identity();
        Some((identity, Agent::new(agents, identity.vault_id).key(identity.key_id, purpose)?))
    }

    /// Unlocks with the key that the agent keeps.
    pub(in crate::tui) fn unlock_by_agent(&mut self) -> Result<Opened, Failure> {
        let vault = match std::mem::replace(&mut self.held, Held::Nothing) {
            Held::Locked(vault) => *vault,
            held => {
                self.held = held;
                return Err(agent_gone());
            }
        };
        let Some((identity, key)) = self.key_of_agent(&vault, Purpose::Work) else {
            self.held = Held::Locked(Box::new(vault));
            return Err(agent_gone());
        };
        match vault.unlock_with_key(identity, &key, self.answers) {
            Ok(vault) => Ok(Opened { by_agent: true, ..self.opened(vault)? }),
            Err(failed) => {
                self.held = Held::Locked(Box::new(failed.vault));
                Err(failed.error.into())
            }
        }
    }

    fn opened(&mut self, mut vault: Vault) -> Result<Opened, VaultError> {
        let catalogue = match vault.list() {
            Ok(listing) => Catalogue::of(listing),
            Err(error) => {
                self.held = Held::Locked(Box::new(vault.lock()));
                return Err(error);
            }
        };
        let path = &self.path;
        let sealed = self.place.take_if(|(of, _)| of == path);
        let place = match sealed {
            None if std::mem::take(&mut self.is_form_lost) => Place::Lost,
            None => vault.kept_place().map_or(Place::None, Place::Kept),
            Some((_, sealed)) => vault.open_place(&sealed).map_or(Place::Lost, Place::Restored),
        };
        let notices = vault.take_notices();
        let format = vault.format()?;
        let conflict_files =
            vault.key_identity().map_or_else(|_| Vec::new(), |it| conflict_files(&self.path, it));
        self.held = Held::Open(Box::new(vault));
        // Whoever locks the app means that it asks for the password, whatever the agent keeps.
        self.may_ask_agent = false;
        Ok(Opened { catalogue, notices, format, place, by_agent: false, conflict_files })
    }

    pub(in crate::tui) fn credentials(&self, password: SecretBytes) -> Result<Credentials, VaultError> {
        let key_file = self.read_key_file()?;
        Credentials::new(password, key_file.as_ref())
    }
}

fn agent_gone() -> Failure {
    Failure::told("the agent no longer keeps the key", "type the master password")
}

/// Nothing is overwritten: what lies there may be the key file of another vault.
fn write_key_file(path: &Path, text: &SecretBytes) -> Result<(), VaultError> {
    if path.symlink_metadata().is_ok() {
        return Err(VaultError::System {
            doing: format!("creating the key file {}", path.display()),
            reason: "there is a file already".to_owned(),
        });
    }
    vault::write_secret_file(path, text)
}
