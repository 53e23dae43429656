//! On a terminal: hidden prompts, questions, tables, values made harmless.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;

use insta::assert_snapshot;
use rustix::process::{Pid, Signal, kill_process};

use super::support::{Home, PASSWORD, close_columns, redacted};

fn enter(text: &str) -> String {
    format!("{text}\r")
}

#[test]
fn the_password_is_asked_for_and_not_shown() {
    let home = Home::with_secret();
    let mut terminal = home.terminal(&["get", "db"]);
    terminal.wait_for("Master password: ");
    assert!(!terminal.echoes());
    terminal.press(&enter(PASSWORD));
    let (status, screen) = terminal.end();
    assert_eq!((status.code(), screen.as_str()), (Some(0), "Master password:\ntwo\n"));
    assert!(terminal.echoes());
}

#[test]
fn the_password_is_asked_for_on_the_terminal_while_stdin_and_stdout_are_pipes() {
    let home = Home::with_secret();
    fs::write(home.path().join("value"), "three").unwrap();
    let value = fs::File::open(home.path().join("value")).unwrap();
    let mut terminal =
        home.terminal_with(&["put", "db"], |command| command.stdin(value).stdout(Stdio::piped()));
    terminal.wait_for("Master password: ").press(&enter(PASSWORD));
    let mut stdout = terminal.child.stdout.take().unwrap();
    let (status, screen) = terminal.end();
    assert_eq!((status.code(), screen.as_str()), (Some(0), "Master password:\n"));
    #[allow(clippy::disallowed_methods, reason = "what the test itself typed")]
    let stdout = std::io::read_to_string(&mut stdout).unwrap();
    assert_eq!(stdout, "stored version 'v3' of 'db'; ACSCurrent v2 → v3, ACSPrevious v1 → v2\n");
}

