//! Malformed files: refused with line and column, without a word of theirs.

use etui::domain::ErrorCode;
use etui::exchange::{
    ExchangeError, Input, ReadFile, Source, bitwarden, browser, cloud, csv, dotenv, enpass, hashicorp, json,
    keepassxc, kubernetes, logins, map, onepassword, otp, proton, read,
};
use etui::memory::SecretBytes;
use etui::vault::{IncomingBatch, OnRefusal, Vault};
use proptest::prelude::*;

use crate::support::vaults::Place;

/// What no message may hold.
const SECRET: &str = "hunter2";

/// What is wrong with a file, or with the first entry of it that cannot be read.
#[track_caller]
fn fault(read: ReadFile, text: &str) -> String {
    let (sentence, hint) = match read(text.as_bytes()) {
        Err(error) => (format!("{error}"), format!("{error:?} {}", error.hint())),
        Ok(batch) => {
            let unreadable = batch.secrets.iter().find_map(|secret| secret.unreadable.clone());
            (unreadable.expect("something of it cannot be read"), format!("{:?}", batch.losses))
        }
    };
    assert!(!format!("{sentence} {hint}").contains(SECRET), "{sentence}");
    sentence
}

#[test]
fn dotenv() {
    assert_eq!(
        fault(dotenv::secrets, "A=1\nB hunter2"),
        "line 2, column 3: a '=' is expected after the variable's name"
    );
    assert_eq!(
        fault(dotenv::secrets, "A=1\nB=\"hunter2"),
        "line 2, column 3: the quote opened here is never closed"
    );
}

#[test]
fn csv() {
    let head = "name,url,username,password\n";
    assert_eq!(
        fault(browser::read_chrome, &format!("{head}a,b,c,\"hunter2\na,b,c,d\n")),
        "line 2, column 7: the quote opened here is never closed"
    );
    assert_eq!(
        fault(browser::read_chrome, &format!("{head}a,b,c,d\na,b,\"c\"hunter2,d\n")),
        "line 3, column 8: a separator or the line's end is expected after a quoted field"
    );
    assert_eq!(
        fault(browser::read_chrome, &format!("{head}a,b,c,hunter2,e\n")),
        "line 2, column 1: this row has 5 fields, the heading has 4"
    );
}

#[test]
fn json_of_others() {
    assert_eq!(
        fault(bitwarden::read, "{\"items\": [\n  {\"name\": \"x\",, \"hunter2\"}]}"),
        "line 2, column 16: this is not JSON, or the text is cut off"
    );
    assert_eq!(
        fault(bitwarden::read, "{\"items\": [\n  {\"name\": \"x\", \"name\": \"hunter2\"}]}"),
        "line 2, column 25: this member of the object occurs twice"
    );
    assert_eq!(
        fault(
            bitwarden::read,
            "{\"items\": [{\"name\": \"x\", \"login\": {\"password\":\n [\"hunter2\"]}}]}"
        ),
        "line 2, column 2: a string of Unicode text is expected here"
    );
    assert_eq!(fault(bitwarden::read, "{\"a\": 1}"), "line 1, column 1: this object has no 'items'");
    assert_eq!(
        fault(cloud::read_aws, "{\"Name\":\"a\",\"VersionId\":\"v 1\",\"SecretString\":\"hunter2\"}"),
        "line 1, column 25: a version id cannot contain a space; allowed are A-Z a-z 0-9 _ / + = . - @"
    );
    assert_eq!(
        fault(cloud::read_aws, "{\"Name\":\"a\",\"VersionId\":\"v1\",\"SecretBinary\":\"hunter2!\"}"),
        "line 1, column 45: base64 is expected here"
    );
}

