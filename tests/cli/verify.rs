//! `etui verify`, and what a damaged or replaced vault answers.

use std::fs;

use insta::assert_snapshot;

use super::support::{Home, PASSWORD};

#[test]
fn verify_counts_what_it_looked_at() {
    let home = Home::with_secret();
    assert_snapshot!(home.etui(&["verify"]), @r#"
        exit 0
        stdout:
        vault OK: 1 secret, 2 versions, 3 changes; state 3 · [state]
        "#);
    assert_snapshot!(home.etui(&["verify", "--json"]), @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","Secrets":1,"Versions":2,"Events":3,"VaultState":"3 · [state]","Findings":[]}
        "#);
    assert_eq!(home.etui(&["verify", "-q"]).succeeded().text(), "");
}

#[test]
fn verify_looks_at_another_file_without_remembering_it() {
    let home = Home::with_secret();
    fs::copy(home.vault(), home.path().join("backup.etui")).unwrap();
    home.pipe("three", &["put", "db"]).succeeded();
    assert_snapshot!(home.etui(&["verify", "backup.etui"]), @r#"
        exit 0
        stdout:
        vault OK: 1 secret, 2 versions, 3 changes; state 3 · [state]
        "#);
    home.etui(&["list"]).succeeded();
    fs::write(home.path().join("backup.etui-journal"), "planted").unwrap();
    home.etui(&["verify", "backup.etui"]).succeeded();
    fs::remove_file(home.path().join("backup.etui-journal")).unwrap();
    fs::create_dir(home.path().join("backup.etui-journal")).unwrap();
    home.etui(&["verify", "backup.etui"]).failed(6);
    home.etui(&["verify", home.vault().to_str().unwrap()]).succeeded();
    assert_snapshot!(home.etui(&["verify", "missing.etui"]).failed(2), @r#"
        exit 2
        stderr:
        error: there is no vault at 'missing.etui'
        hint: check the path, or name another file
        "#);
    assert_snapshot!(home.etui(&["verify", "password"]).failed(2), @r#"
        exit 2
        stderr:
        error: 'password' is not an etui vault
        hint: it is too short to be a vault: name another file
        "#);
}

#[test]
fn a_damaged_vault_is_exit_6() {
    let home = Home::with_secret();
    let mut bytes = home.bytes_of_vault();
    for byte in &mut bytes[4096..] {
        *byte ^= 0x55;
    }
    fs::write(home.vault(), bytes).unwrap();
    for arguments in [&["get", "db"][..], &["list"], &["verify"]] {
        let run = home.etui(arguments);
        assert_eq!(run.code, Some(6), "{arguments:?}: {run}");
    }
    let run = home.etui(&["list", "--json"]).failed(6);
    let error: serde_json::Value = serde_json::from_str(&run.stderr).unwrap();
    assert_eq!(error["Code"], "IntegrityFailure");
}

#[test]
fn an_older_copy_is_refused_until_it_is_accepted() {
    let home = Home::with_secret();
    let older = home.bytes_of_vault();
    home.pipe("three", &["put", "db"]).succeeded();
    fs::write(home.vault(), older).unwrap();
    assert_snapshot!(home.etui(&["get", "db"]).failed(6), @r#"
        exit 6
        stderr:
        error: this file is older than the one that was used here: its last change is number 3, change 4 was seen here on [time]
        hint: if you restored a backup, accept it with --accept-older; else find the newer file
        "#);
    assert_eq!(home.etui(&["get", "db", "--accept-older"]).succeeded().text(), "two");
    assert_eq!(home.etui(&["get", "db"]).succeeded().text(), "two", "the answer counts for later runs");
}

#[test]
fn another_vault_at_the_same_path_is_refused_until_it_is_accepted() {
    let home = Home::with_secret();
    let another = Home::with_vault();
    fs::copy(another.vault(), home.vault()).unwrap();
    assert_snapshot!(home.etui(&["list"]).failed(6), @r#"
        exit 6
        stderr:
        error: the vault at this path is not the one that was used here
        hint: if you put it there, accept it with --accept-other
        "#);
    home.etui(&["list", "--accept-other"]).succeeded();
    home.etui(&["list"]).succeeded();
}

#[test]
fn a_vault_that_was_there_is_said_to_be_gone() {
    let home = Home::with_secret();
    fs::remove_file(home.vault()).unwrap();
    assert_snapshot!(home.etui(&["list"]).failed(2), @r#"
        exit 2
        stderr:
        error: the vault that was used at ~/data/etui/vault.etui is gone
        hint: find it or restore a backup; `etui init` creates a new one in its place
        "#);
    let init = ["init", "--kdf-memory", "19", "--kdf-passes", "2", "--kdf-lanes", "1"];
    home.etui(&init).succeeded();
    home.etui(&["list"]).succeeded();
    assert_snapshot!(Home::empty().etui(&["list"]).failed(2), @r#"
        exit 2
        stderr:
        error: there is no vault at ~/data/etui/vault.etui
        hint: create one with `etui init`, or name another with --vault
        "#);
}

// Guards: a copy that Syncthing or `cp` wrote to meanwhile was called tampered with.
#[test]
fn a_copy_that_is_written_to_while_it_is_checked_is_busy() {
    let home = Home::with_secret();
    let copy = home.path().join("copy.etui");
    fs::copy(home.vault(), &copy).unwrap();
    let mut half = home.bytes_of_vault();
    half[4096..].fill(0);
    let mut terminal = home.terminal(&["verify", "copy.etui"]);
    terminal.wait_for("Master password: ");
    fs::write(&copy, &half).unwrap();
    terminal.press(&format!("{PASSWORD}\r"));
    let (status, screen) = terminal.end();
    assert_eq!(status.code(), Some(7), "{screen}");
    assert!(screen.contains("error: 'copy.etui' was changed while it was checked"), "{screen}");
    // Once nobody writes to it any more it is what it is.
    home.etui(&["verify", "copy.etui"]).failed(6);
}
