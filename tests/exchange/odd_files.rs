//! Odd things that real files hold: entries without names or ids, the trash, answers without values, parts that are
//! missing where they usually stand.

use etui::exchange::{ColumnMap, ReadFile, bitwarden, hashicorp, logins, map, onepassword, otp, proton};
use etui::vault::IncomingBatch;

use crate::helpers::{lost, parsed};
use crate::onepux::archive_of;

/// Names and values of the newest versions, in the order of the file; the reason of what cannot be read.
fn entries(batch: &IncomingBatch) -> Vec<(String, String)> {
    let newest = |secret: &etui::vault::IncomingSecret| match (&secret.unreadable, secret.versions.last()) {
        (Some(why), _) => why.clone(),
        (None, Some(version)) => String::from_utf8_lossy(version.value.expose()).into_owned(),
        (None, None) => String::new(),
    };
    batch.secrets.iter().map(|secret| (secret.name.clone(), newest(secret))).collect()
}

fn fault(read: ReadFile, text: &str) -> String {
    read(text.as_bytes()).map(|_| ()).unwrap_err().to_string()
}

fn pairs(entries: &[(String, String)]) -> Vec<(&str, &str)> {
    entries.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

#[test]
fn an_entry_without_a_name_is_not_called_as_its_folder() {
    let item = r#"{"items":[{"name":"","folderId":"f","login":{"password":"p"}}],"folders":[{"id":"f","name":"Work"}]}"#;
    assert_eq!(pairs(&entries(&parsed(bitwarden::read, item))), [("Work/unnamed", "p")]);
    let vault = r#"{"vaults":{"v":{"name":"Home","items":[{"data":{"metadata":{"name":""},"content":{"password":"p"}}}]}}}"#;
    assert_eq!(pairs(&entries(&parsed(proton::read, vault))), [("Home/unnamed", "p")]);
    let mut batch = parsed(bitwarden::read, r#"{"items":[{"name":null,"login":{"password":"p"}}]}"#);
    batch.put_below("old/");
    assert_eq!(pairs(&entries(&batch)), [("old/unnamed", "p")]);
}

#[test]
fn what_is_in_the_trash_stays_there() {
    let item = |more: &str| {
        format!(r#"{{"uuid":"i",{more}"details":{{"password":"p"}},"overview":{{"title":"old"}}}}"#)
    };
    for more in [r#""trashed":true,"#, r#""state":"trashed","#] {
        let batch = onepassword::read(&archive_of(&[&item(more)])).unwrap();
        assert_eq!(lost(&batch), ["'V/old' is left out: it is in the trash there"], "{more}");
        assert!(batch.secrets.is_empty(), "{more}");
    }
    let batch = onepassword::read(&archive_of(&[&item(r#""trashed":false,"state":"active","#)])).unwrap();
    assert_eq!(pairs(&entries(&batch)), [("V/old", "p")]);
}

// As the export of a team that KeePassXC tests with: most members of an item are missing.
#[test]
fn an_item_of_1password_without_most_of_its_members_is_read() {
    let bare = r#"{"categoryUuid":"005","details":{"password":"p1"},"overview":{"title":"bare"}}"#;
    let file = |title: &str| {
        format!(
            r#"{{"details":{{"documentAttributes":{{"fileName":"a.txt","documentId":"d"}}}},"overview":{{"title":"{title}"}}}}"#
        )
    };
    let batch = onepassword::read(&archive_of(&[bare, &file("one"), &file("two")])).unwrap();
    assert_eq!(pairs(&entries(&batch))[0], ("V/bare", "p1"));
    // Without ids of their items, two files of one name are no more the same than the items are.
    assert!(batch.secrets.iter().all(|secret| secret.source_id.is_none()));
    let titled = r#"{"uuid":"i","details":{"password":"p","sections":[{"title":"More","fields":[]}]},
        "overview":{"title":"t","urls":[{"label":"website","url":"https://a.example"}]}}"#;
    let batch = onepassword::read(&archive_of(&[titled, titled])).unwrap();
    assert_eq!(
        lost(&batch),
        ["every item loses the labels of its addresses", "every item loses the titles of its sections",]
    );
}

#[test]
fn what_cannot_be_read_is_called_by_its_name() {
    let vault =
        r#"{"vaults":{"v":{"name":"V","items":[{"data":{"metadata":{"name":"mail"},"content":5}}]}}}"#;
    assert_eq!(entries(&parsed(proton::read, vault))[0].0, "V/mail");
    let broken = r#"{"details":5,"overview":{"title":"mail"}}"#;
    assert_eq!(entries(&onepassword::read(&archive_of(&[broken])).unwrap())[0].0, "V/mail");
}

#[test]
fn a_part_that_is_missing_keeps_no_entry_out() {
    let item = r#"{"items":[{"name":"a","login":{"password":"p"},"passwordHistory":[{"password":null,"lastUsedDate":null}]}]}"#;
    assert_eq!(pairs(&entries(&parsed(bitwarden::read, item))), [("a", "p")]);
    let vault = r#"{"vaults":{"v":{"name":"V","items":[{"data":{"metadata":{"name":"a"},
        "content":{"password":"p","recoveryCodes":["one","two"]},"extraFields":[{"fieldName":"empty"}]}}]}}}"#;
    assert_eq!(
        pairs(&entries(&parsed(proton::read, vault))),
        [("V/a", r#"{"password":"p","recoveryCodes":"one","recoveryCodes-2":"two"}"#)]
    );
}

#[test]
fn an_answer_without_a_value_is_not_taken_for_one() {
    assert_eq!(
        fault(hashicorp::read, r#"{"request_id":"r","data":{"keys":["a","b/"]}}"#),
        "line 1, column 26: this is a list of names without values: get each of them with `kv get`"
    );
    let metadata =
        r#"{"request_id":"r","data":{"current_version":2,"versions":{"1":{},"2":{}},"max_versions":0}}"#;
    assert_eq!(
        fault(hashicorp::read, metadata),
        "line 1, column 26: this is the metadata of a secret without its values: get it with `kv get`"
    );
    // A secret may have such keys itself.
    let own = r#"{"request_id":"r","data":{"keys":["a"],"versions":"x"}}"#;
    assert_eq!(parsed(hashicorp::read, own).secrets.len(), 1);
}

#[test]
fn the_issuer_of_a_code_is_its_folder_wherever_it_stands() {
    let uris = "otpauth://totp/me%40mail.example?secret=AAAA&issuer=Shop%20%26%20Co\n\
        otpauth://totp/Shop:me?secret=AAAA&issuer=Other\n\
        otpauth://totp/?secret=AAAA&issuer=Shop\n\
        otpauth://totp/me?secret=AAAA\n";
    let names: Vec<_> = entries(&parsed(otp::read_uris, uris)).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["Shop & Co/me@mail.example", "Shop/me", "Shop", "me"]);
}

#[test]
fn two_ways_to_one_name_are_a_fault() {
    assert_eq!(
        fault(map::read, r#"{"a/b":"1","a":{"b":"2"}}"#),
        "line 1, column 21: the name of this key stands in the file already"
    );
}

#[test]
fn a_second_column_for_the_name_would_be_lost() {
    let error = "name=Title,name=Account".parse::<ColumnMap>().unwrap_err();
    assert_eq!(error.to_string(), "several columns are the name: leave one of them");
}

#[test]
fn roboform_puts_a_quote_before_what_a_spreadsheet_would_take_for_something_else() {
    let file = "Name,Url,MatchUrl,Login,Pwd,Note,Folder,RfFieldsV2\n\
        a,https://a.example,,'@me,''quoted,'plain,,\"Password$,,,pwd,'quoted\"\n\
        b,https://b.example,,me,@'p,,,\n";
    assert_eq!(
        pairs(&entries(&parsed(logins::read_roboform, file))),
        [
            ("a", r#"{"username":"@me","password":"'quoted","url":"https://a.example","notes":"'plain"}"#),
            ("b", r#"{"username":"me","password":"@'p","url":"https://b.example"}"#),
        ]
    );
}

#[test]
fn addresses_may_have_a_blank_behind_their_comma() {
    let file = "type,name,url,email,username,password,note,totp,createTime,modifyTime,vault\n\
        login,a,\"https://a.example/, https://b.example/x,y\",,me,p,,,1,1,V\n";
    assert_eq!(
        pairs(&entries(&parsed(logins::read_proton, file))),
        [(
            "V/a",
            r#"{"username":"me","password":"p","url":"https://a.example/","url-2":"https://b.example/x,y"}"#
        )]
    );
}

#[test]
fn a_custom_field_of_nordpass_need_not_be_a_text() {
    let file = "name,url,username,password,note,cardnumber,folder,type,custom_fields\n\
        a,,me,p,,,,password,\"[{\"\"label\"\":\"\"pin\"\",\"\"value\"\":17},{\"\"label\"\":\"\"none\"\",\"\"value\"\":null}]\"\n";
    assert_eq!(
        pairs(&entries(&parsed(logins::read_nordpass, file))),
        [("a", r#"{"username":"me","password":"p","pin":"17"}"#)]
    );
}

// An item that was cloned or imported there is younger than its history.
#[test]
fn old_passwords_of_bitwarden_keep_their_order_whatever_the_dates_say() {
    let item = |dates: &str| {
        let text = format!(
            r#"{{"items":[{{"type":1,"name":"a","login":{{"password":"now"}},{dates}"passwordHistory":[
                {{"lastUsedDate":"2020-01-01T00:00:00Z","password":"old1"}},
                {{"lastUsedDate":"2019-01-01T00:00:00Z","password":"old0"}}]}}]}}"#
        );
        let mut batch = parsed(bitwarden::read, &text);
        let versions = batch.secrets.remove(0).versions;
        let shown = |it: &etui::vault::IncomingVersion| {
            let made = it.created.map(|made| made.to_string()).unwrap_or_default();
            format!("{} {}", String::from_utf8_lossy(it.value.expose()), made.get(..4).unwrap_or_default())
        };
        versions.iter().map(shown).collect::<Vec<_>>()
    };
    let dates = r#""creationDate":"2019-06-01T00:00:00Z","revisionDate":"2021-01-01T00:00:00Z","#;
    assert_eq!(item(dates), ["old0 2019", "old1 2019", "now 2021"]);
    assert_eq!(item(""), ["old0 2019", "old1 2019", "now "]);
}

// A lone value goes to programs as it is, and to other managers as a password.
#[test]
fn a_username_or_an_address_alone_keeps_its_name() {
    let alone = |member: &str| {
        let text = format!(r#"{{"items":[{{"type":1,"name":"a","login":{{{member}}}}}]}}"#);
        entries(&parsed(bitwarden::read, &text)).remove(0).1
    };
    assert_eq!(alone(r#""username":"me""#), r#"{"username":"me"}"#);
    assert_eq!(alone(r#""uris":[{"uri":"https://a"}]"#), r#"{"url":"https://a"}"#);
    assert_eq!(alone(r#""password":"pw""#), "pw");
}

#[test]
fn of_a_tag_that_cannot_be_one_here_it_is_said_which_and_why() {
    let tags: Vec<String> = (0..21).map(|number| format!("t{number}")).collect();
    let csv = format!("Title,URL,Username,Password,Notes,OTPAuth,Tags\na,,me,pw,,,{}\n", tags.join(";"));
    assert_eq!(
        lost(&parsed(onepassword::read, &csv)),
        ["'a' loses the tag 't20': a secret has at most 20 tags"]
    );
}
