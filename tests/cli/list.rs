//! `etui list`, `etui show`, `etui log`, through a pipe; tables in `prompt.rs`.

use etui::domain::RotationInterval;
use etui::vault::{UpdateRequest, Vault};
use etui::versioning::MetadataUpdate;
use insta::assert_snapshot;

use super::ages::AGES;
use super::fixtures::{create_request, secret_name, text};
use super::support::{Home, Stopped};

fn home_with_three() -> Home {
    let home = Home::with_vault();
    home.pipe("1", &["new", "prod/db", "--tag", "env=prod", "--tag", "team=a"]).succeeded();
    home.pipe("2", &["new", "stage/db", "--tag", "env=stage", "--description", "the staging\none"])
        .succeeded();
    home.pipe("3", &["new", "prod/Token", "--tag", "env=prod", "--tag", "team=b"]).succeeded();
    home
}

fn create(vault: &mut Vault, name: &str) {
    vault.create_secret(&create_request(name, "v1", text("x"))).unwrap();
}

fn names(home: &Home, arguments: &[&str]) -> String {
    let run = home.etui(&[&["list"], arguments].concat()).succeeded();
    run.text().lines().collect::<Vec<_>>().join(" ")
}

#[test]
fn list_prints_one_name_a_line_in_order() {
    let home = home_with_three();
    assert_eq!(home.etui(&["list"]).succeeded().text(), "prod/Token\nprod/db\nstage/db\n");
    assert_eq!(Home::with_vault().etui(&["list"]).succeeded().text(), "");
}

#[test]
fn every_word_of_the_query_must_be_found_and_the_best_answer_comes_first() {
    let home = home_with_three();
    assert_eq!(names(&home, &["db"]), "prod/db stage/db");
    assert_eq!(names(&home, &["prod", "Tok"]), "prod/Token");
    assert_eq!(names(&home, &["prod", "TOK"]), "", "upper case means itself");
    assert_eq!(names(&home, &["prod db"]), "prod/db");
    assert_eq!(names(&home, &["staging"]), "stage/db", "descriptions are searched too");
    assert_eq!(names(&home, &["prod", "stage"]), "");
    assert_eq!(names(&home, &["*"]), "");
    home.pipe("4", &["new", "a/prod-old"]).succeeded();
    assert_eq!(names(&home, &["prod"]), "prod/db a/prod-old prod/Token", "of two alike the shorter name");
    assert_eq!(names(&home, &["!prod"]), "stage/db");
    assert_eq!(names(&home, &["^prod/", "n$"]), "prod/Token");
}

