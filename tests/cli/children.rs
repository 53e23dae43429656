//! Programs that etui starts and waits for: none outlives it with a secret in its hands.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};

use super::program::write_program;
use super::support::Home;

/// Longer than any machine takes; only a hanging program comes near.
const PATIENCE: Duration = Duration::from_secs(60);

/// A program that says who it and its own child are, and would go on for ever.
const ENDLESS: &str = "sleep 1000 & echo $$ $! > begun; mv begun processes; wait; exit 3";

fn home() -> Home {
    let home = Home::with_secret();
    home.etui(&["stage", "db", "canary", "--to", "v1"]).succeeded();
    home
}

fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < PATIENCE, "{what} did not come");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Gone, or waited for by nobody: it does nothing any more.
fn is_gone(process: Pid) -> bool {
    let stat = fs::read_to_string(format!("/proc/{}/stat", process.as_raw_nonzero()));
    test_kill_process(process).is_err()
        || stat.map_or(true, |stat| stat.rsplit(')').next().unwrap_or_default().starts_with(" Z"))
}

/// Sends a signal to etui while a program of [`ENDLESS`] runs, and looks that nothing is left.
#[track_caller]
fn is_passed_on(home: &Home, command: &Command, signal: Signal) {
    let processes = home.path().join("processes");
    let _ = fs::remove_file(&processes);
    // Whoever runs the tests may have asked that a signal be passed over, as `nohup` does.
    let mut etui = Command::new("env");
    etui.arg("--default-signal").arg(command.get_program()).args(command.get_args()).env_clear();
    etui.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?)))).current_dir(home.path());
    let mut etui = etui.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    wait_until("the program", || processes.exists());
    kill_process(Pid::from_child(&etui), signal).unwrap();
    let status = etui.wait().unwrap();
    assert_eq!(status.signal(), Some(signal.as_raw()), "it dies of what it was sent: {status}");
    for id in fs::read_to_string(&processes).unwrap().split_whitespace() {
        let process = Pid::from_raw(id.parse().unwrap()).unwrap();
        wait_until("the end of what it had started", || is_gone(process));
    }
}

#[test]
fn the_command_of_promote_ends_with_etui_and_no_label_moves() {
    let home = home();
    for signal in [Signal::TERM, Signal::HUP] {
        let arguments = ["promote", "db", "canary", "--if", ENDLESS, "--env", "P=db"];
        is_passed_on(&home, &home.command(&arguments), signal);
    }
    assert_eq!(home.etui(&["get", "db"]).text(), "two");
}

#[test]
fn the_password_command_ends_with_etui() {
    let home = home();
    is_passed_on(&home, &home.bare(&["get", "db", "--password-command", ENDLESS]), Signal::TERM);
}

#[test]
fn the_clipboard_command_ends_with_etui() {
    let home = home();
    fs::create_dir_all(home.path().join("config/etui")).unwrap();
    let settings = format!("clipboard = 'command'\nclipboard_copy = '{ENDLESS}'\n");
    fs::write(home.path().join("config/etui/settings.toml"), settings).unwrap();
    is_passed_on(&home, &home.command(&["copy", "db"]), Signal::TERM);
}

#[test]
fn gpg_and_git_end_with_an_import() {
    let home = home();
    let store = home.path().join("store");
    fs::create_dir_all(store.join(".git")).unwrap();
    fs::write(store.join(".gpg-id"), "test\n").unwrap();
    fs::write(store.join("login.gpg"), "sealed").unwrap();
    let programs = home.path().join("programs");
    fs::create_dir(&programs).unwrap();
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    for endless in ["git", "gpg"] {
        for program in ["git", "gpg"] {
            let rest = if program == endless { ENDLESS } else { "true" };
            let script = format!("#!/bin/sh\n[ \"$1\" = --version ] && exit\n{rest}\n");
            write_program(&programs.join(program), &script);
        }
        let mut command = home.command(&["import", "pass", "store"]);
        command.env("PATH", &path);
        is_passed_on(&home, &command, Signal::TERM);
    }
}

/// `promote --if` on a terminal; the password comes from a file.
fn promote_on_a_terminal(home: &Home, condition: &str) -> super::support::Terminal {
    home.terminal_with(&["promote", "db", "canary", "--if", condition], |command| {
        command.env("ETUI_PASSWORD_FILE", home.path().join("password"))
    })
}

#[test]
fn what_the_keyboard_sends_is_for_the_program_alone() {
    let home = home();
    let condition = "trap 'touch handled' INT; echo up; until [ -e handled ]; do sleep 0.01; done; \
                     read word; test \"$word\" = typed";
    let mut terminal = promote_on_a_terminal(&home, condition);
    terminal.wait_for("up").press("\u{3}");
    wait_until("the program's own answer to the key", || home.path().join("handled").exists());
    terminal.press("typed\r");
    let (status, screen) = terminal.end();
    assert_eq!(status.code(), Some(0), "{screen}");
    assert_eq!(home.etui(&["get", "db"]).text(), "one");
}

#[test]
fn a_program_that_dies_of_the_keyboard_takes_etui_with_it() {
    let home = home();
    for (key, signal) in [("\u{3}", Signal::INT), ("\u{1c}", Signal::QUIT)] {
        let mut terminal = promote_on_a_terminal(&home, "echo up; exec sleep 1000");
        terminal.wait_for("up").press(key);
        let (status, screen) = terminal.end();
        assert_eq!(status.signal(), Some(signal.as_raw()), "{screen}");
    }
    assert_eq!(home.etui(&["get", "db"]).text(), "two");
}

#[test]
fn a_program_that_fails_by_itself_is_told_as_before() {
    let home = home();
    let run = home.etui(&["promote", "db", "canary", "--if", "exit 3"]).failed(4);
    assert!(run.stderr.contains("exit code 3"), "{run}");
}
