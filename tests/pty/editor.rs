//! The user's editor in a real terminal.

use std::fs;

use rustix::process::Signal;

use crate::program::write_program;
use crate::support::{Home, NAME, Terminal, VALUE};

/// An editor of the user's making: a shell script that gets the file as its argument.
fn editor(home: &Home, script: &str) {
    let path = home.path().join("editor");
    write_program(&path, &format!("#!/bin/sh\n{script}\n"));
    let folder = home.path().join("config/etui");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("settings.toml"), format!("editor = \"{}\"\n", path.display())).unwrap();
}

fn open_app(home: &Home) -> Terminal {
    home.make_vault();
    let mut terminal = home.app((80, 24));
    terminal.unlock();
    terminal
}

/// Nothing that the editor had lies anywhere any more.
fn assert_nothing_left(home: &Home) {
    let left = fs::read_dir(home.runtime()).unwrap().flatten().map(|entry| entry.file_name());
    let left: Vec<_> = left.filter(|name| name.to_string_lossy().starts_with("etui-edit")).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn the_editor_has_the_terminal_alone_and_gives_it_back() {
    let home = Home::new();
    editor(&home, "echo in the editor; read answer; printf '%s' edited > \"$1\"; echo x > \"$1~\"");
    let mut terminal = open_app(&home);
    let modes = terminal.modes();
    terminal.press("e");
    terminal.wait_for("the editor", |screen| {
        !screen.alternate_screen() && screen.contents().contains("in the editor")
    });
    assert!(!terminal.screen().contents().contains(VALUE), "{}", terminal.picture());
    assert_eq!(terminal.modes().local_modes, terminal.modes_at_first().local_modes);
    terminal.press("go on\r");
    terminal.wait_for_text("Put a value");
    terminal.wait_for_app();
    assert_eq!(terminal.modes().local_modes, modes.local_modes);
    assert_nothing_left(&home);
    terminal.press("\x13");
    terminal.wait_for_text("v2 stored");
    terminal.press("\x03");
    assert!(terminal.wait_for_end().success());
    assert_eq!(home.value_of(NAME), b"edited");
    assert!(!terminal.screen().contents().contains(VALUE), "{}", terminal.picture());
}

#[test]
fn after_the_editor_the_whole_screen_is_drawn_again() {
    let home = Home::new();
    editor(&home, "printf '\\033[31mred '; read answer");
    let mut terminal = open_app(&home);
    terminal.wait_for_text("v1");
    // Times may change meanwhile, but no line becomes empty.
    let filled = |terminal: &Terminal| -> Vec<bool> {
        terminal.screen().rows(0, 80).map(|row| !row.trim().is_empty()).collect()
    };
    let before = filled(&terminal);
    terminal.press("e");
    terminal.wait_for_text("red");
    terminal.press("go on\r");
    terminal.wait_for_app();
    // The last lines tell what the editor did.
    terminal.wait_until("the screen of before", |terminal| {
        terminal.read_for(std::time::Duration::from_millis(20));
        filled(terminal)[..20] == before[..20]
    });
}

#[test]
fn an_editor_that_fails_changes_nothing() {
    let home = Home::new();
    editor(&home, "echo lost > \"$1\"; exit 3");
    let mut terminal = open_app(&home);
    terminal.press("e");
    terminal.wait_for_text("exit code 3");
    terminal.wait_for_app();
    assert_nothing_left(&home);
    terminal.press("\x03");
    terminal.wait_for_end();
    assert_eq!(home.value_of(NAME), VALUE.as_bytes());
}

#[test]
fn a_signal_ends_the_app_only_after_the_editor_so_that_nothing_is_left_behind() {
    let home = Home::new();
    editor(&home, "trap '' TERM INT; echo in the editor; read answer");
    let mut terminal = open_app(&home);
    terminal.press("e");
    terminal.wait_for_text("in the editor");
    terminal.send(Signal::INT);
    terminal.send(Signal::TERM);
    terminal.press("go on\r");
    let status = terminal.wait_for_end();
    assert_eq!(crate::support::signal_of(status), Some(Signal::TERM));
    assert_eq!(terminal.modes().local_modes, terminal.modes_at_first().local_modes);
    assert_nothing_left(&home);
}
