//! `etui set` and `etui rename`.

use insta::assert_snapshot;

use super::support::Home;

// Guards: a number that is smaller than the number of versions destroys some, at a put that does not look like it.
#[test]
fn a_number_of_versions_to_keep_says_what_the_next_put_destroys() {
    let home = Home::with_secret();
    home.pipe("three", &["put", "db"]).succeeded();
    home.pipe("four", &["put", "db"]).succeeded();
    assert_snapshot!(home.etui(&["set", "db", "--keep", "3"]), @r#"
        exit 0
        stdout:
        'db': keeps 3 versions
          the next put destroys v1, v2 for good; versions with a label always stay
        "#);
    assert_snapshot!(home.etui(&["set", "db", "--keep", "2", "--json"]), @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","SecretName":"db","Changed":true,"Keep":{"Before":3,"After":2},"NextPutDestroys":["v1","v2"]}
        "#);
    // Nothing changes, and it is told all the same.
    assert_snapshot!(home.etui(&["set", "db", "--keep", "2"]), @r#"
        exit 0
        stdout:
        'db' already has these settings; nothing changed
          the next put destroys v1, v2 for good; versions with a label always stay
        "#);
    let run = home.pipe("five", &["put", "db"]).succeeded();
    assert!(run.text().contains("retention destroyed v1, v2"), "{run}");
    let enough = home.etui(&["set", "db", "--keep", "20", "--json"]).succeeded().json();
    assert_eq!(enough["NextPutDestroys"], serde_json::json!([]));
    assert!(
        home.etui(&["set", "db", "--tag", "a=b", "--json"])
            .succeeded()
            .json()
            .get("NextPutDestroys")
            .is_none()
    );
}

#[test]
fn set_changes_what_is_known_about_a_secret_and_says_what() {
    let home = Home::with_secret();
    let arguments = ["set", "db", "--description", "main database", "--tag", "env=prod", "--tag", "team="];
    assert_snapshot!(home.etui(&arguments), @r#"
        exit 0
        stdout:
        'db': description changed, tag env=prod, tag team=
        "#);
    assert_snapshot!(home.etui(&["set", "db", "--untag", "team", "--keep", "10", "--rotate", "90"]), @r#"
        exit 0
        stdout:
        'db': tag team removed, keeps 10 versions, due every 90 days
        "#);
    assert_snapshot!(home.etui(&["set", "db", "--keep", "10"]), @r#"
        exit 0
        stdout:
        'db' already has these settings; nothing changed
        "#);
    assert_snapshot!(home.etui(&["set", "db", "--keep", "off", "--rotate", "off", "--description", ""]), @r#"
        exit 0
        stdout:
        'db': description removed, keeps every version, due no more
        "#);
    assert_snapshot!(home.etui(&["set", "db", "--tag", "env=test", "--json"]), @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","SecretName":"db","Changed":true,"Tags":{"Before":[{"TagKey":"env","TagValue":"prod"}],"After":[{"TagKey":"env","TagValue":"test"}]}}
        "#);
    let described = home.etui(&["show", "db", "--json"]).json();
    assert_eq!(described["Tags"]["Tag"][0]["TagValue"], "test");
    assert_eq!(described["Description"], "");
    assert_eq!(home.etui(&["get", "db"]).text(), "two");
}

#[test]
fn a_note_belongs_to_a_version() {
    let home = Home::with_secret();
    assert_snapshot!(home.etui(&["set", "db#v1", "--note", "leaked\u{1b}[2J"]), @r#"
        exit 0
        stdout:
        'db': note on v1: leaked␛[2J
        "#);
    assert_snapshot!(home.etui(&["set", "db:ACSCurrent", "--note", "rotated"]), @r#"
        exit 0
        stdout:
        'db': note on v2: rotated
        "#);
    assert_snapshot!(home.etui(&["log", "db"]), @r#"
        exit 0
        stdout:
        v2	ACSCurrent	[time]	rotated
        v1	ACSPrevious	[time]	leaked␛[2J
        "#);
    assert_snapshot!(home.etui(&["set", "db~", "--note", ""]), @r#"
        exit 0
        stdout:
        'db': note on v1 removed
        "#);
    assert_snapshot!(home.etui(&["set", "db", "--note", "x"]).failed(2), @r#"
        exit 2
        stderr:
        error: a note belongs to a version, and none is named
        hint: name it, as in `etui set 'db#VERSION' --note TEXT`
        "#);
    assert_snapshot!(home.etui(&["set", "db#v9", "--note", "x"]).failed(3), @r#"
        exit 3
        stderr:
        error: secret 'db' has no version 'v9'
        hint: run `etui log db --all` to see its versions and their labels
        "#);
    assert_snapshot!(home.etui(&["set", "db#v1", "--keep", "3"]).failed(2), @r#"
        exit 2
        stderr:
        error: --keep applies to the whole secret
        hint: name it without a version: 'db'
        "#);
}

#[test]
fn set_refuses_what_makes_no_sense_and_changes_nothing() {
    let home = Home::with_secret();
    let before = home.bytes_of_vault();
    assert_snapshot!(home.etui(&["set", "db"]).failed(2), @r#"
        exit 2
        stderr:
        error: nothing to change
        hint: name at least one of --description, --tag, --untag, --keep, --rotate, --note
        "#);
    assert_snapshot!(home.etui(&["set", "db", "--keep", "0"]).failed(2), @r#"
        exit 2
        stderr:
        error: --keep <N|off>: the number of versions to keep must be between 1 and 1000
        "#);
    assert_snapshot!(home.etui(&["set", "db", "--keep", "many"]).failed(2), @r#"
        exit 2
        stderr:
        error: --keep <N|off>: a whole number or 'off' is expected
        "#);
    assert_snapshot!(home.etui(&["set", "db", "--rotate", "366"]).failed(2), @r#"
        exit 2
        stderr:
        error: --rotate <DAYS|off>: a rotation interval in days must be between 1 and 365
        "#);
    assert_snapshot!(home.etui(&["set", "db", "--tag", "acs:x=1"]).failed(2), @r#"
        exit 2
        stderr:
        error: --tag <KEY=VALUE>: a tag key cannot begin with 'acs:'
        "#);
    assert_snapshot!(home.etui(&["set", "none", "--keep", "3"]).failed(3), @r#"
        exit 3
        stderr:
        error: there is no secret 'none'
        hint: run `etui list` to see the names
        "#);
    home.etui(&["set", "db#v1", "--note", "x", "--keep", "3"]).failed(2);
    let tags: Vec<String> = (0..21).map(|number| format!("--tag=k{number}=x")).collect();
    let mut arguments = vec!["set", "db"];
    arguments.extend(tags.iter().map(String::as_str));
    assert_snapshot!(home.etui(&arguments).failed(4), @r#"
        exit 4
        stderr:
        error: secret 'db' would carry more than 20 tags
        hint: remove a tag first
        "#);
    assert!(home.bytes_of_vault() == before);
}

#[test]
fn rename_gives_a_free_name() {
    let home = Home::with_secret();
    home.pipe("x", &["new", "other"]).succeeded();
    assert_snapshot!(home.etui(&["rename", "db", "db/main"]), @r#"
        exit 0
        stdout:
        renamed 'db' to 'db/main'
        "#);
    assert_snapshot!(home.etui(&["log", "db/main"]), @r#"
        exit 0
        stdout:
        v2	ACSCurrent	[time]	
        v1	ACSPrevious	[time]
        "#);
    assert_snapshot!(home.etui(&["rename", "db/main", "db/main"]), @r#"
        exit 0
        stdout:
        'db/main' has this name already; nothing changed
        "#);
    let before = home.bytes_of_vault();
    assert_snapshot!(home.etui(&["rename", "db/main", "other"]).failed(4), @r#"
        exit 4
        stderr:
        error: secret 'other' already exists
        hint: choose another name, or add a version with `etui put other`
        "#);
    assert_snapshot!(home.etui(&["rename", "db", "x"]).failed(3), @r#"
        exit 3
        stderr:
        error: there is no secret 'db'
        hint: run `etui list` to see the names
        "#);
    assert!(home.bytes_of_vault() == before);
    assert_snapshot!(home.etui(&["rename", "db/main", "db", "--json"]), @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","SecretName":"db","Changed":true,"NewSecretName":"db"}
        "#);
}
