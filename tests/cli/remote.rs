//! `etui remote`: the places that this machine syncs with.

use std::fs;

use insta::assert_snapshot;

use super::support::Home;

fn remotes_of(home: &Home) -> String {
    fs::read_to_string(home.path().join("config/etui/remotes.toml")).unwrap_or_default()
}

#[test]
fn a_remote_is_added_listed_and_removed() {
    let home = Home::empty();
    assert_snapshot!(home.etui(&["remote", "add", "server", "ssh://nb/~/vault.etui"]), @r#"
        exit 0
        stdout:
        added remote 'server': ssh://nb/~/vault.etui
    "#);
    home.etui(&["remote", "add", "stick", "file:stick/vault.etui"]).succeeded();
    let stick = home.path().join("stick/vault.etui");
    let list = home.etui(&["remote", "list"]).succeeded();
    assert_eq!(list.text(), format!("server\tssh://nb/~/vault.etui\nstick\tfile:{}\n", stick.display()));
    assert_snapshot!(home.etui(&["remote", "remove", "stick"]), @r#"
        exit 0
        stdout:
        removed remote 'stick'
    "#);
    assert_snapshot!(home.etui(&["remote", "remove", "stick"]).failed(3), @r#"
        exit 3
        stderr:
        error: there is no remote 'stick'
        hint: run `etui remote list` to see all, or `etui remote add` to add one
    "#);
    assert_snapshot!(remotes_of(&home), @r#"
        [server]
        url = "ssh://nb/~/vault.etui"
    "#);
}

#[test]
fn a_name_that_is_taken_is_refused_and_the_same_url_is_success() {
    let home = Home::empty();
    home.etui(&["remote", "add", "server", "ssh://nb/v"]).succeeded();
    let before = remotes_of(&home);
    assert_snapshot!(home.etui(&["remote", "add", "server", "ssh://nb/v"]), @r#"
        exit 0
        stdout:
        'server' is already there: nothing to change
    "#);
    assert_snapshot!(home.etui(&["remote", "add", "server", "ssh://other/v"]).failed(4), @r#"
        exit 4
        stderr:
        error: there is already a remote 'server' with another URL
        hint: choose another name, or remove that one first
    "#);
    assert_eq!(remotes_of(&home), before);
}

#[test]
fn what_is_no_remote_is_refused_without_its_secret() {
    let home = Home::empty();
    assert_snapshot!(home.etui(&["remote", "add", "server", "ssh://-oProxyCommand=x/v"]).failed(2), @r#"
        exit 2
        stderr:
        error: neither the host nor the user of ssh may begin with '-'
    "#);
    let secret = home.etui(&["remote", "add", "hub", "git:https://me:s3cret@host/v.git"]).failed(2);
    assert_snapshot!(secret, @r#"
        exit 2
        stderr:
        error: a remote's URL is kept in a file and must not hold a password or token
    "#);
    assert!(!secret.to_string().contains("s3cret"));
    assert_snapshot!(home.etui(&["remote", "add", "-x", "file:/v"]).failed(2), @r#"
        exit 2
        stderr:
        error: unexpected argument '-x' found
        hint: run `etui remote add --help` to see what it takes
    "#);
    assert_eq!(remotes_of(&home), "");
    fs::create_dir_all(home.path().join("config/etui")).unwrap();
    fs::write(home.path().join("config/etui/remotes.toml"), "[nb]\nurl = 'nowhere'\n").unwrap();
    assert_snapshot!(home.etui(&["remote", "list"]).failed(2), @r#"
        exit 2
        stderr:
        error: '~/config/etui/remotes.toml' line 2: a remote is file:PATH, ssh://HOST/PATH, git:REPOSITORY or openbao:https://HOST/PATH, not 'nowhere'
        hint: correct that line, or delete it
    "#);
    home.etui(&["config", "check"]).failed(2);
}

#[test]
fn remotes_that_are_not_understood_are_told_alike_by_each_command() {
    let home = Home::with_vault();
    fs::create_dir_all(home.path().join("config/etui")).unwrap();
    fs::write(home.path().join("config/etui/remotes.toml"), "[nb]\nurl = 'nowhere'\n").unwrap();
    let told = home.etui(&["remote", "list"]).failed(2).to_string();
    assert!(told.contains("hint: correct that line, or delete it"), "{told}");
    let mut commands = vec![vec!["sync"], vec!["sync", "nb"]];
    if cfg!(feature = "engines") {
        commands.extend([vec!["push", "nb", "--dry-run"], vec!["pull", "nb", "--dry-run"]]);
    }
    for command in commands {
        assert_eq!(home.etui(&command).failed(2).to_string(), told, "{command:?}");
    }
}
