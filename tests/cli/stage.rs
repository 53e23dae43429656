//! `etui stage` and `etui rollback`.

use insta::assert_snapshot;

use super::support::Home;

#[test]
fn stage_moves_adds_and_removes_a_label() {
    let home = Home::with_secret();
    assert_snapshot!(home.etui(&["stage", "db", "canary", "--to", "v1"]), @r#"
        exit 0
        stdout:
        'db': canary → v1
        "#);
    assert_snapshot!(home.etui(&["stage", "db", "canary", "--to", "v2", "--from", "v1"]), @r#"
        exit 0
        stdout:
        'db': canary v1 → v2
        "#);
    assert_snapshot!(home.etui(&["stage", "db", "canary", "--to", "v2"]), @r#"
        exit 0
        stdout:
        label 'canary' of 'db' marks 'v2' already; nothing changed
        "#);
    assert_snapshot!(home.etui(&["stage", "db", "canary", "--from", "v2"]), @r#"
        exit 0
        stdout:
        'db': canary removed from v2
        "#);
    assert_snapshot!(home.etui(&["stage", "db", "ACSCurrent", "--to", "v1", "--json"]), @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","SecretName":"db","Changed":true,"LabelMoves":[{"VersionStage":"ACSCurrent","RemoveFromVersion":"v2","MoveToVersion":"v1"},{"VersionStage":"ACSPrevious","RemoveFromVersion":"v1","MoveToVersion":"v2"}]}
        "#);
}

#[test]
fn stage_refuses_what_the_contract_refuses() {
    let home = Home::with_secret();
    let before = home.bytes_of_vault();
    assert_snapshot!(home.etui(&["stage", "db", "canary"]).failed(2), @r#"
        exit 2
        stderr:
        error: say where label 'canary' should go: --to ID, or --from ID to remove it
        "#);
    assert_snapshot!(home.etui(&["stage", "db", "ACSCurrent", "--from", "v2"]).failed(2), @r#"
        exit 2
        stderr:
        error: label 'ACSCurrent' can be moved, but not removed
        hint: name the version that gets it instead
        "#);
    assert_snapshot!(home.etui(&["stage", "db", "ACSCurrent", "--to", "v1", "--from", "v1"]).failed(2), @r#"
        exit 2
        stderr:
        error: label 'ACSCurrent' of secret 'db' does not mark version 'v1', it marks 'v2'
        hint: run `etui log db --all` to see its versions and their labels
        "#);
    assert_snapshot!(home.etui(&["stage", "db", "ACSPrevious", "--to", "v2"]).failed(2), @r#"
        exit 2
        stderr:
        error: version 'v2' is the current one and cannot be the previous one too
        hint: move ACSCurrent instead: ACSPrevious follows by itself
        "#);
    assert_snapshot!(home.etui(&["stage", "db", "canary", "--to", "v9"]).failed(3), @r#"
        exit 3
        stderr:
        error: secret 'db' has no version 'v9'
        hint: run `etui log db --all` to see its versions and their labels
        "#);
    assert_snapshot!(home.etui(&["stage", "nothing", "canary", "--to", "v9", "--json"]).failed(3), @r#"
        exit 3
        stderr:
        {"RequestId":"[id]","HttpStatus":404,"Code":"Forbidden.ResourceNotFound","Message":"there is no secret 'nothing'","Hint":"run `etui list` to see the names"}
        "#);
    home.etui(&["stage", "db", "a b", "--to", "v1"]).failed(2);
    assert!(home.bytes_of_vault() == before);
}

#[test]
fn rollback_swaps_current_and_previous() {
    let home = Home::with_secret();
    assert_snapshot!(home.etui(&["rollback", "db"]), @r#"
        exit 0
        stdout:
        rolled 'db' back; ACSCurrent v2 → v1, ACSPrevious v1 → v2
        "#);
    assert_eq!(home.etui(&["get", "db"]).text(), "one");
    assert_snapshot!(home.etui(&["rollback", "db", "--json"]), @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","SecretName":"db","Changed":true,"LabelMoves":[{"VersionStage":"ACSCurrent","RemoveFromVersion":"v1","MoveToVersion":"v2"},{"VersionStage":"ACSPrevious","RemoveFromVersion":"v2","MoveToVersion":"v1"}]}
        "#);
    assert_eq!(home.etui(&["get", "db"]).text(), "two");
}

#[test]
fn rollback_needs_a_previous_version() {
    let home = Home::with_vault();
    home.pipe("x", &["new", "db"]).succeeded();
    assert_snapshot!(home.etui(&["rollback", "db"]).failed(3), @r#"
        exit 3
        stderr:
        error: secret 'db' has no version that was current before
        hint: put a second version first, or run `etui stage db ACSCurrent --to ID`
        "#);
    assert_snapshot!(home.etui(&["rollback", "db", "--dry-run"]).failed(3), @r#"
        exit 3
        stderr:
        error: secret 'db' has no version that was current before
        hint: put a second version first, or run `etui stage db ACSCurrent --to ID`
        "#);
}

#[test]
fn a_dry_run_tells_the_plan_and_its_state_guards_the_change() {
    let home = Home::with_secret();
    let before = home.bytes_of_vault();
    assert_snapshot!(home.etui(&["stage", "db", "ACSCurrent", "--to", "v1", "--dry-run"]), @r#"
        exit 0
        stdout:
        would move labels of 'db'
          ACSCurrent v2 → v1
          ACSPrevious v1 → v2
        "#);
    assert_snapshot!(home.etui(&["stage", "db", "ACSCurrent", "--to", "v2", "--dry-run"]), @r#"
        exit 0
        stdout:
        nothing would change: label 'ACSCurrent' of 'db' marks 'v2' already
        "#);
    assert_snapshot!(home.etui(&["rollback", "db", "--dry-run"]), @r#"
        exit 0
        stdout:
        would roll 'db' back
          ACSCurrent v2 → v1
          ACSPrevious v1 → v2
        "#);
    let plan = home.etui(&["rollback", "db", "--dry-run", "--json"]);
    assert_snapshot!(plan, @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","SecretName":"db","WouldChange":true,"LabelMoves":[{"VersionStage":"ACSCurrent","RemoveFromVersion":"v2","MoveToVersion":"v1"},{"VersionStage":"ACSPrevious","RemoveFromVersion":"v1","MoveToVersion":"v2"}],"Destroyed":[],"State":"[state]"}
        "#);
    assert!(home.bytes_of_vault() == before);

    let state = plan.json()["State"].as_str().unwrap().to_owned();
    home.etui(&["stage", "db", "canary", "--to", "v1"]).succeeded();
    assert_snapshot!(home.etui(&["rollback", "db", "--if-state", &state]).failed(4), @r#"
        exit 4
        stderr:
        error: secret 'db' changed since this was planned
        hint: look at the new state, then decide again
        "#);
    home.etui(&["stage", "db", "canary", "--to", "v2", "--if-state", &state]).failed(4);
}
