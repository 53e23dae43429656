//! The history of a secret and of the vault.

use crate::browse::on_password;
use crate::{assert_dialog, assert_dialogs};

#[test]
fn the_history_of_a_secret_says_what_moved_from_where_to_where() {
    let mut harness = on_password();
    harness.press("H");
    assert_dialogs!("history", harness);
    harness.resize(120, 40);
    harness.assert_shows("stored v14, ACSCurrent v13 → v14");
    harness.assert_hides("personal/mail:");
    harness.press("Esc");
    assert_eq!(harness.dialogs(), 0);
}

#[test]
fn tab_turns_to_the_whole_vault_and_back() {
    let mut harness = on_password();
    harness.press("H Tab G");
    assert_dialog!("history_of_the_vault", harness);
    harness.resize(120, 40).press("H");
    harness.assert_shows("History · shop/db/password");
}

#[test]
fn enter_goes_to_the_version_of_the_change() {
    let mut harness = on_password();
    harness.press("H j j Enter");
    assert_eq!(harness.dialogs(), 0);
    let version = harness.state.app.browse().and_then(|browse| browse.selected_version());
    assert_eq!(version.map(|version| version.id.as_str()), Some("v12"));
}

#[test]
fn enter_in_the_vault_s_history_goes_to_the_secret_too() {
    let mut harness = on_password();
    harness.press("H Tab j Enter");
    let browse = harness.state.app.browse().unwrap();
    assert_eq!(browse.selected.as_ref().map(|name| name.as_str()), Some("personal/photo-key"));
    assert_eq!(browse.selected_version().map(|version| version.id.as_str()), Some("v1"));
}

#[test]
fn undo_from_the_history_says_what_it_is_and_adds_its_own_entry() {
    let mut harness = on_password();
    harness.press("H u");
    harness.assert_shows("storing v14 in 'shop/db/password'");
    harness.press("Enter");
    harness.assert_shows("undo: ACSCurrent v14 → v13");
    harness.press("Esc");
    harness.assert_shows("v13      ● ACSCurrent");
}
