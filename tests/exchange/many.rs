//! 10,000 rows in one go.

use std::fmt::Write as _;
use std::ops::ControlFlow;

use etui::exchange::{Input, browser, cloud, dotenv, hashicorp, logins, read};
use etui::memory::SecretBytes;
use etui::vault::{IncomingBatch, OnRefusal, VaultError};

use crate::helpers::{lost, parsed};
use crate::support::vaults::{Place, get};

const ROWS: usize = 10_000;

#[test]
fn ten_thousand_rows_come_in_one_transaction_and_the_second_time_change_nothing() {
    let mut file = String::from("name,url,username,password,note\n");
    for row in 0..ROWS {
        writeln!(file, "site {row},https://{row}.example/,user{row},\"p,{row}\",").unwrap();
    }
    let place = Place::new();
    let mut vault = place.create();
    let batch = parsed(browser::read_chrome, &file);
    assert_eq!(batch.secrets.len(), ROWS);
    let mut seen = 0;
    let report = vault
        .import(&batch, OnRefusal::ImportNothing, &mut |done| {
            seen += 1;
            assert_eq!(done, seen);
        })
        .unwrap();
    assert_eq!((report.rows.len(), seen), (ROWS, ROWS));
    assert_eq!(vault.list().unwrap().len(), ROWS);
    let expected = r#"{"username":"user9999","password":"p,9999","url":"https://9999.example/"}"#;
    assert_eq!(get(&mut vault, "site-9999").unwrap(), expected);
    let before = place.copy();
    let again = vault.import(&batch, OnRefusal::ImportNothing, &mut |_| {}).unwrap();
    assert!(!again.changes_anything());
    assert!(place.copy() == before);
    let checked = vault.verify().unwrap();
    assert!(checked.is_clean(), "{:?}", checked.findings);
    assert_eq!((checked.secrets, checked.versions), (ROWS as u64, ROWS as u64));
}

#[test]
fn an_import_that_is_stopped_leaves_the_vault_as_it_was() {
    let place = Place::new();
    let mut vault = place.create();
    let batch = parsed(dotenv::secrets, "A=1\nB=2\nC=3\n");
    let before = place.copy();
    for last in 1..=3 {
        let stopped = vault.import_watched(&batch, OnRefusal::ImportNothing, &mut |progress| {
            if progress.done == last { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert_eq!(stopped, Err(VaultError::Stopped));
        assert!(place.copy() == before);
    }
    assert_eq!(vault.list().unwrap().len(), 0);
    vault.import(&batch, OnRefusal::ImportNothing, &mut |_| {}).unwrap();
    assert_eq!(vault.list().unwrap().len(), 3);
}

/// Names, each with the ids of its versions.
fn ids(batch: &IncomingBatch) -> Vec<(String, Vec<String>)> {
    let ids = |secret: &etui::vault::IncomingSecret| {
        secret.versions.iter().map(|version| version.id.as_ref().unwrap().to_string()).collect()
    };
    batch.secrets.iter().map(|secret| (secret.name.clone(), ids(secret))).collect()
}

// Looking at all entries for each of the three takes minutes.
const MANY: usize = 60_000;

#[test]
fn as_many_folders_as_entries_are_read_at_once() {
    let mut file = String::from("name,url,username,password,note,cardnumber,folder,type\n");
    for row in 0..MANY {
        writeln!(file, "folder {row},,,,,,,folder\nx,,,p,,,folder {},password", row + 1).unwrap();
    }
    assert_eq!(
        lost(&parsed(logins::read_nordpass, &file)),
        ["'folder 0' is left out: no item is in this folder"]
    );
}

#[test]
fn as_many_answers_of_vault_as_secrets_are_read_at_once() {
    let answer = |path: &str, version: usize| {
        format!(
            r#"{{"request_id":"r","path":"{path}","data":{{"data":{{"k":"{version}"}},"metadata":{{"version":{version}}}}}}}"#
        )
    };
    let many: String = (0..MANY).map(|row| answer(&format!("a/{row}"), 1)).collect();
    assert_eq!(parsed(hashicorp::read, many).secrets.len(), MANY);
    // The readers of other formats have a fault in each of them.
    let many: String = (0..ROWS).map(|row| answer(&format!("a/{row}"), 1)).collect();
    let piped = Input::Piped(SecretBytes::from_vec(many.into_bytes()));
    let found = read(&piped, None, None, None, &mut |_, _| {}).unwrap();
    assert_eq!(found.source.name(), "hashicorp");
    let many: String = (0..MANY).map(|row| answer("a", row)).collect();
    assert_eq!(parsed(hashicorp::read, many).secrets[0].versions.len(), MANY);
    // A number that is there already is of another secret.
    let file: String = [("a", 2), ("a", 1), ("b", 1), ("a", 2), ("a", 3)]
        .map(|(path, version)| answer(path, version))
        .concat();
    let found = ids(&parsed(hashicorp::read, file));
    let expected = [("a", &["v1", "v2", "v3"][..]), ("b", &["v1"]), ("a", &["v2"])];
    let expected =
        expected.map(|(name, ids)| (name.to_owned(), ids.iter().map(|id| id.to_string()).collect()));
    assert_eq!(found, expected);
}

#[test]
fn as_many_descriptions_of_aws_as_secrets_are_read_at_once() {
    let mut file = String::new();
    for row in 0..MANY {
        writeln!(
            file,
            r#"{{"Name":"{row}","VersionId":"v1","SecretString":"s","VersionStages":[]}}
            {{"Name":"{row}","Description":"d{row}","VersionIdsToStages":{{"v1":[],"v2":[]}}}}"#
        )
        .unwrap();
    }
    let batch = parsed(cloud::read_aws, &file);
    assert_eq!(batch.losses.len(), MANY);
    assert_eq!(lost(&batch)[0], "'0' loses its version 'v2': the file has no value for it");
    let last = batch.secrets.last().unwrap();
    assert_eq!((last.name.as_str(), last.facts.description.as_str()), ("59999", "d59999"));
    // One secret that is described again and again.
    let version =
        |row: usize| format!(r#"{{"Name":"a","VersionId":"v{row}","SecretString":"s","VersionStages":[]}}"#);
    let described = r#"{"Name":"a","VersionIdsToStages":{"v0":[]}}"#;
    let file: String = (0..MANY).map(|row| version(row) + described).collect();
    assert!(parsed(cloud::read_aws, file).losses.is_empty());
}
