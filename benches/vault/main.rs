//! How long the vault takes at 1,000 and at 100,000 secrets, each operation beside its floor: the least that
//! the same work costs with bare SQLite and bare XAES-256-GCM, on the same bytes, in the same run.
//!
//! `cargo bench --bench vault` prints criterion's report and then a table of medians and ratios; `cargo bench --bench
//! vault -- merges` measures merges alone. Without `--bench` (under `cargo test --all-targets`) everything runs once on
//! a tiny vault.

mod filled;
mod floor;
mod merging;
mod ratios;

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::Criterion;
use etui::domain::SecretName;
use etui::exchange::browser;
use etui::vault::{FormatVersion, OnRefusal, PutRequest, Vault};
use etui::versioning::{Selector, StageSet};

use filled::{Filled, name, value};
use floor::Floor;
use ratios::Ratios;

fn main() {
    let is_bench = std::env::args().any(|argument| argument == "--bench");
    if std::env::args().any(|argument| argument == "merges") {
        return merging::measure(is_bench);
    }
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
    measure_import(if is_bench { 10_000 } else { 20 });
    measure_formats(if is_bench { 100_000 } else { 20 });
    merging::measure(is_bench);
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

/// What the formats cost, one beside the other in turns: bytes of the file for each secret, the median of an unlock
/// of the whole vault and of an unlock with a list.
fn measure_formats(secrets: usize) {
    let filled = FormatVersion::ALL.map(|format| (format, Filled::in_format(format, secrets)));
    let mut taken = filled.each_ref().map(|_| (Vec::new(), Vec::new()));
    for _ in 0..21 {
        for ((_, filled), (unlocks, lists)) in filled.iter().zip(&mut taken) {
            let begin = Instant::now();
            assert_eq!(filled.open().count().expect("a whole vault"), secrets);
            unlocks.push(begin.elapsed());
            let begin = Instant::now();
            drop(black_box(filled.open().list().expect("a list")));
            lists.push(begin.elapsed());
        }
    }
    for ((format, filled), (unlocks, lists)) in filled.iter().zip(&mut taken) {
        let bytes = std::fs::metadata(filled.path()).expect("the file").len() / secrets as u64;
        println!(
            "format {}, {secrets} secrets: {bytes} bytes a secret; unlock {:.2?}, unlock and list {:.2?}",
            format.number(),
            median(unlocks),
            median(lists)
        );
    }
}

fn median(taken: &mut [Duration]) -> Duration {
    taken.sort_unstable();
    taken[taken.len() / 2]
}

/// The time for each row of a file that is imported in one go, printed below the table: reading the file and
/// importing it, beside the same rows written bare.
fn measure_import(rows: usize) {
    let mut file = String::from("name,url,username,password,note\n");
    for row in 0..rows {
        let _ = writeln!(file, "site {row},https://{row}.example/,user{row},\"p,{row}\",");
    }
    let filled = Filled::new(1);
    let floor = Floor::of(&filled.path());
    let mut vault = filled.open();
    let begin = Instant::now();
    let batch = browser::read_chrome(file.as_bytes()).expect("a well-formed file");
    let report = vault.import(&batch, OnRefusal::ImportNothing, &mut |_| {}).expect("an import");
    let taken = begin.elapsed();
    assert_eq!(report.rows.len(), rows);
    let mut writing = floor.writing(filled.folder.path());
    let begin = Instant::now();
    writing.import(rows);
    let bare = begin.elapsed();
    let count = u32::try_from(rows).expect("a count");
    println!(
        "import of {rows} rows: {taken:.2?}, {:.2?} a row; floor {:.2?} a row, ratio {:.1}",
        taken / count,
        bare / count,
        taken.as_secs_f64() / bare.as_secs_f64()
    );
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
