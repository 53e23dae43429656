//! The demo: a throwaway vault of sample secrets, filled change by change so that its history looks lived in.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::domain::{SecretName, StageLabel, Timestamp, VersionId, reason};
use crate::exchange::json;
use crate::memory::SecretBytes;
use crate::platform::editor::Place;
use crate::platform::private_folder::{PrivateFolder, sweep};
use crate::platform::signals::{Signal, Signals};
use crate::vault::{
    Clock, CreateRequest, Credentials, DeleteRequest, Environment, IncomingBatch, IncomingSecret,
    IncomingVersion, KdfCost, OnRefusal, PutRequest, SystemClock, UpdateRequest, Vault, VaultError,
};
use crate::versioning::{Deletion, MetadataUpdate, Origin, StageSet};

/// The password, which the unlock screen tells.
pub const PASSWORD: &str = "demo";

/// The secret to look at first: it has most to show.
pub const FIRST: &str = "shop/db/password";

/// The samples as `etui export json` writes them. Their dates are moved as a whole, so that what was
/// stored two days before [`WRITTEN`] was always stored two days ago.
const SAMPLES: &str = include_str!("../assets/demo.json");

/// 2026-01-01T12:00:00Z.
const WRITTEN: i64 = 1_767_268_800;

/// The secret that is scheduled for deletion, and how many days ago.
const LEAVING: (&str, i64) = ("shop/legacy/ftp-password", 3);

/// How the names of the folders of demos begin.
const FOLDER: &str = "etui-demo";

/// Removes what is left of demos of this user that were killed.
pub fn sweep_leftovers() {
    sweep(Place::find().path(), FOLDER);
}

/// A demo. Its folder goes when it is dropped.
pub struct Demo {
    folder: PrivateFolder,
    signals: Signals,
}

impl Demo {
    /// Makes the vault, in memory where the system has a place there.
    ///
    /// # Errors
    /// [`VaultError::System`] and whatever else keeps a vault from being made; nothing is left behind then.
    pub fn make(now: Timestamp) -> Result<Self, VaultError> {
        let clock = PastClock(Arc::new(AtomicI64::new(now.seconds())));
        Self::filled(Box::new(clock.clone()), |vault| {
            fill(vault, now, &mut |time| clock.0.store(time.seconds(), Ordering::SeqCst))
        })
    }

    /// Makes the vault with other secrets in it.
    ///
    /// # Errors
    /// As [`make`](Self::make), and the refusal of a secret that cannot be taken.
    pub fn seeded(batch: &IncomingBatch) -> Result<Self, VaultError> {
        Self::filled(Box::new(SystemClock), |vault| {
            vault.import(batch, OnRefusal::ImportNothing, &mut |_| ()).map(drop)
        })
    }

    fn filled(
        clock: Box<dyn Clock>,
        fill: impl FnOnce(&mut Vault) -> Result<(), VaultError>,
    ) -> Result<Self, VaultError> {
        let system = |doing: &str, error: &io::Error| VaultError::System {
            doing: doing.to_owned(),
            reason: reason(error),
        };
        // From here on no signal ends the process before the folder is removed.
        let signals = Signals::listen().map_err(|error| system("listening to signals", &error))?;
        let folder = PrivateFolder::new(Place::find().path(), FOLDER)
            .map_err(|error| system("making a folder for the demo", &error))?;
        let demo = Self { folder, signals };
        let environment = Environment::new(clock, Origin::App);
        // There is nothing to protect: the password is on the screen.
        let cost = KdfCost::new(8, 1, 1).expect("it is the least that Argon2 allows");
        let credentials = Credentials::new(password(), None)?;
        let mut vault = Vault::create(&demo.vault_path(), &credentials, cost, environment)?;
        fill(&mut vault)?;
        Ok(demo)
    }

    /// The path of the vault.
    pub fn vault_path(&self) -> PathBuf {
        self.folder.path().join("demo.etui")
    }

