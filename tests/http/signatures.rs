//! Signatures: what both versions cover cannot be altered.

use crate::support::http::{Answer, Served, post};
use crate::support::signed::{Key, V1, V3, time};

use super::server::{serve, vault};

fn key(served: &Served) -> Key<'_> {
    Key { endpoint: served.endpoint(), id: served.key_id(), secret: served.key_secret() }
}

/// A way to sign, to be asked.
trait Ask {
    fn new(served: &Served) -> Self;
    fn ask(&self, served: &Served) -> Answer;
}

impl Ask for V1 {
    fn new(served: &Served) -> Self {
        Self::get(&key(served))
    }

    fn ask(&self, served: &Served) -> Answer {
        served.form(&self.form())
    }
}

impl Ask for V3 {
    fn new(served: &Served) -> Self {
        let mut request = Self::of(&key(served), "GetSecretValue");
        request.query = "SecretName=db".to_owned();
        request.body = "VersionId=v1".to_owned();
        request
    }

    fn ask(&self, served: &Served) -> Answer {
        served.ask(self.request().as_bytes())
    }
}

#[track_caller]
fn assert_code(answer: &Answer, code: &str) {
    assert_eq!(answer.code(), code, "{answer:?}");
    assert!(!answer.body.contains("SecretData"), "{answer:?}");
}

#[test]
fn a_signature_of_version_1_covers_every_parameter() {
    let place = vault();
    let served = serve(&place, &[]);
    let answer = V1::new(&served).sign().ask(&served);
    assert_eq!(answer.json()["SecretData"], "one", "{answer:?}");
    let awkward = V1::new(&served).with("Version", "a b+c*~%/=&ä").sign();
    assert_eq!(awkward.ask(&served).status, 200);
    for name in ["Action", "SecretName", "SignatureNonce", "Format"] {
        assert_code(&V1::new(&served).sign().with(name, "JSON").ask(&served), "SignatureDoesNotMatch");
    }
    assert_code(&V1::new(&served).sign().with("Timestamp", &time(-5)).ask(&served), "SignatureDoesNotMatch");
    for name in ["SignatureNonce", "SignatureType", "SecretName", "Signature"] {
        assert_code(&V1::new(&served).sign().without(name).ask(&served), "SignatureDoesNotMatch");
    }
    assert_code(&V1::new(&served).with("Signature", "!!").ask(&served), "SignatureDoesNotMatch");
}

#[test]
fn a_signature_of_version_3_covers_headers_query_and_body() {
    let place = vault();
    let served = serve(&place, &[]);
    let answer = V3::new(&served).sign().ask(&served);
    assert_eq!(answer.json()["SecretData"], "one", "{answer:?}");
    let names: Vec<String> = V3::new(&served).sign().headers.into_iter().map(|(name, _)| name).collect();
    for name in names.iter().filter(|name| !matches!(&name[..], "host" | "x-acs-date")) {
        for value in ["other", ""] {
            let answer = V3::new(&served).sign().with(name, value).ask(&served);
            // Without its type the body is not a form, which is told first.
            let told = if name == "content-type" {
                "ParseRequestParameterException"
            } else {
                "SignatureDoesNotMatch"
            };
            assert_code(&answer, told);
        }
    }
    let port = served.endpoint().rsplit_once(':').unwrap().1.to_owned();
    let other_host = V3::new(&served).sign().with("host", &format!("localhost:{port}"));
    assert_code(&other_host.ask(&served), "SignatureDoesNotMatch");
    assert_code(&V3::new(&served).sign().with("x-acs-date", &time(-5)).ask(&served), "SignatureDoesNotMatch");
    let mut request = V3::new(&served).sign();
    request.query = "SecretName=dc".to_owned();
    assert_code(&request.ask(&served), "SignatureDoesNotMatch");
    let whole = V3::new(&served).sign();
    for at in 0..whole.body.len() {
        let mut request = V3::new(&served).sign();
        request.body.replace_range(at..=at, "X");
        assert_code(&request.ask(&served), "SignatureDoesNotMatch");
    }
    assert_code(&V3::new(&served).sign_as("0", "").ask(&served), "SignatureDoesNotMatch");
    let other_method = V3::new(&served).sign().request().replacen("POST", "GET", 1);
    assert_code(&served.ask(other_method.as_bytes()), "SignatureDoesNotMatch");
    // Headers that it must cover.
    for name in ["x-acs-version", "x-acs-signature-nonce", "x-acs-action"] {
        assert_code(&V3::new(&served).with(name, "").sign().ask(&served), "SignatureDoesNotMatch");
    }
    // Also where they are sent and not signed.
    for name in names.iter().filter(|name| *name == "host" || name.starts_with("x-acs-")) {
        let request = V3::new(&served);
        let digest = request.digest();
        assert_code(&request.sign_as(&digest, name).ask(&served), "SignatureDoesNotMatch");
    }
    let mut request = V3::new(&served).sign();
    request.authorization.push('0');
    assert_code(&request.ask(&served), "SignatureDoesNotMatch");
}

