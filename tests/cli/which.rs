//! `etui which`.

use std::fs;

use insta::assert_snapshot;

use super::support::{Home, PASSWORD, close_columns, redacted};

fn searched() -> Home {
    let home = Home::with_secret();
    home.pipe("one", &["put", "db", "--stage", "canary", "--stage", "blue"]).succeeded();
    home.pipe("one", &["new", "cache", "--type", "binary"]).succeeded();
    home.etui(&["rm", "cache"]).succeeded();
    home
}

#[test]
fn which_names_the_versions_that_hold_a_value() {
    let home = searched();
    let before = home.bytes_of_vault();
    assert_snapshot!(home.pipe("one", &["which", "db"]), @r#"
        exit 0
        stdout:
        db#v3	canary,blue
        db#v1	ACSPrevious
        "#);
    assert_snapshot!(home.pipe("one\n", &["which", "db", "--trim"]), @r#"
        exit 0
        stdout:
        db#v3	canary,blue
        db#v1	ACSPrevious
        "#);
    assert_snapshot!(home.pipe("one", &["which", "--everywhere"]), @r#"
        exit 0
        stdout:
        cache#v1	ACSCurrent
        db#v3	canary,blue
        db#v1	ACSPrevious
        "#);
    assert_snapshot!(home.pipe("two", &["which", "db", "--json"]), @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","Versions":[{"SecretName":"db","VersionId":"v2","VersionStages":{"VersionStage":["ACSCurrent"]},"CreateTime":"[time]"}]}
        "#);
    fs::write(home.path().join("value"), "two").unwrap();
    assert_snapshot!(home.etui(&["which", "db", "--file", "value"]), @r#"
        exit 0
        stdout:
        db#v2	ACSCurrent
        "#);
    assert!(home.bytes_of_vault() == before);
}

#[test]
fn the_exit_code_says_that_no_version_holds_it() {
    let home = searched();
    assert_snapshot!(home.pipe("one\n", &["which", "db"]).failed(3), @r#"
        exit 3
        stderr:
        error: no version of 'db' holds this value
        hint: a line end counts: --trim removes one; --everywhere searches every secret
        "#);
    assert_snapshot!(home.pipe("x", &["which", "--everywhere"]).failed(3), @r#"
        exit 3
        stderr:
        error: no version of any secret holds this value
        hint: a line end counts: --trim removes one
        "#);
    assert_snapshot!(home.pipe("x", &["which", "db", "--json"]).failed(3), @r#"
        exit 3
        stderr:
        {"RequestId":"[id]","HttpStatus":404,"Code":"Forbidden.ResourceNotFound","Message":"no version of 'db' holds this value","Hint":"a line end counts: --trim removes one; --everywhere searches every secret"}
        "#);
    assert_snapshot!(home.pipe("x", &["which", "none"]).failed(3), @r#"
        exit 3
        stderr:
        error: there is no secret 'none'
        hint: run `etui list` to see the names
        "#);
}

#[test]
fn the_value_is_never_taken_from_the_command_line() {
    let home = searched();
    let refused = home.etui(&["which", "db", "hunter2"]).failed(2);
    assert!(!refused.stderr.contains("hunter2"), "{refused}");
    let refused = home.etui(&["which", "--everywhere", "hunter2"]).failed(2);
    assert!(!refused.stderr.contains("hunter2"), "{refused}");
    assert_snapshot!(home.etui(&["which"]).failed(2), @r#"
        exit 2
        stderr:
        error: the following required arguments were not provided: <NAME>
        hint: run `etui which --help` to see what it takes
        "#);
}

#[test]
fn the_value_is_typed_at_a_hidden_prompt() {
    let home = searched();
    let mut terminal = home.terminal(&["which", "db"]);
    terminal.wait_for("Master password: ").press(&format!("{PASSWORD}\r"));
    terminal.wait_for("Value: ");
    assert!(!terminal.echoes());
    terminal.press("one\r");
    let (status, screen) = terminal.end();
    assert_eq!(status.code(), Some(0));
    assert_snapshot!(close_columns(&redacted(&screen, home.path())), @r#"
        Master password:
        Value:
        VERSION  LABELS  AGE
        db#v3  canary, blue  [age]
        db#v1  ACSPrevious  [age]
        "#);
}
