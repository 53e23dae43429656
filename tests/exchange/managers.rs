//! Password managers and browsers: files as they write them.

use etui::exchange::{ReadFile, bitwarden, browser, keepassxc, onepassword};
use etui::vault::Vault;

use crate::helpers::{import, lost, parsed, shown, told};
use crate::support::vaults::{Place, get};

/// Imports a file into a fresh vault, and again, which must change nothing.
fn imported(read: ReadFile, file: &[u8]) -> (Vault, Vec<String>, Vec<String>, Place) {
    let place = Place::new();
    let mut vault = place.create();
    let batch = parsed(read, file);
    let told = told(&import(&mut vault, &batch));
    let before = place.copy();
    let again = import(&mut vault, &batch);
    assert!(!again.changes_anything());
    assert!(place.copy() == before);
    (vault, told, lost(&batch), place)
}

#[test]
fn bitwarden_csv() {
    let file = include_bytes!("fixtures/bitwarden.csv");
    let (mut vault, told, lost, _place) = imported(bitwarden::read, file);
    assert_eq!(told, ["Work/GitHub: new v1", "Router: new v1", "Work/Wi-Fi-grosse: new v1"]);
    assert_eq!(
        lost,
        [
            "'Work/GitHub' loses its mark as a favorite",
            "'Router' loses that the password is asked for again",
            "'Empty' is left out: it has no value",
        ]
    );
    assert_eq!(
        get(&mut vault, "Work/GitHub").unwrap(),
        r#"{"username":"dev@example.com","password":"p,\"w'd","url":"https://github.com/login?a=1,2","url-2":"https://gist.github.com","totp":"otpauth://totp/GitHub?secret=JBSWY3DP","pin":"1234","recovery":"a: b","field":"nameless"}"#
    );
    assert_eq!(get(&mut vault, "Router").unwrap(), "admin123");
    assert_eq!(get(&mut vault, "Work/Wi-Fi-grosse").unwrap(), "line one\nline two");
}

#[test]
fn bitwarden_csv_of_an_organization() {
    let file = include_bytes!("fixtures/bitwarden-organization.csv");
    let (mut vault, told, lost, _place) = imported(bitwarden::read, file);
    assert_eq!(told, ["Servers/db: new v1", "Servers/runbook: new v1"]);
    assert_eq!(lost, ["'Servers/db' loses that it is in other collections too"]);
    assert_eq!(get(&mut vault, "Servers/db").unwrap(), r#"{"username":"app","password":"s3cret"}"#);
}

#[test]
fn bitwarden_json_of_an_organization() {
    let file = r#"{"encrypted": false, "collections": [
        {"id": "c1", "organizationId": "o", "name": "Servers", "externalId": null},
        {"id": "c2", "organizationId": "o", "name": "Backups", "externalId": null}],
        "items": [{"name": "db", "folderId": null, "type": 1, "collectionIds": ["c1", "c2"],
        "login": {"username": null, "password": "s3cret", "uris": null, "totp": null}}]}"#;
    let (mut vault, _, lost, _place) = imported(bitwarden::read, file.as_bytes());
    assert_eq!(lost, ["'Servers/db' loses that it is in other collections too"]);
    assert_eq!(get(&mut vault, "Servers/db").unwrap(), "s3cret");
}

