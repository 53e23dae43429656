//! Values with fields: `etui get --field` and `etui diff`.

use insta::assert_snapshot;

use super::support::Home;

const FIRST: &str = r#"{"user": "root", "password": "hunter2", "port": 5432, "empty": ""}"#;
const SECOND: &str = r#"{"user": "root", "password": "correct horse", "port": 5433, "host": "b"}"#;

fn home() -> Home {
    let home = Home::with_vault();
    home.pipe(FIRST, &["new", "db"]).succeeded();
    home.pipe(SECOND, &["put", "db"]).succeeded();
    home.pipe("A=1\nB='two words'\n", &["new", "env"]).succeeded();
    home.pipe("hunter2\n", &["new", "plain"]).succeeded();
    home
}

#[test]
fn a_field_of_json_and_of_dotenv_is_printed() {
    let home = home();
    let field = |reference: &str, key: &str| {
        home.etui(&["get", reference, "--field", key]).succeeded().text().to_owned()
    };
    assert_eq!(field("db", "password"), "correct horse");
    assert_eq!(field("db#v1", "password"), "hunter2");
    assert_eq!(field("db", "port"), "5433");
    assert_eq!(field("db#v1", "empty"), "");
    assert_eq!(field("env", "B"), "two words");
    assert_snapshot!(home.etui(&["get", "db", "--field", "user", "--json"]), @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","SecretName":"db","VersionId":"v2","SecretData":"root","SecretDataType":"text","SecretType":"Generic","VersionStages":{"VersionStage":["ACSCurrent"]},"CreateTime":"[time]"}
        "#);
    assert_snapshot!(home.etui(&["get", "db#v1", "--field", "empty", "--json"]), @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","SecretName":"db","VersionId":"v1","SecretData":""}
        "#);
    home.etui(&["get", "env", "--field", "B", "--out", "file"]).succeeded();
    assert_eq!(std::fs::read(home.path().join("file")).unwrap(), b"two words");
}

#[test]
fn a_field_that_is_not_there_is_exit_3_and_a_value_without_fields_exit_2() {
    let home = home();
    assert_snapshot!(home.etui(&["get", "db", "--field", "nothing"]).failed(3), @r#"
        exit 3
        stderr:
        error: version 'v2' of 'db' has no field 'nothing'
        hint: leave --field out to get the whole value
        "#);
    assert_snapshot!(home.etui(&["get", "plain", "--field", "x"]).failed(2), @r#"
        exit 2
        stderr:
        error: version 'v1' of 'plain' is neither a JSON object nor a dotenv file
        hint: leave --field out to get the whole value
        "#);
}

#[test]
fn diff_tells_keys_and_lengths_and_no_value() {
    let home = home();
    assert_snapshot!(home.etui(&["diff", "db"]), @r#"
        exit 0
        stdout:
        db#v1 → db#v2
        - key 'empty' removed, 0 characters
        + key 'host' added, 1 character
        ~ key 'password' changed, 7 → 13 characters
        ~ key 'port' changed, 4 → 4 characters
        "#);
    assert_snapshot!(home.etui(&["diff", "db#v1", "db", "--json"]), @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","From":{"SecretName":"db","VersionId":"v1"},"To":{"SecretName":"db","VersionId":"v2"},"Same":false,"Changes":[{"Change":"removed","Key":"empty","BytesBefore":0},{"Change":"added","Key":"host","BytesAfter":1},{"Change":"changed","Key":"password","BytesBefore":7,"BytesAfter":13},{"Change":"changed","Key":"port","BytesBefore":4,"BytesAfter":4}]}
        "#);
    assert_snapshot!(home.etui(&["diff", "db", "db"]), @r#"
        exit 0
        stdout:
        db#v2 → db#v2: the same value
        "#);
    home.pipe("A=1\nB=three\n# said\n", &["put", "env"]).succeeded();
    assert_snapshot!(home.etui(&["diff", "env"]), @r#"
        exit 0
        stdout:
        env#v1 → env#v2
        ~ key 'B' changed, 9 → 5 characters
        "#);
}

#[test]
fn diff_of_other_texts_tells_lines() {
    let home = home();
    home.pipe("hunter3\nand more\n", &["put", "plain"]).succeeded();
    assert_snapshot!(home.etui(&["diff", "plain"]), @r#"
        exit 0
        stdout:
        plain#v1 → plain#v2
        ~ lines 1–2 changed, 8 → 17 characters
        "#);
    assert_snapshot!(home.etui(&["diff", "plain", "--reveal"]), @r#"
        exit 0
        stdout:
        plain#v1 → plain#v2
        @ lines 1–2 changed
        -hunter2
        +hunter3
        +and more
        "#);
    home.pipe(b"\xff\xfe", &["put", "plain", "--type", "binary"]).succeeded();
    assert_snapshot!(home.etui(&["diff", "plain"]), @r#"
        exit 0
        stdout:
        plain#v2 → plain#v3: 17 → 2 bytes of binary
        "#);
    assert_snapshot!(home.etui(&["diff", "plain", "--reveal"]).failed(2), @r#"
        exit 2
        stderr:
        error: a binary value is not shown
        hint: write both to files with `etui get --out`, and compare those
        "#);
    home.pipe(SECOND.replace(": ", ":"), &["put", "db"]).succeeded();
    assert_snapshot!(home.etui(&["diff", "db"]), @r#"
        exit 0
        stdout:
        db#v2 → db#v3: the same keys and values, written differently
        "#);
}

#[test]
fn diff_tells_how_little_differs_and_no_value() {
    let home = home();
    home.pipe("Hunter2\n", &["put", "plain"]).succeeded();
    assert_snapshot!(home.etui(&["diff", "plain"]), @r#"
        exit 0
        stdout:
        plain#v1 → plain#v2
        ~ line 1 changed, 8 → 8 characters, differs only in case
        "#);
    home.pipe("Hunter2", &["put", "plain"]).succeeded();
    assert_snapshot!(home.etui(&["diff", "plain"]), @r#"
        exit 0
        stdout:
        plain#v2 → plain#v3
        ~ line 1 changed, 8 → 7 characters, differs only in a final newline
        "#);
    assert_snapshot!(home.etui(&["diff", "plain", "--json"]), @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","From":{"SecretName":"plain","VersionId":"v2"},"To":{"SecretName":"plain","VersionId":"v3"},"Same":false,"Changes":[{"Change":"changed","Place":"line 1","BytesBefore":8,"BytesAfter":7,"Only":"final-newline"}]}
        "#);
    home.pipe(FIRST.replace("root", "root "), &["put", "db"]).succeeded();
    assert_snapshot!(home.etui(&["diff", "db#v1", "db"]), @r#"
        exit 0
        stdout:
        db#v1 → db#v3
        ~ key 'user' changed, 4 → 5 characters, differs only in white space at the end
        "#);
}

#[test]
fn diff_needs_two_versions() {
    let home = home();
    assert_snapshot!(home.etui(&["diff", "db#v1"]).failed(3), @r#"
        exit 3
        stderr:
        error: secret 'db' has no version 1 older than 'v1'
        hint: run `etui log db --all` to see its versions and their labels
        "#);
    assert_snapshot!(home.etui(&["diff", "db", "nothing"]).failed(3), @r#"
        exit 3
        stderr:
        error: there is no secret 'nothing'
        hint: run `etui list` to see the names, or `etui new nothing` to make it
        "#);
}
