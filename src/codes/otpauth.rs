//! `otpauth://totp/LABEL?secret=…&algorithm=…&digits=…&period=…`, as programs that make codes exchange it
//! (github.com/google/google-authenticator/wiki/Key-Uri-Format). What is not named here is passed over.

use super::hotp::Algorithm;
use super::{CodeSource, DIGITS, NoCode, PERIOD, base32};
use crate::memory::SecretBytes;

pub(super) const SCHEME: &str = "otpauth://";

/// Reads what follows the scheme.
pub(super) fn parse(rest: &str) -> Result<CodeSource, NoCode> {
    let rest = rest.split('#').next().unwrap_or_default();
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let kind = path.split('/').next().unwrap_or_default();
    if kind.eq_ignore_ascii_case("hotp") {
        return Err(NoCode::Hotp);
    }
    if !kind.eq_ignore_ascii_case("totp") {
        return Err(NoCode::Type);
    }
    let parameter = |name: &str| {
        let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        // The first one counts, as for the programs that made the format known.
        let mut named = pairs.filter(|(key, _)| key.eq_ignore_ascii_case(name));
        named.next().map(|(_, value)| decoded(value))
    };
    if parameter("encoder").is_some_and(|encoder| encoder.expose().eq_ignore_ascii_case(b"steam")) {
        return Err(NoCode::Steam);
    }
    let secret = parameter("secret").filter(|secret| !secret.is_empty()).ok_or(NoCode::NoSecret)?;
    let number = |name: &str, default: u64, error: NoCode| match parameter(name) {
        None => Ok(default),
        Some(text) => digits(text.expose()).ok_or(error),
    };
    let algorithm = match parameter("algorithm") {
        None => Algorithm::Sha1,
        Some(name) => algorithm(name.expose()).ok_or(NoCode::Algorithm)?,
    };
    let digits = number("digits", u64::from(DIGITS), NoCode::Digits)?;
    let digits =
        u32::try_from(digits).ok().filter(|digits| (6..=8).contains(digits)).ok_or(NoCode::Digits)?;
    let period = number("period", PERIOD, NoCode::Period)?;
    if period == 0 {
        return Err(NoCode::Period);
    }
    Ok(CodeSource {
        secret: base32::decode(secret.expose()).ok_or(NoCode::Base32)?,
        algorithm,
        digits,
        period,
    })
}

/// A sign is not part of a number here, though Rust would read it.
fn digits(text: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(text).ok()?;
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

fn algorithm(name: &[u8]) -> Option<Algorithm> {
    let all = [Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512];
    // Also `SHA-256`, `HmacSHA256` and `hmac-sha-256`.
    let mut letters: Vec<u8> =
        name.iter().filter(|byte| **byte != b'-').map(u8::to_ascii_uppercase).collect();
    if letters.starts_with(b"HMAC") {
        letters.drain(..4);
    }
    all.into_iter().find(|algorithm| algorithm.as_str().as_bytes() == letters)
}

/// Percent-decoded; what is not such a number stays as it is. `+` is a space, which base32 passes over.
pub fn decoded(value: &str) -> SecretBytes {
    let mut out = SecretBytes::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        let hex = |digit: u8| char::from(digit).to_digit(16);
        match (first, behind) {
            (b'%', [high, low, after @ ..]) if hex(*high).is_some() && hex(*low).is_some() => {
                let byte = hex(*high).zip(hex(*low)).map_or(0, |(high, low)| high << 4 | low);
                out.push(byte.to_le_bytes()[0]);
                rest = after;
            }
            (b'+', _) => {
                out.push(b' ');
                rest = behind;
            }
            (other, _) => {
                out.push(other);
                rest = behind;
            }
        }
    }
    out
}

/// Appends bytes with everything percent-encoded that has a meaning in a URI.
pub fn encode(bytes: &[u8], uri: &mut SecretBytes) {
    for byte in bytes {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'@' => uri.push(*byte),
            _ => uri.extend(format!("%{byte:02X}").as_bytes()),
        }
    }
}

/// Writes a source with everything named that is not usual.
pub(super) fn write(source: &CodeSource, label: &str) -> SecretBytes {
    let mut uri = SecretBytes::new();
    uri.extend(SCHEME.as_bytes());
    uri.extend(b"totp/");
    encode(label.as_bytes(), &mut uri);
    uri.extend(b"?secret=");
    base32::encode(source.secret.expose(), &mut uri);
    if source.algorithm != Algorithm::Sha1 {
        uri.extend(format!("&algorithm={}", source.algorithm.as_str()).as_bytes());
    }
    if source.digits != DIGITS {
        uri.extend(format!("&digits={}", source.digits).as_bytes());
    }
    if source.period != PERIOD {
        uri.extend(format!("&period={}", source.period).as_bytes());
    }
    uri
}