#[test]
fn our_own_json() {
    let with = |secret: &str| format!("{{\"Format\":\"etui\",\"FormatVersion\":1,\"Secrets\":[\n{secret}]}}");
    let place = |text: &str| fault(json::read, text);
    assert_eq!(place("[1]"), "line 1, column 1: an object is expected here");
    assert_eq!(place("{\"items\": []}"), "line 1, column 11: this member of the object has an unknown name");
    assert_eq!(
        place("{\"Format\":\"etui\",\"FormatVersion\":2,\"Secrets\":[]}"),
        "line 1, column 34: this format version is unknown; a newer etui may read it"
    );
    assert_eq!(
        place(&with("{\"SecretName\":\"a\",\"Versions\":[]}")),
        "line 2, column 1: a secret has at least one version"
    );
    assert_eq!(
        place(&with("{\"SecretName\":\"a\",\"Versions\":[{\"SecretData\":\"\"}]}")),
        "line 2, column 45: a secret value must not be empty"
    );
    assert_eq!(
        place(&with("{\"SecretName\":\"a\",\"Secretname\":\"hunter2\",\"Versions\":[]}")),
        "line 2, column 32: this member of the object has an unknown name"
    );
    assert_eq!(
        place(&with(
            "{\"SecretName\":\"a\",\"Versions\":[{\"VersionId\":\"v1\",\"SecretData\":\"hunter2\"}],\"Stages\":[{\"VersionStage\":\"ACSCurrent\",\"VersionId\":\"v2\"}]}"
        )),
        "line 2, column 125: the secret has no version with this id"
    );
    assert_eq!(
        place(&with(
            "{\"SecretName\":\"a\",\"CreateTime\":\"today\",\"Versions\":[{\"SecretData\":\"hunter2\"}]}"
        )),
        "line 2, column 32: a time is written as in RFC 3339, between 1970 and 9999, for example 2026-11-24T12:00:00Z"
    );
}

#[test]
fn what_is_not_text_is_refused() {
    assert_eq!(
        dotenv::secrets(b"A=\xff").map(|_| ()).unwrap_err().to_string(),
        "line 1, column 3: the text is not UTF-8"
    );
    let row = browser::read_chrome(b"name,url,username,password\nA,u,x,\xff\nB,u,x,p\n").unwrap();
    assert_eq!(row.secrets[0].unreadable.as_deref(), Some("line 2, column 7: the text is not UTF-8"));
    assert_eq!(row.secrets[1].unreadable, None);
    assert!(json::read(b"{\"a\":\"\xff\"}").is_err());
}

#[test]
fn one_entry_that_cannot_be_read_keeps_no_other_one_out() {
    let files: [(ReadFile, &str); 6] = [
        (dotenv::secrets, "A=1\nnot a variable\nB='2\nC=3\n"),
        (browser::read_chrome, "name,url,username,password\nA,u,x,1\nbad,\"u\"x,x,2\nB,u,x,3,4\nC,u,x\n"),
        (
            bitwarden::read,
            r#"{"items":[{"name":"A","login":{"password":"1"}},{"name":5},{"name":"B","login":[]},
            {"name":null,"login":{"password":"3"}}]}"#,
        ),
        (
            json::read,
            r#"{"Format":"etui","FormatVersion":1,"Secrets":[{"SecretName":"A","Versions":[{"SecretData":"1"}]},
            {"SecretName":"bad","Versions":[]},{"SecretName":"B","Versions":[{"SecretData":""}]},
            {"SecretName":"C","Versions":[{"SecretData":"3"}]}]}"#,
        ),
        (
            cloud::read_aws,
            r#"{"Name":"A","VersionId":"v1","SecretString":"1"} {"Name":"bad"} [{"Name":"B","VersionId":"v 1","SecretString":"2"}]
            {"Name":"C","VersionId":"v1","SecretString":"3"}"#,
        ),
        (
            cloud::read_alibaba,
            r#"{"SecretName":"A","VersionId":"v1","SecretData":"1"} {"SecretName":"bad"} {"VersionId":"v1","SecretData":"2"}
            {"SecretName":"C","VersionId":"v1","SecretData":"3"}"#,
        ),
    ];
    for (format, file) in files {
        let place = Place::new();
        let mut vault = place.create();
        let batch = format(file.as_bytes()).unwrap();
        let before = place.copy();
        let refused = vault.import(&batch, OnRefusal::ImportNothing, &mut |_| {}).unwrap_err();
        assert_eq!(refused.code(), ErrorCode::InvalidParameter);
        assert!(place.copy() == before);
        let report = vault.import(&batch, OnRefusal::LeaveOut, &mut |_| {}).unwrap();
        let told = crate::helpers::told(&report);
        assert_eq!(report.refusals().count(), 2, "{format:?}: {told:?}");
        assert_eq!(told.iter().filter(|row| row.contains(": new ")).count(), 2, "{format:?}: {told:?}");
        assert_eq!(vault.list().unwrap().len(), 2);
    }
}

