//! Bytes of a small vault, flipped one by one.

use std::fs;
use std::os::unix::fs::FileExt as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use etui::vault::{FormatVersion, VaultError};

use super::judge::filled;
use crate::support::vaults::{Place, content};

/// How the flips of a share of the bytes ended.
#[derive(Debug, Default)]
struct Tally {
    same: usize,
    detected: usize,
    wrong: Vec<String>,
}

/// Between two bytes that every run flips. The long run flips those between them too.
const STEP: usize = 4;

// Guards: all of it: header hash, commitment, seals, sums, MACs, and that what SQLite says about a broken
// file counts as such.
#[test]
fn a_flipped_byte_is_noticed_or_changes_nothing() {
    // Each format begins at another byte: what both have in common is flipped in twice as many places.
    let first = if super::FORMAT == FormatVersion::NEWEST { STEP / 2 } else { 0 };
    flip_each(first, STEP);
}

#[test]
#[ignore = "takes minutes: cargo test --test tampering every_byte -- --ignored"]
fn each_flipped_byte_is_noticed_or_changes_nothing() {
    flip_each(0, 1);
}

/// Flips a bit of the first byte, and of each one that is a step further.
fn flip_each(first: usize, step: usize) {
    let (place, shown) = filled();
    let whole = place.copy();
    let next = AtomicUsize::new(first);
    let workers = thread::available_parallelism().map_or(2, usize::from);
    let tallies: Vec<Tally> = thread::scope(|scope| {
        let workers: Vec<_> =
            (0..workers).map(|_| scope.spawn(|| flip_in_turn(&whole, &shown, &next, step))).collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).collect()
    });
    let wrong: Vec<&String> = tallies.iter().flat_map(|tally| &tally.wrong).collect();
    assert!(
        wrong.is_empty(),
        "{} flips went wrong, the first: {:#?}",
        wrong.len(),
        &wrong[..wrong.len().min(12)]
    );
    let same: usize = tallies.iter().map(|tally| tally.same).sum();
    let detected: usize = tallies.iter().map(|tally| tally.detected).sum();
    assert_eq!(same + detected, (first..whole.len()).step_by(step).count());
    // The value of 5,000 bytes alone makes more; and no vault is so full that nothing is free.
    assert!(detected > 5_000 / step && same > 0, "{same} flips changed nothing, {detected} were noticed");
}

/// Takes the next byte that nobody flipped yet, until there are none.
fn flip_in_turn(whole: &[u8], shown: &str, next: &AtomicUsize, step: usize) -> Tally {
    let place = Place::in_format(super::FORMAT);
    place.put_back(whole);
    let file = fs::OpenOptions::new().write(true).open(place.vault_path()).unwrap();
    let mut tally = Tally::default();
    loop {
        let at = next.fetch_add(step, Ordering::Relaxed);
        let Some(&byte) = whole.get(at) else { return tally };
        let flipped = byte ^ (1 << (at / step % 8));
        file.write_all_at(&[flipped], at as u64).unwrap();
        let found = catch_unwind(AssertUnwindSafe(|| {
            place.open_without_memory().and_then(|mut vault| content(&mut vault))
        }));
        match found {
            Ok(Ok(found)) if found == shown => tally.same += 1,
            Ok(Ok(_)) => tally.wrong.push(format!("byte {at}: other content")),
            Ok(Err(VaultError::Integrity { .. })) => tally.detected += 1,
            // The file does not even say any more that it is a vault.
            Ok(Err(VaultError::NotAVault { .. })) if at < 72 => tally.detected += 1,
            Ok(Err(error)) => tally.wrong.push(format!("byte {at} ({byte:#x} → {flipped:#x}): {error:?}")),
            Err(_) => tally.wrong.push(format!("byte {at}: panic")),
        }
        file.write_all_at(&[byte], at as u64).unwrap();
        // Nothing that looking does may change the file, a byte that was mended least of all.
        if (at / step).is_multiple_of(512 / step) && place.copy() != whole {
            tally.wrong.push(format!("byte {at}: looking changed the file"));
            place.put_back(whole);
        }
    }
}
