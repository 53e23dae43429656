//! `etui get`, into a pipe and a file; on a terminal in `prompt.rs`.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use insta::assert_snapshot;

use super::support::Home;

#[test]
fn get_reads_by_name_id_label_and_steps_back() {
    let home = Home::with_secret();
    home.pipe("three", &["put", "db", "--stage", "canary"]).succeeded();
    let cases = [
        ("db", "two"),
        ("db#v1", "one"),
        ("db:ACSPrevious", "one"),
        ("db:canary", "three"),
        ("db~", "one"),
        ("db:canary~2", "one"),
        ("db#v3~1", "two"),
    ];
    for (reference, value) in cases {
        assert_eq!(home.etui(&["get", reference]).succeeded().text(), value, "{reference}");
    }
}

#[test]
fn get_answers_in_json_and_binary_as_base64() {
    let home = Home::with_secret();
    assert_snapshot!(home.etui(&["get", "db", "--json"]), @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","SecretName":"db","VersionId":"v2","SecretData":"two","SecretDataType":"text","SecretType":"Generic","VersionStages":{"VersionStage":["ACSCurrent"]},"CreateTime":"[time]"}
        "#);
    home.pipe(b"\xff\0", &["put", "db", "--type", "binary"]).succeeded();
    assert_snapshot!(home.etui(&["get", "db", "--json"]), @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","SecretName":"db","VersionId":"v3","SecretData":"/wA=","SecretDataType":"binary","SecretType":"Generic","VersionStages":{"VersionStage":["ACSCurrent"]},"CreateTime":"[time]"}
        "#);
}

#[test]
fn what_is_not_there_is_exit_3() {
    let home = Home::with_secret();
    assert_snapshot!(home.etui(&["get", "nothing"]).failed(3), @r#"
        exit 3
        stderr:
        error: there is no secret 'nothing'
        hint: run `etui list` to see the names
        "#);
    assert_snapshot!(home.etui(&["get", "db#v9"]).failed(3), @r#"
        exit 3
        stderr:
        error: secret 'db' has no version 'v9'
        hint: run `etui log db --all` to see its versions and their labels
        "#);
    assert_snapshot!(home.etui(&["get", "db:canary"]).failed(3), @r#"
        exit 3
        stderr:
        error: secret 'db' has no label 'canary'
        hint: run `etui log db` to see its labels
        "#);
    assert_snapshot!(home.etui(&["get", "db~2"]).failed(3), @r#"
        exit 3
        stderr:
        error: secret 'db' has fewer than 2 versions older than 'v2'
        hint: run `etui log db --all` to see its versions and their labels
        "#);
    assert_snapshot!(home.etui(&["get", "db#v9", "--json"]).failed(3), @r#"
        exit 3
        stderr:
        {"RequestId":"[id]","HttpStatus":404,"Code":"Forbidden.ResourceNotFound","Message":"secret 'db' has no version 'v9'","Hint":"run `etui log db --all` to see its versions and their labels"}
        "#);
}

#[test]
fn a_malformed_reference_is_exit_2() {
    let home = Home::with_secret();
    assert_snapshot!(home.etui(&["get", "db#v1:canary"]).failed(2), @r#"
        exit 2
        stderr:
        error: <REF>: a reference names a version id or a stage label, not both
        "#);
    assert_snapshot!(home.etui(&["get", "db~x"]).failed(2), @r#"
        exit 2
        stderr:
        error: <REF>: '~' takes a number, as in 'a~2'
        "#);
    home.etui(&["get", ""]).failed(2);
}

#[test]
fn out_writes_a_private_file_and_replaces_it_whole() {
    let home = Home::with_secret();
    let file = home.path().join("value");
    fs::write(&file, "longer than what comes").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    assert_snapshot!(home.etui(&["get", "db", "--out", "value", "--force"]), @r#"
        exit 0
        stdout:
        wrote version 'v2' of 'db' to 'value'
        "#);
    assert_eq!(fs::read(&file).unwrap(), b"two");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    // What is there already need not be written, but must be private as well.
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    home.etui(&["get", "db", "--out", "value"]).succeeded();
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn out_replaces_no_link() {
    let home = Home::with_secret();
    let target = home.path().join("target");
    fs::write(&target, "untouched").unwrap();
    symlink(&target, home.path().join("link")).unwrap();
    assert_snapshot!(home.etui(&["get", "db", "--out", "link", "--force"]).failed(2), @r#"
        exit 2
        stderr:
        error: 'link' is not a regular file
        hint: choose another path
        "#);
    assert_eq!(fs::read(&target).unwrap(), b"untouched");
    let told = home.etui(&["get", "db", "--out", "value", "--json"]).succeeded().json();
    assert_eq!(told["Out"], "value");
}

#[test]
fn a_mistyped_name_is_guessed() {
    let home = Home::with_vault();
    for name in ["greet", "shop/db/password", "x"] {
        home.pipe("v", &["new", name]).succeeded();
    }
    for (typed, meant) in [("gret", "greet"), ("shop/db/pasword", "shop/db/password"), ("y", "x")] {
        for line in [&["get", typed][..], &["log", typed], &["rollback", typed], &["rm", typed]] {
            let run = home.etui(line).failed(3);
            let expected = format!("error: there is no secret '{typed}'\nhint: did you mean '{meant}'?\n");
            assert_eq!(run.stderr, expected, "{line:?}");
        }
    }
    let run = home.etui(&["get", "nothing-near"]).failed(3);
    assert!(run.stderr.contains("run `etui list` to see the names"), "{run}");
    // Whoever asks the API may see a part of the names only.
    let request = r#"{"Action":"GetSecretValue","SecretName":"gret"}"#;
    let run = home.pipe(format!("{request}\n"), &["api"]);
    assert!(!run.text().contains("greet"), "{run}");
}
