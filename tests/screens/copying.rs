//! What of a value is copied.

use std::time::Duration;

use etui::tui::Event;

use crate::assert_dialog;
use crate::harness::Harness;
use crate::sample;

const JSON: &str = r#"{"user": "root", "password": "hunter2", "port": 5432}"#;

fn with_value(value: &str) -> Harness {
    let value = value.to_owned();
    Harness::open((120, 40), move |vault, _| {
        sample::create(vault, "db", "v1", sample::text_value(&value));
    })
}

fn copied(harness: &Harness) -> Vec<String> {
    harness.clipboard.copied.lock().unwrap().clone()
}

#[test]
fn a_field_of_a_json_value_is_chosen_by_name_and_no_value_is_shown() {
    let mut harness = with_value(JSON);
    harness.press("y");
    harness.assert_shows("the whole value");
    harness.assert_shows("password");
    harness.assert_hides("hunter2");
    harness.assert_hides("5432");
    assert_dialog!("copy_chooser", harness);
    harness.resize(120, 40).press("j j Enter");
    assert_eq!(copied(&harness), ["hunter2"]);
    assert_eq!(harness.toast(), "field 'password' of db#v1 copied, cleared in 30 s");
    assert_eq!(harness.dialogs(), 0);
}

#[test]
fn the_whole_value_is_the_first_choice_and_has_a_key() {
    for keys in ["y Enter", "y y", "y G y"] {
        let mut harness = with_value(JSON);
        harness.press(keys);
        assert_eq!(copied(&harness), [JSON], "{keys}");
        assert_eq!(harness.toast(), "value of db#v1 copied, cleared in 30 s");
    }
}

#[test]
fn a_dotenv_value_has_fields_too() {
    let mut harness = with_value("USER=root\nexport PASS='a b'\n");
    harness.press("y G Enter");
    assert_eq!(copied(&harness), ["a b"]);
}

#[test]
fn a_value_without_fields_is_copied_at_once() {
    for value in ["hunter2", "{}", "{broken"] {
        let mut harness = with_value(value);
        harness.press("y");
        assert_eq!(copied(&harness), [value]);
    }
}

#[test]
fn nothing_is_copied_by_leaving_or_by_the_lock() {
    let mut harness = with_value(JSON);
    harness.press("y Esc y");
    harness.wait(Duration::from_secs(300)).event(Event::Tick);
    harness.assert_hides("password\n");
    harness.unlock();
    assert_eq!(harness.dialogs(), 0);
    assert!(copied(&harness).is_empty());
}
