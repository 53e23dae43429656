//! JSON of other programs and lists of URIs: what an entry becomes, and that no leaf is lost.

use std::fs;

use etui::codes::CodeSource;
use etui::exchange::{
    Content, ExchangeError, Input, ReadFile, Source as Format, hashicorp, map, otp, proton, read,
};

use crate::helpers::{import, lost, parsed, shown, told};
use crate::leaves::{Source, assert_nothing_is_lost, leaves_of_json};
use crate::support::vaults::{Place, get};

fn fault(read: ReadFile, text: &str) -> String {
    read(text.as_bytes()).map(|_| ()).unwrap_err().to_string()
}

const MAP: &str = r#"{"shop":{"db":{"password":"p\"1","port":5432,"tls":true,"hosts":["a","b"],"note":null}},"token":"t1","empty":"","none":{}}"#;

#[test]
fn nested_keys_become_names() {
    let place = Place::new();
    let mut vault = place.create();
    let batch = parsed(map::read, MAP);
    assert_eq!(
        lost(&batch),
        ["'shop/db/note' is left out: it has no value", "'empty' is left out: it has no value"]
    );
    import(&mut vault, &batch);
    for (name, value) in [
        ("shop/db/password", "p\"1"),
        ("shop/db/port", "5432"),
        ("shop/db/tls", "true"),
        ("shop/db/hosts", r#"["a","b"]"#),
        ("token", "t1"),
        ("none", "{}"),
    ] {
        assert_eq!(get(&mut vault, name).unwrap(), value, "{name}");
    }
    assert!(!import(&mut vault, &batch).changes_anything());
}

#[test]
fn what_is_nested_too_deep_or_no_object_is_refused() {
    let nested = |depth: usize| format!("{}1{}", r#"{"a":"#.repeat(depth), "}".repeat(depth));
    assert_eq!(parsed(map::read, nested(64)).secrets.len(), 1);
    assert_eq!(fault(map::read, &nested(65)), "line 1, column 321: objects are nested deeper than 64 levels");
    for bomb in [nested(200_000), "[".repeat(500_000), r#"{"a":"#.repeat(500_000)] {
        for read in [map::read as ReadFile, hashicorp::read, otp::read_aegis, proton::read] {
            assert!(read(bomb.as_bytes()).is_err());
        }
    }
    assert_eq!(fault(map::read, "- hunter2\n"), "line 1, column 1: a mapping is expected here");
}

const KV2: &str = r#"{"request_id":"r-1","lease_id":"","lease_duration":0,"renewable":false,"data":{"data":{"password":"now","port":5432},
    "metadata":{"created_time":"2024-02-03T04:05:06.789Z","custom_metadata":{"owner":"me","description":"Main database"},"deletion_time":"","destroyed":false,"version":2}},
    "warnings":null,"mount_type":"kv","path":"shop/db"}
    {"request_id":"r-2","data":{"data":{"password":"before"},"metadata":{"created_time":"2024-01-02T03:04:05Z","custom_metadata":null,"deletion_time":"","destroyed":false,"version":1}},"path":"shop/db"}
    {"request_id":"r-3","data":{"data":null,"metadata":{"created_time":"2024-01-02T03:04:05Z","deletion_time":"2024-02-02T03:04:05Z","destroyed":false,"version":7}},"path":"gone"}"#;

#[test]
fn answers_of_vault_become_versions() {
    let place = Place::new();
    let mut vault = place.create();
    let batch = parsed(hashicorp::read, KV2);
    assert_eq!(lost(&batch), ["'gone' is left out: version 7 of it is deleted there"]);
    assert_eq!(told(&import(&mut vault, &batch)), ["shop/db: new v1 v2"]);
    assert!(!import(&mut vault, &batch).changes_anything());
    insta::assert_snapshot!(shown(&mut vault), @r#"
    shop/db "Main database" Tags({TagKey("owner"): TagValue("me")}) 2024-01-02T03:04:05Z None None
      ACSCurrent = v2
      ACSPrevious = v1
      v1 2024-01-02T03:04:05Z None text "{\"password\":\"before\"}"
      v2 2024-02-03T04:05:06Z None text "{\"password\":\"now\",\"port\":5432}"
    "#);
    let source = Source {
        read: hashicorp::read,
        named: &[
            ("2.path", "'gone' is left out: version 7 of it is deleted there"),
            ("2.data.metadata.created_time", "'gone' is left out"),
            ("2.data.metadata.deletion_time", "'gone' is left out"),
        ],
        // The number of a version is in its id.
        says_nothing: &[
            ".request_id",
            ".lease_duration",
            ".renewable",
            ".mount_type",
            ".destroyed",
            ".version",
        ],
    };
    let mut leaves = leaves_of_json(KV2);
    // A number stays one in the value, as is shown above.
    leaves.retain(|(path, _)| !path.ends_with(".port"));
    assert_nothing_is_lost(&source, KV2, &leaves);
}

#[test]
fn an_answer_without_a_path_is_called_as_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mail.json");
    fs::write(&path, r#"{"request_id":"r","data":{"user":"me","password":"p"},"lease_duration":2764800}"#)
        .unwrap();
    for format in [None, Format::named("hashicorp")] {
        let found = read(&Input::Path(path.clone()), format, None, None, &mut |_, _| {}).unwrap();
        let Content::Secrets(batch) = found.content else { panic!() };
        assert_eq!(batch.secrets[0].name, "mail");
        assert_eq!(batch.secrets[0].versions[0].value.expose(), br#"{"user":"me","password":"p"}"#);
    }
    assert_eq!(
        fault(hashicorp::read, r#"{"data":{"a":"b"}}"#),
        "line 1, column 1: this object has no 'request_id'"
    );
}

const AEGIS: &str = r#"{"version":1,"header":{"slots":null,"params":null},"db":{"version":3,"groups":[{"uuid":"g-1","name":"Work"}],"entries":[
    {"type":"totp","uuid":"u-1","name":"alice@mail.example","issuer":"Shop & Co","note":"a remark","favorite":true,"icon":"AAAA","icon_mime":"image/png","icon_hash":"h",
     "info":{"secret":"JBSWY3DPEHPK3PXP","algo":"SHA256","digits":8,"period":60},"groups":["g-1"]},
    {"type":"hotp","uuid":"u-2","name":"bob","issuer":"","icon":null,"info":{"secret":"JBSWY3DP","algo":"SHA1","digits":6,"counter":5}},
    {"type":"steam","uuid":"u-3","name":"carol","issuer":"Steam","icon":null,"info":{"secret":"JBSWY3DP","algo":"SHA1","digits":5,"period":30}}]}}"#;

