//! Ctrl-o at the unlock screen: another vault.

use etui::memory::SecretBytes;
use etui::vault::{Credentials, KdfCost, Vault};

use crate::assert_dialog;
use crate::harness::{Harness, PASSWORD, credentials, environment};
use crate::sample;

/// Asks for another vault, with a path that is typed.
fn ask_for(harness: &mut Harness, path: &str) {
    harness.press("Ctrl-o Ctrl-u").type_text(path);
}

fn path_of(harness: &Harness, name: &str) -> String {
    harness.folder().join(name).to_str().unwrap().to_owned()
}

fn make_other(harness: &Harness, name: &str, credentials: &Credentials) {
    let path = harness.folder().join(name);
    let cost = KdfCost::new(8, 1, 1).unwrap();
    drop(Vault::create(&path, credentials, cost, environment(&harness.clock)).unwrap());
}

#[test]
fn the_question_begins_in_the_folder_of_the_vault() {
    let mut harness = Harness::locked((120, 40), sample::shop);
    harness.press("Ctrl-o");
    assert_dialog!("other_vault", harness);
    harness.resize(120, 40).press("Esc");
    harness.unlock();
}

#[test]
fn another_vault_is_opened_with_its_own_password_and_watched() {
    let mut harness = Harness::locked((120, 40), sample::shop);
    make_other(&harness, "work.etui", &credentials("another"));
    let path = path_of(&harness, "work.etui");
    ask_for(&mut harness, &path);
    harness.press("Enter");
    harness.assert_shows("Unlock");
    harness.assert_shows("work.etui");
    assert_eq!(harness.watched, path);
    harness.type_text(PASSWORD).press("Enter");
    harness.assert_shows("Wrong password. Try again.");
    harness.type_text("another").press("Enter");
    harness.assert_shows("No secrets yet.");
}

#[test]
fn tab_completes_what_lies_there() {
    let mut harness = Harness::locked((120, 40), sample::shop);
    make_other(&harness, "work.etui", &credentials("another"));
    let start = path_of(&harness, "wo");
    ask_for(&mut harness, &start);
    harness.assert_shows("there:");
    harness.assert_shows("    work.etui");
    harness.assert_hides("    vault.etui");
    harness.press("Tab Enter");
    harness.assert_shows("Unlock");
    assert_eq!(harness.watched, path_of(&harness, "work.etui"));
}

#[test]
fn where_no_vault_lies_it_is_said_and_a_second_key_makes_one() {
    let mut harness = Harness::locked((120, 40), sample::shop);
    let path = path_of(&harness, "new.etui");
    ask_for(&mut harness, &path);
    harness.press("Enter");
    harness.assert_shows("no vault at this path: Ctrl-n creates one");
    harness.press("Esc");
    harness.unlock();

    harness.press("Ctrl-l");
    ask_for(&mut harness, &path);
    harness.press("Ctrl-n");
    harness.assert_shows("A new vault");
    let password = "correct unruly anvil parade sombre";
    harness.type_text(password).press("Enter").type_text(password).press("Enter");
    harness.assert_shows("No secrets yet.");
    assert!(harness.folder().join("new.etui").is_file());
}

#[test]
fn a_vault_is_not_made_where_one_lies() {
    let mut harness = Harness::locked((120, 40), sample::shop);
    make_other(&harness, "work.etui", &credentials("another"));
    let path = path_of(&harness, "work.etui");
    ask_for(&mut harness, &path);
    harness.press("Ctrl-n");
    harness.assert_shows("a vault exists at this path: Enter opens it");
    harness.press("Esc");
    harness.unlock();
}

#[test]
fn a_vault_with_a_key_file_opens_with_the_one_that_is_named() {
    let mut harness = Harness::locked((120, 40), sample::shop);
    let text = etui::vault::make_key_file().unwrap();
    std::fs::write(harness.folder().join("work.key"), text.expose()).unwrap();
    let both = Credentials::new(SecretBytes::copy_of(b"another"), Some(&text)).unwrap();
    make_other(&harness, "work.etui", &both);
    let path = path_of(&harness, "work.etui");
    ask_for(&mut harness, &path);
    harness.press("Enter");
    harness.assert_shows("this vault needs its key file: Ctrl-o names it");
    ask_for(&mut harness, &path);
    let key = path_of(&harness, "work.key");
    harness.press("Down").type_text(&key).press("Enter");
    harness.assert_shows("with the key file");
    harness.type_text("another").press("Enter");
    harness.assert_shows("No secrets yet.");
}

#[test]
fn a_form_that_waits_for_its_vault_is_back_after_a_look_at_another() {
    let mut harness = crate::browse::on_password();
    make_other(&harness, "work.etui", &credentials("another"));
    harness.press("p").type_text("hunter15").press("Ctrl-l");
    let (first, other) = (path_of(&harness, "vault.etui"), path_of(&harness, "work.etui"));
    ask_for(&mut harness, &other);
    harness.press("Enter").type_text("another").press("Enter");
    harness.assert_shows("No secrets yet.");
    harness.press("Ctrl-l");
    ask_for(&mut harness, &first);
    harness.press("Enter");
    harness.unlock();
    harness.assert_shows("shop/db/password");
}
