//! Signatures: what both versions cover cannot be altered.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use etui::domain::Timestamp;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

use super::server::{serve, vault};
use crate::support::http::{Answer, Served, encoded, post};

fn time(offset: i64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    Timestamp::clamped(i64::try_from(now).unwrap() + offset).to_string()
}

fn nonce() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A request of version 1, signed and then perhaps altered.
struct V1 {
    parameters: Vec<(String, String)>,
    secret: String,
}

impl V1 {
    fn new(served: &Served) -> Self {
        let parameters = [
            ("Action", "GetSecretValue"),
            ("SecretName", "db"),
            ("AccessKeyId", served.key_id()),
            ("SignatureMethod", "HMAC-SHA1"),
            ("SignatureVersion", "1.0"),
            ("SignatureType", ""),
            ("SignatureNonce", &nonce()),
            ("Timestamp", &time(0)),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self { parameters: parameters.into(), secret: served.key_secret().to_owned() }
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.parameters.retain(|(known, _)| known != name);
        self.parameters.push((name.to_owned(), value.to_owned()));
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.parameters.retain(|(known, _)| known != name);
        self
    }

    fn sign(self) -> Self {
        let mut sorted = self.parameters.clone();
        sorted.sort();
        let pairs: Vec<String> =
            sorted.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
        let text = format!("POST&%2F&{}", encoded(&pairs.join("&")));
        let mut mac = Hmac::<Sha1>::new_from_slice(format!("{}&", self.secret).as_bytes()).unwrap();
        mac.update(text.as_bytes());
        let signature = base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes());
        self.with("Signature", &signature)
    }

    fn ask(&self, served: &Served) -> Answer {
        let pairs: Vec<String> = self
            .parameters
            .iter()
            .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
            .collect();
        served.form(&pairs.join("&"))
    }
}

/// A request of version 3, signed and then perhaps altered.
struct V3 {
    query: String,
    body: String,
    headers: Vec<(String, String)>,
    key_id: String,
    secret: String,
    authorization: String,
}

impl V3 {
    fn new(served: &Served) -> Self {
        let headers = [
            ("host", served.endpoint()),
            ("x-acs-action", "GetSecretValue"),
            ("x-acs-version", "2016-01-20"),
            ("x-acs-date", &time(0)),
            ("x-acs-signature-nonce", &nonce()),
            ("content-type", "application/x-www-form-urlencoded"),
            ("user-agent", "a  test"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self {
            query: "SecretName=db".to_owned(),
            body: "VersionId=v1".to_owned(),
            headers: headers.into(),
            key_id: served.key_id().to_owned(),
            secret: served.key_secret().to_owned(),
            authorization: String::new(),
        }
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        if !value.is_empty() {
            self.headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    fn sign(mut self) -> Self {
        let digest = hexadecimal(&Sha256::digest(&self.body));
        self = self.with("x-acs-content-sha256", &digest);
        self.headers.sort();
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| &name[..]).collect();
        let names = names.join(";");
        let lines: String = self.headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        let canonical = format!("POST\n/\n{}\n{lines}\n{names}\n{digest}", self.query);
        let text = format!("ACS3-HMAC-SHA256\n{}", hexadecimal(&Sha256::digest(canonical)));
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret.as_bytes()).unwrap();
        mac.update(text.as_bytes());
        let signature = hexadecimal(&mac.finalize().into_bytes());
        self.authorization = format!(
            "ACS3-HMAC-SHA256 Credential={},SignedHeaders={names},Signature={signature}",
            self.key_id
        );
        self
    }

    fn ask(&self, served: &Served) -> Answer {
        let headers: String =
            self.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let request = format!(
            "POST /?{} HTTP/1.1\r\n{headers}authorization: {}\r\ncontent-length: {}\r\n\r\n{}",
            self.query,
            self.authorization,
            self.body.len(),
            self.body
        );
        served.ask(request.as_bytes())
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
            // Without its type the body is no form, which is told first.
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
    // Headers that it must cover.
    for name in ["x-acs-version", "x-acs-signature-nonce", "x-acs-action"] {
        assert_code(&V3::new(&served).with(name, "").sign().ask(&served), "SignatureDoesNotMatch");
    }
    let mut request = V3::new(&served).sign();
    request.authorization.push('0');
    assert_code(&request.ask(&served), "SignatureDoesNotMatch");
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
    assert_code(&v3.sign().ask(&served), "InvalidParameter");
    let open = serve(&vault(), &["--no-auth"]);
    let both = post(open.endpoint(), "Action=GetSecretValue&SecretName=db").replacen(
        "\r\n",
        "\r\nx-acs-action: DeleteSecret\r\n",
        1,
    );
    assert_code(&open.ask(both.as_bytes()), "InvalidParameter");
}
