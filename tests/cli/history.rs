//! `etui audit`, `etui undo` and `etui redo`.

use insta::assert_snapshot;

use super::support::{Home, PASSWORD, close_columns, redacted};

/// The worked example of the contract, and some more.
fn busy() -> Home {
    let home = Home::with_secret();
    home.pipe("three", &["put", "db", "--stage", "canary"]).succeeded();
    home.etui(&["stage", "db", "ACSCurrent", "--to", "v3"]).succeeded();
    home.etui(&["set", "db", "--description", "new", "--tag", "env=prod", "--keep", "2"]).succeeded();
    home.etui(&["set", "db#v1", "--note", "first"]).succeeded();
    home.etui(&["rename", "db", "main"]).succeeded();
    home.etui(&["rm", "main", "--recovery-days", "7"]).succeeded();
    home
}

#[test]
fn audit_shows_who_changed_what_newest_first() {
    let home = busy();
    home.etui(&["undo"]).succeeded();
    assert_snapshot!(home.etui(&["audit"]), @r#"
        exit 0
        stdout:
        10	[time]	command line	undo 9	main	no longer scheduled for deletion
        9	[time]	command line	delete	main	scheduled for deletion on [time]
        8	[time]	command line	rename	db	renamed 'db' to 'main'
        7	[time]	command line	note	db	note on v1: first
        6	[time]	command line	set	db	description changed, tag env=prod, keeps 2 versions
        5	[time]	command line	stage	db	ACSCurrent v2 → v3, ACSPrevious v1 → v2
        4	[time]	command line	put	db	stored v3, canary → v3
        3	[time]	command line	put	db	stored v2, ACSCurrent v1 → v2, ACSPrevious → v1
        2	[time]	command line	create	db	stored v1, ACSCurrent → v1
        1	[time]	command line	init
        "#);
    assert_snapshot!(home.etui(&["audit", "main", "--limit", "2"]), @r#"
        exit 0
        stdout:
        10	[time]	command line	undo 9	main	no longer scheduled for deletion
        9	[time]	command line	delete	main	scheduled for deletion on [time]
        "#);
    assert_snapshot!(home.etui(&["audit", "db"]).failed(3), @r#"
        exit 3
        stderr:
        error: there is no secret 'db'
        hint: run `etui list` to see the names
        "#);
    assert_snapshot!(home.etui(&["audit", "--limit", "1", "--json"]), @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","Events":[{"Number":10,"Time":"[time]","Origin":"command line","Operation":"undo","SecretName":"main","PlannedDeleteTime":{"Before":"[time]","After":null},"Reverses":9}]}
        "#);
    let events = home.etui(&["audit", "--json"]).json();
    let events = events["Events"].as_array().unwrap();
    assert_eq!(events.len(), 10);
    assert_eq!(events[3]["Note"]["After"], "first");
    assert_eq!(events[4]["Tags"]["After"][0]["TagKey"], "env");
    assert_eq!(events[4]["Keep"]["After"], 2);
    assert_eq!(events[9]["Operation"], "init");
}

#[test]
fn audit_on_a_terminal_is_a_table_that_obeys_nothing() {
    let home = Home::with_secret();
    home.etui(&["set", "db#v1", "--note", "a\u{1b}[2Jb"]).succeeded();
    let mut terminal = home.terminal(&["audit", "db"]);
    terminal.wait_for("Master password: ").press(&format!("{PASSWORD}\r"));
    let (_, screen) = terminal.end();
    assert_snapshot!(close_columns(&redacted(&screen, home.path())), @r#"
        Master password:
        NUMBER  AGE  FROM  OPERATION  SECRET  CHANGE
        4  [age]  command line  note  db  note on v1: a␛[2Jb
        3  [age]  command line  put  db  stored v2, ACSCurrent v1 → v2, ACSPrevious → v1
        2  [age]  command line  create  db  stored v1, ACSCurrent → v1
        "#);
}

#[test]
fn undo_says_what_it_takes_back_and_redo_brings_it_again() {
    let home = busy();
    let before = home.bytes_of_vault();
    assert_snapshot!(home.etui(&["undo", "--dry-run"]), @r#"
        exit 0
        stdout:
        would undo scheduling the deletion of 'main' (change 9, command line, [age])
          no longer scheduled for deletion
        "#);
    assert!(home.bytes_of_vault() == before);
    assert_snapshot!(home.etui(&["undo"]), @r#"
        exit 0
        stdout:
        undid scheduling the deletion of 'main' (change 9, command line, [age])
          no longer scheduled for deletion
        "#);
    assert_snapshot!(home.etui(&["redo", "--dry-run"]), @r#"
        exit 0
        stdout:
        would redo scheduling the deletion of 'main' (change 9, undone by change 10, command line, [age])
          scheduled for deletion on [time]
        "#);
    assert_snapshot!(home.etui(&["redo", "--dry-run", "--json"]), @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","Changes":[{"Reversed":{"Number":10,"Time":"[time]","Origin":"command line","Operation":"undo","SecretName":"main","PlannedDeleteTime":{"Before":"[time]","After":null},"Reverses":9},"Redone":{"Number":9,"Time":"[time]","Operation":"delete","SecretName":"main"},"Change":{"PlannedDeleteTime":{"Before":null,"After":"[time]"}}}],"State":"[state]"}
        "#);
    assert_snapshot!(home.etui(&["redo"]), @r#"
        exit 0
        stdout:
        redid scheduling the deletion of 'main' (change 9, undone by change 10, command line, [age])
          scheduled for deletion on [time]
        "#);
    home.etui(&["undo", "-q"]).succeeded();
    assert_snapshot!(home.etui(&["undo"]), @r#"
        exit 0
        stdout:
        undid renaming 'db' (change 8, command line, [age])
          renamed 'main' to 'db'
        "#);
    assert_snapshot!(home.etui(&["undo"]), @r#"
        exit 0
        stdout:
        undid changing a note of 'db' (change 7, command line, [age])
          note on v1 removed
        "#);
    assert_snapshot!(home.etui(&["undo"]), @r#"
        exit 0
        stdout:
        undid the metadata change of 'db' (change 6, command line, [age])
          description removed
          tag env removed
          keeps every version
        "#);
    assert_snapshot!(home.etui(&["undo"]), @r#"
        exit 0
        stdout:
        undid moving labels of 'db' (change 5, command line, [age])
          ACSCurrent v3 → v2
          ACSPrevious v2 → v1
        "#);
    assert_snapshot!(home.etui(&["undo"]), @r#"
        exit 0
        stdout:
        undid storing v3 in 'db' (change 4, command line, [age])
          canary removed from v3
          version 'v3' stays, without a label
        "#);
    assert_snapshot!(home.etui(&["undo", "--dry-run", "--json"]), @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","Changes":[{"Reversed":{"Number":3,"Time":"[time]","Origin":"command line","Operation":"put","SecretName":"db","Stored":["v2"],"LabelMoves":[{"VersionStage":"ACSCurrent","RemoveFromVersion":"v1","MoveToVersion":"v2"},{"VersionStage":"ACSPrevious","RemoveFromVersion":null,"MoveToVersion":"v1"}]},"Change":{"LabelMoves":[{"VersionStage":"ACSCurrent","RemoveFromVersion":"v2","MoveToVersion":"v1"},{"VersionStage":"ACSPrevious","RemoveFromVersion":"v1","MoveToVersion":null}]}}],"State":"[state]"}
        "#);
    assert_eq!(home.etui(&["get", "db"]).text(), "two");
    assert_snapshot!(home.etui(&["log", "db", "--all"]), @r#"
        exit 0
        stdout:
        v3		[time]	
        v2	ACSCurrent	[time]	
        v1	ACSPrevious	[time]
        "#);
}

#[test]
fn what_a_put_destroyed_is_named_and_stays_gone() {
    let home = Home::with_secret();
    home.etui(&["set", "db", "--keep", "1"]).succeeded();
    home.pipe("three", &["put", "db"]).succeeded();
    home.pipe("four", &["put", "db"]).succeeded();
    assert_snapshot!(home.etui(&["undo", "--dry-run"]), @r#"
        exit 0
        stdout:
        would undo storing v4 in 'db' (change 6, command line, [age])
          ACSCurrent v4 → v3
          ACSPrevious v3 → v2
          version 'v4' stays, without a label
          destroyed for good, and not restored: v1
        "#);
    home.etui(&["undo"]).succeeded();
    assert_snapshot!(home.etui(&["undo"]).failed(4), @r#"
        exit 4
        stderr:
        error: label 'ACSPrevious' of secret 'db' would return to version 'v1', which is destroyed for good
        hint: nothing was changed; earlier changes can be reverted by hand
        "#);
}

#[test]
fn undo_stops_where_something_was_removed_for_good() {
    let home = Home::with_secret();
    assert_snapshot!(home.etui(&["redo"]).failed(4), @r#"
        exit 4
        stderr:
        error: there is nothing to redo
        hint: only the last undo can be redone, before any other change
        "#);
    home.etui(&["rm", "db", "--force", "--yes"]).succeeded();
    let before = home.bytes_of_vault();
    assert_snapshot!(home.etui(&["undo"]).failed(4), @r#"
        exit 4
        stderr:
        error: secret 'db' was removed for good, and that cannot be undone
        hint: nothing was changed; earlier changes can be reverted by hand
        "#);
    assert_snapshot!(home.etui(&["undo", "--dry-run", "--json"]).failed(4), @r#"
        exit 4
        stderr:
        {"RequestId":"[id]","HttpStatus":400,"Code":"UnsupportedOperation","Message":"secret 'db' was removed for good, and that cannot be undone","Hint":"nothing was changed; earlier changes can be reverted by hand"}
        "#);
    assert!(home.bytes_of_vault() == before);
    let home = Home::with_vault();
    assert_snapshot!(home.etui(&["undo"]).failed(4), @r#"
        exit 4
        stderr:
        error: there is nothing to undo
        hint: run `etui audit` to see the history
        "#);
}

#[test]
fn an_undo_holds_for_the_state_that_it_was_planned_from() {
    let home = Home::with_secret();
    let planned = home.etui(&["undo", "--dry-run", "--json"]).json();
    let state = planned["State"].as_str().unwrap();
    home.pipe("three", &["put", "db"]).succeeded();
    assert_snapshot!(home.etui(&["undo", "--if-state", state]).failed(4), @r#"
        exit 4
        stderr:
        error: the vault changed since this was planned
        hint: look at the new state, then decide again
        "#);
    let planned = home.etui(&["undo", "--dry-run", "--json"]).json();
    home.etui(&["undo", "--if-state", planned["State"].as_str().unwrap()]).succeeded();
    assert_eq!(home.etui(&["get", "db"]).text(), "two");
}
