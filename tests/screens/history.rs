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
    harness.assert_shows("❯ now   undo        ● ACSCurrent v14 → v13");
    harness.press("Esc");
    harness.assert_shows("v13      ● ACSCurrent");
}

#[test]
fn the_history_stands_in_columns() {
    let mut harness = on_password();
    harness.resize(150, 40).press("H");
    harness.assert_shows("2d    put v14     ● ACSCurrent v13 → v14  ○ ACSPrevious v11 → v13");
    harness.press("Tab");
    harness.assert_shows("2d    shop/db/password    put v14");
    let dialog = harness.dialog();
    let row = dialog.lines().find(|line| line.contains("photo-key")).unwrap();
    assert!(row.contains("create v1") && row.trim_end_matches([' ', '│']).ends_with("app"), "{row}");
}

#[test]
fn a_filter_narrows_the_history() {
    let mut harness = on_password();
    harness.press("H Tab /").type_text("canary");
    harness.assert_shows("1/1");
    harness.assert_shows("put v13");
    harness.press("Enter");
    harness.assert_shows("/ canary");
    harness.press("/").type_text("PERSONAL create");
    harness.assert_shows("1/2");
    harness.type_text(" nowhere");
    harness.assert_shows("Nothing matches.");
    harness.press("Esc");
    assert_eq!(harness.dialogs(), 1, "Esc clears the filter first");
    harness.assert_hides("/ PERSONAL");
    harness.press("Esc");
    assert_eq!(harness.dialogs(), 0);
}

#[test]
fn the_whole_history_is_read_as_one_goes_down() {
    let mut harness = crate::harness::Harness::open((80, 24), |vault, _| {
        let stored = vault.batch(|changes| {
            (0..2_100).try_for_each(|number| {
                let name = format!("a{number}");
                let value = crate::sample::text_value("fake");
                changes.create_secret(&crate::fixtures::create_request(&name, "v1", value)).map(drop)
            })
        });
        stored.unwrap();
    });
    harness.press("H Tab");
    harness.assert_shows("1/500+");
    for _ in 0..40 {
        harness.press("PgDn");
    }
    harness.assert_shows("/2,000+");
    harness.press("G");
    // The change before all is the creation of the vault.
    harness.assert_shows("2101/2,101");
    harness.press("g /").type_text("a77 create");
    harness.assert_shows("1/11");
}

#[test]
fn a_move_that_does_not_fit_is_left_to_the_lines_below() {
    let mut harness = on_password();
    harness.resize(80, 24).press("H Tab");
    let screen = harness.screen();
    let row = screen.lines().find(|line| line.contains("put v13")).unwrap();
    assert!(row.contains("● ACSCurrent v11 → v13"), "{screen}");
    assert!(row.contains('…') && !row.contains("ACSPr"), "{screen}");
    harness.resize(160, 24);
    harness.assert_shows("○ ACSPrevious");
}
