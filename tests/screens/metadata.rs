//! The name of a secret and what is known about it.

use std::time::Duration;

use etui::tui::Event;

use crate::browse::on_password;
use crate::harness::Harness;
use crate::sample::{self, keep};
use crate::{assert_dialog, assert_dialogs};

#[test]
fn a_renaming_is_planned_and_the_selection_follows() {
    let mut harness = on_password();
    harness.press("R Ctrl-u").type_text("shop/database/root");
    assert_dialog!("rename", harness);
    harness.resize(120, 40).press("Enter");
    assert_eq!(harness.toast(), "renamed 'shop/db/password' to 'shop/database/root' · u undoes");
    assert_eq!(selected(&harness), Some("shop/database/root".to_owned()));
    harness.assert_shows("v14      ● ACSCurrent");
    harness.press("u Enter");
    assert_eq!(selected(&harness), Some("shop/db/password".to_owned()));
}

#[test]
fn a_name_that_is_taken_is_refused_in_the_form() {
    let mut harness = on_password();
    harness.press("R Ctrl-u").type_text("shop/api-key");
    assert_dialog!("rename_taken", harness);
    harness.resize(120, 40).press("Enter");
    assert_eq!(harness.dialogs(), 1);
    assert_eq!(selected(&harness), Some("shop/db/password".to_owned()));
}

#[test]
fn enter_without_a_new_name_says_that_nothing_was_typed() {
    let mut harness = on_password();
    harness.press("R Enter");
    assert_eq!(harness.toast(), "nothing to save: nothing was changed");
    harness.press("Esc");
    assert_eq!(harness.dialogs(), 0);
}

#[test]
fn the_form_changes_description_tags_retention_and_rotation() {
    let mut harness = on_password();
    harness.press("m");
    assert_dialogs!("metadata", harness);
    harness.resize(120, 40).press("Ctrl-u").type_text("The shop");
    harness.press("Tab Enter").type_text("team=a,b");
    harness.press("Up Up Ctrl-a Ctrl-k").type_text("env=test");
    harness.press("Tab").type_text("9");
    harness.press("Tab Ctrl-u").type_text("30");
    assert_dialog!("metadata_typed", harness);
    harness.resize(120, 40).press("Ctrl-s");
    assert_eq!(
        harness.toast(),
        "description changed, tag env=test, tag team=a,b, keeps 9 versions, due every 30 days · u undoes"
    );
    harness.assert_shows("The shop");
    harness.assert_shows("env=test");
    harness.press("u Enter");
    harness.assert_shows("Primary database of the shop");
    harness.assert_shows("env=prod");
}

#[test]
fn a_line_taken_away_takes_the_tag_away() {
    let mut harness = on_password();
    harness.press("m Tab Ctrl-u Backspace Ctrl-s");
    assert_eq!(harness.toast(), "tag owner removed · u undoes");
}

#[test]
fn what_cannot_be_is_said_and_not_stored() {
    let mut harness = on_password();
    harness.press("m Tab Tab").type_text("many");
    harness.assert_shows("the number of versions to keep is a whole number, or nothing");
    harness.press("Ctrl-s");
    assert_eq!(harness.dialogs(), 1);
    harness.press("Ctrl-u").type_text("0");
    assert_dialog!("metadata_invalid", harness);
    harness.resize(120, 40).press("Ctrl-u Shift-Tab Enter").type_text("env=twice");
    harness.assert_shows("the tag 'env' is there twice");
}

#[test]
fn a_dirty_form_asks_before_it_closes() {
    let mut harness = on_password();
    harness.press("m").type_text("x");
    harness.press("Esc");
    assert_eq!(harness.dialogs(), 2);
    harness.press("Esc");
    harness.assert_shows("Primary database of the shopx");
    harness.press("Ctrl-c Right Enter");
    assert_eq!(harness.dialogs(), 0);
    assert!(!harness.has_quit, "only the dialog on top is closed");
}

#[test]
fn what_another_process_changed_meanwhile_stays_and_the_new_plan_is_shown_first() {
    let mut harness = on_password();
    harness.press("m").type_text("!");
    keep(&mut harness.other_process(), "shop/db/password", 7);
    harness.press("Ctrl-s");
    harness.assert_shows("This secret changed in another program");
    harness.press("Ctrl-s");
    assert_eq!(harness.toast(), "description changed · u undoes");
    harness.press("m");
    harness.assert_shows("7       versions");
}

#[test]
fn nothing_is_renamed_in_the_deletion_window() {
    let mut harness = Harness::open((120, 40), |vault, clock| {
        sample::shop(vault, clock);
        let deletion = etui::versioning::Deletion::Window(30);
        let name = sample::name("shop/api-key");
        vault.delete_secret(&etui::vault::DeleteRequest { name, deletion, expected: None }).unwrap();
    });
    harness.press(". G R");
    assert_eq!(harness.toast(), "this secret is scheduled for deletion: U restores it first");
    harness.press("m");
    assert_eq!(harness.dialogs(), 0);
}

fn selected(harness: &Harness) -> Option<String> {
    harness.state.app.browse()?.selected.as_ref().map(|name| name.as_str().to_owned())
}

#[test]
fn a_deadline_stands_still_for_the_day_that_has_begun() {
    let mut harness = Harness::open((120, 40), |vault, _| {
        sample::create(vault, "key", "v1", sample::text_value("fake"));
        sample::describe(vault, "key", "", &[], Some(2));
    });
    for seconds in [0, 1, 60, 3_600, 80_000] {
        harness.wait(Duration::from_secs(seconds)).event(Event::Tick);
        if harness.top() == "unlock" {
            harness.unlock();
        }
        harness.assert_shows("due in 2 days · every 2 days");
    }
    harness.wait(Duration::from_secs(86_400)).event(Event::Tick);
    harness.unlock();
    harness.assert_shows("due in 1 day · every 2 days");
}

#[test]
fn a_secret_may_be_purged_when_its_window_is_over_and_not_in_its_last_hours() {
    let mut harness = Harness::open((120, 40), |vault, _| {
        sample::create(vault, "key", "v1", sample::text_value("fake"));
    });
    harness.press("D Right Enter .");
    harness.assert_shows("scheduled for deletion in 30 days");
    for (seconds, told) in [
        (60, "scheduled for deletion in 30 days"),
        (30 * 86_400 - 3_600, "scheduled for deletion in 1 day"),
        (3_600, "may be purged now"),
    ] {
        harness.wait(Duration::from_secs(seconds)).event(Event::Tick);
        if harness.top() == "unlock" {
            harness.unlock();
        }
        harness.assert_shows(told);
    }
}
