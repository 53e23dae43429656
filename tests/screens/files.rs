//! Values that come from a file, and values that are written to one.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use etui::memory::SecretBytes;

use crate::assert_dialog;
use crate::browse::on_password;
use crate::harness::Harness;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

/// A file in the folder of the test, and its path as it is typed.
fn file(harness: &Harness, name: &str, bytes: &[u8]) -> (PathBuf, String) {
    let path = harness.folder().join(name);
    fs::write(&path, bytes).unwrap();
    let typed = path.to_str().unwrap().to_owned();
    (path, typed)
}

fn from_a_file() -> Harness {
    let mut harness = on_password();
    harness.press("p Shift-Tab Left Tab");
    harness
}

/// The stored value of the current version.
fn current(harness: &Harness) -> (String, Vec<u8>) {
    let mut vault = harness.other_process();
    let name = crate::sample::name("shop/db/password");
    let value = vault.get_secret_value(&name, &etui::versioning::Selector::default()).unwrap().value;
    (value.value_type().to_string(), value.expose().to_vec())
}

#[test]
fn a_file_is_a_source_of_its_own() {
    let mut harness = from_a_file();
    assert_dialog!("file_empty", harness);
    harness.resize(120, 40).press("Ctrl-s");
    harness.assert_shows("enter a file path");
}

#[test]
fn the_file_is_read_while_its_path_is_typed_and_the_plan_is_of_what_was_read() {
    let mut harness = from_a_file();
    harness.type_text("LICENSE-MI");
    harness.assert_shows("cannot read 'LICENSE-MI': no such file or directory");
    harness.type_text("T");
    harness.assert_shows("● ACSCurrent   v14 → v15");
    harness.assert_hides("Permission");
    assert_dialog!("file_read", harness);
}

#[test]
fn what_was_previewed_is_what_is_stored_whatever_happens_to_the_file() {
    let mut harness = from_a_file();
    let (path, typed) = file(&harness, "token", b"one\n");
    harness.type_text(&typed);
    harness.assert_shows("4 bytes, 1 line, LF, final newline");
    fs::write(&path, "another").unwrap();
    harness.press("Ctrl-s");
    assert_eq!(harness.toast(), "v15 stored, ACSCurrent v14 → v15 · u undoes");
    assert_eq!(current(&harness), ("text".to_owned(), b"one\n".to_vec()));
}

#[test]
fn tab_completes_a_path_and_lists_what_it_could_be() {
    let mut harness = from_a_file();
    harness.type_text("LICE").press("Tab");
    harness.assert_shows("LICENSE-");
    harness.press("Tab");
    harness.assert_shows("LICENSE-APACHE  LICENSE-MIT");
    assert_dialog!("file_choices", harness);
    harness.resize(120, 40).type_text("M").press("Tab");
    harness.assert_hides("APACHE");
    harness.assert_shows("● ACSCurrent   v14 → v15");
    harness.press("Tab");
    harness.assert_shows("❯ Stage labels");
}

#[test]
fn what_is_no_text_becomes_binary_and_says_why() {
    for (bytes, why) in [
        (PNG, "it is not UTF-8: it will be stored as binary"),
        (b"a\x1b[31mb".as_slice(), "it holds control characters: it will be stored as binary"),
    ] {
        let mut harness = from_a_file();
        let (_, typed) = file(&harness, "value", bytes);
        harness.type_text(&typed);
        harness.assert_shows(why);
        harness.press("Ctrl-s");
        assert_eq!(current(&harness), ("binary".to_owned(), bytes.to_vec()));
    }
}

#[test]
fn a_picture_is_called_one_before_and_after_it_is_stored() {
    let mut harness = from_a_file();
    let (_, typed) = file(&harness, "logo", PNG);
    harness.type_text(&typed);
    harness.assert_shows("16 bytes · PNG picture");
    harness.press("Ctrl-s r");
    harness.assert_shows("PNG picture");
    harness.assert_shows("89 50 4e 47");
}

#[test]
fn what_cannot_be_read_is_told_with_its_path_and_not_stored() {
    let mut harness = from_a_file();
    harness.type_text("/");
    harness.assert_shows("cannot read '/': is a directory");
    harness.press("Backspace").type_text("src");
    assert_dialog!("file_folder", harness);
    harness.resize(120, 40).press("Ctrl-s");
    assert_ne!(harness.dialogs(), 0);
    assert_eq!(harness.state.app.browse().unwrap().versions().count(), 5);
}

#[test]
fn a_form_with_a_file_survives_the_lock_and_reads_it_again() {
    let mut harness = from_a_file();
    harness.type_text("LICENSE-MIT").press("Ctrl-l");
    harness.assert_hides("LICENSE");
    harness.unlock();
    harness.assert_shows("(•) from a file");
    harness.assert_shows("LICENSE-MIT");
    harness.assert_shows("● ACSCurrent   v14 → v15");
}

#[test]
fn a_value_is_written_to_a_file_that_only_its_owner_may_read() {
    let mut harness = on_password();
    harness.press("w");
    assert_dialog!("write_file", harness);
    let path = harness.folder().join("out");
    harness.resize(120, 40).type_text(path.to_str().unwrap()).press("Enter");
    assert_eq!(harness.toast(), format!("value of shop/db/password#v14 written to {}", path.display()));
    assert_eq!(fs::read(&path).unwrap(), b"hunter14-with-24-bytes-x");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    harness.assert_hides("hunter14");
}

#[test]
fn nothing_is_overwritten_without_a_second_key() {
    let mut harness = on_password();
    harness.press("w").type_text("LICENSE-MIT").press("Ctrl-r");
    assert!(fs::read_to_string("LICENSE-MIT").unwrap().contains("Permission"), "the key is dead before");
    harness.press("Enter");
    harness.assert_shows("the file exists: nothing was written");
    assert_dialog!("write_file_exists", harness);
    let (path, typed) = file(&harness, "old", b"old");
    harness.resize(120, 40).press("Ctrl-u").type_text(&typed).press("Ctrl-r");
    assert_eq!(fs::read(&path).unwrap(), b"old", "the answer was about another path");
    harness.press("Enter Ctrl-r");
    assert_eq!(fs::read(&path).unwrap(), b"hunter14-with-24-bytes-x");
    assert_eq!(harness.dialogs(), 0);
}

#[test]
fn a_path_that_cannot_be_written_is_told_and_the_form_stays() {
    let mut harness = on_password();
    harness.press("w Enter");
    harness.assert_shows("enter a file path");
    harness.type_text("/nowhere/at/all").press("Enter");
    harness.assert_shows("/nowhere/at/all");
    assert_eq!(harness.dialogs(), 1);
    harness.press("Ctrl-u").type_text("LICENSE-A").press("Tab");
    harness.assert_shows("LICENSE-APACHE");
    harness.press("Esc");
    assert_eq!(harness.dialogs(), 0);
}

#[test]
fn a_path_takes_pastes_of_one_line_only() {
    let mut harness = from_a_file();
    harness.event(etui::tui::Event::Paste(SecretBytes::copy_of(b"LICENSE-MIT\n")));
    harness.assert_hides("LICENSE");
    harness.paste("LICENSE-MIT");
    harness.assert_shows("● ACSCurrent   v14 → v15");
}
