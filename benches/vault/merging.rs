//! How long a merge takes, beyond the two unlocks.

use std::time::{Duration, Instant};

use etui::vault::merge::MergeRequest;
use etui::vault::{Beside, Credentials, KdfCost, PutRequest, SystemClock, Vault};
use etui::versioning::StageSet;

use super::filled::{Filled, credentials, name, value};

/// How often copies with a short and a long history are merged.
const TURNS: usize = 7;

/// Two copies, each changed for itself.
struct Apart {
    mine: Filled,
    theirs: Filled,
}

impl Apart {
    /// A vault of `secrets` secrets with `more` further events; `changes` puts in each copy, half of them into the same
    /// secrets.
    fn new(secrets: usize, more: usize, changes: usize) -> Self {
        let mine = Filled::new(secrets);
        put_many(&mut mine.open(), secrets, 0..more, "before");
        let theirs = copy_of(&mine);
        put_many(&mut mine.open(), secrets, 0..changes, "mine");
        put_many(&mut theirs.open(), secrets, changes / 2..changes + changes / 2, "theirs");
        Self { mine, theirs }
    }

    /// The same copies once more.
    fn again(&self) -> Self {
        Self { mine: copy_of(&self.mine), theirs: copy_of(&self.theirs) }
    }

    /// Merges theirs into mine; answers how long that took with both unlocked.
    fn merge(&self) -> Duration {
        let mut vault = self.mine.open();
        let beside = vault.open_beside(&self.theirs.path(), Box::new(SystemClock)).expect("a sound file");
        let mut other = match beside {
            Beside::Open(other) => *other,
            Beside::Locked(locked) => match locked.unlock(&credentials(), etui::vault::Answers::default()) {
                Ok(other) => other,
                Err(failed) => panic!("{}", failed.error),
            },
        };
        let begin = Instant::now();
        vault.merge(&mut other, &MergeRequest::default()).expect("a merge");
        let taken = begin.elapsed();
        assert!(vault.verify().expect("a check").is_clean());
        taken
    }
}

/// A copy of a vault, in a folder of its own; on the disk by now, so that no merge waits for that.
fn copy_of(other: &Filled) -> Filled {
    let copy = Filled { folder: tempfile::tempdir().expect("a temporary folder"), secrets: other.secrets };
    std::fs::copy(other.path(), copy.path()).expect("a copy");
    std::fs::File::open(copy.path()).and_then(|file| file.sync_all()).expect("a copy on the disk");
    copy
}

fn put_many(vault: &mut Vault, secrets: usize, numbers: std::ops::Range<usize>, text: &str) {
    // In one transaction: the record of each secret is written once, however many versions it gets.
    let stored = vault.batch(|changes| {
        let mut numbers = numbers;
        numbers.try_for_each(|number| {
            let request = PutRequest {
                name: name(number % secrets),
                version_id: None,
                value: value(&format!("{text} {number}")),
                stages: StageSet::current(),
                note: None,
                expected: None,
            };
            changes.put_secret_value(&request).map(drop)
        })
    });
    stored.expect("a batch of puts");
}

/// The largest size that the process ever had, in MiB; 0 where the system does not say.
fn peak_mebibytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kibibytes.unwrap_or_default() / 1_024
}

/// Prints the time of a merge of two copies, of one with another key there, and of two with a long history in common.
pub fn measure(is_bench: bool) {
    let (secrets, changes, events) = if is_bench { (10_000, 1_000, 300_000) } else { (20, 4, 40) };
    let before = peak_mebibytes();
    let taken = Apart::new(secrets, 0, changes).merge();
    println!("merge of two copies, {secrets} secrets, {changes} changes each: {taken:.2?}");

    let apart = Apart::new(secrets, 0, changes);
    let cost = KdfCost::new(8, 1, 1).expect("the cheapest cost");
    let (present, new): (Credentials, Credentials) = (credentials(), credentials());
    apart.theirs.open().rekey(&present, &new, cost, &mut |_| {}).expect("a new key");
    let filled = peak_mebibytes();
    let taken = apart.merge();
    let after = peak_mebibytes();
    println!(
        "the same with a new key there: {taken:.2?}; {before}, {filled}, {after} MiB at most before, filled, after"
    );

    measure_history(secrets, events, 100.min(changes));
}

/// Two copies with a short and with a long history in common, merged in turns.
fn measure_history(secrets: usize, events: usize, changes: usize) {
    let copies = [Apart::new(secrets, 0, changes), Apart::new(secrets, events, changes)];
    let mut taken = [Vec::new(), Vec::new()];
    for _ in 0..TURNS {
        for (apart, taken) in copies.iter().zip(&mut taken) {
            taken.push(apart.again().merge());
        }
    }
    let [short, long] = taken.map(|mut taken| {
        taken.sort_unstable();
        taken[TURNS / 2]
    });
    println!(
        "merge of {changes} changes each, medians of {TURNS} in turns: {short:.2?} with {secrets} events in common, \
         {long:.2?} with {events} more"
    );
}
