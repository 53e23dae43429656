//! One-time codes: what an `otpauth://` URI or a base32 secret says, and the code of a moment.
//!
//! - [`CodeSource`]: the secret, the algorithm, the digits and the period; it makes codes (RFC 6238, TOTP).
//! - [`CodeSource::of_value`]: the source that a whole secret value holds, whatever its form.
//!
//! Pure functions over bytes and seconds; the time is given by whoever asks.

mod base32;
mod hotp;
mod otpauth;

use thiserror::Error;

use crate::content;
use crate::memory::SecretBytes;

pub use hotp::{Algorithm, Code};
pub use otpauth::{decoded as percent_decoded, encode as percent_encode};

/// What codes are made from.
pub struct CodeSource {
    secret: SecretBytes,
    algorithm: Algorithm,
    digits: u32,
    period: u64,
}

/// Why there is no code. It quotes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NoCode {
    /// Neither a URI nor a base32 secret, and no field that holds one.
    #[error("it holds no otpauth:// URI and no base32 secret")]
    NoSource,
    /// A code that counts uses.
    #[error("it is for codes that count uses (HOTP): every code would have to be stored before it is shown")]
    Hotp,
    /// Steam's own alphabet.
    #[error("it is for codes of Steam, which have letters")]
    Steam,
    /// The URI is of another type.
    #[error("its otpauth:// URI is neither of type totp nor of type hotp")]
    Type,
    /// The URI has no secret.
    #[error("its otpauth:// URI has no secret")]
    NoSecret,
    /// The secret is not base32.
    #[error("its secret is not base32 (letters and the digits 2 to 7)")]
    Base32,
    /// Another algorithm.
    #[error("its algorithm is none of SHA1, SHA256 and SHA512")]
    Algorithm,
    /// Another number of digits.
    #[error("its number of digits is none of 6, 7 and 8")]
    Digits,
    /// No number of seconds.
    #[error("its period is not a number of seconds")]
    Period,
}

impl NoCode {
    /// The sentence about a version of a secret.
    pub fn about(self, name: &str, version: &str) -> String {
        format!("version '{version}' of '{name}' makes no code: {self}")
    }
}

/// The period where none is named (RFC 6238, section 4).
const PERIOD: u64 = 30;

/// The digits where none are named.
const DIGITS: u32 = 6;

/// Fields that hold a URI or a base32 secret, in the spelling of pass, Bitwarden, 1Password, KeePassXC and others; case
/// does not matter.
const FIELDS: [&str; 8] =
    ["otpauth", "totp", "otp", "totp_secret", "otp_secret", "one-time password", "2fa", "mfa"];

impl CodeSource {
    /// The source that a whole value holds: the value itself, or one of its fields that is named like one.
    ///
    /// # Errors
    /// [`NoCode`].
    pub fn of_value(value: &[u8]) -> Result<Self, NoCode> {
        let itself = Self::of_text(value);
        if !matches!(itself, Err(NoCode::NoSource | NoCode::Base32)) {
            return itself;
        }
        let Some((_, fields)) = content::fields(value) else { return itself };
        let named = |name: &&str| fields.iter().find(|field| field.key.eq_ignore_ascii_case(name));
        match FIELDS.iter().find_map(named) {
            Some(field) => Self::of_text(field.value.expose()),
            None => Err(NoCode::NoSource),
        }
    }

    /// Whether a value says itself that codes are made from it: it is a URI, or one of its fields is named like one.
    pub fn is_named_in(value: &[u8]) -> bool {
        let start = value.trim_ascii_start();
        let is_uri = start
            .get(..otpauth::SCHEME.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(otpauth::SCHEME.as_bytes()));
        let is_named =
            |field: &content::Field| FIELDS.iter().any(|name| field.key.eq_ignore_ascii_case(name));
        is_uri || content::fields(value).is_some_and(|(_, fields)| fields.iter().any(is_named))
    }

    /// The source that a text is: a URI, or a base32 secret alone with the usual algorithm, digits and period.
    ///
    /// # Errors
    /// [`NoCode`].
    pub fn of_text(text: &[u8]) -> Result<Self, NoCode> {
        let text = std::str::from_utf8(text).map_err(|_| NoCode::NoSource)?.trim();
        let begins =
            |scheme: &str| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
        if begins("steam://") {
            return Err(NoCode::Steam);
        }
        if begins(otpauth::SCHEME) {
            return otpauth::parse(&text[otpauth::SCHEME.len()..]);
        }
        if text.lines().count() != 1 {
            return Err(NoCode::NoSource);
        }
        let secret = base32::decode(text.as_bytes()).ok_or(NoCode::Base32)?;
        Ok(Self { secret, algorithm: Algorithm::Sha1, digits: DIGITS, period: PERIOD })
    }

    /// The code at a moment, in seconds since 1970.
    pub fn code_at(&self, seconds: u64) -> Code {
        let code = hotp::code(self.secret.expose(), self.algorithm, self.digits, seconds / self.period);
        Code { seconds_left: self.period - seconds % self.period, period: self.period, ..code }
    }

    /// The source as a URI, for another program that makes codes.
    pub fn uri(&self, label: &str) -> SecretBytes {
        otpauth::write(self, label)
    }
}

#[cfg(test)]
mod tests;
