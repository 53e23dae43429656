//! `etui edit`, with editors that need nobody to type.

use std::fs;

use insta::assert_snapshot;

use super::support::{Home, PASSWORD, Run, redacted};

fn edit(home: &Home, editor: &str, arguments: &[&str]) -> Run {
    let mut command = home.command(&[&["edit"], arguments].concat());
    command.env("EDITOR", editor).env("XDG_RUNTIME_DIR", home.path().join("runtime"));
    home.finish(command, b"")
}

fn home() -> Home {
    let home = Home::with_secret();
    let runtime = home.path().join("runtime");
    fs::create_dir(&runtime).unwrap();
    fs::set_permissions(&runtime, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    home
}

fn left_behind(home: &Home) -> Vec<String> {
    let entries = fs::read_dir(home.path().join("runtime")).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn saving_stores_a_new_version_with_the_label_by_which_it_was_named() {
    let home = home();
    assert_snapshot!(edit(&home, "sed -i s/two/TWO/", &["db"]), @r#"
        exit 0
        stdout:
        stored version 'v3' of 'db'; ACSCurrent v2 → v3, ACSPrevious v1 → v2

        stderr:
        note: this editor may keep copies of its own; etui knows nothing about it
        "#);
    assert_eq!(home.etui(&["get", "db"]).text(), "TWO");
    home.etui(&["stage", "db", "canary", "--to", "v1"]).succeeded();
    assert_snapshot!(edit(&home, "sed -i s/one/ONE/", &["db:canary", "--note", "upper case"]), @r#"
        exit 0
        stdout:
        stored version 'v4' of 'db'; canary v1 → v4

        stderr:
        note: this editor may keep copies of its own; etui knows nothing about it
        "#);
    assert_eq!(home.etui(&["get", "db:canary"]).text(), "ONE");
    assert_snapshot!(edit(&home, "sed -i s/one/1/", &["db#v1", "--stage", "blue", "--json"]), @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","SecretName":"db","VersionId":"v5","VersionStages":{"VersionStage":["blue"]}}

        stderr:
        note: this editor may keep copies of its own; etui knows nothing about it
        "#);
    assert_eq!(left_behind(&home), [""; 0]);
}

#[test]
fn what_was_not_changed_stores_nothing_though_the_editor_ends_the_last_line() {
    let home = home();
    assert_snapshot!(edit(&home, "true", &["db"]), @r#"
        exit 0
        stdout:
        nothing was changed, nothing was stored

        stderr:
        note: this editor may keep copies of its own; etui knows nothing about it
        "#);
    assert_snapshot!(edit(&home, "true", &["db", "--json", "-q"]), @r#"
        exit 0
        stdout:
        {"SecretName":"db","Stored":false}
        "#);
    // sed -i and echo put a line end where there was none, as most editors do.
    edit(&home, "sh -c 'echo two > \"$1\"' sh", &["db"]).succeeded();
    edit(&home, "sh -c 'echo three > \"$1\"' sh", &["db"]).succeeded();
    assert_eq!(home.etui(&["get", "db"]).text(), "three");
    assert_eq!(home.etui(&["log", "db", "--all"]).text().lines().count(), 3);
}

#[test]
fn the_file_is_private_and_lies_in_memory() {
    let home = home();
    let look = format!(
        "sh -c 'ls -ld \"$(dirname \"$1\")\" \"$1\" | cut -c1-10 > {}; echo \"$1\" >> {0}' sh",
        home.path().join("seen").display()
    );
    edit(&home, &look, &["db"]).succeeded();
    let seen = fs::read_to_string(home.path().join("seen")).unwrap();
    assert!(seen.starts_with("drwx------\n-rw-------\n"), "{seen}");
    assert!(seen.contains("/runtime/etui-edit-"), "{seen}");
    assert_eq!(left_behind(&home), [""; 0]);
}

#[test]
fn an_editor_that_fails_stores_nothing() {
    let home = home();
    assert_snapshot!(edit(&home, "false", &["db"]).failed(1), @r#"
        exit 1
        stderr:
        note: this editor may keep copies of its own; etui knows nothing about it
        error: the editor ended with exit status: 1; nothing was stored
        hint: set another one with VISUAL or in the settings
        "#);
    assert_eq!(home.etui(&["log", "db", "--all"]).text().lines().count(), 2);
    assert_eq!(left_behind(&home), [""; 0]);
}

#[test]
fn what_cannot_be_stored_is_kept() {
    let home = home();
    let run = edit(&home, "sed -i s/two/TWO/", &["db", "--version-id", "v1"]);
    assert_eq!(run.code, Some(4), "{run}");
    assert!(run.stderr.contains("the text is kept in '"), "{run}");
    let kept = left_behind(&home);
    let text = fs::read(home.path().join("runtime").join(&kept[0]).join("value.txt")).unwrap();
    assert_eq!(text.trim_ascii_end(), b"TWO");
}

#[test]
fn a_change_meanwhile_is_not_overwritten() {
    let home = home();
    let editor = format!("sh -c 'printf x | {} put db -q; echo y > \"$1\"' sh", env!("CARGO_BIN_EXE_etui"));
    let run = edit(&home, &editor, &["db"]);
    assert_eq!(run.code, Some(4), "{run}");
    assert_eq!(home.etui(&["get", "db"]).text(), "x");
}

#[test]
fn a_version_by_its_id_needs_to_know_its_label() {
    let home = home();
    assert_snapshot!(edit(&home, "true", &["db#v1"]).failed(2), @r#"
        exit 2
        stderr:
        error: no label is given for the new version
        hint: give one with --stage, for example --stage ACSCurrent
        "#);
    assert_snapshot!(edit(&home, "true", &["db~"]).failed(2), @r#"
        exit 2
        stderr:
        error: no label is given for the new version
        hint: give one with --stage, for example --stage ACSCurrent
        "#);
    let runtime = home.path().join("runtime");
    let mut terminal = home.terminal_with(&["edit", "db#v1"], |command| {
        command.env("EDITOR", "sed -i s/one/1/").env("XDG_RUNTIME_DIR", runtime)
    });
    terminal.wait_for("Label of the new version [ACSCurrent]: ").press("\r");
    terminal.wait_for("Master password: ").press(&format!("{PASSWORD}\r"));
    let (status, screen) = terminal.end();
    assert_eq!(status.code(), Some(0), "{}", redacted(&screen, home.path()));
    assert_eq!(home.etui(&["get", "db"]).text(), "1");
}

#[test]
fn a_signal_leaves_no_file_behind() {
    let home = home();
    fs::write(home.path().join("new"), "TWO").unwrap();
    // The shell that runs the editor has etui for its parent.
    let editor = "kill -TERM $PPID; kill -INT $PPID; cp new";
    edit(&home, editor, &["db"]).succeeded();
    assert_eq!(home.etui(&["get", "db"]).text(), "TWO");
    fs::write(home.path().join("new"), "three").unwrap();
    let runtime = home.path().join("runtime");
    let mut terminal = home.terminal_with(&["edit", "db"], |command| {
        command.env("EDITOR", editor).env("XDG_RUNTIME_DIR", runtime)
    });
    terminal.wait_for("Master password: ").press(&format!("{PASSWORD}\r"));
    let (status, screen) = terminal.end();
    assert_eq!(status.code(), Some(0), "{screen}");
    assert_eq!(home.etui(&["get", "db"]).text(), "three");
    assert_eq!(left_behind(&home), [""; 0]);
}

#[test]
fn binary_is_not_for_an_editor() {
    let home = home();
    home.pipe(b"\xff", &["put", "db", "--type", "binary"]).succeeded();
    assert_snapshot!(edit(&home, "true", &["db"]).failed(2), @r#"
        exit 2
        stderr:
        error: version 'v3' of 'db' is binary and not for an editor
        hint: write it to a file with `etui get --out`, and store that one with `etui put --type binary`
        "#);
}

#[test]
fn the_settings_name_the_editor_first() {
    let home = home();
    fs::create_dir_all(home.path().join("config/etui")).unwrap();
    fs::write(home.path().join("config/etui/settings.toml"), "editor = 'sed -i s/two/2/'").unwrap();
    edit(&home, "false", &["db"]).succeeded();
    assert_eq!(home.etui(&["get", "db"]).text(), "2");
}
