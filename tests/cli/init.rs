//! `etui init`.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use insta::assert_snapshot;

use super::support::Home;

const CHEAPEST: [&str; 7] = ["init", "--kdf-memory", "19", "--kdf-passes", "2", "--kdf-lanes", "1"];

#[test]
fn init_makes_a_vault_and_says_where_it_lies_and_what_it_costs() {
    let home = Home::empty();
    assert_snapshot!(home.etui(&CHEAPEST), @r#"
        exit 0
        stdout:
        created the vault '~/data/etui/vault.etui'; unlocking it takes 19 MiB, 2 passes, 1 lane of Argon2id
        "#);
    assert_eq!(home.etui(&["list"]).succeeded().text(), "");
    assert_eq!(fs::metadata(home.vault()).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn init_answers_in_json() {
    let home = Home::empty();
    assert_snapshot!(home.etui(&[&CHEAPEST[..], &["--json"]].concat()), @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","Vault":"~/data/etui/vault.etui","KdfMemoryMiB":19,"KdfPasses":2,"KdfLanes":1}
        "#);
}

#[test]
fn init_never_overwrites() {
    let home = Home::with_secret();
    let before = home.bytes_of_vault();
    assert_snapshot!(home.etui(&CHEAPEST).failed(2), @r#"
        exit 2
        stderr:
        error: '~/data/etui/vault.etui' already exists
        hint: choose another path with --vault
        "#);
    assert!(home.bytes_of_vault() == before);
}

#[test]
fn init_refuses_a_cost_below_the_floor() {
    let home = Home::empty();
    assert_snapshot!(home.etui(&["init", "--kdf-memory", "18"]).failed(2), @r#"
        exit 2
        stderr:
        error: a new vault costs at least 19 MiB and 2 passes
        hint: choose more with --kdf-memory and --kdf-passes
        "#);
    home.etui(&["init", "--kdf-passes", "1"]).failed(2);
    home.etui(&["init", "--kdf-memory", "999999"]).failed(2);
    assert!(!home.vault().exists());
}

#[test]
fn a_vault_with_a_key_file_opens_with_it_only() {
    let home = Home::empty();
    let run = home.etui(&[&CHEAPEST[..], &["--key-file-out", "team.key"]].concat());
    assert_snapshot!(run, @r#"
        exit 0
        stdout:
        created the vault '~/data/etui/vault.etui'; unlocking it takes 19 MiB, 2 passes, 1 lane of Argon2id
        its key file is 'team.key': without a copy of it the vault cannot be opened
        "#);
    let key_file = home.path().join("team.key");
    assert_eq!(fs::metadata(&key_file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read(&key_file).unwrap().len(), 65);

    assert_snapshot!(home.etui(&["list"]).failed(5), @r#"
        exit 5
        stderr:
        error: this vault needs its key file besides the password
        hint: name it with --key-file or ETUI_KEY_FILE
        "#);
    home.etui(&["list", "--key-file", "team.key"]).succeeded();
    let mut with_variable = home.command(&["list"]);
    with_variable.env("ETUI_KEY_FILE", &key_file);
    home.finish(with_variable, b"").succeeded();
    assert_snapshot!(home.etui(&["list", "--key-file", "password"]).failed(2), @r#"
        exit 2
        stderr:
        error: the key file does not consist of 64 hexadecimal digits
        "#);
    home.etui(&["list", "--key-file", "missing.key"]).failed(2);
}

#[test]
fn a_key_file_is_not_overwritten_and_not_left_behind() {
    let home = Home::empty();
    let arguments = [&CHEAPEST[..], &["--key-file-out", "password"]].concat();
    home.etui(&arguments).failed(2);
    assert!(!home.vault().exists());

    fs::write(home.path().join("data"), "in the way").unwrap();
    let run = home.etui(&[&CHEAPEST[..], &["--key-file-out", "team.key"]].concat());
    assert_ne!(run.code, Some(0));
    assert!(!home.path().join("team.key").exists());
}

#[test]
fn a_key_file_that_is_not_needed_is_said_to_be_so() {
    let home = Home::with_vault();
    home.write_private("team.key", &format!("{}\n", "0".repeat(64)));
    assert_snapshot!(home.etui(&["list", "--key-file", "team.key"]).failed(5), @r#"
        exit 5
        stderr:
        error: this vault was made without a key file
        hint: leave --key-file and ETUI_KEY_FILE out
        "#);
}

/// What an older etui left that was killed while it made a vault, step by step.
fn half_made(home: &Home, steps: usize) {
    fs::create_dir_all(home.vault().parent().unwrap()).unwrap();
    let whole = Home::with_vault();
    let _ = fs::remove_file(home.vault());
    if steps == 0 {
        fs::write(home.vault(), "").unwrap();
        return;
    }
    fs::copy(whole.vault(), home.vault()).unwrap();
    let connection = rusqlite::Connection::open(home.vault()).unwrap();
    let rest = [
        "DELETE FROM event",
        "DELETE FROM vault",
        "DROP TABLE event; PRAGMA user_version = 0",
        "DROP TABLE version; DROP TABLE secret; PRAGMA application_id = 0",
    ];
    for undone in &rest[..steps] {
        connection.execute_batch(undone).unwrap();
    }
    connection.execute_batch("VACUUM").unwrap();
}

#[test]
fn a_vault_that_was_never_finished_is_said_to_be_so_and_replaced() {
    for steps in 0..5 {
        let home = Home::empty();
        half_made(&home, steps);
        let sentence =
            "error: the vault at ~/data/etui/vault.etui was never finished: `etui init` was interrupted";
        for (arguments, hint) in [
            (&["list"][..], "hint: run `etui init` again: it replaces what is there"),
            (&CHEAPEST, "hint: replace it with --yes; it holds nothing"),
        ] {
            let run = home.etui(arguments).failed(2);
            assert!(run.to_string().contains(&format!("{sentence}\n{hint}")), "{steps}: {run}");
        }
        home.etui(&[&CHEAPEST[..], &["--yes"]].concat()).succeeded();
        home.etui(&["verify"]).succeeded();
    }
}

// Guards: what is removed, and where the vault is made, is what the link leads to.
#[test]
fn a_vault_that_was_never_finished_is_replaced_behind_a_link() {
    let home = Home::empty();
    half_made(&home, 2);
    let target = home.path().join("target.etui");
    fs::rename(home.vault(), &target).unwrap();
    fs::write(home.path().join("target.etui-journal"), [0; 512]).unwrap();
    std::os::unix::fs::symlink(&target, home.vault()).unwrap();
    home.etui(&[&CHEAPEST[..], &["--yes"]].concat()).succeeded();
    assert!(home.vault().symlink_metadata().unwrap().is_symlink());
    assert!(!home.path().join("target.etui-journal").exists());
    home.etui(&["verify", "--vault", target.to_str().unwrap()]).succeeded();
    // What a link leads to is remembered, so that its loss is told from a mistyped path.
    fs::remove_file(&target).unwrap();
    let run = home.etui(&["verify"]).failed(2);
    assert!(run.stderr.contains("the vault that was used at") && run.stderr.contains("is gone"), "{run}");
}

#[test]
fn nothing_else_is_replaced_though_it_is_allowed() {
    for home in [Home::with_vault(), Home::with_secret()] {
        // A machine that has never seen it.
        fs::remove_dir_all(home.path().join("state")).unwrap();
        let before = home.bytes_of_vault();
        home.etui(&[&CHEAPEST[..], &["--yes"]].concat()).failed(2);
        assert!(home.bytes_of_vault() == before);
    }
    let home = Home::empty();
    fs::create_dir_all(home.vault().parent().unwrap()).unwrap();
    fs::write(home.vault(), "notes").unwrap();
    home.etui(&[&CHEAPEST[..], &["--yes"]].concat()).failed(2);
    assert_eq!(fs::read(home.vault()).unwrap(), b"notes");
}
