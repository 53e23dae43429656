//! `etui rm`, `etui restore`, `etui purge`; the questions that they ask in `prompt.rs`.

use etui::vault::{DeleteRequest, Vault};
use etui::versioning::Deletion;
use insta::assert_snapshot;

use super::fixtures::{create_request, secret_name, text};
use super::support::{Home, Stopped};

#[test]
fn rm_schedules_a_deletion_and_restore_takes_it_back() {
    let home = Home::with_secret();
    assert_snapshot!(home.etui(&["rm", "db"]), @r#"
        exit 0
        stdout:
        secret 'db' is scheduled for deletion; `etui restore db` cancels that; from [time] on it can be purged
        "#);
    assert_snapshot!(home.etui(&["get", "db"]).failed(4), @r#"
        exit 4
        stderr:
        error: secret 'db' is scheduled for deletion on [time]
        hint: run `etui restore db` to cancel the deletion
        "#);
    assert_snapshot!(home.pipe("x", &["put", "db"]).failed(4), @r#"
        exit 4
        stderr:
        error: secret 'db' is scheduled for deletion on [time]
        hint: run `etui restore db` to cancel the deletion
        "#);
    assert_snapshot!(home.pipe("x", &["new", "db"]).failed(4), @r#"
        exit 4
        stderr:
        error: the name 'db' belongs to a secret that is scheduled for deletion on [time]
        hint: restore it with `etui restore db`, or delete it for good with `etui rm db --force`
        "#);
    assert_snapshot!(home.etui(&["rm", "db"]).failed(4), @r#"
        exit 4
        stderr:
        error: secret 'db' is scheduled for deletion on [time]
        hint: run `etui restore db` to cancel the deletion
        "#);
    assert_snapshot!(home.etui(&["restore", "db"]), @r#"
        exit 0
        stdout:
        restored secret 'db'; it is no longer scheduled for deletion
        "#);
    assert_eq!(home.etui(&["get", "db"]).succeeded().text(), "two");
    assert_snapshot!(home.etui(&["restore", "db"]).failed(4), @r#"
        exit 4
        stderr:
        error: secret 'db' is not scheduled for deletion
        "#);
    assert_snapshot!(home.etui(&["restore", "nothing"]).failed(3), @r#"
        exit 3
        stderr:
        error: there is no secret 'nothing'
        hint: run `etui list` to see the names
        "#);
}

#[test]
fn rm_and_restore_answer_in_json() {
    let home = Home::with_secret();
    assert_snapshot!(home.etui(&["rm", "db", "--recovery-days", "7", "--json"]), @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","SecretName":"db","PlannedDeleteTime":"[time]"}
        "#);
    assert_snapshot!(home.etui(&["restore", "db", "--json"]), @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","SecretName":"db"}
        "#);
    assert_snapshot!(home.etui(&["rm", "db", "--force", "--yes", "--json"]), @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","SecretName":"db","PlannedDeleteTime":"[time]"}
        "#);
}

#[test]
fn the_window_has_its_limits() {
    let home = Home::with_secret();
    assert_snapshot!(home.etui(&["rm", "db", "--recovery-days", "6"]).failed(2), @r#"
        exit 2
        stderr:
        error: a recovery window lasts 7 to 30 days
        "#);
    home.etui(&["rm", "db", "--recovery-days", "31"]).failed(2);
    assert_snapshot!(home.etui(&["rm", "db", "--recovery-days", "7", "--force", "--yes"]).failed(2), @r#"
        exit 2
        stderr:
        error: --force and --recovery-days exclude each other
        "#);
    home.etui(&["rm", "db", "--recovery-days", "30"]).succeeded();
}

#[test]
fn force_needs_an_answer_where_nobody_can_be_asked() {
    let home = Home::with_secret();
    assert_snapshot!(home.etui(&["rm", "db", "--force"]).failed(2), @r#"
        exit 2
        stderr:
        error: this cannot be undone; without a terminal, confirm with --yes
        "#);
    home.etui(&["rm", "db", "--yes"]).failed(2);
    assert_eq!(home.etui(&["get", "db"]).succeeded().text(), "two");
    assert_snapshot!(home.etui(&["rm", "db", "--force", "--yes"]), @r#"
        exit 0
        stdout:
        removed secret 'db' with 2 versions for good; change anything this secret protects; old backups still contain it
        "#);
    home.etui(&["get", "db"]).failed(3);
}

#[test]
fn a_dry_run_of_a_deletion_changes_nothing() {
    let home = Home::with_secret();
    let before = home.bytes_of_vault();
    assert_snapshot!(home.etui(&["rm", "db", "--dry-run"]), @r#"
        exit 0
        stdout:
        would schedule 'db' for deletion in 30 days
          can be removed for good from [time]
        "#);
    assert_snapshot!(home.etui(&["rm", "db", "--force", "--dry-run"]), @r#"
        exit 0
        stdout:
        would remove 'db' for good
          destroyed: v1, v2
          this could not be undone
        "#);
    let plan = home.etui(&["rm", "db", "--dry-run", "--json"]);
    assert_snapshot!(plan, @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","SecretName":"db","WouldChange":true,"LabelMoves":[],"Destroyed":[],"PlannedDeleteTime":"[time]","State":"[state]"}
        "#);
    assert!(home.bytes_of_vault() == before);
    let state = plan.json()["State"].as_str().unwrap().to_owned();
    home.pipe("three", &["put", "db"]).succeeded();
    home.etui(&["rm", "db", "--force", "--yes", "--if-state", &state]).failed(4);
}

/// Makes a secret and schedules its deletion in seven days.
pub fn deleted(vault: &mut Vault, name: &str) {
    let name = secret_name(name);
    created(vault, name.as_str());
    vault
        .delete_secret(&DeleteRequest {
            name,
            deletion: Deletion::new(Some(7), false).unwrap(),
            expected: None,
        })
        .unwrap();
}

pub fn created(vault: &mut Vault, name: &str) {
    vault.create_secret(&create_request(name, "v1", text("x"))).unwrap();
}

#[test]
fn purge_removes_what_is_past_its_window_and_nothing_else() {
    let home = Home::empty();
    let mut vault = home.create(None, Stopped::days_from_now(-20));
    deleted(&mut vault, "old/a");
    deleted(&mut vault, "old/b");
    created(&mut vault, "kept");
    drop(vault);
    home.pipe("x", &["new", "young"]).succeeded();
    home.etui(&["rm", "young"]).succeeded();

    assert_snapshot!(home.etui(&["purge", "--dry-run"]), @r#"
        exit 0
        stdout:
        would remove 'old/a' for good
          destroyed: v1
        would remove 'old/b' for good
          destroyed: v1
        "#);
    assert_snapshot!(home.etui(&["purge", "old/a", "young"]).failed(4), @r#"
        exit 4
        stderr:
        error: secret 'young' is scheduled for deletion on [time]
        hint: run `etui restore young` to cancel the deletion
        "#);
    assert_snapshot!(home.etui(&["purge", "kept"]).failed(4), @r#"
        exit 4
        stderr:
        error: secret 'kept' is not scheduled for deletion
        "#);
    assert_snapshot!(home.etui(&["purge", "nothing"]).failed(3), @r#"
        exit 3
        stderr:
        error: there is no secret 'nothing'
        hint: run `etui list` to see the names
        "#);
    assert_eq!(home.etui(&["list"]).text(), "kept\n");
    assert_eq!(home.etui(&["list", "--deleted"]).text(), "old/a\nold/b\nyoung\n");
    assert_snapshot!(home.etui(&["purge", "old/b"]), @r#"
        exit 0
        stdout:
        removed secret 'old/b' with 1 version for good
        "#);
    assert_snapshot!(home.etui(&["purge", "--json"]), @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","Purged":["old/a"]}
        "#);
    assert_snapshot!(home.etui(&["purge"]), @r#"
        exit 0
        stdout:
        no secret is past its window; nothing changed
        "#);
    assert_snapshot!(home.etui(&["purge", "--dry-run"]), @r#"
        exit 0
        stdout:
        nothing would change: no secret is past its window
        "#);
    assert_eq!(home.etui(&["list"]).text(), "kept\n");
    assert_eq!(home.etui(&["list", "--deleted"]).text(), "young\n");
}

#[test]
fn purge_trusts_no_clock_that_stands_before_the_newest_change() {
    let home = Home::empty();
    let mut vault = home.create(None, Stopped::days_from_now(-20));
    deleted(&mut vault, "old");
    drop(vault);
    let mut later = home.unlock(Stopped::days_from_now(20));
    created(&mut later, "from-the-future");
    drop(later);

    let run = home.etui(&["purge"]).failed(4);
    assert!(run.stderr.contains("the clock says"), "{run}");
    home.etui(&["purge", "--force"]).failed(2);
    assert_eq!(home.etui(&["list"]).text(), "from-the-future\n");
    assert_eq!(home.etui(&["list", "--deleted"]).text(), "old\n");
    assert_snapshot!(home.etui(&["purge", "--force", "--yes"]), @r#"
        exit 0
        stdout:
        removed secret 'old' with 1 version for good
        "#);
    assert_eq!(home.etui(&["list"]).text(), "from-the-future\n");
}
