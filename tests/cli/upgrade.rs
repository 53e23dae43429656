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
fn without_a_terminal_only_an_old_vault_needs_yes() {
    let home = Home::with_vault();
    assert_eq!(home.etui(&["upgrade"]).text(), "the vault is already in the newest format, 2\n");
    let missing = home.etui(&["upgrade", "--vault", "none.etui"]).failed(2);
    assert!(missing.stderr.starts_with("error: there is no vault at none.etui\n"), "{}", missing.stderr);
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

#[test]
fn an_old_vault_is_offered_an_upgrade_once_after_an_unlock_on_a_terminal() {
    let home = old();
    let ask = |answer: &str| {
        let mut terminal = home.terminal(&["get", "db"]);
        terminal.wait_for("Master password: ").press(&format!("{PASSWORD}\r"));
        terminal.wait_for("Upgrade it now? [y/N] ").press(answer);
        terminal.end()
    };
    // Nobody is there to be asked.
    assert_eq!(home.etui(&["get", "db"]).succeeded().stderr, "");
    let before = home.bytes_of_vault();
    let (status, screen) = ask("\r");
    assert!(status.success());
    assert_snapshot!(screen, @r#"
        Master password:
        this vault is in format 1; in format 2 it is smaller and its copies can be merged. An older etui cannot open it afterwards. Upgrade it now? [y/N]
        note: this is not asked again on this machine; `etui upgrade` does it too
        two
        "#);
    assert!(home.bytes_of_vault() == before);
    let mut terminal = home.terminal(&["get", "db"]);
    terminal.wait_for("Master password: ").press(&format!("{PASSWORD}\r"));
    assert_eq!(terminal.end().1, "Master password:\ntwo\n");
    fs::remove_file(home.path().join("state/etui/format-kept")).unwrap();
    let (status, screen) = ask("y\r");
    assert!(status.success() && screen.ends_with("two\n"), "{screen}");
    assert!(screen.contains("the vault is now in format 2, and checked"), "{screen}");
    assert_eq!(home.etui(&["upgrade", "--yes", "--json"]).succeeded().json()["Upgraded"], false);
}

#[test]
fn doctor_and_status_name_the_format_of_an_old_vault_and_the_upgrade() {
    let home = old();
    let sentence = "in format 1; `etui upgrade` brings it into format 2";
    assert!(home.etui(&["doctor"]).text().contains(sentence));
    let status = home.etui(&["status"]);
    assert!(status.stderr.contains(sentence), "{status}");
    assert_eq!(home.etui(&["status", "--json"]).json()["Format"], 1);
    home.etui(&["upgrade", "--yes"]).succeeded();
    assert!(!home.etui(&["doctor"]).text().contains("in format"));
    assert_eq!(home.etui(&["status"]).stderr, "");
    assert_eq!(home.etui(&["status", "--json"]).json()["Format"], 2);
}

// Guards: the copy that an upgrade keeps until it is checked stays where that is killed, and nobody looks for it.
#[test]
fn what_a_killed_upgrade_left_is_named_by_doctor_and_goes_with_the_next_one() {
    let home = old();
    let folder = home.vault().parent().unwrap().to_owned();
    let copy = |number: u32| folder.join(format!("vault.etui-before-upgrade-{number}"));
    let plain = names(&home);
    // Killed before the change, and after it.
    for is_upgraded in [false, true] {
        if is_upgraded {
            fs::write(copy(7), home.bytes_of_vault()).unwrap();
            home.pipe("three", &["put", "db"]).succeeded();
        } else {
            fs::write(copy(1), home.bytes_of_vault()).unwrap();
        }
        assert!(home.etui(&["doctor"]).text().contains("an interrupted upgrade left '"));
        let run = home.etui(&["upgrade", "--yes"]).succeeded();
        assert!(run.stderr.contains("removed '") && run.stderr.contains("-before-upgrade-"), "{run}");
        assert_eq!(names(&home), plain);
    }
    assert!(!home.etui(&["doctor"]).text().contains("interrupted upgrade"));

    // What is not a copy of a state of this vault is not touched.
    let other = old();
    fs::write(copy(1), other.bytes_of_vault()).unwrap();
    let run = home.etui(&["upgrade", "--yes"]).succeeded();
    assert!(run.stderr.contains("is not a copy of this vault's history: look at it"), "{run}");
    assert!(copy(1).exists());
}

#[test]
fn a_header_of_a_newer_format_is_refused_by_its_number() {
    use sha2::{Digest as _, Sha256};
    let home = Home::with_vault();
    let connection = rusqlite::Connection::open(home.vault()).unwrap();
    let mut header: Vec<u8> = connection.query_row("SELECT header FROM vault", [], |row| row.get(0)).unwrap();
    header[8..12].copy_from_slice(&3_u32.to_be_bytes());
    let hash = Sha256::digest(&header).to_vec();
    connection.execute("UPDATE vault SET header = ?1, header_hash = ?2", (header, hash)).unwrap();
    assert_snapshot!(home.etui(&["list"]).failed(6), @r"
        exit 6
        stderr:
        error: the vault is damaged or was tampered with: it says that it is in format 3, perhaps made by a newer etui; this one reads formats 1 to 2
        hint: do not use this file: run `etui verify` to see what is wrong, and restore a backup
        ");
    connection.execute_batch("CREATE TABLE later (x); PRAGMA user_version = 3").unwrap();
    drop(connection);
    let run = home.etui(&["list"]).failed(6);
    assert!(
        run.stderr.contains("in format 3, perhaps made by a newer etui; this one reads formats 1 to 2"),
        "{run}"
    );
}
