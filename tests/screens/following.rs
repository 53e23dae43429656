//! The selection follows the work: after every change, filter and switch the secret that was worked on is selected
//! and unfolded, and no key acts on another one.

use etui::domain::SecretName;
use etui::tui::Event;
use etui::vault::Vault;

use crate::browse::on_password;
use crate::fixtures::create_request;
use crate::harness::{Harness, PASSWORD};
use crate::sample::{self, create, put, text_value};

/// A vault whose folders are closed at first, because it has so many secrets: `team-0/`, `team-1/` and so on, each
/// with `app-N/token`, and the shop.
pub fn many(vault: &mut Vault) {
    let stored = vault.batch(|changes| {
        (0..400).try_for_each(|number| {
            let name = format!("team-{}/app-{number}/token", number % 5);
            changes.create_secret(&create_request(&name, "v1", text_value("fake"))).map(drop)
        })
    });
    stored.unwrap();
    create(vault, "shop/prod/api/token", "v1", text_value("fake-token"));
    create(vault, "shop/prod/db/password", "v1", text_value("fake-password"));
    create(vault, "tiny/y", "v1", text_value("fake"));
}

pub fn over_many() -> Harness {
    Harness::open((120, 40), |vault, _| many(vault))
}

pub fn selected(harness: &Harness) -> Option<&str> {
    harness.state.app.browse().unwrap().selected.as_ref().map(SecretName::as_str)
}

fn filter(harness: &Harness) -> &str {
    harness.state.app.browse().unwrap().filter.text()
}

/// Whether the selected row is the one of this name: the cursor is on it, and it can be seen.
#[track_caller]
fn assert_on(harness: &Harness, name: &str) {
    let leaf = name.rsplit('/').next().unwrap();
    assert_eq!(selected(harness), Some(name), "{}", harness.screen());
    let row = harness.cursor().map_or(0, |(_, row)| usize::from(row));
    let screen = harness.screen();
    let line = screen.lines().nth(row).unwrap();
    assert!(line.contains('❯') && line.contains(leaf), "the cursor is on {line:?}:\n{screen}");
}

/// Fills the form for a new secret, whatever the order of its fields.
fn type_new(harness: &mut Harness, name: &str) {
    harness.press("n Ctrl-u").type_text(name);
    for _ in 0..9 {
        if harness.screen().contains("❯ Value") {
            break;
        }
        harness.press("Tab");
    }
    harness.type_text("fake").press("Ctrl-s");
}

#[test]
fn a_new_secret_is_selected_though_a_filter_hides_it() {
    for layout in ["", "t"] {
        let mut harness = over_many();
        if !layout.is_empty() {
            harness.press(layout);
        }
        harness.press("/").type_text("tiny/y").press("Enter");
        assert_on(&harness, "tiny/y");
        type_new(&mut harness, "zeta/deep/a");
        assert_on(&harness, "zeta/deep/a");
        assert_eq!(filter(&harness), "");
        assert!(harness.toast().ends_with(" · filter cleared"), "{}", harness.toast());
        harness.press("D");
        harness.assert_shows("zeta/deep/a");
    }
}

#[test]
fn no_key_acts_on_another_secret_while_the_list_is_being_read() {
    let mut harness = over_many();
    harness.press("/").type_text("tiny/y").press("Enter");
    harness.hold();
    type_new(&mut harness, "zeta/a");
    while harness.toast().is_empty() {
        let answered = harness.answer().expect("the secret is stored");
        harness.event(Event::Answered(answered));
    }
    assert!(harness.toast().starts_with("zeta/a"), "{}", harness.toast());
    assert_eq!(selected(&harness), Some("zeta/a"));
    harness.release();
    assert_on(&harness, "zeta/a");
}

#[test]
fn a_filter_that_still_lists_the_secret_stays() {
    let mut harness = over_many();
    harness.press("/").type_text("shop token").press("Enter p").type_text("fake-2").press("Ctrl-s");
    assert_on(&harness, "shop/prod/api/token");
    assert_eq!(filter(&harness), "shop token");
    assert!(!harness.toast().contains("filter"), "{}", harness.toast());
    let browse = harness.state.app.browse().unwrap();
    assert_eq!(browse.selected_version().map(|version| version.id.as_str()), Some("v2"));
}

