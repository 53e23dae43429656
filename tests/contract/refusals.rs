//! A refusal changes nothing: the file is byte for byte as before, and the session goes on.

use etui::domain::{ErrorCode, TagKey, TagValue};
use etui::vault::{DeleteRequest, PurgeRequest, RollbackRequest, StageRequest, VaultError};
use etui::versioning::{Deletion, StageMove};

use crate::support::rules::{secret_name, stage_label, version_id};
use crate::support::vaults::{Place, content, create, create_request, fill, labels, put_request, text};

#[test]
fn the_file_is_byte_for_byte_as_before_after_every_refusal() {
    let place = Place::new();
    let mut vault = place.create();
    fill(&mut vault);
    let stage = |name: &str, label: &str, to: &str| StageRequest {
        name: secret_name(name),
        stage: StageMove::new(stage_label(label), Some(version_id(to)), None).unwrap(),
        expected: None,
    };
    let delete = |name: &str, deletion| DeleteRequest { name: secret_name(name), deletion, expected: None };
    let rollback = |name: &str| RollbackRequest { name: secret_name(name), expected: None };
    let purge = |name: &str| PurgeRequest { name: secret_name(name), trust_clock: true };
    let mut many_labels = create_request("new", "v1", text("x"));
    many_labels.extra_stages = labels("a b c d e f g");
    let mut many_tags = create_request("new", "v1", text("x"));
    many_tags.tags =
        (0..21).map(|number| (TagKey::new(&format!("k{number}")).unwrap(), TagValue::default())).collect();
    let before = (place.copy(), content(&mut vault).unwrap());
    let results: Vec<(Result<(), VaultError>, ErrorCode)> = vec![
        (create(&mut vault, "tls/key", "v1", "x").map(drop), ErrorCode::ResourceExist),
        (create(&mut vault, "old", "v1", "x").map(drop), ErrorCode::ResourceInDeleteWindow),
        (vault.create_secret(&many_labels).map(drop), ErrorCode::LimitExceeded),
        (vault.create_secret(&many_tags).map(drop), ErrorCode::LimitExceeded),
        (
            vault.put_secret_value(&put_request("none", "v1", text("x"), "x")).map(drop),
            ErrorCode::ResourceNotFound,
        ),
        (
            vault.put_secret_value(&put_request("old", "v3", text("x"), "x")).map(drop),
            ErrorCode::ResourceInDeleteWindow,
        ),
        (
            vault.put_secret_value(&put_request("db/password", "v1", text("x"), "x")).map(drop),
            ErrorCode::ResourceExist,
        ),
        (
            vault.put_secret_value(&put_request("db/password", "v9", text("x"), "a b c d e f")).map(drop),
            ErrorCode::LimitExceeded,
        ),
        (
            vault.update_secret_version_stage(&stage("db/password", "x", "v9")).map(drop),
            ErrorCode::ResourceNotFound,
        ),
        (
            vault.update_secret_version_stage(&stage("db/password", "ACSPrevious", "v2")).map(drop),
            ErrorCode::InvalidParameter,
        ),
        (vault.rollback(&rollback("tls/key")).map(drop), ErrorCode::ResourceNotFound),
        (vault.delete_secret(&delete("none", Deletion::Force)).map(drop), ErrorCode::ResourceNotFound),
        (
            vault.delete_secret(&delete("old", Deletion::Window(7))).map(drop),
            ErrorCode::ResourceInDeleteWindow,
        ),
        (vault.restore_secret(&secret_name("tls/key")).map(drop), ErrorCode::ResourceInUse),
        (vault.restore_secret(&secret_name("none")).map(drop), ErrorCode::ResourceNotFound),
        (vault.purge(&purge("old")).map(drop), ErrorCode::ResourceInDeleteWindow),
        (vault.purge(&purge("none")).map(drop), ErrorCode::ResourceNotFound),
    ];
    for (position, (result, code)) in results.into_iter().enumerate() {
        assert_eq!(result.unwrap_err().code(), code, "the refusal at {position}");
    }
    assert!(place.copy() == before.0);
    assert_eq!(content(&mut vault).unwrap(), before.1);
}
