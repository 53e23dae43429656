//! `etui upgrade`: from format 1 to the newest.

use std::fs;

use etui::domain::Timestamp;
use etui::vault::FormatVersion;
use insta::assert_snapshot;

use super::support::{Home, PASSWORD, Stopped};

/// A home with a vault of format 1 that holds `db`.
fn old() -> Home {
    let home = Home::empty();
    drop(home.create_in(FormatVersion::One, None, Stopped(Timestamp::clamped(1_700_000_000))));
    home.pipe("one", &["new", "db", "--note", "first"]).succeeded();
    home.pipe("two", &["put", "db"]).succeeded();
    home
}

/// What lies in the folder of the vault.
fn names(home: &Home) -> Vec<std::ffi::OsString> {
    let folder = home.vault().parent().unwrap().to_owned();
    let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    names
}

#[test]
fn an_upgrade_keeps_what_is_there_and_leaves_nothing_beside_it() {
    let home = old();
    let shown = home.etui(&["show", "db"]).text().to_owned();
    let log = home.etui(&["log", "db"]).text().to_owned();
    let before = names(&home);
    assert_snapshot!(home.etui(&["upgrade", "--yes"]), @r"
        exit 0
        stdout:
        upgraded the vault to format 2 and checked it
        ");
    assert_eq!(names(&home), before);
    assert_eq!(home.etui(&["show", "db"]).text(), shown);
    assert_eq!(home.etui(&["log", "db"]).text(), log);
    assert_eq!(home.etui(&["get", "db"]).text(), "two");
    assert!(home.etui(&["audit"]).text().contains("upgrade"));
    home.etui(&["verify"]).succeeded();
    assert_snapshot!(home.etui(&["upgrade", "--yes"]), @r"
        exit 0
        stdout:
        the vault is already in the newest format, 2
        ");
    home.etui(&["undo"]).succeeded();
    assert_eq!(home.etui(&["get", "db"]).text(), "one");
}

#[test]
fn an_upgrade_is_asked_for_and_without_a_terminal_needs_yes() {
    let home = old();
    assert_snapshot!(home.etui(&["upgrade"]).failed(2), @r"
        exit 2
        stderr:
        error: an older etui cannot open the vault afterwards; without a terminal, confirm with --yes
        ");
    let mut terminal = home.terminal(&["upgrade"]);
    terminal.wait_for("Master password:").press(&format!("{PASSWORD}\n"));
    terminal.wait_for("Upgrade it now? [y/N]").press("n\n");
    assert_eq!(terminal.end().0.code(), Some(2));
    let mut terminal = home.terminal(&["upgrade"]);
    terminal.wait_for("Master password:").press(&format!("{PASSWORD}\n"));
    terminal.wait_for("Upgrade it now? [y/N]").press("y\n");
    let (status, screen) = terminal.end();
    assert!(status.success(), "{screen}");
    assert!(screen.contains("upgraded the vault to format 2"), "{screen}");
}

#[test]
fn a_vault_that_is_damaged_is_not_upgraded() {
    let home = old();
    let path = home.vault();
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.execute("UPDATE version SET value = randomblob(168)", []).unwrap();
    drop(connection);
    let before = fs::read(&path).unwrap();
    let beside = names(&home);
    home.etui(&["upgrade", "--yes"]).failed(6);
    assert!(fs::read(&path).unwrap() == before);
    assert_eq!(names(&home), beside);
}
