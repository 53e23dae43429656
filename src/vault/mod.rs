//! Every operation on a vault. The app, the command line and the API have no other way to one.
//!
//! `LockedVault` → unlock → `Vault` → lock: what needs a key exists only on [`Vault`]. Each operation of
//! the contract is one method; each loads the secret in a transaction, asks a rule of `versioning`, and
//! applies the plan that it answers. The `plan_` methods answer the same plan without applying it.

mod access;
mod batch;
mod branch;
mod bulk;
pub mod bulk_wording;
mod carry;
mod clock;
mod conflicts;
mod copy_naming;
mod error;
mod history;
mod import;
pub mod import_wording;
mod incoming;
mod listing;
pub mod merge;
pub mod merge_wording;
mod metadata;
mod other_file;
mod outcome;
mod past;
mod private_file;
mod relock;
mod removal;
mod request;
mod secrets;
mod seen_there;
mod stages;
mod upgrade;
mod values;
mod which;
pub mod wording;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

pub use access::{
    Answers, Credentials, Environment, KeyIdentity, UnlockFailed, is_unfinished, make_key_file,
    remembers_vault, remove_unfinished,
};
pub use batch::Changes;
pub use branch::Beside;
pub use bulk::{BulkOutcome, BulkPlan, BulkStep};
pub use carry::{Replaced, copy_of_file, put_in_place};
pub use clock::{Clock, SystemClock};
pub use conflicts::{SeenFile, conflict_files, is_conflict_name};
pub use copy_naming::CopyNaming;
pub use error::VaultError;
pub use import::{ImportOutcome, ImportReport, ImportRow, OnRefusal};
pub use incoming::{AccountOf, IncomingBatch, IncomingSecret, IncomingVersion, Loss};
pub use listing::Listing;
pub use other_file::OtherFileError;
pub use outcome::{
    ChangeOutcome, CreateOutcome, CurrentSummary, GetOutcome, HistoryEntry, Holding, PastDetails, Planned,
    PlannedPut, PutOutcome, Refreshed, SecretDetails, SecretSummary, TakeBackOutcome, TakeBackPlan,
    TakenBack,
};
pub use private_file::{Existing, place_secret_file};
pub use relock::{NewKeyFile, Relock, RelockFailed, Relocked, Relocking, refuse_existing};
pub use removal::{Removal, RemovalKind};
pub use request::{
    BulkRequest, CreateRequest, DeleteRequest, DuplicateRequest, NoteRequest, PurgeRequest, PutRequest,
    RenameRequest, RollbackRequest, StageRequest, StateToken, UpdateRequest,
};

pub use upgrade::{Upgraded, copies_before_upgrade};

pub use crate::crypto::{KdfCost, KeyFile, MasterPassword, VaultKey};
use crate::domain::{CopyName, StateFingerprint, Timestamp, VersionId};
use crate::memory::SecretBytes;
pub use crate::store::{
    CheckReport as VerifyReport, FormatVersion, Progress, SummaryLabels, SummaryTags, Watch,
};
use crate::store::{News, OpenStore, VaultFile, write_private_file};
use crate::versioning::{Origin, suggest_first_version_id};

/// A vault whose file was found sound and whose key is not here.
pub struct LockedVault {
    file: VaultFile,
    environment: Environment,
}

/// An unlocked vault.
pub struct Vault {
    session: Session,
    environment: Environment,
    path: PathBuf,
}

/// A session ends by itself where the file is not the one any more that the keys are for.
enum Session {
    Open(Box<OpenStore>),
    Ended {
        file: Box<VaultFile>,
        reason: VaultError,
    },
    /// Only while a method moves from the one to the other.
    Moving,
}

impl Vault {
    /// Wipes the keys and all that was read.
    ///
    /// # Panics
    /// Never: the moving state does not outlive the method that makes it.
    pub fn lock(self) -> LockedVault {
        let file = match self.session {
            Session::Open(store) => store.lock(),
            Session::Ended { file, .. } => *file,
            Session::Moving => unreachable!("the moving state does not outlive a method"),
        };
        LockedVault { file, environment: self.environment }
    }

    /// The resolved path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The time by this vault's clock.
    pub fn now(&self) -> Timestamp {
        self.environment.clock.now()
    }

    /// Says through which front end changes come from now on.
    pub fn set_origin(&mut self, origin: Origin) {
        self.environment.origin = origin;
    }

    /// Sentences about what is not as it should be but stops nothing.
    pub fn take_notices(&mut self) -> Vec<String> {
        match &mut self.session {
            Session::Open(store) => store.take_notices(),
            Session::Ended { .. } | Session::Moving => Vec::new(),
        }
    }

    /// Looks whether another process changed the vault.
    ///
    /// # Errors
    /// [`VaultError::Locked`], [`VaultError::Older`] and [`VaultError::OtherBranch`] end the session.
    pub fn refresh(&mut self) -> Result<Refreshed, VaultError> {
        self.read(|_| Ok(()))?;
        Ok(match self.store()?.take_news() {
            News::None => Refreshed::Same,
            News::Secrets => Refreshed::Changed,
            News::Password => Refreshed::PasswordChanged,
        })
    }

    /// The state of the vault, to be compared with a copy's.
    ///
    /// # Errors
    /// Those of the file.
    pub fn state(&mut self) -> Result<StateFingerprint, VaultError> {
        self.read(|store| Ok(store.state()?))
    }

