//! `etui demo`: opens by itself, and leaves nothing behind.

use std::fs;

use rustix::process::Signal;

use crate::support::{Home, SIZES, Terminal, signal_of};

fn open(home: &Home, size: (u16, u16)) -> Terminal {
    let mut terminal = home.app_with(size, &["demo"]);
    terminal.wait_for_text("password");
    assert!(terminal.screen().contents().contains("demo"), "{}", terminal.picture());
    assert_eq!(folders(home), 1, "the demo lies in a folder of its own");
    terminal
}

/// How many demos there are.
fn folders(home: &Home) -> usize {
    let entries = fs::read_dir(home.runtime()).unwrap();
    entries.filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().contains("demo")).count()
}

#[test]
fn the_demo_opens_without_a_question_and_goes_when_it_is_left() {
    let home = Home::new();
    let mut terminal = open(&home, (120, 40));
    terminal.press("q");
    assert!(terminal.wait_for_end().success());
    let entries = [home.path(), home.runtime()].map(|folder| fs::read_dir(folder).unwrap());
    let left: Vec<_> = entries.into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn the_demo_goes_with_every_signal_that_ends_it() {
    for (signal, size) in [Signal::TERM, Signal::HUP, Signal::INT].into_iter().zip(SIZES) {
        let home = Home::new();
        let mut terminal = open(&home, size);
        terminal.send(signal);
        assert_eq!(signal_of(terminal.wait_for_end()), Some(signal));
        assert_eq!(folders(&home), 0);
    }
}

#[test]
fn the_folder_of_a_killed_demo_goes_at_the_next_start_and_that_of_a_living_one_stays() {
    for next in [&["demo"][..], &[]] {
        let home = Home::new();
        let mut killed = open(&home, (80, 24));
        killed.send(Signal::KILL);
        assert_eq!(signal_of(killed.wait_for_end()), Some(Signal::KILL));
        assert_eq!(folders(&home), 1, "a killed process removes nothing");
        let mut living = open(&home, (80, 24));
        let mut another = home.app_with((80, 24), next);
        another.wait_for_text(if next.is_empty() { "A new vault" } else { "password" });
        assert_eq!(folders(&home), 1 + next.len(), "{next:?}");
        living.press("q");
        assert!(living.wait_for_end().success());
    }
}

#[test]
fn the_demo_goes_with_its_terminal() {
    let home = Home::new();
    let terminal = open(&home, (80, 24));
    terminal.close();
    assert_eq!(folders(&home), 0);
}

#[test]
fn a_locked_demo_tells_its_password_and_opens_with_it() {
    let home = Home::new();
    let mut terminal = open(&home, (80, 24));
    terminal.press("\x0c");
    terminal.wait_for_text("of the demo: demo");
    terminal.press("demo\r");
    terminal.wait_for_text("secrets");
    terminal.press("\x03");
    assert!(terminal.wait_for_end().success());
    assert_eq!(folders(&home), 0);
}
