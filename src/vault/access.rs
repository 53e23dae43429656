//! Making, opening and unlocking a vault.

use std::path::{Path, PathBuf};

use super::clock::Clock;
use super::copy_naming::CopyNaming;
use super::error::VaultError;
use super::{LockedVault, Session, Vault};
use crate::crypto::{KdfCost, KeyFile, MasterPassword, VaultKey};
use crate::domain::{CopyName, reason};
use crate::memory::{KeyArena, SecretBytes, process};
use crate::store::{
    self, Acceptance, FormatVersion, Header, KeyFileUse, Locks, Moment, OpenStore, Progress, VaultFile,
};
use crate::versioning::Origin;

/// What surrounds a vault: where this machine remembers, what time it is, which interface is used.
pub struct Environment {
    /// Where this machine remembers the newest state of each vault; `None`: it does not.
    pub state_directory: Option<PathBuf>,
    /// Tells the time.
    pub clock: Box<dyn Clock>,
    /// The interface, for the history.
    pub origin: Origin,
    /// What this copy of the vault is called.
    pub copy: CopyNaming,
}

impl Environment {
    /// A machine that remembers nothing, and a copy without a name.
    pub fn new(clock: Box<dyn Clock>, origin: Origin) -> Self {
        Self { state_directory: None, clock, origin, copy: CopyNaming::known(None) }
    }
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

impl Answers {
    /// What either accepts.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self {
            accept_older: self.accept_older || other.accept_older,
            accept_other: self.accept_other || other.accept_other,
            allow_expensive_kdf: self.allow_expensive_kdf || other.allow_expensive_kdf,
        }
    }

    /// The answer to the question that an unlock ended with; `None` where it asks nothing.
    pub const fn to(error: &VaultError) -> Option<Self> {
        let none = Self { accept_older: false, accept_other: false, allow_expensive_kdf: false };
        match error {
            VaultError::Older { .. } => Some(Self { accept_older: true, ..none }),
            VaultError::OtherBranch { .. } | VaultError::OtherVault => {
                Some(Self { accept_other: true, ..none })
            }
            VaultError::ExpensiveKdf { .. } => Some(Self { allow_expensive_kdf: true, ..none }),
            _ => None,
        }
    }
}

/// Names one vault key. Both ids are in the clear in the file, and tell nothing about the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyIdentity {
    /// The vault; it stays the same for ever.
    pub vault_id: [u8; 16],
    /// Its key; a rekey makes another.
    pub key_id: [u8; 16],
}

impl KeyIdentity {
    fn of(header: &Header) -> Self {
        Self { vault_id: header.vault_id, key_id: header.key_id }
    }
}

/// What opens a vault.
pub struct Credentials {
    password: MasterPassword,
    key_file: Option<KeyFile>,
}

impl Credentials {
    /// Takes a password as typed, and the text of a key file where there is one.
    ///
    /// # Errors
    /// [`VaultError::BadCredentials`] for an empty password, one that is not UTF-8, and for a key file
    /// that is not 64 hexadecimal digits and a newline.
    pub fn new(password: SecretBytes, key_file: Option<&SecretBytes>) -> Result<Self, VaultError> {
        let bad = |error: crate::crypto::CryptoError| VaultError::BadCredentials(error.to_string());
        let password = MasterPassword::new(password).map_err(bad)?;
        let key_file = match key_file {
            None => None,
            Some(text) => Some(KeyFile::parse(&new_arena()?, text.expose()).map_err(bad)?),
        };
        Ok(Self { password, key_file })
    }
}

impl Credentials {
    pub(super) fn locks(&self) -> Locks<'_> {
        Locks { password: &self.password, key_file: self.key_file.as_ref() }
    }
}

/// Makes the text of a new key file: 64 hexadecimal digits and a newline.
///
/// # Errors
/// [`VaultError::System`] where the system has no random bytes.
pub fn make_key_file() -> Result<SecretBytes, VaultError> {
    let key_file = KeyFile::make(&new_arena()?).map_err(store::StoreError::from)?;
    Ok(key_file.to_text())
}

/// Whether this machine has seen a vault at a path: tells one that is gone from one that never was.
pub fn remembers_vault(path: &Path, state_directory: Option<&Path>) -> bool {
    let resolved = resolve(path);
    state_directory.is_some_and(|folder| store::remembers_vault_at(&resolved, folder))
}

