//! Where a value comes in and goes out: pastes, the screen, the clipboard.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustix::process::Signal;

use crate::support::{Home, NAME, PASSWORD, SIZES, Terminal, VALUE};

/// What was written after the alternate screen was left for the last time.
fn after_the_app(terminal: &Terminal) -> String {
    let written = terminal.written();
    let left = written.rfind("\x1b[?1049l").expect("the alternate screen was left");
    written[left..].to_owned()
}

fn open_app(home: &Home, size: (u16, u16)) -> Terminal {
    home.make_vault();
    let mut terminal = home.app(size);
    terminal.unlock();
    terminal
}

fn reveal(terminal: &mut Terminal) {
    assert!(!terminal.screen().contents().contains(VALUE), "{}", terminal.picture());
    terminal.press("3r");
    terminal.wait_for_text(VALUE);
}

#[test]
fn a_revealed_value_does_not_outlive_the_app_on_the_terminal() {
    for (size, ending) in SIZES.into_iter().zip([None, Some(Signal::TERM), Some(Signal::INT)]) {
        let home = Home::new();
        let mut terminal = open_app(&home, size);
        reveal(&mut terminal);
        match ending {
            None => terminal.press("\x03"),
            Some(signal) => terminal.send(signal),
        }
        terminal.wait_for_end();
        assert!(!terminal.screen().contents().contains(VALUE), "{}", terminal.picture());
        assert!(!after_the_app(&terminal).contains(VALUE));
        assert!(!terminal.all_lines().contains(VALUE), "it cannot be scrolled back to");
        assert!(!terminal.alternate_screen().contains(VALUE), "nor be switched to");
    }
}

#[test]
fn locking_takes_a_revealed_value_off_the_screen() {
    let home = Home::new();
    let mut terminal = open_app(&home, (80, 24));
    reveal(&mut terminal);
    terminal.press("\x0c");
    terminal.wait_for("the lock", |screen| !screen.contents().contains(VALUE));
    terminal.wait_for_text("Master password");
    terminal.press(&format!("{PASSWORD}\r"));
    terminal.wait_for_text("password");
    assert!(!terminal.screen().contents().contains(VALUE), "{}", terminal.picture());
}

#[test]
fn a_pasted_line_end_submits_nothing_anywhere() {
    let home = Home::new();
    home.make_vault();
    let mut terminal = home.app((80, 24));
    terminal.wait_for_text("Master password");
    terminal.paste(&format!("{PASSWORD}\r"));
    terminal.wait_for_text("several lines");
    terminal.unlock();
    // Over the list nothing has the focus that could take it, and no character of it is a key.
    terminal.paste("q\r");
    terminal.wait_for_text("paste");
    terminal.press("p");
    terminal.wait_for_text("Ctrl-s");
    terminal.paste("line one\rline two\r");
    terminal.wait_for_text("18 bytes");
    assert!(terminal.screen().contents().contains("Ctrl-s"), "{}", terminal.picture());
    terminal.press("\x13");
    terminal.wait_for_text("v2 stored");
    terminal.press("\x03");
    assert!(terminal.wait_for_end().success());
    assert_eq!(home.value_of(NAME), b"line one\nline two\n");
}

#[test]
fn without_a_display_a_copied_value_goes_to_the_terminal_whole_and_between_two_frames() {
    let home = Home::new();
    let mut terminal = open_app(&home, (80, 24));
    terminal.press("y");
    terminal.wait_until("the copy", |terminal| !terminal.clipboard().copied.is_empty());
    assert_eq!(terminal.clipboard().copied, [STANDARD.encode(VALUE).into_bytes()]);
    terminal.wait_for_text("OSC 52");
    terminal.press("\x03");
    terminal.wait_for_end();
    let written = terminal.written();
    let (before, _) = written.split_once("\x1b]52;").unwrap();
    assert_eq!(before.matches("\x1b[?2026h").count(), before.matches("\x1b[?2026l").count());
}
