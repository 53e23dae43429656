//! Databases of other programs and stores of age in the forms of export and import: what opens them is asked for.

use std::fs;

use etui::exchange::{Locks, keepass};
use etui::memory::SecretBytes;
use etui::tui::Action;

use crate::assert_dialogs;
use crate::browse::on_password;

const NEW: &str = "violet anvil parade sombre";
const DATABASE: &str = "tests/exchange/fixtures/keepass/key-any.kdbx";
const KEY_FILE: &str = "tests/exchange/fixtures/keepass/any.key";

#[test]
fn an_export_as_a_database_is_encrypted_with_a_password_of_its_own() {
    let mut harness = on_password();
    let path = harness.folder().join("out.kdbx");
    harness.task(Action::Export).press("Right Right");
    assert_dialogs!("export_database", harness);
    harness.resize(120, 40).press("Tab").type_text("shop").press("Tab").type_text(path.to_str().unwrap());
    harness.press("Ctrl-s");
    harness.assert_shows("type a password for the database");
    harness.type_text(NEW).press("Tab").type_text("another one").press("Ctrl-s");
    harness.assert_shows("Passwords don't match. Type it again.");
    assert!(!path.exists());
    harness.type_text(NEW).press("Ctrl-s");
    let said = harness.toast().to_owned();
    assert!(said.starts_with("exported ") && !said.contains("unencrypted"), "{said}\n{}", harness.screen());
    let locks = Locks { password: SecretBytes::copy_of(NEW.as_bytes()), key_file: None };
    let batch = keepass::read(&fs::read(&path).unwrap(), Some(&locks)).unwrap();
    let names: Vec<_> = batch.secrets.iter().map(|secret| secret.name.as_str()).collect();
    assert!(names.contains(&"shop/db/password") && !names.contains(&"personal/mail"), "{names:?}");
}

#[test]
fn a_weak_password_of_a_database_is_asked_about_and_another_format_forgets_it() {
    let mut harness = on_password();
    let path = harness.folder().join("out.kdbx");
    harness.task(Action::Export).press("Right Right Tab Tab").type_text(path.to_str().unwrap());
    harness.press("Tab").type_text("abc").press("Tab").type_text("abc").press("Ctrl-s");
    harness.assert_shows("This password of the database is weak: anyone");
    harness.assert_hides("master password");
    assert!(!path.exists());
    harness.press("Shift-Tab Shift-Tab Shift-Tab Left");
    harness.assert_shows("type \"plaintext\" to confirm");
    harness.assert_shows("Export, unencrypted");
    harness.press("Right");
    harness.assert_hides("plaintext");
    harness.press("Ctrl-s");
    harness.assert_shows("type a password for the database");
}

#[test]
fn a_key_file_alone_opens_a_database() {
    let mut harness = on_password();
    harness.task(Action::Import).type_text(DATABASE).press("Ctrl-s");
    assert_dialogs!("import_locked", harness);
    harness.resize(120, 40).press("Tab").type_text(KEY_FILE).press("Ctrl-s");
    harness.assert_shows("keepass: would import 1 secret: 1 new");
    harness.press("Ctrl-s");
    assert!(harness.toast().starts_with("imported 1 secret"), "{}", harness.toast());
}

#[test]
fn a_store_of_age_asks_for_its_identities() {
    let mut harness = on_password();
    let store = harness.folder().join("own/store");
    fs::create_dir_all(&store).unwrap();
    fs::write(store.join("mail.age"), "sealed").unwrap();
    harness.task(Action::Import).type_text(store.to_str().unwrap()).press("Ctrl-s");
    harness.assert_shows("the store is decrypted with identities of age: name the file of them");
    let identities = harness.folder().join("identities");
    fs::write(&identities, "age-encryption.org/v1\n").unwrap();
    harness.type_text(identities.to_str().unwrap()).press("Ctrl-s");
    harness.assert_shows("the identities of age have a passphrase");
}
