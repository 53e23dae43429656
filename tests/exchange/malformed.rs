//! Malformed files: refused with line and column, without a word of theirs.

use etui::exchange::{ReadFile, bitwarden, browser, cloud, dotenv, json};

/// What no message may hold.
const SECRET: &str = "hunter2";

#[track_caller]
fn fault(read: ReadFile, text: &str) -> String {
    let error = read(text.as_bytes()).map(|_| ()).unwrap_err();
    assert!(!format!("{error} {error:?} {}", error.hint()).contains(SECRET), "{error}");
    error.to_string()
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
        "line 3, column 8: a comma or the line's end is expected after a quoted field"
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
        fault(bitwarden::read, "{\"items\": [\n  {\"login\": {\"password\": \"hunter2\"}}]}"),
        "line 2, column 3: this object has no 'name'"
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
    assert_eq!(
        place("{\"items\": []}"),
        "line 1, column 11: this member of the object has a name that is not known here"
    );
    assert_eq!(
        place("{\"Format\":\"etui\",\"FormatVersion\":2,\"Secrets\":[]}"),
        "line 1, column 34: this format version is not known here; a newer etui may read it"
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
        "line 2, column 32: this member of the object has a name that is not known here"
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
    let readers: [ReadFile; 2] = [dotenv::secrets, browser::read_chrome];
    for read in readers {
        let error = read(b"A=\xff").map(|_| ()).unwrap_err();
        assert_eq!(error.to_string(), "line 1, column 3: the text is not UTF-8");
    }
    assert!(json::read(b"{\"a\":\"\xff\"}").is_err());
}
