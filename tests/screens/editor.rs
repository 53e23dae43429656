//! The user's editor on a value; what it does to a file is seen in a real terminal.

use std::time::Duration;

use etui::memory::SecretBytes;
use etui::tui::Event;
use etui::tui::event::EditorEnd;

use crate::browse::on_password;
use crate::harness::Harness;

fn save(harness: &mut Harness, text: &str) {
    let text = SecretBytes::copy_of(text.as_bytes());
    harness.event(Event::Edited(EditorEnd::Saved { text, remark: None }));
}

#[test]
fn the_value_in_the_form_goes_to_the_editor_and_comes_back() {
    let mut harness = on_password();
    harness.press("p").type_text("{").press("Ctrl-o");
    assert_eq!(harness.edits, [("{".to_owned(), "json")]);
    save(&mut harness, "{\"a\": 1}\n");
    harness.assert_shows("● ACSCurrent   v14 → v15");
    harness.assert_shows("9 bytes, 1 line, LF, final newline");
    harness.assert_hides("\"a\"");
    harness.press("Ctrl-s");
    assert_eq!(harness.toast(), "v15 stored, ACSCurrent v14 → v15 · u undoes");
}

#[test]
fn the_selected_version_goes_to_the_editor_and_saving_opens_the_form() {
    let mut harness = on_password();
    harness.press("l j e");
    assert_eq!(harness.edits, [("hunter13".to_owned(), "txt")]);
    assert_eq!(harness.dialogs(), 0);
    save(&mut harness, "hunter15");
    harness.assert_shows("Put a value · shop/db/password");
    harness.assert_shows("◆ canary      v13 → v15");
    harness.press("Esc");
    harness.assert_shows("Discard changes?");
}

#[test]
fn an_editor_that_changes_nothing_changes_nothing() {
    let mut harness = on_password();
    harness.press("e");
    harness.event(Event::Edited(EditorEnd::Unchanged));
    assert_eq!(harness.dialogs(), 0);
    assert_eq!(harness.toast(), "nothing was changed in the editor");
    harness.press("p").type_text("typed").press("Ctrl-o");
    harness.event(Event::Edited(EditorEnd::Failed("the editor ended with 1".to_owned())));
    harness.assert_shows("5 bytes");
    assert_eq!(harness.toast(), "the editor ended with 1");
}

#[test]
fn the_vault_locks_on_time_while_the_editor_is_open_and_the_text_comes_back_after_the_unlock() {
    for keys in ["e", "p Ctrl-o", "p x Ctrl-o"] {
        let mut harness = on_password();
        harness.press(keys);
        harness.wait(Duration::from_secs(300)).event(Event::Tick);
        harness.assert_shows("Locked after 5 minutes idle");
        save(&mut harness, "hunter15");
        harness.assert_shows("what you edited comes back after the unlock");
        harness.assert_hides("hunter");
        harness.unlock();
        harness.assert_shows("Put a value · shop/db/password");
        harness.assert_shows("● ACSCurrent   v14 → v15");
        harness.press("Ctrl-s r");
        harness.assert_shows("hunter15");
    }
}

#[test]
fn an_editor_that_ends_after_the_time_finds_the_vault_locked() {
    let mut harness = on_password();
    harness.press("n").type_text("new").press("Tab Ctrl-o");
    harness.wait(Duration::from_secs(301));
    save(&mut harness, "hunter15");
    harness.assert_shows("Unlock");
    harness.unlock();
    harness.assert_shows("New secret");
    harness.assert_shows("shop/db/new");
    harness.press("Ctrl-s");
    assert_eq!(harness.toast(), "shop/db/new stored, v1 is current · u undoes");
}

#[test]
fn a_binary_value_is_not_for_an_editor() {
    let mut harness = on_password();
    harness.press("/").type_text("photo").press("Enter e");
    assert!(harness.edits.is_empty());
    assert_eq!(harness.toast(), "v1 is binary and not for an editor: w writes it to a file");
}