#[test]
fn bitwarden_json_with_the_history_of_a_password() {
    let file = include_bytes!("fixtures/bitwarden.json");
    let (mut vault, told, lost, _place) = imported(bitwarden::read, file);
    assert_eq!(
        told,
        [
            "Work/Servers/db-main: new v1 v2 v3",
            "license: new v1",
            "visa: new v1",
            "deploy-key: new v1",
            "savings: new v1",
        ]
    );
    assert_eq!(
        lost,
        [
            "'Work/Servers/db main' loses its mark as a favorite",
            "'Work/Servers/db main' loses a field that is linked to another one",
            "'license' loses that the password is asked for again",
            "'passkey only' loses its passkeys",
            "'passkey only' is left out: it has no value",
            "'deploy key' loses that it is archived",
        ]
    );
    insta::assert_snapshot!(shown(&mut vault), @r#"
    Work/Servers/db-main "Work/Servers/db main" Tags({TagKey("bitwarden-id"): TagValue("11111111-0d2e-4b5e-9a3e-b0a000a00001")}) 2024-01-01T08:00:00Z None None
      ACSCurrent = v3
      ACSPrevious = v2
      v1 2024-01-01T08:00:00Z None text "{\"username\":\"app\",\"password\":\"first\",\"url\":\"postgres://db.example:5432\",\"url-2\":\"https://admin.example\",\"port\":\"5432\",\"tls\":\"true\"}"
      v2 2024-02-01T08:00:00Z None text "{\"username\":\"app\",\"password\":\"second \\\"quoted\\\" 🔑\",\"url\":\"postgres://db.example:5432\",\"url-2\":\"https://admin.example\",\"port\":\"5432\",\"tls\":\"true\"}"
      v3 2024-05-03T08:00:00Z None text "{\"username\":\"app\",\"password\":\"third\",\"url\":\"postgres://db.example:5432\",\"url-2\":\"https://admin.example\",\"port\":\"5432\",\"tls\":\"true\"}"
    deploy-key "deploy key" Tags({TagKey("bitwarden-id"): TagValue("55555555-0d2e-4b5e-9a3e-b0a000a00001")}) 2024-03-01T08:00:00Z None None
      ACSCurrent = v1
      v1 2024-03-01T08:00:00Z None text "{\"privateKey\":\"-----BEGIN OPENSSH PRIVATE KEY-----\\nb3BlbnNzaA==\\n-----END OPENSSH PRIVATE KEY-----\\n\",\"publicKey\":\"ssh-ed25519 AAAAC3Nz\",\"keyFingerprint\":\"SHA256:abc\"}"
    license "" Tags({TagKey("bitwarden-id"): TagValue("22222222-0d2e-4b5e-9a3e-b0a000a00001")}) 2024-03-01T08:00:00Z None None
      ACSCurrent = v1
      v1 2024-03-01T08:00:00Z None text "KEY-1\nKEY-2"
    savings "" Tags({TagKey("bitwarden-id"): TagValue("66666666-0d2e-4b5e-9a3e-b0a000a00001")}) 2024-03-01T08:00:00Z None None
      ACSCurrent = v1
      v1 2024-03-01T08:00:00Z None text "{\"bankName\":\"Example Bank\",\"accountNumber\":\"123456\"}"
    visa "" Tags({TagKey("bitwarden-id"): TagValue("33333333-0d2e-4b5e-9a3e-b0a000a00001")}) 2024-03-01T08:00:00Z None None
      ACSCurrent = v1
      v1 2024-03-01T08:00:00Z None text "{\"cardholderName\":\"A. Example\",\"brand\":\"Visa\",\"number\":\"4111111111111111\",\"expMonth\":\"1\",\"expYear\":\"2030\"}"
    "#);
}

#[test]
fn an_encrypted_bitwarden_export_says_so() {
    let file = r#"{"encrypted": true, "passwordProtected": false, "encKeyValidation_DO_NOT_EDIT": "2.x"}"#;
    let error = bitwarden::read(file.as_bytes()).unwrap_err();
    assert_eq!(error.to_string(), "the file is encrypted by the program that wrote it");
}

#[test]
fn onepassword_csv() {
    let file = include_bytes!("fixtures/1password.csv");
    let (mut vault, told, lost, _place) = imported(onepassword::read, file);
    assert_eq!(told, ["AWS-root: new v1", "Door: new v1"]);
    assert_eq!(lost, ["'AWS root' loses its mark as a favorite", "'Door' loses that it is archived"]);
    insta::assert_snapshot!(shown(&mut vault), @r#"
    AWS-root "AWS root" Tags({TagKey("billing"): TagValue(""), TagKey("cloud"): TagValue("")}) 2023-11-14T22:13:20Z None None
      ACSCurrent = v1
      v1 2023-11-14T22:13:20Z None text "{\"username\":\"ops@example.com\",\"password\":\"s3cr,et\",\"url\":\"https://aws.amazon.com/\",\"totp\":\"otpauth://totp/AWS?secret=ABC\",\"notes\":\"first line\\nsecond \\\"line\\\"\"}"
    Door "" Tags({}) 2023-11-14T22:13:20Z None None
      ACSCurrent = v1
      v1 2023-11-14T22:13:20Z None text "4711"
    "#);
}

#[test]
fn onepassword_csv_of_an_older_version() {
    let file = include_bytes!("fixtures/1password-7.csv");
    let (mut vault, _, _, _place) = imported(onepassword::read, file);
    assert_eq!(
        get(&mut vault, "Shop").unwrap(),
        r#"{"username":"me","password":"pw","url":"https://shop.example","member name":"A B"}"#
    );
}

#[test]
fn keepassxc_csv() {
    let file = include_bytes!("fixtures/keepassxc.csv");
    let (mut vault, told, lost, _place) = imported(keepassxc::read, file);
    assert_eq!(told, ["Top: new v1", "Internet/Mail/grosse---co: new v1", "Just-a-password: new v1"]);
    assert_eq!(lost, ["'Internet/Mail/größe & co' loses its icon"]);
    insta::assert_snapshot!(shown(&mut vault), @r#"
    Internet/Mail/grosse---co "Internet/Mail/größe & co" Tags({}) 2023-01-02T03:04:05Z None None
      ACSCurrent = v1
      v1 2024-05-06T07:08:09Z None text "{\"username\":\"me@example.com\",\"password\":\"a\\\"b\\\\n\",\"url\":\"https://mail.example\",\"totp\":\"otpauth://totp/x?secret=Y\",\"notes\":\"two\\nlines\"}"
    Just-a-password "Just a password" Tags({}) 2023-01-02T03:04:05Z None None
      ACSCurrent = v1
      v1 2024-05-06T07:08:09Z None text "only"
    Top "" Tags({}) 2023-01-02T03:04:05Z None None
      ACSCurrent = v1
      v1 2024-05-06T07:08:09Z None text "{\"username\":\"u\",\"password\":\"p\"}"
    "#);
}

#[test]
fn keepassxc_csv_of_an_older_version() {
    let file = "\"Group\",\"Title\",\"Username\",\"Password\",\"URL\",\"Notes\"\n\
                \"Passwords/Work\",\"db\",\"app\",\"s3cret\",\"\",\"\"\n";
    let (mut vault, _, lost, _place) = imported(keepassxc::read, file.as_bytes());
    assert!(lost.is_empty());
    assert_eq!(get(&mut vault, "Work/db").unwrap(), r#"{"username":"app","password":"s3cret"}"#);
}

#[test]
fn chrome_csv() {
    let file = include_bytes!("fixtures/chrome.csv");
    let (mut vault, told, lost, _place) = imported(browser::read_chrome, file);
    assert_eq!(told, ["example.com-alice: new v1", "example.com-bob: new v1", "com.example.app: new v1"]);
    assert!(lost.is_empty());
    assert_eq!(
        get(&mut vault, "example.com-alice").unwrap(),
        r#"{"username":"alice","password":"a,b","url":"https://example.com/login"}"#
    );
    assert_eq!(
        get(&mut vault, "example.com-bob").unwrap(),
        r#"{"username":"bob","password":"b0b","url":"https://example.com/login","notes":"note\ntwo"}"#
    );
}

#[test]
fn firefox_csv() {
    let file = include_bytes!("fixtures/firefox.csv");
    let (mut vault, _, lost, _place) = imported(browser::read_firefox, file);
    assert_eq!(lost, ["every entry loses the time of its last use"]);
    insta::assert_snapshot!(shown(&mut vault), @r#"
    example.com "" Tags({TagKey("firefox-guid"): TagValue("{5f0b6d0e-0000-4000-8000-000000000001}")}) 2023-11-14T22:13:20Z None None
      ACSCurrent = v1
      v1 2024-01-11T19:06:40Z None text "{\"username\":\"alice\",\"password\":\"p\\\"w\",\"url\":\"https://example.com\"}"
    router.local "" Tags({TagKey("firefox-guid"): TagValue("{5f0b6d0e-0000-4000-8000-000000000002}")}) 2023-11-14T22:13:20Z None None
      ACSCurrent = v1
      v1 2023-11-14T22:13:20Z None text "{\"username\":\"admin\",\"password\":\"x\",\"url\":\"https://router.local\",\"realm\":\"Router login\"}"
    sso.example "" Tags({TagKey("firefox-guid"): TagValue("{5f0b6d0e-0000-4000-8000-000000000003}")}) 2023-11-14T22:13:20Z None None
      ACSCurrent = v1
      v1 2023-11-14T22:13:20Z None text "{\"username\":\"eve\",\"password\":\"z\",\"url\":\"https://sso.example\",\"form\":\"https://login.example\"}"
    "#);
}

#[test]
fn a_file_of_another_program_is_not_taken_for_this_one() {
    let chrome = include_bytes!("fixtures/chrome.csv");
    let readers: [ReadFile; 4] = [bitwarden::read, onepassword::read, keepassxc::read, browser::read_firefox];
    for read in readers {
        let error = read(chrome).unwrap_err().to_string();
        assert!(error.starts_with("line 1, column 1: the heading has no column"), "{error}");
    }
}
