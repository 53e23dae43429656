//! What a merge asks, and what answers it beforehand; and the commands of `docs/sync.md`.

use std::fs;
use std::process::{Command, Stdio};

use super::merge::{merge, second, state, sync, value, with_ssh};
use super::readme::commands_of;
use super::support::{Home, PASSWORD, Terminal, is_missing};

fn on_a_terminal(home: &Home, other: &Home) -> Terminal {
    let mut terminal = home.terminal(&["merge", other.vault().to_str().unwrap()]);
    terminal.wait_for("Master password: ").press(&format!("{PASSWORD}\r"));
    terminal
}

#[test]
fn a_merge_is_shown_and_asked_for_on_a_terminal() {
    let home = Home::with_secret();
    let other = second(&home);
    other.pipe("there", &["new", "mail"]).succeeded();
    let before = home.bytes_of_vault();
    let mut terminal = on_a_terminal(&home, &other);
    terminal.wait_for("new mail: 1 version").wait_for("Merge? [Y/n] ").press("n\r");
    let (status, screen) = terminal.end();
    assert_eq!(status.code(), Some(0));
    assert!(screen.contains("nothing was changed"), "{screen}");
    assert!(home.bytes_of_vault() == before);

    let mut terminal = on_a_terminal(&home, &other);
    terminal.wait_for("Merge? [Y/n] ").press("\r");
    // The file that is merged stays unless somebody says that it may go.
    terminal.wait_for("[y/N] ").press("\r");
    assert_eq!(terminal.end().0.code(), Some(0));
    assert_eq!(value(&home, "mail"), "there");
    assert!(other.vault().exists());

    let mut terminal = on_a_terminal(&home, &other);
    terminal.wait_for("[y/N] ").press("y\r");
    assert_eq!(terminal.end().0.code(), Some(0));
    assert!(!other.vault().exists());
}

/// A secret that the other copy deleted for good, with something new there.
fn purged_there() -> (Home, Home) {
    let home = Home::with_secret();
    home.pipe("x", &["new", "old"]).succeeded();
    let other = second(&home);
    other.etui(&["rm", "old", "--force", "--yes"]).succeeded();
    other.pipe("y", &["new", "fresh"]).succeeded();
    (home, other)
}

#[test]
fn what_was_deleted_for_good_is_asked_about_on_a_terminal() {
    for (key, stays) in [("k", true), ("d", false)] {
        let (home, other) = purged_there();
        let mut terminal = on_a_terminal(&home, &other);
        terminal.wait_for("'old' was deleted for good there").wait_for("[d/k/N] ").press(&format!("{key}\r"));
        terminal.wait_for("Merge? [Y/n] ").press("\r").wait_for("[y/N] ").press("\r");
        let (status, screen) = terminal.end();
        assert_eq!(status.code(), Some(0), "{screen}");
        assert_eq!(home.etui(&["get", "old"]).code == Some(0), stays, "{screen}");
        assert_eq!(value(&home, "fresh"), "y");
    }
    let (home, other) = purged_there();
    let before = home.bytes_of_vault();
    let mut terminal = on_a_terminal(&home, &other);
    terminal.wait_for("[d/k/N] ").press("\r");
    let (status, screen) = terminal.end();
    assert_eq!(status.code(), Some(4), "{screen}");
    assert!(home.bytes_of_vault() == before);
}

#[test]
fn a_deletion_for_good_may_be_accepted_beforehand() {
    let (home, other) = purged_there();
    merge(&home, &other, &["--accept-purges"]).succeeded();
    home.etui(&["get", "old"]).failed(3);
    assert_eq!(value(&home, "fresh"), "y");
    // Both are equal: nobody is asked again.
    merge(&other, &home, &[]).succeeded();
    other.etui(&["get", "old"]).failed(3);
    assert_eq!(state(&home), state(&other));
}

/// Both copies describe `db`; the one that is named second later.
fn described(first: &Home, second: &Home) {
    for (home, text) in [(first, "of the first"), (second, "of the second")] {
        home.etui(&["set", "db", "--description", text]).succeeded();
    }
}

