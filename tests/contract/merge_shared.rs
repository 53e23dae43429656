//! Versions that both copies have with the same record: a merge leaves them alone, and minds them where they matter.

use etui::domain::{Note, Retention, SecretName};
use etui::vault::{NoteRequest, StageRequest, UpdateRequest, Vault, VaultError};
use etui::versioning::{MetadataUpdate, Selector, StageMove, VersionKey};

use crate::merge::{Copies, assert_whole, merge};
use crate::support::fixtures::{secret_name, stage_label, version_id};
use crate::support::vaults::{create, get, put};

/// Copies of a vault with `a`, of which there are versions v1 to v12: more than a merge opens all of.
fn twelve_versions() -> Copies {
    Copies::filled(|vault| {
        create(vault, "a", "v1", "1").unwrap();
        for number in 2..=12 {
            put(vault, "a", &format!("v{number}"), &number.to_string()).unwrap();
        }
    })
}

fn name() -> SecretName {
    secret_name("a")
}

fn point(vault: &mut Vault, label: &str, to: &str) {
    let stage = StageMove::new(stage_label(label), Some(version_id(to)), None).unwrap();
    vault.update_secret_version_stage(&StageRequest { name: name(), stage, expected: None }).unwrap();
}

fn value_of(vault: &mut Vault, id: &str) -> Result<String, VaultError> {
    let selector = Selector { version_id: Some(version_id(id)), ..Selector::default() };
    let got = vault.get_secret_value(&name(), &selector)?;
    Ok(String::from_utf8_lossy(got.value.expose()).into_owned())
}

fn key_of(vault: &mut Vault, id: &str) -> VersionKey {
    vault.describe(&name()).unwrap().secret.version(&version_id(id)).unwrap().key
}

fn labels(vault: &mut Vault) -> Vec<String> {
    let secret = vault.describe(&name()).unwrap().secret;
    secret.labels.iter().map(|(label, target)| format!("{label}={}", target.id)).collect()
}

#[test]
fn tampering_with_what_both_share_is_neither_copied_nor_hidden_by_a_merge() {
    let copies = twelve_versions();
    let key = key_of(&mut copies.mine.open().unwrap(), "v2");
    copies.change(
        |mine| drop(put(mine, "a", "m13", "mine").unwrap()),
        |theirs| drop(put(theirs, "a", "t13", "theirs").unwrap()),
    );
    let connection = rusqlite::Connection::open(copies.mine.vault_path()).unwrap();
    let damaged = "UPDATE version SET record = randomblob(length(record)) WHERE key = ?1";
    assert_eq!(connection.execute(damaged, [key.0]).unwrap(), 1);
    drop(connection);
    merge(&copies.mine, &copies.theirs.vault_path()).unwrap();
    merge(&copies.theirs, &copies.mine.vault_path()).unwrap_err();
    let (mut mine, mut theirs) = (copies.mine.open().unwrap(), copies.theirs.open().unwrap());
    assert!(matches!(value_of(&mut mine, "v2"), Err(VaultError::Integrity { .. })));
    assert!(!mine.verify().unwrap().is_clean(), "it is found as before");
    assert_eq!(value_of(&mut theirs, "v2").unwrap(), "2");
    assert_whole(&mut theirs);
}

#[test]
fn a_label_reaches_an_old_version_that_both_share() {
    let copies = twelve_versions();
    copies.change(
        |mine| {
            point(mine, "prod", "v1");
            point(mine, "ACSCurrent", "v2");
            point(mine, "ACSCurrent", "v3");
        },
        |theirs| {
            point(theirs, "test", "v4");
            put(theirs, "a", "v13", "13").unwrap();
        },
    );
    let mut merged = copies.meet();
    assert_eq!(labels(&mut merged), ["ACSCurrent=v13", "ACSPrevious=v3", "prod=v1", "test=v4"]);
    assert_eq!(
        (get(&mut merged, "a").unwrap(), value_of(&mut merged, "v5").unwrap()),
        ("13".into(), "5".into())
    );
}

#[test]
fn a_note_and_a_retention_of_one_copy_meet_versions_that_both_share() {
    let copies = twelve_versions();
    copies.change(
        |mine| {
            let note = Note::from_field("of mine").unwrap();
            mine.set_note(&NoteRequest { name: name(), version_id: version_id("v2"), note }).unwrap();
        },
        |theirs| {
            let update =
                MetadataUpdate { retention: Some(Retention::new(4).ok()), ..MetadataUpdate::default() };
            theirs.update_secret(&UpdateRequest { name: name(), update, expected: None }).unwrap();
            put(theirs, "a", "v13", "13").unwrap();
        },
    );
    let mut merged = copies.meet();
    let secret = merged.describe(&name()).unwrap().secret;
    let ids: Vec<&str> = secret.versions.iter().map(|version| version.id.as_str()).collect();
    assert_eq!(ids, ["v10", "v11", "v12", "v13"], "what retention destroyed goes, whatever is noted on it");
}

#[test]
fn an_id_that_both_gave_is_told_apart_among_versions_that_both_share() {
    let copies = twelve_versions();
    copies.change(
        |mine| drop(put(mine, "a", "v13", "mine").unwrap()),
        |theirs| drop(put(theirs, "a", "v13", "theirs").unwrap()),
    );
    let mut merged = copies.meet();
    let secret = merged.describe(&name()).unwrap().secret;
    assert_eq!(secret.versions.len(), 14);
    let told_apart = secret.versions.iter().filter(|version| version.id.as_str().starts_with("v13-")).count();
    assert_eq!(told_apart, 2);
    // They go on as they are in the next merge.
    copies.change(
        |mine| drop(put(mine, "a", "v14", "14").unwrap()),
        |theirs| drop(put(theirs, "a", "v15", "15").unwrap()),
    );
    assert_eq!(copies.meet().describe(&name()).unwrap().secret.versions.len(), 16);
}
