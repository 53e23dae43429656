//! The full check of a sound vault: it counts everything and finds nothing.

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
