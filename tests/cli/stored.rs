//! A change that is made is told as made, though its answer cannot be written.
#![cfg(target_os = "linux")]

use std::fs::{self, OpenOptions};
use std::process::{Command, Stdio};

use etui::domain::Timestamp;
use etui::vault::FormatVersion;
use serde_json::Value;

use super::deletion::deleted;
use super::edit::{self, InMemory};
#[cfg(feature = "engines")]
use super::engine_server::{EngineServer, TOKEN};
use super::support::{Home, Stopped};

/// Runs a command whose stdout takes nothing; the exit code and stderr.
fn unheard(home: &Home, line: &str) -> (Option<i32>, String) {
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let words: Vec<&str> = line.split(' ').collect();
    let output = command(home, &words).stdout(full).output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

fn command(home: &Home, words: &[&str]) -> Command {
    let mut command = home.command(words);
    command.env("EDITOR", "sed -i s/1/edited/").env("XDG_RUNTIME_DIR", home.path().join("runtime"));
    if home.path().join("key").exists() {
        command.env("ETUI_KEY_FILE", home.path().join("key"));
    }
    #[cfg(feature = "engines")]
    command.env("BAO_TOKEN", TOKEN);
    command.stdin(Stdio::null());
    command
}

/// Command lines that change something, one after the other.
const CHANGES: &[&str] = &[
    "init --vault other.etui --kdf-memory 19 --kdf-passes 2 --kdf-lanes 1",
    "new a --file one",
    "put a --file two",
    "stage a canary --to v1",
    "promote a canary",
    "edit a",
    "rollback a",
    "set a --description x",
    "rename a b",
    "undo",
    "redo",
    "rm b",
    "restore b",
    "get b --out value",
    "copy b",
    "duplicate b f/c",
    "set --prefix f/ --tag k=v",
    "rename --prefix f/ g/",
    "move g/c h/",
    "import dotenv dotenv",
    "rm A --force --yes",
    "backup copy.etui",
    "remote add stick file:stick.etui",
    "remote remove stick",
    "export json --plaintext --out out.json",
    "inject -i template --out filled",
    "recovery-sheet --out sheet",
    "man --out pages",
    "git-setup",
    "passwd --new-password-file password --kdf-memory 19 --kdf-passes 2 --kdf-lanes 1",
    "rekey --new-password-file password --key-file-out key --kdf-memory 19 --kdf-passes 2 --kdf-lanes 1",
    "unlock --max 10m",
    "lock",
];

/// Tried below, with a vault or a server of their own.
const APART: &[&str] = &["purge", "upgrade", "push", "pull", "merge", "sync"];

/// Commands that change nothing, or whose answer is that of another protocol.
const OTHERS: &[&str] = &[
    "list",
    "show",
    "which",
    "code",
    "random",
    "log",
    "diff",
    "audit",
    "run",
    "env",
    "git-credential",
    "docker-credential",
    "api",
    "serve",
    "git-merge-driver",
    "status",
    "verify",
    "tui",
    "demo",
    "doctor",
    "config",
    "completions",
];

fn home() -> InMemory {
    let home = edit::home();
    home.etui(&["rm", "db", "--force", "--yes"]).succeeded();
    for (name, text) in [("one", "1"), ("two", "2"), ("dotenv", "A=1\nB=2\n"), ("template", "{{ etui://b }}")]
    {
        fs::write(home.path().join(name), text).unwrap();
    }
    home.write_private("later.etui", "");
    fs::copy(home.vault(), home.path().join("later.etui")).unwrap();
    home.etui(&["new", "brought", "--vault", "later.etui", "--file", "one"]).succeeded();
    fs::create_dir_all(home.path().join("config/etui")).unwrap();
    let settings = "clipboard = 'command'\nclipboard_copy = 'cat > copied'\n";
    fs::write(home.path().join("config/etui/settings.toml"), settings).unwrap();
    let made = Command::new("git").args(["init", "-q"]).arg(home.path()).status();
    assert!(made.unwrap().success());
    home
}

#[track_caller]
fn is_told_in_text(home: &Home, line: &str) {
    let (code, stderr) = unheard(home, line);
    assert_eq!(code, Some(0), "{line}: {stderr}");
    let told = "; only the answer could not be written: no space left on device\n";
    let count = stderr.matches(told).count();
    assert!(count == 1 && stderr.contains("note: "), "{line}: {stderr}");
    assert!(!stderr.contains("error: "), "{line}: {stderr}");
}

#[track_caller]
fn is_told_in_json(home: &Home, line: &str) -> Value {
    let (code, stderr) = unheard(home, &format!("{line} --json"));
    assert_eq!(code, Some(1), "{line}: {stderr}");
    let error: Value = serde_json::from_str(stderr.lines().last().unwrap()).unwrap();
    assert_eq!(error["Stored"], true, "{line}: {stderr}");
    assert!(!stderr.contains("try again"), "{line}: {stderr}");
    error
}

#[test]
fn a_change_whose_answer_is_lost_is_no_failure() {
    let home = home();
    for line in CHANGES {
        is_told_in_text(&home, line);
    }
    assert_eq!(fs::read_to_string(home.path().join("copied")).unwrap(), "1");
    let log = home.finish(command(&home, &["log", "b", "--all"]), b"");
    assert_eq!(log.text().lines().count(), 3, "{log}");
}

#[test]
fn an_answer_in_json_that_is_lost_is_one_and_says_what_is_stored() {
    let home = home();
    for line in CHANGES {
        let error = is_told_in_json(&home, line);
        let id = match line.split(' ').next() {
            Some("new") => "v1",
            Some("put") => "v2",
            _ => continue,
        };
        assert_eq!(error["VersionId"], id, "{line}");
    }
}

#[test]
fn a_purge_of_several_is_told_as_one() {
    let home = Home::empty();
    let mut vault = home.create(None, Stopped::days_from_now(-20));
    for name in ["a", "b", "c", "d"] {
        deleted(&mut vault, name);
    }
    drop(vault);
    is_told_in_json(&home, "purge c d");
    is_told_in_text(&home, "purge");
    assert_eq!(home.etui(&["list", "--deleted"]).text(), "");
}

/// A plan that nobody can read is not carried out; in JSON there is none.
#[test]
fn a_merge_and_a_sync_whose_plan_is_lost_change_nothing() {
    let home = home();
    home.etui(&["remote", "add", "stick", "file:later.etui"]).succeeded();
    let before = home.bytes_of_vault();
    for line in ["merge later.etui", "sync stick"] {
        let (code, stderr) = unheard(&home, line);
        assert_eq!(code, Some(1), "{line}: {stderr}");
        assert!(!stderr.contains("only the answer"), "{line}: {stderr}");
        assert!(home.bytes_of_vault() == before, "{line} changed the vault");
    }
    home.etui(&["new", "ours", "--file", "one"]).succeeded();
    is_told_in_json(&home, "sync stick");
    home.etui(&["new", "theirs", "--vault", "later.etui", "--file", "one"]).succeeded();
    is_told_in_json(&home, "merge later.etui");
    assert_eq!(home.etui(&["list"]).text(), "brought\nours\ntheirs\n");
}

#[test]
fn an_upgrade_whose_answer_is_lost_is_no_failure() {
    for is_told in [is_told_in_text, |home: &Home, line: &str| drop(is_told_in_json(home, line))] {
        let home = Home::empty();
        drop(home.create_in(FormatVersion::One, None, Stopped(Timestamp::clamped(1_700_000_000))));
        is_told(&home, "upgrade --yes");
    }
}

#[cfg(feature = "engines")]
#[test]
fn a_push_and_a_pull_whose_answers_are_lost_are_no_failures() {
    for is_told in [is_told_in_text, |home: &Home, line: &str| drop(is_told_in_json(home, line))] {
        let home = home();
        let server = EngineServer::start();
        home.etui(&["remote", "add", "team", &server.url()]).succeeded();
        home.etui(&["new", "a", "--file", "one"]).succeeded();
        server.put("theirs", "x");
        is_told(&home, "push team a --yes");
        is_told(&home, "pull team theirs");
    }
}

/// Guards: a new command is in one of the tables.
#[test]
fn every_command_that_changes_something_is_tried() {
    let first = |line: &&str| line.split(' ').next().unwrap().to_owned();
    let mut known: Vec<String> = CHANGES.iter().chain(APART).chain(OTHERS).map(first).collect();
    known.sort();
    known.dedup();
    let mut commands = etui::cli::commands();
    commands.sort();
    known.retain(|name| commands.contains(name));
    assert_eq!(known, commands);
}

#[test]
fn a_command_that_only_reads_fails_with_its_answer() {
    let home = Home::with_secret();
    for line in ["get db", "list", "log db", "show db", "random", "audit", "verify", "config path"] {
        let (code, stderr) = unheard(&home, line);
        assert_eq!(code, Some(1), "{line:?}: {stderr}");
        assert!(stderr.starts_with("error: cannot write the answer to stdout: no space left"), "{stderr}");
    }
}

#[test]
fn what_changed_nothing_is_not_told_as_stored() {
    let home = Home::with_secret();
    fs::write(home.path().join("two"), "two").unwrap();
    for line in ["put db --version-id v2 --file two", "lock"] {
        let (_, stderr) = unheard(&home, line);
        assert!(!stderr.contains("only the answer"), "{line}: {stderr}");
    }
    let (code, _) = unheard(&home, "put db --version-id v2 --file two");
    assert_eq!(code, Some(1));
}
