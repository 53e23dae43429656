//! Marks in the list, and what is done to many secrets, or to a folder, as one plan and one undo.

use std::fs;
use std::time::Duration;

use etui::query::Query;
use etui::tui::glyphs::Glyphs;
use etui::tui::{Action, Event, Theme};

use crate::browse::on_password;
use crate::following::{over_many, selected};
use crate::harness::Harness;
use crate::sample::{self, name};
use crate::{assert_dialog, assert_dialogs, assert_screens};

/// How many keys are pressed, the text that is typed excepted.
fn keys(harness: &mut Harness, keys: &str) -> usize {
    harness.press(keys);
    keys.split(' ').count()
}

fn marked(harness: &Harness) -> Vec<String> {
    let browse = harness.state.app.browse().unwrap();
    browse.marks.names(&browse.catalogue).map(|name| name.to_string()).collect()
}

fn names(harness: &Harness) -> Vec<String> {
    let mut vault = harness.other_process();
    let listing = vault.list().unwrap();
    listing
        .iter()
        .filter(|secret| secret.planned_deletion.is_none())
        .map(|secret| secret.name.to_owned())
        .collect()
}

const ALL: [&str; 5] =
    ["personal/mail", "personal/photo-key", "shop/api-key", "shop/db/password", "shop/db/url"];

/// The app on `shop/db/password`, with `shop/db/url` and `personal/mail` marked.
fn with_marks() -> Harness {
    let mut harness = on_password();
    harness.press("j Space g j Space");
    assert_eq!(marked(&harness), ["personal/mail", "shop/db/url"]);
    harness
}

#[test]
fn space_marks_secrets_and_folders_and_the_header_counts_them() {
    let mut harness = with_marks();
    harness.press("g");
    assert_screens!("marks", harness);
    harness.resize(120, 40).wear(Theme::named("none", Glyphs::ASCII));
    insta::assert_snapshot!("marks_ascii", harness.screen());
}

#[test]
fn every_theme_shows_the_marks_by_their_shape() {
    for theme in ["terminal", "dark", "light", "high-contrast", "none"] {
        let mut harness = with_marks();
        harness.wear(Theme::named(theme, Glyphs::UNICODE));
        let screen = harness.screen();
        let signs = |sign: char| screen.lines().filter(|line| line.contains(sign)).count();
        assert_eq!((signs('◉'), signs('◌')), (2, 3), "{theme}:\n{screen}");
    }
}

#[test]
fn space_on_a_folder_marks_what_is_listed_in_it_and_unmarks_it_again() {
    let mut harness = on_password();
    harness.press("k Space");
    assert_eq!(marked(&harness), ["shop/db/password", "shop/db/url"]);
    harness.press("k Space");
    assert_eq!(marked(&harness), ["shop/api-key", "shop/db/password", "shop/db/url"]);
    harness.press("j j Space k k");
    assert_eq!(marked(&harness), ["shop/api-key", "shop/db/url"]);
    harness.press("Space Space");
    assert_eq!(marked(&harness), ["shop/api-key"], "all of the folder are marked, then none");
}

#[test]
fn a_folder_marks_only_what_the_filter_leaves_and_hidden_marks_are_counted() {
    let mut harness = on_password();
    harness.press("k Space /").type_text("api").press("Enter");
    harness.assert_shows("2 marked, 2 hidden · Esc clears");
    let screen = harness.screen();
    assert!(screen.lines().any(|line| line.contains("◌") && line.contains("shop/")), "{screen}");
    harness.press("g Space");
    assert_eq!(marked(&harness), ["shop/api-key", "shop/db/password", "shop/db/url"]);
    harness.assert_shows("3 marked, 2 hidden · Esc clears");
}

#[test]
fn escape_clears_the_marks_first_and_the_filter_after_them() {
    let mut harness = on_password();
    harness.press("Space /").type_text("db").press("Enter Space");
    assert_eq!(marked(&harness).len(), 2);
    harness.press("Esc");
    assert!(marked(&harness).is_empty());
    assert_eq!(harness.state.app.browse().unwrap().filter.text(), "db");
    harness.press("Esc");
    assert!(harness.state.app.browse().unwrap().query == Query::none());
}

#[test]
fn marks_survive_refresh_filter_and_flat_list_and_end_with_the_lock() {
    let mut harness = with_marks();
    let before = marked(&harness);
    let mut other = harness.other_process();
    sample::create(&mut other, "aaa", "v1", sample::text_value("fake"));
    sample::create(&mut other, "shop/db/new", "v1", sample::text_value("fake"));
    harness.event(Event::FileChanged);
    assert_eq!(marked(&harness), before);
    harness.press("t / x Enter t");
    assert_eq!(marked(&harness), before);
    sample::purge(&mut other, "personal/mail");
    harness.event(Event::FileChanged);
    assert_eq!(marked(&harness), ["shop/db/url"], "one that is gone loses its mark");
    harness.press("Ctrl-l");
    harness.unlock();
    assert!(marked(&harness).is_empty());
}