    /// The signal that was to end the process while the demo was made, if one came.
    pub fn interrupted_by(&mut self) -> Option<Signal> {
        self.signals.take().into_iter().find(|signal| signal.ends_the_process())
    }
}

/// The password, as it would be typed.
pub fn password() -> SecretBytes {
    SecretBytes::copy_of(PASSWORD.as_bytes())
}

/// A clock that stands where it is put.
#[derive(Clone)]
struct PastClock(Arc<AtomicI64>);

impl Clock for PastClock {
    fn now(&self) -> Timestamp {
        Timestamp::clamped(self.0.load(Ordering::SeqCst))
    }
}

/// Makes the changes that led to the samples, one after the other. `set_clock` is told the time of each before it
/// is made, and `now` at the end.
///
/// # Errors
/// Those of the file.
pub fn fill(
    vault: &mut Vault,
    now: Timestamp,
    set_clock: &mut dyn FnMut(Timestamp),
) -> Result<(), VaultError> {
    let samples = json::read(SAMPLES.as_bytes()).expect("a test reads the samples");
    let mut steps: Vec<Step> = samples.secrets.into_iter().flat_map(steps_to).collect();
    steps.sort_by_key(|step| step.time);
    for step in steps {
        set_clock(Timestamp::clamped(now.seconds() - WRITTEN + step.time));
        step.change.make(vault)?;
    }
    set_clock(now);
    Ok(())
}

/// One change, and when it was made, in seconds on the clock of the samples.
struct Step {
    time: i64,
    change: Change,
}

enum Change {
    Create(CreateRequest),
    Update(UpdateRequest),
    Put(PutRequest),
    Delete(DeleteRequest),
}

impl Change {
    fn make(self, vault: &mut Vault) -> Result<(), VaultError> {
        match self {
            Self::Create(request) => vault.create_secret(&request).map(drop),
            Self::Update(request) => vault.update_secret(&request).map(drop),
            Self::Put(request) => vault.put_secret_value(&request).map(drop),
            Self::Delete(request) => vault.delete_secret(&request).map(drop),
        }
    }
}

/// The changes by which a secret came to be what it is.
fn steps_to(secret: IncomingSecret) -> Vec<Step> {
    let name = SecretName::new(&secret.name).expect("a test reads the names of the samples");
    let labels = secret.labels;
    let mut steps = Vec::new();
    let mut versions = secret.versions.into_iter().enumerate();
    if let Some((_, first)) = versions.next() {
        let (time, version_id) = known_of(&first);
        steps.push(Step {
            time,
            change: Change::Create(CreateRequest {
                name: name.clone(),
                version_id,
                value: first.value,
                description: secret.facts.description,
                tags: secret.facts.tags,
                extra_stages: own_labels(&labels, 0),
                note: first.note,
            }),
        });
        let (retention, rotation) = (secret.facts.retention, secret.facts.rotation);
        if retention.is_some() || rotation.is_some() {
            let update = MetadataUpdate {
                description: None,
                tags: Default::default(),
                untag: Vec::new(),
                retention: retention.map(Some),
                rotation: rotation.map(Some),
            };
            let change = Change::Update(UpdateRequest { name: name.clone(), update, expected: None });
            steps.push(Step { time: time + 60, change });
        }
    }
    for (position, version) in versions {
        let (time, version_id) = known_of(&version);
        let request = PutRequest {
            name: name.clone(),
            version_id: Some(version_id),
            value: version.value,
            stages: stages_at(&labels, position),
            note: version.note,
            expected: None,
        };
        steps.push(Step { time, change: Change::Put(request) });
    }
    if name.as_str() == LEAVING.0 {
        let deletion = Deletion::Window(Deletion::DEFAULT_DAYS);
        let change = Change::Delete(DeleteRequest { name, deletion, expected: None });
        steps.push(Step { time: WRITTEN - LEAVING.1 * Timestamp::DAY, change });
    }
    steps
}

fn known_of(version: &IncomingVersion) -> (i64, VersionId) {
    let time = version.created.expect("a test reads the times of the samples").seconds();
    (time, version.id.clone().expect("a test reads the ids of the samples"))
}

