//! The full check of a sound vault: it counts everything and finds nothing.

use std::ops::ControlFlow;

use etui::vault::VaultError;

use crate::support::vaults::{Place, fill};

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
    assert!(told.windows(2).all(|pair| pair[0].done <= pair[1].done && pair[0].total == pair[1].total));
    assert!(told.last().is_some_and(|last| last.done == last.total && last.total == 11));
    assert_eq!(vault.verify_watched(&mut |_| ControlFlow::Break(())), Err(VaultError::Stopped));
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
    assert!(vault.back_up(&path, &mut |_| {}).unwrap().is_clean());
}
