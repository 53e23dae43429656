//! `etui push`, `etui pull` and `etui diff REMOTE`: what is told, what is asked, and what is refused.

use insta::assert_snapshot;

use super::engine_server::{EngineServer, TOKEN};
use super::support::{Home, Run};

/// A home with secrets and the remote `team`.
fn home() -> (Home, EngineServer) {
    let (home, server) = (Home::with_secret(), EngineServer::start());
    home.etui(&["remote", "add", "team", &server.url()]).succeeded();
    (home, server)
}

fn etui(home: &Home, words: &[&str]) -> Run {
    let mut command = home.command(words);
    command.env("BAO_TOKEN", TOKEN);
    home.finish(command, b"")
}

#[test]
fn a_push_is_planned_done_and_then_nothing_is_left() {
    let (home, server) = home();
    assert_snapshot!(etui(&home, &["push", "team", "--dry-run"]).succeeded(), @r"
    exit 0
    stdout:
    new	db	v1, v2; ACSCurrent → v2; ACSPrevious → v1

    stderr:
    note: would push 1 secret to team: 1 new
    ");
    assert_eq!(server.newest("db"), None);
    assert_snapshot!(etui(&home, &["push", "team", "--yes"]).succeeded(), @r"
    exit 0
    stdout:
    new	db	v1, v2; ACSCurrent → v2; ACSPrevious → v1

    stderr:
    note: pushed 1 secret to team: 1 new
    ");
    assert_eq!(server.newest("db").unwrap()["value"], "two");
    assert_snapshot!(etui(&home, &["push", "team", "--yes"]).succeeded(), @r"
    exit 0
    stdout:
    same	db	

    stderr:
    note: nothing changed at team: 1 same
    ");
}

#[test]
fn what_moved_there_is_refused_until_it_was_pulled() {
    let (home, server) = home();
    etui(&home, &["push", "team", "--yes"]).succeeded();
    server.put("db", "theirs");
    home.pipe("mine", &["put", "db", "--version-id", "mine"]).succeeded();
    let refused = etui(&home, &["push", "team", "--yes"]);
    assert_snapshot!(refused, @r"
    exit 4
    stdout:
    refused	db	it moved there: version 3 was stored by somebody else

    stderr:
    note: nothing changed at team: 1 refused
    note: `etui pull team` brings what changed there; then push again
    ");
    assert_eq!(server.newest("db").unwrap()["value"], "theirs");
    assert_snapshot!(etui(&home, &["pull", "team"]).succeeded(), @r"
    exit 0
    stdout:
    changed	db	v3

    stderr:
    note: imported 1 secret: 1 changed
    ");
    etui(&home, &["push", "team", "--yes"]).succeeded();
    assert_eq!(server.newest("db").unwrap()["value"], "mine");
}

#[test]
fn a_diff_with_a_remote_is_masked_and_a_secret_of_its_name_goes_first() {
    let (home, server) = home();
    server.put("db", "theirs");
    assert_snapshot!(etui(&home, &["diff", "team", "db"]).succeeded(), @r"
    exit 0
    stdout:
    team: db#1 → db#v2
    ~ line 1 changed, 6 → 3 characters
    ");
    home.pipe("two", &["new", "team"]).succeeded();
    assert_snapshot!(etui(&home, &["diff", "team", "db"]).succeeded(), @r"
    exit 0
    stdout:
    team#v1 → db#v2: the same value
    ");
}

#[test]
fn what_stands_in_the_way_is_told_before_anything_is_sent() {
    let (home, server) = home();
    home.etui(&["remote", "add", "far", "openbao:http://bao.example/secret"]).succeeded();
    home.etui(&["remote", "add", "stick", "file:/media/stick/vault.etui"]).succeeded();
    for (words, code, sentence) in [
        (&["push", "nosuch", "--dry-run"][..], 3, "there is no remote 'nosuch'"),
        (&["push", "stick", "--dry-run"], 2, "remote 'stick' is a copy of the vault (file), not an engine"),
        (&["push", "far", "--dry-run"], 2, "bao.example:80 would be reached by plain HTTP"),
        (&["push", "team"], 2, "a push changes what others read; without a terminal, confirm with --yes"),
        (&["push", "team", "nosuch*", "--dry-run"], 3, "no secret matches 'nosuch*'"),
        (&["pull", "team", "nosuch"], 3, "there is no secret 'nosuch' there"),
    ] {
        let run = etui(&home, words).failed(code);
        assert!(run.stderr.starts_with(&format!("error: {sentence}")), "{run}");
    }
    let run = home.etui(&["push", "team", "--dry-run"]).failed(2);
    assert!(run.stderr.starts_with("error: no token for 127.0.0.1:"), "{run}");
    assert_eq!(server.newest("db"), None);
}

#[test]
fn a_token_comes_from_a_file_or_a_command_and_a_wrong_one_is_not_told() {
    let (home, _server) = home();
    home.write_private("token", &format!("{TOKEN}\n"));
    home.etui(&["push", "team", "--dry-run", "--token-file", "token"]).succeeded();
    home.etui(&["push", "team", "--dry-run", "--token-command", "cat token"]).succeeded();
    home.write_private("wrong", "wrong-token\n");
    let run = home.etui(&["push", "team", "--dry-run", "--token-file", "wrong"]).failed(4);
    assert!(!run.to_string().contains("wrong-token"), "{run}");
    home.write_private("lines", "a\nX-Vault-Token: b\n");
    home.etui(&["push", "team", "--dry-run", "--token-file", "lines"]).failed(2);
}
