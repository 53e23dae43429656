//! `--at`: what was at an earlier time.

use etui::domain::{Retention, Timestamp};
use etui::vault::{DeleteRequest, UpdateRequest, Vault};
use etui::versioning::{Deletion, MetadataUpdate};
use insta::assert_snapshot;

use super::fixtures::{create_request, put_request, rename_request, secret_name, text};
use super::support::{Home, Stopped};

/// The first second of a day of May 2024.
fn day(day: i64) -> Stopped {
    Stopped(Timestamp::clamped(1_714_521_600 + (day - 1) * Timestamp::DAY))
}

/// `db` is renamed to `main` on the third day, loses `v1` on the fifth; `gone` is removed on the fourth.
fn home() -> Home {
    let home = Home::empty();
    let mut vault = home.create(None, day(1));
    vault.create_secret(&create_request("db", "v1", text("one"))).unwrap();
    vault.create_secret(&create_request("gone", "v1", text("x"))).unwrap();
    drop(vault);
    let on = |number, work: &dyn Fn(&mut Vault)| work(&mut home.unlock(day(number)));
    on(2, &|vault| {
        drop(vault.put_secret_value(&put_request("db", "v2", text("two"), "ACSCurrent")).unwrap())
    });
    on(3, &|vault| drop(vault.rename_secret(&rename_request("db", "main")).unwrap()));
    on(4, &|vault| {
        let request = DeleteRequest { name: secret_name("gone"), deletion: Deletion::Force, expected: None };
        vault.delete_secret(&request).unwrap();
    });
    on(5, &|vault| {
        let update = MetadataUpdate { retention: Some(Retention::new(2).ok()), ..MetadataUpdate::default() };
        vault.update_secret(&UpdateRequest { name: secret_name("main"), update, expected: None }).unwrap();
        vault.put_secret_value(&put_request("main", "v3", text("three"), "ACSCurrent")).unwrap();
        vault.put_secret_value(&put_request("main", "v4", text("four"), "ACSCurrent")).unwrap();
    });
    home
}