/// As many links as Linux follows.
const MOST_LINKS: usize = 40;

/// Where a path leads, even if nothing lies there any more.
fn resolve(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(target) = path.read_link() else { break };
        path = path.parent().unwrap_or(Path::new("")).join(target);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let resolved = folder.canonicalize().ok().zip(path.file_name());
    resolved.map_or_else(|| path.clone(), |(folder, name)| folder.join(name))
}

/// Whether an older etui was cut short while it made a vault here. Such a file holds nothing.
pub fn is_unfinished(path: &Path) -> bool {
    store::is_unfinished(path)
}

/// Removes a vault that was never finished. Answers its path, links resolved, for the one that takes its place.
///
/// # Errors
/// [`VaultError::VaultExists`] where it is none any more, [`VaultError::System`].
pub fn remove_unfinished(path: &Path) -> Result<PathBuf, VaultError> {
    Ok(store::remove_unfinished(path)?)
}

fn new_arena() -> Result<std::sync::Arc<KeyArena>, VaultError> {
    KeyArena::new().map_err(|error| VaultError::System {
        doing: "mapping memory for keys".to_owned(),
        reason: reason(&error),
    })
}

/// An unlock that did not succeed gives the locked vault back.
pub struct UnlockFailed {
    /// To try again.
    pub vault: LockedVault,
    /// Why.
    pub error: VaultError,
}

impl LockedVault {
    /// Opens the file: path, schema and header are checked, no password is needed yet.
    ///
    /// # Errors
    /// [`VaultError::NoVault`], [`VaultError::VaultGone`], [`VaultError::NotAVault`],
    /// [`VaultError::Unfinished`], [`VaultError::Integrity`], [`VaultError::Busy`], [`VaultError::System`].
    pub fn open(path: &Path, environment: Environment) -> Result<Self, VaultError> {
        let is_known = || remembers_vault(path, environment.state_directory.as_deref());
        match VaultFile::open(path) {
            Ok(file) if file.has_no_event() && !is_known() => {
                Err(VaultError::Unfinished { path: path.to_owned() })
            }
            Ok(file) => Ok(Self { file, environment }),
            Err(error) => Err(match VaultError::from(error) {
                VaultError::NoVault { path } if is_known() => VaultError::VaultGone { path },
                // Where a vault was, a file that is none is not a mistyped path.
                VaultError::NotAVault { why, .. } if is_known() => VaultError::Integrity { what: why },
                VaultError::NotAVault { .. } | VaultError::Integrity { .. }
                    if is_unfinished(path) && !is_known() =>
                {
                    VaultError::Unfinished { path: path.to_owned() }
                }
                other => other,
            }),
        }
    }