#[test]
fn in_the_other_panes_space_marks_versions_and_actions_are_about_the_selected_secret() {
    let mut harness = with_marks();
    harness.press("G k 2 Space");
    assert_eq!(marked(&harness).len(), 2);
    harness.press("D");
    assert_eq!(harness.top(), "plan", "{}", harness.screen());
    harness.assert_shows("Schedule the deletion · shop/db/url");
}

#[test]
fn copy_reveal_put_and_diff_ignore_the_marks() {
    for (key, top) in [("p", "put"), ("d", "diff"), ("r", ""), ("y", "")] {
        let mut harness = with_marks();
        harness.press("j j j").press(key);
        assert_eq!(selected(&harness), Some("shop/db/password"));
        assert_eq!(harness.top(), top, "{key}: {}", harness.screen());
        assert_eq!(marked(&harness).len(), 2);
    }
}

#[test]
fn all_marked_are_deleted_by_one_plan_and_come_back_by_one_undo() {
    let mut harness = with_marks();
    harness.press("D");
    assert_dialogs!("many_delete_plan", harness);
    harness.resize(120, 40).press("Enter");
    assert_eq!((names(&harness).len(), marked(&harness).len()), (5, 2), "Cancel comes first");
    let pressed = keys(&mut harness, "D Right Enter");
    assert_eq!(pressed, 3);
    assert_eq!(harness.toast(), "scheduled 2 secrets for deletion in 30 days · u undoes");
    assert_eq!(names(&harness), ["personal/photo-key", "shop/api-key", "shop/db/password"]);
    assert!(marked(&harness).is_empty());
    harness.press("u Enter");
    assert_eq!(names(&harness), ALL);
}

#[test]
fn marked_secrets_that_are_scheduled_are_restored_together() {
    let mut harness = with_marks();
    harness.press("D Right Enter . g Space G k k k Space");
    assert_eq!(marked(&harness), ["personal/mail", "personal/photo-key", "shop/db/password", "shop/db/url"]);
    harness.press("U");
    harness.assert_shows("This will restore 2 secrets.");
    harness.assert_shows("personal/photo-key: not scheduled for deletion");
    harness.press("Enter");
    assert_eq!(harness.toast(), "restored 2 secrets · u undoes");
}

#[test]
fn all_marked_move_to_a_folder_that_tab_completes() {
    let mut harness = with_marks();
    let mut pressed = keys(&mut harness, "R");
    harness.type_text("sh");
    pressed += keys(&mut harness, "Tab");
    harness.assert_shows("shop/");
    pressed += keys(&mut harness, "Enter Enter");
    assert_eq!(pressed, 4);
    assert_eq!(harness.toast(), "moved 2 secrets to 'shop/' · u undoes");
    assert_eq!(
        names(&harness),
        ["personal/photo-key", "shop/api-key", "shop/db/password", "shop/mail", "shop/url"]
    );
    harness.press("u Enter");
    assert_eq!(names(&harness), ALL);
    harness.press("Ctrl-r Enter");
    assert!(names(&harness).contains(&"shop/mail".to_owned()));
}

#[test]
fn what_is_in_the_way_is_named_before_and_in_the_plan_and_enter_does_nothing_then() {
    let mut harness = with_marks();
    let mut other = harness.other_process();
    sample::create(&mut other, "shop/mail", "v1", sample::text_value("fake"));
    sample::create(&mut other, "shop/url", "v1", sample::text_value("fake"));
    harness.press("R").type_text("shop/");
    assert_dialog!("many_move_refused", harness);
    harness.resize(120, 40).press("Enter");
    harness.assert_shows("Can't be done for 2 of 2:");
    harness.press("Enter");
    assert_eq!(harness.top(), "many plan");
    assert!(names(&harness).contains(&"personal/mail".to_owned()));
}

#[test]
fn a_folder_is_renamed_with_all_below_it_and_stays_selected() {
    let mut harness = on_password();
    harness.press("k R Ctrl-u").type_text("store/data");
    assert_dialogs!("folder_rename", harness);
    harness.resize(120, 40).press("Enter");
    assert_dialogs!("folder_rename_plan", harness);
    harness.resize(120, 40).press("Enter");
    assert_eq!(harness.dialogs(), 0);
    assert_eq!(harness.toast(), "renamed folder 'shop/db/' to 'store/data/' (2 secrets) · u undoes");
    let folder = |harness: &Harness| {
        harness.state.app.browse().unwrap().folder_path().map(|path| path.as_str().to_owned())
    };
    assert_eq!(folder(&harness).as_deref(), Some("store/data/"), "{}", harness.screen());
    harness.press("u Enter");
    assert_eq!(folder(&harness).as_deref(), Some("shop/db/"), "{}", harness.screen());
    assert_eq!(names(&harness), ALL);
}

