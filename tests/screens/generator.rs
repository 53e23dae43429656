//! The generator over the put form.

use etui::tui::Theme;
use etui::tui::glyphs::Glyphs;

use crate::assert_dialog;
use crate::browse::on_password;

/// The words are of chance, and so is how many signs mask them: one sign stands for all.
fn without_length(screen: &str) -> String {
    let lines = screen.lines().map(|line| {
        let masked = line.matches('•').count();
        let fill = " ".repeat(masked.saturating_sub(1));
        line.replacen(&"•".repeat(masked.max(1)), &format!("•{fill}"), 1)
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_password_is_drawn_at_once_masked_with_its_exact_strength() {
    let mut harness = on_password();
    harness.press("p Ctrl-g");
    harness.assert_shows("••••••••••••••••••••••••••••••••");
    harness.assert_shows("209.7 bits");
    assert_dialog!("generator_password", harness);
}

#[test]
fn enter_takes_it_into_the_form_with_its_strength_until_it_is_edited() {
    let mut harness = on_password();
    harness.press("p Ctrl-g Enter");
    assert_eq!(harness.typed_value().len(), 32);
    harness.assert_shows("32 bytes · 209.7 bits");
    harness.assert_shows("● ACSCurrent   v14 → v15");
    assert_dialog!("generator_taken", harness);
    harness.resize(120, 40).press("Ctrl-l");
    harness.unlock();
    harness.assert_shows("32 bytes · 209.7 bits");
    harness.type_text("x");
    harness.assert_shows("33 bytes");
    harness.assert_hides("bits");
}

#[test]
fn another_one_is_another_one_and_shown_on_request_only() {
    let mut harness = on_password();
    harness.press("p Ctrl-g Enter");
    let first = harness.typed_value();
    harness.press("Ctrl-g");
    harness.assert_shows("replaces the one in the form");
    harness.press("Ctrl-n Enter");
    let second = harness.typed_value();
    assert_ne!(first, second);
    harness.press("Ctrl-g Alt-r");
    assert!(!harness.dialog().contains("•••"), "{}", harness.dialog());
    harness.press("Esc");
    assert_eq!(harness.typed_value(), second, "Esc takes nothing");
}

#[test]
fn the_recipe_decides() {
    let mut harness = on_password();
    harness.press("p Ctrl-g Tab Ctrl-u").type_text("12");
    harness.press("Tab Space Tab Space Tab Tab Space Tab Tab").type_text("01234");
    assert_dialog!("generator_digits", harness);
    harness.resize(120, 40).press("Enter");
    let value = harness.typed_value();
    assert_eq!(value.len(), 12);
    assert!(value.bytes().all(|byte| (b'5'..=b'9').contains(&byte)), "{value}");
    harness.assert_shows("27.9 bits");
}

#[test]
fn a_passphrase_has_words_and_a_separator() {
    let mut harness = on_password();
    harness.press("p Ctrl-g Space Tab Ctrl-u").type_text("4").press("Tab Ctrl-u").type_text(".");
    harness.resize(80, 24);
    insta::assert_snapshot!("generator_passphrase", without_length(&harness.dialog()));
    harness.resize(120, 40).press("Enter");
    assert_eq!(harness.typed_value().split('.').count(), 4);
    harness.assert_shows("51.7 bits");
}

#[test]
fn a_recipe_that_makes_no_sense_is_told_and_nothing_is_taken() {
    let mut harness = on_password();
    harness.press("p Ctrl-g Tab Ctrl-u").type_text("7");
    harness.assert_shows("a random password has 8 to 128 characters");
    assert_dialog!("generator_wrong", harness);
    harness.resize(120, 40).press("Enter");
    assert_eq!(harness.dialogs(), 2);
    harness.press("Ctrl-u").type_text("many");
    harness.assert_shows("the length is a whole number");
    harness.press("Ctrl-u").type_text("8").press("Enter");
    assert_eq!(harness.typed_value().len(), 8);
}

#[test]
fn a_value_of_an_older_recipe_is_never_taken() {
    let mut harness = on_password();
    harness.press("p Ctrl-g");
    harness.hold();
    harness.press("Tab Ctrl-u").type_text("12").press("Enter");
    assert_eq!(harness.dialogs(), 2, "there is none yet");
    harness.release();
    harness.press("Enter");
    assert_eq!(harness.typed_value().len(), 12);
}

#[test]
fn a_value_that_comes_after_the_lock_is_dropped() {
    let mut harness = on_password();
    harness.hold();
    harness.press("p Ctrl-g Ctrl-l");
    harness.release();
    harness.assert_shows("Unlock");
    harness.unlock();
    assert_eq!(harness.dialogs(), 0);
}

#[test]
fn the_generator_in_ascii_uses_no_other_characters() {
    let mut harness = on_password();
    harness.wear(Theme::named("terminal", Glyphs::ASCII));
    harness.press("p Ctrl-g");
    assert!(harness.screen().is_ascii(), "{}", harness.screen());
}