    /// Opens a copy of a vault (a backup, another branch) for looking only. What this machine remembers is
    /// neither asked nor changed.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_copy(path: &Path, clock: Box<dyn Clock>) -> Result<Self, VaultError> {
        let file = VaultFile::open_copy(path)?;
        Ok(Self { file, environment: Environment::new(clock, Origin::CommandLine) })
    }

    /// The resolved path of the file.
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// Whether a key file is needed besides the password.
    pub fn needs_key_file(&self) -> bool {
        self.file.header().key_file == KeyFileUse::Needed
    }

    /// Which vault this is, and which vault key its file names.
    pub fn key_identity(&self) -> KeyIdentity {
        KeyIdentity::of(self.file.header())
    }

    /// What deriving the key costs.
    pub fn kdf_cost(&self) -> KdfCost {
        self.file.header().cost
    }

    /// The version of the format that the file names.
    pub fn format(&self) -> FormatVersion {
        self.file.header().format
    }

    /// Says that this copy of the vault is called otherwise from now on than the environment said.
    pub fn call_copy(&mut self, name: Option<CopyName>) {
        self.environment.copy = CopyNaming::known(name);
    }

    /// Sentences about what is not as it should be but stops nothing (a wide file mode that was mended, …).
    pub fn take_notices(&mut self) -> Vec<String> {
        self.file.take_notices()
    }

    /// Derives the key and checks the head of the vault. This takes as long as the KDF cost says: do it on
    /// a worker where somebody is watching.
    ///
    /// # Errors
    /// Gives the locked vault back with [`VaultError::WrongPassword`], [`VaultError::KeyFileNeeded`],
    /// [`VaultError::KeyFileNotNeeded`], [`VaultError::ExpensiveKdf`], [`VaultError::OutOfMemory`],
    /// [`VaultError::Integrity`], [`VaultError::Older`], [`VaultError::OtherBranch`],
    /// [`VaultError::OtherVault`], [`VaultError::Busy`] or [`VaultError::System`].
    pub fn unlock(self, credentials: &Credentials, answers: Answers) -> Result<Vault, Box<UnlockFailed>> {
        self.unlock_keeping_key(credentials, answers).map(|(vault, _)| vault)
    }

    /// As [`unlock`](Self::unlock), and hands out the vault key as well: for the agent and for nobody else.
    ///
    /// # Errors
    /// As [`unlock`](Self::unlock).
    pub fn unlock_keeping_key(
        mut self,
        credentials: &Credentials,
        answers: Answers,
    ) -> Result<(Vault, VaultKey), Box<UnlockFailed>> {
        let mut key = self.derive_key(credentials, answers);
        if matches!(key, Err(VaultError::WrongPassword)) && self.file.take_other_header() {
            key = self.derive_key(credentials, answers);
        }
        match key {
            Ok(key) => self.verify_with(&key, answers).map(|vault| (vault, key)),
            Err(error) => Err(Box::new(UnlockFailed { vault: self, error })),
        }
    }

    /// Opens the vault with the key that the agent kept of the vault key `identity`; no password is needed,
    /// and nothing is derived that costs time.
    ///
    /// # Errors
    /// Gives the locked vault back with [`VaultError::Locked`] where the file has another key by now, with
    /// [`VaultError::Integrity`] where its head does not open with this one, and otherwise as
    /// [`unlock`](Self::unlock).
    pub fn unlock_with_key(
        mut self,
        identity: KeyIdentity,
        key: &VaultKey,
        answers: Answers,
    ) -> Result<Vault, Box<UnlockFailed>> {
        let checked = self.file.look_again().map_err(VaultError::from).and_then(|()| {
            if self.key_identity() == identity
                || (self.file.take_other_header() && self.key_identity() == identity)
            {
                return Ok(());
            }
            Err(VaultError::Locked { reason: "its key was replaced elsewhere".to_owned() })
        });
        match checked {
            Ok(()) => self.verify_with(key, answers),
            Err(error) => Err(Box::new(UnlockFailed { vault: self, error })),
        }
    }

    fn derive_key(&mut self, credentials: &Credentials, answers: Answers) -> Result<VaultKey, VaultError> {
        self.check_before_deriving(credentials, answers)?;
        Ok(store::open_vault_key(&self.file, &credentials.password, credentials.key_file.as_ref())?)
    }

    fn verify_with(self, key: &VaultKey, answers: Answers) -> Result<Vault, Box<UnlockFailed>> {
        let Self { file, environment } = self;
        let keys = key.derive_keys(&file.header().vault_id);
        let acceptance = Acceptance { older: answers.accept_older, other: answers.accept_other };
        let now = environment.clock.now();
        match OpenStore::unlock(file, keys, environment.state_directory.as_deref(), acceptance, now) {
            Ok(store) => Ok(Vault::of(store, environment)),
            Err(failed) => {
                let (file, error) = *failed;
                let vault = Self { file, environment };
                Err(Box::new(UnlockFailed { vault, error: error.into() }))
            }
        }
    }

    fn check_before_deriving(
        &mut self,
        credentials: &Credentials,
        answers: Answers,
    ) -> Result<(), VaultError> {
        self.file.look_again()?;
        match (self.needs_key_file(), &credentials.key_file) {
            (true, None) => return Err(VaultError::KeyFileNeeded),
            (false, Some(_)) => return Err(VaultError::KeyFileNotNeeded),
            _ => {}
        }
        let cost = self.kdf_cost();
        if cost.needs_permission(process::available_memory_kib()) && !answers.allow_expensive_kdf {
            return Err(VaultError::ExpensiveKdf { mebibytes: cost.memory_kib().div_ceil(1024) });
        }
        Ok(())
    }
}

