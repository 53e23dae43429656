//! What the user knows and has: the master password and the optional key file.

use std::sync::Arc;

use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfc_quick};
use zeroize::Zeroize as _;

use super::error::CryptoError;
use super::primitives::fill_random;
use crate::domain::{byte_of_hexadecimal, hexadecimal_digits};
use crate::memory::{Key32, KeyArena, SecretBytes};

/// Unicode Standard Annex #15 (table of maximum expansion factors): NFC grows UTF-8 at most threefold, so
/// that a buffer of that size is never reallocated.
const MOST_NFC_EXPANSION: usize = 3;
const KEY_FILE_DIGITS: usize = 64;

/// A master password: text, not empty, in Unicode normalisation form C, so that the same password opens
/// the vault whichever keyboard composed its accents.
pub struct MasterPassword {
    text: SecretBytes,
}

impl MasterPassword {
    /// Takes what was typed or read. Nothing is trimmed: a newline at the end of a file is the caller's.
    ///
    /// Text that may need composing passes through the normaliser, whose working buffer keeps a few
    /// characters unwiped; text that is in NFC already, which keyboards send, is taken as it is.
    ///
    /// # Errors
    /// [`CryptoError::EmptyPassword`] and [`CryptoError::PasswordNotUtf8`].
    pub fn new(typed: SecretBytes) -> Result<Self, CryptoError> {
        if typed.is_empty() {
            return Err(CryptoError::EmptyPassword);
        }
        let text = typed.expose_text().ok_or(CryptoError::PasswordNotUtf8)?;
        if is_nfc_quick(text.chars()) == IsNormalized::Yes {
            return Ok(Self { text: typed });
        }
        let mut composed = SecretBytes::with_capacity(text.len() * MOST_NFC_EXPANSION);
        let mut encoded = [0; 4];
        for character in text.nfc() {
            composed.extend(character.encode_utf8(&mut encoded).as_bytes());
        }
        encoded.zeroize();
        Ok(Self { text: composed })
    }

    pub(super) fn expose(&self) -> &[u8] {
        self.text.expose()
    }
}

/// The 32 bytes of a key file, which enter Argon2id as its secret `K` (RFC 9106, section 3.1).
pub struct KeyFile {
    key: Key32,
}

impl KeyFile {
    /// Makes a new one.
    ///
    /// # Errors
    /// [`CryptoError::RandomUnavailable`].
    pub fn make(arena: &Arc<KeyArena>) -> Result<Self, CryptoError> {
        Ok(Self { key: arena.try_make(|bytes| fill_random(bytes))? })
    }

    /// Reads exactly 64 hexadecimal digits of either case and, if it is there, one final newline (LF or
    /// CRLF). The caller still owns (and wipes) the text.
    ///
    /// # Errors
    /// [`CryptoError::KeyFileMalformed`] for anything else.
    pub fn parse(arena: &Arc<KeyArena>, text: &[u8]) -> Result<Self, CryptoError> {
        let line = text.strip_suffix(b"\n").map_or(text, |line| line.strip_suffix(b"\r").unwrap_or(line));
        if line.len() != KEY_FILE_DIGITS {
            return Err(CryptoError::KeyFileMalformed);
        }
        let key = arena.try_make(|bytes| {
            for (byte, digits) in bytes.iter_mut().zip(line.as_chunks().0) {
                *byte = byte_of_hexadecimal(*digits).ok_or(CryptoError::KeyFileMalformed)?;
            }
            Ok(())
        })?;
        Ok(Self { key })
    }

    /// The text of the file: 64 lower-case digits and a newline, so that it can be printed and typed again.
    pub fn to_text(&self) -> SecretBytes {
        let mut text = SecretBytes::with_capacity(KEY_FILE_DIGITS + 1);
        for byte in self.key.expose() {
            text.extend(&hexadecimal_digits(*byte));
        }
        text.push(b'\n');
        text
    }

    pub(super) fn expose(&self) -> &[u8] {
        self.key.expose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &[u8]) -> Result<Vec<u8>, CryptoError> {
        MasterPassword::new(SecretBytes::copy_of(text)).map(|password| password.expose().to_vec())
    }

    fn arena() -> Arc<KeyArena> {
        KeyArena::new().expect("mapping a page")
    }

    #[test]
    fn a_password_is_the_same_however_its_accents_were_typed() {
        assert_eq!(password("Pa\u{308}sse\u{301}".as_bytes()).unwrap(), "P\u{e4}ss\u{e9}".as_bytes());
        assert_eq!(password("P\u{e4}ss\u{e9}".as_bytes()).unwrap(), "P\u{e4}ss\u{e9}".as_bytes());
        // Hangul jamo compose, and the Ohm sign is the Greek letter.
        assert_eq!(
            password("\u{1112}\u{1161}\u{11ab}\u{2126}".as_bytes()).unwrap(),
            "\u{d55c}\u{3a9}".as_bytes()
        );
    }

    #[test]
    fn normalising_is_not_compatibility_folding_or_trimming() {
        for text in [" \u{fb01} ", "\u{ff21}\n", "tab\t", "correct horse battery staple"] {
            assert_eq!(password(text.as_bytes()).unwrap(), text.as_bytes());
        }
    }

    #[test]
    fn text_that_grows_by_normalising_fits() {
        // U+1D160 (musical symbol) decomposes in NFC from four bytes to twelve.
        let grown = password("\u{1d160}".repeat(50).as_bytes()).unwrap();
        assert_eq!(grown.len(), 600);
    }

    #[test]
    fn empty_and_binary_passwords_are_refused() {
        assert_eq!(password(b""), Err(CryptoError::EmptyPassword));
        assert_eq!(password(b"\xff\xfe"), Err(CryptoError::PasswordNotUtf8));
        assert_eq!(password(b"\xed\xa0\x80"), Err(CryptoError::PasswordNotUtf8));
    }

    #[test]
    fn a_key_file_survives_printing_and_typing() {
        let arena = arena();
        let made = KeyFile::make(&arena).unwrap();
        let text = made.to_text();
        assert_eq!(text.len(), 65);
        let typed = KeyFile::parse(&arena, text.expose()).unwrap();
        assert_eq!(typed.expose(), made.expose());
        let shouted = text.expose().to_ascii_uppercase();
        assert_eq!(KeyFile::parse(&arena, &shouted[..64]).unwrap().expose(), made.expose());
    }

    #[test]
    fn key_files_are_64_digits_and_nothing_else() {
        let arena = arena();
        let digits = "0123456789abcdefABCDEF0123456789".repeat(2);
        for good in [digits.clone(), format!("{digits}\n"), format!("{digits}\r\n")] {
            assert_eq!(KeyFile::parse(&arena, good.as_bytes()).unwrap().expose()[..3], [0x01, 0x23, 0x45]);
        }
        for bad in [
            String::new(),
            digits[1..].to_owned(),
            format!("{digits}0"),
            format!("{digits}\n\n"),
            format!("{digits}\r"),
            format!(" {digits}"),
            digits.replace('9', "g"),
            digits.replace('9', " "),
        ] {
            let parsed = KeyFile::parse(&arena, bad.as_bytes());
            assert_eq!(parsed.err(), Some(CryptoError::KeyFileMalformed), "{bad:?}");
        }
    }
}
