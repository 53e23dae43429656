//! The command palette: every action by name, with its key.

use crate::browse::on_password;
use crate::harness::Harness;
use crate::sample;
use crate::{assert_dialog, assert_dialogs};

/// The palette over `shop/db/password`, with something typed.
fn asked(text: &str) -> Harness {
    let mut harness = on_password();
    harness.press(":");
    harness.type_text(text);
    harness
}

fn is_open(harness: &Harness) -> bool {
    harness.top() == "palette"
}

/// The names in the list, from the top.
fn listed(harness: &Harness) -> Vec<String> {
    harness.palette().found().map(|entry| entry.name.to_owned()).collect()
}

#[test]
fn the_palette_shows_every_command_with_its_key() {
    let mut harness = asked("");
    assert_dialogs!("palette", harness);
    harness.press("Up");
    let last = listed(&harness).pop().unwrap();
    harness.assert_shows(&format!("❯ {last}"));
}

#[test]
fn what_is_typed_narrows_the_list_and_the_best_comes_first() {
    let mut harness = asked("pane");
    assert_dialog!("palette_typed", harness);
    for (text, first) in [
        ("undo", "undo"),
        ("q", "quit"),
        ("copy ref", "copy-reference"),
        ("mkcur", "make-current"),
        ("deleted", "show-deleted"),
        ("due", "order"),
        ("@", "mark-secret"),
    ] {
        assert_eq!(listed(&asked(text)).first().map(String::as_str), Some(first), "{text}");
    }
}

#[test]
fn enter_does_what_the_key_does() {
    for (text, key) in [("roll-back", "b"), ("put-value", "p"), ("stage", "s"), ("help", "?"), ("his", "H")] {
        let by_name = {
            let mut harness = asked(text);
            harness.press("Enter");
            harness.screen()
        };
        let by_key = {
            let mut harness = on_password();
            harness.press(key);
            harness.screen()
        };
        assert_eq!(by_name, by_key, "{text}");
    }
}

#[test]
fn the_cursor_goes_round_with_arrows_and_with_ctrl_n_and_ctrl_p() {
    let mut harness = asked("'page-");
    assert_eq!(listed(&harness), ["page-up", "page-down"]);
    for (keys, name) in [
        ("Down", "page-down"),
        ("Down", "page-up"),
        ("Ctrl-n", "page-down"),
        ("Ctrl-p", "page-up"),
        ("Up", "page-down"),
    ] {
        harness.press(keys);
        harness.assert_shows(&format!("❯ {name}"));
    }
    harness.press("Enter");
    let selected = harness.state.app.browse().unwrap().selected.clone();
    assert_eq!(selected.as_ref().map(|name| name.as_str()), Some("shop/api-key"));
}

#[test]
fn a_command_that_can_do_nothing_now_says_why_and_stays() {
    let mut harness = asked("restore");
    harness.assert_shows("restore-secret  not scheduled for deletion");
    harness.press("Enter");
    assert_eq!(harness.toast(), "restore-secret: not scheduled for deletion");
    assert!(is_open(&harness));

    let mut empty = Harness::open((80, 24), |_, _| {});
    empty.press(":");
    empty.type_text("reveal");
    empty.assert_shows("the vault is empty");
}

#[test]
fn an_unknown_word_says_so_and_offers_the_nearest() {
    let mut harness = asked("unod");
    assert_dialog!("palette_unknown", harness);
    harness.press("Enter");
    assert!(is_open(&harness), "nothing is run that was not read");
    harness.assert_shows(":undo");
    harness.press("Enter");
    harness.assert_shows("Undo");

    let mut harness = asked("xyzzy");
    harness.assert_shows("No command here is called 'xyzzy'.");
    harness.press("Enter");
    assert!(is_open(&harness));
}

#[test]
fn tab_writes_the_name_out() {
    let mut harness = asked("ren");
    harness.press("Tab");
    harness.assert_shows(":rename");
}

#[test]
fn q_quits_and_closes_a_dialog() {
    let mut harness = asked("q");
    harness.press("Enter");
    assert!(harness.has_quit);

    // Over a dialog it does what the key for leaving does there.
    let mut harness = on_password();
    harness.press("H :").type_text("q").press("Enter");
    assert!(!harness.has_quit);
    assert_eq!(harness.dialogs(), 0);
}

