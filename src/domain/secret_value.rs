//! The value of a version: what is kept secret.

use std::fmt;

use super::invalid::Invalid;
use crate::memory::SecretBytes;

const WHAT: &str = "a secret value";

/// How the bytes of a value are meant (KMS: `SecretDataType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ValueType {
    /// UTF-8 text.
    Text,
    /// Any bytes.
    Binary,
}

impl ValueType {
    /// The word of the API: `text` or `binary`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Binary => "binary",
        }
    }
}

impl fmt::Display for ValueType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A value: 1 byte to 1 MiB, text (UTF-8) or binary. No `Clone`; `Debug` prints `[redacted]`.
#[derive(Debug)]
pub struct SecretValue {
    value_type: ValueType,
    bytes: SecretBytes,
}

impl SecretValue {
    /// The largest number of bytes etui stores.
    pub const LIMIT: usize = 1024 * 1024;

    /// The largest number of bytes KMS stores; a larger value is accepted and said to be so.
    pub const KMS_LIMIT: usize = 30_720;

    /// Checks and takes a value.
    ///
    /// # Errors
    /// [`Invalid`] for no bytes, for more than [`LIMIT`](Self::LIMIT), and for text that is not UTF-8.
    pub fn new(value_type: ValueType, bytes: SecretBytes) -> Result<Self, Invalid> {
        if bytes.is_empty() {
            return Err(Invalid::Empty { what: WHAT });
        }
        if bytes.len() > Self::LIMIT {
            return Err(Invalid::TooLong {
                what: WHAT,
                limit: Self::LIMIT,
                length: bytes.len(),
                unit: "bytes",
            });
        }
        if value_type == ValueType::Text && bytes.expose_text().is_none() {
            return Err(Invalid::NotText);
        }
        Ok(Self { value_type, bytes })
    }

    /// Text or binary.
    pub fn value_type(&self) -> ValueType {
        self.value_type
    }

    /// Lends the bytes.
    pub fn expose(&self) -> &[u8] {
        self.bytes.expose()
    }

    /// The number of bytes.
    #[allow(clippy::len_without_is_empty, reason = "a value is never empty")]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether KMS itself would refuse a value of this size.
    pub fn exceeds_kms_limit(&self) -> bool {
        self.len() > Self::KMS_LIMIT
    }

    /// Same type and same bytes, the bytes compared in constant time.
    pub fn equals(&self, other: &Self) -> bool {
        self.value_type == other.value_type && self.has_bytes_of(other)
    }

    /// Whether two values have the same bytes, whatever their types; in constant time.
    pub fn has_bytes_of(&self, other: &Self) -> bool {
        self.bytes.equals(other.expose())
    }

    /// Makes the one explicit copy.
    pub fn duplicate(&self) -> Self {
        Self { value_type: self.value_type, bytes: self.bytes.duplicate() }
    }

    /// Gives the buffer away.
    pub fn into_bytes(self) -> SecretBytes {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(value_type: ValueType, bytes: &[u8]) -> Result<SecretValue, Invalid> {
        SecretValue::new(value_type, SecretBytes::copy_of(bytes))
    }

    #[test]
    fn a_value_has_1_byte_to_1_mebibyte() {
        assert!(value(ValueType::Binary, b"\0").is_ok());
        assert!(value(ValueType::Binary, &vec![0; SecretValue::LIMIT]).is_ok());
        assert!(matches!(value(ValueType::Text, b""), Err(Invalid::Empty { .. })));
        assert!(matches!(
            value(ValueType::Binary, &vec![0; SecretValue::LIMIT + 1]),
            Err(Invalid::TooLong { .. })
        ));
    }

    #[test]
    fn text_is_utf_8_and_binary_is_anything() {
        assert!(matches!(value(ValueType::Text, b"\xff"), Err(Invalid::NotText)));
        assert!(value(ValueType::Binary, b"\xff").is_ok());
        assert!(value(ValueType::Text, "crlf\r\n, nul \0, é".as_bytes()).is_ok());
    }

    #[test]
    fn the_same_bytes_of_another_type_are_another_value() {
        let text = value(ValueType::Text, b"a").unwrap();
        assert!(text.equals(&text.duplicate()));
        assert!(!text.equals(&value(ValueType::Binary, b"a").unwrap()));
        assert!(!text.equals(&value(ValueType::Text, b"b").unwrap()));
    }

    #[test]
    fn the_limit_of_kms_is_said_and_not_enforced() {
        assert!(!value(ValueType::Binary, &vec![0; 30_720]).unwrap().exceeds_kms_limit());
        assert!(value(ValueType::Binary, &vec![0; 30_721]).unwrap().exceeds_kms_limit());
    }
}
