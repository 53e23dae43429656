//! `--json`: every answer is one object with a RequestId, and tells no less than the text does.

use serde_json::{Value, json};

use super::support::Home;

fn answer(home: &Home, line: &[&str]) -> Value {
    let run = home.etui(&[line, &["--json"]].concat());
    let text = run.text();
    assert_eq!(text.lines().count(), 1, "{line:?}: {run}");
    let answer: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{line:?}: {error}: {run}"));
    assert!(answer["RequestId"].is_string(), "{line:?}: {run}");
    answer
}

#[test]
fn every_answer_is_an_object_with_a_request_id() {
    let home = Home::with_secret();
    std::fs::write(home.path().join("file"), "A=1\n").unwrap();
    let lines: [&[&str]; 30] = [
        &["get", "db"],
        &["get", "db", "--out", "value"],
        &["list"],
        &["show", "db"],
        &["log", "db"],
        &["which", "db", "--file", "value"],
        &["diff", "db"],
        &["audit"],
        &["run", "--env", "A=db", "--dry-run"],
        &["stage", "db", "blue", "--to", "v1", "--dry-run"],
        &["stage", "db", "blue", "--to", "v1"],
        &["promote", "db", "blue"],
        &["rollback", "db"],
        &["set", "db", "--keep", "5"],
        &["rename", "db", "database"],
        &["undo", "--dry-run"],
        &["undo"],
        &["redo"],
        &["rm", "database"],
        &["purge", "--dry-run"],
        &["purge"],
        &["restore", "database"],
        &["import", "dotenv", "file"],
        &["export", "json", "--plaintext", "--out", "out.json"],
        &["backup", "copy.etui"],
        &["verify"],
        &["config", "path"],
        &["config", "check"],
        &["random"],
        &["status"],
    ];
    for line in lines {
        assert!(answer(&home, line).is_object(), "{line:?}");
    }
    assert!(answer(&home, &["doctor"])["Findings"].is_array());
}

#[test]
fn a_put_tells_whether_it_is_new_and_which_labels_moved() {
    let home = Home::with_secret();
    std::fs::write(home.path().join("three"), "three").unwrap();
    let stored = answer(&home, &["put", "db", "--file", "three"]);
    assert_eq!(stored["Created"], true);
    let moved = |label: &str, from: &str, to: &str| json!({ "VersionStage": label, "RemoveFromVersion": from, "MoveToVersion": to });
    assert_eq!(
        stored["LabelMoves"],
        json!([moved("ACSCurrent", "v2", "v3"), moved("ACSPrevious", "v1", "v2")])
    );
    let again = answer(&home, &["put", "db", "--file", "three", "--version-id", "v3"]);
    assert_eq!((&again["Created"], &again["LabelMoves"]), (&json!(false), &json!([])));
}

#[test]
fn a_change_that_changed_nothing_is_told_apart() {
    let home = Home::with_secret();
    for line in [
        &["stage", "db", "blue", "--to", "v1"][..],
        &["set", "db", "--description", "x"],
        &["promote", "db", "blue"],
    ] {
        assert_eq!(answer(&home, line)["Changed"], true, "{line:?}");
        assert_eq!(answer(&home, line)["Changed"], false, "{line:?}");
    }
}

#[test]
fn lists_tell_what_their_tables_show() {
    let home = Home::with_secret();
    home.pipe("x", &["put", "db", "--note", "why"]).succeeded();
    let secret = &answer(&home, &["list"])["SecretList"]["Secret"][0];
    assert_eq!(secret["CurrentVersionId"], "v3");
    assert_eq!(secret["Due"], false);
    assert_eq!(secret["VersionStages"]["VersionStage"], json!(["ACSCurrent", "ACSPrevious"]));
    let version = &answer(&home, &["log", "db"])["VersionIds"]["VersionId"][0];
    assert_eq!(version["Note"], "why");
}

#[test]
fn a_purge_that_would_purge_nothing_says_so_in_json() {
    let home = Home::with_secret();
    assert_eq!(answer(&home, &["purge", "--dry-run"])["WouldPurge"], json!([]));
}