impl Vault {
    /// Creates a vault and leaves it unlocked; its folder is created if need be.
    ///
    /// # Errors
    /// [`VaultError::VaultExists`], [`VaultError::OutOfMemory`], [`VaultError::System`]; nothing is left
    /// behind then.
    pub fn create(
        path: &Path,
        credentials: &Credentials,
        cost: KdfCost,
        environment: Environment,
    ) -> Result<Self, VaultError> {
        Self::create_in(FormatVersion::FOR_NEW_VAULTS, path, credentials, cost, environment)
    }

    /// As [`create`](Self::create), in a format of one's choice.
    ///
    /// # Errors
    /// As there.
    pub fn create_in(
        format: FormatVersion,
        path: &Path,
        credentials: &Credentials,
        cost: KdfCost,
        environment: Environment,
    ) -> Result<Self, VaultError> {
        let moment = Moment::new(environment.clock.milliseconds(), environment.origin);
        let store = store::create(
            path,
            format,
            &credentials.password,
            credentials.key_file.as_ref(),
            cost,
            environment.state_directory.as_deref(),
            moment,
        )?;
        Ok(Self::of(store, environment))
    }

    /// Changes the master password (and key file): one row is written.
    ///
    /// # Errors
    /// [`VaultError::WrongPassword`] where `present` is not the present one, [`VaultError::HeaderChanged`]
    /// where it was changed elsewhere meanwhile, [`VaultError::OutOfMemory`], and those of the file.
    pub fn change_password(
        &mut self,
        present: &Credentials,
        new: &Credentials,
        cost: KdfCost,
    ) -> Result<(), VaultError> {
        let moment = self.moment();
        let changed = self.store()?.change_password(present.locks(), new.locks(), cost, moment);
        self.end_if_fatal(changed.map_err(VaultError::from))
    }

    /// Replaces the vault key and re-encrypts everything under a new password, in one transaction. To be
    /// used where the old password or a copy of the file may have leaked.
    ///
    /// # Errors
    /// As [`change_password`](Self::change_password), and [`VaultError::Integrity`]; the old vault is whole
    /// then.
    pub fn rekey(
        &mut self,
        present: &Credentials,
        new: &Credentials,
        cost: KdfCost,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), VaultError> {
        let moment = self.moment();
        let changed = self.store()?.rekey(present.locks(), new.locks(), cost, moment, progress);
        self.end_if_fatal(changed.map_err(VaultError::from))
    }

    /// Which vault this is, and which vault key it is sealed with.
    ///
    /// # Errors
    /// [`VaultError::Locked`] where the session has ended.
    pub fn key_identity(&mut self) -> Result<KeyIdentity, VaultError> {
        Ok(KeyIdentity::of(self.store()?.file().header()))
    }

    /// What deriving the key costs.
    ///
    /// # Errors
    /// [`VaultError::Locked`] where the session has ended.
    pub fn kdf_cost(&mut self) -> Result<KdfCost, VaultError> {
        Ok(self.store()?.file().header().cost)
    }

    /// What deriving the key is to cost under new locks where nobody chose: as much as now, unless that is less
    /// than etui would choose today: it is never lowered unasked. Measures then, which takes seconds.
    ///
    /// # Errors
    /// [`VaultError::Locked`] where the session has ended.
    pub fn cost_for_new_locks(&mut self) -> Result<KdfCost, VaultError> {
        let present = self.kdf_cost()?;
        if !present.is_weaker_than(&KdfCost::LEAST_DEFAULT) {
            return Ok(present);
        }
        let measured = KdfCost::measure().map_err(|error| VaultError::KdfOutOfRange(error.to_string()))?;
        let keeps = measured.is_weaker_than(&present) && present.is_at_least_floor();
        Ok(if keeps { present } else { measured })
    }

    /// Whether a key file is needed besides the password.
    ///
    /// # Errors
    /// [`VaultError::Locked`] where the session has ended.
    pub fn needs_key_file(&mut self) -> Result<bool, VaultError> {
        Ok(self.store()?.file().header().key_file == KeyFileUse::Needed)
    }

    pub(super) fn moment(&self) -> Moment {
        Moment::new(self.environment.clock.milliseconds(), self.environment.origin)
    }

    pub(super) fn of(store: OpenStore, environment: Environment) -> Self {
        let path = store.file().path().to_owned();
        Self { session: Session::Open(Box::new(store)), environment, path }
    }
}
