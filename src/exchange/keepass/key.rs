//! The key of a database: of its password, its key file, or both.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::xml::Xml;
use crate::crypto::foreign::sha256_of;
use crate::exchange::error::ExchangeError;
use crate::exchange::locks::Locks;
use crate::memory::SecretBytes;

const KEY: usize = 32;

/// Makes the key that the derivation begins with. An empty password beside a key file counts as none.
pub(super) fn composite(locks: &Locks) -> Result<SecretBytes, ExchangeError> {
    let password = sha256_of(&[locks.password.expose()]);
    let Some(file) = &locks.key_file else { return Ok(sha256_of(&[password.expose()])) };
    let key = of_file(file.expose())?;
    let parts: &[&[u8]] = &[password.expose(), key.expose()];
    Ok(sha256_of(if locks.password.is_empty() { &parts[1..] } else { parts }))
}

/// The 32 bytes of a key file: an XML file of version 1 or 2, 32 raw bytes, 64 digits, or the hash of any file.
fn of_file(file: &[u8]) -> Result<SecretBytes, ExchangeError> {
    if let Some(key) = std::str::from_utf8(file).ok().and_then(of_xml) {
        return key;
    }
    if file.len() == KEY {
        return Ok(SecretBytes::copy_of(file));
    }
    Ok(digits(file).filter(|key| key.len() == KEY).unwrap_or_else(|| sha256_of(&[file])))
}

/// `None` where it is not a key file in XML: then any other file will do as one.
fn of_xml(text: &str) -> Option<Result<SecretBytes, ExchangeError>> {
    let mut xml = Xml::new(text, None);
    xml.child().ok()?.filter(|root| root.name() == "KeyFile")?;
    Some(read_xml(xml).and_then(|key| key.ok_or(ExchangeError::KeyFileMalformed)))
        .map(|read| read.map_err(|_| ExchangeError::KeyFileMalformed))
}

fn read_xml(mut xml: Xml<'_>) -> Result<Option<SecretBytes>, ExchangeError> {
    let mut version = SecretBytes::new();
    let mut data = None;
    while let Some(part) = xml.child()? {
        match part.name() {
            "Meta" | "Key" => {
                while let Some(inner) = xml.child()? {
                    match inner.name() {
                        "Version" => version = xml.text()?,
                        "Data" => {
                            let hash = inner.attribute("Hash");
                            data = Some((xml.text()?, hash));
                        }
                        _ => xml.skip(&inner)?,
                    }
                }
            }
            _ => xml.skip(&part)?,
        }
    }
    let Some((text, hash)) = data else { return Ok(None) };
    if !version.expose().starts_with(b"2") {
        let mut key = SecretBytes::zeroed(text.len());
        let decoded = STANDARD.decode_slice(text.expose().trim_ascii(), key.expose_mut());
        key.truncate(decoded.map_err(|_| ExchangeError::KeyFileMalformed)?);
        return Ok(Some(key).filter(|key| key.len() == KEY));
    }
    let Some(key) = digits(text.expose()).filter(|key| key.len() == KEY) else { return Ok(None) };
    // The first bytes of its hash tell a mistyped key.
    let check = hash.and_then(|hash| digits(hash.expose()));
    let is_right = check.is_none_or(|check| sha256_of(&[key.expose()]).expose().starts_with(check.expose()));
    Ok(Some(key).filter(|_| is_right))
}

/// The bytes of hexadecimal digits with any white space between them.
fn digits(text: &[u8]) -> Option<SecretBytes> {
    let mut bytes = SecretBytes::with_capacity(text.len() / 2);
    let mut half = None;
    for digit in text.iter().filter(|byte| !byte.is_ascii_whitespace()) {
        let value = u8::try_from(char::from(*digit).to_digit(16)?).ok()?;
        match half.take() {
            None => half = Some(value),
            Some(high) => bytes.push(high << 4 | value),
        }
    }
    half.is_none().then_some(bytes)
}