#[test]
fn both_versions_sign_what_was_meant_and_not_how_it_was_written() {
    let place = vault();
    let served = serve(&place, &[]);
    // As the SDKs for Python send a space, and parameters in any order.
    let mut v3 = V3::new(&served);
    v3.query = "SecretName=db&Version=a%20%2A~".to_owned();
    let mut v3 = v3.sign();
    v3.query = "Version=a+*%7e&SecretName=db".to_owned();
    let answer = v3.ask(&served);
    assert_eq!(answer.status, 200, "{answer:?}");
    let mut v1 = V1::new(&served).with("Version", "a *~").sign();
    v1.parameters.reverse();
    let form = v1.form().replace("a%20%2A~", "a+*%7E");
    let answer = served.form(&form);
    assert_eq!(answer.status, 200, "{answer:?}");
    // A nonce of version 1 is looked at where there is one.
    for _ in 0..2 {
        assert_eq!(V1::new(&served).without("SignatureNonce").sign().ask(&served).status, 200);
    }
}

#[test]
fn keys_clocks_and_nonces_are_looked_at_in_both_versions() {
    let place = vault();
    let served = serve(&place, &[]);
    let other = |secret: &str| secret.replace(|digit: char| digit.is_ascii_digit(), "x");
    let mut v1 = V1::new(&served);
    v1.secret = other(&v1.secret);
    assert_code(&v1.sign().ask(&served), "SignatureDoesNotMatch");
    let mut v3 = V3::new(&served);
    v3.secret = other(&v3.secret);
    assert_code(&v3.sign().ask(&served), "SignatureDoesNotMatch");

    let unknown = V1::new(&served).with("AccessKeyId", "LTAI-unknown").sign().ask(&served);
    assert_eq!(unknown.status, 404);
    assert_code(&unknown, "InvalidAccessKeyId.NotFound");
    let mut v3 = V3::new(&served);
    v3.key_id = "LTAI-unknown".to_owned();
    assert_code(&v3.sign().ask(&served), "InvalidAccessKeyId.NotFound");

    for offset in [-890, 890] {
        assert_eq!(V1::new(&served).with("Timestamp", &time(offset)).sign().ask(&served).status, 200);
        assert_eq!(V3::new(&served).with("x-acs-date", &time(offset)).sign().ask(&served).status, 200);
    }
    for offset in [-1000, 1000] {
        let v1 = V1::new(&served).with("Timestamp", &time(offset)).sign();
        assert_code(&v1.ask(&served), "InvalidTimeStamp.Expired");
        let v3 = V3::new(&served).with("x-acs-date", &time(offset)).sign();
        assert_code(&v3.ask(&served), "InvalidTimeStamp.Expired");
    }
    assert_code(&V1::new(&served).without("Timestamp").sign().ask(&served), "IllegalTimestamp");
    assert_code(&V3::new(&served).with("x-acs-date", "yesterday").sign().ask(&served), "IllegalTimestamp");

    let (v1, v3) = (V1::new(&served).sign(), V3::new(&served).sign());
    assert_eq!((v1.ask(&served).status, v3.ask(&served).status), (200, 200));
    assert_code(&v1.ask(&served), "SignatureNonceUsed");
    assert_code(&v3.ask(&served), "SignatureNonceUsed");
}

#[test]
fn other_schemes_and_no_signature_at_all_are_refused() {
    let place = vault();
    let served = serve(&place, &[]);
    for scheme in ["ACS4-HMAC-SHA256", "ACS3-HMAC-SM3", "ACS3-RSA-SHA256", "Bearer"] {
        let mut v3 = V3::new(&served).sign();
        v3.authorization = v3.authorization.replace("ACS3-HMAC-SHA256", scheme);
        let answer = v3.ask(&served);
        assert_code(&answer, "UnsupportedOperation");
        assert!(answer.body.contains("HMAC-SHA1 (version 1) and ACS3-HMAC-SHA256"), "{answer:?}");
    }
    for (name, value) in
        [("SignatureMethod", "HMAC-SHA256"), ("SignatureType", "BEARERTOKEN"), ("SecurityToken", "x")]
    {
        assert_code(&V1::new(&served).with(name, value).sign().ask(&served), "UnsupportedOperation");
    }
    let unsigned = served.form("Action=GetSecretValue&SecretName=db");
    assert_code(&unsigned, "SignatureDoesNotMatch");
    // The older SDK splits the message at its colon; what was signed holds the value under version 1.
    let message = unsigned.json()["Message"].as_str().unwrap().to_owned();
    assert_eq!(message.split(':').nth(1), Some(" not shown"), "{message}");
    let mismatch = V1::new(&served).with("SecretData", "hunter2").sign().with("Action", "x").ask(&served);
    assert!(!mismatch.body.contains("hunter2"), "{mismatch:?}");
}

#[test]
fn an_action_named_twice_in_two_ways_is_refused() {
    let place = vault();
    let served = serve(&place, &[]);
    let mut v3 = V3::new(&served);
    v3.query = "Action=DeleteSecret&SecretName=db".to_owned();
    let two_actions = |answer: &Answer| {
        assert_code(answer, "InvalidParameter");
        assert!(answer.body.contains("name two actions"), "{answer:?}");
    };
    two_actions(&v3.sign().ask(&served));
    let open = serve(&place, &["--no-auth"]);
    let both = post(open.endpoint(), "Action=GetSecretValue&SecretName=db").replacen(
        "\r\n",
        "\r\nx-acs-action: DeleteSecret\r\n",
        1,
    );
    two_actions(&open.ask(both.as_bytes()));
}
