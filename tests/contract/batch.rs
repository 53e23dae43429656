//! Many changes in one transaction: wholly or not at all.

use etui::domain::ErrorCode;
use etui::vault::{FormatVersion, VaultError};

use crate::support::rules::secret_name;
use crate::support::vaults::{Place, create, create_request, get, put_request, text};

#[test]
fn the_changes_of_a_batch_see_each_other_and_come_together() {
    let place = Place::new();
    let mut vault = place.create();
    vault
        .batch(|changes| {
            for name in ["a", "b", "c"] {
                changes.create_secret(&create_request(name, "v1", text("one")))?;
                changes.put_secret_value(&put_request(name, "v2", text("two"), "ACSCurrent"))?;
            }
            changes.put_secret_value(&put_request("a", "v3", text("three"), "ACSCurrent"))
        })
        .unwrap();
    drop(vault);
    let mut vault = place.open().unwrap();
    assert_eq!(get(&mut vault, "a").unwrap(), "three");
    assert_eq!(get(&mut vault, "c").unwrap(), "two");
    assert_eq!(vault.describe(&secret_name("a")).unwrap().secret.versions.len(), 3);
    let report = vault.verify().unwrap();
    assert!(report.is_clean(), "{:?}", report.findings);
    assert_eq!((report.secrets, report.versions, report.events), (3, 7, 8));
}

#[test]
fn a_refusal_in_a_batch_takes_the_whole_batch_back() {
    let place = Place::new();
    let mut vault = place.create();
    create(&mut vault, "a", "v1", "one").unwrap();
    let before = place.copy();
    let result = vault.batch(|changes| {
        changes.create_secret(&create_request("b", "v1", text("one")))?;
        changes.put_secret_value(&put_request("a", "v2", text("two"), "ACSCurrent"))?;
        changes.create_secret(&create_request("a", "v1", text("one")))
    });
    assert_eq!(result.unwrap_err().code(), ErrorCode::ResourceExist);
    assert!(place.copy() == before);
    assert_eq!(get(&mut vault, "a").unwrap(), "one");
    assert_eq!(get(&mut vault, "b").unwrap_err().code(), ErrorCode::ResourceNotFound);
    create(&mut vault, "b", "v1", "one").unwrap();
    assert!(vault.verify().unwrap().is_clean());
}

#[test]
fn a_refusal_that_the_batch_goes_on_after_changes_nothing_by_itself() {
    let place = Place::new();
    let mut vault = place.create();
    create(&mut vault, "a", "v1", "one").unwrap();
    vault
        .batch(|changes| {
            let taken = changes.create_secret(&create_request("a", "v1", text("two")));
            assert!(matches!(taken, Err(VaultError::Refused(_))));
            changes.create_secret(&create_request("b", "v1", text("two")))
        })
        .unwrap();
    assert_eq!(get(&mut vault, "a").unwrap(), "one");
    assert_eq!(get(&mut vault, "b").unwrap(), "two");
    assert!(vault.verify().unwrap().is_clean());
}

#[test]
fn an_empty_batch_writes_nothing() {
    let place = Place::new();
    let mut vault = place.create();
    let before = place.copy();
    vault.batch(|_| Ok(())).unwrap();
    assert!(place.copy() == before);
}

/// How long a vault file is for each of its secrets, in bytes: 2,000 with one short value, so many in a transaction.
fn bytes_a_secret(at_once: usize) -> u64 {
    const SECRETS: u64 = 2_000;
    let place = Place::in_memory(FormatVersion::FOR_NEW_VAULTS);
    let mut vault = place.create();
    let names: Vec<String> = (0..SECRETS).map(|number| format!("team/service-{number}")).collect();
    for share in names.chunks(at_once) {
        let stored = vault.batch(|changes| {
            share.iter().try_for_each(|name| {
                changes.create_secret(&create_request(name, "v1", text("correct horse"))).map(drop)
            })
        });
        stored.unwrap();
    }
    std::fs::metadata(place.vault_path()).unwrap().len() / SECRETS
}

#[test]
fn a_secret_with_one_short_value_takes_little_of_the_file() {
    let together = bytes_a_secret(500);
    assert!(together <= 1_300, "stored together: {together} bytes a secret");
    // Nothing in the file tells in which order changes were made, so the rows of single ones lie anywhere.
    let alone = bytes_a_secret(1);
    assert!(alone <= 1_400, "stored one by one: {alone} bytes a secret");
}