#[test]
fn undo_and_redo_go_to_the_secret_that_they_change() {
    let mut harness = over_many();
    harness.press("/").type_text("shop token").press("Enter p").type_text("fake-2").press("Ctrl-s");
    harness.press("/").type_text("tiny").press("Enter u Enter");
    assert_on(&harness, "shop/prod/api/token");
    assert!(harness.toast().ends_with(" · filter cleared"), "{}", harness.toast());
    harness.press("/").type_text("tiny").press("Enter Ctrl-r Enter");
    assert_on(&harness, "shop/prod/api/token");
}

#[test]
fn the_secret_that_was_found_stays_selected_without_the_filter() {
    let mut harness = over_many();
    harness.press("/").type_text("shop prod api token").press("Enter");
    assert_on(&harness, "shop/prod/api/token");
    harness.press("Esc");
    assert_on(&harness, "shop/prod/api/token");
    harness.press("/").type_text("tiny").press("Esc");
    assert_on(&harness, "tiny/y");
}

#[test]
fn after_a_filter_without_an_answer_the_secret_from_before_is_selected() {
    let mut harness = over_many();
    harness.press("/").type_text("tiny").press("Esc /").type_text("qqq");
    assert_eq!(selected(&harness), None);
    harness.press("Esc");
    assert_on(&harness, "tiny/y");
}

#[test]
fn tree_and_flat_show_the_same_secret() {
    let mut harness = over_many();
    harness.press("t /").type_text("app-7/").press("Enter Esc");
    assert_on(&harness, "team-2/app-7/token");
    harness.press("t");
    assert_on(&harness, "team-2/app-7/token");
    harness.press("h h h t");
    assert_eq!(selected(&harness), Some("team-2/app-102/token"), "the first secret of the folder");
}

#[test]
fn a_change_by_another_process_moves_nothing_under_the_cursor() {
    let mut harness = over_many();
    harness.press("/").type_text("@ACSCurrent tiny").press("Enter l");
    let mut other = harness.other_process();
    create(&mut other, "a/first", "v1", text_value("fake"));
    drop(other);
    harness.event(Event::FileChanged);
    assert_eq!((selected(&harness), filter(&harness)), (Some("tiny/y"), "@ACSCurrent tiny"));

    harness.press("1 Esc g");
    harness.assert_shows("❯ ▸ a/");
    harness.press("j");
    harness.assert_shows("❯ ▸ shop/");
    create(&mut harness.other_process(), "b/second", "v1", text_value("fake"));
    harness.event(Event::FileChanged);
    harness.assert_shows("❯ ▸ shop/");
}

#[test]
fn a_secret_that_another_process_moves_out_of_the_filter_stays_selected() {
    let mut harness = Harness::open((120, 40), sample::shop);
    harness.press("/").type_text("@canary").press("Enter");
    assert_on(&harness, "shop/db/password");
    put(&mut harness.other_process(), "shop/api-key", "8", "fake", &["canary"], "");
    harness.event(Event::FileChanged);
    assert_on(&harness, "shop/db/password");
    let mut other = harness.other_process();
    let stage = etui::versioning::StageMove::new(
        crate::fixtures::stage_label("canary"),
        None,
        Some(crate::fixtures::version_id("v13")),
    );
    let request = etui::vault::StageRequest {
        name: sample::name("shop/db/password"),
        stage: stage.unwrap(),
        expected: None,
    };
    other.update_secret_version_stage(&request).unwrap();
    drop(other);
    harness.event(Event::FileChanged);
    assert_on(&harness, "shop/db/password");
    assert_eq!((filter(&harness), harness.toast()), ("", "filter cleared"));
}

#[test]
fn the_secret_and_version_are_selected_after_a_lock() {
    let mut harness = over_many();
    harness.press("/").type_text("shop token").press("Enter p").type_text("fake-2").press("Ctrl-s l j");
    harness.press("Ctrl-l").type_text(PASSWORD).press("Enter 1");
    assert_on(&harness, "shop/prod/api/token");
    let browse = harness.state.app.browse().unwrap();
    assert_eq!(browse.selected_version().map(|version| version.id.as_str()), Some("v1"));
}

