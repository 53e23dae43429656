//! On every way out the terminal is as it was, and nothing of the app is left on it.

use std::time::Duration;

use rustix::process::Signal;

use vt100::{MouseProtocolEncoding, MouseProtocolMode};

use crate::support::{Home, SIZES, Terminal, naps_of, signal_of};

/// Asserts that the app has given the terminal back.
fn assert_given_back(terminal: &Terminal, before: &rustix::termios::Termios) {
    let (screen, after) = (terminal.screen(), terminal.modes());
    let picture = terminal.picture();
    assert!(!screen.alternate_screen(), "the primary screen is back:\n{picture}");
    assert!(!screen.bracketed_paste(), "bracketed paste is off:\n{picture}");
    assert_eq!(
        screen.mouse_protocol_mode(),
        MouseProtocolMode::None,
        "the mouse is the terminal's:\n{picture}"
    );
    assert!(!screen.hide_cursor(), "the cursor is shown:\n{picture}");
    assert_eq!(after.local_modes, before.local_modes);
    assert_eq!(after.input_modes, before.input_modes);
    assert_eq!(after.output_modes, before.output_modes);
    assert_eq!(after.control_modes, before.control_modes);
}

#[test]
fn a_signal_that_ends_the_app_gives_the_terminal_back_and_is_its_cause_of_death() {
    let signals = [Signal::TERM, Signal::HUP, Signal::INT, Signal::QUIT];
    for (signal, size) in signals.into_iter().zip(SIZES.into_iter().cycle()) {
        let home = Home::new();
        let mut terminal = home.app(size);
        let before = terminal.modes_at_first();
        terminal.wait_for_app();
        assert_ne!(terminal.modes().local_modes, before.local_modes, "raw mode");
        terminal.wait_for("the mouse", |screen| {
            screen.mouse_protocol_mode() == MouseProtocolMode::PressRelease
                && screen.mouse_protocol_encoding() == MouseProtocolEncoding::Sgr
        });
        terminal.send(signal);
        let status = terminal.wait_for_end();
        assert_given_back(&terminal, &before);
        assert_eq!(signal_of(status), Some(signal));
        assert_eq!(terminal.screen().contents().trim(), "", "nothing was drawn on the primary screen");
    }
}

#[test]
fn the_app_does_not_outlive_its_terminal() {
    let home = Home::new();
    let mut terminal = home.app((80, 24));
    terminal.wait_for_app();
    let status = terminal.close();
    assert_eq!(signal_of(status), Some(Signal::HUP));
}

#[test]
fn keys_that_the_app_did_not_read_are_not_left_to_the_shell() {
    let home = Home::new();
    let mut shell = home.shell((80, 24));
    // A shell with job control may see that the app was stopped, and read the keys itself.
    shell.press("set +m\r");
    shell.press("etui\r");
    shell.wait_for_app();
    let app = crate::support::children_of(shell.process())[0];
    rustix::process::kill_process(app, Signal::STOP).unwrap();
    // The app cannot read this any more before it is told to end; the shell would run it.
    shell.press("echo ran-$((6*7))\r");
    rustix::process::kill_process(app, Signal::TERM).unwrap();
    rustix::process::kill_process(app, Signal::CONT).unwrap();
    shell.wait_for("the shell", |screen| !screen.alternate_screen());
    shell.press("echo still $((40+2))\r");
    shell.wait_for_text("still 42");
    assert!(!shell.written().contains("ran-42"), "{}", shell.picture());
}

/// How often an app that has come to rest goes to sleep again in that time, and how many bytes it writes.
fn naps_and_writes(terminal: &mut Terminal, time: Duration) -> (u64, usize) {
    let process = terminal.process();
    terminal.wait_until("rest", |terminal| {
        let before = naps_of(process);
        terminal.read_for(Duration::from_millis(300));
        naps_of(process) == before
    });
    let (naps, written) = (naps_of(process), terminal.written().len());
    std::thread::sleep(time);
    terminal.read_for(Duration::ZERO);
    (naps_of(process) - naps, terminal.written().len() - written)
}

#[test]
fn an_idle_app_is_not_woken_by_anything() {
    let home = Home::new();
    let mut terminal = home.app((80, 24));
    terminal.wait_for_app();
    assert_eq!(naps_and_writes(&mut terminal, Duration::from_secs(1)), (0, 0));
}

#[test]
fn an_open_vault_in_which_nobody_does_anything_wakes_nobody_before_the_minute_is_over() {
    let home = Home::new();
    home.make_vault();
    let mut terminal = home.app((80, 24));
    terminal.unlock();
    let (naps, written) = naps_and_writes(&mut terminal, Duration::from_secs(3));
    // The countdown of the header may pass into its next minute meanwhile, once.
    assert!(naps <= 2, "{naps}");
    assert!(written < 200, "{written}");
}

#[test]
fn every_frame_lies_inside_a_synchronized_update() {
    let home = Home::new();
    let mut terminal = home.app((120, 40));
    terminal.wait_for_app();
    for size in [(60, 20), (100, 30), (80, 24)] {
        terminal.resize(size);
        terminal.read_for(Duration::from_millis(100));
    }
    terminal.send(Signal::TERM);
    terminal.wait_for_end();
    let written = terminal.written();
    let opened = written.split("\x1b[?2026h").skip(1);
    assert!(opened.clone().count() > 0, "there are frames");
    for frame in opened {
        let (inside, between) = frame.split_once("\x1b[?2026l").expect("every update is ended");
        assert!(!inside.contains("?2026"));
        // Between frames only the way out is written.
        assert!(between.is_empty() || between.contains("\x1b[?1049l"), "{between:?}");
    }
}