#[test]
fn escape_closes_and_what_lies_below_is_as_it_was() {
    let before = on_password().screen();
    let mut harness = asked("anything");
    harness.press("Esc");
    assert_eq!(harness.screen(), before);
    harness.press(":");
    harness.assert_hides("anything");
}

#[test]
fn over_another_screen_it_lists_what_is_alive_there() {
    let mut harness = on_password();
    harness.press("H :");
    assert_eq!(listed(&harness)[..3], ["enter", "history", "filter"]);
    harness.assert_shows("go to the version of this change");
    assert!(!listed(&harness).contains(&"put-value".to_owned()));
    harness.press("Enter");
    assert_eq!(harness.dialogs(), 0);
}

#[test]
fn a_text_field_takes_the_colon_itself() {
    let mut harness = on_password();
    harness.press("/");
    harness.type_text(":");
    assert!(!is_open(&harness));
    assert_eq!(harness.state.app.browse().unwrap().filter.text(), ":");
}

#[test]
fn the_lock_closes_it() {
    let mut harness = asked("typed");
    harness.press("Ctrl-l");
    assert_eq!(harness.dialogs(), 0);
    harness.assert_hides("typed");
}

#[test]
fn every_name_of_the_palette_is_found_by_itself() {
    let names = listed(&asked(""));
    assert!(names.len() > 30);
    let mut harness = Harness::open((80, 24), sample::shop);
    harness.press("j j j j j");
    for name in names {
        harness.press(":");
        harness.type_text(&name);
        assert_eq!(listed(&harness)[0], name);
        harness.press("Esc");
    }
}

#[test]
fn the_last_change_is_copied_as_the_command_that_does_the_same() {
    let mut harness = asked("copy-as");
    harness.assert_shows("nothing was changed since the unlock");
    harness.press("Esc b Enter :");
    harness.type_text("copy-as");
    harness.press("Enter");
    let vault = "--vault /home/me/.local/share/etui/vault.etui";
    let line = format!("etui rollback shop/db/password {vault}");
    assert_eq!(harness.clipboard.copied.lock().unwrap().as_slice(), [line.as_str()]);
    assert_eq!(harness.toast(), format!("command copied, cleared in 30 s: {line}"));

    // The line is gone with the lock.
    harness.press("Ctrl-l");
    harness.unlock();
    harness.press(":");
    harness.type_text("copy-as");
    harness.assert_shows("nothing was changed since the unlock");
}

#[test]
fn a_put_is_copied_without_its_value() {
    let mut harness = on_password();
    harness.press("p").type_text("hunter15");
    harness.press("Ctrl-s :");
    harness.type_text("copy-as");
    harness.press("Enter");
    let copied = harness.clipboard.copied.lock().unwrap().join("");
    assert!(copied.starts_with("etui put shop/db/password --version-id v15 --stage ACSCurrent"), "{copied}");
    assert!(!copied.contains("hunter15"));
    assert!(harness.toast().contains("it reads the value from stdin"), "{}", harness.toast());
}

#[test]
fn a_change_that_was_refused_is_not_the_last_one() {
    let mut harness = on_password();
    harness.press("R").type_text("x");
    harness.press("Ctrl-u").type_text("shop/db/url");
    harness.press("Enter Esc Right Enter :");
    harness.type_text("copy-as");
    harness.assert_shows("nothing was changed since the unlock");
}

#[test]
fn an_import_is_copied_with_the_format_that_was_guessed() {
    let mut harness = asked("");
    let file = harness.folder().join(".env");
    std::fs::write(&file, "TOKEN=hunter2\n").unwrap();
    harness.type_text(&format!("import {}", file.display()));
    harness.press("Enter Ctrl-s");
    harness.assert_shows("imported 1 secret");
    harness.press("Enter :");
    harness.type_text("copy-as");
    harness.press("Enter");
    let copied = harness.clipboard.copied.lock().unwrap().join("");
    let expected = format!("etui import dotenv {} --vault ", file.display());
    assert!(copied.starts_with(&expected), "{copied}");
}