#[test]
fn entries_of_aegis_become_sources_of_codes() {
    let place = Place::new();
    let mut vault = place.create();
    let batch = parsed(otp::read_aegis, AEGIS);
    let name = "Shop & Co/alice@mail.example";
    assert_eq!(
        lost(&batch),
        [format!("'{name}' loses its mark as a favorite"), format!("'{name}' loses its icon")]
    );
    import(&mut vault, &batch);
    assert!(!import(&mut vault, &batch).changes_anything());
    let uri = get(&mut vault, "Shop---Co/alice@mail.example").unwrap();
    assert_eq!(
        uri,
        "otpauth://totp/Shop%20%26%20Co:alice@mail.example?secret=JBSWY3DPEHPK3PXP&issuer=Shop%20%26%20Co&algorithm=SHA256&digits=8&period=60"
    );
    let code = CodeSource::of_value(uri.as_bytes()).unwrap().code_at(0);
    assert_eq!((code.digits.len(), code.period), (8, 60));
    assert_eq!(
        get(&mut vault, "bob").unwrap(),
        "otpauth://hotp/bob?secret=JBSWY3DP&algorithm=SHA1&digits=6&counter=5"
    );
    let steam = get(&mut vault, "Steam/carol").unwrap();
    let refused = CodeSource::of_value(steam.as_bytes()).err().unwrap().to_string();
    assert_eq!(refused, "it is for codes of Steam, which have letters");
    let shown = shown(&mut vault);
    for kept in [r#"TagKey("Work")"#, r#"TagKey("aegis-uuid"): TagValue("u-1")"#, "a remark"] {
        assert!(shown.contains(kept), "{kept} in {shown}");
    }
}

#[test]
fn an_encrypted_export_of_aegis_says_so() {
    let file =
        r#"{"version":1,"header":{"slots":[{"type":1}],"params":{"nonce":"00","tag":"00"}},"db":"AAAA"}"#;
    assert_eq!(otp::read_aegis(file.as_bytes()).unwrap_err(), ExchangeError::Encrypted);
}

#[test]
fn uris_of_codes_are_called_as_their_labels() {
    let place = Place::new();
    let mut vault = place.create();
    let file = "# codes\notpauth://totp/Shop:alice%40mail.example?secret=JBSWY3DP&issuer=Shop\r\n\nOTPAUTH://totp/plain?secret=JBSWY3DP\n";
    let batch = parsed(otp::read_uris, file);
    assert_eq!(told(&import(&mut vault, &batch)), ["Shop/alice@mail.example: new v1", "plain: new v1"]);
    let uri = get(&mut vault, "Shop/alice@mail.example").unwrap();
    assert_eq!(uri, "otpauth://totp/Shop:alice%40mail.example?secret=JBSWY3DP&issuer=Shop");
    assert!(CodeSource::of_value(uri.as_bytes()).is_ok());
    let batch = parsed(otp::read_uris, "otpauth://totp/a?secret=JBSWY3DP\nhunter2\n");
    assert_eq!(batch.secrets[1].unreadable.as_deref(), Some("an otpauth:// URI is expected here"));
    assert_eq!(batch.secrets[1].name, "line 2");
    assert_eq!(fault(otp::read_uris, "hunter2\n"), "no line is an otpauth:// URI");
}

