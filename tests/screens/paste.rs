//! Pastes: they never submit, never change fields, and no byte changes on the way.

use etui::tui::Event;
use etui::tui::paste::PasteRefused;

use crate::browse::on_password;
use crate::harness::Harness;
use crate::sample;

/// Stores what the form holds and reads it back.
fn stored(harness: &mut Harness) -> String {
    harness.press("Ctrl-s");
    assert_eq!(harness.dialogs(), 0, "{}", harness.screen());
    harness.press("y");
    harness.clipboard.copied.lock().unwrap().last().unwrap().clone()
}

#[test]
fn line_ends_are_kept_except_for_bare_carriage_returns() {
    for (pasted, expected, note) in [
        ("a\rb", "a\nb", "2 lines, LF"),
        ("a\nb", "a\nb", "2 lines, LF"),
        ("a\r\nb", "a\r\nb", "2 lines, CRLF"),
        ("a\r\nb\nc", "a\r\nb\nc", "3 lines, mixed line ends"),
        ("\ta\t", "\ta\t", "3 bytes"),
    ] {
        let mut harness = on_password();
        harness.press("p").paste(pasted);
        harness.assert_shows(note);
        harness.assert_shows("❯ Value");
        assert_eq!(stored(&mut harness), expected, "{pasted:?}");
    }
}

#[test]
fn a_final_newline_is_kept_and_pointed_out() {
    let mut harness = on_password();
    harness.press("p").paste("token\n");
    harness.assert_shows("the paste ended with a newline, which is part of the value");
    assert_eq!(harness.state.app.browse().unwrap().versions().count(), 5, "nothing was submitted");
    assert_eq!(stored(&mut harness), "token\n");
}

#[test]
fn a_paste_that_lost_bytes_is_refused() {
    let mut harness = on_password();
    harness.press("p").paste("to\u{fffd}ken");
    harness.assert_shows("bytes were lost on the way");
    harness.assert_shows("type or paste the value");
}

#[test]
fn a_field_of_one_line_takes_no_lines() {
    let mut harness = on_password();
    harness.press("p").type_text("x").press("Tab Tab").paste("first\nsecond");
    harness.assert_shows("the paste has several lines, and this field has one");
    harness.assert_hides("second");
    harness.paste("first");
    harness.assert_shows("❯ Note             first");
}

#[test]
fn a_paste_outside_a_text_field_does_nothing() {
    let mut harness = on_password();
    let before = harness.state.app.browse().unwrap().cursor;
    harness.paste("jjjDl\rq");
    assert_eq!(harness.toast(), "a paste goes into a text field: nothing was pasted");
    assert_eq!(harness.state.app.browse().unwrap().cursor, before);
    assert!(!harness.has_quit);
    harness.press("b").paste("\r");
    harness.assert_shows("Roll back");
    harness.press("Esc ?").paste("x");
    assert_eq!(harness.toast(), "a paste goes into a text field: nothing was pasted");
}

#[test]
fn a_newline_pasted_into_the_unlock_field_unlocks_nothing() {
    let mut harness = Harness::locked((120, 40), sample::shop);
    harness.paste("correct horse battery staple\r");
    assert!(harness.state.app.browse().is_none());
    harness.assert_shows("the paste has several lines, and this field has one");
    harness.paste("correct horse battery staple").press("Enter");
    assert!(harness.state.app.browse().is_some());
}

#[test]
fn a_paste_of_which_nothing_is_kept_is_told() {
    let mut harness = on_password();
    harness.event(Event::PasteRefused(PasteRefused::TooLong));
    assert_eq!(harness.toast(), "the paste is larger than 1 MiB: nothing was pasted, take it from a file");
    harness.press("p").type_text("kept");
    harness.event(Event::PasteRefused(PasteRefused::Stopped));
    harness.assert_shows("the paste was stopped with Ctrl-C: nothing was pasted");
    assert_eq!(harness.typed_value(), "kept");
}
