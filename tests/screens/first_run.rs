//! The first run: from nothing to an open, empty vault.

use etui::vault::KdfCost;

use crate::harness::Harness;
use crate::{assert_dialog, assert_dialogs, assert_screens};

/// The screen with a measurement that does not depend on this machine.
pub fn measured() -> Harness {
    let mut harness = Harness::measuring((120, 40));
    harness.measured(KdfCost::new(262_144, 3, 4).unwrap());
    harness
}

#[test]
fn the_first_run_says_what_this_is_where_the_vault_will_lie_and_what_unlocking_costs() {
    let mut harness = Harness::measuring((120, 40));
    harness.assert_shows("measuring how fast this machine is");
    harness.measured(KdfCost::new(262_144, 3, 4).unwrap());
    assert_screens!("first_run", harness);
}

#[test]
fn the_strength_of_the_password_is_judged_and_no_rule_is_made_of_it() {
    let mut harness = measured();
    harness.type_text("password");
    harness.assert_shows("very weak");
    harness.press("Ctrl-u").type_text("correct unruly anvil parade sombre");
    harness.assert_shows("strong");
    assert_dialog!("first_run_typed", harness);
}

#[test]
fn two_different_passwords_are_told_and_the_first_is_kept() {
    let mut harness = measured();
    harness.type_text("a password").press("Enter").type_text("another").press("Enter");
    harness.assert_shows("Passwords don't match. Type it again.");
    harness.assert_shows("••••••••••");
    assert_dialog!("first_run_differ", harness);
}

#[test]
fn an_empty_password_is_not_taken() {
    let mut harness = measured();
    harness.press("Enter");
    harness.assert_shows("type a master password first");
}

#[test]
fn the_vault_is_made_and_open() {
    let mut harness = Harness::measuring((120, 40));
    harness.measured(KdfCost::new(8, 1, 1).unwrap());
    harness.type_text("x").press("Enter").type_text("x").press("Enter Enter");
    harness.assert_shows("No secrets yet.");
    assert_eq!(harness.toast(), "vault created and unlocked");
    assert!(harness.folder().join("vault.etui").is_file());
}

#[test]
fn a_weak_password_is_asked_about_once_more_and_again_after_typing() {
    let mut harness = Harness::measuring((120, 40));
    harness.measured(KdfCost::new(8, 1, 1).unwrap());
    harness.type_text("abc").press("Enter").type_text("abc").press("Enter");
    for (columns, rows) in [(120, 40), (80, 24), (60, 20)] {
        harness.resize(columns, rows);
        harness.assert_shows("This master password is weak: anyone");
        harness.assert_shows("Press Enter again to use it");
    }
    assert!(!harness.folder().join("vault.etui").exists());
    harness.resize(120, 40).type_text("d").press("Up").type_text("d");
    harness.assert_hides("again to use it anyway.");
    harness.press("Down Enter").assert_shows("Press Enter again to use it anyway.");
    assert!(!harness.folder().join("vault.etui").exists());
    harness.press("Enter");
    harness.assert_shows("No secrets yet.");
}

#[test]
fn a_fair_password_is_not_asked_about() {
    let mut harness = Harness::measuring((120, 40));
    harness.measured(KdfCost::new(8, 1, 1).unwrap());
    let password = "correct unruly anvil parade sombre";
    harness.type_text(password).press("Enter").type_text(password).press("Enter");
    harness.assert_shows("No secrets yet.");
}

#[test]
fn a_newline_in_a_pasted_password_makes_no_vault() {
    let mut harness = measured();
    harness.paste("secret\n");
    harness.assert_shows("the paste has several lines, and this field has one");
    harness.paste("secret");
    harness.assert_shows("••••••");
    assert!(harness.state.app.browse().is_none());
}

#[test]
fn a_new_key_file_is_made_and_needed_from_then_on() {
    let mut harness = Harness::measuring((120, 40));
    harness.measured(KdfCost::new(8, 1, 1).unwrap());
    let key = harness.folder().join("vault.key");
    harness.type_text("x").press("Tab").type_text("x").press("Tab Right");
    harness.assert_shows("(•) new");
    harness.assert_shows("The vault then opens only with the password and this file.");
    harness.press("Enter");
    harness.assert_shows("enter the path of the key file, or choose none");
    harness.type_text(key.to_str().unwrap()).press("Enter Enter");
    harness.assert_shows("No secrets yet.");
    assert!(harness.toast().starts_with("vault created; its key file is "), "{}", harness.toast());
    assert_eq!(std::fs::read(&key).unwrap().len(), 65);
    harness.press("Ctrl-l").type_text("x").press("Enter");
    harness.assert_shows("No secrets yet.");
    let mut harness = harness.restarted();
    harness.assert_shows("this vault needs its key file");
    harness.type_text("x").press("Enter");
    assert!(harness.state.app.browse().is_none());
}

#[test]
fn a_file_that_is_there_is_taken_as_key_file_and_never_overwritten() {
    let mut harness = Harness::measuring((120, 40));
    harness.measured(KdfCost::new(8, 1, 1).unwrap());
    let key = harness.folder().join("mine.key");
    let text = etui::vault::make_key_file().unwrap();
    std::fs::write(&key, text.expose()).unwrap();
    harness.type_text("x").press("Tab").type_text("x").press("Tab Right Tab");
    harness.type_text(key.to_str().unwrap()).press("Enter Enter");
    harness.assert_shows("there is a file");
    assert!(!harness.folder().join("vault.etui").exists());
    assert!(text.equals(&std::fs::read(&key).unwrap()));
    harness.press("Up Right Enter");
    harness.assert_shows("No secrets yet.");
    assert_eq!(harness.toast(), "vault created and unlocked");
}

#[test]
fn the_choice_of_a_key_file_fits_every_size() {
    let mut harness = measured();
    harness.type_text("x").press("Tab Tab Right Tab").type_text("~/keys/vault.key");
    assert_dialogs!("first_run_key_file", harness);
}
