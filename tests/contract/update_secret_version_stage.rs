//! UpdateSecretVersionStage and rollback through the vault.

use etui::domain::ErrorCode;
use etui::vault::{RollbackRequest, StageRequest, Vault, VaultError};
use etui::versioning::StageMove;

use crate::support::rules::{secret_name, stage_label, version_id};
use crate::support::vaults::{Place, create, get, put};

fn stage(vault: &mut Vault, label: &str, to: Option<&str>, from: Option<&str>) -> Result<bool, VaultError> {
    let stage = StageMove::new(stage_label(label), to.map(version_id), from.map(version_id))?;
    let request = StageRequest { name: secret_name("a"), stage, expected: None };
    vault.update_secret_version_stage(&request).map(|outcome| outcome.change.is_some())
}

fn rollback(vault: &mut Vault) -> Result<bool, VaultError> {
    let request = RollbackRequest { name: secret_name("a"), expected: None };
    vault.rollback(&request).map(|outcome| outcome.change.is_some())
}

fn written(vault: &mut Vault) -> String {
    let secret = vault.describe(&secret_name("a")).unwrap().secret;
    let pairs: Vec<String> =
        secret.labels.iter().map(|(label, target)| format!("{label}={}", target.id)).collect();
    pairs.join(" ")
}

#[test]
fn labels_move_and_stay_moved_after_the_next_unlock() {
    let place = Place::new();
    let mut vault = place.create();
    create(&mut vault, "a", "v1", "one").unwrap();
    put(&mut vault, "a", "v2", "two").unwrap();
    assert!(stage(&mut vault, "blue", Some("v1"), None).unwrap());
    assert!(stage(&mut vault, "ACSCurrent", Some("v1"), Some("v2")).unwrap());
    drop(vault);
    let mut vault = place.open().unwrap();
    assert_eq!(written(&mut vault), "ACSCurrent=v1 ACSPrevious=v2 blue=v1");
    assert_eq!(get(&mut vault, "a").unwrap(), "one");
    assert!(stage(&mut vault, "blue", None, Some("v1")).unwrap());
    assert_eq!(written(&mut vault), "ACSCurrent=v1 ACSPrevious=v2");
}

#[test]
fn moving_a_label_to_where_it_is_writes_nothing() {
    let place = Place::new();
    let mut vault = place.create();
    create(&mut vault, "a", "v1", "one").unwrap();
    let before = place.copy();
    assert!(!stage(&mut vault, "ACSCurrent", Some("v1"), None).unwrap());
    assert!(place.copy() == before);
}

#[test]
fn a_rollback_and_another_are_back_where_they_began() {
    let place = Place::new();
    let mut vault = place.create();
    create(&mut vault, "a", "v1", "one").unwrap();
    assert_eq!(rollback(&mut vault).unwrap_err().code(), ErrorCode::ResourceNotFound);
    put(&mut vault, "a", "v2", "two").unwrap();
    assert!(rollback(&mut vault).unwrap());
    assert_eq!(get(&mut vault, "a").unwrap(), "one");
    assert!(rollback(&mut vault).unwrap());
    assert_eq!(get(&mut vault, "a").unwrap(), "two");
    assert_eq!(
        vault.describe(&secret_name("a")).unwrap().secret.versions.len(),
        2,
        "nothing was stored anew"
    );
}

#[test]
fn the_guard_of_a_move_holds() {
    let place = Place::new();
    let mut vault = place.create();
    create(&mut vault, "a", "v1", "one").unwrap();
    put(&mut vault, "a", "v2", "two").unwrap();
    let refused = stage(&mut vault, "ACSCurrent", Some("v1"), Some("v1")).unwrap_err();
    assert_eq!(refused.code(), ErrorCode::InvalidParameter);
    assert_eq!(written(&mut vault), "ACSCurrent=v2 ACSPrevious=v1");
}
