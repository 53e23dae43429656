//! `etui passwd`, `etui rekey`, `etui backup`, and the offer to raise an old cost.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

use insta::assert_snapshot;

use super::support::{Home, PASSWORD, Run, redacted};

const CHEAP: [&str; 6] = ["--kdf-memory", "19", "--kdf-passes", "2", "--kdf-lanes", "1"];

/// Runs `passwd` or `rekey` at the least cost, with a new password from a file.
fn relock(home: &Home, command: &str, more: &[&str]) -> Run {
    home.write_private("new", "another horse\n");
    let arguments = [&[command, "--new-password-file", "new"][..], &CHEAP, more].concat();
    home.etui(&arguments)
}

fn take_new_password(home: &Home) {
    fs::rename(home.path().join("new"), home.path().join("password")).unwrap();
}

#[test]
fn passwd_changes_the_password() {
    let home = Home::with_secret();
    assert_snapshot!(relock(&home, "passwd", &[]), @r#"
        exit 0
        stdout:
        changed the master password; unlocking takes 19 MiB, 2 passes, 1 lane of Argon2id

        stderr:
        note: older copies still open with the old password; if it may have leaked, replace the vault key (rekey)
        "#);
    assert_snapshot!(home.etui(&["get", "db"]).failed(5), @r#"
        exit 5
        stderr:
        error: wrong password
        "#);
    take_new_password(&home);
    assert_eq!(home.etui(&["get", "db"]).succeeded().text(), "two");
    home.etui(&["verify"]).succeeded();
    assert_snapshot!(relock(&home, "passwd", &["--json"]), @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","Vault":"~/data/etui/vault.etui","KdfMemoryMiB":19,"KdfPasses":2,"KdfLanes":1,"Backups":[]}
        "#);
}

#[test]
fn rekey_replaces_the_key_and_names_the_backups_that_still_open() {
    let home = Home::with_secret();
    home.etui(&["backup", "copy.etui"]).succeeded();
    assert_snapshot!(relock(&home, "rekey", &[]), @r#"
        exit 0
        stdout:
        replaced the vault key and re-encrypted everything; unlocking takes 19 MiB, 2 passes, 1 lane of Argon2id

        stderr:
        note: the backup '~/copy.etui' still opens with the old password
        note: older copies still open with the old password: if one may have leaked, change its secrets
        "#);
    home.etui(&["get", "db"]).failed(5);
    home.etui(&["verify", "copy.etui"]).succeeded();
    take_new_password(&home);
    assert_eq!(home.etui(&["get", "db"]).succeeded().text(), "two");
    home.etui(&["verify"]).succeeded();
    home.etui(&["verify", "copy.etui"]).failed(5);
    assert_snapshot!(relock(&home, "rekey", &["--json"]), @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","Vault":"~/data/etui/vault.etui","KdfMemoryMiB":19,"KdfPasses":2,"KdfLanes":1,"Backups":["~/copy.etui"]}
        "#);
}

#[test]
fn a_wrong_present_password_changes_nothing() {
    let home = Home::with_secret();
    let before = home.bytes_of_vault();
    fs::write(home.path().join("password"), "wrong").unwrap();
    for command in ["passwd", "rekey"] {
        relock(&home, command, &[]).failed(5);
    }
    // Nor does an empty new one, a cost below the floor, a file that is not there, or stdin for both.
    fs::write(home.path().join("password"), PASSWORD).unwrap();
    home.write_private("empty", "");
    let passwd = |more: &[&str]| home.etui(&[&["passwd"], more].concat()).failed(2);
    assert_snapshot!(passwd(&[&["--new-password-file", "empty"][..], &CHEAP].concat()), @r#"
        exit 2
        stderr:
        error: the master password is empty
        "#);
    assert_snapshot!(passwd(&["--new-password-file", "new", "--kdf-memory", "18"]), @r#"
        exit 2
        stderr:
        error: a new vault costs at least 19 MiB and 2 passes
        hint: choose more with --kdf-memory and --kdf-passes
        "#);
    assert_snapshot!(passwd(&["--new-password-file", "-", "--password-file", "-"]), @r#"
        exit 2
        stderr:
        error: stdin cannot hold both the password and the new password
        hint: name a file for one of them
        "#);
    assert_snapshot!(passwd(&["--new-password-file", "new", "--key-file-out", "empty"]), @r#"
        exit 2
        stderr:
        error: 'empty' already exists
        hint: choose another path
        "#);
    passwd(&["--key-file-out", "k", "--no-key-file"]);
    home.etui(&["passwd", "--new-password-file", "nowhere"]).failed(2);
    assert!(home.bytes_of_vault() == before);
}

#[test]
fn a_key_file_is_made_and_given_up() {
    let home = Home::with_secret();
    for command in ["passwd", "rekey"] {
        let made = relock(&home, command, &["--key-file-out", "key"]).succeeded();
        let last = "its key file is 'key': without a copy of it the vault cannot be opened";
        assert_eq!(made.text().lines().last(), Some(last));
        take_new_password(&home);
        assert_eq!(fs::metadata(home.path().join("key")).unwrap().permissions().mode() & 0o777, 0o600);
        home.etui(&["get", "db"]).failed(5);
        home.etui(&["get", "db", "--key-file", "key"]).succeeded();
        // It stays in use where nothing else is said.
        relock(&home, command, &["--key-file", "key"]).succeeded();
        take_new_password(&home);
        home.etui(&["get", "db"]).failed(5);
        relock(&home, command, &["--key-file", "key", "--no-key-file"]).succeeded();
        take_new_password(&home);
        home.etui(&["get", "db"]).succeeded();
        fs::remove_file(home.path().join("key")).unwrap();
    }
}

#[test]
fn passwd_asks_for_the_present_password_and_twice_for_the_new_one() {
    let home = Home::with_secret();
    let mut terminal = home.terminal(&[&["passwd"][..], &CHEAP].concat());
    terminal.wait_for("Master password: ").press(&format!("{PASSWORD}\r"));
    terminal.wait_for("New master password: ").press("correct unruly anvil\r");
    terminal.wait_for("Repeat password: ").press("correct unruly anvil\r");
    terminal.wait_for("[Y/n] ").press("n\r");
    let (status, screen) = terminal.end();
    assert_eq!(status.code(), Some(0));
    assert_snapshot!(redacted(&screen, home.path()), @r#"
        Master password:
        New master password:
        Repeat password:
        Keep a checked copy in '~/data/etui/vault-before-3.etui'? (it still opens with the old password) [Y/n] n
        changed the master password; unlocking takes 19 MiB, 2 passes, 1 lane of Argon2id
        note: older copies still open with the old password; if it may have leaked, replace the vault key (rekey)
        "#);
    fs::write(home.path().join("password"), "correct unruly anvil").unwrap();
    home.etui(&["get", "db"]).succeeded();
}

#[test]
fn rekey_backup_and_verify_show_how_far_they_are_on_a_terminal() {
    let home = Home::with_secret();
    let mut terminal = home.terminal(&[&["rekey"][..], &CHEAP].concat());
    terminal.wait_for("Master password: ").press(&format!("{PASSWORD}\r"));
    terminal.wait_for("New master password: ").press("correct unruly anvil\r");
    terminal.wait_for("Repeat password: ").press("correct unruly anvil\r");
    terminal.wait_for("[y/N] ").press("n\r");
    terminal.wait_for("re-encrypting everything [####################] 100 %");
    terminal.wait_for("replaced the vault key");
    assert_eq!(terminal.end().0.code(), Some(0));
    let mut terminal = home.terminal(&["backup", "copy"]);
    terminal.wait_for("Master password: ").press("correct unruly anvil\r");
    // The cost that the rekey chose is below what etui takes today, and so it asks.
    terminal.wait_for("Strengthen it now? [y/N] ").press("n\r");
    terminal.wait_for("copying [####################] 100 %").wait_for("backed the vault up");
    assert_eq!(terminal.end().0.code(), Some(0));
    let mut terminal = home.terminal(&["verify"]);
    terminal.wait_for("Master password: ").press("correct unruly anvil\r");
    terminal.wait_for("checking [####################] 100 %").wait_for("vault OK");
    assert_eq!(terminal.end().0.code(), Some(0));
}

#[test]
fn backup_makes_a_checked_copy_and_replaces_nothing() {
    let home = Home::with_secret();
    assert_snapshot!(home.etui(&["backup", "copy.etui"]), @r#"
        exit 0
        stdout:
        backed the vault up to 'copy.etui' and checked the copy: 1 secret, 2 versions, 3 changes; state 3 · [state]
        "#);
    assert_snapshot!(home.etui(&["backup", "copy.etui"]).failed(2), @r#"
        exit 2
        stderr:
        error: 'copy.etui' already exists
        hint: choose another path; nothing was overwritten
        "#);
    assert_snapshot!(home.etui(&["backup", "other.etui", "--json"]), @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","File":"other.etui","Secrets":1,"Versions":2,"Events":3,"VaultState":"3 · [state]"}
        "#);
    assert_snapshot!(home.etui(&["backup", "no/folder/copy"]).failed(2), @r#"
        exit 2
        stderr:
        error: there is no folder 'no/folder'
        hint: create it first, or check the path
        "#);
    home.pipe("three", &["put", "db"]).succeeded();
    assert_snapshot!(home.etui(&["verify", "copy.etui"]), @r#"
        exit 0
        stdout:
        vault OK: 1 secret, 2 versions, 3 changes; state 3 · [state]
        "#);
    // In use it is a file older than what was seen, and taken only where that is said.
    home.etui(&["get", "db", "--vault", "copy.etui"]).failed(6);
    assert_eq!(home.etui(&["get", "db", "--vault", "copy.etui", "--accept-older"]).text(), "two");
}

/// What lies in the home under a temporary name.
fn temporary_files(home: &Home) -> Vec<String> {
    let entries = fs::read_dir(home.path()).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.starts_with(".etui-tmp-")).collect()
}

// Guards: what a killed backup left is as large as the vault, and nobody would ever look for it.
#[test]
fn what_a_killed_backup_left_goes_with_the_next_one() {
    let home = Home::with_vault();
    let large = vec![b'x'; 500_000];
    for number in 0..8 {
        home.pipe(&large, &["new", &format!("s{number}")]).succeeded();
    }
    for _ in 0..100 {
        let mut backup = home.command(&["backup", "copy.etui"]);
        let mut child = backup.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        while temporary_files(&home).is_empty() && child.try_wait().unwrap().is_none() {}
        child.kill().unwrap();
        child.wait().unwrap();
        if !temporary_files(&home).is_empty() {
            break;
        }
        let _ = fs::remove_file(home.path().join("copy.etui"));
    }
    assert!(!temporary_files(&home).is_empty(), "no kill came in the middle of a backup");
    // That of a process that is still at work stays.
    let used = ".etui-tmp-00000000000000aa";
    let at_work = fs::File::create(home.path().join(used)).unwrap();
    at_work.lock().unwrap();
    home.etui(&["backup", "copy.etui"]).succeeded();
    assert_eq!(temporary_files(&home), [used]);
}

#[test]
fn an_old_cost_is_offered_to_be_raised_once_on_a_terminal_only() {
    let home = Home::with_secret();
    fs::remove_file(home.kdf_cost_kept()).unwrap();
    // Nobody is there to be asked.
    assert_eq!(home.etui(&["get", "db"]).succeeded().stderr, "");
    let before = home.bytes_of_vault();
    for flags in [&["get", "db", "-q"][..], &["get", "db", "--json"]] {
        let mut terminal = home.terminal(flags);
        terminal.wait_for("Master password: ").press(&format!("{PASSWORD}\r"));
        let (status, screen) = terminal.end();
        assert!(status.success() && !screen.contains("Raise"), "{screen}");
    }
    let mut terminal = home.terminal(&["get", "db"]);
    terminal.wait_for("Master password: ").press(&format!("{PASSWORD}\r"));
    terminal.wait_for("Strengthen it now? [y/N] ").press("\r");
    let (status, screen) = terminal.end();
    assert!(status.success());
    assert_snapshot!(screen, @r#"
        Master password:
        this vault's password protection is weaker than today's default (0 MiB, 1 pass, 1 lane of Argon2id). Strengthen it now? [y/N]
        note: this is not asked again on this machine; `etui passwd` strengthens it too
        two
        "#);
    assert!(home.bytes_of_vault() == before);
    // The answer is remembered.
    let mut terminal = home.terminal(&["get", "db"]);
    terminal.wait_for("Master password: ").press(&format!("{PASSWORD}\r"));
    assert_eq!(terminal.end().1, "Master password:\ntwo\n");
    assert_eq!(fs::read_to_string(home.kdf_cost_kept()).unwrap(), home.keeps_its_cost());
}

#[test]
fn a_raised_cost_is_what_unlocking_takes_from_then_on() {
    let home = Home::with_secret();
    fs::remove_file(home.kdf_cost_kept()).unwrap();
    let mut terminal = home.terminal(&["get", "db"]);
    terminal.wait_for("Master password: ").press(&format!("{PASSWORD}\r"));
    terminal.wait_for("Strengthen it now? [y/N] ").press("y\r");
    terminal.wait_for("unlocking takes ").wait_for("two");
    assert!(terminal.end().0.success());
    let run = home.etui(&["get", "db", "-v"]).succeeded();
    assert_eq!(run.text(), "two");
    // Whatever this machine bears, it is more than next to nothing.
    assert!(!run.stderr.contains("unlocked with 0 MiB"), "{run}");
    home.etui(&["verify"]).succeeded();
}

#[test]
fn a_copy_is_kept_before_the_locks_are_changed() {
    for command in ["passwd", "rekey"] {
        let home = Home::with_secret();
        let state = home.etui(&["verify", "--json"]).succeeded().json()["VaultState"].clone();
        let run = relock(&home, command, &["--keep-copy", "before.etui"]).succeeded();
        let said = "the copy 'before.etui' was checked; it opens with the old password";
        assert_eq!(run.text().lines().last(), Some(said), "{run}");
        let copy = home.etui(&["verify", "before.etui", "--json"]).succeeded().json();
        assert_eq!((&copy["VaultState"], &copy["Secrets"]), (&state, &1.into()));
        home.etui(&["get", "db"]).failed(5);
        take_new_password(&home);
        assert_eq!(home.etui(&["get", "db"]).succeeded().text(), "two");
        home.etui(&["verify", "before.etui"]).failed(5);
        let json = relock(&home, command, &["--keep-copy", "second.etui", "--json"]).succeeded().json();
        assert_eq!(json["KeptCopy"], "second.etui");
    }
}

#[test]
fn without_the_copy_that_was_asked_for_nothing_is_changed() {
    let home = Home::with_secret();
    let before = home.bytes_of_vault();
    fs::write(home.path().join("there"), "mine").unwrap();
    for command in ["passwd", "rekey"] {
        relock(&home, command, &["--keep-copy", "there"]).failed(2);
        relock(&home, command, &["--keep-copy", "no/folder/copy"]).failed(2);
        relock(&home, command, &["--keep-copy", "-"]).failed(2);
        // Nobody may make a file there, and only the copying itself finds that out.
        let run = relock(&home, command, &["--keep-copy", "/proc/copy.etui", "--key-file-out", "key"]);
        assert!(
            run.stderr.contains("no copy was made in '/proc/copy.etui', so nothing was changed"),
            "{run}"
        );
        assert!(home.bytes_of_vault() == before, "{command}");
        assert!(!home.path().join("key").exists(), "{command}");
    }
    assert_eq!(fs::read(home.path().join("there")).unwrap(), b"mine");
}

#[test]
fn a_terminal_is_offered_a_copy_with_the_answer_that_suits_the_reason() {
    for (command, answer, is_kept) in
        [("passwd", "", true), ("passwd", "n", false), ("rekey", "", false), ("rekey", "y", true)]
    {
        let home = Home::with_secret();
        let mut terminal = home.terminal(&[&[command][..], &CHEAP].concat());
        terminal.wait_for("Master password: ").press(&format!("{PASSWORD}\r"));
        terminal.wait_for("New master password: ").press("correct unruly anvil\r");
        terminal.wait_for("Repeat password: ").press("correct unruly anvil\r");
        terminal
            .wait_for("Keep a checked copy in '")
            .wait_for("vault-before-3.etui'? (it still opens with the old");
        terminal.wait_for("] ").press(&format!("{answer}\r"));
        assert_eq!(terminal.end().0.code(), Some(0));
        let copy = home.path().join("data/etui/vault-before-3.etui");
        assert_eq!(copy.exists(), is_kept, "{command} {answer:?}");
        if is_kept {
            home.etui(&["verify", copy.to_str().unwrap()]).succeeded();
        }
        home.etui(&["get", "db"]).failed(5);
    }
}
