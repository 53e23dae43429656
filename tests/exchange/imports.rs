//! What an import does with names, values and refusals, whatever the format.

use etui::domain::ErrorCode;
use etui::exchange::{browser, dotenv, json};
use etui::vault::{DeleteRequest, OnRefusal};
use etui::versioning::{Deletion, Operation, Origin};

use crate::helpers::{import, lost, parsed, told};
use crate::support::rules::{secret_name, version_id};
use crate::support::vaults::{Place, create, get, put};

#[test]
fn importing_a_dotenv_file_twice_changes_nothing() {
    let place = Place::new();
    let mut vault = place.create();
    let batch = parsed(dotenv::secrets, "A=1\nexport B='two\nlines'\nEMPTY=\nA=3\n");
    assert_eq!(
        lost(&batch),
        [
            "'A' loses what line 1 sets it to: a later line sets it again",
            "'EMPTY' is left out: it has no value"
        ]
    );
    assert_eq!(told(&import(&mut vault, &batch)), ["B: new v1", "A: new v1"]);
    assert_eq!(get(&mut vault, "A").unwrap(), "3");
    assert_eq!(get(&mut vault, "B").unwrap(), "two\nlines");
    let before = place.copy();
    assert_eq!(told(&import(&mut vault, &batch)), ["B: same", "A: same"]);
    assert!(place.copy() == before);
}

#[test]
fn a_new_value_is_a_put_and_a_known_one_is_nothing() {
    let place = Place::new();
    let mut vault = place.create();
    create(&mut vault, "A", "first", "1").unwrap();
    assert_eq!(told(&import(&mut vault, &parsed(dotenv::secrets, "A=2"))), ["A: gets first-2"]);
    assert_eq!(get(&mut vault, "A").unwrap(), "2");
    let secret = vault.describe(&secret_name("A")).unwrap().secret;
    assert_eq!(secret.labels.previous().unwrap().id, version_id("first"));
    // An older value is held by a version already: it does not come back into use by an import.
    assert_eq!(told(&import(&mut vault, &parsed(dotenv::secrets, "A=1"))), ["A: same"]);
    assert_eq!(get(&mut vault, "A").unwrap(), "2");
}

#[test]
fn the_history_says_that_it_was_an_import() {
    let place = Place::new();
    let mut vault = place.create();
    import(&mut vault, &parsed(dotenv::secrets, "A=1\nB=2"));
    let history = vault.history(2).unwrap();
    assert!(history.iter().all(|entry| entry.origin == Origin::Import));
    assert!(history.iter().all(|entry| entry.change.operation == Operation::Import));
    assert_eq!(history[0].batch, history[1].batch);
    assert!(history[0].batch.is_some());
}

#[test]
fn names_can_be_put_below_a_prefix() {
    let place = Place::new();
    let mut vault = place.create();
    let mut batch = parsed(dotenv::secrets, "A=1\nB=");
    batch.put_below("shop/");
    assert_eq!(told(&import(&mut vault, &batch)), ["shop/A: new v1"]);
    assert_eq!(lost(&batch), ["'shop/B' is left out: it has no value"]);
}

#[test]
fn names_that_do_not_fit_are_made_to_fit_the_same_way_each_time() {
    let place = Place::new();
    let mut vault = place.create();
    let file = "name,url,username,password\nMy Site,,,1\nMy-Site,,,2\nMy Site,,,3\nacs/x,,,4\n";
    let batch = parsed(browser::read_chrome, file);
    let report = import(&mut vault, &batch);
    assert_eq!(told(&report), ["My-Site-2: new v1", "My-Site: new v1", "My-Site-3: new v1", "acs-x: new v1"]);
    assert_eq!(report.rows[0].given, "My Site");
    assert!(!import(&mut vault, &batch).changes_anything());
}

#[test]
fn a_secret_in_its_window_is_named_and_left_alone() {
    let place = Place::new();
    let mut vault = place.create();
    create(&mut vault, "A", "v1", "1").unwrap();
    let request = DeleteRequest { name: secret_name("A"), deletion: Deletion::Window(9), expected: None };
    vault.delete_secret(&request).unwrap();
    let report = import(&mut vault, &parsed(dotenv::secrets, "A=2\nB=3"));
    assert_eq!(told(&report), ["A: in its window", "B: new v1"]);
}

#[test]
fn retention_is_not_applied_by_an_import() {
    let place = Place::new();
    let mut vault = place.create();
    create(&mut vault, "A", "v1", "1").unwrap();
    for (id, value) in [("v2", "2"), ("v3", "3"), ("v4", "4")] {
        put(&mut vault, "A", id, value).unwrap();
    }
    let update = etui::versioning::MetadataUpdate {
        retention: Some(etui::domain::Retention::new(2).ok()),
        ..Default::default()
    };
    let name = secret_name("A");
    vault.update_secret(&etui::vault::UpdateRequest { name, update, expected: None }).unwrap();
    import(&mut vault, &parsed(dotenv::secrets, "A=5"));
    assert_eq!(vault.describe(&secret_name("A")).unwrap().secret.versions.len(), 5);
}

#[test]
fn one_refusal_refuses_the_whole_import() {
    let place = Place::new();
    let mut vault = place.create();
    create(&mut vault, "b", "v1", "here").unwrap();
    let before = place.copy();
    let file = r#"{"Format":"etui","FormatVersion":1,"Secrets":[
        {"SecretName":"a","Versions":[{"VersionId":"v1","SecretData":"x"}],"Stages":[]},
        {"SecretName":"b","Versions":[{"VersionId":"v1","SecretData":"there"}],"Stages":[]}]}"#;
    let batch = parsed(json::read, file);
    let mut steps = 0;
    let refused = vault.import(&batch, OnRefusal::ImportNothing, &mut |_| steps += 1).unwrap_err();
    assert_eq!(refused.code(), ErrorCode::ResourceExist);
    assert_eq!(steps, 0);
    assert!(place.copy() == before);
    let planned = vault.plan_import(&batch).unwrap();
    assert!(planned.first_refusal().is_some());
    assert!(place.copy() == before);
}

#[test]
fn a_value_that_is_too_large_is_named_and_not_imported() {
    let file = format!("A={}\nB=1\n", "x".repeat(1024 * 1024 + 1));
    let batch = parsed(dotenv::secrets, file);
    assert_eq!(
        lost(&batch),
        ["'A' is left out: a secret value has at most 1048576 bytes, this one has 1048577"]
    );
    assert_eq!(batch.secrets.len(), 1);
}