    /// Checks everything: every value, the whole history, SQLite's own check. It works on a private copy
    /// in memory, so other processes go on meanwhile.
    ///
    /// # Errors
    /// Where the check cannot be made; what it finds is in the report.
    pub fn verify(&mut self) -> Result<VerifyReport, VaultError> {
        self.verify_watched(&mut |_| ControlFlow::Continue(()))
    }

    /// As [`verify`](Self::verify), and can be watched and stopped.
    ///
    /// # Errors
    /// As there, and [`VaultError::Stopped`].
    pub fn verify_watched(&mut self, watch: &mut Watch<'_>) -> Result<VerifyReport, VaultError> {
        let now = self.now();
        let report = self.store()?.check(now, watch).map_err(VaultError::from);
        self.end_if_fatal(report)
    }

    /// Copies the vault into a new file of mode 0600, and checks the copy.
    ///
    /// # Errors
    /// [`VaultError::VaultExists`], [`VaultError::System`], [`VaultError::Integrity`]; nothing is left
    /// behind then.
    pub fn back_up(
        &mut self,
        path: &Path,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<VerifyReport, VaultError> {
        self.back_up_watched(path, &mut |done| {
            progress(done);
            ControlFlow::Continue(())
        })
    }

    /// As [`back_up`](Self::back_up), and can be stopped.
    ///
    /// # Errors
    /// As there, and [`VaultError::Stopped`].
    pub fn back_up_watched(
        &mut self,
        path: &Path,
        watch: &mut Watch<'_>,
    ) -> Result<VerifyReport, VaultError> {
        let now = self.now();
        let report = self.store()?.back_up(path, now, watch).map_err(VaultError::from);
        self.end_if_fatal(report)
    }

    /// The backups of this vault that were made on this machine and are still there: after a rekey they
    /// still open with the old password.
    pub fn known_backups(&mut self) -> Vec<PathBuf> {
        self.store().map(|store| store.known_backups()).unwrap_or_default()
    }

    /// Seals a few bytes of the app under a key of their own, derived from the vault key: what was sealed
    /// opens again after the next unlock, and not after a rekey.
    ///
    /// # Errors
    /// [`VaultError::Locked`] where the session has ended.
    pub fn seal_place(&mut self, bytes: &SecretBytes) -> Result<Vec<u8>, VaultError> {
        Ok(self.store()?.seal_place(bytes)?)
    }

    /// Opens what [`seal_place`](Self::seal_place) sealed.
    ///
    /// # Errors
    /// [`VaultError::Integrity`] for anything else.
    pub fn open_place(&mut self, sealed: &[u8]) -> Result<SecretBytes, VaultError> {
        Ok(self.store()?.open_place(sealed)?)
    }

    /// Keeps a few bytes of the app beyond this process: sealed as above, in the state directory. Where this
    /// machine remembers nothing, nothing is kept.
    ///
    /// # Errors
    /// Where the session has ended, or nothing can be written.
    pub fn keep_place(&mut self, bytes: &SecretBytes) -> Result<(), VaultError> {
        Ok(self.store()?.keep_place(bytes)?)
    }

    /// Says that this copy of the vault is called otherwise from now on than the environment said.
    pub fn call_copy(&mut self, name: Option<CopyName>) {
        self.environment.copy = CopyNaming::known(name);
    }

    /// The version id that a new secret is offered for its first version.
    ///
    /// # Errors
    /// [`VaultError::NotNamed`].
    pub fn first_version_id(&self) -> Result<VersionId, VaultError> {
        Ok(suggest_first_version_id(self.environment.copy.name()?.as_ref()))
    }

    /// What was kept of this vault; `None` where nothing was, or where it does not open any more.
    pub fn kept_place(&mut self) -> Option<SecretBytes> {
        self.store().ok()?.kept_place()
    }

    fn store(&mut self) -> Result<&mut OpenStore, VaultError> {
        match &mut self.session {
            Session::Open(store) => Ok(store),
            Session::Ended { reason, .. } => Err(reason.clone()),
            Session::Moving => Err(VaultError::Locked { reason: "it is being closed".to_owned() }),
        }
    }

    fn read<T>(
        &mut self,
        work: impl FnOnce(&mut OpenStore) -> Result<T, VaultError>,
    ) -> Result<T, VaultError> {
        let now = self.now();
        let result = self.store()?.read(now, work);
        self.end_if_fatal(result)
    }

    /// Some failures mean that these keys and this file do not belong together any more. Where the file is not there
    /// any more, it was.
    fn end_if_fatal<T>(&mut self, result: Result<T, VaultError>) -> Result<T, VaultError> {
        let result = result.map_err(|error| match error {
            VaultError::NoVault { path } if path == self.path => VaultError::VaultGone { path },
            error => error,
        });
        if let Err(
            reason @ (VaultError::Locked { .. } | VaultError::Older { .. } | VaultError::OtherBranch { .. }),
        ) = &result
            && let Session::Open(_) = &self.session
            && let Session::Open(store) = std::mem::replace(&mut self.session, Session::Moving)
        {
            self.session = Session::Ended { file: Box::new(store.lock()), reason: reason.clone() };
        }
        result
    }
}

/// Writes a value (or anything else that is private) to a file of mode 0600, in one step: synced under a
/// temporary name, then renamed over what was there.
///
/// # Errors
/// [`VaultError::System`]; nothing is left behind then.
pub fn write_secret_file(path: &Path, bytes: &SecretBytes) -> Result<(), VaultError> {
    Ok(write_private_file(path, bytes.expose())?)
}
