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
