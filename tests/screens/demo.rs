//! The demo: what it shows first, and how it is opened again.

use std::sync::atomic::Ordering;

use etui::app_options::Ownership;
use etui::demo;
use etui::domain::Timestamp;
use etui::tui::Theme;
use etui::tui::glyphs::Glyphs;

use crate::harness::{Harness, NOW};
use crate::{assert_dialog, assert_screens};

/// The app on the samples, at its unlock screen.
fn locked(size: (u16, u16)) -> Harness {
    let mut harness = Harness::locked(size, |vault, clock| {
        let set_clock = &mut |time: Timestamp| clock.0.store(time.seconds(), Ordering::SeqCst);
        demo::fill(vault, Timestamp::clamped(NOW), set_clock).unwrap();
    });
    harness.state.app.ownership = Ownership::Demo { password: demo::PASSWORD, first: demo::FIRST };
    harness
}

#[test]
fn the_demo_shows_sample_secrets_with_a_past_and_says_that_it_is_one() {
    let mut harness = locked((120, 40));
    harness.unlock();
    assert_screens!("demo", harness);
}

#[test]
fn the_demo_begins_with_what_the_labels_mean() {
    let mut harness = locked((120, 40));
    harness.unlock();
    harness.assert_shows(
        "● ACSCurrent is what programs read, ○ ACSPrevious the one before it, ◆ a label of your own",
    );
    harness.wear(Theme::named("none", Glyphs::ASCII));
    harness.assert_hides("●");
    harness.assert_shows("* ACSCurrent is what programs read");
    harness.press("Ctrl-l");
    harness.unlock();
    harness.assert_hides("is what programs read");
}

#[test]
fn the_unlock_screen_of_the_demo_tells_its_password() {
    let mut harness = locked((120, 40));
    harness.unlock();
    harness.press("Ctrl-l");
    assert_dialog!("demo_locked", harness);
    harness.assert_shows(demo::PASSWORD);
}
