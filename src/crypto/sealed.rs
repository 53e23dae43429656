//! Sealed bytes: a random nonce, the padded content under XAES-256-GCM, and the tag.
//!
//! ```text
//! sealed  = nonce (24) ‖ ciphertext ‖ tag (16)
//! content = length (4, big-endian) ‖ plaintext ‖ zeros
//! ```

use std::ops::Range;

use zeroize::Zeroize as _;

use super::error::CryptoError;
use super::primitives::{NONCE_LENGTH, TAG_LENGTH, make_random, xaes_open, xaes_seal};
use crate::memory::{SecretBytes, wipe_stack};

const LENGTH_PREFIX: usize = 4;
const SMALLEST_VALUE: usize = 128;
const SMALLEST_RECORD: usize = 256;
const SMALLEST_VERSION_RECORD: usize = 128;
const RECORD_STEP: usize = 64;

/// How far a plaintext is padded before it is sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Padding {
    /// For values: 128 bytes or Padmé's next size, at most 12 % more, so that 124 bytes and less look alike
    /// and a longer value of `n` bits of length shows about `log2 n` of them.
    Value,
    /// For records: 256 bytes or the next multiple of 64.
    Record,
    /// For the records of versions in format 2, which hold no long text but an id and a note: 128 bytes or the
    /// next multiple of 64.
    VersionRecord,
}

impl Padding {
    /// The length of the content for a plaintext of `length` bytes.
    fn content_length(self, length: usize) -> usize {
        let needed = LENGTH_PREFIX + length;
        match self {
            Self::Value => padme(needed).max(SMALLEST_VALUE),
            Self::Record => needed.next_multiple_of(RECORD_STEP).max(SMALLEST_RECORD),
            Self::VersionRecord => needed.next_multiple_of(RECORD_STEP).max(SMALLEST_VERSION_RECORD),
        }
    }
}

/// Padmé (PURBs, section 4): the next length whose significand, as a floating-point number, is no longer
/// than its exponent. `length` is at least 2.
fn padme(length: usize) -> usize {
    let exponent = length.ilog2();
    let significand = exponent.ilog2() + 1;
    length.next_multiple_of(1 << (exponent - significand))
}

/// Nothing that is sealed is shorter: its nonce and its tag.
pub const SHORTEST_SEALED: usize = NONCE_LENGTH + TAG_LENGTH;

/// The tag of sealed bytes, by which rows refer to each other; `None` if they are too short to have one.
pub fn seal_tag(sealed: &[u8]) -> Option<[u8; 16]> {
    sealed.get(NONCE_LENGTH..)?.last_chunk().copied()
}

pub(super) fn seal(
    key: &[u8; 32],
    associated: &[u8],
    plain: &[u8],
    padding: Padding,
) -> Result<Vec<u8>, CryptoError> {
    seal_with_nonce(key, &make_random()?, associated, plain, padding)
}

/// The nonce is an argument so that tests can freeze the format; only [`seal`] draws one.
fn seal_with_nonce(
    key: &[u8; 32],
    nonce: &[u8; NONCE_LENGTH],
    associated: &[u8],
    plain: &[u8],
    padding: Padding,
) -> Result<Vec<u8>, CryptoError> {
    let length = u32::try_from(plain.len()).map_err(|_| CryptoError::TooLong)?;
    let content_end = NONCE_LENGTH + padding.content_length(plain.len());
    // The plaintext is encrypted in place, in a vector that never grows: no copy of it stays behind.
    let mut sealed = Vec::with_capacity(content_end + TAG_LENGTH);
    sealed.extend_from_slice(nonce);
    sealed.extend_from_slice(&length.to_be_bytes());
    sealed.extend_from_slice(plain);
    sealed.resize(content_end, 0);
    match xaes_seal(key, nonce, associated, &mut sealed[NONCE_LENGTH..]) {
        Ok(tag) => {
            sealed.extend_from_slice(&tag);
            Ok(sealed)
        }
        Err(error) => {
            sealed.zeroize();
            Err(error)
        }
    }
}

