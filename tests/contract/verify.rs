//! The full check of a sound vault: it counts everything and finds nothing.

use std::ops::ControlFlow;
use std::path::Path;

use etui::vault::{Answers, KdfCost, LockedVault, Vault, VaultError};

use crate::support::vaults::{PASSWORD, Place, credentials, fill, put};

#[test]
fn a_sound_vault_is_counted_and_nothing_is_found() {
    let place = Place::new();
    let mut vault = place.create();
    let report = vault.verify().unwrap();
    assert_eq!((report.secrets, report.versions, report.events), (0, 0, 1));
    fill(&mut vault);
    for mut vault in [vault, place.open().unwrap(), place.open_without_memory().unwrap()] {
        let report = vault.verify().unwrap();
        assert!(report.is_clean(), "{:?}", report.findings);
        assert_eq!((report.secrets, report.versions, report.events), (3, 6, 8));
    }
}

#[test]
fn the_session_goes_on_after_a_check() {
    let place = Place::new();
    let mut vault = place.create();
    fill(&mut vault);
    vault.verify().unwrap();
    crate::support::vaults::put(&mut vault, "tls/key", "2026-12", "next").unwrap();
    assert_eq!(crate::support::vaults::get(&mut vault, "tls/key").unwrap(), "next");
    assert!(vault.verify().unwrap().is_clean());
}

#[test]
fn a_check_tells_how_far_it_is_and_can_be_stopped() {
    let place = Place::new();
    let mut vault = place.create();
    fill(&mut vault);
    let mut told = Vec::new();
    vault
        .verify_watched(&mut |progress| {
            told.push(progress);
            ControlFlow::Continue(())
        })
        .unwrap();
    // Three secrets and eight events, and the end.
    let done: Vec<u64> = (1..=11).chain([11]).collect();
    assert_eq!(told.iter().map(|progress| progress.done).collect::<Vec<_>>(), done);
    assert!(told.iter().all(|progress| progress.total == 11));
    for last in 1..=told.len() {
        let mut steps = 0;
        let stopped = vault.verify_watched(&mut |_| {
            steps += 1;
            if steps == last { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert_eq!((stopped, steps), (Err(VaultError::Stopped), last));
    }
    assert!(vault.verify().unwrap().is_clean(), "the session goes on");
}

#[test]
fn a_backup_that_is_stopped_leaves_nothing_behind() {
    let place = Place::new();
    let mut vault = place.create();
    fill(&mut vault);
    let path = place.folder().join("copy.etui");
    // Stopped while copying, and while checking the copy.
    for last in [1, 2, 5] {
        let mut steps = 0;
        let stopped = vault.back_up_watched(&path, &mut |_| {
            steps += 1;
            if steps == last { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert_eq!(stopped, Err(VaultError::Stopped));
        let mut left: Vec<_> =
            std::fs::read_dir(place.folder()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["state", "vault.etui"]);
    }
    let mut told = Vec::new();
    assert!(vault.back_up(&path, &mut |progress| told.push(progress)).unwrap().is_clean());
    // All pages are copied in one step here; the check of the copy is as much again.
    assert_eq!(told.len(), 1 + 12);
    assert_eq!(told[0].done * 2, told[0].total);
    assert!(told.windows(2).all(|pair| pair[0].done <= pair[1].done && pair[0].total == pair[1].total));
    assert!(told.last().is_some_and(|last| last.done == last.total));
}

#[test]
fn equal_copies_have_one_state_and_each_change_makes_another() {
    let place = Place::new();
    let mut vault = place.create();
    fill(&mut vault);
    let state = vault.state().unwrap();
    assert!(state.to_string().starts_with("8 · "), "{state}");
    assert_eq!(vault.verify().unwrap().state, Some(state));
    assert_eq!(vault.state().unwrap(), state, "looking changes nothing");

    let backup = place.folder().join("backup.etui");
    assert_eq!(vault.back_up(&backup, &mut |_| ()).unwrap().state, Some(state));
    let copied = place.folder().join("copied.etui");
    std::fs::write(&copied, place.copy()).unwrap();
    for copy in [&backup, &copied] {
        let mut copy = open_copy(&place, copy);
        assert_eq!((copy.state().unwrap(), copy.verify().unwrap().state), (state, Some(state)));
    }

    // Two copies that go on apart differ, though they have as many changes.
    let (other, mut seen) = (Place::new(), vec![state]);
    std::fs::write(other.vault_path(), place.copy()).unwrap();
    for place in [&place, &other] {
        let mut vault = place.open_without_memory().unwrap();
        put(&mut vault, "tls/key", "2026-12", "next").unwrap();
        seen.push(vault.state().unwrap());
        vault
            .change_password(&credentials(PASSWORD), &credentials(PASSWORD), KdfCost::new(8, 1, 1).unwrap())
            .unwrap();
        seen.push(vault.state().unwrap());
    }
    for (at, state) in seen.iter().enumerate() {
        assert!(!seen[..at].contains(state), "{state} twice in {seen:?}");
    }
    assert_eq!(vault.state().unwrap(), seen[2], "a session sees what others changed");
}

fn open_copy(place: &Place, path: &Path) -> Vault {
    let locked = LockedVault::open_copy(path, Box::new(place.clock.clone())).unwrap();
    locked.unlock(&credentials(PASSWORD), Answers::default()).map_err(|failed| failed.error).unwrap()
}