#[test]
fn the_selected_secret_stays_selected_where_it_moves_with_others() {
    let mut harness = on_password();
    harness.press("k Space j R").type_text("x/").press("Enter Enter");
    assert_eq!(selected(&harness), Some("x/password"), "{}", harness.screen());
    harness.press("u Enter");
    assert_eq!(selected(&harness), Some("shop/db/password"), "{}", harness.screen());
}

#[test]
fn a_folder_is_deleted_with_all_below_it() {
    let mut harness = on_password();
    harness.press("k k D");
    harness.assert_shows("This will schedule 3 secrets for deletion in 30 days.");
    harness.press("Right Enter");
    assert_eq!(names(&harness), ["personal/mail", "personal/photo-key"]);
}

#[test]
fn tags_are_set_and_removed_on_all_marked() {
    let mut harness = on_password();
    harness.press("Space Space m").type_text("team=web").press("Tab").type_text("env");
    assert_dialog!("many_tags", harness);
    harness.resize(120, 40).press("Ctrl-s Enter");
    assert_eq!(harness.toast(), "changed the tags of 2 secrets · u undoes");
    let mut vault = harness.other_process();
    let tags = vault.describe(&name("shop/db/password")).unwrap().secret.facts.tags;
    let tags: Vec<String> = tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
    assert_eq!(tags, ["owner=me", "team=web"]);
    harness.task(Action::CopyAsCommand);
    let copied = harness.clipboard.copied.lock().unwrap().last().unwrap().clone();
    assert!(copied.contains("set shop/db/password shop/db/url --tag team=web --untag env"), "{copied}");
}

#[test]
fn a_label_moves_in_all_marked_to_the_version_that_another_marks() {
    let mut harness = on_password();
    harness.press("Space Space s").type_text("release");
    assert_dialog!("many_label", harness);
    harness.resize(120, 40).press("Ctrl-s Enter");
    assert_eq!(harness.toast(), "moved release to the version marked ACSCurrent in 2 secrets · u undoes");
    harness.press("g G k k Space Space s").type_text("canary").press("Tab").type_text("x");
    harness.press("Ctrl-u").type_text("nosuch");
    harness.assert_shows("has no label 'nosuch'");
}

#[test]
fn a_plan_made_from_another_state_is_made_again_before_it_counts() {
    let mut harness = with_marks();
    harness.press("D Right");
    sample::put(&mut harness.other_process(), "shop/db/url", "v9", "x", &["ACSCurrent"], "");
    harness.press("Enter");
    harness.assert_shows("These secrets changed in another program");
    assert_eq!(names(&harness).len(), 5);
    harness.press("Enter");
    assert_eq!(names(&harness).len(), 3);
}

#[test]
fn a_plan_of_many_is_scrolled_and_says_where_one_is() {
    let mut harness = over_many();
    harness.press("g j");
    harness.press("D");
    harness.assert_shows("This will schedule 80 secrets for deletion");
    harness.assert_shows("team-0/app-0/token");
    harness.assert_shows("1-");
    harness.press("G");
    harness.assert_shows("80/80");
    harness.assert_shows("team-0/app-95/token");
    harness.press("g");
    harness.assert_shows("team-0/app-0/token");
    harness.resize(60, 20).press("PgDn");
    harness.assert_shows("/80");
    harness.press("Right Enter");
    assert_eq!(harness.toast(), "scheduled 80 secrets for deletion in 30 days · u undoes");
}

#[test]
fn the_window_of_a_deletion_of_many_is_chosen_as_that_of_one_is() {
    let mut harness = with_marks();
    harness.press("D");
    harness.assert_shows("+ longer  - shorter");
    harness.press("- - + -");
    harness.assert_shows("This will schedule 2 secrets for deletion in 28 days.");
    harness.press("+ + +");
    harness.assert_shows("in 30 days.");
    for _ in 0..30 {
        harness.press("-");
    }
    harness.assert_shows("for deletion in 7 days.");
    harness.press("Right Enter");
    assert_eq!(harness.toast(), "scheduled 2 secrets for deletion in 7 days · u undoes");
    harness.task(Action::CopyAsCommand);
    let copied = harness.clipboard.copied.lock().unwrap().last().unwrap().clone();
    assert!(copied.contains("--recovery-days 7"), "{copied}");
}

