//! A plan is what is done: the form shows it, the vault applies the very same, or refuses if things moved on.

use etui::domain::ErrorCode;
use etui::vault::{DeleteRequest, PutRequest, RollbackRequest, StageRequest, StateToken, Vault};
use etui::versioning::{Deletion, Plan, StageMove};

use crate::support::rules::{secret_name, stage_label, version_id};
use crate::support::vaults::{Place, create, put, put_request, text};

fn with_two_versions() -> (Place, Vault) {
    let place = Place::new();
    let mut vault = place.create();
    create(&mut vault, "a", "v1", "one").unwrap();
    put(&mut vault, "a", "v2", "two").unwrap();
    (place, vault)
}

fn token(vault: &mut Vault) -> StateToken {
    vault.describe(&secret_name("a")).unwrap().token
}

#[test]
fn a_plan_changes_no_byte_and_names_the_moves_that_are_made() {
    let (place, mut vault) = with_two_versions();
    let before = place.copy();
    let request = PutRequest { version_id: None, ..put_request("a", "x", text("one"), "ACSCurrent x") };
    let planned = vault.plan_put(&request).unwrap();
    assert_eq!(planned.version_id, version_id("v3"));
    assert_eq!(planned.same_value_as, Some(version_id("v1")));
    let state = StageMove::new(stage_label("x"), Some(version_id("v1")), None).unwrap();
    let stage = StageRequest { name: secret_name("a"), stage: state, expected: None };
    vault.plan_stage(&stage).unwrap();
    vault.plan_rollback(&RollbackRequest { name: secret_name("a"), expected: None }).unwrap();
    let deletion = Deletion::Window(7);
    vault.plan_delete(&DeleteRequest { name: secret_name("a"), deletion, expected: None }).unwrap();
    assert!(place.copy() == before);
    let outcome = vault.put_secret_value(&request).unwrap();
    assert_eq!(planned.plan.change().unwrap().moves(), outcome.moved);
}

#[test]
fn a_plan_that_would_be_refused_is_refused_as_the_operation_would_be() {
    let (_place, mut vault) = with_two_versions();
    let taken = put_request("a", "v1", text("other"), "ACSCurrent");
    assert_eq!(vault.plan_put(&taken).unwrap_err(), vault.put_secret_value(&taken).unwrap_err());
    let same = put_request("a", "v1", text("one"), "ACSCurrent");
    assert_eq!(vault.plan_put(&same).unwrap().plan, Plan::Unchanged);
    let missing = put_request("b", "v1", text("one"), "ACSCurrent");
    assert_eq!(vault.plan_put(&missing).unwrap_err().code(), ErrorCode::ResourceNotFound);
    assert_eq!(vault.plan_restore(&secret_name("a")).unwrap_err().code(), ErrorCode::ResourceInUse);
}

#[test]
fn a_request_that_names_its_state_is_done_while_the_state_holds() {
    let (_place, mut vault) = with_two_versions();
    let planned = vault.plan_put(&put_request("a", "v3", text("three"), "ACSCurrent")).unwrap();
    assert_eq!(planned.token, token(&mut vault));
    // A change of another secret is none of this one.
    create(&mut vault, "b", "v1", "one").unwrap();
    let mut request = put_request("a", "v3", text("three"), "ACSCurrent");
    request.expected = Some(planned.token);
    assert!(vault.put_secret_value(&request).unwrap().created);
}

#[test]
fn a_request_whose_state_has_passed_is_refused_and_nothing_moves() {
    let (place, mut vault) = with_two_versions();
    let expected = Some(token(&mut vault));
    // Another process comes between.
    put(&mut place.open().unwrap(), "a", "v3", "theirs").unwrap();
    let before = place.copy();
    let name = || secret_name("a");
    let mut refused = vec![
        vault
            .put_secret_value(&PutRequest { expected, ..put_request("a", "v4", text("x"), "ACSCurrent") })
            .map(drop),
        vault.plan_put(&PutRequest { expected, ..put_request("a", "v4", text("x"), "ACSCurrent") }).map(drop),
        vault.rollback(&RollbackRequest { name: name(), expected }).map(drop),
        vault.plan_rollback(&RollbackRequest { name: name(), expected }).map(drop),
        vault.delete_secret(&DeleteRequest { name: name(), deletion: Deletion::Force, expected }).map(drop),
        vault.plan_delete(&DeleteRequest { name: name(), deletion: Deletion::Force, expected }).map(drop),
    ];
    let stage = StageMove::new(stage_label("x"), Some(version_id("v1")), None).unwrap();
    let request = StageRequest { name: name(), stage, expected };
    refused.push(vault.update_secret_version_stage(&request).map(drop));
    refused.push(vault.plan_stage(&request).map(drop));
    for result in refused {
        assert_eq!(result.unwrap_err().code(), ErrorCode::ResourceChanged);
    }
    assert!(place.copy() == before);
}

#[test]
fn a_token_is_written_and_read_as_text() {
    let (_place, mut vault) = with_two_versions();
    let token = token(&mut vault);
    assert_eq!(token.to_string().parse(), Ok(token));
    let no_token = format!("{}é", &token.to_string()[..30]);
    for text in ["", "12", &"g".repeat(32), &"0".repeat(33), "+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1", &no_token] {
        assert!(text.parse::<StateToken>().is_err(), "{text}");
    }
}