pub(super) fn open(key: &[u8; 32], associated: &[u8], sealed: &[u8]) -> Result<SecretBytes, CryptoError> {
    let mut plain = SecretBytes::with_capacity(sealed.len());
    let opened = open_into(key, associated, sealed, &mut plain);
    wipe_stack();
    opened.map(|_| plain)
}

/// Appends the plaintext to `into` and answers where it is; on failure `into` is as it was.
pub(super) fn open_into(
    key: &[u8; 32],
    associated: &[u8],
    sealed: &[u8],
    into: &mut SecretBytes,
) -> Result<Range<usize>, CryptoError> {
    let (nonce, rest) = sealed.split_first_chunk().ok_or(CryptoError::CannotOpen)?;
    let (ciphertext, tag) = rest.split_last_chunk().ok_or(CryptoError::CannotOpen)?;
    let start = into.len();
    into.extend(ciphertext);
    let opened = xaes_open(key, nonce, associated, &mut into.expose_mut()[start..], tag)
        .and_then(|()| plaintext_length(&into.expose()[start..]));
    match opened {
        Ok(length) => {
            into.truncate(start + LENGTH_PREFIX + length);
            into.remove(start..start + LENGTH_PREFIX);
            Ok(start..start + length)
        }
        Err(error) => {
            into.truncate(start);
            Err(error)
        }
    }
}