#[test]
fn a_filter_that_finds_nothing_does_not_come_back() {
    let mut harness = over_many();
    harness.press("/").type_text("webx").press("Enter");
    harness.assert_shows("Nothing matches.");
    harness.press("q");
    let mut harness = harness.restarted();
    harness.unlock();
    assert_eq!(filter(&harness), "");
    harness.assert_hides("Nothing matches.");
    harness.press("/").type_text("tiny").press("Enter q");
    let mut harness = harness.restarted();
    harness.unlock();
    assert_eq!(filter(&harness), "tiny", "one that finds something does");
}

/// The version under the cursor.
fn selected_version(harness: &Harness) -> &str {
    let version = harness.state.app.browse().unwrap().selected_version();
    version.map_or("", |version| version.id.as_str())
}

#[test]
fn the_cursor_goes_to_the_version_that_becomes_current() {
    let mut harness = on_password();
    harness.press("b Enter");
    assert_eq!(selected_version(&harness), "v13", "a rollback: {}", harness.screen());
    harness.press("u Enter");
    assert_eq!(selected_version(&harness), "v14", "its undo");
    harness.press("Ctrl-r Enter");
    assert_eq!(selected_version(&harness), "v13", "its redo");
    put(&mut harness.other_process(), "shop/db/password", "v15", "x", &["canary"], "");
    harness.event(Event::FileChanged);
    assert_eq!(selected_version(&harness), "v13", "nothing of the user's own");
    harness.press("c Enter");
    assert_eq!(selected_version(&harness), "v15", "a canary is promoted from the list");
}

// Guards: whoever never looked at the versions copied a password that somebody else had replaced.
#[test]
fn in_the_list_a_secret_is_its_current_version_whoever_changes_it() {
    let mut harness = on_password();
    put(&mut harness.other_process(), "shop/db/password", "v15", "x", &["ACSCurrent"], "");
    harness.event(Event::FileChanged);
    assert_eq!(selected_version(&harness), "v15");
    // A version that was chosen is stayed on, be it the current one.
    harness.press("Tab");
    put(&mut harness.other_process(), "shop/db/password", "v16", "x", &["ACSCurrent"], "");
    harness.event(Event::FileChanged);
    assert_eq!(selected_version(&harness), "v15");
    harness.press("Shift-Tab");
    put(&mut harness.other_process(), "shop/db/password", "v17", "x", &["ACSCurrent"], "");
    harness.event(Event::FileChanged);
    assert_eq!(selected_version(&harness), "v15", "an old one was chosen");
}

#[test]
fn a_new_session_begins_on_the_current_version() {
    let mut harness = on_password();
    harness.press("Tab j Shift-Tab q");
    let mut harness = harness.restarted();
    harness.unlock();
    assert_eq!(selected_version(&harness), "v14");
    harness.press("q");
    put(&mut harness.other_process(), "shop/db/password", "v15", "x", &["ACSCurrent"], "");
    let mut harness = harness.restarted();
    harness.unlock();
    assert_eq!(selected_version(&harness), "v15");
}

#[test]
fn an_import_leaves_the_cursor_on_the_secret_and_lists_what_came() {
    let mut harness = over_many();
    harness.press("/").type_text("tiny/y").press("Enter");
    let path = harness.folder().join("more.env").display().to_string();
    std::fs::write(&path, "A=1\nB=2\n").unwrap();
    harness.press(":").type_text(&format!("import dotenv {path}")).press("Enter Ctrl-s Ctrl-s");
    assert!(harness.toast().starts_with("imported 2 secrets: 2 new"), "{}", harness.toast());
    assert_on(&harness, "tiny/y");
    harness.press("Esc");
    assert_on(&harness, "tiny/y");
    let browse = harness.state.app.browse().unwrap();
    assert!(browse.catalogue.position("A").is_some() && browse.catalogue.position("B").is_some());
}
