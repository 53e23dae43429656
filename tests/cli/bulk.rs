//! `etui move`, `etui rename --prefix`, `etui rm --prefix`, `etui restore --prefix`, `etui set --prefix` and
//! `etui duplicate`.

use insta::assert_snapshot;

use super::support::Home;

/// A vault with a folder of three secrets, and two secrets beside it.
fn with_folder() -> Home {
    let home = Home::with_secret();
    for name in ["shop/db/url", "shop/db/password", "shop/key", "store/key"] {
        home.pipe(name, &["new", name]).succeeded();
    }
    home
}

fn names(home: &Home) -> String {
    let list = home.etui(&["list", "--json"]).succeeded().json();
    let secrets = list["SecretList"]["Secret"].as_array().unwrap().iter();
    let names = secrets.filter(|secret| secret["PlannedDeleteTime"].is_null());
    names.map(|secret| secret["SecretName"].as_str().unwrap()).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_folder_is_renamed_by_its_prefix_and_one_undo_reverts_it() {
    let home = with_folder();
    let before = home.bytes_of_vault();
    assert_snapshot!(home.etui(&["rename", "--prefix", "shop/", "market/", "--dry-run"]), @r#"
        exit 0
        stdout:
        would rename folder 'shop/' to 'market/' (3 secrets)
          shop/db/password → market/db/password
          shop/db/url → market/db/url
          shop/key → market/key
        "#);
    let plan = home.etui(&["rename", "--prefix", "shop/", "market/", "--dry-run", "--json"]);
    assert_snapshot!(plan, @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","WouldChange":true,"Secrets":[{"SecretName":"shop/db/password","WouldChange":true,"NewSecretName":"market/db/password"},{"SecretName":"shop/db/url","WouldChange":true,"NewSecretName":"market/db/url"},{"SecretName":"shop/key","WouldChange":true,"NewSecretName":"market/key"}],"State":"[state]"}
        "#);
    assert!(home.bytes_of_vault() == before);
    let state = plan.json()["State"].as_str().unwrap().to_owned();
    let rename = ["rename", "--prefix", "shop", "market", "--if-state", &state];
    home.pipe("x", &["new", "shop/new"]).succeeded();
    assert_snapshot!(home.etui(&rename).failed(4), @r#"
        exit 4
        stderr:
        error: the vault changed since this was planned
        hint: look at the new state, then decide again
        "#);
    home.etui(&["undo"]).succeeded();
    home.etui(&["rm", "shop/new", "--force", "--yes"]).succeeded();
    assert_snapshot!(home.etui(&rename), @r#"
        exit 0
        stdout:
        renamed folder 'shop/' to 'market/' (3 secrets); `etui undo` reverts it
        "#);
    assert_eq!(names(&home), "db market/db/password market/db/url market/key store/key");
    assert_eq!(home.etui(&["get", "market/key"]).succeeded().text(), "shop/key");
    assert_snapshot!(home.etui(&["undo"]), @r#"
        exit 0
        stdout:
        undid 3 changes that belong together
          renaming 'shop/key' (change 13, command line, [age])
            renamed 'market/key' to 'shop/key'
          renaming 'shop/db/url' (change 12, command line, [age])
            renamed 'market/db/url' to 'shop/db/url'
          renaming 'shop/db/password' (change 11, command line, [age])
            renamed 'market/db/password' to 'shop/db/password'
        "#);
    assert_eq!(names(&home), "db shop/db/password shop/db/url shop/key store/key");
    home.etui(&["redo"]).succeeded();
    assert_eq!(names(&home), "db market/db/password market/db/url market/key store/key");
}

#[test]
fn obstacles_refuse_the_whole_and_are_all_named() {
    let home = with_folder();
    home.pipe("x", &["new", "store/db/url"]).succeeded();
    let before = home.bytes_of_vault();
    let refused = home.etui(&["rename", "--prefix", "shop/", "store/"]).failed(4);
    assert_snapshot!(refused, @r#"
        exit 4
        stderr:
        error: 2 obstacles: secret 'store/db/url' already exists; secret 'store/key' already exists
        hint: nothing was changed
        "#);
    let dry_run = home.etui(&["rename", "--prefix", "shop/", "store/", "--dry-run"]).failed(4);
    assert_eq!(dry_run.to_string(), refused.to_string());
    assert_snapshot!(home.etui(&["rename", "--prefix", "shop/", "store/", "--json"]).failed(4), @r#"
        exit 4
        stderr:
        {"RequestId":"[id]","HttpStatus":409,"Code":"Rejected.ResourceExist","Message":"2 obstacles: secret 'store/db/url' already exists; secret 'store/key' already exists","Hint":"nothing was changed"}
        "#);
    assert_snapshot!(home.etui(&["rename", "--prefix", "nosuch/", "store/"]).failed(3), @r#"
        exit 3
        stderr:
        error: there is no secret in folder 'nosuch/'
        hint: run `etui list` to see the names
        "#);
    assert_snapshot!(home.etui(&["rename", "--prefix", "shop/"]).failed(2), @r#"
        exit 2
        stderr:
        error: 2 values required for '--prefix <OLD/> <NEW/>' but 1 was provided
        hint: run `etui rename --help` to see what it takes
        "#);
    assert_snapshot!(home.etui(&["rename", "--prefix", "shop/", "x y/"]).failed(2), @r#"
        exit 2
        stderr:
        error: --prefix <OLD/> <NEW/>: a secret name cannot contain a space; allowed are A-Z a-z 0-9 _ / + = . - @
        "#);
    assert!(home.bytes_of_vault() == before);
}

#[test]
fn secrets_and_folders_move_into_a_folder() {
    let home = with_folder();
    assert_snapshot!(home.etui(&["move", "db", "shop/db/", "old/", "--dry-run"]), @r#"
        exit 0
        stdout:
        would move 3 secrets to 'old/'
          db → old/db
          shop/db/password → old/db/password
          shop/db/url → old/db/url
        "#);
    assert_snapshot!(home.etui(&["move", "db", "shop/db/", "old/"]), @r#"
        exit 0
        stdout:
        moved 3 secrets to 'old/'; `etui undo` reverts it
        "#);
    assert_eq!(names(&home), "old/db old/db/password old/db/url shop/key store/key");
    assert_snapshot!(home.etui(&["move", "old/db/", "/", "--json"]), @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","Changed":true,"Secrets":[{"SecretName":"old/db/password","Changed":true,"NewSecretName":"db/password"},{"SecretName":"old/db/url","Changed":true,"NewSecretName":"db/url"}]}
        "#);
    assert_eq!(names(&home), "db/password db/url old/db shop/key store/key");
    assert_snapshot!(home.etui(&["move", "old/db", "old/"]), @r#"
        exit 0
        stdout:
        no change: already in this state
        "#);
    assert_snapshot!(home.etui(&["move", "old/db", "new"]).failed(2), @r#"
        exit 2
        stderr:
        error: <FOLDER/>: a folder ends in '/', so that nothing is renamed by mistake; `etui rename` gives another name
        "#);
    assert_snapshot!(home.etui(&["move", "old/"]).failed(2), @r#"
        exit 2
        stderr:
        error: the following required arguments were not provided: <NAME>...
        hint: run `etui move --help` to see what it takes
        "#);
    assert_snapshot!(home.etui(&["move", "shop/key", "store/"]).failed(4), @r#"
        exit 4
        stderr:
        error: secret 'store/key' already exists
        hint: choose another name, or add a version with `etui put store/key`
        "#);
    assert_snapshot!(home.etui(&["move", "nosuch", "store/"]).failed(3), @r#"
        exit 3
        stderr:
        error: there is no secret 'nosuch'
        hint: run `etui list` to see the names
        "#);
}

#[test]
fn a_folder_is_deleted_and_restored_by_its_prefix() {
    let home = with_folder();
    home.etui(&["rm", "shop/key"]).succeeded();
    assert_snapshot!(home.etui(&["rm", "--prefix", "shop/", "--recovery-days", "7", "--dry-run"]), @r#"
        exit 0
        stdout:
        would schedule 2 secrets for deletion in 7 days
          shop/db/password
          shop/db/url
          shop/key: already scheduled for deletion
        "#);
    assert_snapshot!(home.etui(&["rm", "--prefix", "shop/", "--recovery-days", "7"]), @r#"
        exit 0
        stdout:
        scheduled 2 secrets for deletion in 7 days; `etui undo` reverts it
        "#);
    assert_eq!(names(&home), "db store/key");
    assert_snapshot!(home.etui(&["rm", "--prefix", "shop/"]), @r#"
        exit 0
        stdout:
        no change: already in this state
        "#);
    assert_snapshot!(home.etui(&["restore", "--prefix", "shop/", "--dry-run"]), @r#"
        exit 0
        stdout:
        would restore 3 secrets
          shop/db/password
          shop/db/url
          shop/key
        "#);
    assert_snapshot!(home.etui(&["restore", "--prefix", "shop/"]), @r#"
        exit 0
        stdout:
        restored 3 secrets; `etui undo` reverts it
        "#);
    assert_eq!(names(&home), "db shop/db/password shop/db/url shop/key store/key");
    assert_snapshot!(home.etui(&["rm", "db", "store/key"]), @r#"
        exit 0
        stdout:
        scheduled 2 secrets for deletion in 30 days; `etui undo` reverts it
        "#);
    assert_snapshot!(home.etui(&["restore", "db", "--dry-run"]), @r#"
        exit 0
        stdout:
        would restore 'db'
          is no longer scheduled for deletion
        "#);
    assert_snapshot!(home.etui(&["restore", "db", "store/key", "--json"]), @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","Changed":true,"Secrets":[{"SecretName":"db","Changed":true,"PlannedDeleteTime":{"Before":"[time]","After":null}},{"SecretName":"store/key","Changed":true,"PlannedDeleteTime":{"Before":"[time]","After":null}}]}
        "#);
    assert_snapshot!(home.etui(&["rm", "--prefix", "shop/", "--recovery-days", "6"]).failed(2), @r#"
        exit 2
        stderr:
        error: a recovery window lasts 7 to 30 days
        "#);
    assert_snapshot!(home.etui(&["rm", "db", "--prefix", "shop/"]).failed(2), @r#"
        exit 2
        stderr:
        error: the argument '[NAME]...' cannot be used with '--prefix <FOLDER>'
        hint: run `etui rm --help` to see what it takes
        "#);
    assert_snapshot!(home.etui(&["rm"]).failed(2), @r#"
        exit 2
        stderr:
        error: the following required arguments were not provided: <NAME>...
        hint: run `etui rm --help` to see what it takes
        "#);
    assert_snapshot!(home.etui(&["rm", "--prefix", "nosuch/"]).failed(3), @r#"
        exit 3
        stderr:
        error: there is no secret in folder 'nosuch/'
        hint: run `etui list` to see the names
        "#);
}

#[test]
fn the_tags_of_a_folder_or_of_several_secrets_are_changed_together() {
    let home = with_folder();
    let before = home.bytes_of_vault();
    assert_snapshot!(home.etui(&["set", "--prefix", "shop/", "--tag", "team=web", "--dry-run"]), @r#"
        exit 0
        stdout:
        would change the tags of 3 secrets
          shop/db/password: tag team=web
          shop/db/url: tag team=web
          shop/key: tag team=web
        "#);
    assert!(home.bytes_of_vault() == before);
    assert_snapshot!(home.etui(&["set", "--prefix", "shop/", "--tag", "team=web"]), @r#"
        exit 0
        stdout:
        changed the tags of 3 secrets; `etui undo` reverts it
        "#);
    let tagged = |home: &Home, query: &str| {
        let list = home.etui(&["list", query, "--json"]).succeeded().json();
        list["SecretList"]["Secret"].as_array().unwrap().len()
    };
    assert_eq!(tagged(&home, "#team=web"), 3);
    home.etui(&["set", "db", "shop/key", "--tag", "env=prod", "--untag", "team"]).succeeded();
    assert_eq!((tagged(&home, "#team=web"), tagged(&home, "#env=prod")), (2, 2));
    home.etui(&["undo"]).succeeded();
    assert_eq!((tagged(&home, "#team=web"), tagged(&home, "#env=prod")), (3, 0));
    assert_snapshot!(home.etui(&["set", "db", "nosuch", "--tag", "a=b"]).failed(3), @r#"
        exit 3
        stderr:
        error: there is no secret 'nosuch'
        hint: run `etui list` to see the names
        "#);
    assert_eq!(tagged(&home, "#a=b"), 0, "all or nothing");
    assert_snapshot!(home.etui(&["set", "--prefix", "shop/", "--tag", "a=b", "--keep", "3"]).failed(2), @r#"
        exit 2
        stderr:
        error: --keep is for one secret alone
        hint: name one secret
        "#);
    assert_snapshot!(home.etui(&["set", "db", "shop/key#v1", "--tag", "a=b"]).failed(2), @r#"
        exit 2
        stderr:
        error: --tag applies to the whole secret
        hint: name it without a version: 'shop/key'
        "#);
    assert_snapshot!(home.etui(&["set", "db", "shop/key"]).failed(2), @r#"
        exit 2
        stderr:
        error: nothing to change
        hint: name at least one of --tag, --untag
        "#);
}

#[test]
fn a_folder_is_removed_for_good_when_that_is_confirmed() {
    let home = with_folder();
    assert_snapshot!(home.etui(&["rm", "--prefix", "shop/", "--force"]).failed(2), @r#"
        exit 2
        stderr:
        error: this cannot be undone; without a terminal, confirm with --yes
        "#);
    assert_snapshot!(home.etui(&["rm", "--prefix", "shop/", "--force", "--dry-run"]), @r#"
        exit 0
        stdout:
        would remove 3 secrets for good
          shop/db/password: 1 version
          shop/db/url: 1 version
          shop/key: 1 version
          this could not be undone
        "#);
    assert_snapshot!(home.etui(&["rm", "--prefix", "shop/", "--force", "--yes"]), @r#"
        exit 0
        stdout:
        removed 3 secrets for good; change anything these secrets protect; old backups still contain them
        "#);
    assert_eq!(names(&home), "db store/key");
    assert_snapshot!(home.etui(&["undo"]).failed(4), @r#"
        exit 4
        stderr:
        error: secret 'shop/key' was removed for good, and that cannot be undone
        hint: nothing was changed; earlier changes can be reverted by hand
        "#);
}

#[test]
fn a_duplicate_is_a_new_secret_with_the_current_value() {
    let home = with_folder();
    home.etui(&["set", "db", "--tag", "env=prod", "--rotate", "90"]).succeeded();
    assert_snapshot!(home.etui(&["duplicate", "db", "db2", "--dry-run"]), @r#"
        exit 0
        stdout:
        would create secret 'db2' from 'db'
          ACSCurrent → v1
          not copied: history, other versions, custom labels and notes
        "#);
    assert_snapshot!(home.etui(&["duplicate", "db", "db2"]), @r#"
        exit 0
        stdout:
        created secret 'db2' from 'db'; not copied: history, other versions, custom labels and notes
        "#);
    assert_eq!(home.etui(&["get", "db2"]).succeeded().text(), "two");
    let shown = home.etui(&["show", "db2", "--json"]).succeeded().json();
    assert_eq!(shown["Tags"]["Tag"][0]["TagKey"], "env");
    assert_snapshot!(home.etui(&["duplicate", "db", "db3", "--json"]), @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","SecretName":"db3","VersionId":"v1","SecretType":"Generic"}
        "#);
    assert_snapshot!(home.etui(&["duplicate", "db", "db2"]).failed(4), @r#"
        exit 4
        stderr:
        error: secret 'db2' already exists
        hint: choose another name, or add a version with `etui put db2`
        "#);
    assert_snapshot!(home.etui(&["duplicate", "nosuch", "x"]).failed(3), @r#"
        exit 3
        stderr:
        error: there is no secret 'nosuch'
        hint: run `etui list` to see the names
        "#);
    home.etui(&["undo"]).succeeded();
    assert_eq!(names(&home), "db db2 shop/db/password shop/db/url shop/key store/key");
}
