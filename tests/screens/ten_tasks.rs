//! How many keys the daily tasks take, what is typed as text not counted.

use crate::browse::on_password;
use crate::following::{over_many, selected};
use crate::harness::Harness;
use crate::sample::{create, put, text_value};

/// Presses keys and counts them.
struct Counted {
    harness: Harness,
    keys: usize,
}

impl Counted {
    fn over(harness: Harness) -> Self {
        Self { harness, keys: 0 }
    }

    fn press(&mut self, keys: &str) -> &mut Self {
        self.keys += keys.split(' ').count();
        self.harness.press(keys);
        self
    }

    fn type_text(&mut self, text: &str) -> &mut Self {
        self.harness.type_text(text);
        self
    }

    #[track_caller]
    fn took(&self, keys: usize) {
        assert_eq!(self.keys, keys);
        assert_eq!(self.harness.dialogs(), 0, "{}", self.harness.screen());
    }
}

#[test]
fn a_put_takes_two_keys() {
    let mut task = Counted::over(on_password());
    task.press("p").type_text("fake").press("Ctrl-s").took(2);
    assert!(task.harness.toast().starts_with("v15 stored"), "{}", task.harness.toast());
}

#[test]
fn a_put_with_another_label_takes_four_keys() {
    let mut task = Counted::over(on_password());
    task.press("p").type_text("fake").press("Tab Backspace").type_text("canary").press("Ctrl-s").took(4);
    assert!(task.harness.toast().starts_with("v15 stored"), "{}", task.harness.toast());
}

#[test]
fn making_a_canary_current_takes_four_keys() {
    let mut task = Counted::over(on_password());
    task.press("l j c Enter").took(4);
    task.harness.assert_shows("v13      ● ACSCurrent");
}

#[test]
fn promoting_a_canary_from_the_list_takes_two_keys() {
    let canary = |vault: &mut etui::vault::Vault, _: &_| {
        create(vault, "a", "v1", text_value("fake"));
        put(vault, "a", "v2", "fake 2", &["canary"], "");
    };
    let mut task = Counted::over(Harness::open((120, 40), canary));
    task.press("c Enter").took(2);
    task.harness.assert_shows("v2       ● ACSCurrent");
}

#[test]
fn rolling_back_takes_two_keys() {
    let mut task = Counted::over(on_password());
    task.press("b Enter").took(2);
    task.harness.assert_shows("v13      ● ACSCurrent");
}

#[test]
fn copying_takes_one_key_and_two_where_there_are_fields() {
    let mut task = Counted::over(on_password());
    task.press("y").took(1);
    assert_eq!(task.harness.clipboard.copied.lock().unwrap().len(), 1);
    let json = |vault: &mut etui::vault::Vault, _: &_| {
        create(vault, "a", "v1", text_value("{\"user\": \"fake\", \"password\": \"fake\"}"));
    };
    let mut task = Counted::over(Harness::open((120, 40), json));
    task.press("y y").took(2);
    assert_eq!(task.harness.clipboard.copied.lock().unwrap().len(), 1);
}

#[test]
fn finding_takes_two_keys_each_time() {
    let mut task = Counted::over(over_many());
    task.press("/").type_text("shop api").press("Enter").took(2);
    assert_eq!(selected(&task.harness), Some("shop/prod/api/token"));
    task.press("/").type_text("tiny").press("Enter").took(4);
    assert_eq!(selected(&task.harness), Some("tiny/y"));
}

#[test]
fn what_many_secrets_have_in_common_is_found_with_its_rows() {
    let mut harness = over_many();
    harness.press("/").type_text("app").press("Enter");
    let rows = harness.state.app.browse().unwrap().rows.all().len();
    assert!(rows > 400, "{rows} rows for 401 answers");
}

#[test]
fn the_difference_of_the_last_two_takes_a_key_or_two() {
    let mut task = Counted::over(on_password());
    task.press("d");
    assert_eq!((task.keys, task.harness.dialogs()), (1, 1));
    task.harness.assert_shows("v13");
}

#[test]
fn undo_takes_two_keys() {
    let mut task = Counted::over(on_password());
    task.press("u Enter").took(2);
    task.harness.assert_shows("v13      ● ACSCurrent");
}

#[test]
fn restoring_takes_two_keys_at_once_and_five_later() {
    let deleted = || {
        let mut harness = on_password();
        harness.press("D l Enter");
        assert!(harness.toast().starts_with("shop/db/password is scheduled"), "{}", harness.toast());
        Counted::over(harness)
    };
    let mut task = deleted();
    task.press("u Enter").took(2);
    assert_eq!(selected(&task.harness), Some("shop/db/password"));
    let mut task = deleted();
    task.press(". /").type_text("password").press("Enter U Enter").took(5);
    assert!(task.harness.toast().starts_with("shop/db/password is restored"), "{}", task.harness.toast());
}
