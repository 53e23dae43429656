//! The reference of the keys, and what the help says of commands without one.

use std::fs;
use std::path::Path;

use etui::tui::Keymap;
use etui::tui::keys_reference::reference;
use etui::tui::user_keymap;

use crate::browse::on_password;

/// The reference is written by this test where `ETUI_WRITE_REFERENCE` is set, and compared otherwise.
#[test]
fn the_reference_of_the_keys_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/keys.md");
    let reference = reference(&Keymap::embedded());
    if std::env::var_os("ETUI_WRITE_REFERENCE").is_some() {
        fs::write(&path, &reference).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == reference, "docs/keys.md is out of date: run the test with ETUI_WRITE_REFERENCE=1");
}

#[test]
fn the_example_of_the_reference_is_a_keymap() {
    let text = reference(&Keymap::embedded());
    let example = text.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keymap.toml");
    fs::write(&path, example).unwrap();
    user_keymap::load(&path).unwrap();
}

#[test]
fn the_help_names_the_command_where_there_is_no_key() {
    let mut harness = on_password();
    harness.press("? /");
    harness.type_text("copy-as");
    harness.assert_shows(":copy-as-command");
    harness.assert_shows("copy the last change as an etui command");
}
