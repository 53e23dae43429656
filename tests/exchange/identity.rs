//! Entries of one name are known by what they are, never by where they stand in their file.

use etui::exchange::{browser, dotenv, keepassxc};
use etui::vault::{RenameRequest, Vault};
use proptest::prelude::*;

use crate::helpers::{import, parsed, told};
use crate::support::rules::secret_name;
use crate::support::vaults::{Place, create, get};

fn chrome(rows: &[&str]) -> String {
    format!("name,url,username,password,note\n{}\n", rows.join("\n"))
}

/// Imports rows of Chrome's file and says what became of each.
fn import_rows(vault: &mut Vault, rows: &[&str]) -> Vec<String> {
    told(&import(vault, &parsed(browser::read_chrome, chrome(rows))))
}

fn field(vault: &mut Vault, name: &str, field: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(&get(vault, name).unwrap()).unwrap();
    value[field].as_str().unwrap().to_owned()
}

#[test]
fn two_accounts_of_one_site_are_named_by_their_usernames() {
    let place = Place::new();
    let mut vault = place.create();
    let told = import_rows(&mut vault, &["A,u,x@example.com,p1,", "A,u,y,p2,"]);
    assert_eq!(told, ["A-x@example.com: new v1", "A-y: new v1"]);
    assert_eq!(field(&mut vault, "A-y", "password"), "p2");
    assert_eq!(vault.describe(&secret_name("A-y")).unwrap().secret.facts.description.as_str(), "A");
}

#[test]
fn rows_in_another_order_change_nothing() {
    let place = Place::new();
    let mut vault = place.create();
    import_rows(&mut vault, &["A,u,x,p1,", "A,u,y,p2,", "A,u,,p3,"]);
    let before = place.copy();
    let told = import_rows(&mut vault, &["A,u,,p3,", "A,u,y,p2,", "A,u,x,p1,"]);
    assert_eq!(told, ["A: same", "A-y: same", "A-x: same"]);
    assert!(place.copy() == before);
}

#[test]
fn a_new_account_on_top_takes_the_name_of_none() {
    let place = Place::new();
    let mut vault = place.create();
    assert_eq!(import_rows(&mut vault, &["A,u,x,p1,"]), ["A: new v1"]);
    let told = import_rows(&mut vault, &["A,u,z,p0,", "A,u,y,p2,", "A,u,x,p1,"]);
    assert_eq!(told, ["A-z: new v1", "A-y: new v1", "A: same"]);
    assert_eq!(field(&mut vault, "A", "password"), "p1");
    // Another account alone in its file does not become a version of this one either.
    assert_eq!(import_rows(&mut vault, &["A,u,w,p9,"]), ["A-w: new v1"]);
}

#[test]
fn a_changed_password_is_a_version_of_its_own_account() {
    let place = Place::new();
    let mut vault = place.create();
    import_rows(&mut vault, &["A,u,x,p1,", "A,u,y,p2,"]);
    let told = import_rows(&mut vault, &["A,u,y,new,", "A,u,x,p1,"]);
    assert_eq!(told, ["A-y: gets v2", "A-x: same"]);
    assert_eq!(field(&mut vault, "A-y", "password"), "new");
}

#[test]
fn a_row_that_stands_twice_is_one_secret_and_says_so() {
    let place = Place::new();
    let mut vault = place.create();
    let batch = parsed(browser::read_chrome, chrome(&["A,u,x,p1,", "B,u,x,p,", "A,u,x,p1,"]));
    let report = import(&mut vault, &batch);
    assert_eq!(told(&report), ["A: new v1", "B: new v1", "A: same"]);
    assert_eq!(
        report.rows[2].remarks.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["it occurs more than once in the source, each time the same: it is one secret here"]
    );
}

fn firefox(rows: &[(&str, &str, &str)]) -> String {
    let mut file = "\"url\",\"username\",\"password\",\"httpRealm\",\"formActionOrigin\",\"guid\",\"timeCreated\",\"timeLastUsed\",\"timePasswordChanged\"\n".to_owned();
    for (username, password, guid) in rows {
        file += &format!(
            "\"https://a.example\",\"{username}\",\"{password}\",,\"\",\"{{{guid}}}\",\"1700000000000\",\"1700000000000\",\"1700000000000\"\n"
        );
    }
    file
}

#[test]
fn the_id_of_the_source_finds_an_account_whatever_else_changed() {
    let place = Place::new();
    let mut vault = place.create();
    let first = parsed(browser::read_firefox, firefox(&[("x", "p1", "id-1"), ("y", "p2", "id-2")]));
    assert_eq!(told(&import(&mut vault, &first)), ["a.example-x: new v1", "a.example-y: new v1"]);
    let secret = vault.describe(&secret_name("a.example-y")).unwrap().secret;
    let tags: Vec<_> = secret.facts.tags.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    assert_eq!(tags, [("firefox-guid", "{id-2}")]);
    let (old, new) = (secret_name("a.example-y"), secret_name("moved"));
    vault.rename_secret(&RenameRequest { old, new, expected: None }).unwrap();
    let second = parsed(browser::read_firefox, firefox(&[("renamed", "p3", "id-2"), ("x", "p1", "id-3")]));
    // The row with another id is another account, even with the same username and password.
    assert_eq!(told(&import(&mut vault, &second)), ["moved: gets v2", "a.example-x-2: new v1"]);
}

