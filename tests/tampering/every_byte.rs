//! Every byte of a small vault, flipped one by one.

use std::fs;
use std::os::unix::fs::FileExt as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use etui::vault::VaultError;

use super::judge::filled;
use crate::support::vaults::{Place, content};

/// How the flips of a share of the bytes ended.
#[derive(Debug, Default)]
struct Tally {
    same: usize,
    detected: usize,
    wrong: Vec<String>,
}

// Guards: all of it: header hash, commitment, seals, sums, MACs, and that what SQLite says about a broken
// file counts as such.
#[test]
fn a_flipped_byte_is_noticed_or_changes_nothing() {
    let (place, shown) = filled();
    let whole = place.copy();
    let next = AtomicUsize::new(0);
    let workers = thread::available_parallelism().map_or(2, usize::from);
    let tallies: Vec<Tally> = thread::scope(|scope| {
        let workers: Vec<_> =
            (0..workers).map(|_| scope.spawn(|| flip_in_turn(&whole, &shown, &next))).collect();
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
    assert_eq!(same + detected, whole.len());
    // The value of 5,000 bytes alone makes more; and no vault is so full that nothing is free.
    assert!(detected > 5_000 && same > 0, "{same} flips changed nothing, {detected} were noticed");
}

/// Takes the next byte that nobody flipped yet, until there are none.
fn flip_in_turn(whole: &[u8], shown: &str, next: &AtomicUsize) -> Tally {
    let place = Place::in_format(super::FORMAT);
    place.put_back(whole);
    let file = fs::OpenOptions::new().write(true).open(place.vault_path()).unwrap();
    let mut tally = Tally::default();
    loop {
        let at = next.fetch_add(1, Ordering::Relaxed);
        let Some(&byte) = whole.get(at) else { return tally };
        let flipped = byte ^ (1 << (at % 8));
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
        if at.is_multiple_of(512) && place.copy() != whole {
            tally.wrong.push(format!("byte {at}: looking changed the file"));
            place.put_back(whole);
        }
    }
}