/// Up to the version that is current now, each was it in its turn.
fn stages_at(labels: &[(StageLabel, usize)], position: usize) -> StageSet {
    let was_current = labels.iter().any(|(label, marked)| label.is_current() && position <= *marked);
    let current = was_current.then(StageLabel::current);
    StageSet::new(current.into_iter().chain(own_labels(labels, position)))
        .expect("a test fills a vault with the samples")
}

/// The custom labels of a version.
fn own_labels(labels: &[(StageLabel, usize)], position: usize) -> Vec<StageLabel> {
    let own = labels
        .iter()
        .filter(|(label, marked)| *marked == position && !label.is_current() && !label.is_previous());
    own.map(|(label, _)| label.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ValueType;
    use crate::vault::{Answers, LockedVault};

    /// A demo, unlocked as the app unlocks it.
    fn open(demo: &Demo) -> Vault {
        let environment = Environment::new(Box::new(SystemClock), Origin::App);
        let locked = LockedVault::open(&demo.vault_path(), environment).unwrap();
        let credentials = Credentials::new(password(), None).unwrap();
        locked.unlock(&credentials, Answers::default()).map_err(|failed| failed.error).unwrap()
    }

    #[test]
    fn every_sample_arrives_with_its_versions_labels_notes_and_ages() {
        let now = SystemClock.now();
        let demo = Demo::make(now).unwrap();
        let mut vault = open(&demo);
        for sample in json::read(SAMPLES.as_bytes()).unwrap().secrets {
            let name = SecretName::new(&sample.name).unwrap();
            let found = vault.describe(&name).unwrap().secret;
            assert_eq!(found.versions.len(), sample.versions.len(), "{name}");
            for (version, sample) in found.versions.iter().zip(&sample.versions) {
                assert_eq!(Some(&version.id), sample.id.as_ref(), "{name}");
                assert_eq!(version.note, sample.note, "{name}");
                let age = now.seconds_since(version.created);
                assert_eq!(age, WRITTEN - sample.created.unwrap().seconds(), "{name}");
            }
            for (label, position) in &sample.labels {
                let marked = found.labels.target(label).map(|marked| marked.id.clone());
                assert_eq!(marked, sample.versions[*position].id, "{name} {label}");
            }
            assert_eq!(found.labels.iter().count(), sample.labels.len(), "{name}");
            let set_later = (found.facts.retention, found.facts.rotation);
            assert_eq!(set_later, (sample.facts.retention, sample.facts.rotation), "{name}");
            assert_eq!(found.facts.tags, sample.facts.tags, "{name}");
        }
    }

    #[test]
    fn the_samples_show_what_there_is_to_see() {
        let demo = Demo::make(SystemClock.now()).unwrap();
        let mut vault = open(&demo);
        let listing = vault.list().unwrap();
        let now = vault.now();
        assert!(listing.iter().any(|secret| secret.is_due(now)));
        assert!(listing.iter().any(|secret| secret.name == LEAVING.0 && secret.planned_deletion.is_some()));
        assert!(listing.iter().any(|secret| secret.current.value_type == ValueType::Binary));
    }

    #[test]
    fn every_sample_says_that_it_is_fake() {
        let is_fake = |text: &[u8]| {
            let text = String::from_utf8_lossy(text).to_lowercase();
            text.contains("demo") || text.contains("example")
        };
        for secret in json::read(SAMPLES.as_bytes()).unwrap().secrets {
            assert!(is_fake(secret.facts.description.as_str().as_bytes()), "{}", secret.name);
            for version in &secret.versions {
                assert!(is_fake(version.value.expose()), "{}", secret.name);
            }
        }
    }

    #[test]
    fn nothing_is_left_of_a_demo() {
        let demo = Demo::make(SystemClock.now()).unwrap();
        let folder = demo.folder.path().to_owned();
        assert!(demo.vault_path().is_file());
        drop(demo);
        assert!(!folder.exists());
    }
}
