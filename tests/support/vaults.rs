//! Cheap vaults in a temporary folder, with a clock that stands where it is put.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use etui::domain::{Description, Note, TagKey, TagValue, Timestamp};
use etui::vault::{
    Answers, Clock, CreateOutcome, Credentials, Environment, FormatVersion, KdfCost, LockedVault, PutOutcome,
    Vault, VaultError,
};
use etui::versioning::{Origin, Selector};

use super::fixtures::secret_name;
pub use super::fixtures::{binary, create_request, credentials, labels, put_request, rename_request, text};

/// When the clock of the tests begins.
pub const START: i64 = 1_700_000_000;

/// The master password of all vaults of the tests.
pub const PASSWORD: &str = "correct horse battery staple";

/// A clock that several sessions share and that a test sets.
#[derive(Debug, Clone)]
pub struct TestClock(Arc<AtomicI64>);

impl TestClock {
    pub fn new() -> Self {
        Self(Arc::new(AtomicI64::new(START)))
    }

    pub fn seconds(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }

    pub fn advance_days(&self, days: i64) {
        self.advance(days * Timestamp::DAY);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::clamped(self.seconds())
    }
}

/// A temporary folder with a place for one vault and for what a machine remembers.
pub struct Place {
    folder: tempfile::TempDir,
    pub clock: TestClock,
    format: FormatVersion,
}

impl Place {
    pub fn new() -> Self {
        Self::in_format(FormatVersion::FOR_NEW_VAULTS)
    }

    /// Its vault is made in this format.
    pub fn in_format(format: FormatVersion) -> Self {
        Self { folder: tempfile::tempdir().unwrap(), clock: TestClock::new(), format }
    }