#[test]
fn what_is_not_taken_over_is_named() {
    let named = |format: ReadFile, file: &str| {
        let batch = format(file.as_bytes()).unwrap();
        batch.losses.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let item = r#"{"items":[{"name":"wifi","type":42,"wifi":{"password":"hunter2"},"extra":["x"],"attachments":[{"id":"1"}],
        "organizationId":"o","creationDate":"1969-09-06T03:09:33Z","login":{"password":"p","uris":[{"uri":"u","match":3}],"other":1}}]}"#;
    assert_eq!(
        named(bitwarden::read, item),
        [
            "'wifi' loses that it belongs to an organization",
            "'wifi' loses how one of its addresses is matched",
            "'wifi' loses its 'other'",
            "'wifi' loses its 'extra'",
            "'wifi' loses its 'attachments'",
            "'wifi' loses the time of its creation: it is not a time between 1970 and 9999-12-30",
        ]
    );
    let times =
        "Group,Title,Username,Password,Last Modified,Created\nRoot,A,u,p,yesterday,1969-01-01T00:00:00Z\n";
    assert_eq!(
        named(keepassxc::read, times),
        [
            "'A' loses the time of its creation: it is not a time between 1970 and 9999-12-30",
            "'A' loses the time of its last change: it is not a time between 1970 and 9999-12-30",
        ]
    );
    let aws = r#"{"Name":"A","VersionId":"v1","SecretString":"1","CreatedDate":-5,"Owner":"me"}"#;
    assert_eq!(
        named(cloud::read_aws, aws),
        [
            "'A' loses its 'Owner'",
            "'A' loses the time of its creation: it is not a time between 1970 and 9999-12-30"
        ]
    );
}

#[test]
fn every_column_of_one_name_is_kept() {
    let value = |format: ReadFile, file: &str| {
        let batch = format(file.as_bytes()).unwrap();
        batch.secrets[0].versions[0].value.expose().to_vec()
    };
    assert_eq!(
        value(onepassword::read, "Title,Username,Password,Password,URL,URLs,Website\nT,u,p1,p2,a,b,c\n"),
        br#"{"username":"u","password":"p1","url":"a","password-2":"p2","urls":"b","website":"c"}"#
    );
    assert_eq!(
        value(browser::read_firefox, "url,username,username,password,guid,more\nhttps://a,u1,u2,p,g,m\n"),
        br#"{"username":"u1","password":"p","url":"https://a","username-2":"u2","more":"m"}"#
    );
    // Semicolons, and a row that is shorter than the heading.
    assert_eq!(
        value(browser::read_chrome, "name;url;username;password;note\nA;u;x;p\n"),
        br#"{"username":"x","password":"p","url":"u"}"#
    );
}

#[test]
fn nothing_is_not_an_import() {
    for source in Source::all().iter().filter(|source| !source.reader().takes_only_paths()) {
        for text in ["", " \n\n"] {
            let input = Input::Piped(SecretBytes::copy_of(text.as_bytes()));
            let error = read(&input, Some(*source), None, None, &mut |_, _| {}).unwrap_err();
            assert_eq!(error.to_string(), "it is empty");
        }
    }
}

const ALL: [ReadFile; 24] = [
    dotenv::secrets,
    json::read,
    bitwarden::read,
    onepassword::read,
    keepassxc::read,
    browser::read_chrome,
    browser::read_firefox,
    cloud::read_aws,
    cloud::read_alibaba,
    logins::read_lastpass,
    logins::read_nordpass,
    logins::read_proton,
    logins::read_dashlane,
    logins::read_roboform,
    logins::read_keepass_1,
    enpass::read,
    csv_by_names,
    csv_by_map,
    proton::read,
    map::read,
    kubernetes::read,
    hashicorp::read,
    otp::read_aegis,
    otp::read_uris,
];

fn csv_by_names(text: &[u8]) -> Result<IncomingBatch, ExchangeError> {
    csv::read(text, None)
}

fn csv_by_map(text: &[u8]) -> Result<IncomingBatch, ExchangeError> {
    csv::read(text, Some(&"name=Title,password=Pwd,tag:env=Env,folder=Group".parse().unwrap()))
}

