//! Where the password comes from, without a terminal; with one in `prompt.rs`.

use std::fs;

use insta::assert_snapshot;

use super::support::{Home, PASSWORD};

#[test]
fn the_password_comes_from_a_file() {
    let home = Home::with_secret();
    home.finish(home.bare(&["list", "--password-file", "password"]), b"").succeeded();
    for ending in ["", "\n", "\r\n"] {
        fs::write(home.path().join("password"), format!("{PASSWORD}{ending}")).unwrap();
        home.etui(&["list"]).succeeded();
    }
    fs::write(home.path().join("password"), format!("{PASSWORD}\n\n")).unwrap();
    home.etui(&["list"]).failed(5);
}

#[test]
fn the_password_comes_from_stdin() {
    let home = Home::with_secret();
    let arguments = ["get", "db", "--password-file", "-"];
    assert_eq!(home.finish(home.bare(&arguments), PASSWORD.as_bytes()).succeeded().text(), "two");
    let run = home.pipe(PASSWORD, &["put", "db", "--password-file", "-"]).failed(2);
    assert_snapshot!(run, @r#"
        exit 2
        stderr:
        error: stdin cannot hold both the password and the value
        hint: name a file for one of them
        "#);
    fs::write(home.path().join("value"), "three").unwrap();
    home.pipe(PASSWORD, &["put", "db", "--password-file", "-", "--file", "value"]).succeeded();
}

#[test]
fn the_password_comes_from_a_command_that_cannot_eat_the_value() {
    let home = Home::with_secret();
    let command = ["put", "db", "--password-command", "cat password; cat"];
    home.finish(home.bare(&command), b"three").succeeded();
    assert_eq!(home.etui(&["get", "db"]).text(), "three");
    let mut with_variable = home.bare(&["get", "db"]);
    with_variable.env("ETUI_PASSWORD_COMMAND", "cat password");
    home.finish(with_variable, b"").succeeded();
    let failing = ["list", "--password-command", "printf hunter2; exit 3"];
    assert_snapshot!(home.finish(home.bare(&failing), b"").failed(5), @r#"
        exit 5
        stderr:
        error: the password command failed: exit code 3
        hint: run it by hand to see why
        "#);
}

#[test]
fn flags_go_before_the_environment() {
    let home = Home::with_secret();
    fs::write(home.path().join("wrong"), "wrong").unwrap();
    home.etui(&["list", "--password-file", "wrong"]).failed(5);
    home.etui(&["list", "--password-command", "echo wrong"]).failed(5);
    let mut both = home.command(&["list"]);
    both.env("ETUI_PASSWORD_COMMAND", "cat password");
    assert_snapshot!(home.finish(both, b"").failed(2), @r#"
        exit 2
        stderr:
        error: both ETUI_PASSWORD_FILE and ETUI_PASSWORD_COMMAND are set
        hint: unset one of the two
        "#);
    let flags = ["list", "--password-file", "password", "--password-command", "cat password"];
    assert_snapshot!(home.etui(&flags).failed(2), @r#"
        exit 2
        stderr:
        error: the argument '--password-file <FILE>' cannot be used with '--password-command <COMMAND>'
        hint: run `etui list --help` to see what it takes
        "#);
    let mut empty = home.command(&["list"]);
    empty.env("ETUI_PASSWORD_COMMAND", "").env("ETUI_VAULT", "");
    home.finish(empty, b"").succeeded();
}

#[test]
fn a_wrong_password_is_exit_5() {
    let home = Home::with_secret();
    fs::write(home.path().join("password"), "wrong\n").unwrap();
    assert_snapshot!(home.etui(&["get", "db"]).failed(5), @r#"
        exit 5
        stderr:
        error: wrong password
        "#);
    assert_snapshot!(home.etui(&["get", "db", "--json"]).failed(5), @r#"
        exit 5
        stderr:
        {"RequestId":"[id]","HttpStatus":403,"Code":"NotUnlocked","Message":"wrong password","Hint":""}
        "#);
}

#[test]
fn a_password_that_cannot_be_one_is_refused() {
    let home = Home::with_secret();
    fs::write(home.path().join("password"), "\n").unwrap();
    assert_snapshot!(home.etui(&["list"]).failed(2), @r#"
        exit 2
        stderr:
        error: the master password is empty
        "#);
    fs::write(home.path().join("password"), b"\xff\xfe").unwrap();
    assert_snapshot!(home.etui(&["list"]).failed(2), @r#"
        exit 2
        stderr:
        error: the master password is not valid UTF-8
        "#);
    fs::remove_file(home.path().join("password")).unwrap();
    assert_snapshot!(home.etui(&["list"]).failed(2), @r#"
        exit 2
        stderr:
        error: cannot read the password file '~/password': no such file or directory
        hint: name another file with --password-file
        "#);
    home.write_private("password", &"x".repeat(100_000));
    assert_snapshot!(home.etui(&["list"]).failed(5), @r#"
        exit 5
        stderr:
        error: what was given as the password is longer than 64 KiB
        hint: name the file that holds the password alone
        "#);
}

#[cfg(target_os = "linux")]
#[test]
fn without_a_terminal_there_is_nobody_to_ask() {
    let home = Home::with_secret();
    // `setsid` takes the terminal away that whoever runs the tests may have.
    let etui = home.bare(&["get", "db"]);
    let mut detached = std::process::Command::new("setsid");
    detached.arg("-w").arg(etui.get_program()).args(etui.get_args()).env_clear().current_dir(home.path());
    detached.envs(etui.get_envs().filter_map(|(name, value)| Some((name, value?))));
    assert_snapshot!(home.finish(detached, b"").failed(5), @r#"
        exit 5
        stderr:
        error: there is no terminal to ask for the master password
        hint: run `etui unlock` in a terminal first, or give the password with --password-file or --password-command
        "#);
}

#[test]
fn the_vault_is_named_by_flag_environment_or_its_usual_place() {
    let home = Home::with_secret();
    fs::create_dir(home.path().join("elsewhere")).unwrap();
    fs::rename(home.vault(), home.path().join("elsewhere/team.etui")).unwrap();
    home.etui(&["list"]).failed(2);
    home.etui(&["list", "--vault", "elsewhere/team.etui"]).succeeded();
    let mut with_variable = home.command(&["list"]);
    with_variable.env("ETUI_VAULT", "elsewhere/team.etui");
    home.finish(with_variable, b"").succeeded();
    let mut flag_first = home.command(&["list", "--vault", "nowhere.etui"]);
    flag_first.env("ETUI_VAULT", "elsewhere/team.etui");
    home.finish(flag_first, b"").failed(2);
}

#[test]
fn a_weak_new_password_that_nobody_typed_gets_a_note() {
    let home = Home::empty();
    home.write_private("password", "hunter2\n");
    let cheapest = ["--kdf-memory", "19", "--kdf-passes", "2", "--kdf-lanes", "1"];
    let note = "note: this master password is weak: anyone who gets a copy of the vault can guess it\n";
    assert_eq!(home.etui(&[&["init"][..], &cheapest].concat()).succeeded().stderr, note);
    home.write_private("new", "letmein\n");
    let passwd = [&["passwd", "--new-password-file", "new", "-q"][..], &cheapest].concat();
    assert_eq!(home.etui(&passwd).succeeded().stderr, "");
    home.write_private("password", "letmein\n");
    home.write_private("new", "correct unruly anvil parade\n");
    let strong = [&["rekey", "--new-password-file", "new"][..], &cheapest].concat();
    assert!(!home.etui(&strong).succeeded().stderr.contains("weak"));
}

#[test]
fn with_a_key_file_it_may_be_either_that_is_wrong() {
    let home = Home::empty();
    drop(home.create(Some(&"5".repeat(64)), etui::vault::SystemClock));
    home.write_private("other.key", &"6".repeat(64));
    assert_snapshot!(home.etui(&["list", "--key-file", "other.key"]).failed(5), @r#"
        exit 5
        stderr:
        error: wrong password or key file
        hint: check --key-file (ETUI_KEY_FILE) too
        "#);
}
