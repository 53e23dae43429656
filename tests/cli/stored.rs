//! A change that is stored is told as stored, though its answer cannot be written.
#![cfg(target_os = "linux")]

use std::fs::OpenOptions;

use serde_json::Value;

use super::support::Home;

/// Runs a command whose stdout takes nothing; the exit code and stderr.
fn unheard(home: &Home, line: &[&str]) -> (Option<i32>, String) {
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = home.command(line).stdout(full).output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

/// Command lines that change something, one after the other.
const CHANGES: [&[&str]; 12] = [
    &["new", "a", "--file", "one"],
    &["put", "a", "--file", "two"],
    &["stage", "a", "canary", "--to", "v1"],
    &["promote", "a", "canary"],
    &["rollback", "a"],
    &["set", "a", "--description", "x"],
    &["rename", "a", "b"],
    &["undo"],
    &["redo"],
    &["rm", "b"],
    &["restore", "b"],
    &["get", "b", "--out", "value"],
];

fn home() -> Home {
    let home = Home::with_vault();
    std::fs::write(home.path().join("one"), "1").unwrap();
    std::fs::write(home.path().join("two"), "2").unwrap();
    home
}

#[test]
fn a_stored_change_whose_answer_is_lost_is_no_failure() {
    let home = home();
    for line in CHANGES {
        let (code, stderr) = unheard(&home, line);
        assert_eq!(code, Some(0), "{line:?}: {stderr}");
        assert!(stderr.starts_with("note: "), "{line:?}: {stderr}");
        let told = "; only the answer could not be written: no space left on device\n";
        assert!(stderr.contains(told), "{line:?}: {stderr}");
    }
    assert_eq!(home.etui(&["log", "b", "--all"]).text().lines().count(), 2);
}

#[test]
fn an_answer_in_json_that_is_lost_is_one_and_says_what_is_stored() {
    let home = home();
    for line in CHANGES {
        let (code, stderr) = unheard(&home, &[line, &["--json"]].concat());
        assert_eq!(code, Some(1), "{line:?}: {stderr}");
        let error: Value = serde_json::from_str(&stderr).unwrap();
        assert_eq!(error["Stored"], true, "{line:?}: {stderr}");
        assert!(!stderr.contains("try again"), "{line:?}: {stderr}");
        if matches!(line[0], "new" | "put") {
            assert_eq!(error["VersionId"], if line[0] == "new" { "v1" } else { "v2" }, "{line:?}");
        }
    }
}

#[test]
fn a_command_that_only_reads_fails_with_its_answer() {
    let home = Home::with_secret();
    for line in [&["get", "db"][..], &["list"], &["log", "db"], &["show", "db"], &["random"], &["audit"]] {
        let (code, stderr) = unheard(&home, line);
        assert_eq!(code, Some(1), "{line:?}: {stderr}");
        assert!(stderr.starts_with("error: cannot write the answer to stdout: no space left"), "{stderr}");
    }
}

#[test]
fn what_changed_nothing_is_not_told_as_stored() {
    let home = Home::with_secret();
    std::fs::write(home.path().join("two"), "two").unwrap();
    let (code, stderr) = unheard(&home, &["put", "db", "--version-id", "v2", "--file", "two"]);
    assert_eq!(code, Some(1), "{stderr}");
    assert!(!stderr.contains("only the answer"), "{stderr}");
}
