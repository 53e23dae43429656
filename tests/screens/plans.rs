//! What moves a label opens the plan pane, and Enter there does it.

use crate::assert_dialog;
use crate::browse::on_password;
use crate::harness::{Harness, SIZES};
use crate::sample::{self, put};

#[test]
fn make_current_shows_its_plan_first() {
    let mut harness = on_password();
    harness.press("2 j j c");
    assert_dialog!("make_current_plan", harness);
    harness.resize(120, 40).press("Esc");
    harness.assert_shows("v14      ● ACSCurrent");
    harness.press("c Enter");
    assert_eq!(harness.toast(), "ACSCurrent v14 → v12, ACSPrevious v13 → v14 · u undoes");
    harness.assert_shows("v12      ● ACSCurrent");
}

#[test]
fn make_current_of_the_current_version_says_so() {
    let mut harness = on_password();
    harness.press("c");
    assert_eq!(harness.toast(), "v14 is the current version already");
}

#[test]
fn roll_back_swaps_current_and_previous() {
    let mut harness = on_password();
    harness.press("b");
    assert_dialog!("roll_back_plan", harness);
    harness.resize(120, 40).press("Enter");
    assert_eq!(harness.toast(), "ACSCurrent v14 → v13, ACSPrevious v13 → v14 · u undoes");
    harness.press("b Enter");
    assert_eq!(harness.toast(), "ACSCurrent v13 → v14, ACSPrevious v14 → v13 · u undoes");
}

#[test]
fn roll_back_without_a_previous_version_says_what_is_missing() {
    let mut harness = Harness::open((120, 40), sample::shop);
    harness.press("j b");
    assert_eq!(harness.toast(), "there is no previous version to roll back to: p puts a second one");
    let footer = harness.screen().lines().last().unwrap().to_owned();
    assert!(!footer.contains("roll back"), "{footer}");
}

#[test]
fn another_process_s_change_stops_the_plan_and_shows_the_new_one() {
    let mut harness = on_password();
    harness.press("b");
    put(&mut harness.other_process(), "shop/db/password", "v15", "x", &["ACSCurrent"], "");
    harness.press("Enter");
    harness.assert_shows("This secret changed in another program");
    harness.assert_shows("● ACSCurrent   v15 → v14");
    harness.press("Enter");
    assert_eq!(harness.toast(), "ACSCurrent v15 → v14, ACSPrevious v14 → v15 · u undoes");
}

#[test]
fn a_deletion_asks_with_cancel_first() {
    let mut harness = on_password();
    harness.press("D Enter");
    assert_eq!(harness.dialogs(), 0);
    harness.assert_shows("v14  2d");
}

#[test]
fn nothing_happens_twice_while_the_worker_is_slow() {
    let mut harness = on_password();
    harness.press("b");
    harness.hold();
    harness.press("Enter Enter Enter");
    harness.release();
    assert_eq!(harness.toast(), "ACSCurrent v14 → v13, ACSPrevious v13 → v14 · u undoes");
    harness.assert_shows("v13      ● ACSCurrent");
}

#[test]
fn undo_says_what_it_takes_back_before_it_does() {
    let mut harness = on_password();
    harness.press("u");
    assert_dialog!("undo_plan", harness);
    harness.resize(120, 40);
    harness.assert_shows("storing v14 in 'shop/db/password'");
    harness.assert_shows("2 days ago, from the app");
    harness.press("Esc");
    harness.assert_shows("v14      ● ACSCurrent");
    harness.press("u Enter");
    assert_eq!(harness.toast(), "undid: storing v14 in 'shop/db/password' · Ctrl-r redo");
    harness.assert_shows("v13      ● ACSCurrent");
}

#[test]
fn redo_takes_the_undo_back() {
    let mut harness = on_password();
    harness.press("b Enter u Enter");
    harness.assert_shows("v14      ● ACSCurrent");
    harness.press("Ctrl-r");
    assert_dialog!("redo_plan", harness);
    harness.resize(120, 40).press("Enter");
    harness.assert_shows("v13      ● ACSCurrent");
    assert!(harness.toast().starts_with("redid: rolling back 'shop/db/password'"), "{}", harness.toast());
    assert!(harness.toast().ends_with("· u undoes"), "{}", harness.toast());
}

#[test]
fn redo_without_an_undo_is_refused_in_the_pane_and_enter_does_nothing() {
    let mut harness = on_password();
    harness.press("Ctrl-r");
    assert_dialog!("redo_refused", harness);
    harness.resize(120, 40).press("Enter");
    assert_eq!(harness.dialogs(), 1);
    harness.press("Esc");
    assert_eq!(harness.dialogs(), 0);
}

#[test]
fn an_undo_goes_to_the_secret_that_it_changed() {
    let mut harness = Harness::open((120, 40), sample::shop);
    harness.press("j j u Enter");
    let selected = harness.state.app.browse().and_then(|browse| browse.selected.as_ref());
    assert_eq!(selected.map(|name| name.as_str()), Some("shop/db/password"));
}

#[test]
fn an_undo_of_a_deletion_restores_the_secret() {
    let mut harness = on_password();
    harness.press("D Right Enter");
    assert!(harness.toast().ends_with("· u undoes, . lists it"), "{}", harness.toast());
    harness.press("u");
    harness.assert_shows("scheduling the deletion of 'shop/db/password'");
    harness.assert_shows("no longer scheduled for deletion");
    harness.press("Enter");
    harness.assert_shows("v14      ● ACSCurrent");
}

#[test]
fn another_process_s_change_stops_the_undo_and_shows_the_new_one() {
    let mut harness = on_password();
    harness.press("u");
    put(&mut harness.other_process(), "shop/db/password", "v15", "x", &["ACSCurrent"], "");
    harness.press("Enter");
    harness.assert_shows("The vault changed in another program");
    harness.assert_shows("storing v15 in 'shop/db/password'");
    harness.assert_shows("● ACSCurrent   v15 → v14");
    harness.press("Enter");
    harness.assert_shows("v14      ● ACSCurrent");
}

#[test]
fn a_deletion_for_good_is_offered_at_every_width() {
    for size in SIZES {
        let mut harness = on_password();
        harness.resize(size.0, size.1).press("D");
        harness.assert_shows("f for good");
    }
}

#[test]
fn the_undo_of_a_renaming_says_what_the_name_becomes() {
    let mut harness = on_password();
    harness.press("R Ctrl-u").type_text("shop/root");
    harness.assert_shows("'shop/db/password' becomes 'shop/root'");
    harness.press("Enter u");
    harness.assert_shows("renaming 'shop/db/password'");
    harness.assert_shows("'shop/root' becomes 'shop/db/password'");
    assert!(!harness.dialog().contains("renamed"), "{}", harness.dialog());
    harness.press("Enter Ctrl-r");
    harness.assert_shows("'shop/db/password' becomes 'shop/root'");
}
