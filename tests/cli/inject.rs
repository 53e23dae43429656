//! `etui inject`: templates.

use std::fs;
use std::os::unix::fs::MetadataExt;

use insta::assert_snapshot;

use super::support::Home;

#[test]
fn a_template_is_filled_byte_for_byte() {
    let home = Home::with_secret();
    let template = b"a: {{ etui://db }}\nb: {{etui://db#v1}}\xff {{ .Other }}\n";
    let run = home.pipe(template, &["inject"]).succeeded();
    assert_eq!(run.stdout, b"a: two\nb: one\xff {{ .Other }}\n");
}

#[test]
fn a_file_becomes_a_file_that_only_its_owner_reads() {
    let home = Home::with_secret();
    fs::write(home.path().join("in"), "x={{ etui://db }}").unwrap();
    assert_snapshot!(home.etui(&["inject", "-i", "in", "-o", "out"]), @r#"
        exit 0
        stdout:
        filled 1 reference into 'out'
        "#);
    assert_snapshot!(home.etui(&["inject", "-i", "in", "-o", "out", "--json"]), @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","Out":"out","References":1}
        "#);
    let out = home.path().join("out");
    assert_eq!(fs::read(&out).unwrap(), b"x=two");
    assert_eq!(fs::metadata(&out).unwrap().mode() & 0o777, 0o600);
}

#[test]
fn what_is_missing_fails_before_anything_is_written() {
    let home = Home::with_secret();
    fs::write(home.path().join("in"), "a={{ etui://db }}\n\n  b={{ etui://nothing }}\n").unwrap();
    fs::write(home.path().join("out"), "as it was").unwrap();
    assert_snapshot!(home.etui(&["inject", "-i", "in", "-o", "out"]).failed(3), @r#"
        exit 3
        stderr:
        error: line 3, column 5: there is no secret 'nothing'
        hint: run `etui list` to see the names
        "#);
    assert_eq!(fs::read(home.path().join("out")).unwrap(), b"as it was");
    assert_snapshot!(home.etui(&["inject", "-i", "in"]).failed(3), @r#"
        exit 3
        stderr:
        error: line 3, column 5: there is no secret 'nothing'
        hint: run `etui list` to see the names
        "#);
    assert_snapshot!(home.pipe("{{ etui://db#v9 }}", &["inject"]).failed(3), @r#"
        exit 3
        stderr:
        error: line 1, column 1: secret 'db' has no version 'v9'
        hint: run `etui log db --all` to see its versions and their labels
        "#);
    assert_snapshot!(home.pipe("é {{ etui://a b }}", &["inject"]).failed(2), @r#"
        exit 2
        stderr:
        error: line 1, column 3: a secret name cannot contain a space; allowed are A-Z a-z 0-9 _ / + = . - @
        "#);
    assert_snapshot!(home.pipe("{{ etui://db", &["inject", "--json"]).failed(2), @r#"
        exit 2
        stderr:
        {"RequestId":"[id]","HttpStatus":400,"Code":"InvalidParameter","Message":"line 1, column 1: the braces opened here are never closed","Hint":""}
        "#);
    assert_snapshot!(home.etui(&["inject", "-i", "missing"]).failed(2), @r#"
        exit 2
        stderr:
        error: cannot read 'missing': no such file or directory
        "#);
    let mut command = home.bare(&["inject", "--password-file", "-"]);
    command.env_remove("ETUI_PASSWORD_FILE");
    assert_snapshot!(home.finish(command, b"x").failed(2), @r#"
        exit 2
        stderr:
        error: stdin cannot hold both the password and the template
        hint: name a file for one of them
        "#);
}

#[test]
fn on_a_terminal_the_result_is_made_harmless() {
    let home = Home::with_vault();
    home.pipe("\u{1b}[2J", &["new", "db"]).succeeded();
    fs::write(home.path().join("in"), "x {{ etui://db }}\n").unwrap();
    let password = home.path().join("password");
    let mut terminal =
        home.terminal_with(&["inject", "-i", "in"], |command| command.env("ETUI_PASSWORD_FILE", password));
    let (status, screen) = terminal.end();
    assert_eq!((status.code(), screen.as_str()), (Some(0), "x ␛[2J\n"));
}
