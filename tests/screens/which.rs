//! Which version is this: a masked field, and who holds what is typed into it.

use crate::assert_dialog;
use crate::browse::on_password;
use crate::harness::Harness;
use crate::sample::{create, put, text_value};

fn ask(harness: &mut Harness) -> &mut Harness {
    harness.press(":").type_text("which").press("Enter");
    assert_eq!(harness.top(), "which", "{}", harness.screen());
    harness
}

#[test]
fn the_version_that_holds_a_value_is_named_with_its_labels() {
    let mut harness = on_password();
    ask(&mut harness).type_text("hunter13").press("Enter");
    assert_dialog!("which", harness);
    harness.assert_hides("hunter13");
    harness.press("Alt-r");
    harness.assert_shows("hunter13");
}

#[test]
fn a_deprecated_version_is_named_with_its_age_since_then() {
    let mut harness = on_password();
    // v13 took ACSCurrent from v11 28 days ago, and with v14 ACSPrevious left it 2 days ago.
    ask(&mut harness).type_text("hunter11").press("Enter");
    harness.assert_shows("v11  – no label 2 days ago");
}

#[test]
fn where_no_version_holds_it_that_is_said() {
    let mut harness = on_password();
    ask(&mut harness).type_text("swordfish").press("Enter");
    harness.assert_shows("none of the 5 versions holds it");
    harness.press("Tab");
    harness.assert_shows("no version of any secret holds it");
}

#[test]
fn tab_looks_in_the_whole_vault() {
    let mut harness = on_password();
    ask(&mut harness).type_text("letmein").press("Enter");
    harness.assert_shows("none of the 5 versions holds it");
    harness.press("Tab");
    harness.assert_shows("personal/mail#v1  ● ACSCurrent");
    assert_dialog!("which_everywhere", harness);
}

#[test]
fn a_final_newline_more_or_less_is_found_and_said() {
    let mut harness = Harness::open((120, 40), |vault, _| {
        create(vault, "config", "v1", text_value("plain"));
        put(vault, "config", "v2", "ended\n", &["ACSCurrent"], "");
        put(vault, "config", "v3", "one\r\ntwo\r\n", &["ACSCurrent"], "");
    });
    ask(&mut harness).paste("plain\n").press("Enter");
    harness.assert_shows("6 bytes, with a newline at the end");
    harness.assert_shows("not with the newline at the end, but without it:");
    harness.assert_shows("v1  – no label");
    harness.press("Esc");
    ask(&mut harness).type_text("ended").press("Enter");
    harness.assert_shows("not as it is typed, but with a newline at the end:");
    harness.assert_shows("v2  ○ ACSPrevious");
    harness.press("Esc");
    ask(&mut harness).paste("one\rtwo\r").press("Enter");
    harness.assert_shows("not as it is typed, but with CRLF at the ends of lines:");
    harness.assert_shows("v3  ● ACSCurrent");
}

#[test]
fn a_value_of_many_lines_can_be_pasted_and_typed() {
    let pem = "-----BEGIN KEY-----\nabc\n-----END KEY-----\n";
    let mut harness = Harness::open((120, 40), |vault, _| create(vault, "key", "v1", text_value(pem)));
    ask(&mut harness).paste(pem).press("Enter");
    harness.assert_shows("v1  ● ACSCurrent");
    harness.press("Esc");
    ask(&mut harness).type_text("-----BEGIN KEY-----").press("Alt-Enter").type_text("abc");
    harness.press("Alt-Enter").type_text("-----END KEY-----").press("Alt-Enter Enter");
    harness.assert_shows("v1  ● ACSCurrent");
}

#[test]
fn an_answer_goes_when_something_else_is_typed() {
    let mut harness = on_password();
    ask(&mut harness).type_text("hunter13").press("Enter");
    harness.assert_shows("v13  ○ ACSPrevious");
    harness.type_text("x");
    assert!(
        !harness.screen().contains("v13  ○ ACSPrevious  ◆ canary   ")
            || harness.screen().contains("Enter searches")
    );
    harness.assert_shows("Enter searches");
    harness.hold();
    harness.press("Enter Backspace");
    harness.release();
    harness.assert_shows("Enter searches");
}

#[test]
fn nothing_is_asked_about_nothing() {
    let mut harness = on_password();
    ask(&mut harness).press("Enter");
    assert_eq!(harness.toast(), "type or paste a value first");
}

#[test]
fn without_a_selected_secret_the_vault_is_searched() {
    let mut harness = on_password();
    harness.press("g");
    ask(&mut harness).type_text("hunter13").press("Enter");
    harness.assert_shows("shop/db/password#v13");
    harness.press("Tab");
    assert_eq!(harness.toast(), "no secret is selected: the whole vault is searched");
}

#[test]
fn a_lock_and_esc_take_what_was_typed_away() {
    let mut harness = on_password();
    ask(&mut harness).type_text("hunter13").press("Esc");
    ask(&mut harness);
    harness.assert_shows("type or paste it");
    harness.type_text("hunter13").press("Alt-r Ctrl-l");
    harness.unlock();
    assert_eq!(harness.dialogs(), 0);
    harness.assert_hides("hunter13");
}

#[test]
fn enter_goes_to_the_version_that_was_found() {
    let mut harness = on_password();
    ask(&mut harness).type_text("hunter12").press("Enter");
    harness.assert_shows("Enter goes to v12");
    harness.press("Enter");
    assert_eq!(harness.dialogs(), 0);
    harness.assert_shows("❯ v12");
    // Something else was typed: it is looked for first.
    ask(&mut harness).type_text("hunter1").press("Enter").type_text("1").press("Enter");
    assert_eq!(harness.dialogs(), 1);
}

#[test]
fn how_long_the_typed_value_is_stands_below_it() {
    let mut harness = on_password();
    ask(&mut harness).type_text("hunter13");
    let screen = harness.screen();
    let row = |text: &str| screen.lines().position(|line| line.contains(text));
    assert!(row("8 bytes").unwrap() < row("Look in").unwrap(), "{screen}");
}