#[test]
fn a_plan_tells_the_end_that_is_chosen() {
    let described_as =
        |home: &Home| home.etui(&["show", "db", "--json"]).succeeded().json()["Description"].clone();
    for (flag, is_mine_later) in
        [("--mine", false), ("--mine", true), ("--theirs", false), ("--theirs", true)]
    {
        let home = Home::with_secret();
        let other = second(&home);
        if is_mine_later {
            described(&other, &home)
        } else {
            described(&home, &other)
        }
        let chosen = if (flag == "--mine") == is_mine_later { "of the second" } else { "of the first" };
        let planned = merge(&home, &other, &[flag, "--dry-run"]).succeeded();
        let end = if flag == "--mine" { "here" } else { "there" };
        assert!(planned.text().contains(&format!("; what is {end} is kept")), "{flag}: {planned}");
        let changes = planned.text().contains("  changed db");
        assert_eq!(changes, flag == "--theirs", "{flag}: {planned}");
        merge(&home, &other, &[flag]).succeeded();
        assert_eq!(described_as(&home), chosen, "{flag}");
        // It holds everywhere.
        merge(&other, &home, &[]).succeeded();
        assert_eq!(described_as(&other), chosen, "{flag}");
    }
}

#[test]
fn a_new_key_reaches_every_machine_that_syncs() {
    let there = tempfile::tempdir().unwrap();
    let home = Home::with_secret();
    let other = second(&home);
    for home in [&home, &other] {
        home.etui(&["remote", "add", "there", &format!("file:{}/v.etui", there.path().display())])
            .succeeded();
    }
    sync(&home).succeeded();
    home.pipe("here", &["put", "db"]).succeeded();
    other.write_private("new", "another horse\n");
    other
        .etui(&["rekey", "--new-password-file", "new", "--kdf-memory", "19", "--kdf-passes", "2"])
        .succeeded();
    other.write_private("password", "another horse\n");
    other.pipe("there", &["new", "mail"]).succeeded();
    // What lies there has the old key: its password is that of before.
    let old = home.path().join("password");
    let with_old = ["sync", "--other-password-file", old.to_str().unwrap()];
    other.etui(&with_old).succeeded();
    // Here it is the other way round, and the new key holds from then on.
    home.write_private("new", "another horse\n");
    home.etui(&["sync"]).failed(5);
    let synced = home.etui(&["sync", "--other-password-file", "new"]).succeeded();
    assert!(synced.text().contains("the vault key of the other copy is newer"), "{synced}");
    home.etui(&["get", "db"]).failed(5);
    home.write_private("password", "another horse\n");
    other.etui(&["sync"]).succeeded();
    for home in [&home, &other] {
        assert_eq!((value(home, "db"), value(home, "mail")), ("here".to_owned(), "there".to_owned()));
        home.etui(&["verify"]).succeeded();
    }
    assert_eq!(state(&home), state(&other));
}

#[test]
fn every_command_of_the_document_about_copies_succeeds() {
    if is_missing("git") {
        return;
    }
    let home = Home::with_secret();
    let (stick, server, bare) =
        (home.path().join("stick"), home.path().join("server"), home.path().join("bare"));
    for folder in [&stick, &server] {
        fs::create_dir(folder).unwrap();
    }
    let prepared = format!(
        "git init -q --bare '{0}' && git config --global url.'{0}'.insteadOf git@host.example:me/vault.git",
        bare.display()
    );
    home.in_shell("sh", &prepared).succeeded();
    with_ssh(&home, &server, "");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_etui"), home.path().join("bin/etui")).unwrap();
    fs::copy(home.vault(), home.vault().with_file_name("vault.sync-conflict-20261130-120000-ABCDEFG.etui"))
        .unwrap();
    let path = format!("{}:{}", home.path().join("bin").display(), std::env::var("PATH").unwrap());
    let commands = commands_of(include_str!("../../docs/sync.md"));
    assert!(commands.len() >= 8, "it shows {} commands", commands.len());
    for line in commands {
        let line = line.replace("/media/stick", stick.to_str().unwrap());
        let mut shell = Command::new("sh");
        shell.args(["-c", &line]).env_clear().envs(home.environment()).env("PATH", &path);
        shell.env("ETUI_PASSWORD_FILE", home.path().join("password"));
        let run = shell.current_dir(home.path()).stdin(Stdio::null()).output().unwrap();
        let stderr = String::from_utf8_lossy(&run.stderr);
        assert!(run.status.success(), "`{line}` ended with {}: {stderr}", run.status);
    }
    assert!(stick.join("vault.etui").exists() && server.join("vault.etui").exists());
}
