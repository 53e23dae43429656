//! A vault full of secrets, for every benchmark that needs one.

use std::path::PathBuf;

use etui::domain::{Description, SecretName, SecretValue, Tags, ValueType, VersionId};
use etui::memory::SecretBytes;
use etui::vault::{
    Answers, CreateRequest, Credentials, Environment, FormatVersion, KdfCost, LockedVault, SystemClock, Vault,
};
use etui::versioning::Origin;

/// Its master password.
pub const PASSWORD: &str = "benchmark";

/// A vault of `secrets` secrets in a temporary folder.
pub struct Filled {
    /// Where it lies, with what this machine remembers of it.
    pub folder: tempfile::TempDir,
    /// How many secrets it holds.
    pub secrets: usize,
}

impl Filled {
    /// Fills it through the library, at the cheapest key derivation.
    pub fn new(secrets: usize) -> Self {
        Self::in_format(FormatVersion::FOR_NEW_VAULTS, secrets)
    }

    /// The same in a format of one's choice.
    pub fn in_format(format: FormatVersion, secrets: usize) -> Self {
        let filled = Self { folder: tempfile::tempdir().expect("a temporary folder"), secrets };
        let cost = KdfCost::new(8, 1, 1).expect("the cheapest cost");
        let environment = filled.environment();
        let mut vault =
            Vault::create_in(format, &filled.path(), &credentials(), cost, environment).expect("a new vault");
        let numbers: Vec<usize> = (0..secrets).collect();
        for share in numbers.chunks(1_000) {
            let stored = vault.batch(|changes| {
                share.iter().try_for_each(|number| changes.create_secret(&new_secret(*number)).map(drop))
            });
            stored.expect("a batch of new secrets");
        }
        filled
    }

    /// The vault file.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("vault.etui")
    }

    fn environment(&self) -> Environment {
        Environment {
            state_directory: Some(self.folder.path().join("state")),
            ..Environment::new(Box::new(SystemClock), Origin::CommandLine)
        }
    }

    /// Unlocks it.
    pub fn open(&self) -> Vault {
        let locked = LockedVault::open(&self.path(), self.environment()).expect("a sound file");
        match locked.unlock(&credentials(), Answers::default()) {
            Ok(vault) => vault,
            Err(failed) => panic!("{}", failed.error),
        }
    }

    /// The number of another secret each time, scattered over the vault.
    pub fn scattered(&self, turn: usize) -> usize {
        turn.wrapping_mul(7_919) % self.secrets
    }
}

/// What opens it.
pub fn credentials() -> Credentials {
    Credentials::new(SecretBytes::copy_of(PASSWORD.as_bytes()), None).expect("a password")
}

/// What the secret of this number is called.
pub fn name(number: usize) -> SecretName {
    SecretName::new(&format!("team-{}/service-{}/password-{number}", number % 50, number % 700))
        .expect("a name")
}

/// A value.
pub fn value(text: &str) -> SecretValue {
    SecretValue::new(ValueType::Text, SecretBytes::copy_of(text.as_bytes())).expect("a value")
}

fn new_secret(number: usize) -> CreateRequest {
    CreateRequest {
        name: name(number),
        version_id: VersionId::new("v1").expect("an id"),
        value: value("correct horse battery staple"),
        description: Description::new("a password of a service").expect("a description"),
        tags: Tags::new(),
        extra_stages: Vec::new(),
        note: None,
    }
}
