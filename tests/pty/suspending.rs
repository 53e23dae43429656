//! Stopping and going on, under a shell with job control.

use rustix::process::{Pid, Signal, kill_process};

use crate::support::{Home, PASSWORD, Terminal, children_of, state_of};

/// A shell in which the app has begun, and the app's process.
fn app_in_a_shell(home: &Home) -> (Terminal, Pid) {
    let mut shell = home.shell((80, 24));
    shell.press("etui\r");
    shell.wait_for_app();
    let app = children_of(shell.process())[0];
    (shell, app)
}

fn wait_for_stop(shell: &mut Terminal, app: Pid) {
    shell.wait_until("the stop", |_| state_of(app) == Some('T'));
    shell.wait_for("the shell's screen", |screen| {
        !screen.alternate_screen() && !screen.bracketed_paste() && screen.contents().contains("Stopped")
    });
}

fn assert_the_shell_works(shell: &mut Terminal, number: u32) {
    shell.press(&format!("echo works $(({number}+0))\r"));
    shell.wait_for_text(&format!("works {number}"));
}

#[test]
fn a_stop_from_outside_gives_the_terminal_to_the_shell_and_fg_takes_it_again() {
    let home = Home::new();
    let (mut shell, app) = app_in_a_shell(&home);
    for round in 1..=2 {
        kill_process(app, Signal::TSTP).unwrap();
        wait_for_stop(&mut shell, app);
        assert_the_shell_works(&mut shell, round);
        shell.press("fg\r");
        shell.wait_for_app();
        assert_eq!(state_of(app).map(|state| state == 'T'), Some(false));
    }
    kill_process(app, Signal::TERM).unwrap();
    shell.wait_for("the shell", |screen| !screen.alternate_screen());
    assert_the_shell_works(&mut shell, 3);
}

#[test]
fn after_a_stop_that_cannot_be_handled_the_screen_is_drawn_anew() {
    let home = Home::new();
    let (mut shell, app) = app_in_a_shell(&home);
    kill_process(app, Signal::STOP).unwrap();
    shell.wait_until("the stop", |_| state_of(app) == Some('T'));
    // The shell prints on what is still the app's screen.
    shell.wait_for_text("Stopped");
    shell.press("fg\r");
    shell.wait_for("the app's own screen", |screen| {
        screen.alternate_screen() && !screen.contents().contains("Stopped")
    });
}

#[test]
fn without_a_shell_to_continue_it_the_app_does_not_stop() {
    let home = Home::new();
    let mut terminal = home.app((80, 24));
    terminal.wait_for_app();
    terminal.send(Signal::TSTP);
    // It answers a later signal, which a stopped process would not.
    terminal.send(Signal::TERM);
    terminal.wait_for_end();
    assert!(!terminal.written().contains("Stopped"));
}

#[test]
fn continued_in_the_background_the_app_waits_for_the_foreground() {
    let home = Home::new();
    let (mut shell, app) = app_in_a_shell(&home);
    kill_process(app, Signal::TSTP).unwrap();
    wait_for_stop(&mut shell, app);
    shell.press("bg\r");
    // It wants the terminal, which is the shell's: the kernel stops it before it has touched anything.
    // The shell tells it with its next prompt.
    shell.wait_until("the second stop", |shell| {
        shell.press("\r");
        shell.written().matches("Stopped").count() > 1
    });
    assert!(!shell.screen().alternate_screen(), "{}", shell.picture());
    assert_the_shell_works(&mut shell, 1);
    shell.press("fg\r");
    shell.wait_for_app();
}

#[test]
fn ctrl_z_locks_before_it_stops_and_the_form_is_back_after_the_password() {
    let home = Home::new();
    home.make_vault();
    let (mut shell, app) = app_in_a_shell(&home);
    shell.unlock();
    shell.press("p");
    shell.wait_for_text("Ctrl-s");
    shell.press("typed");
    shell.wait_for_text("5 bytes");
    shell.press("\x1a");
    wait_for_stop(&mut shell, app);
    assert_the_shell_works(&mut shell, 1);
    shell.press("fg\r");
    shell.wait_for_text("Master password");
    assert!(!shell.screen().contents().contains("5 bytes"), "{}", shell.picture());
    shell.press(&format!("{PASSWORD}\r"));
    shell.wait_for_text("5 bytes");
}