#[test]
fn an_original_name_is_kept_where_list_and_show_find_it() {
    let place = Place::new();
    let mut vault = place.create();
    let file = "Group,Title,Username,Password\nRoot/工作,微信,u,p\nRoot,plain,u,p\n";
    let report = import(&mut vault, &parsed(keepassxc::read, file));
    assert_eq!(told(&report), ["GongZuo/WeiXin: new v1", "plain: new v1"]);
    let description = |vault: &mut Vault, name: &str| {
        vault.describe(&secret_name(name)).unwrap().secret.facts.description.as_str().to_owned()
    };
    assert_eq!(description(&mut vault, "GongZuo/WeiXin"), "工作/微信");
    assert_eq!(description(&mut vault, "plain"), "");
    // Below a folder it is still called what its source calls it.
    let mut below = parsed(keepassxc::read, file);
    below.put_below("old/");
    import(&mut vault, &below);
    assert_eq!(description(&mut vault, "old/GongZuo/WeiXin"), "工作/微信");
}

#[test]
fn a_file_whose_names_are_the_identity_updates_them_by_name() {
    let place = Place::new();
    let mut vault = place.create();
    create(&mut vault, "A", "v1", r#"{"username":"x","password":"1"}"#).unwrap();
    let batch = parsed(dotenv::secrets, "A='{\"username\":\"y\",\"password\":\"2\"}'");
    assert_eq!(told(&import(&mut vault, &batch)), ["A: gets v2"]);
}

/// Rows of a small world, where names, usernames and passwords meet often.
fn rows() -> impl Strategy<Value = Vec<String>> {
    let cell = |texts: &'static [&'static str]| prop::sample::select(texts);
    let names = cell(&["A", "A-2", "A x", "A-x", "Ä", "", "-"]);
    let row = (
        names,
        cell(&["u", "https://v"]),
        cell(&["", "x", "y", "2"]),
        cell(&["p1", "p2", "p3"]),
        cell(&["", "n"]),
    );
    prop::collection::vec(
        row.prop_map(|(name, url, user, password, note)| format!("{name},{url},{user},{password},{note}")),
        1..14,
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn the_same_rows_in_any_order_change_nothing(
        (rows, shuffled) in rows().prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle()))
    ) {
        let place = Place::new();
        let mut vault = place.create();
        let texts = |rows: &[String]| chrome(&rows.iter().map(String::as_str).collect::<Vec<_>>());
        let first = import(&mut vault, &parsed(browser::read_chrome, texts(&rows)));
        let before = place.copy();
        let again = import(&mut vault, &parsed(browser::read_chrome, texts(&shuffled)));
        prop_assert!(!again.changes_anything(), "{:?} then {:?}", told(&first), told(&again));
        prop_assert!(place.copy() == before);
        // And a vault that reads them in the other order first gets the same names with the same values.
        let other_place = Place::new();
        let mut other = other_place.create();
        import(&mut other, &parsed(browser::read_chrome, texts(&shuffled)));
        let values = |vault: &mut Vault| {
            let names: Vec<String> = vault.list().unwrap().iter().map(|secret| secret.name.to_owned()).collect();
            names.into_iter().map(|name| { let value = get(vault, &name).unwrap(); (name, value) }).collect::<Vec<_>>()
        };
        prop_assert_eq!(values(&mut vault), values(&mut other));
    }
}

#[test]
fn names_that_become_the_same_here_are_not_the_same_entry() {
    let place = Place::new();
    let mut vault = place.create();
    assert_eq!(import_rows(&mut vault, &["工作,,,p1,"]), ["GongZuo: new v1"]);
    assert_eq!(import_rows(&mut vault, &["公作,,,p2,"]), ["GongZuo-2: new v1"]);
    assert_eq!(import_rows(&mut vault, &["公作,,,p3,"]), ["GongZuo-2: gets v2"]);
    assert_eq!(import_rows(&mut vault, &["工作,,,p4,"]), ["GongZuo: gets v2"]);
    // Of these nothing is left but that they had a name.
    assert_eq!(import_rows(&mut vault, &["---,,,q1,"]), ["unnamed: new v1"]);
    assert_eq!(import_rows(&mut vault, &["(),,,q2,"]), ["unnamed-2: new v1"]);
    assert_eq!(import_rows(&mut vault, &["---,,,q3,"]), ["unnamed: gets v2"]);
    // A secret that was made here tells no other name.
    create(&mut vault, "My-Site", "v1", "r1").unwrap();
    assert_eq!(import_rows(&mut vault, &["My Site,,,r2,"]), ["My-Site: gets v2"]);
}
