//! CSV of password managers that are known by their columns: what an entry becomes, and that no leaf is lost.

use etui::exchange::{ReadFile, browser, enpass, logins, onepassword};
use etui::versioning::ImportRemark;

use crate::helpers::{import, lost, parsed, told};
use crate::leaves::{Leaf, Source, assert_nothing_is_lost, leaves_of_csv};
use crate::support::vaults::{Place, get};

/// The names, the values, and what is lost.
fn imported(read: ReadFile, file: &str) -> (Vec<(String, String)>, Vec<String>) {
    let place = Place::new();
    let mut vault = place.create();
    let batch = parsed(read, file);
    let report = import(&mut vault, &batch);
    assert!(told(&report).iter().all(|row| row.contains(": new ")), "{:?}", told(&report));
    assert!(!import(&mut vault, &batch).changes_anything());
    let names = report.rows.iter().map(|row| row.name.to_string());
    let values = names.map(|name| (get(&mut vault, &name).unwrap(), name));
    (values.map(|(value, name)| (name, value)).collect(), lost(&batch))
}

fn pairs(entries: &[(&str, &str)]) -> Vec<(String, String)> {
    entries.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

const LASTPASS: &str = "url,username,password,totp,extra,name,grouping,fav\n\
    https://shop.example/login,alice,\"p,1\",JBSWY3DP,a remark,shop,Work\\Servers,1\n\
    https://shop.example/login,bob,p2,,,shop,Work\\Servers,0\n\
    http://sn,,,,NoteType:Server Hostname:x,office wifi,,0\n\
    https://nameless.example:8443/x,carol,p3,,,,,0\n";

#[test]
fn lastpass() {
    let (entries, lost) = imported(logins::read_lastpass, LASTPASS);
    assert_eq!(
        entries,
        pairs(&[
            (
                "Work/Servers/shop-alice",
                r#"{"username":"alice","password":"p,1","url":"https://shop.example/login","totp":"JBSWY3DP","notes":"a remark"}"#
            ),
            (
                "Work/Servers/shop-bob",
                r#"{"username":"bob","password":"p2","url":"https://shop.example/login"}"#
            ),
            ("office-wifi", "NoteType:Server Hostname:x"),
            (
                "nameless.example-8443",
                r#"{"username":"carol","password":"p3","url":"https://nameless.example:8443/x"}"#
            ),
        ])
    );
    assert_eq!(lost, ["'Work/Servers/shop' loses its mark as a favorite"]);
    let source = Source {
        read: logins::read_lastpass,
        named: &[("0.fav", "'Work/Servers/shop' loses its mark as a favorite")],
        // The address of every secure note.
        says_nothing: &[".fav", "2.url"],
    };
    let mut leaves = leaves_of_csv(LASTPASS);
    leaves.iter_mut().for_each(|(_, text)| *text = text.replace('\\', "/"));
    assert_nothing_is_lost(&source, LASTPASS, &leaves);
}

#[test]
fn lastpass_of_a_time_when_its_export_was_a_page() {
    let heading = "url,username,password,extra,name,grouping,fav\n";
    let escaped = format!(
        "{heading}https://a.example?x=1&amp;y=2,alice,\"a&amp;&lt;b\",,A &amp; B,,0\n,bob,plain,,C,,0\n"
    );
    let batch = parsed(logins::read_lastpass, &escaped);
    let place = Place::new();
    let mut vault = place.create();
    let report = import(&mut vault, &batch);
    assert_eq!(told(&report), ["A---B: new v1", "C: new v1"]);
    assert_eq!(
        get(&mut vault, "A---B").unwrap(),
        r#"{"username":"alice","password":"a&<b","url":"https://a.example?x=1&y=2"}"#
    );
    let remarks = report.rows.iter().map(|row| row.remarks.clone()).collect::<Vec<_>>();
    assert_eq!(remarks, [vec![ImportRemark::EntitiesReplaced], vec![]]);
    // One `&` that stands for itself, and the file is as it says.
    let plain = format!("{heading}https://a.example?x=1&y=2,alice,a&amp;b,,A,,0\n");
    let (entries, _) = imported(logins::read_lastpass, &plain);
    let value = r#"{"username":"alice","password":"a&amp;b","url":"https://a.example?x=1&y=2"}"#;
    assert_eq!(entries, pairs(&[("A", value)]));
}

const NORDPASS: &str = "name,url,additional_urls,username,password,note,cardholdername,cardnumber,cvc,pin,expirydate,\
    zipcode,folder,shared_folder,full_name,phone_number,email,address1,address2,city,country,state,type,custom_fields\n\
    shop,https://shop.example,\"[\"\"https://login.example\"\"]\",alice,p1,a remark,,,,,,,Work,Team,,,,,,,,,password,\
    \"[{\"\"type\"\":\"\"hidden\"\",\"\"label\"\":\"\"PIN\"\",\"\"value\"\":\"\"4321\"\"}]\"\n\
    Work,,,,,,,,,,,,,,,,,,,,,,folder,\n\
    Hollow,,,,,,,,,,,,,,,,,,,,,,folder,\n\
    visa,,,,,,A. Liddell,4111111111111111,123,9876,01/30,90210,,,,,,,,,,,credit_card,\n\
    me,,,,,,,,,,,,,,Alice Liddell,5550100,alice@mail.example,1 Main St,Flat 2,Oxford,GB,Oxon,identity,\n\
    memo,,,,,remember this,,,,,,,,,,,,,,,,,note,\n\
    odd,,not a list,,p9,,,,,,,,,,,,,,,,,,password,not fields\n";

#[test]
fn nordpass() {
    let (entries, lost) = imported(logins::read_nordpass, NORDPASS);
    assert_eq!(
        entries[0],
        pairs(&[(
            "Work/shop",
            r#"{"username":"alice","password":"p1","url":"https://shop.example","url-2":"https://login.example","notes":"a remark","PIN":"4321"}"#
        )])[0]
    );
    assert_eq!(entries.len(), 5);
    assert_eq!(
        lost,
        [
            "'Work/shop' loses that it is in another folder too",
            "'Hollow' is left out: no item is in this folder"
        ]
    );
    let source = Source {
        read: logins::read_nordpass,
        named: &[
            (".shared_folder", "'Work/shop' loses that it is in another folder too"),
            ("2.name", "'Hollow' is left out: no item is in this folder"),
        ],
        says_nothing: &[".type"],
    };
    let inner = |(path, text): Leaf| match path.as_str() {
        "0.additional_urls" => vec![(path, "https://login.example".to_owned())],
        "0.custom_fields" => vec![(path.clone(), "PIN".to_owned()), (path, "4321".to_owned())],
        _ => vec![(path, text)],
    };
    let leaves: Vec<Leaf> = leaves_of_csv(NORDPASS).into_iter().flat_map(inner).collect();
    assert_nothing_is_lost(&source, NORDPASS, &leaves);
}

const PROTON: &str = "type,name,url,email,username,password,note,totp,createTime,modifyTime,vault\n\
    login,shop,\"https://shop.example/a,https://two.example\",a@mail.example,alice,p1,a remark,otpauth://totp/x?secret=JBSWY3DP,1689182868,1699182868,Personal\n\
    login,mail,,only@mail.example,,p2,,,1689182869,1689182869,Personal\n\
    note,memo,,,,,remember this,,1689182870,1689182870,Work\n\
    alias,news,,alias@inbox.example,,,,,never,1689182871,Work\n";

#[test]
fn proton_pass() {
    let (entries, lost) = imported(logins::read_proton, PROTON);
    assert_eq!(
        entries,
        pairs(&[
            (
                "Personal/shop",
                r#"{"username":"alice","email":"a@mail.example","password":"p1","url":"https://shop.example/a","url-2":"https://two.example","totp":"otpauth://totp/x?secret=JBSWY3DP","notes":"a remark"}"#
            ),
            ("Personal/mail", r#"{"username":"only@mail.example","password":"p2"}"#),
            ("Work/memo", "remember this"),
            ("Work/news", r#"{"username":"alias@inbox.example"}"#),
        ])
    );
    let no_time = "'Work/news' loses the time of its creation: it is not a time between 1970 and 9999-12-30";
    assert_eq!(lost, [no_time]);
    let source = Source {
        read: logins::read_proton,
        named: &[("3.createTime", "'Work/news' loses the time of its creation")],
        says_nothing: &[".type"],
    };
    let inner = |(path, text): Leaf| match path.as_str() {
        "0.url" => text.split(',').map(|url| (path.clone(), url.to_owned())).collect(),
        _ => vec![(path, text)],
    };
    let leaves: Vec<Leaf> = leaves_of_csv(PROTON).into_iter().flat_map(inner).collect();
    assert_nothing_is_lost(&source, PROTON, &leaves);
}

#[test]
fn dashlane() {
    let file = "username,username2,username3,title,password,note,url,category,otpUrl\n\
        alice,second,third,shop,p1,a remark,https://shop.example,Work,otpauth://totp/x?secret=JBSWY3DP\n\
        ,,,\"Router, home\",r0uter,,http://192.0.2.1,,\n";
    let (entries, lost) = imported(logins::read_dashlane, file);
    assert_eq!(
        entries,
        pairs(&[
            (
                "Work/shop",
                r#"{"username":"alice","username-2":"second","username-3":"third","password":"p1","url":"https://shop.example","totp":"otpauth://totp/x?secret=JBSWY3DP","notes":"a remark"}"#
            ),
            ("Router--home", r#"{"password":"r0uter","url":"http://192.0.2.1"}"#),
        ])
    );
    assert!(lost.is_empty());
    let source = Source { read: logins::read_dashlane, named: &[], says_nothing: &[] };
    assert_nothing_is_lost(&source, file, &leaves_of_csv(file));
}

#[test]
fn roboform() {
    let file = "Name,Url,MatchUrl,Login,Pwd,Note,Folder,RfFieldsV2\n\
        shop,https://shop.example,https://shop.example/login,alice,p1,a remark,/Work/Servers,\"User ID$,,,txt,alice\",\"Password$,,,pwd,p1\",\"TOTP KEY$,,,txt,JBSWY3DP\",\"pin,,,txt,4711,8\"\n\
        plain,https://plain.example,https://plain.example,bob,p2,,,\n\
        odd,,,,p3,,,unreadable\n";
    let (entries, lost) = imported(logins::read_roboform, file);
    assert_eq!(
        entries,
        pairs(&[
            (
                "Work/Servers/shop",
                r#"{"username":"alice","password":"p1","url":"https://shop.example","url-2":"https://shop.example/login","totp":"JBSWY3DP","pin":"4711,8","notes":"a remark"}"#
            ),
            ("plain", r#"{"username":"bob","password":"p2","url":"https://plain.example"}"#),
            ("odd", r#"{"password":"p3","field":"unreadable"}"#),
        ])
    );
    assert!(lost.is_empty());
    let source = Source { read: logins::read_roboform, named: &[], says_nothing: &[] };
    let mut leaves = leaves_of_csv(file);
    for (path, text) in &mut leaves {
        let inner = text.rsplit_once(",txt,").map_or(text.as_str(), |(_, value)| value);
        *text = if path.ends_with("Folder") { inner.trim_start_matches('/') } else { inner }.to_owned();
    }
    assert_nothing_is_lost(&source, file, &leaves);
}

#[test]
fn keepass_1() {
    let file = "\"Account\",\"Login Name\",\"Password\",\"Web Site\",\"Comments\"\r\n\
        \"shop\",\"alice\",\"say \\\"hi\\\" \\\\ bye\",\"https://shop.example\",\"a remark\"\r\n\
        \"door\",\"\",\"4711\",\"\",\"\"\r\n";
    let (entries, lost) = imported(logins::read_keepass_1, file);
    assert_eq!(
        entries,
        pairs(&[
            (
                "shop",
                r#"{"username":"alice","password":"say \"hi\" \\ bye","url":"https://shop.example","notes":"a remark"}"#
            ),
            ("door", "4711"),
        ])
    );
    assert!(lost.is_empty());
    let source = Source { read: logins::read_keepass_1, named: &[], says_nothing: &[] };
    let plain = file.replace("\\\"", "'").replace("\\\\", "/");
    assert_nothing_is_lost(&source, &plain, &leaves_of_csv(&plain));
}

#[test]
fn enpass() {
    let file = "Title\n\
        shop,Username,alice,E-mail,a@mail.example,*Password,p1,Website,https://shop.example,*PIN,4711,a remark\n\
        mail,E-mail,only@mail.example,*Password,p2\n\
        memo,remember this\n";
    let (entries, lost) = imported(enpass::read, file);
    assert_eq!(
        entries,
        pairs(&[
            (
                "shop",
                r#"{"username":"alice","email":"a@mail.example","password":"p1","url":"https://shop.example","PIN":"4711","notes":"a remark"}"#
            ),
            ("mail", r#"{"username":"only@mail.example","password":"p2"}"#),
            ("memo", "remember this"),
        ])
    );
    assert!(lost.is_empty());
}

#[test]
fn no_reader_takes_the_file_of_another_program() {
    let readers: [(&str, ReadFile); 9] = [
        ("chrome", browser::read_chrome),
        ("1password", onepassword::read),
        ("lastpass", logins::read_lastpass),
        ("nordpass", logins::read_nordpass),
        ("protonpass", logins::read_proton),
        ("dashlane", logins::read_dashlane),
        ("roboform", logins::read_roboform),
        ("keepass1", logins::read_keepass_1),
        ("enpass", enpass::read),
    ];
    for (of, file) in [
        ("lastpass", LASTPASS),
        ("nordpass", NORDPASS),
        ("protonpass", PROTON),
        ("dashlane", "username,username2,username3,title,password,note,url,category\nu,,,t,p,,,\n"),
    ] {
        for (name, read) in readers.iter().filter(|(name, _)| *name != of) {
            let error = read(file.as_bytes()).map(|_| ()).unwrap_err().to_string();
            assert!(error.starts_with("line 1, column 1: "), "{name} of {of}: {error}");
        }
    }
    let error = browser::read_chrome(LASTPASS.as_bytes()).map(|_| ()).unwrap_err().to_string();
    assert_eq!(error, "line 1, column 1: this is the heading of the format 'lastpass'");
}