    /// In a file system that lies in memory, where there is one: for tests that sync thousands of times.
    pub fn in_memory(format: FormatVersion) -> Self {
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
        Self { folder, clock: TestClock::new(), format }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn vault_path(&self) -> PathBuf {
        self.folder.path().join("vault.etui")
    }

    /// The state directory of a machine of this name.
    pub fn state_of(&self, machine: &str) -> PathBuf {
        self.folder.path().join("state").join(machine)
    }

    fn environment(&self, machine: Option<&str>) -> Environment {
        Environment {
            state_directory: machine.map(|machine| self.state_of(machine)),
            ..Environment::new(Box::new(self.clock.clone()), Origin::CommandLine)
        }
    }

    /// A new vault, made on the machine "here".
    pub fn create(&self) -> Vault {
        self.create_at(&self.vault_path(), Some("here"))
    }

    pub fn create_at(&self, path: &Path, machine: Option<&str>) -> Vault {
        let cost = KdfCost::new(8, 1, 1).unwrap();
        let environment = self.environment(machine);
        Vault::create_in(self.format, path, &credentials(PASSWORD), cost, environment).unwrap()
    }

    /// Opens the vault on the machine "here".
    pub fn open(&self) -> Result<Vault, VaultError> {
        self.open_as(Some("here"), Answers::default())
    }

    /// Opens the vault on a machine that remembers nothing and will not.
    pub fn open_without_memory(&self) -> Result<Vault, VaultError> {
        self.open_as(None, Answers::default())
    }

    pub fn open_as(&self, machine: Option<&str>, answers: Answers) -> Result<Vault, VaultError> {
        open_at(&self.vault_path(), self.environment(machine), PASSWORD, answers)
    }

    /// Opens a file elsewhere on the machine "here".
    pub fn open_path(&self, path: &Path, answers: Answers) -> Result<Vault, VaultError> {
        open_at(path, self.environment(Some("here")), PASSWORD, answers)
    }

    /// Opens the vault on the machine "here" with other credentials.
    pub fn open_by(&self, credentials: &Credentials) -> Result<Vault, VaultError> {
        let locked = LockedVault::open(&self.vault_path(), self.environment(Some("here")))?;
        locked.unlock(credentials, Answers::default()).map_err(|failed| failed.error)
    }

    /// A copy of the vault file as it is now.
    pub fn copy(&self) -> Vec<u8> {
        fs::read(self.vault_path()).unwrap()
    }

    /// Puts a copy in the place of the vault file, as `cp` would.
    pub fn put_back(&self, copy: &[u8]) {
        fs::write(self.vault_path(), copy).unwrap();
    }
}

pub fn open_at(
    path: &Path,
    environment: Environment,
    password: &str,
    answers: Answers,
) -> Result<Vault, VaultError> {
    let locked = LockedVault::open(path, environment)?;
    locked.unlock(&credentials(password), answers).map_err(|failed| failed.error)
}

pub fn create(vault: &mut Vault, name: &str, id: &str, value: &str) -> Result<CreateOutcome, VaultError> {
    vault.create_secret(&create_request(name, id, text(value)))
}

/// A put that makes the version the current one.
pub fn put(vault: &mut Vault, name: &str, id: &str, value: &str) -> Result<PutOutcome, VaultError> {
    vault.put_secret_value(&put_request(name, id, text(value), "ACSCurrent"))
}

/// The current value of a secret.
pub fn get(vault: &mut Vault, name: &str) -> Result<String, VaultError> {
    let got = vault.get_secret_value(&secret_name(name), &Selector::default())?;
    Ok(got.value.into_bytes().expose_text().unwrap().to_owned())
}

/// A small vault in which everything that can lie in one lies: three secrets, one of them scheduled for
/// deletion, six versions, labels, a description, a tag, notes, a value longer than a page.
pub fn fill(vault: &mut Vault) {
    let mut first = create_request("db/password", "v1", text("hunter1"));
    first.description = Description::new("main database").unwrap();
    first.tags = [(TagKey::new("team").unwrap(), TagValue::new("payments").unwrap())].into_iter().collect();
    first.extra_stages = labels("blue");
    first.note = Note::new("from the old wiki").ok();
    vault.create_secret(&first).unwrap();
    put(vault, "db/password", "v2", "hunter2").unwrap();
    let mut third = put_request("db/password", "v3", text("hunter3"), "canary");
    third.note = Note::new("trial").ok();
    vault.put_secret_value(&third).unwrap();
    vault.create_secret(&create_request("tls/key", "2026-11", binary(&[7; 5_000]))).unwrap();
    create(vault, "old", "v1", "gone soon").unwrap();
    put(vault, "old", "v2", "gone soon too").unwrap();
    let deletion = etui::versioning::Deletion::Window(7);
    let request = etui::vault::DeleteRequest { name: secret_name("old"), deletion, expected: None };
    vault.delete_secret(&request).unwrap();
}

/// Everything that a vault shows, values included: two vaults with the same content show the same text.
///
/// # Errors
/// The first that any step of looking meets.
pub fn content(vault: &mut Vault) -> Result<String, VaultError> {
    let listing = vault.list()?;
    let mut shown = String::new();
    for summary in listing.iter() {
        let tags: Vec<_> = summary.tags.iter().collect();
        let labels: Vec<_> = summary.labels.iter().collect();
        let (name, description, current) = (summary.name, summary.description, summary.current);
        writeln!(
            shown,
            "{name} {description:?} {tags:?} {labels:?} {current:?} {:?}",
            summary.planned_deletion
        )
        .unwrap();
        let name = secret_name(name);
        let details = vault.describe(&name)?.secret;
        writeln!(shown, "  {details:?}").unwrap();
        for version in &details.versions {
            let selector = Selector { version_id: Some(version.id.clone()), ..Selector::default() };
            match vault.get_secret_value(&name, &selector) {
                Ok(got) => writeln!(shown, "  {} {:?}", version.id, got.value.expose()).unwrap(),
                Err(VaultError::Refused(refusal)) => writeln!(shown, "  {refusal}").unwrap(),
                Err(error) => return Err(error),
            }
        }
    }
    Ok(shown)
}
