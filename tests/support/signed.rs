//! Requests that are signed as the two versions of the API have it, and then perhaps altered.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use etui::domain::Timestamp;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

use super::http::encoded;

/// Who signs, for which server.
pub struct Key<'a> {
    pub endpoint: &'a str,
    pub id: &'a str,
    pub secret: &'a str,
}

/// Now and so many seconds, as signatures have it.
pub fn time(offset: i64) -> String {
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

/// A request of version 1.
pub struct V1 {
    pub parameters: Vec<(String, String)>,
    pub secret: String,
}

impl V1 {
    /// With these parameters, and those that say who signs and when.
    pub fn of(key: &Key<'_>, mut parameters: Vec<(String, String)>) -> Self {
        for (name, value) in [
            ("AccessKeyId", key.id),
            ("SignatureMethod", "HMAC-SHA1"),
            ("SignatureVersion", "1.0"),
            ("SignatureNonce", &nonce()),
            ("Timestamp", &time(0)),
        ] {
            parameters.push((name.to_owned(), value.to_owned()));
        }
        Self { parameters, secret: key.secret.to_owned() }
    }

    /// Asks for the value of `db`.
    pub fn get(key: &Key<'_>) -> Self {
        let parameters = [("Action", "GetSecretValue"), ("SecretName", "db"), ("SignatureType", "")];
        Self::of(key, parameters.map(|(name, value)| (name.to_owned(), value.to_owned())).into())
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.parameters.retain(|(known, _)| known != name);
        self.parameters.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.parameters.retain(|(known, _)| known != name);
        self
    }

    pub fn sign(self) -> Self {
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

    /// As a form.
    pub fn form(&self) -> String {
        let pairs =
            self.parameters.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
        pairs.collect::<Vec<_>>().join("&")
    }
}

/// A request of version 3.
pub struct V3 {
    pub query: String,
    pub body: String,
    pub headers: Vec<(String, String)>,
    pub key_id: String,
    pub secret: String,
    pub authorization: String,
}

impl V3 {
    /// For an action.
    pub fn of(key: &Key<'_>, action: &str) -> Self {
        let headers = [
            ("host", key.endpoint),
            ("x-acs-action", action),
            ("x-acs-version", "2016-01-20"),
            ("x-acs-date", &time(0)),
            ("x-acs-signature-nonce", &nonce()),
            ("content-type", "application/x-www-form-urlencoded"),
            ("user-agent", "a  test"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self {
            query: String::new(),
            body: String::new(),
            headers: headers.into(),
            key_id: key.id.to_owned(),
            secret: key.secret.to_owned(),
            authorization: String::new(),
        }
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        if !value.is_empty() {
            self.headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    pub fn sign(self) -> Self {
        let digest = self.digest();
        self.sign_as(&digest, "")
    }

    /// As `x-acs-content-sha256` has it.
    pub fn digest(&self) -> String {
        hexadecimal(&Sha256::digest(&self.body))
    }

    /// With a header about the body that claims a digest, whatever is signed; one header is sent and not signed.
    pub fn sign_as(mut self, claimed: &str, unsigned: &str) -> Self {
        let digest = self.digest();
        self = self.with("x-acs-content-sha256", claimed);
        self.headers.sort();
        let signed = || self.headers.iter().filter(|(name, _)| name != unsigned);
        let names: Vec<&str> = signed().map(|(name, _)| &name[..]).collect();
        let names = names.join(";");
        let lines: String = signed().map(|(name, value)| format!("{name}:{value}\n")).collect();
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

    /// As it is sent.
    pub fn request(&self) -> String {
        let headers: String =
            self.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        format!(
            "POST /?{} HTTP/1.1\r\n{headers}authorization: {}\r\ncontent-length: {}\r\n\r\n{}",
            self.query,
            self.authorization,
            self.body.len(),
            self.body
        )
    }
}
