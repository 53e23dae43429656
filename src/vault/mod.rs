//! The one door: everything that the app, the command line and the API do to a vault goes through here.

mod clock;
mod error;
mod listing;
mod outcome;
mod request;

use std::path::{Path, PathBuf};

pub use clock::{Clock, SystemClock};
pub use error::VaultError;
pub use listing::Listing;
pub use outcome::*;
pub use request::*;

pub use crate::crypto::{KdfCost, KeyFile, MasterPassword};
use crate::domain::SecretName;
use crate::versioning::{Origin, SecretState, Selector};

/// What surrounds a vault: where this machine remembers, what time it is, which door is used.
pub struct Environment {
    /// Where this machine remembers the newest state of each vault; `None`: it does not.
    pub state_directory: Option<PathBuf>,
    /// Tells the time.
    pub clock: Box<dyn Clock>,
    /// The door, for the history.
    pub origin: Origin,
}

/// Answers that the user gave beforehand to the questions that unlocking may ask.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Answers {
    /// Go on with a file older than the one seen here; counts for later runs too.
    pub accept_older: bool,
    /// Go on with another branch, or with another vault at this path; counts for later runs too.
    pub accept_other: bool,
    /// Spend more memory on the key derivation than is spent without asking.
    pub allow_expensive_kdf: bool,
}

/// What opens a vault.
pub struct Credentials {
    /// The master password.
    pub password: MasterPassword,
    /// The key file, where the vault was made with one.
    pub key_file: Option<KeyFile>,
}

/// A vault whose file was found sound and whose key is not here.
pub struct LockedVault {
    environment: Environment,
    path: PathBuf,
}

/// An unlock that did not succeed gives the locked vault back.
pub struct UnlockFailed {
    /// To try again.
    pub vault: LockedVault,
    /// Why.
    pub error: VaultError,
}

/// An unlocked vault.
pub struct Vault {
    locked: LockedVault,
}

impl LockedVault {
    /// Opens the file: path, schema and header are checked, no password is needed yet.
    pub fn open(path: &Path, environment: Environment) -> Result<Self, VaultError> {
        unimplemented!()
    }
    /// The resolved path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }
    /// Whether a key file is needed besides the password.
    pub fn needs_key_file(&self) -> bool {
        unimplemented!()
    }
    /// What deriving the key costs.
    pub fn kdf_cost(&self) -> KdfCost {
        unimplemented!()
    }
    /// Derives the key (this takes a second or so: do it on a worker), and checks the head of the vault.
    pub fn unlock(self, credentials: &Credentials, answers: Answers) -> Result<Vault, Box<UnlockFailed>> {
        unimplemented!()
    }
    /// Sentences about what is not as it should be but stops nothing (a wide file mode that was mended, …).
    pub fn take_notices(&mut self) -> Vec<String> {
        unimplemented!()
    }
}

impl Vault {
    /// Makes a new vault, unlocked; refuses to overwrite. Makes the folder it lies in if need be.
    pub fn create(
        path: &Path,
        credentials: &Credentials,
        cost: KdfCost,
        environment: Environment,
    ) -> Result<Self, VaultError> {
        unimplemented!()
    }
    /// Wipes the keys and all that was read.
    pub fn lock(self) -> LockedVault {
        unimplemented!()
    }
    /// The resolved path of the file.
    pub fn path(&self) -> &Path {
        unimplemented!()
    }
    /// As for `LockedVault`.
    pub fn take_notices(&mut self) -> Vec<String> {
        unimplemented!()
    }
    /// Looks whether another process changed the vault. `VaultError::Locked`/`Older`/`OtherBranch` end the session.
    pub fn refresh(&mut self) -> Result<Refreshed, VaultError> {
        unimplemented!()
    }

    /// All secrets sorted by name, those in their deletion window included (`planned_deletion` says which).
    pub fn list(&mut self) -> Result<Listing, VaultError> {
        unimplemented!()
    }
    /// One secret with its versions; works in the deletion window too.
    pub fn describe(&mut self, name: &SecretName) -> Result<SecretDetails, VaultError> {
        unimplemented!()
    }
    /// GetSecretValue.
    pub fn get_secret_value(
        &mut self,
        name: &SecretName,
        selector: &Selector,
    ) -> Result<GetOutcome, VaultError> {
        unimplemented!()
    }

    /// CreateSecret.
    pub fn create_secret(&mut self, request: &CreateRequest) -> Result<CreateOutcome, VaultError> {
        unimplemented!()
    }
    /// What a put would do; the refusal it would get is the error.
    pub fn plan_put(&mut self, request: &PutRequest) -> Result<PlannedPut, VaultError> {
        unimplemented!()
    }
    /// PutSecretValue.
    pub fn put_secret_value(&mut self, request: &PutRequest) -> Result<PutOutcome, VaultError> {
        unimplemented!()
    }
    /// What a label move would do.
    pub fn plan_stage(&mut self, request: &StageRequest) -> Result<Planned, VaultError> {
        unimplemented!()
    }
    /// UpdateSecretVersionStage.
    pub fn update_secret_version_stage(
        &mut self,
        request: &StageRequest,
    ) -> Result<ChangeOutcome, VaultError> {
        unimplemented!()
    }
    /// What a rollback would do.
    pub fn plan_rollback(&mut self, request: &RollbackRequest) -> Result<Planned, VaultError> {
        unimplemented!()
    }
    /// `ACSCurrent` back to the previous version.
    pub fn rollback(&mut self, request: &RollbackRequest) -> Result<ChangeOutcome, VaultError> {
        unimplemented!()
    }
    /// What a deletion would do.
    pub fn plan_delete(&mut self, request: &DeleteRequest) -> Result<Planned, VaultError> {
        unimplemented!()
    }
    /// DeleteSecret.
    pub fn delete_secret(&mut self, request: &DeleteRequest) -> Result<ChangeOutcome, VaultError> {
        unimplemented!()
    }
    /// What a restoration would do.
    pub fn plan_restore(&mut self, name: &SecretName) -> Result<Planned, VaultError> {
        unimplemented!()
    }
    /// RestoreSecret.
    pub fn restore_secret(&mut self, name: &SecretName) -> Result<ChangeOutcome, VaultError> {
        unimplemented!()
    }
    /// What a purge would do.
    pub fn plan_purge(&mut self, request: &PurgeRequest) -> Result<Planned, VaultError> {
        unimplemented!()
    }
    /// Removes a secret past its window for good.
    pub fn purge(&mut self, request: &PurgeRequest) -> Result<ChangeOutcome, VaultError> {
        unimplemented!()
    }
    /// The names of all secrets that are past their window.
    pub fn purgeable(&mut self) -> Result<Vec<SecretName>, VaultError> {
        unimplemented!()
    }

    /// Checks everything: every value, the whole history, SQLite's own check. Findings are in the report;
    /// an error means that the check could not be made.
    pub fn verify(&mut self) -> Result<VerifyReport, VaultError> {
        unimplemented!()
    }
    /// Seals a few bytes under a key that lives and dies with the session's vault key (the app's dirty form, the last place).
    pub fn seal_place(&self, bytes: &crate::memory::SecretBytes) -> Result<Vec<u8>, VaultError> {
        unimplemented!()
    }
    /// Opens what `seal_place` sealed.
    pub fn open_place(&self, sealed: &[u8]) -> Result<crate::memory::SecretBytes, VaultError> {
        unimplemented!()
    }
}

#[allow(dead_code)]
fn _used(_: &SecretState) {}
