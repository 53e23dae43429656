//! A disk that takes no more: what could not be written is wholly out, nothing else is lost, and it is said.
//!
//! A limit on the size of files stands for it: writing beyond the limit fails, at the first byte or in the
//! middle of a commit.

use std::fs;
use std::process::Command;

use insta::assert_snapshot;

use super::support::{Home, Run};

/// The size of a page of the vault.
const PAGE: usize = 4096;

/// Runs it where no file may grow beyond so many bytes.
fn limited(home: &Home, bytes: usize, stdin: &[u8], arguments: &[&str]) -> Run {
    // Without the signal the write itself fails, as it does on a full disk. The unit is 512 bytes.
    let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"", bytes / 512);
    let like = home.command(&[]);
    let mut command = Command::new("sh");
    command.args(["-c", &script, env!("CARGO_BIN_EXE_etui")]).args(arguments);
    command.env_clear().envs(like.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.env("POSIXLY_CORRECT", "1").current_dir(home.path());
    home.finish(command, stdin)
}

fn size_of_vault(home: &Home) -> usize {
    home.bytes_of_vault().len()
}

/// The vault is sound and holds what it held.
#[track_caller]
fn is_unharmed(home: &Home, current: &str) {
    home.etui(&["verify"]).succeeded();
    assert_eq!(home.etui(&["get", "db"]).succeeded().text(), current);
}

fn names(home: &Home) -> Vec<String> {
    let entries = fs::read_dir(home.path()).unwrap();
    let mut names: Vec<String> = entries.map(|one| one.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_put_that_does_not_fit_says_so_and_changes_nothing() {
    let home = Home::with_secret();
    let limit = size_of_vault(&home) + 2 * PAGE;
    let value = vec![b'x'; 64 * 1024];
    assert_snapshot!(limited(&home, limit, &value, &["put", "db"]).failed(1), @r#"
        exit 1
        stderr:
        error: working on ~/data/etui/vault.etui failed: file too large
        hint: nothing was changed
        "#);
    assert_snapshot!(limited(&home, limit, &value, &["put", "db", "--json"]).failed(1), @r#"
        exit 1
        stderr:
        {"RequestId":"[id]","HttpStatus":500,"Code":"InternalFailure","Message":"working on ~/data/etui/vault.etui failed: file too large","Hint":"nothing was changed"}
        "#);
    is_unharmed(&home, "two");
    home.pipe(&value, &["put", "db"]).succeeded();
}

#[test]
fn wherever_the_disk_is_full_a_put_is_wholly_in_or_wholly_out() {
    let home = Home::with_secret();
    let mut refused = 0;
    for limit in (512..).step_by(PAGE) {
        let run = limited(&home, limit, &vec![b'x'; 8 * PAGE], &["put", "db", "--version-id", "large"]);
        if run.code == Some(0) {
            break;
        }
        assert_eq!(run.code, Some(1), "{limit}: {run}");
        is_unharmed(&home, "two");
        refused += 1;
    }
    assert!(refused > 8, "the limit was met in the journal, within the file and at its end: {refused}");
    home.etui(&["verify"]).succeeded();
    assert_eq!(home.etui(&["get", "db#large"]).succeeded().stdout.len(), 8 * PAGE);
    assert_eq!(home.etui(&["get", "db:ACSPrevious"]).succeeded().text(), "two");
}

#[test]
fn an_import_that_does_not_fit_brings_in_nothing() {
    let home = Home::with_secret();
    let file: String = (0..200).map(|number| format!("KEY_{number}=value\n")).collect();
    fs::write(home.path().join("file"), file).unwrap();
    let limit = size_of_vault(&home) + 8 * PAGE;
    assert_snapshot!(limited(&home, limit, b"", &["import", "dotenv", "file"]).failed(1), @r#"
        exit 1
        stderr:
        error: working on ~/data/etui/vault.etui failed: file too large
        hint: nothing was changed
        "#);
    is_unharmed(&home, "two");
    assert_eq!(home.etui(&["list"]).text(), "db\n");
}

#[test]
fn a_rekey_that_does_not_fit_leaves_the_old_key() {
    let home = Home::with_secret();
    for number in 0..8 {
        home.pipe(vec![b'x'; 2 * PAGE], &["put", "db", "--stage", &format!("s{}", number % 4)]).succeeded();
    }
    fs::write(home.path().join("new"), "another password").unwrap();
    let change = ["rekey", "--new-password-file", "new", "--kdf-memory", "19", "--kdf-passes", "2"];
    let run = limited(&home, size_of_vault(&home) / 2, b"", &change);
    assert_eq!(run.code, Some(1), "{run}");
    is_unharmed(&home, "two");
}

#[test]
fn files_that_do_not_fit_are_not_left_behind() {
    let home = Home::with_secret();
    home.pipe(vec![b'x'; 64 * 1024], &["put", "db", "--stage", "large"]).succeeded();
    fs::write(home.path().join("template"), "{{ etui://db:large }}").unwrap();
    let before = names(&home);
    assert_snapshot!(limited(&home, 4 * PAGE, b"", &["get", "db:large", "--out", "value"]).failed(1), @r#"
        exit 1
        stderr:
        error: cannot write 'value': file too large
        "#);
    assert_snapshot!(limited(&home, 4 * PAGE, b"", &["backup", "copy.etui"]).failed(1), @r#"
        exit 1
        stderr:
        error: writing copy.etui failed: file too large
        hint: nothing was changed
        "#);
    for arguments in [
        &["export", "json", "--plaintext", "--out", "out.json"][..],
        &["inject", "-i", "template", "-o", "filled"],
    ] {
        let run = limited(&home, 4 * PAGE, b"", arguments);
        assert_eq!(run.code, Some(1), "{run}");
        assert!(run.stderr.contains("too large"), "{run}");
    }
    assert_eq!(names(&home), before);
}

#[test]
fn a_vault_that_cannot_be_made_is_not_left_behind() {
    let home = Home::empty();
    let cheapest = ["init", "--kdf-memory", "19", "--kdf-passes", "2", "--kdf-lanes", "1"];
    assert_snapshot!(limited(&home, 2 * PAGE, b"", &cheapest).failed(1), @r#"
        exit 1
        stderr:
        error: writing ~/data/etui/vault.etui failed: file too large
        hint: nothing was changed
        "#);
    assert!(!home.vault().exists());
    home.etui(&cheapest).succeeded();
}
