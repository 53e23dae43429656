//! The main job from the first start to the way out, at every size, and what the command line says of it.

use std::process::Command;

use crate::support::{Home, PASSWORD, SIZES, Terminal};

/// Runs a command of the command line on the vault and answers its output.
fn command_line(home: &Home, arguments: &[&str]) -> serde_json::Value {
    let password = home.path().join("password");
    std::fs::write(&password, PASSWORD).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_etui"))
        .args(arguments)
        .args(["--json", "--password-file", password.to_str().unwrap()])
        .env_clear()
        .envs(home.environment())
        .output()
        .unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {complaint}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn make_vault(terminal: &mut Terminal) {
    terminal.wait_for_text("A new vault");
    terminal.press(&format!("{PASSWORD}\r"));
    terminal.press(&format!("{PASSWORD}\r"));
    terminal.wait_for_text("vault created and unlocked");
}

fn store_a_secret(terminal: &mut Terminal, name: &str, value: &str) {
    terminal.press("n");
    terminal.wait_for_text("Ctrl-s");
    terminal.press(&format!("{name}\t{value}"));
    terminal.wait_for_text(&format!("{} bytes", value.len()));
    terminal.press("\x13");
    terminal.wait_for("the stored secret", |screen| {
        screen.contents().contains("v1") && !screen.contents().contains("Ctrl-s")
    });
}

fn put_a_value(terminal: &mut Terminal, value: &str, version: &str) {
    terminal.press("p");
    terminal.wait_for_text("Ctrl-s");
    terminal.press(value);
    terminal.wait_for_text(&format!("{} bytes", value.len()));
    terminal.press("\x13");
    terminal.wait_for_text(&format!("{version} stored"));
}

#[test]
fn from_the_first_start_to_a_rollback_and_the_command_line_agrees() {
    for size in SIZES {
        let home = Home::new();
        let mut terminal = home.app(size);
        make_vault(&mut terminal);
        store_a_secret(&mut terminal, "shop/db/password", "first-value");
        put_a_value(&mut terminal, "the-second-value", "v2");
        // What is known of the secret comes after the toast.
        terminal.press("2");
        terminal.wait_for_text("ACSPrevious");
        terminal.press("b");
        terminal.wait_for("the plan", |screen| screen.contents().contains("ACSCurrent"));
        terminal.wait_for_text("Roll back");
        terminal.press("\r");
        terminal.wait_for("the rollback", |screen| {
            screen.contents().contains("v2 → v1") && !screen.contents().contains("Roll back")
        });
        terminal.press("\x03");
        let status = terminal.wait_for_end();
        assert!(status.success(), "{status}");
        assert!(!terminal.screen().alternate_screen());
        assert_eq!(terminal.screen().contents().trim(), "", "nothing is left on the primary screen");

        let log = command_line(&home, &["log", "shop/db/password", "--all"]);
        let versions = log["VersionIds"]["VersionId"].as_array().unwrap();
        let told: Vec<(&str, &str)> = versions
            .iter()
            .map(|version| {
                let stages = version["VersionStages"]["VersionStage"].as_array().unwrap();
                assert_eq!(stages.len(), 1, "{log}");
                (version["VersionId"].as_str().unwrap(), stages[0].as_str().unwrap())
            })
            .collect();
        assert_eq!(told, [("v2", "ACSPrevious"), ("v1", "ACSCurrent")], "at {size:?}");
        let value = command_line(&home, &["get", "shop/db/password"]);
        assert_eq!(value["SecretData"], "first-value");
    }
}

#[test]
fn leaving_while_the_key_is_derived_does_not_hang() {
    let home = Home::new();
    home.make_vault();
    let mut terminal = home.app((80, 24));
    terminal.wait_for_text("Master password");
    terminal.press("wrong password\r");
    terminal.press("\x03");
    assert!(terminal.wait_for_end().success());
    assert!(!terminal.screen().alternate_screen());
}

#[test]
fn a_change_by_another_process_appears_by_itself() {
    let home = Home::new();
    home.make_vault();
    let mut terminal = home.app((120, 40));
    terminal.unlock();
    let value = home.path().join("value");
    std::fs::write(&value, "x").unwrap();
    command_line(&home, &["new", "from/elsewhere", "--file", value.to_str().unwrap()]);
    terminal.wait_for_text("elsewhere");
}
