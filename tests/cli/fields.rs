//! Values with fields: `etui get --field` and `etui diff`.

use insta::assert_snapshot;

use super::support::Home;

const FIRST: &str = r#"{"user": "root", "password": "hunter2", "port": 5432, "empty": ""}"#;
const SECOND: &str = r#"{"user": "root", "password": "correct horse", "port": 5433, "host": "b"}"#;

const PASS: &str = "hunter2\nuser: root\notpauth://totp/x?secret=GEZDGNBV\nfree text\n";
const NESTED: &str = r#"{"tls.cert": "exact", "hosts": [{"name": "a"}, {"name": "b"}], "n": {"x": 1}}"#;

fn home() -> Home {
    let home = Home::with_vault();
    home.pipe(FIRST, &["new", "db"]).succeeded();
    home.pipe(SECOND, &["put", "db"]).succeeded();
    home.pipe("A=1\nB='two words'\n", &["new", "env"]).succeeded();
    home.pipe("hunter2\n", &["new", "plain"]).succeeded();
    home.pipe(PASS, &["new", "pass"]).succeeded();
    home.pipe(NESTED, &["new", "nested"]).succeeded();
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
        hint: it has 'user', 'password', 'port', 'host'
        "#);
    assert_snapshot!(home.etui(&["get", "plain", "--field", "x"]).failed(2), @r#"
        exit 2
        stderr:
        error: version 'v1' of 'plain' has no fields: it is neither a JSON object nor KEY=value lines nor in the form of pass
        hint: name it without a field to get the whole value
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
        - line 1 removed, 8 characters
        + lines 1–2 added, 17 characters
        "#);
    assert_snapshot!(home.etui(&["diff", "plain", "--reveal"]), @r#"
        exit 0
        stdout:
        plain#v1 → plain#v2
        @ line 1 removed
        -hunter2
        @ lines 1–2 added
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
        error: secret 'db' has no version older than 'v1'
        hint: run `etui log db --all` to see its versions and their labels
        "#);
    assert_snapshot!(home.etui(&["diff", "db", "nothing"]).failed(3), @r#"
        exit 3
        stderr:
        error: there is no secret 'nothing'
        hint: run `etui list` to see the names
        "#);
}

#[test]
fn two_colons_name_a_field_of_any_version_and_form() {
    let home = home();
    for (reference, value) in [
        ("db::password", "correct horse"),
        ("db#v1::password", "hunter2"),
        ("db:ACSPrevious::password", "hunter2"),
        ("db~1::port", "5432"),
        ("db~1::empty", ""),
        ("env::B", "two words"),
        ("pass::password", "hunter2"),
        ("pass::user", "root"),
        ("pass::otpauth", "otpauth://totp/x?secret=GEZDGNBV"),
        ("nested::tls.cert", "exact"),
        ("nested::hosts[1].name", "b"),
        ("nested::hosts.0.name", "a"),
        ("nested::n", r#"{"x": 1}"#),
    ] {
        assert_eq!(home.etui(&["get", reference]).succeeded().text(), value, "{reference}");
    }
    assert_snapshot!(home.etui(&["get", "db::password", "--field", "user"]).failed(2), @r#"
        exit 2
        stderr:
        error: a field is named twice: behind '::' and with --field
        hint: leave one of the two out
        "#);
    assert_snapshot!(home.etui(&["get", "pass::nothing"]).failed(3), @r#"
        exit 3
        stderr:
        error: version 'v1' of 'pass' has no field 'nothing'
        hint: it has 'password', 'user', 'otpauth'
        "#);
    assert_snapshot!(home.etui(&["get", "db::"]).failed(2), @r#"
        exit 2
        stderr:
        error: <REF>: '::' takes the name of a field, as in 'a::password'
        "#);
    assert_snapshot!(home.etui(&["show", "db::password"]).failed(2), @r#"
        exit 2
        stderr:
        error: <REF>: this needs a whole version: leave out '::' and the field
        "#);
}

#[test]
fn a_key_that_may_be_a_part_of_a_password_is_not_told() {
    let home = home();
    home.pipe("Zm9vYmFy=", &["new", "random"]).succeeded();
    let run = home.etui(&["get", "random::user"]).failed(3);
    assert!(!run.stderr.contains("Zm9v"), "{run}");
    assert_snapshot!(run, @r#"
        exit 3
        stderr:
        error: version 'v1' of 'random' has no field 'user'
        hint: name it without a field to get the whole value
        "#);
}

#[test]
fn a_field_goes_into_a_template_and_a_difference() {
    let home = home();
    let template = "u={{ etui://pass::user }} p={{etui://db:ACSPrevious::password}}\n";
    assert_eq!(home.pipe(template, &["inject"]).succeeded().text(), "u=root p=hunter2\n");
    assert_snapshot!(home.pipe("\n{{ etui://pass::no }}", &["inject"]).failed(3), @r#"
        exit 3
        stderr:
        error: line 2, column 1: version 'v1' of 'pass' has no field 'no'
        hint: it has 'password', 'user', 'otpauth'
        "#);
    assert_snapshot!(home.etui(&["diff", "db::password"]), @r#"
        exit 0
        stdout:
        db#v1::password → db#v2::password
        ~ line 1 changed, 7 → 13 characters
        "#);
    assert_snapshot!(home.etui(&["diff", "db::user", "pass::user"]), @r#"
        exit 0
        stdout:
        db#v2::user → pass#v1::user: the same value
        "#);
    assert_snapshot!(home.etui(&["diff", "db#v1::port", "db::port", "--json"]), @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","From":{"SecretName":"db","VersionId":"v1","Field":"port"},"To":{"SecretName":"db","VersionId":"v2","Field":"port"},"Same":false,"Changes":[{"Change":"changed","Place":"line 1","BytesBefore":4,"BytesAfter":4}]}
        "#);
    assert_snapshot!(home.etui(&["diff", "db::host"]).failed(3), @r#"
        exit 3
        stderr:
        error: version 'v1' of 'db' has no field 'host'
        hint: it has 'user', 'password', 'port', 'empty'
        "#);
}

#[test]
fn a_program_gets_fields_as_variables() {
    let home = home();
    let run =
        |flags: &[&str], script: &str| home.etui(&[&["run"], flags, &["--", "sh", "-c", script]].concat());
    let env = run(&["--env", "A=db::password", "--env", "B=etui://pass::user"], "echo $A $B");
    assert_eq!(env.succeeded().text(), "correct horse root\n");
    std::fs::write(home.path().join(".env"), "P=etui://db#v1::password\n").unwrap();
    assert_eq!(run(&["--env-file", ".env"], "echo $P").succeeded().text(), "hunter2\n");
    let env = run(&["--env-from", "db", "--with", "db=:ACSPrevious"], "echo $user $password $port [$empty]");
    assert_eq!(env.succeeded().text(), "root hunter2 5432 []\n");
    assert_eq!(run(&["--env-from", "nested::n"], "echo $x").succeeded().text(), "1\n");
    let flags = ["--env-from", "pass", "--env", "user=db::user", "--env-file", ".env", "--dry-run"];
    assert_snapshot!(home.etui(&[&["run"], &flags[..]].concat()), @r#"
        exit 0
        stdout:
        password	pass#v1::password
        user	db#v2::user
        otpauth	pass#v1::otpauth
        P	db#v1::password
        "#);
    assert_snapshot!(home.etui(&["run", "--env-from", "env", "--dry-run", "--json"]), @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","Variables":[{"Variable":"A","SecretName":"env","VersionId":"v1","Field":"A"},{"Variable":"B","SecretName":"env","VersionId":"v1","Field":"B"}]}
        "#);
    assert_snapshot!(run(&["--env-from", "nested"], "true").failed(125), @r#"
        exit 125
        stderr:
        error: field 'tls.cert' of 'nested' cannot become a variable: 'tls.cert' is not a valid variable name (letters, digits and '_', no digit first)
        hint: name the variables with --env
        "#);
    assert_snapshot!(run(&["--env-from", "plain"], "true").failed(125), @r#"
        exit 125
        stderr:
        error: version 'v1' of 'plain' has no fields: it is neither a JSON object nor KEY=value lines nor in the form of pass
        hint: take the whole value: --env VARIABLE=plain
        "#);
    assert_snapshot!(run(&["--env-from", "db", "--env-from", "pass"], "true").failed(125), @r#"
        exit 125
        stderr:
        error: two fields would both become the variable 'password'
        hint: name the variables with --env
        "#);
}

#[test]
fn copy_names_the_field_it_copied() {
    let home = home();
    std::fs::create_dir_all(home.path().join("config/etui")).unwrap();
    let settings = "clipboard = \"command\"\nclipboard_copy = \"cat > copied\"\n";
    std::fs::write(home.path().join("config/etui/settings.toml"), settings).unwrap();
    assert_snapshot!(home.etui(&["copy", "db::password"]), @r#"
        exit 0
        stdout:
        copied field 'password' of version 'v2' of 'db'; nothing clears it: there is no clipboard_clear in the settings
        "#);
    assert_eq!(std::fs::read(home.path().join("copied")).unwrap(), b"correct horse");
    assert_snapshot!(home.etui(&["copy", "db#v1::empty"]).failed(2), @r#"
        exit 2
        stderr:
        error: field 'empty' of version 'v1' of 'db' is empty: there is nothing to copy
        hint: name another field
        "#);
}
