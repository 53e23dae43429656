//! The filter: live, ranked, narrowing.

use crate::assert_screens;
use crate::browse::on_password;

#[test]
fn the_filter_narrows_with_every_key_and_the_best_answer_is_selected() {
    let mut harness = on_password();
    harness.press("/").type_text("url");
    harness.assert_shows("1/5");
    harness.assert_shows("❯       url");
    harness.assert_hides("password   ");
    assert_screens!("filter", harness);
    harness.resize(120, 40).press("Esc");
    harness.assert_shows("password   ");
    harness.assert_shows("❯       url");
}

#[test]
fn the_flat_list_shows_the_best_answer_first() {
    let mut harness = on_password();
    harness.press("t /").type_text("p");
    let screen = harness.screen();
    let at =
        |name: &str| screen.lines().position(|line| line.starts_with('│') && line.contains(name)).unwrap();
    assert!(at("personal/mail") < at("shop/db/password"), "{screen}");
    assert!(at("shop/db/password") < at("shop/db/url"), "a part of the path that begins so wins:\n{screen}");
}

#[test]
fn labels_tags_and_due_narrow() {
    let mut harness = on_password();
    for (query, shown, hidden) in [
        ("@canary", "password   ", "url   "),
        ("#env=prod", "password   ", "url   "),
        ("due", "url   ", "password   "),
        ("!shop", "mail   ", "password   "),
    ] {
        harness.press("/").type_text(query);
        harness.assert_shows(shown);
        harness.assert_hides(hidden);
        harness.press("Esc");
    }
}

#[test]
fn nothing_found_says_how_to_get_out() {
    let mut harness = on_password();
    harness.press("/").type_text("zzz");
    harness.assert_shows("Nothing matches.");
    harness.assert_shows("Esc clears the filter");
    harness.press("Enter p");
    assert_eq!(harness.toast(), "no secret is selected");
    harness.press("Esc");
    harness.assert_shows("password   ");
}

#[test]
fn arrows_move_in_the_list_while_the_filter_is_typed() {
    let mut harness = on_password();
    harness.press("/").type_text("shop");
    harness.press("Down");
    harness.assert_shows("/ shop");
    harness.type_text("/db");
    harness.assert_shows("/ shop/db");
}

#[test]
fn a_filter_on_deleted_shows_them() {
    let mut harness = on_password();
    harness.press("D l Enter");
    harness.assert_hides("password   ");
    harness.press("/").type_text("deleted");
    harness.assert_shows("password   ");
    harness.assert_shows("del");
}

#[test]
fn a_filter_starts_empty_and_shows_what_can_be_typed() {
    let mut harness = on_password();
    harness.press("/").type_text("url").press("Enter /");
    harness.assert_shows("/ 'exact ^start end$ !not @label #tag due");
    harness.assert_shows("password   ");
    harness.assert_shows("❯       url");
    harness.type_text("mail");
    harness.assert_shows("/ mail ");
    harness.assert_hides("!not");
}

#[test]
fn a_cursor_key_brings_the_filter_before_back() {
    for (key, expected) in [("Left", "/ urXl"), ("Right", "/ urlX"), ("Home", "/ Xurl"), ("End", "/ urlX")] {
        let mut harness = on_password();
        harness.press("/").type_text("url").press("Enter /").press(key).press("X");
        harness.assert_shows(expected);
    }
    let mut harness = on_password();
    harness.press("/").type_text("url").press("Esc / Left");
    harness.assert_shows("/ url");
    harness.press("Enter");
    harness.assert_shows("1/5");
}

#[test]
fn folders_are_open_while_a_filter_is_on() {
    let mut harness = crate::following::over_many();
    harness.assert_shows("▸ team-0/");
    harness.press("/").type_text("token");
    harness.assert_shows("401/403");
    harness.assert_shows("▾ team-0/");
    harness.press("Enter g");
    harness.assert_shows("❯ ▾ shop/");
    harness.press("h");
    harness.assert_shows("❯ ▸ shop/");
    harness.press("Esc g");
    harness.assert_shows("❯ ▸ shop/");
    harness.assert_shows("▸ team-0/");
}
