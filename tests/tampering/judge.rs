//! How a vault that somebody changed is looked at, and what is expected of it.

use etui::domain::ErrorCode;
use etui::vault::{Vault, VaultError};
use rusqlite::Connection;

use crate::support::vaults::{Place, content, fill};

/// A filled vault that is closed again, and what it shows.
pub fn filled() -> (Place, String) {
    let place = Place::in_format(super::FORMAT);
    let mut vault = place.create();
    fill(&mut vault);
    let shown = content(&mut vault).unwrap();
    drop(vault);
    (place, shown)
}

/// Opens the file with SQLite alone, as an attacker would, with everything allowed.
pub fn with_sqlite<T>(place: &Place, work: impl FnOnce(&Connection) -> T) -> T {
    let connection = Connection::open(place.vault_path()).unwrap();
    connection
        .execute_batch(
            "PRAGMA foreign_keys = OFF; PRAGMA writable_schema = ON; PRAGMA ignore_check_constraints = ON",
        )
        .unwrap();
    work(&connection)
}

/// A filled vault after somebody was at it with SQLite.
pub fn tampered(tamper: impl FnOnce(&Connection)) -> Place {
    let (place, _) = filled();
    with_sqlite(&place, tamper);
    place
}

/// Unlocks and looks at everything.
pub fn look(place: &Place) -> Result<String, VaultError> {
    content(&mut place.open()?)
}

/// Unlocking or looking at everything says that the file was tampered with.
#[track_caller]
pub fn assert_detected(place: &Place) {
    assert_integrity(look(place));
}

/// Looking may see nothing, but the full check does.
#[track_caller]
pub fn assert_verify_finds(place: &Place) {
    let report = match place.open() {
        Ok(mut vault) => vault.verify(),
        Err(error) => return assert_integrity(Err::<(), _>(error)),
    };
    match report {
        Ok(report) => assert!(!report.is_clean(), "the full check finds nothing"),
        Err(error) => assert_integrity(Err::<(), _>(error)),
    }
}

/// Unlocks, and expects that reading one secret, without a list before, is refused.
#[track_caller]
pub fn assert_read_detects(place: &Place, read: impl FnOnce(&mut Vault) -> Result<String, VaultError>) {
    assert_integrity(place.open().and_then(|mut vault| read(&mut vault)));
}

#[track_caller]
pub fn assert_integrity<T: std::fmt::Debug>(result: Result<T, VaultError>) {
    match result {
        Err(error @ VaultError::Integrity { .. }) => assert_eq!(error.code(), ErrorCode::IntegrityFailure),
        other => panic!("tampering went unnoticed: {other:?}"),
    }
}