/// Files of every format, whose values all hold [`SECRET`].
fn samples() -> Vec<(ReadFile, String)> {
    let aws = r#"{"ARN":"a","Name":"n","VersionId":"v1","SecretString":"hunter2 \" x","VersionStages":["AWSCURRENT"],"CreatedDate":1.7e9}
        {"Name":"n","Description":"d","VersionIdsToStages":{"v1":["AWSCURRENT"]},"Tags":[{"Key":"k","Value":"w"}]}"#;
    let own = r#"{"Format":"etui","FormatVersion":1,"Secrets":[
        {"SecretName":"a","Versions":[{"VersionId":"v1","SecretData":"hunter2"}],"Stages":[{"VersionStage":"ACSCurrent","VersionId":"v1"}]},
        {"SecretName":"b","Tags":[{"TagKey":"k","TagValue":"w"}],"Versions":[{"SecretData":"hunter2"}]}]}"#;
    let bitwarden = r#"{"encrypted":false,"folders":[{"id":"f","name":"F"}],"items":[{"id":"1","folderId":"f","name":"x","type":1,
        "login":{"username":"u","password":"hunter2","uris":[{"uri":"https://u"}]},"fields":[{"name":"n","value":"hunter2"}],
        "passwordHistory":[{"password":"hunter2 old","lastUsedDate":"2024-01-01T00:00:00Z"}]}]}"#;
    let alibaba = r#"{"SecretName":"n","VersionId":"v1","SecretData":"hunter2","VersionStages":{"VersionStage":["ACSCurrent"]}}"#;
    let firefox = "\"url\",\"username\",\"password\",\"guid\",\"timeCreated\"\n\"https://a\",\"u\",\"hunter2\"\"x\",\"g\",\"1700000000000\"\n";
    let proton = r#"{"version":"1","encrypted":false,"vaults":{"v":{"name":"V","description":"","items":[{"itemId":"i","state":1,"createTime":1,
        "data":{"metadata":{"name":"n","note":"hunter2"},"type":"login","content":{"itemEmail":"e","password":"hunter2","urls":["https://a"],
        "extraSections":[{"sectionName":"s","sectionFields":[{"fieldName":"f","data":{"content":"hunter2"}}]}]},"extraFields":[]}}]}}}"#;
    let hashicorp = r#"{"request_id":"r","path":"p","data":{"data":{"k":"hunter2"},"metadata":{"created_time":"2024-01-02T03:04:05.6Z","version":3,
        "custom_metadata":{"a":"b"}}}} {"request_id":"r","data":{"k":"hunter2"}}"#;
    let aegis = r#"{"version":1,"header":{"slots":null,"params":null},"db":{"version":3,"groups":[{"uuid":"g","name":"G"}],"entries":[{"type":"totp","uuid":"u",
        "name":"n","issuer":"i","note":"","info":{"secret":"hunter2","algo":"SHA1","digits":6,"period":30},"groups":["g"]}]}}"#;
    let nordpass = "name,url,additional_urls,username,password,note,cardnumber,folder,type,custom_fields\n\
        n,https://a,\"[\"\"https://b\"\"]\",u,hunter2,,,F,password,\"[{\"\"label\"\":\"\"l\"\",\"\"value\"\":\"\"hunter2\"\"}]\"\nF,,,,,,,,folder,\n";
    vec![
        (dotenv::secrets, "A=hunter2\nexport B='hunter2\nx' # c\nC=\"hunter2\\n\"\n".to_owned()),
        (json::read, own.to_owned()),
        (bitwarden::read, bitwarden.to_owned()),
        (bitwarden::read, "type,name,login_username,login_password,fields\nlogin,n,u,hunter2,\"a: hunter2\nb: hunter2\"\n".to_owned()),
        (onepassword::read, "Title,Url,Username,Password,Tags\nT,u,n,\"hunter2,\",a;b\n".to_owned()),
        (keepassxc::read, "\"Group\",\"Title\",\"Username\",\"Password\",\"Created\"\n\"R\",\"T\",\"u\",\"hunter2\",\"2024-01-01T00:00:00Z\"\n".to_owned()),
        (browser::read_chrome, "name,url,username,password,note\nA,u,x,hunter2,\"hunter2\"\nA,u,y,hunter2,\n".to_owned()),
        (browser::read_firefox, firefox.to_owned()),
        (cloud::read_aws, aws.to_owned()),
        (cloud::read_alibaba, alibaba.to_owned()),
        (logins::read_lastpass, "url,username,password,totp,extra,name,grouping,fav\nhttp://sn,u,hunter2,,\"hunter2\nx\",n,\"a\\b\",1\n".to_owned()),
        (logins::read_nordpass, nordpass.to_owned()),
        (logins::read_proton, "type,name,url,email,username,password,note,totp,createTime,modifyTime,vault\nlogin,n,\"https://a,https://b\",e,u,hunter2,hunter2,,1700000000,x,V\n".to_owned()),
        (logins::read_dashlane, "username,username2,username3,title,password,note,url,category,otpUrl\nu,v,w,t,hunter2,\"hunter2\",https://a,c,\n".to_owned()),
        (logins::read_roboform, "Name,Url,MatchUrl,Login,Pwd,Note,Folder,RfFieldsV2\nn,https://a,https://b,u,hunter2,,/f,\"x,,,txt,hunter2\",\"y,,,txt,hunter2,z\"\n".to_owned()),
        (logins::read_keepass_1, "\"Account\",\"Login Name\",\"Password\",\"Web Site\",\"Comments\"\n\"a\",\"u\",\"hunter2\\\"\\\\\",\"\",\"hunter2\"\n".to_owned()),
        (enpass::read, "Title\nshop,Username,u,*Password,hunter2,note hunter2\nnote,hunter2\n".to_owned()),
        (proton::read, proton.to_owned()),
        (map::read, r#"{"a":"hunter2","b":{"c":["hunter2"],"d":null,"e":1}}"#.to_owned()),
        (map::read, "a: &x hunter2\nb: {c: [hunter2, *x], <<: {e: 'hunter2'}}\nd: |\n  hunter2\n---\nf: !!binary aHVudGVyMg==\n".to_owned()),
        (kubernetes::read, "apiVersion: v1\nkind: Secret\nmetadata: {name: n, namespace: s, labels: {a: b}}\ndata: {k: aHVudGVyMg==}\nstringData: {p: hunter2}\n".to_owned()),
        (hashicorp::read, hashicorp.to_owned()),
        (otp::read_aegis, aegis.to_owned()),
        (otp::read_uris, "# c\notpauth://totp/A:b?secret=hunter2\notpauth://hotp/c?secret=hunter2&counter=1\n".to_owned()),
        (csv_by_names, "title,login,pwd,comments\nn,u,hunter2,\"hunter2\"\n".to_owned()),
        (csv_by_map, "Title,Pwd,Env,Group,Other\nn,hunter2,prod,a/b,hunter2\n".to_owned()),
    ]
}

