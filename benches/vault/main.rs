//! How long the vault takes at 1,000 and at 100,000 secrets, each operation beside its floor: the least that
//! the same work costs with bare SQLite and bare XAES-256-GCM, on the same bytes, in the same run.
//!
//! `cargo bench --bench vault` prints criterion's report and then a table of medians and ratios. Without
//! `--bench` (under `cargo test --all-targets`) everything runs once on a tiny vault.

mod floor;
mod ratios;

use std::hint::black_box;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use criterion::Criterion;
use etui::domain::{Description, SecretName, SecretValue, Tags, ValueType, VersionId};
use etui::memory::SecretBytes;
use etui::vault::{
    Answers, CreateRequest, Credentials, Environment, KdfCost, LockedVault, PutRequest, SystemClock, Vault,
};
use etui::versioning::{Origin, Selector, StageSet};

use floor::Floor;
use ratios::Ratios;

fn main() {
    let is_bench = std::env::args().any(|argument| argument == "--bench");
    let sizes: &[usize] = if is_bench { &[1_000, 100_000] } else { &[20] };
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3))
        .configure_from_args();
    let mut ratios = Ratios::default();
    for &secrets in sizes {
        measure(&mut criterion, &mut ratios, secrets);
    }
    criterion.final_summary();
    ratios.print();
}

/// A vault of `secrets` secrets in a temporary folder.
struct Filled {
    folder: tempfile::TempDir,
    secrets: usize,
}

impl Filled {
    fn new(secrets: usize) -> Self {
        let filled = Self { folder: tempfile::tempdir().expect("a temporary folder"), secrets };
        let cost = KdfCost::new(8, 1, 1).expect("the cheapest cost");
        let mut vault =
            Vault::create(&filled.path(), &credentials(), cost, filled.environment()).expect("a new vault");
        let numbers: Vec<usize> = (0..secrets).collect();
        for share in numbers.chunks(1_000) {
            let stored = vault.batch(|changes| {
                share.iter().try_for_each(|number| changes.create_secret(&new_secret(*number)).map(drop))
            });
            stored.expect("a batch of new secrets");
        }
        filled
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("vault.etui")
    }

    fn environment(&self) -> Environment {
        Environment {
            state_directory: Some(self.folder.path().join("state")),
            clock: Box::new(SystemClock),
            origin: Origin::CommandLine,
        }
    }

    fn open(&self) -> Vault {
        let locked = LockedVault::open(&self.path(), self.environment()).expect("a sound file");
        match locked.unlock(&credentials(), Answers::default()) {
            Ok(vault) => vault,
            Err(failed) => panic!("{}", failed.error),
        }
    }

    /// The number of another secret each time, scattered over the vault.
    fn scattered(&self, turn: usize) -> usize {
        turn.wrapping_mul(7_919) % self.secrets
    }
}

fn credentials() -> Credentials {
    Credentials::new(SecretBytes::copy_of(b"benchmark"), None).expect("a password")
}

fn name(number: usize) -> SecretName {
    SecretName::new(&format!("team-{}/service-{}/password-{number}", number % 50, number % 700))
        .expect("a name")
}

fn value(text: &str) -> SecretValue {
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

fn measure(criterion: &mut Criterion, ratios: &mut Ratios, secrets: usize) {
    let filled = Filled::new(secrets);
    let floor = Floor::of(&filled.path());
    let mut compare = |what: &str, vault: &mut dyn FnMut(), floor: &mut dyn FnMut()| {
        let label = format!("{what}, {secrets} secrets");
        let mut group = criterion.benchmark_group(&label);
        let mut run = |who: &str, work: &mut dyn FnMut()| {
            group.bench_function(who, |bencher| {
                bencher.iter_custom(|turns| {
                    let begin = Instant::now();
                    (0..turns).for_each(|_| work());
                    let taken = begin.elapsed();
                    ratios.note(&label, who, taken, turns);
                    taken
                });
            });
        };
        run("vault", vault);
        run("floor", floor);
        group.finish();
    };

    let mut unlock = || drop(black_box(filled.open()));
    compare("unlock", &mut unlock, &mut || floor.open_and_read(Floor::HEAD));
    let mut unlock_whole = || assert_eq!(filled.open().count().expect("a whole vault"), secrets);
    compare("unlock the whole vault", &mut unlock_whole, &mut || floor.open_and_read(Floor::ALL_SECRETS));
    let mut list = || drop(black_box(filled.open().list().expect("a list")));
    compare("unlock and list", &mut list, &mut || floor.open_and_read(Floor::ALL_SECRETS));
    let mut turn = 0;
    let mut get_cold = || {
        turn += 1;
        get(&mut filled.open(), &name(filled.scattered(turn)));
    };
    compare("unlock and get", &mut get_cold, &mut || floor.open_and_read(Floor::ONE_BUCKET));

    let mut vault = filled.open();
    vault.list().expect("a list");
    let mut list_again = || drop(black_box(vault.list().expect("a list")));
    let records = floor.opened_records();
    compare("list again", &mut list_again, &mut || drop(black_box(floor::copied_and_sorted(&records))));
    let mut get_warm = || {
        turn += 1;
        get(&mut vault, &name(filled.scattered(turn)));
    };
    compare("get", &mut get_warm, &mut || floor.read(Floor::ONE_SECRET));
    let mut put_warm = || {
        turn += 1;
        put(&mut vault, name(filled.scattered(turn)));
    };
    let mut writing = floor.writing(filled.folder.path());
    compare("put", &mut put_warm, &mut || writing.four_rows());
}

fn get(vault: &mut Vault, name: &SecretName) {
    black_box(vault.get_secret_value(name, &Selector::default()).expect("the current version"));
}

fn put(vault: &mut Vault, name: SecretName) {
    let request = PutRequest {
        name,
        version_id: None,
        value: value("correct horse battery staple, once more"),
        stages: StageSet::current(),
        note: None,
        expected: None,
    };
    assert!(vault.put_secret_value(&request).expect("a put").created);
}
