//! The labels editor.

use crate::browse::on_password;
use crate::harness::SIZES;
use crate::sample;
use crate::{assert_dialog, assert_dialogs};

#[test]
fn the_editor_lists_every_label_with_its_version_and_what_enter_would_do() {
    let mut harness = on_password();
    harness.press("2 j j s");
    assert_dialogs!("labels", harness);
    harness.resize(120, 40).press("G");
    harness.assert_shows("❯ ◆ canary");
    harness.assert_shows("v13 → v12");
    harness.press("Enter");
    assert_eq!(harness.toast(), "canary v13 → v12 · u undoes");
    harness.assert_shows("◆ staging  ◆ canary");
}

#[test]
fn a_label_that_is_here_already_changes_nothing() {
    let mut harness = on_password();
    harness.press("s j");
    harness.assert_shows("already there: nothing to change");
    harness.press("Enter");
    assert_eq!(harness.toast(), "ACSCurrent is already on v14");
    harness.press("j");
    harness.assert_shows("version 'v14' is the current one and cannot be the");
}

#[test]
fn no_label_is_selected_that_a_second_enter_would_move() {
    let mut harness = on_password();
    harness.press("2 j s");
    harness.assert_shows("choose a label to move, or add a new one");
    harness.press("Enter");
    assert_eq!(harness.toast(), "choose a label first");
    harness.press("x");
    assert_eq!(harness.toast(), "choose a label first");
    assert_eq!(harness.other_process().history(1).unwrap().len(), 1);
    harness.assert_shows("v13      ○ ACSPrevious  ◆ canary");
}

#[test]
fn a_new_label_that_was_typed_is_asked_about_by_every_key_that_closes() {
    for key in ["Ctrl-c", "Esc"] {
        let mut harness = on_password();
        harness.press("s n").type_text("cana").press(key);
        assert_eq!(harness.top(), "discard");
        harness.press("Enter");
        harness.assert_shows("❯ New label        cana");
    }
}

#[test]
fn a_new_label_is_typed_and_planned() {
    let mut harness = on_password();
    harness.press("s n");
    harness.assert_shows("type the name of the new label");
    harness.type_text("live!");
    harness.assert_shows("a stage label cannot contain '!'");
    harness.press("Backspace");
    assert_dialog!("labels_new", harness);
    harness.resize(120, 40).press("Enter");
    assert_eq!(harness.toast(), "live → v14 · u undoes");
    harness.assert_shows("● ACSCurrent  ◆ live");
}

#[test]
fn a_custom_label_is_removed_through_the_plan_pane_and_a_built_in_one_is_not() {
    let mut harness = on_password();
    harness.press("s j x");
    assert_eq!(harness.toast(), "ACSCurrent can be moved, but not removed");
    harness.press("j j x");
    harness.assert_shows("Remove staging · shop/db/password");
    harness.assert_shows("◆ staging     v12 → removed");
    harness.press("Enter");
    assert_eq!(harness.toast(), "staging removed from v12 · u undoes");
    harness.assert_shows("v12      – no label");
}

#[test]
fn another_process_s_change_stops_the_move_and_shows_the_new_plan() {
    let mut harness = on_password();
    harness.press("2 j s j j j");
    harness.assert_shows("v12 → v13");
    sample::stage(&mut harness.other_process(), "shop/db/password", "staging", "v10");
    harness.press("Enter");
    harness.assert_shows("v10 → v13");
    harness.press("Enter");
    assert_eq!(harness.toast(), "staging v10 → v13 · u undoes");
}

#[test]
fn what_the_built_in_labels_mean_stands_beside_them() {
    for size in SIZES {
        let mut harness = on_password();
        harness.resize(size.0, size.1).press("s");
        let screen = harness.dialog();
        let line = |label: &str| screen.lines().find(|line| line.contains(&format!("{label}  "))).unwrap();
        if size.0 >= 72 {
            assert!(line("ACSCurrent").contains("what get and programs read"), "{screen}");
        }
        assert!(line("ACSPrevious").contains("follows ACSCurrent by itself"), "{screen}");
    }
}
