//! Opens a database: key, authentication, decryption, unpacking.

use super::blocks::{block_key, join_authenticated, join_hashed};
use super::bytes::{Bytes, whole_u32};
use super::header::{self, Cipher, Format, Header};
use super::key::composite;
use crate::crypto::foreign::{KeyStream, StreamKind, decrypt_aes_cbc, hmac_sha256, sha256_of, sha512_of};
use crate::exchange::error::ExchangeError;
use crate::exchange::inflate::{LARGEST, NotInflated, gunzip};
use crate::exchange::locks::Locks;
use crate::memory::SecretBytes;

/// What is in a database.
pub(super) struct Opened {
    pub(super) xml: SecretBytes,
    /// By which values in the XML are hidden.
    pub(super) stream: Option<KeyStream>,
    /// Attachments, by their number; format 3 has them in the XML.
    pub(super) binaries: Vec<SecretBytes>,
}

/// The nonce of Salsa20, which KeePass never changes.
const SALSA20_NONCE: [u8; 8] = [0xe8, 0x30, 0x09, 0x4b, 0x97, 0x20, 0x5d, 0x2a];

/// Opens a database. What is wrong with its header is said before a password is asked for.
pub(super) fn open(file: &[u8], locks: Option<&Locks>) -> Result<Opened, ExchangeError> {
    let header = header::read(file)?;
    let mut body = Bytes::new(header.rest);
    let authentication = match header.format {
        Format::Three => None,
        Format::Four => {
            let hash = body.array::<32>()?;
            if !sha256_of(&[header.whole]).equals(&hash) {
                return Err(ExchangeError::Damaged);
            }
            Some(body.array::<32>()?)
        }
    };
    let locks = locks.ok_or(ExchangeError::Locked)?;
    let derived = header.derivation.run(&composite(locks)?)?;
    match authentication {
        Some(mac) => open_4(&header, &derived, mac, body.rest()),
        None => open_3(&header, &derived, body.rest()),
    }
}

fn open_4(
    header: &Header<'_>,
    derived: &SecretBytes,
    mac: [u8; 32],
    body: &[u8],
) -> Result<Opened, ExchangeError> {
    let base = sha512_of(&[header.master_seed, derived.expose(), &[1]]);
    let found = hmac_sha256(block_key(u64::MAX, &base).expose(), &[header.whole]);
    if !SecretBytes::copy_of(&found).equals(&mac) {
        return Err(ExchangeError::WrongLocks);
    }
    let mut text = join_authenticated(body, &base)?;
    decrypt(header, derived, &mut text).map_err(|_| ExchangeError::Damaged)?;
    inside(unpacked(header, text)?.expose())
}

/// What format 4 has within: a header of its own, and the XML.
pub(super) fn inside(text: &[u8]) -> Result<Opened, ExchangeError> {
    let mut inner = Bytes::new(text);
    let (mut stream, mut key) = (0, &[][..]);
    let mut binaries = Vec::new();
    loop {
        let id = inner.byte()?;
        let field = inner.with_length()?;
        match id {
            0 => break,
            1 => stream = whole_u32(field)?,
            2 => key = field,
            // The first byte says whether it is to be kept encrypted in memory, which all is here.
            3 => binaries.push(SecretBytes::copy_of(field.get(1..).unwrap_or_default())),
            _ => {}
        }
    }
    let stream = key_stream(stream, key)?;
    Ok(Opened { xml: SecretBytes::copy_of(inner.rest()), stream, binaries })
}

fn open_3(header: &Header<'_>, derived: &SecretBytes, body: &[u8]) -> Result<Opened, ExchangeError> {
    const BLOCK: usize = 16;
    if header.start.len() != 32 || (header.cipher == Cipher::Aes && !body.len().is_multiple_of(BLOCK)) {
        return Err(ExchangeError::Damaged);
    }
    let mut text = SecretBytes::copy_of(body);
    // Nothing is authenticated before this: whatever does not decrypt has another key as its likeliest cause.
    decrypt(header, derived, &mut text).map_err(|_| ExchangeError::WrongLocks)?;
    let body = text.expose().strip_prefix(header.start).ok_or(ExchangeError::WrongLocks)?;
    let xml = unpacked(header, join_hashed(body)?)?;
    Ok(Opened { xml, stream: key_stream(header.stream, header.stream_key)?, binaries: Vec::new() })
}

fn decrypt(
    header: &Header<'_>,
    derived: &SecretBytes,
    text: &mut SecretBytes,
) -> Result<(), crate::crypto::CryptoError> {
    let key = sha256_of(&[header.master_seed, derived.expose()]);
    match header.cipher {
        Cipher::Aes => decrypt_aes_cbc(key.expose(), header.iv, text),
        Cipher::ChaCha20 => {
            KeyStream::new(StreamKind::ChaCha20, key.expose(), header.iv)?.apply(text.expose_mut())
        }
    }
}

fn unpacked(header: &Header<'_>, text: SecretBytes) -> Result<SecretBytes, ExchangeError> {
    if !header.is_packed {
        return Ok(text);
    }
    gunzip(text.expose(), LARGEST).map_err(|error| match error {
        NotInflated::Damaged => ExchangeError::Damaged,
        NotInflated::TooLarge => ExchangeError::TooLarge { limit: LARGEST },
    })
}

/// The stream that hides values within the XML.
fn key_stream(kind: u32, key: &[u8]) -> Result<Option<KeyStream>, ExchangeError> {
    let stream = match kind {
        0 => return Ok(None),
        2 => KeyStream::new(StreamKind::Salsa20, sha256_of(&[key]).expose(), &SALSA20_NONCE),
        3 => {
            let both = sha512_of(&[key]);
            let (key, nonce) = both.expose().split_at(32);
            KeyStream::new(StreamKind::ChaCha20, key, &nonce[..12])
        }
        _ => {
            return Err(ExchangeError::in_words("values in this file are encrypted in an unknown way"));
        }
    };
    stream.map(Some).map_err(|_| ExchangeError::Damaged)
}