#[test]
fn the_query_is_the_language_of_the_apps_filter() {
    let home = home_with_three();
    home.pipe("5", &["put", "prod/db", "--stage", "ACSCurrent", "--stage", "canary"]).succeeded();
    home.pipe("6", &["new", "due"]).succeeded();
    assert_eq!(names(&home, &["@ACSCurrent"]), "due prod/Token prod/db stage/db");
    assert_eq!(names(&home, &["@canary #env=prod"]), "prod/db");
    assert_eq!(names(&home, &["@canary", "#env=stage"]), "");
    assert_eq!(names(&home, &["#team"]), "prod/Token prod/db");
    assert_eq!(names(&home, &["due"]), "due", "a bare word is text");
    assert_eq!(names(&home, &["is:due"]), "");
    home.etui(&["rm", "prod/db"]).succeeded();
    assert_eq!(names(&home, &["is:deleted"]), "prod/db");
    assert_eq!(names(&home, &["deleted"]), "");
    assert_eq!(names(&home, &["db", "--deleted"]), "prod/db");
    assert_snapshot!(home.finish(home.bare(&["list", "is:old"]), b"").failed(2), @r#"
        exit 2
        stderr:
        error: unknown condition 'is:old'
        hint: conditions are is:due and is:deleted
        "#);
}

#[test]
fn tags_of_one_key_are_alternatives_and_of_different_keys_conditions() {
    let home = home_with_three();
    assert_eq!(names(&home, &["--tag", "team"]), "prod/Token prod/db");
    assert_eq!(names(&home, &["--tag", "env=prod"]), "prod/Token prod/db");
    assert_eq!(names(&home, &["--tag", "env=prod", "--tag", "env=stage"]), "prod/Token prod/db stage/db");
    assert_eq!(names(&home, &["--tag", "env=prod", "--tag", "team=b"]), "prod/Token");
    assert_eq!(names(&home, &["--tag", "team="]), "");
    assert_snapshot!(home.etui(&["list", "--tag", "=x"]).failed(2), @r#"
        exit 2
        stderr:
        error: --tag <KEY[=VALUE]>: a tag key must not be empty
        "#);
}

#[test]
fn what_is_scheduled_for_deletion_can_be_listed_alone() {
    let home = home_with_three();
    home.etui(&["rm", "stage/db"]).succeeded();
    assert_eq!(names(&home, &["--deleted"]), "stage/db");
    assert_eq!(names(&home, &[]), "prod/Token prod/db");
}

#[test]
fn list_answers_in_json() {
    let home = home_with_three();
    home.etui(&["rm", "stage/db"]).succeeded();
    assert_snapshot!(home.etui(&["list", "db", "--json"]), @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","SecretList":{"Secret":[{"SecretName":"prod/db","SecretType":"Generic","CreateTime":"[time]","UpdateTime":"[time]","Tags":{"Tag":[{"TagKey":"env","TagValue":"prod"},{"TagKey":"team","TagValue":"a"}]},"Description":"","CurrentVersionId":"v1","CurrentCreateTime":"[time]","VersionStages":{"VersionStage":["ACSCurrent"]},"Due":false},{"SecretName":"stage/db","SecretType":"Generic","CreateTime":"[time]","UpdateTime":"[time]","PlannedDeleteTime":"[time]","Tags":{"Tag":[{"TagKey":"env","TagValue":"stage"}]},"Description":"the staging\none","CurrentVersionId":"v1","CurrentCreateTime":"[time]","VersionStages":{"VersionStage":["ACSCurrent"]},"Due":false}]},"PageNumber":1,"PageSize":2,"TotalCount":2}
        "#);
}

#[test]
fn what_is_older_than_so_many_days_is_stale() {
    let home = Home::empty();
    let mut vault = home.create(None, Stopped::days_from_now(-100));
    create(&mut vault, "old");
    create(&mut vault, "due");
    let rotation = Some(Some(RotationInterval::new(99).unwrap()));
    let update = MetadataUpdate { rotation, ..MetadataUpdate::default() };
    let name = secret_name("due");
    vault.update_secret(&UpdateRequest { name, update, expected: None }).unwrap();
    drop(vault);
    home.pipe("y", &["new", "young"]).succeeded();
    assert_eq!(names(&home, &["--stale", "90"]), "due old");
    assert_eq!(names(&home, &["--stale", "101"]), "");
    assert_eq!(names(&home, &["--stale"]), "due", "by its own interval");
    assert_eq!(names(&home, &["is:due"]), "due");
    home.etui(&["list", "--stale", "soon"]).failed(2);
}

#[test]
fn an_age_is_told_in_the_words_of_the_app() {
    for (days, words, _) in AGES {
        let home = Home::empty();
        create(&mut home.create(None, Stopped::days_from_now(-days)), "old");
        let shown = home.etui(&["show", "old"]).succeeded();
        assert!(shown.text().contains(&format!(", {words}\n")), "{days} days: {}", shown.text());
    }
}

#[test]
fn show_tells_everything_but_the_value() {
    let home = Home::with_vault();
    let described = ["--description", "two\nlines \u{1b}[31m", "--tag", "env=prod", "--note", "first"];
    home.pipe("s3cret", &[&["new", "db"], &described[..]].concat()).succeeded();
    home.pipe("s3cret2", &["put", "db"]).succeeded();
    let run = home.etui(&["show", "db#v1"]);
    assert!(!run.text().contains("s3cret"));
    assert_snapshot!(run, @r#"
        exit 0
        stdout:
        db
          description  two␊lines ␛[31m
          tag          env=prod
          created      [time], [age]
          changed      [time], [age]
          versions     2
          label        ACSCurrent → v2
          label        ACSPrevious → v1
        db#v1
          labels       ACSPrevious
          created      [time], [age]
          value        •••••••• (text, 6 bytes)
          note         first
        "#);
    assert_snapshot!(home.etui(&["show", "db", "--json"]), @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","SecretName":"db","Description":"two\nlines \u001b[31m","CreateTime":"[time]","UpdateTime":"[time]","SecretType":"Generic","Tags":{"Tag":[{"TagKey":"env","TagValue":"prod"}]},"Version":{"VersionId":"v2","CreateTime":"[time]","VersionStages":{"VersionStage":["ACSCurrent"]},"SecretDataType":"text","SecretDataSize":7}}
        "#);
    assert_snapshot!(home.etui(&["show", "db#v9"]).failed(3), @r#"
        exit 3
        stderr:
        error: secret 'db' has no version 'v9'
        hint: run `etui log db --all` to see its versions and their labels
        "#);
}

#[test]
fn show_and_log_work_in_the_deletion_window() {
    let home = Home::with_secret();
    home.etui(&["rm", "db", "--recovery-days", "7"]).succeeded();
    assert_snapshot!(home.etui(&["show", "db"]), @r#"
        exit 0
        stdout:
        db
          created      [time], [age]
          changed      [time], [age]
          deletion     scheduled, can be removed for good from [time]
          versions     2
          label        ACSCurrent → v2
          label        ACSPrevious → v1
        db#v2
          labels       ACSCurrent
          created      [time], [age]
          value        •••••••• (text, 3 bytes)
        "#);
    assert_eq!(home.etui(&["log", "db"]).succeeded().text().lines().count(), 2);
}

#[test]
fn log_lists_the_newest_first_and_deprecated_versions_on_request() {
    let home = Home::with_secret();
    home.pipe("three", &["put", "db", "--stage", "ACSCurrent", "--stage", "canary", "--note", "a\tnote"])
        .succeeded();
    assert_snapshot!(home.etui(&["log", "db"]), @r#"
        exit 0
        stdout:
        v3	ACSCurrent,canary	[time]	a␉note
        v2	ACSPrevious	[time]
        "#);
    assert_snapshot!(home.etui(&["log", "db", "--all"]), @r#"
        exit 0
        stdout:
        v3	ACSCurrent,canary	[time]	a␉note
        v2	ACSPrevious	[time]	
        v1		[time]
        "#);
    assert_snapshot!(home.etui(&["log", "db", "--json"]), @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","SecretName":"db","PageNumber":1,"PageSize":2,"TotalCount":2,"VersionIds":{"VersionId":[{"VersionId":"v3","CreateTime":"[time]","VersionStages":{"VersionStage":["ACSCurrent","canary"]},"Note":"a\tnote"},{"VersionId":"v2","CreateTime":"[time]","VersionStages":{"VersionStage":["ACSPrevious"]}}]}}
        "#);
    assert_snapshot!(home.etui(&["log", "nothing"]).failed(3), @r#"
        exit 3
        stderr:
        error: there is no secret 'nothing'
        hint: run `etui list` to see the names
        "#);
}
