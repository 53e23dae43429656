//! `etui edit`, with editors that need nobody to type.

use std::fs::{self, Permissions};
use std::ops::Deref;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;
use std::time::{Duration, Instant};

use insta::assert_snapshot;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::support::{Home, PASSWORD, Run, redacted};

pub fn edit(home: &Home, editor: &str, arguments: &[&str]) -> Run {
    let mut command = home.command(&[&["edit"], arguments].concat());
    command.env("EDITOR", editor).env("XDG_RUNTIME_DIR", home.path().join("runtime"));
    home.finish(command, b"")
}

/// A home whose directory for such things lies in memory.
pub struct InMemory {
    home: Home,
    _memory: TempDir,
}

impl Deref for InMemory {
    type Target = Home;

    fn deref(&self) -> &Home {
        &self.home
    }
}

pub fn private_in_memory() -> TempDir {
    let only_mine = Permissions::from_mode(0o700);
    tempfile::Builder::new().permissions(only_mine).tempdir_in("/dev/shm").unwrap()
}

pub fn home() -> InMemory {
    let home = Home::with_secret();
    let memory = private_in_memory();
    symlink(memory.path(), home.path().join("runtime")).unwrap();
    InMemory { home, _memory: memory }
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
        note: etui does not know this editor: it may keep copies of the value
        "#);
    assert_eq!(home.etui(&["get", "db"]).text(), "TWO");
    home.etui(&["stage", "db", "canary", "--to", "v1"]).succeeded();
    assert_snapshot!(edit(&home, "sed -i s/one/ONE/", &["db:canary", "--note", "upper case"]), @r#"
        exit 0
        stdout:
        stored version 'v4' of 'db'; canary v1 → v4

        stderr:
        note: etui does not know this editor: it may keep copies of the value
        "#);
    assert_eq!(home.etui(&["get", "db:canary"]).text(), "ONE");
    assert_snapshot!(edit(&home, "sed -i s/one/1/", &["db#v1", "--stage", "blue", "--json"]), @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","SecretName":"db","VersionId":"v5","VersionStages":{"VersionStage":["blue"]},"Created":true,"LabelMoves":[{"VersionStage":"blue","RemoveFromVersion":null,"MoveToVersion":"v5"}],"Destroyed":[]}

        stderr:
        note: etui does not know this editor: it may keep copies of the value
        "#);
    assert_eq!(left_behind(&home), [""; 0]);
}

#[test]
fn what_was_not_changed_stores_nothing_though_the_editor_ends_the_last_line() {
    let home = home();
    assert_snapshot!(edit(&home, "true", &["db"]), @r#"
        exit 0
        stdout:
        not changed: nothing stored

        stderr:
        note: etui does not know this editor: it may keep copies of the value
        "#);
    assert_snapshot!(edit(&home, "true", &["db", "--json", "-q"]), @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","SecretName":"db","Stored":false}
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
        note: etui does not know this editor: it may keep copies of the value
        error: the editor ended with exit code 1; nothing was stored
        hint: exit without an error to store the value; in vim, :cq cancels
        "#);
    assert_eq!(home.etui(&["log", "db", "--all"]).text().lines().count(), 2);
    assert_eq!(left_behind(&home), [""; 0]);
}

#[test]
fn what_cannot_be_stored_is_kept() {
    let home = home();
    let run = edit(&home, "sed -i s/two/TWO/", &["db", "--version-id", "v1"]);
    assert_eq!(run.code, Some(4), "{run}");
    assert!(
        run.stderr.contains("; your text is still in '") && run.stderr.contains("/runtime/etui-kept-"),
        "{run}"
    );
    let kept = left_behind(&home);
    let text = fs::read(home.path().join("runtime").join(&kept[0]).join("value.txt")).unwrap();
    assert_eq!(text.trim_ascii_end(), b"TWO");
    // It is the user's: the next edit leaves it, and doctor names it.
    edit(&home, "true", &["db"]).succeeded();
    assert_eq!(left_behind(&home), kept);
    let found = [("good", "runtime"), ("remark", kept[0].as_str())];
    assert_eq!(edited(&home), found.map(|(state, path)| (state.to_owned(), path.to_owned())));
}

/// What doctor says of edited values, each with its state; of paths the last part.
fn edited(home: &Home) -> Vec<(String, String)> {
    let mut command = home.command(&["doctor", "--json"]);
    command.env("XDG_RUNTIME_DIR", home.path().join("runtime"));
    let findings = home.finish(command, b"").json();
    // What others have left on this machine is not of this test.
    let own = home.path().join("runtime");
    let of_edited = findings["Findings"].as_array().unwrap().iter().filter(|one| {
        let is_own = one["Detail"].as_str().is_some_and(|detail| detail.contains(own.to_str().unwrap()));
        one["What"] == "edited" && (is_own || one["State"] == "good")
    });
    of_edited
        .map(|one| {
            let path = one["Detail"].as_str().unwrap().split('\'').nth(1).unwrap_or_default();
            (one["State"].as_str().unwrap().to_owned(), path.rsplit('/').next().unwrap().to_owned())
        })
        .collect()
}

#[test]
fn the_empty_text_of_a_refused_edit_does_not_stay() {
    let home = home();
    let run = edit(&home, "truncate -s 0", &["db"]).failed(2);
    assert!(!run.stderr.contains("still in"), "{run}");
    assert_eq!(left_behind(&home), [""; 0]);
}

#[test]
fn what_a_killed_edit_left_is_named_by_doctor_and_wiped_by_the_next_edit() {
    let home = home();
    let mut command = home.command(&["edit", "db"]);
    let editor = "sh -c 'echo $$ > begun; mv begun editor; exec sleep 1000' sh";
    command.env("EDITOR", editor).env("XDG_RUNTIME_DIR", home.path().join("runtime"));
    let mut etui = command.spawn().unwrap();
    let start = Instant::now();
    while !home.path().join("editor").exists() {
        assert!(start.elapsed() < Duration::from_secs(60), "the editor did not begin");
        std::thread::sleep(Duration::from_millis(5));
    }
    // While it runs it is nobody else's business.
    let folder = left_behind(&home);
    assert_eq!(folder.len(), 1);
    assert_eq!(edited(&home).len(), 1);
    edit(&home, "true", &["db"]).succeeded();
    assert_eq!(left_behind(&home), folder);
    etui.kill().unwrap();
    etui.wait().unwrap();
    let editor = fs::read_to_string(home.path().join("editor")).unwrap();
    kill_process(Pid::from_raw(editor.trim().parse().unwrap()).unwrap(), Signal::KILL).unwrap();

    assert_eq!(fs::read(home.path().join("runtime").join(&folder[0]).join("value.txt")).unwrap(), b"two");
    assert_eq!(edited(&home)[1], ("wrong".to_owned(), folder[0].clone()));
    let run = edit(&home, "true", &["db"]).succeeded();
    assert!(run.stderr.contains("note: wiped the value that a killed edit left in '"), "{run}");
    assert_eq!(left_behind(&home), [""; 0]);
    assert_eq!(edited(&home).len(), 1);
}

#[test]
fn a_directory_that_lies_on_a_disk_gets_no_value() {
    let home = Home::with_secret();
    let on_disk = home.path().join("runtime");
    fs::create_dir(&on_disk).unwrap();
    fs::set_permissions(&on_disk, Permissions::from_mode(0o700)).unwrap();
    let mounts = fs::read_to_string("/proc/mounts").unwrap();
    let root = fs::canonicalize(home.path()).unwrap();
    let below = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        let (at, kind) = (words.next()?, words.next()?);
        root.starts_with(at).then_some((at.len(), kind))
    });
    if below.max_by_key(|(length, _)| *length).is_some_and(|(_, kind)| kind == "tmpfs") {
        // The temporary folder of this machine lies in memory itself: nothing to see here.
        return;
    }
    let look = format!("sh -c 'echo \"$1\" > {}' sh", home.path().join("seen").display());
    edit(&home, &look, &["db"]).succeeded();
    let seen = fs::read_to_string(home.path().join("seen")).unwrap();
    assert!(seen.starts_with("/dev/shm/etui-edit-"), "{seen}");
    assert_eq!(left_behind(&home), [""; 0]);
    let found = edited(&home);
    assert_eq!(found[0], ("good".to_owned(), "shm".to_owned()));
}

#[test]
fn a_text_that_is_too_long_is_told_with_its_length() {
    let home = home();
    let editor = "sh -c 'head -c 2000000 /dev/zero | tr \"\\0\" x > \"$1\"' sh";
    let run = edit(&home, editor, &["db"]).failed(2);
    assert!(run.stderr.contains("at most 1048576 bytes, the editor saved 2000000"), "{run}");
    assert_eq!(left_behind(&home).len(), 1, "it is kept");
}

#[test]
fn an_editor_that_fills_the_screen_is_not_started_without_a_terminal() {
    let home = home();
    // `setsid` leaves the terminal of whoever runs the tests.
    let like = home.command(&[]);
    let mut command = Command::new("setsid");
    command.args(["--wait", env!("CARGO_BIN_EXE_etui"), "edit", "db"]).env_clear().current_dir(home.path());
    command.envs(like.get_envs().filter_map(|(name, value)| Some((name, value?)))).env("EDITOR", "vim");
    assert_snapshot!(home.finish(command, b"").failed(2), @r#"
        exit 2
        stderr:
        error: there is no terminal for the editor 'vim'
        hint: pipe the new value to `etui put`, or set another editor with VISUAL
        "#);
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

#[test]
fn one_field_is_edited_and_the_whole_value_stored() {
    let home = home();
    home.pipe("{\n  \"user\": \"root\",\n  \"port\": 1\n}\n", &["new", "json"]).succeeded();
    home.pipe("hunter2\nuser: root\n", &["new", "pass"]).succeeded();
    assert_snapshot!(edit(&home, "sed -i s/root/a\\\\\\\"b/", &["json::user"]), @r#"
        exit 0
        stdout:
        stored version 'v2' of 'json'; ACSCurrent v1 → v2, ACSPrevious → v1

        stderr:
        note: etui does not know this editor: it may keep copies of the value
        "#);
    assert_eq!(home.etui(&["get", "json"]).text(), "{\n  \"user\": \"a\\\"b\",\n  \"port\": 1\n}\n");
    edit(&home, "sed -i s/1/[2]/", &["json::port"]).succeeded();
    assert_eq!(home.etui(&["get", "json::port"]).text(), "[2]");
    edit(&home, "sed -i s/hunter2/hunter3/", &["pass::password"]).succeeded();
    assert_eq!(home.etui(&["get", "pass"]).text(), "hunter3\nuser: root\n");
    assert_eq!(left_behind(&home), [""; 0]);
    let refused = edit(&home, "sed -i s/.*/two:\\ words/", &["pass::password"]).failed(2);
    assert!(refused.stderr.contains("your text is still in"), "{refused}");
    assert_eq!(left_behind(&home).len(), 1);
    assert_snapshot!(edit(&home, "true", &["json::nothing"]).failed(3), @r#"
        exit 3
        stderr:
        error: version 'v3' of 'json' has no field 'nothing'
        hint: it has 'user', 'port'
        "#);
}
