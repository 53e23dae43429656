//! `etui new` and `etui put`.

use std::fs;

use insta::assert_snapshot;

use super::support::Home;

#[test]
fn new_makes_a_secret_with_a_current_version() {
    let home = Home::with_vault();
    let arguments =
        ["new", "api/token", "--stage", "canary", "--description", "billing", "--tag", "env=prod"];
    assert_snapshot!(home.pipe("s3cret", &arguments), @r#"
        exit 0
        stdout:
        created secret 'api/token' with version 'v1' (ACSCurrent, canary)
        "#);
    assert_eq!(home.etui(&["get", "api/token"]).text(), "s3cret");
}

#[test]
fn new_answers_in_json() {
    let home = Home::with_vault();
    assert_snapshot!(home.pipe("s3cret", &["new", "db", "--version-id", "2026-01", "--json"]), @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","SecretName":"db","VersionId":"2026-01","SecretType":"Generic"}
        "#);
}

#[test]
fn new_refuses_a_name_that_is_taken_even_with_the_same_value() {
    let home = Home::with_secret();
    assert_snapshot!(home.pipe("two", &["new", "db"]).failed(4), @r#"
        exit 4
        stderr:
        error: secret 'db' already exists
        hint: choose another name, or add a version with `etui put db`
        "#);
}

#[test]
fn put_says_which_labels_moved() {
    let home = Home::with_secret();
    assert_snapshot!(home.pipe("three", &["put", "db", "--stage", "ACSCurrent", "--stage", "canary"]), @r#"
        exit 0
        stdout:
        stored version 'v3' of 'db'; ACSCurrent v2 → v3, ACSPrevious v1 → v2, canary → v3
        "#);
}

#[test]
fn put_answers_in_json() {
    let home = Home::with_secret();
    assert_snapshot!(home.pipe("three", &["put", "db", "--json"]), @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","SecretName":"db","VersionId":"v3","VersionStages":{"VersionStage":["ACSCurrent"]},"Created":true,"LabelMoves":[{"VersionStage":"ACSCurrent","RemoveFromVersion":"v2","MoveToVersion":"v3"},{"VersionStage":"ACSPrevious","RemoveFromVersion":"v1","MoveToVersion":"v2"}],"Destroyed":[]}
        "#);
}

#[test]
fn put_of_the_same_version_again_changes_nothing() {
    let home = Home::with_secret();
    let before = home.bytes_of_vault();
    assert_snapshot!(home.pipe("one", &["put", "db", "--version-id", "v1", "--stage", "ACSCurrent"]), @r#"
        exit 0
        stdout:
        version 'v1' of 'db' holds this value already; nothing changed
        "#);
    assert!(home.bytes_of_vault() == before);
}

#[test]
fn put_of_another_value_under_the_same_id_is_refused() {
    let home = Home::with_secret();
    let before = home.bytes_of_vault();
    let run = home.pipe("hunter2", &["put", "db", "--version-id", "v1"]).failed(4);
    assert!(!run.stderr.contains("hunter2"));
    assert_snapshot!(run, @r#"
        exit 4
        stderr:
        error: version 'v1' of secret 'db' already exists with a different value
        hint: choose another version id: 'v3' is free
        "#);
    assert_snapshot!(home.pipe("x", &["put", "db", "--version-id", "v1", "--json"]).failed(4), @r#"
        exit 4
        stderr:
        {"RequestId":"[id]","HttpStatus":409,"Code":"Rejected.ResourceExist","Message":"version 'v1' of secret 'db' already exists with a different value","Hint":"choose another version id: 'v3' is free"}
        "#);
    assert!(home.bytes_of_vault() == before);
}

#[test]
fn put_remarks_the_same_value_and_a_large_one() {
    let home = Home::with_secret();
    assert_snapshot!(home.pipe("one", &["put", "db"]), @r#"
        exit 0
        stdout:
        stored version 'v3' of 'db'; ACSCurrent v2 → v3, ACSPrevious v1 → v2

        stderr:
        note: same value as v1
        "#);
    assert_snapshot!(home.pipe("x".repeat(30_721), &["put", "db", "--stage", "ACSNext"]), @r#"
        exit 0
        stdout:
        stored version 'v4' of 'db'; ACSNext → v4

        stderr:
        note: larger than KMS accepts (30,720 bytes)
        note: 'ACSNext' looks like a built-in label, but is an ordinary one
        "#);
    let quiet = home.pipe("one", &["put", "db", "-q"]);
    assert_eq!((quiet.text(), quiet.stderr.as_str(), quiet.code), ("", "", Some(0)));
}

#[test]
fn put_into_nothing_is_refused_unless_it_may_create() {
    let home = Home::with_vault();
    assert_snapshot!(home.pipe("x", &["put", "db"]).failed(3), @r#"
        exit 3
        stderr:
        error: there is no secret 'db'
        hint: run `etui list` to see the names, or `etui new db` to create it
        "#);
    assert_snapshot!(home.pipe("x", &["put", "db", "--create", "--dry-run"]), @r#"
        exit 0
        stdout:
        would create secret 'db' with version 'v1'
          ACSCurrent → v1
        "#);
    assert_snapshot!(home.pipe("x", &["put", "db", "--create"]), @r#"
        exit 0
        stdout:
        created secret 'db' with version 'v1' (ACSCurrent)
        "#);
    assert_snapshot!(home.pipe("y", &["put", "db", "--create"]), @r#"
        exit 0
        stdout:
        stored version 'v2' of 'db'; ACSCurrent v1 → v2, ACSPrevious → v1
        "#);
}

#[test]
fn a_dry_run_tells_the_plan_and_changes_nothing() {
    let home = Home::with_secret();
    let before = home.bytes_of_vault();
    assert_snapshot!(home.pipe("three", &["put", "db", "--dry-run"]), @r#"
        exit 0
        stdout:
        would store version 'v3' of 'db'
          ACSCurrent v2 → v3
          ACSPrevious v1 → v2
          without a label then: v1
        "#);
    assert_snapshot!(home.pipe("three", &["put", "db", "--dry-run", "--json"]), @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","SecretName":"db","VersionId":"v3","WouldChange":true,"LabelMoves":[{"VersionStage":"ACSCurrent","RemoveFromVersion":"v2","MoveToVersion":"v3"},{"VersionStage":"ACSPrevious","RemoveFromVersion":"v1","MoveToVersion":"v2"}],"Destroyed":[],"State":"[state]"}
        "#);
    assert_snapshot!(home.pipe("one", &["put", "db", "--version-id", "v1", "--dry-run"]), @r#"
        exit 0
        stdout:
        nothing would change: version 'v1' of 'db' holds this value already
        "#);
    assert_snapshot!(home.pipe("x", &["put", "db", "--version-id", "v1", "--dry-run"]).failed(4), @r#"
        exit 4
        stderr:
        error: version 'v1' of secret 'db' already exists with a different value
        hint: choose another version id: 'v3' is free
        "#);
    assert!(home.bytes_of_vault() == before);
}

// Guards: whoever stores a version for a trial is told that programs go on reading the present one.
#[test]
fn a_dry_run_that_moves_other_labels_says_what_stays_current() {
    let home = Home::with_secret();
    assert_snapshot!(home.pipe("three", &["put", "db", "--stage", "canary", "--dry-run"]), @r#"
        exit 0
        stdout:
        would store version 'v3' of 'db'
          canary → v3
          ACSCurrent stays on v2; what programs read does not change
        "#);
    let told =
        home.pipe("three", &["put", "db", "--stage", "canary", "--dry-run", "--json"]).succeeded().json();
    assert_eq!(told["Remarks"][0], "ACSCurrent stays on v2; what programs read does not change");
    home.pipe("three", &["put", "db", "--stage", "canary"]).succeeded();
    assert_eq!(home.etui(&["get", "db"]).text(), "two");
}

#[test]
fn a_put_holds_only_for_the_state_of_its_plan() {
    let home = Home::with_secret();
    let plan = home.pipe("three", &["put", "db", "--dry-run", "--json"]).succeeded().json();
    let state = plan["State"].as_str().unwrap();
    home.pipe("three", &["put", "db", "--if-state", state]).succeeded();
    assert_snapshot!(home.pipe("four", &["put", "db", "--if-state", state]).failed(4), @r#"
        exit 4
        stderr:
        error: secret 'db' changed since this was planned
        hint: look at the new state, then decide again
        "#);
    assert_snapshot!(home.pipe("four", &["put", "db", "--if-state", "zz"]).failed(2), @r#"
        exit 2
        stderr:
        error: --if-state <STATE>: a state is the 32 digits that --dry-run --json printed
        "#);
}

#[test]
fn a_value_is_stored_byte_for_byte_whatever_it_holds() {
    let home = Home::with_secret();
    let text = "line\r\n\0\u{1b}[31mé\u{202e}\n\n";
    home.pipe(text, &["put", "db"]).succeeded();
    assert_eq!(home.etui(&["get", "db"]).text(), text);
    let binary: Vec<u8> = (0..=255).collect();
    home.pipe(&binary, &["put", "db", "--type", "binary"]).succeeded();
    assert_eq!(home.etui(&["get", "db"]).stdout, binary);
    fs::write(home.path().join("value"), "from a file\n").unwrap();
    home.etui(&["put", "db", "--file", "value"]).succeeded();
    assert_eq!(home.etui(&["get", "db"]).text(), "from a file\n");
}

#[test]
fn trim_removes_one_line_end() {
    let home = Home::with_secret();
    home.pipe("a\n\n", &["put", "db", "--trim"]).succeeded();
    assert_eq!(home.etui(&["get", "db"]).text(), "a\n");
    home.pipe("b\r\n", &["put", "db", "--trim"]).succeeded();
    assert_eq!(home.etui(&["get", "db"]).text(), "b");
    assert_snapshot!(home.pipe("b\n", &["put", "db", "--trim", "--type", "binary"]).failed(2), @r#"
        exit 2
        stderr:
        error: --trim is for text values
        hint: leave it out, or store the value as text
        "#);
}

#[test]
fn malformed_values_are_refused() {
    let home = Home::with_secret();
    assert_snapshot!(home.pipe("", &["put", "db"]).failed(2), @r#"
        exit 2
        stderr:
        error: a secret value must not be empty
        "#);
    assert_snapshot!(home.pipe(b"\xff", &["put", "db"]).failed(2), @r#"
        exit 2
        stderr:
        error: a text value must be UTF-8; anything else is stored with type binary
        hint: store it with --type binary
        "#);
    let large = vec![b'x'; 1024 * 1024 + 1];
    assert_snapshot!(home.pipe(&large, &["put", "db"]).failed(2), @r#"
        exit 2
        stderr:
        error: a secret value has at most 1048576 bytes, this one has more
        hint: encrypt the data and keep it elsewhere, and store its key here
        "#);
    home.pipe(&large[1..], &["put", "db"]).succeeded();
    assert_snapshot!(home.etui(&["put", "db", "--file", "missing"]).failed(2), @r#"
        exit 2
        stderr:
        error: cannot read 'missing': no such file or directory
        "#);
}

#[test]
fn a_value_on_the_command_line_is_refused_and_not_quoted() {
    let home = Home::with_secret();
    for command in ["put", "new"] {
        let run = home.etui(&[command, "db", "hunter2"]).failed(2);
        assert!(!run.stderr.contains("hunter2"), "{run}");
    }
    assert_snapshot!(home.etui(&["put", "db", "hunter2"]), @r#"
        exit 2
        stderr:
        error: a value is never taken from the command line, where other programs and the history see it
        hint: pipe it in, name a file with --file, or type it at the hidden prompt
        "#);
}

#[test]
fn malformed_words_are_refused_with_their_rule() {
    let home = Home::with_secret();
    assert_snapshot!(home.pipe("x", &["put", "a b"]).failed(2), @r#"
        exit 2
        stderr:
        error: <NAME>: a secret name cannot contain a space; allowed are A-Z a-z 0-9 _ / + = . - @
        "#);
    assert_snapshot!(home.pipe("x", &["put", "db", "--version-id", "v:1"]).failed(2), @r#"
        exit 2
        stderr:
        error: --version-id <ID>: a version id cannot contain ':'; allowed are A-Z a-z 0-9 _ / + = . - @
        "#);
    assert_snapshot!(home.pipe("x", &["put", "db", "--stage", ""]).failed(2), @r#"
        exit 2
        stderr:
        error: --stage <LABEL>: a stage label must not be empty
        "#);
    assert_snapshot!(
        home.pipe("x", &["put", "db", "--stage", "ACSCurrent", "--stage", "ACSPrevious"]).failed(2),
        @r#"
        exit 2
        stderr:
        error: one version cannot be both ACSCurrent and ACSPrevious
        hint: name one of the two: the version that was current becomes the previous one by itself
        "#
    );
    assert_snapshot!(home.pipe("x", &["new", "acs/db"]).failed(2), @r#"
        exit 2
        stderr:
        error: <NAME>: a secret name cannot begin with 'acs/'
        "#);
    assert_snapshot!(home.pipe("x", &["new", "other", "--tag", "acs:x=1", "--json"]).failed(2), @r#"
        exit 2
        stderr:
        {"RequestId":"[id]","HttpStatus":400,"Code":"InvalidParameter","Message":"--tag <KEY=VALUE>: a tag key cannot begin with 'acs:'","Hint":""}
        "#);
}

#[test]
fn the_ninth_label_is_refused() {
    let home = Home::with_secret();
    let labels = ["a", "b", "c", "d", "e", "f", "g"];
    let stages: Vec<&str> = labels.iter().flat_map(|label| ["--stage", label]).collect();
    home.pipe("x", &[&["put", "db"], &stages[..12]].concat()).succeeded();
    assert_snapshot!(home.pipe("y", &[&["put", "db"], &stages[12..]].concat()).failed(4), @r#"
        exit 4
        stderr:
        error: secret 'db' would carry more than 8 stage labels, ACSCurrent and ACSPrevious counted
        hint: remove a custom label first, or use one that is there
        "#);
}

#[test]
fn the_same_bytes_as_another_type_are_told_as_such() {
    let home = Home::with_secret();
    let run = home.pipe("two", &["put", "db", "--version-id", "v2", "--type", "binary"]).failed(4);
    assert_snapshot!(run, @r#"
        exit 4
        stderr:
        error: version 'v2' of secret 'db' already exists with these bytes as text; as binary they count as a different value
        hint: choose another version id: 'v3' is free
        "#);
}