#[test]
fn a_mistyped_password_may_be_typed_again_twice() {
    let home = Home::with_secret();
    let mut terminal = home.terminal(&["get", "db"]);
    terminal.wait_for("Master password: ").press(&enter("wrong"));
    terminal.wait_for("wrong password").wait_for("Master password: ").press(&enter(PASSWORD));
    assert_eq!(terminal.end().0.code(), Some(0));

    let mut terminal = home.terminal(&["get", "db"]);
    for _ in 0..3 {
        terminal.wait_for("Master password: ").press(&enter("wrong"));
    }
    let (status, screen) = terminal.end();
    assert_eq!(status.code(), Some(5));
    assert_snapshot!(screen, @r#"
        Master password:
        wrong password
        Master password:
        wrong password
        Master password:
        error: wrong password
        "#);
}

#[test]
fn the_line_can_be_edited_blindly() {
    let home = Home::with_secret();
    let mut terminal = home.terminal(&["get", "db"]);
    terminal.wait_for("Master password: ").press("typo\u{15}").press(&enter(&format!("{PASSWORD}é\u{7f}")));
    assert_eq!(terminal.end().0.code(), Some(0));
}

#[test]
fn an_abandoned_question_changes_nothing_and_leaves_the_terminal_as_it_was() {
    let home = Home::with_secret();
    let mut terminal = home.terminal(&["get", "db"]);
    terminal.wait_for("Master password: ").press("\u{4}");
    let (status, screen) = terminal.end();
    assert_eq!(status.code(), Some(5), "{screen}");
    assert!(terminal.echoes());
}

#[test]
fn the_keys_that_end_a_program_end_it_at_a_hidden_prompt_as_everywhere() {
    let home = Home::with_secret();
    for (key, signal) in [("\u{3}", Signal::INT), ("\u{1c}", Signal::QUIT)] {
        for arguments in [&["get", "db"][..], &["run", "--env", "A=db", "--", "true"]] {
            let mut terminal = home.terminal(arguments);
            terminal.wait_for("Master password: ").press(key);
            let (status, screen) = terminal.end();
            assert_eq!(status.signal(), Some(signal.as_raw()), "{screen}");
            assert!(!screen.contains("error"), "{screen}");
            assert!(terminal.echoes());
        }
    }
    let mut terminal = home.terminal(&["put", "db"]);
    terminal.wait_for("Master password: ").press(&enter(PASSWORD));
    terminal.wait_for("Value: ").press("half\u{3}");
    assert_eq!(terminal.end().0.signal(), Some(Signal::INT.as_raw()));
    assert!(terminal.echoes());
}

#[test]
fn ctrl_c_at_the_prompt_stops_the_loop_of_a_shell() {
    let home = Home::with_secret();
    let script = "for name in db db db; do \"$0\" get $name; done; echo finished";
    let mut terminal = home.terminal_of("bash", &["-c", script, env!("CARGO_BIN_EXE_etui")]);
    terminal.wait_for("Master password: ").press("\u{3}");
    let (_, screen) = terminal.end();
    assert_eq!(screen.matches("Master password").count(), 1, "{screen}");
    assert!(!screen.contains("finished"), "{screen}");
}

#[test]
fn a_stop_at_the_prompt_leaves_the_terminal_as_it_was_and_asks_again() {
    let home = Home::with_secret();
    // Without the line editing of an interactive shell, which sets the modes itself.
    let script =
        "set -m; \"$0\" get db; stty -a | grep -o '.echo ' | tr -d '\n'; echo stopped; fg > fg; echo code $?";
    for by_key in [true, false] {
        let mut terminal = home.terminal_of("bash", &["-c", script, env!("CARGO_BIN_EXE_etui")]);
        terminal.wait_for("Master password: ").press("half");
        if by_key {
            terminal.press("\u{1a}");
        } else {
            let shell = terminal.child.id();
            let children = fs::read_to_string(format!("/proc/{shell}/task/{shell}/children")).unwrap();
            let etui = children.split_whitespace().last().unwrap().parse().unwrap();
            kill_process(Pid::from_raw(etui).unwrap(), Signal::TSTP).unwrap();
        }
        terminal.wait_for(" echo stopped").wait_for("Master password: ").press(&enter(PASSWORD));
        terminal.wait_for("two").wait_for("code 0");
        terminal.end();
    }
}

#[test]
fn a_signal_puts_the_terminal_back() {
    let home = Home::with_secret();
    let mut terminal = home.terminal(&["get", "db"]);
    terminal.wait_for("Master password: ");
    assert!(!terminal.echoes());
    kill_process(Pid::from_child(&terminal.child), Signal::TERM).unwrap();
    let (status, screen) = terminal.end();
    assert_eq!(status.signal(), Some(Signal::TERM.as_raw()), "{screen}");
    assert!(terminal.echoes());
}

#[test]
fn init_asks_twice() {
    let home = Home::empty();
    let cheapest = ["init", "--kdf-memory", "19", "--kdf-passes", "2", "--kdf-lanes", "1"];
    let mut terminal = home.terminal(&cheapest);
    terminal.wait_for("New master password: ").press(&enter("one"));
    terminal.wait_for("Repeat password: ").press(&enter("another"));
    let (status, screen) = terminal.end();
    assert_eq!(status.code(), Some(2));
    assert_snapshot!(screen, @r#"
        New master password:
        Repeat password:
        error: the passwords do not match
        "#);
    assert!(!home.vault().exists());

    let mut terminal = home.terminal(&cheapest);
    terminal.wait_for("New master password: ").press(&enter(PASSWORD));
    terminal.wait_for("Repeat password: ").press(&enter(PASSWORD));
    assert_eq!(terminal.end().0.code(), Some(0));
    home.etui(&["list"]).succeeded();
}

#[test]
fn a_value_is_typed_at_a_hidden_prompt_after_the_password() {
    let home = Home::with_secret();
    let mut terminal = home.terminal(&["put", "db"]);
    terminal.wait_for("Master password: ").press(&enter(PASSWORD));
    terminal.wait_for("Value: ").press(&enter("hidden é"));
    let (status, screen) = terminal.end();
    assert_eq!(status.code(), Some(0));
    assert_snapshot!(screen, @r#"
        Master password:
        Value:
        note: read 9 bytes
        stored version 'v3' of 'db'; ACSCurrent v2 → v3, ACSPrevious v1 → v2
        "#);
    assert_eq!(home.etui(&["get", "db"]).text(), "hidden é");
}

#[test]
fn a_paste_of_several_lines_is_refused_whole() {
    let home = Home::with_secret();
    let mut terminal = home.terminal(&["put", "db"]);
    terminal.wait_for("Master password: ").press(&enter(PASSWORD));
    terminal.wait_for("Value: ").press("first\rsecond\rthird");
    let (status, screen) = terminal.end();
    assert_eq!(status.code(), Some(2));
    assert_snapshot!(screen, @r#"
        Master password:
        Value:
        error: more than one line was pasted, and the prompt takes one
        hint: pipe it in, or name a file with --file
        "#);
    assert_eq!(home.etui(&["get", "db"]).text(), "two");
}

#[test]
fn a_value_on_a_terminal_is_made_harmless_and_binary_is_refused() {
    let home = Home::with_secret();
    home.pipe("\u{1b}]52;c;eA==\u{7}\u{202e}two\nlines", &["put", "db"]).succeeded();
    let shown = |arguments: &[&str]| {
        let with_password = |command: pty_process::blocking::Command| {
            command.env("ETUI_PASSWORD_FILE", home.path().join("password"))
        };
        let (status, screen) = home.terminal_with(arguments, with_password).end();
        (status.code(), screen)
    };
    assert_eq!(shown(&["get", "db"]), (Some(0), "␛]52;c;eA==␇‹U+202E›two\nlines\n".to_owned()));
    assert_eq!(shown(&["get", "db", "--raw"]).1, "\u{1b}]52;c;eA==\u{7}\u{202e}two\nlines");
    let (_, json) = shown(&["get", "db", "--json"]);
    assert!(json.contains("\"SecretData\":\"\\u001b]52;c;eA==\\u0007\\u202etwo\\nlines\""), "{json}");
    assert_eq!(shown(&["get", "db~"]).1, "two\n");

    home.pipe(b"\xff\n", &["put", "db", "--type", "binary"]).succeeded();
    let (code, screen) = shown(&["get", "db"]);
    assert_eq!(code, Some(2));
    assert_snapshot!(screen, @r#"
        error: version 'v4' of 'db' is binary and not for a terminal
        hint: write it to a file with --out, pipe it, or print it nevertheless with --raw
        "#);
}

#[test]
fn lists_are_tables_on_a_terminal() {
    let home = Home::with_secret();
    home.pipe("x", &["new", "api/token", "--tag", "env=prod", "--description", "a\u{1b}b"]).succeeded();
    home.etui(&["rm", "api/token"]).succeeded();
    home.pipe("three", &["put", "db", "--note", "yearly"]).succeeded();
    let shown = |arguments: &[&str]| {
        let with_password = |command: pty_process::blocking::Command| {
            command.env("ETUI_PASSWORD_FILE", home.path().join("password"))
        };
        let (status, screen) = home.terminal_with(arguments, with_password).end();
        assert_eq!(status.code(), Some(0), "{screen}");
        close_columns(&redacted(&screen, home.path()))
    };
    assert_snapshot!(shown(&["list"]), @r#"
        NAME  CURRENT  AGE
        api/token  v1  [age]  deleted, restorable at least until [time]
        db  v3  [age]
        "#);
    assert_snapshot!(shown(&["list", "-v"]), @r#"
        etui: vault '~/data/etui/vault.etui', unlocked with 0 MiB, 1 pass, 1 lane of Argon2id
        NAME  CURRENT  AGE  LABELS  TAGS  DESCRIPTION
        api/token  v1  [age]  deleted, restorable at least until [time]  ACSCurrent  env=prod  a␛b
        db  v3  [age]  ACSCurrent, ACSPrevious
        "#);
    assert_snapshot!(shown(&["list", "nothing"]), @r#"
        note: no secret matches
        "#);
    assert_snapshot!(shown(&["log", "db"]), @r#"
        VERSION  LABELS  AGE  NOTE
        v3  ACSCurrent  [age]  yearly
        v2  ACSPrevious  [age]
        note: 1 version without a label not shown; --all shows them
        "#);
}

#[test]
fn force_asks_for_the_name() {
    let home = Home::with_secret();
    let mut terminal = home.terminal(&["rm", "db", "--force"]);
    terminal.wait_for("Master password: ").press(&enter(PASSWORD));
    terminal.wait_for("Type its name to continue: ");
    assert!(terminal.echoes());
    terminal.press(&enter("dx"));
    let (status, screen) = terminal.end();
    assert_eq!(status.code(), Some(2));
    assert_snapshot!(screen, @r#"
        Master password:
        this removes 'db' with 2 versions for good. Type its name to continue: dx
        error: that is not its name
        hint: nothing was removed
        "#);
    home.etui(&["get", "db"]).succeeded();

    let mut terminal = home.terminal(&["rm", "db", "--force"]);
    terminal.wait_for("Master password: ").press(&enter(PASSWORD));
    terminal.wait_for("Type its name to continue: ").press(&enter("db"));
    assert_eq!(terminal.end().0.code(), Some(0));
    home.etui(&["get", "db"]).failed(3);
}

#[test]
fn force_of_a_folder_asks_for_its_name() {
    let home = Home::with_secret();
    for name in ["shop/a", "shop/b"] {
        home.pipe("x", &["new", name]).succeeded();
    }
    let ask = |typed: &str| {
        let mut terminal = home.terminal(&["rm", "--prefix", "shop", "--force"]);
        terminal.wait_for("Master password: ").press(&enter(PASSWORD));
        terminal.wait_for("Type its name to continue: ").press(&enter(typed));
        terminal.end()
    };
    let (status, screen) = ask("shop");
    assert_eq!(status.code(), Some(2));
    assert_snapshot!(screen, @r#"
        Master password:
        this removes 2 secrets in 'shop/' with 2 versions for good. Type its name to continue: shop
        error: that is not its name
        hint: nothing was removed
        "#);
    home.etui(&["get", "shop/a"]).succeeded();
    assert_eq!(ask("shop/").0.code(), Some(0));
    home.etui(&["get", "shop/a"]).failed(3);
    home.etui(&["get", "db"]).succeeded();
}

#[test]
fn an_older_file_is_a_question() {
    let home = Home::with_secret();
    let older = home.bytes_of_vault();
    home.pipe("three", &["put", "db"]).succeeded();
    fs::write(home.vault(), older).unwrap();
    for (answer, code) in [("n", 6), ("y", 0)] {
        let mut terminal = home.terminal(&["get", "db"]);
        terminal.wait_for("Master password: ").press(&enter(PASSWORD));
        terminal.wait_for("this file is older").wait_for("Continue? [y/N] ").press(&enter(answer));
        let (status, screen) = terminal.end();
        assert_eq!(status.code(), Some(code), "{screen}");
    }
    home.etui(&["get", "db"]).succeeded();
}

#[test]
fn a_weak_new_password_is_asked_about_and_may_be_insisted_on() {
    let home = Home::empty();
    let init = ["init", "--kdf-memory", "19", "--kdf-passes", "2", "--kdf-lanes", "1"];
    let mut terminal = home.terminal(&init);
    for answer in ["n", "", "y"] {
        terminal.wait_for("New master password: ").press(&enter("hunter2"));
        terminal.wait_for("Repeat password: ").press(&enter("hunter2"));
        terminal.wait_for("can guess it. Use it anyway? [y/N] ");
        assert!(!home.vault().exists());
        terminal.press(&enter(answer));
    }
    assert_eq!(terminal.end().0.code(), Some(0));
    home.write_private("password", "hunter2\n");
    home.etui(&["list"]).succeeded();
}
