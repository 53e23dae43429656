//! Rows that nobody can reach, added to the file or put back into it.

use etui::vault::{Answers, KdfCost, LockedVault, Vault};
use rusqlite::Connection;

use super::judge::{tampered, with_sqlite};
use super::tables::TAG_COLUMN;
use crate::support::vaults::{PASSWORD, Place, content, credentials, get};

/// A filled vault with a row of each kind that belongs to nothing.
fn with_strays() -> Place {
    tampered(|connection| {
        connection
            .execute_batch(&format!(
                "INSERT INTO version SELECT 17, randomblob(16), id_tag, {TAG_COLUMN}record, value FROM version LIMIT 1;
                 INSERT INTO version SELECT 18, x'01', id_tag, {TAG_COLUMN}record, value FROM version LIMIT 1;
                 INSERT INTO event SELECT -3, record FROM event WHERE number = 1;
                 INSERT INTO event SELECT 0, record FROM event WHERE number = 1;
                 INSERT INTO secret SELECT x'', randomblob(16), record FROM secret LIMIT 1",
            ))
            .unwrap();
    })
}

fn rows(place: &Place) -> [i64; 3] {
    with_sqlite(place, count)
}

fn count(connection: &Connection) -> [i64; 3] {
    ["version", "event", "secret"].map(|table| {
        connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
    })
}

#[track_caller]
fn assert_clean(vault: &mut Vault) {
    let report = vault.verify().unwrap();
    assert!(report.is_clean(), "{:?}", report.findings);
}

// Guards: the full check counts them by kind, and names the way out.
#[test]
fn verify_names_every_kind_of_row_that_belongs_to_nothing() {
    let place = with_strays();
    let report = place.open().unwrap().verify().unwrap();
    assert_eq!(report.strays, 5);
    for kind in ["2 versions belong to no secret", "2 events lie outside", "1 secret lies outside"] {
        assert!(report.findings.iter().any(|one| one.starts_with(kind)), "{kind}: {:?}", report.findings);
    }
    assert!(report.findings.iter().all(|finding| finding.contains("etui rekey")), "{:?}", report.findings);
}

// Guards: what stays behind under an old key would never verify again.
#[test]
fn a_rekey_leaves_out_what_belongs_to_nothing() {
    let place = with_strays();
    let [versions, events, secrets] = rows(&place);
    let mut vault = place.open().unwrap();
    let shown = content(&mut vault).unwrap();
    let (old, new) = (credentials(PASSWORD), credentials("another horse"));
    vault.rekey(&old, &new, KdfCost::new(8, 1, 1).unwrap(), &mut |_| {}).unwrap();
    assert!(vault.take_notices().iter().any(|notice| notice.starts_with("5 rows")));
    assert_eq!(content(&mut vault).unwrap(), shown);
    assert_clean(&mut vault);
    drop(vault);
    assert_eq!(rows(&place), [versions - 2, events - 2 + 1, secrets - 1]);
}

// Guards: one stray row must not stop every backup for good.
#[test]
fn a_backup_leaves_out_what_belongs_to_nothing() {
    let place = with_strays();
    let [versions, events, secrets] = rows(&place);
    let mut vault = place.open().unwrap();
    let shown = content(&mut vault).unwrap();
    let backup = place.folder().join("backup.etui");
    let report = vault.back_up(&backup, &mut |_| {}).unwrap();
    assert!(report.is_clean(), "{:?}", report.findings);
    assert!(vault.take_notices().iter().any(|notice| notice.starts_with("5 rows")));
    assert_eq!(get(&mut vault, "db/password").unwrap(), "hunter2");
    drop(vault);
    assert_eq!(rows(&place), [versions, events, secrets], "the vault itself is as it was");
    let locked = LockedVault::open_copy(&backup, Box::new(place.clock.clone())).unwrap();
    let mut copy = locked.unlock(&credentials(PASSWORD), Answers::default()).map_err(|f| f.error).unwrap();
    assert_eq!(content(&mut copy).unwrap(), shown);
    assert_clean(&mut copy);
}
