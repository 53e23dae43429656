//! Which version is this: compared as text and as binary, in the deletion window too.

use etui::domain::ErrorCode;
use etui::memory::SecretBytes;
use etui::vault::{DeleteRequest, Holding, Vault};
use etui::versioning::Deletion;

use crate::support::rules::secret_name;
use crate::support::vaults::{Place, binary, create, create_request, put, put_request, text};

fn shown(found: &[Holding]) -> Vec<String> {
    let labels =
        |holding: &Holding| holding.stages.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    found
        .iter()
        .map(|holding| format!("{}#{} {}", holding.name, holding.version.id, labels(holding)))
        .collect()
}

fn which(vault: &mut Vault, name: &str, bytes: &[u8]) -> Vec<String> {
    shown(&vault.which(&secret_name(name), &SecretBytes::copy_of(bytes)).unwrap())
}

fn everywhere(vault: &mut Vault, bytes: &[u8]) -> Vec<String> {
    shown(&vault.which_everywhere(&SecretBytes::copy_of(bytes)).unwrap())
}

fn filled() -> (Place, Vault) {
    let place = Place::new();
    let mut vault = place.create();
    create(&mut vault, "b", "v1", "same").unwrap();
    put(&mut vault, "b", "v2", "other").unwrap();
    vault.put_secret_value(&put_request("b", "v3", text("same"), "canary")).unwrap();
    vault.put_secret_value(&put_request("b", "v4", binary(b"same"), "x")).unwrap();
    vault.create_secret(&create_request("a", "v1", binary(&[0xff, 0]))).unwrap();
    create(&mut vault, "c", "v1", "same").unwrap();
    (place, vault)
}

#[test]
fn which_names_every_version_that_holds_the_value_newest_first() {
    let (_place, mut vault) = filled();
    assert_eq!(which(&mut vault, "b", b"same"), ["b#v4 x", "b#v3 canary", "b#v1 ACSPrevious"]);
    assert_eq!(which(&mut vault, "b", b"other"), ["b#v2 ACSCurrent"]);
}

#[test]
fn a_value_that_no_version_holds_is_found_nowhere() {
    let (_place, mut vault) = filled();
    for bytes in [&b"Same"[..], b"same\n", b"sam", b"", b"\xff"] {
        assert!(which(&mut vault, "b", bytes).is_empty(), "{bytes:?}");
        assert!(everywhere(&mut vault, bytes).is_empty(), "{bytes:?}");
    }
    let large = vec![7; 2 * 1024 * 1024];
    assert!(everywhere(&mut vault, &large).is_empty());
}

#[test]
fn which_compares_as_text_and_as_binary() {
    let (_place, mut vault) = filled();
    assert_eq!(which(&mut vault, "a", &[0xff, 0]), ["a#v1 ACSCurrent"]);
    assert!(which(&mut vault, "b", b"same").iter().any(|found| found.starts_with("b#v4")));
}

#[test]
fn which_everywhere_looks_in_every_secret_by_name() {
    let (place, mut vault) = filled();
    let expected = ["b#v4 x", "b#v3 canary", "b#v1 ACSPrevious", "c#v1 ACSCurrent"];
    assert_eq!(everywhere(&mut vault, b"same"), expected);
    let before = place.copy();
    assert_eq!(everywhere(&mut place.open().unwrap(), b"same"), expected);
    assert!(place.copy() == before);
}

#[test]
fn which_includes_secrets_in_their_window() {
    let (_place, mut vault) = filled();
    let deletion = Deletion::Window(7);
    vault.delete_secret(&DeleteRequest { name: secret_name("c"), deletion, expected: None }).unwrap();
    assert_eq!(which(&mut vault, "c", b"same"), ["c#v1 ACSCurrent"]);
    assert_eq!(everywhere(&mut vault, b"same").len(), 4);
}

#[test]
fn which_of_a_secret_that_is_not_there_is_refused() {
    let (_place, mut vault) = filled();
    let refused = vault.which(&secret_name("none"), &SecretBytes::copy_of(b"same")).unwrap_err();
    assert_eq!(refused.code(), ErrorCode::ResourceNotFound);
}

#[test]
fn a_put_says_when_the_value_equals_another_versions() {
    let (_place, mut vault) = filled();
    let outcome = vault.put_secret_value(&put_request("b", "v5", text("same"), "y")).unwrap();
    assert_eq!(outcome.same_value_as.unwrap().as_str(), "v3");
    let outcome = vault.put_secret_value(&put_request("b", "v6", text("new"), "y")).unwrap();
    assert_eq!(outcome.same_value_as, None);
}
