//! Starting: with a password that was given, where the last run was left, with and without the mouse.

use rustix::process::Signal;
use vt100::MouseProtocolMode;

use crate::fixtures::{create_request, text};
use crate::support::{Home, NAME, PASSWORD, SIZES, VALUE, signal_of};

#[test]
fn a_password_file_opens_the_app_without_the_unlock_screen_and_once() {
    let home = Home::new();
    home.make_vault();
    let file = home.path().join("password");
    std::fs::write(&file, format!("{PASSWORD}\n")).unwrap();
    let mut terminal = home.app_with((80, 24), &["--password-file", file.to_str().unwrap()]);
    terminal.wait_for_text(NAME);
    terminal.press("\x0c");
    terminal.wait_for_text("Master password");
    terminal.unlock();
    terminal.press("q");
    assert!(terminal.wait_for_end().success());
}

#[test]
fn a_wrong_password_in_the_file_is_told_on_the_unlock_screen() {
    let home = Home::new();
    home.make_vault();
    let file = home.path().join("password");
    std::fs::write(&file, "wrong").unwrap();
    let mut terminal = home.app_with((80, 24), &["tui", "--password-file", file.to_str().unwrap()]);
    terminal.wait_for_text("Wrong password");
    terminal.unlock();
}

#[test]
fn a_password_from_stdin_is_refused_because_the_keys_come_from_there() {
    let home = Home::new();
    let mut terminal = home.app_with((80, 24), &["--password-file", "-"]);
    assert_eq!(terminal.wait_for_end().code(), Some(2));
    assert!(terminal.written().contains("the app reads keys from stdin"), "{}", terminal.picture());
}

#[test]
fn the_app_opens_where_the_last_run_was_left_without_showing_the_value() {
    let home = Home::new();
    home.make_vault();
    let mut terminal = home.app((80, 24));
    terminal.unlock();
    terminal.press("/api\r3r");
    terminal.wait_for_text(VALUE);
    terminal.press("\x03");
    assert!(terminal.wait_for_end().success());

    let mut terminal = home.app((80, 24));
    terminal.unlock();
    terminal.wait_for_text("3 Value");
    assert!(!terminal.screen().contents().contains(VALUE));
    terminal.press("1");
    terminal.wait_for_text("/ api");
}

#[test]
fn the_app_opens_where_it_stood_when_a_signal_ended_it() {
    for (signal, size) in [Signal::TERM, Signal::HUP].into_iter().zip(SIZES) {
        let home = Home::new();
        home.make_vault();
        home.open_vault().create_secret(&create_request("zebra", "v1", text("another"))).unwrap();
        let mut terminal = home.app(size);
        terminal.unlock();
        terminal.press("/zeb\r2");
        terminal.wait_for_text("Versions · zebra");
        terminal.send(signal);
        assert_eq!(signal_of(terminal.wait_for_end()), Some(signal));

        let mut terminal = home.app(size);
        terminal.wait_for_text("Master password");
        terminal.press(&format!("{PASSWORD}\r"));
        terminal.wait_for_text("Versions · zebra");
    }
}

/// The agent of a home; it ends with the test.
struct AgentOf<'a>(&'a Home);

impl<'a> AgentOf<'a> {
    fn start(home: &'a Home) -> Self {
        std::fs::write(home.path().join("password"), PASSWORD).unwrap();
        let agent = Self(home);
        agent.etui(&["unlock", "--password-file", "password"]);
        agent
    }

    fn etui(&self, arguments: &[&str]) {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_etui"));
        command.args(arguments).env_clear().envs(self.0.environment()).current_dir(self.0.path());
        assert!(command.output().unwrap().status.success(), "{arguments:?}");
    }
}

impl Drop for AgentOf<'_> {
    fn drop(&mut self) {
        self.etui(&["lock"]);
    }
}

#[test]
fn the_agent_opens_the_app_at_its_start_and_never_after_a_lock() {
    for size in SIZES {
        let home = Home::new();
        home.make_vault();
        let agent = AgentOf::start(&home);
        let mut terminal = home.app(size);
        terminal.wait_for_text("unlocked by the agent");
        terminal.wait_for_text(NAME);
        terminal.press("\x0c");
        terminal.wait_for_text("The agent still keeps the key");
        terminal.press("\x0f");
        terminal.wait_for_text("Another vault");
        terminal.press(&format!("\x15{}\r", home.vault().display()));
        terminal.wait_for_text("Master password");
        // Scripts are served all the same.
        agent.etui(&["get", NAME]);
        assert!(!terminal.screen().contents().contains(NAME), "{}", terminal.picture());
        terminal.press(&format!("{PASSWORD}\r"));
        terminal.wait_for_text(NAME);
        assert!(!terminal.screen().contents().contains("agent"), "{}", terminal.picture());
    }
}

#[test]
fn a_setting_keeps_the_agent_from_opening_the_app() {
    let home = Home::new();
    home.make_vault();
    home.set("unlock_by_agent = false");
    let _agent = AgentOf::start(&home);
    let mut terminal = home.app((80, 24));
    terminal.unlock();
}

#[test]
fn a_click_reaches_the_app_and_the_setting_leaves_the_mouse_to_the_terminal() {
    let home = Home::new();
    home.make_vault();
    let mut terminal = home.app((120, 40));
    terminal.unlock();
    // Into the pane of the value, whose cursor stands at its first cell then.
    terminal.press("\x1b[<0;70;25M\x1b[<0;70;25m");
    terminal.wait_for("the value's pane", |screen| screen.cursor_position().1 > 40);
    terminal.press("q");
    terminal.wait_for_end();

    let settings = home.path().join("settings.toml");
    std::fs::write(&settings, "mouse = 'off'\n").unwrap();
    let mut terminal = home.app_with((120, 40), &["--config", settings.to_str().unwrap()]);
    terminal.unlock();
    assert_eq!(terminal.screen().mouse_protocol_mode(), MouseProtocolMode::None);
}