fn plaintext_length(content: &[u8]) -> Result<usize, CryptoError> {
    let (prefix, padded) = content.split_first_chunk().ok_or(CryptoError::BadPadding)?;
    let length = usize::try_from(u32::from_be_bytes(*prefix)).map_err(|_| CryptoError::BadPadding)?;
    let zeros = padded.get(length..).ok_or(CryptoError::BadPadding)?;
    // All of them are looked at, so that the time says nothing about where the first other byte stands.
    if zeros.iter().fold(0, |seen, byte| seen | byte) == 0 {
        Ok(length)
    } else {
        Err(CryptoError::BadPadding)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KEY: [u8; 32] = [9; 32];
    const NONCE: [u8; 24] = [5; 24];

    /// Seals content exactly as given, as a bug or another program with the key might.
    fn seal_content(content: &[u8]) -> Vec<u8> {
        let mut sealed = [&NONCE[..], content].concat();
        let tag = xaes_seal(&KEY, &NONCE, b"", &mut sealed[24..]).unwrap();
        sealed.extend_from_slice(&tag);
        sealed
    }

    fn any_padding() -> impl Strategy<Value = Padding> {
        prop_oneof![Just(Padding::Value), Just(Padding::Record), Just(Padding::VersionRecord)]
    }

    #[test]
    fn padding_that_is_not_zero_or_a_length_that_is_too_long_is_refused() {
        for content in [
            &b"\0\0\0\x01a\0\0\x01"[..],
            b"\0\0\0\x01ab",
            b"\0\0\0\x05abcd",
            b"\xff\xff\xff\xffabcd",
            b"\0\0\0",
            b"",
        ] {
            let mut into = SecretBytes::copy_of(b"before");
            let opened = open_into(&KEY, b"", &seal_content(content), &mut into);
            assert_eq!(opened, Err(CryptoError::BadPadding), "{content:?}");
            assert_eq!(into.expose(), b"before");
        }
        assert_eq!(open(&KEY, b"", &seal_content(b"\0\0\0\x02ab")).unwrap().expose(), b"ab");
    }

    #[test]
    fn sealed_bytes_that_are_too_short_do_not_open_and_have_no_tag() {
        let sealed = seal_content(b"");
        for length in 0..sealed.len() {
            assert_eq!(open(&KEY, b"", &sealed[..length]).err(), Some(CryptoError::CannotOpen));
            assert_eq!(seal_tag(&sealed[..length]), None);
        }
        assert_eq!(seal_tag(&sealed).unwrap(), sealed[24..]);
    }

    #[test]
    fn padded_lengths_are_those_of_the_design() {
        for (length, padded) in [
            (0, 128),
            (124, 128),
            (125, 144),
            (140, 144),
            (252, 256),
            (253, 272),
            (996, 1024),
            (65_536, 67_584),
        ] {
            assert_eq!(Padding::Value.content_length(length), padded, "value of {length}");
        }
        for (length, padded) in [(0, 256), (252, 256), (253, 320), (316, 320), (317, 384)] {
            assert_eq!(Padding::Record.content_length(length), padded, "record of {length}");
        }
        for (length, padded) in [(0, 128), (124, 128), (125, 192), (188, 192), (189, 256), (317, 384)] {
            assert_eq!(Padding::VersionRecord.content_length(length), padded, "version of {length}");
        }
    }

    #[test]
    fn the_same_plaintext_is_never_sealed_alike() {
        let first = seal(&KEY, b"", b"value", Padding::Value).unwrap();
        let second = seal(&KEY, b"", b"value", Padding::Value).unwrap();
        assert_ne!(first[..24], second[..24]);
        assert_ne!(first[24..], second[24..]);
    }

    proptest! {
        #[test]
        fn what_was_sealed_opens(
            plain in prop::collection::vec(any::<u8>(), 0..2000),
            associated in prop::collection::vec(any::<u8>(), 0..80),
            padding in any_padding(),
        ) {
            let sealed = seal(&KEY, &associated, &plain, padding).unwrap();
            prop_assert_eq!(sealed.len(), 24 + padding.content_length(plain.len()) + 16);
            let opened = open(&KEY, &associated, &sealed).unwrap();
            prop_assert_eq!(opened.expose(), &plain[..]);

            let mut into = SecretBytes::copy_of(b"before");
            let range = open_into(&KEY, &associated, &sealed, &mut into).unwrap();
            prop_assert_eq!(range.clone(), 6..6 + plain.len());
            prop_assert_eq!(&into.expose()[range], &plain[..]);
            prop_assert_eq!(&into.expose()[..6], b"before");
            prop_assert_eq!(into.len(), 6 + plain.len());
        }

        #[test]
        fn a_changed_byte_of_the_seal_or_of_its_place_does_not_open(
            plain in prop::collection::vec(any::<u8>(), 0..300),
            associated in prop::collection::vec(any::<u8>(), 1..80),
            at: prop::sample::Index,
            change in 1..=255_u8,
        ) {
            let sealed = seal(&KEY, &associated, &plain, Padding::Value).unwrap();
            let mut changed = sealed.clone();
            changed[at.index(sealed.len())] ^= change;
            prop_assert_eq!(open(&KEY, &associated, &changed).err(), Some(CryptoError::CannotOpen));

            let mut elsewhere = associated.clone();
            elsewhere[at.index(associated.len())] ^= change;
            let mut into = SecretBytes::copy_of(b"before");
            prop_assert_eq!(open_into(&KEY, &elsewhere, &sealed, &mut into), Err(CryptoError::CannotOpen));
            prop_assert_eq!(into.expose(), b"before");
        }

        /// Padmé says: the exponent and as many leading bits as the exponent itself is long.
        #[test]
        fn a_padded_value_shows_no_more_than_padme(length in 0_usize..50_000_000) {
            let padded = Padding::Value.content_length(length);
            prop_assert!(padded >= length + 4);
            prop_assert!(padded == 128 || padded * 100 <= (length + 4) * 112);
            let exponent = padded.ilog2();
            let shown = exponent.ilog2() + 1;
            prop_assert!(padded.trailing_zeros() >= exponent - shown);
        }

        #[test]
        fn padding_never_shrinks_when_the_plaintext_grows(
            length in 0_usize..5_000_000,
            more in 0_usize..10_000,
            padding in any_padding(),
        ) {
            prop_assert!(padding.content_length(length) <= padding.content_length(length + more));
        }
    }
}
