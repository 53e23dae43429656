//! The two signatures of the API: version 1 (HMAC-SHA1 over the parameters) and ACS3-HMAC-SHA256 (over the request
//! and its body).
//!
//! Sources: Alibaba Cloud, "RPC mechanism: signature" and "V3 request body and signature mechanism", and the
//! requests of the SDKs themselves.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

use super::message::Request;
use crate::domain::{from_hexadecimal, hexadecimal};
use crate::kms::Pair;
use crate::memory::SecretBytes;

/// The algorithm of version 3 that is known here.
pub(super) const ACS3: &str = "ACS3-HMAC-SHA256";

/// Headers that a signature of version 3 must cover.
pub(super) const COVERED: [&str; 6] =
    ["host", "x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256"];

/// A signature of version 3, as the `Authorization` header has it.
pub(super) struct Authorization<'a> {
    pub(super) credential: &'a str,
    pub(super) signed_headers: &'a str,
    pub(super) signature: &'a str,
}

impl<'a> Authorization<'a> {
    /// Reads what stands behind the name of the algorithm; `None` where a part is missing.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let part = |name: &str| {
            text.split(',').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('=')).map(str::trim)
        };
        Some(Self {
            credential: part("Credential")?,
            signed_headers: part("SignedHeaders")?,
            signature: part("Signature")?,
        })
    }
}

/// Whether a signature of version 3 was made with this secret over this request. The body is covered by the
/// digest that it must have.
pub(super) fn is_good_v3(
    request: &Request,
    query: &[Pair],
    authorization: &Authorization<'_>,
    secret: &SecretBytes,
) -> bool {
    let digest = hexadecimal(&Sha256::digest(request.body.expose()));
    let names = || authorization.signed_headers.split(';');
    let is_covered = |header: &str| names().any(|name| name == header);
    if !COVERED.iter().all(|header| is_covered(header))
        || request.headers.one("x-acs-content-sha256") != Some(&digest)
    {
        return false;
    }
    let mut canonical = Sha256::new();
    canonical.update(request.method.as_bytes());
    canonical.update(b"\n/\n");
    let mut sink = Sink::new(|bytes| canonical.update(bytes));
    for (at, (name, value)) in sorted(query.iter()).into_iter().enumerate() {
        if at > 0 {
            sink.push(b"&");
        }
        encode(name.expose(), &mut sink);
        sink.push(b"=");
        encode(value.expose(), &mut sink);
    }
    sink.push(b"\n");
    for name in names() {
        let mut values = request.headers.all(name).peekable();
        if values.peek().is_none() {
            return false;
        }
        sink.push(name.as_bytes());
        sink.push(b":");
        for (at, value) in values.enumerate() {
            if at > 0 {
                sink.push(b",");
            }
            sink.push(value.trim_ascii());
        }
        sink.push(b"\n");
    }
    for part in ["\n", authorization.signed_headers, "\n", &digest] {
        sink.push(part.as_bytes());
    }
    sink.finish();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose()).expect("HMAC takes keys of any length");
    mac.update(ACS3.as_bytes());
    mac.update(b"\n");
    mac.update(hexadecimal(&canonical.finalize()).as_bytes());
    from_hexadecimal(authorization.signature).is_some_and(|given| mac.verify_slice(&given).is_ok())
}

/// Whether a signature of version 1 was made with this secret over these parameters.
pub(super) fn is_good_v1<'a>(
    method: &str,
    pairs: impl Iterator<Item = &'a Pair>,
    signature: &[u8],
    secret: &SecretBytes,
) -> bool {
    let mut key = secret.duplicate();
    key.push(b'&');
    let mut mac = Hmac::<Sha1>::new_from_slice(key.expose()).expect("HMAC takes keys of any length");
    mac.update(method.as_bytes());
    mac.update(b"&%2F&");
    let mut sink = Sink::new(|bytes| mac.update(bytes));
    let signed = pairs.filter(|(name, _)| name.expose() != b"Signature");
    for (at, (name, value)) in sorted(signed).into_iter().enumerate() {
        if at > 0 {
            sink.push(b"%26");
        }
        encode_twice(name.expose(), &mut sink);
        sink.push(b"%3D");
        encode_twice(value.expose(), &mut sink);
    }
    sink.finish();
    STANDARD.decode(signature).is_ok_and(|given| mac.verify_slice(&given).is_ok())
}