const PROTON: &str = r#"{"version":"1.21.2","userId":"user-1","encrypted":false,"vaults":{"share-1":{"name":"Personal","description":"mine","display":{"color":0,"icon":0},"items":[
    {"itemId":"item-1","shareId":"share-1","data":{"metadata":{"name":"shop","note":"a remark","itemUuid":"e8ee"},
      "extraFields":[{"fieldName":"pin","type":"hidden","data":{"content":"4711"}},{"fieldName":"second","type":"totp","data":{"totpUri":"JBSWY3DP"}}],
      "platformSpecific":{"android":{"allowedApps":[{"packageName":"com.example"}]}},
      "type":"login","content":{"itemEmail":"a@mail.example","password":"p1","urls":["https://one.example/","https://two.example/"],"totpUri":"otpauth://totp/x?secret=JBSWY3DP","passkeys":[{"keyId":"k"}],"itemUsername":"alice"}},
      "state":1,"aliasEmail":null,"contentFormatVersion":1,"createTime":1689182868,"modifyTime":1699182868,"pinned":true},
    {"itemId":"item-2","shareId":"share-1","data":{"metadata":{"name":"mail","note":"","itemUuid":"e8ef"},"extraFields":[],"type":"login","content":{"itemEmail":"only@mail.example","password":"p2","urls":[],"totpUri":"","passkeys":[],"itemUsername":""}},
      "state":1,"createTime":1689182869,"modifyTime":1689182870,"pinned":false},
    {"itemId":"item-3","shareId":"share-1","data":{"metadata":{"name":"me","note":"","itemUuid":"e8f0"},"extraFields":[],"type":"identity","content":{"fullName":"Alice Liddell","birthdate":"",
      "extraPersonalDetails":[{"fieldName":"size","type":"text","data":{"content":"small"}}],
      "extraSections":[{"sectionName":"Rabbit","sectionFields":[{"fieldName":"hole","type":"hidden","data":{"content":"deep"}}]}]}},"state":1,"createTime":1689182871,"modifyTime":1689182872,"pinned":false},
    {"itemId":"item-4","shareId":"share-1","data":{"metadata":{"name":"news","note":"","itemUuid":"e8f1"},"extraFields":[],"type":"alias","content":{}},"state":1,"aliasEmail":"alias@inbox.example","createTime":1689182873,"modifyTime":1689182874},
    {"itemId":"item-5","shareId":"share-1","data":{"metadata":{"name":"binned","note":"old","itemUuid":"e8f2"},"extraFields":[],"type":"note","content":{}},"state":2,"createTime":1689182875,"modifyTime":1689182876}]}}}"#;

#[test]
fn items_of_proton_pass_become_entries() {
    let place = Place::new();
    let mut vault = place.create();
    let batch = parsed(proton::read, PROTON);
    assert_eq!(
        lost(&batch),
        [
            "'Personal' loses the description of this vault",
            "'Personal/shop' loses that it is pinned",
            "'Personal/shop' loses its 'platformSpecific'",
            "'Personal/shop' loses its passkeys",
            "'Personal/binned' is left out: it is in the trash there",
        ]
    );
    import(&mut vault, &batch);
    assert!(!import(&mut vault, &batch).changes_anything());
    for (name, value) in [
        (
            "Personal/shop",
            r#"{"username":"alice","email":"a@mail.example","password":"p1","url":"https://one.example/","url-2":"https://two.example/","totp":"otpauth://totp/x?secret=JBSWY3DP","pin":"4711","second":"JBSWY3DP","notes":"a remark"}"#,
        ),
        ("Personal/mail", r#"{"username":"only@mail.example","password":"p2"}"#),
        ("Personal/me", r#"{"fullName":"Alice Liddell","size":"small","section":"Rabbit","hole":"deep"}"#),
        ("Personal/news", r#"{"email":"alias@inbox.example"}"#),
    ] {
        assert_eq!(get(&mut vault, name).unwrap(), value, "{name}");
    }
    let source = Source {
        read: proton::read,
        named: &[
            ("share-1.description", "'Personal' loses the description of this vault"),
            (".pinned", "'Personal/shop' loses that it is pinned"),
            (".packageName", "'Personal/shop' loses its 'platformSpecific'"),
            (".keyId", "'Personal/shop' loses its passkeys"),
            ("items[4].itemId", "'Personal/binned' is left out"),
            ("items[4].data.metadata.name", "'Personal/binned' is left out"),
            ("items[4].data.metadata.note", "'Personal/binned' is left out"),
            ("items[4].createTime", "'Personal/binned' is left out"),
            ("items[4].modifyTime", "'Personal/binned' is left out"),
        ],
        says_nothing: &[
            ".version",
            ".userId",
            ".encrypted",
            ".color",
            ".icon",
            ".shareId",
            ".itemUuid",
            ".type",
            ".state",
            ".contentFormatVersion",
            ".pinned",
        ],
    };
    assert_nothing_is_lost(&source, PROTON, &leaves_of_json(PROTON));
    assert_eq!(
        proton::read(br#"{"version":"1","encrypted":true,"vaults":{}}"#).unwrap_err(),
        ExchangeError::Encrypted
    );
}