/// Reads and plans a file, whatever it holds: nothing panics, nothing is told of a value, nothing changes.
fn is_harmless(vault: &mut Vault, format: ReadFile, bytes: &[u8]) {
    let told = match format(bytes) {
        Err(error) => format!("{error} {error:?} {}", error.hint()),
        Ok(batch) => {
            let planned = vault.plan_import(&batch).unwrap();
            // Names may be cut out of anything; whatever else is told is in our words.
            let remarks = planned.rows.iter().flat_map(|row| &row.remarks).map(ToString::to_string);
            let whys = batch.secrets.iter().filter_map(|secret| secret.unreadable.clone());
            let losses = batch.losses.iter().map(|loss| loss.what.clone());
            remarks.chain(whys).chain(losses).collect::<Vec<_>>().join("\n")
        }
    };
    assert!(!told.contains(SECRET), "{told}");
}

#[test]
fn a_file_that_is_cut_off_anywhere_is_harmless() {
    let place = Place::new();
    let mut vault = place.create();
    let before = place.copy();
    for (format, text) in samples() {
        for end in (0..text.len()).step_by(3) {
            is_harmless(&mut vault, format, &text.as_bytes()[..end]);
        }
    }
    assert!(place.copy() == before);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn a_file_with_anything_in_it_is_harmless(
        sample in 0..samples().len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0_u8..3, prop::sample::select(&b"\"',;{}[]:\\\n\r=#\0\xff\xc3-1x "[..])), 1..8)
    ) {
        let (format, text) = samples().swap_remove(sample);
        let mut bytes = text.into_bytes();
        for (at, what, byte) in changes {
            let at = at.index(bytes.len());
            match what {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ if bytes.len() > 1 => { bytes.remove(at); }
                _ => {}
            }
        }
        let place = Place::new();
        let mut vault = place.create();
        is_harmless(&mut vault, format, &bytes);
    }

    #[test]
    fn any_bytes_are_harmless(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        format in prop::sample::select(&ALL[..]),
    ) {
        if let Err(error) = format(&bytes) {
            prop_assert!(!error.to_string().is_empty());
        }
    }
}