fn sorted<'a>(pairs: impl Iterator<Item = &'a Pair>) -> Vec<&'a Pair> {
    let mut sorted: Vec<&Pair> = pairs.collect();
    sorted.sort_by(|one, other| one.0.expose().cmp(other.0.expose()));
    sorted
}

/// Gives bytes on in pieces: the string that is signed holds the value of a secret, and is nowhere as a whole.
struct Sink<F: FnMut(&[u8])> {
    buffer: SecretBytes,
    give: F,
}

impl<F: FnMut(&[u8])> Sink<F> {
    const PIECE: usize = 4096;

    fn new(give: F) -> Self {
        Self { buffer: SecretBytes::with_capacity(Self::PIECE + 16), give }
    }

    fn push(&mut self, bytes: &[u8]) {
        for piece in bytes.chunks(Self::PIECE) {
            if self.buffer.len() + piece.len() > Self::PIECE {
                (self.give)(self.buffer.expose());
                self.buffer.clear();
            }
            self.buffer.extend(piece);
        }
    }

    fn finish(mut self) {
        (self.give)(self.buffer.expose());
    }
}

const DIGITS: &[u8; 16] = b"0123456789ABCDEF";

/// Percent-encodes all but what RFC 3986 leaves as it is.
fn encode<F: FnMut(&[u8])>(text: &[u8], sink: &mut Sink<F>) {
    for &byte in text {
        match is_unreserved(byte) {
            true => sink.push(&[byte]),
            false => sink.push(&[b'%', DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]),
        }
    }
}

fn encode_twice<F: FnMut(&[u8])>(text: &[u8], sink: &mut Sink<F>) {
    for &byte in text {
        match is_unreserved(byte) {
            true => sink.push(&[byte]),
            false => {
                let (high, low) = (DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]);
                sink.push(&[b'%', b'2', b'5', high, low]);
            }
        }
    }
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of Alibaba Cloud's page on the signature of RPC requests (DescribeRegions of ECS).
    #[test]
    fn the_published_example_of_version_1() {
        let pairs: Vec<Pair> = [
            ("Action", "DescribeRegions"),
            ("Signature", "ignored"),
            ("Timestamp", "2016-02-23T12:46:24Z"),
            ("Format", "XML"),
            ("AccessKeyId", "testid"),
            ("SignatureMethod", "HMAC-SHA1"),
            ("SignatureNonce", "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf"),
            ("Version", "2014-05-26"),
            ("SignatureVersion", "1.0"),
        ]
        .map(|(name, value)| (SecretBytes::copy_of(name.as_bytes()), SecretBytes::copy_of(value.as_bytes())))
        .into();
        let secret = SecretBytes::copy_of(b"testsecret");
        let good = b"OLeaidS1JvxuMvnyHOwuJ+uX5qY=";
        assert!(is_good_v1("GET", pairs.iter(), good, &secret));
        assert!(!is_good_v1("POST", pairs.iter(), good, &secret));
        assert!(!is_good_v1("GET", pairs[1..].iter(), good, &secret));
        assert!(!is_good_v1("GET", pairs.iter(), good, &SecretBytes::copy_of(b"testsecret2")));
    }

    fn encoded(text: &[u8]) -> String {
        let mut out = Vec::new();
        let mut sink = Sink::new(|bytes: &[u8]| out.extend_from_slice(bytes));
        encode(text, &mut sink);
        sink.finish();
        String::from_utf8(out).unwrap()
    }

    fn encoded_twice(text: &[u8]) -> String {
        let mut out = Vec::new();
        let mut sink = Sink::new(|bytes: &[u8]| out.extend_from_slice(bytes));
        encode_twice(text, &mut sink);
        sink.finish();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_rfc_3986_leaves_is_left_and_all_else_encoded() {
        let text = "aZ9-_.~ *+/\u{e4}".as_bytes();
        assert_eq!(encoded(text), "aZ9-_.~%20%2A%2B%2F%C3%A4");
        assert_eq!(encoded_twice(text), encoded(encoded(text).as_bytes()));
        assert_eq!(encoded("x ".repeat(5_000).as_bytes()), "x%20".repeat(5_000));
    }
}
