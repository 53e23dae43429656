//! `--plain`: without borders, spinners and countdowns, for screen readers.

use std::time::Duration;

use etui::tui::Event;

use crate::browse::on_password;
use crate::harness::{Harness, PASSWORD, SIZES};
use crate::sample;
use crate::{assert_dialogs, assert_screens};

fn plain(mut harness: Harness) -> Harness {
    let theme = harness.state.app.theme.clone().without_lines();
    harness.wear(theme);
    harness.state.app.settings.plain = true;
    harness
}

#[test]
fn browse_is_drawn_without_borders_and_countdown() {
    let mut harness = plain(on_password());
    harness.assert_hides("locks in");
    harness.assert_hides("│");
    harness.assert_hides("─");
    assert_screens!("plain_browse", harness);
}

#[test]
fn a_form_takes_the_whole_screen_where_no_border_holds_it() {
    let mut harness = plain(on_password());
    harness.press("p").type_text("hunter15").press("Tab").type_text("canary");
    harness.assert_hides("│");
    harness.assert_hides("api-key");
    assert_dialogs!("plain_put_form", harness);
}

#[test]
fn the_cursor_stands_on_the_selected_row_and_field_at_every_size() {
    for size in SIZES {
        let mut harness = plain(on_password());
        harness.resize(size.0, size.1);
        let row_of = |harness: &Harness, text: &str| {
            harness
                .screen()
                .lines()
                .position(|line| line.contains(text))
                .and_then(|row| u16::try_from(row).ok())
        };
        assert_eq!(harness.cursor().map(|(_, row)| row), row_of(&harness, "❯       password"));
        harness.press("p");
        assert_eq!(harness.cursor().map(|(_, row)| row), row_of(&harness, "❯ Value"));
        harness.press("Tab");
        assert_eq!(harness.cursor().map(|(_, row)| row), row_of(&harness, "❯ Stage labels"));
    }
}

#[test]
fn nothing_turns_while_the_key_is_derived_and_nothing_counts_afterwards() {
    let mut harness = plain(Harness::locked((80, 24), sample::shop));
    harness.hold();
    harness.type_text(PASSWORD).press("Enter");
    assert_eq!(harness.next_wake(), None);
    harness.wait(Duration::from_millis(1300)).event(Event::Tick);
    harness.assert_shows("  deriving the key…");
    harness.assert_hides("1.3 s");
    harness.release();
    assert_eq!(harness.next_wake(), Some(Duration::from_secs(300)), "the next wake is the lock");
}
