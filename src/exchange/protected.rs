//! Bitwarden's export that has a password of its own: what is in it is the unencrypted export.
//!
//! The key comes of the password by PBKDF2 or Argon2id and is spread over two; the text is encrypted with AES-256-CBC
//! and authenticated with HMAC-SHA-256 (<https://bitwarden.com/help/encrypted-export/>).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::document::Members;
use super::error::ExchangeError;
use super::locks::Locks;
use crate::crypto::foreign::{
    ForeignArgon2, decrypt_aes_cbc, derive_bitwarden_keys, derive_pbkdf2, hmac_sha256, sha256_of,
};
use crate::memory::SecretBytes;

/// Opens the export. What is wrong with its head is said before a password is asked for.
pub(super) fn open(root: &Members<'_>, locks: Option<&Locks>) -> Result<SecretBytes, ExchangeError> {
    let salt = root.get("salt")?.text()?;
    let number = |member| root.get(member)?.number();
    let kind = root.get("kdfType")?;
    let iterations = number("kdfIterations")?;
    let argon2 = match kind.number()? {
        0 => None,
        1 => {
            let memory_kib = number("kdfMemory")?.saturating_mul(1024);
            let kdf = ForeignArgon2::new(true, 0x13, memory_kib, iterations, number("kdfParallelism")?);
            Some(kdf.map_err(|error| ExchangeError::TooCostly(error.to_string()))?)
        }
        _ => return Err(kind.fault("this key derivation is unknown")),
    };
    let (check, text) = (root.get("encKeyValidation_DO_NOT_EDIT")?, root.get("data")?);
    let locks = locks.ok_or(ExchangeError::Locked)?;
    let password = locks.password.expose();
    let key = match argon2 {
        Some(kdf) => kdf
            .derive(password, sha256_of(&[salt.expose()]).expose())
            .map_err(|error| ExchangeError::TooCostly(error.to_string()))?,
        None => derive_pbkdf2(password, salt.expose(), iterations).ok_or_else(|| {
            let sentence = format!("a key derivation of {iterations} rounds is outside of what etui runs");
            ExchangeError::TooCostly(sentence)
        })?,
    };
    let keys = derive_bitwarden_keys(&key);
    unseal(&check.text()?, &keys).map_err(|error| match error {
        // It is there to tell a wrong password.
        Unsealed::OtherKey => ExchangeError::WrongLocks,
        Unsealed::Malformed => ExchangeError::Damaged,
    })?;
    unseal(&text.text()?, &keys).map_err(|_| ExchangeError::Damaged)
}

/// Why a sealed text does not open.
enum Unsealed {
    OtherKey,
    Malformed,
}

/// Opens `2.IV|TEXT|MAC`, each part in base64.
fn unseal(sealed: &SecretBytes, keys: &(SecretBytes, SecretBytes)) -> Result<SecretBytes, Unsealed> {
    let parts = sealed.expose().strip_prefix(b"2.").ok_or(Unsealed::Malformed)?;
    let mut parts = parts.split(|byte| *byte == b'|').map(|part| {
        let mut bytes = SecretBytes::zeroed(part.len());
        let length = STANDARD.decode_slice(part, bytes.expose_mut()).map_err(|_| Unsealed::Malformed)?;
        bytes.truncate(length);
        Ok(bytes)
    });
    let mut next = || parts.next().ok_or(Unsealed::Malformed)?;
    let (iv, mut text, mac) = (next()?, next()?, next()?);
    let (encrypting, authenticating) = keys;
    let found = hmac_sha256(authenticating.expose(), &[iv.expose(), text.expose()]);
    if !mac.equals(&found) {
        return Err(Unsealed::OtherKey);
    }
    decrypt_aes_cbc(encrypting.expose(), iv.expose(), &mut text).map_err(|_| Unsealed::Malformed)?;
    Ok(text)
}
