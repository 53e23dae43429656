//! Copying: the toast tells the truth of the way that was taken.

use std::time::Duration;

use etui::tui::{CopyRoute, Event};

use crate::browse::on_password;
use crate::harness::{Harness, SIZES};
use crate::sample;

#[test]
fn a_value_is_copied_and_cleared_after_thirty_seconds() {
    let mut harness = on_password();
    harness.press("y");
    assert_eq!(*harness.clipboard.copied.lock().unwrap(), ["hunter14-with-24-bytes-x"]);
    assert_eq!(harness.toast(), "value of shop/db/password#v14 copied, cleared in 30 s");
    harness.assert_hides("hunter14");
    harness.wait(Duration::from_secs(29)).event(Event::Tick);
    assert_eq!(*harness.clipboard.cleared.lock().unwrap(), 0);
    harness.wait(Duration::from_secs(1)).event(Event::Tick);
    assert_eq!(*harness.clipboard.cleared.lock().unwrap(), 1);
}

#[test]
fn the_clipboard_is_cleared_on_time_although_the_vault_was_locked() {
    let mut harness = on_password();
    harness.press("y Ctrl-l");
    assert_eq!(harness.next_wake(), Some(Duration::from_secs(30)));
    harness.wait(Duration::from_secs(30)).event(Event::Tick);
    assert_eq!(*harness.clipboard.cleared.lock().unwrap(), 1);
}

#[test]
fn the_value_of_the_selected_version_is_copied() {
    let mut harness = on_password();
    harness.press("2 j j y");
    assert_eq!(*harness.clipboard.copied.lock().unwrap(), ["hunter12"]);
}

#[test]
fn a_reference_is_copied_without_the_value() {
    let mut harness = on_password();
    harness.press("Y");
    assert_eq!(*harness.clipboard.copied.lock().unwrap(), ["shop/db/password#v14"]);
    assert_eq!(harness.toast(), "reference shop/db/password#v14 copied, cleared in 30 s");
}

#[test]
fn what_cannot_be_cleared_is_told() {
    let mut harness = on_password();
    *harness.clipboard.route.lock().unwrap() = Some(CopyRoute::Osc52);
    harness.press("y");
    assert!(
        harness
            .toast()
            .ends_with("sent to the terminal by OSC 52: it cannot be checked or cleared from here")
    );
}

#[test]
fn a_binary_value_is_not_copied() {
    let mut harness = Harness::open((120, 40), sample::shop);
    harness.press("j j y");
    assert_eq!(harness.toast(), "a clipboard takes text only, and this value is binary");
}

#[test]
fn what_cannot_be_cleared_is_told_to_the_end_at_every_size() {
    for (columns, rows) in SIZES {
        let mut harness = Harness::open((columns, rows), |vault, _| {
            sample::create(
                vault,
                "billing/staging/world-wide-web-frontend/password",
                "v1",
                sample::text_value("fake"),
            );
        });
        *harness.clipboard.route.lock().unwrap() = Some(CopyRoute::Osc52);
        harness.press("/").type_text("password").press("Enter y");
        let screen = harness.screen().replace(['\n', '│', '╰', '─', '╯'], " ");
        let words = screen.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains("frontend/password#v1"), "{columns}x{rows}: {}", harness.screen());
        assert!(words.contains("or cleared from here"), "{columns}x{rows}: {}", harness.screen());
    }
}