#[test]
fn a_value_is_the_one_that_was_current_then_by_the_name_of_then() {
    let home = home();
    assert_eq!(home.etui(&["get", "db", "--at", "2024-05-02T12:00:00Z"]).succeeded().text(), "two");
    assert_eq!(home.etui(&["get", "main", "--at", "2024-05-03T00:00:00Z"]).succeeded().text(), "two");
    assert_eq!(home.etui(&["get", "main", "--at", "1h ago"]).succeeded().text(), "four");
    assert_snapshot!(home.etui(&["get", "db#v2", "--at", "2024-05-02T12:00:00Z", "--json"]), @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","SecretName":"db","VersionId":"v2","SecretData":"two","SecretDataType":"text","SecretType":"Generic","VersionStages":{"VersionStage":["ACSCurrent"]},"CreateTime":"[time]","AsOf":"[time]"}
        "#);
    assert_snapshot!(home.etui(&["get", "main", "--at", "2024-05-02T23:59:59Z"]).failed(3), @r#"
        exit 3
        stderr:
        error: there was no secret 'main' at [time]
        hint: the secret that has this name now was created at [time]
        "#);
    assert_snapshot!(home.etui(&["get", "nobody", "--at", "2024-05-02T23:59:59Z"]).failed(3), @r#"
        exit 3
        stderr:
        error: there was no secret 'nobody' at [time]
        hint: run `etui list --at [time]` to see the names of that time
        "#);
    assert_snapshot!(home.etui(&["get", "db", "--at", "2024-05-01T12:00:00Z"]).failed(3), @r#"
        exit 3
        stderr:
        error: version 'v1' of secret 'db' was destroyed at [time]; its value is gone
        hint: a backup of that time may still hold it
        "#);
    assert_snapshot!(home.etui(&["get", "gone", "--at", "2024-05-02T12:00:00Z"]).failed(3), @r#"
        exit 3
        stderr:
        error: version 'v1' of secret 'gone' was destroyed at [time]; its value is gone
        hint: a backup of that time may still hold it
        "#);
}

#[test]
fn a_list_holds_the_names_of_then() {
    let home = home();
    let at = |at: &str| home.etui(&["list", "--at", at]).succeeded().text().to_owned();
    assert_eq!(at("2024-04-30T00:00:00Z"), "");
    assert_eq!(at("2024-05-01T00:00:00Z"), "db\ngone\n");
    assert_eq!(at("2024-05-03T12:00:00Z"), "gone\nmain\n");
    assert_eq!(at("2024-05-04T12:00:00Z"), "main\n");
    let json = home.etui(&["list", "--at", "2024-05-01T12:00:00Z", "--json"]).succeeded().json();
    assert_eq!(json["AsOf"], "2024-05-01T12:00:00Z");
    assert_eq!(json["SecretList"]["Secret"][0]["CurrentVersionId"], "v1");
}

#[test]
fn a_destroyed_version_is_shown_without_its_value() {
    let home = home();
    let at = "2024-05-02T12:00:00Z";
    let show = home.etui(&["show", "db#v1", "--at", at]).succeeded();
    assert!(show.text().contains("gone: the version was destroyed at 2024-05-05T00:00:00Z"), "{show}");
    assert!(show.text().contains("ACSCurrent → v2") && show.text().contains("ACSPrevious → v1"), "{show}");
    let version = &home.etui(&["show", "db#v1", "--at", at, "--json"]).succeeded().json()["Version"];
    assert_eq!(version["DestroyTime"], "2024-05-05T00:00:00Z");
    assert!(version.get("SecretDataSize").is_none());
    let log = home.etui(&["log", "db", "--at", at, "--json"]).succeeded().json();
    let versions = &log["VersionIds"]["VersionId"];
    assert_eq!((&versions[0]["VersionId"], versions[0].get("DestroyTime")), (&"v2".into(), None));
    assert_eq!(versions[1]["DestroyTime"], "2024-05-05T00:00:00Z");
}

#[test]
fn a_diff_tells_what_changed_since_then_whatever_it_is_called_now() {
    let home = home();
    assert_snapshot!(home.etui(&["diff", "db", "--at", "2024-05-02T12:00:00Z", "--reveal"]), @r#"
        exit 0
        stdout:
        db#v2 at [time] → main#v4
        @ line 1 changed
        -two
        +four
        "#);
    assert_snapshot!(home.etui(&["diff", "main", "main#v3", "--at", "2024-05-04T12:00:00Z"]), @r#"
        exit 0
        stdout:
        main#v2 at [time] → main#v3
        ~ line 1 changed, 3 → 5 characters
        "#);
}

#[test]
fn a_time_is_in_the_past_and_well_formed() {
    let home = Home::with_secret();
    assert_snapshot!(home.etui(&["get", "db", "--at", "9999-01-01"]).failed(2), @r#"
        exit 2
        stderr:
        error: --at: [time] is in the future
        hint: leave --at out for what is now
        "#);
    assert_snapshot!(home.etui(&["get", "db", "--at", "yesterday"]).failed(2), @r#"
        exit 2
        stderr:
        error: --at <TIME>: a time is '2026-11-03 14:00', '2026-11-03', '3d', '2h ago' or in the form of RFC 3339
        "#);
    let before = home.bytes_of_vault();
    home.etui(&["list", "--at", "1m"]).succeeded();
    assert!(home.bytes_of_vault() == before, "looking back changes nothing");
}

// Guards: where a clock was set back, what came later in the chain counts as later.
#[test]
fn a_clock_that_was_set_back_does_not_reorder_what_happened() {
    let home = Home::empty();
    let mut vault = home.create(None, day(1));
    vault.create_secret(&create_request("db", "v1", text("one"))).unwrap();
    drop(vault);
    for (number, id) in [(9, "v2"), (4, "v3")] {
        let request = put_request("db", id, text(id), "ACSCurrent");
        home.unlock(day(number)).put_secret_value(&request).unwrap();
    }
    let at = |at: &str| home.etui(&["get", "db", "--at", at]).succeeded().text().to_owned();
    assert_eq!(at("2024-05-03T00:00:00Z"), "one");
    assert_eq!(at("2024-05-05T00:00:00Z"), "v3");
    assert_eq!(at("2024-05-10T00:00:00Z"), "v3");
}