#[test]
fn the_undo_of_many_names_every_change_and_is_scrolled() {
    let mut harness = over_many();
    harness.press("g j D Right Enter").wait(Duration::from_secs(7)).event(Event::Tick);
    harness.press("u").assert_shows("80 changes that were made together:");
    harness.assert_shows("just now, from the app");
    harness.assert_shows("scheduling the deletion of 'team-0/app-0/token'");
    harness.press("G");
    harness.assert_shows("scheduling the deletion of 'team-0/app-95/token'");
    harness.assert_shows("-80/80");
    harness.press("g PgDn");
    harness.assert_hides("'team-0/app-0/token'");
    assert_dialogs!("undo_of_many", harness);
    harness.press("Enter");
    assert_eq!(harness.toast(), "undid: 80 changes that were made together · Ctrl-r redo");
}

#[test]
fn an_export_of_the_marked_secrets_comes_back_after_a_lock_about_the_same_ones() {
    let mut harness = with_marks();
    let path = harness.folder().join("out.json");
    harness.task(Action::Export);
    harness.press("Tab Tab Tab").type_text(path.to_str().unwrap());
    sample::purge(&mut harness.other_process(), "personal/mail");
    harness.press("Ctrl-l");
    harness.unlock();
    harness.assert_shows("the 1 marked");
    harness.press("Down").type_text("plaintext").press("Ctrl-s");
    let written = fs::read_to_string(path).unwrap();
    assert!(written.contains("shop/db/url"), "{}", harness.screen());
    assert!(!written.contains("api-key") && !written.contains("shop/db/password"));
}

#[test]
fn a_duplicate_is_made_in_two_keys_and_selected() {
    let mut harness = on_password();
    harness.press("C");
    assert_dialog!("duplicate", harness);
    harness.resize(120, 40);
    assert_eq!(1 + keys(&mut harness, "Enter"), 2);
    assert_eq!(harness.toast(), "shop/db/password-copy is created · u undoes");
    assert_eq!(selected(&harness), Some("shop/db/password-copy"));
    harness.press("C Ctrl-u").type_text("shop/api-key");
    harness.assert_shows("secret 'shop/api-key' already exists");
    harness.press("Enter");
    assert_eq!(harness.dialogs(), 1);
}

#[test]
fn an_export_can_be_of_the_marked_secrets_alone() {
    let mut harness = with_marks();
    let path = harness.folder().join("out.json");
    harness.task(Action::Export);
    harness.assert_shows("the 2 marked");
    harness.press("Tab Tab Tab").type_text(path.to_str().unwrap());
    harness.press("Down").type_text("plaintext").press("Ctrl-s");
    let written = fs::read_to_string(path).unwrap();
    assert!(written.contains("personal/mail") && written.contains("shop/db/url"), "{}", harness.screen());
    assert!(!written.contains("api-key") && !written.contains("shop/db/password"));
}

#[test]
fn the_footer_names_the_keys_for_marks_and_for_a_folder() {
    let mut harness = on_password();
    harness.press("k");
    let footer = |harness: &Harness| harness.screen().lines().last().unwrap().to_owned();
    assert!(footer(&harness).contains("R rename  D delete"), "{}", footer(&harness));
    harness.press("Space");
    for key in ["D delete", "R move", "m tags", "s label", "Esc clear"] {
        assert!(footer(&harness).contains(key), "{}", footer(&harness));
    }
    assert!(!footer(&harness).contains("U restore"), "none is scheduled: {}", footer(&harness));
    harness.press("?");
    harness.assert_shows("Marked secrets");
}

#[test]
fn the_last_change_of_many_is_copied_as_a_command() {
    let mut harness = with_marks();
    harness.press("R").type_text("x/").press("Enter Enter");
    harness.task(Action::CopyAsCommand);
    let copied = harness.clipboard.copied.lock().unwrap().last().unwrap().clone();
    assert!(copied.contains("move personal/mail shop/db/url x/"), "{copied}");
}

#[test]
fn a_form_that_cannot_name_all_says_with_which_key_they_are_named() {
    let mut harness = over_many();
    harness.press("g j Space m").type_text("team=web");
    harness.assert_shows("and 76 more: Ctrl-s shows all");
    harness.press("Ctrl-s");
    harness.assert_shows("This will change the tags of 80 secrets.");
    let mut harness = over_many();
    harness.press("g j R").type_text("old");
    harness.assert_shows("and 76 more: Enter shows all");
}

#[test]
fn what_is_in_the_way_of_many_is_said_once() {
    let mut harness = over_many();
    harness.press("g j Space R").type_text("old");
    assert_eq!(
        harness.dialog().matches("secret 'old/token' already exists").count(),
        1,
        "{}",
        harness.screen()
    );
}
