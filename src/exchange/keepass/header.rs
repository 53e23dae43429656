//! What stands before the encrypted part of a database: by what it is encrypted, and how its key is derived.

use super::bytes::{Bytes, whole_u32, whole_u64};
use crate::crypto::CryptoError;
use crate::crypto::foreign::{AesKdf, ForeignArgon2};
use crate::exchange::error::ExchangeError;
use crate::exchange::keepass_start::SIGNATURE;
use crate::memory::SecretBytes;

/// Ids of ciphers and key derivations, as they stand in files.
const AES: [u8; 16] = hex(0x31c1_f2e6_bf71_4350_be58_0521_6afc_5aff);
pub(super) const CHACHA20: [u8; 16] = hex(0xd603_8a2b_8b6f_4cb5_a524_339a_31db_b59a);
const TWOFISH: [u8; 16] = hex(0xad68_f29f_576f_4bb9_a36a_d47a_f965_346c);
const AES_KDF: [u8; 16] = hex(0xc9d9_f39a_628a_4460_bf74_0d08_c18a_4fea);
const AES_KDF_OF_4: [u8; 16] = hex(0x7c02_bb82_79a7_4ac0_927d_114a_0064_8238);
const ARGON2D: [u8; 16] = hex(0xef63_6ddf_8c29_444b_91f7_a9a4_03e3_0a0c);
pub(super) const ARGON2ID: [u8; 16] = hex(0x9e29_8b19_56db_4773_b23d_fc3e_c6f0_a1e6);

const fn hex(id: u128) -> [u8; 16] {
    id.to_be_bytes()
}

/// Which of the two formats it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// KDBX 3.1 and 3.0.
    Three,
    /// KDBX 4.x.
    Four,
}

/// By what the encrypted part is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cipher {
    Aes,
    ChaCha20,
}

/// How a key is derived; its cost is within the bounds already.
#[derive(Debug)]
pub(super) enum Derivation {
    Aes { kdf: AesKdf, seed: Vec<u8> },
    Argon2 { kdf: ForeignArgon2, salt: Vec<u8> },
}

impl Derivation {
    /// Derives the key of 32 bytes.
    pub(super) fn run(&self, key: &SecretBytes) -> Result<SecretBytes, ExchangeError> {
        match self {
            Self::Aes { kdf, seed } => kdf.derive(key.expose(), seed),
            Self::Argon2 { kdf, salt } => kdf.derive(key.expose(), salt),
        }
        .map_err(|error| match error {
            CryptoError::KdfMemory { .. } => ExchangeError::TooCostly(error.to_string()),
            _ => ExchangeError::Damaged,
        })
    }
}

/// The header of a file.
#[derive(Debug)]
pub(super) struct Header<'a> {
    pub(super) format: Format,
    pub(super) cipher: Cipher,
    pub(super) is_packed: bool,
    pub(super) master_seed: &'a [u8],
    pub(super) iv: &'a [u8],
    pub(super) derivation: Derivation,
    /// Of format 3: the key of the stream, which stream, and the first bytes of what is encrypted.
    pub(super) stream_key: &'a [u8],
    pub(super) stream: u32,
    pub(super) start: &'a [u8],
    /// The header itself.
    pub(super) whole: &'a [u8],
    /// What stands behind it.
    pub(super) rest: &'a [u8],
}

#[derive(Default)]
struct Fields<'a> {
    cipher: Option<&'a [u8]>,
    packing: Option<&'a [u8]>,
    master_seed: Option<&'a [u8]>,
    transform_seed: Option<&'a [u8]>,
    rounds: Option<&'a [u8]>,
    iv: Option<&'a [u8]>,
    stream_key: Option<&'a [u8]>,
    start: Option<&'a [u8]>,
    stream: Option<&'a [u8]>,
    derivation: Option<&'a [u8]>,
}

/// Reads the header of a file.
pub(super) fn read(file: &[u8]) -> Result<Header<'_>, ExchangeError> {
    const MISSING: ExchangeError = ExchangeError::Damaged;
    let mut bytes = Bytes::new(file);
    bytes.take(SIGNATURE.len())?;
    let _minor = bytes.u16()?;
    let format = match bytes.u16()? {
        3 => Format::Three,
        4 => Format::Four,
        other => {
            let sentence =
                format!("this is a KeePass database of version {other}; versions 3 and 4 are read");
            return Err(ExchangeError::in_words(sentence));
        }
    };
    let fields = read_fields(&mut bytes, format)?;
    let rest = bytes.rest();
    let cipher = match fields.cipher {
        Some(id) if id == AES => Cipher::Aes,
        Some(id) if id == CHACHA20 => Cipher::ChaCha20,
        Some(id) if id == TWOFISH => {
            return Err(ExchangeError::Foreign {
                what: "a KeePass database that is encrypted with Twofish",
                way: "choose AES or ChaCha20 in the database's security settings, and save it",
            });
        }
        _ => return Err(MISSING),
    };
    let derivation = match format {
        Format::Three => {
            aes_kdf(whole_u64(fields.rounds.ok_or(MISSING)?)?, fields.transform_seed.ok_or(MISSING)?)?
        }
        Format::Four => read_derivation(fields.derivation.ok_or(MISSING)?)?,
    };
    Ok(Header {
        format,
        cipher,
        is_packed: match whole_u32(fields.packing.ok_or(MISSING)?)? {
            0 => false,
            1 => true,
            _ => return Err(MISSING),
        },
        master_seed: fields.master_seed.filter(|seed| seed.len() == 32).ok_or(MISSING)?,
        iv: fields.iv.ok_or(MISSING)?,
        derivation,
        stream_key: fields.stream_key.unwrap_or_default(),
        stream: fields.stream.map(whole_u32).transpose()?.unwrap_or_default(),
        start: fields.start.unwrap_or_default(),
        whole: &file[..file.len() - rest.len()],
        rest,
    })
}

fn read_fields<'a>(bytes: &mut Bytes<'a>, format: Format) -> Result<Fields<'a>, ExchangeError> {
    let mut fields = Fields::default();
    loop {
        let id = bytes.byte()?;
        let field = match format {
            Format::Three => {
                let length = bytes.u16()?;
                bytes.take(length.into())?
            }
            Format::Four => bytes.with_length()?,
        };
        let known = match id {
            0 => return Ok(fields),
            2 => &mut fields.cipher,
            3 => &mut fields.packing,
            4 => &mut fields.master_seed,
            5 => &mut fields.transform_seed,
            6 => &mut fields.rounds,
            7 => &mut fields.iv,
            8 => &mut fields.stream_key,
            9 => &mut fields.start,
            10 => &mut fields.stream,
            11 => &mut fields.derivation,
            // Comments, and data of plugins that anybody can read.
            _ => continue,
        };
        *known = Some(field);
    }
}

fn aes_kdf(rounds: u64, seed: &[u8]) -> Result<Derivation, ExchangeError> {
    let kdf = AesKdf::new(rounds).ok_or_else(|| {
        ExchangeError::TooCostly(format!("a key derivation of {rounds} rounds is outside of what etui runs"))
    })?;
    Ok(Derivation::Aes { kdf, seed: seed.to_vec() })
}

/// Reads the dictionary that says how the key is derived.
fn read_derivation(dictionary: &[u8]) -> Result<Derivation, ExchangeError> {
    let mut bytes = Bytes::new(dictionary);
    let mut entries: Vec<(&[u8], &[u8])> = Vec::new();
    if bytes.u16()? >> 8 != 1 {
        return Err(ExchangeError::Damaged);
    }
    while bytes.byte()? != 0 {
        entries.push((bytes.with_length()?, bytes.with_length()?));
    }
    let get = |key: &[u8]| {
        entries.iter().find(|(known, _)| *known == key).map(|(_, value)| *value).ok_or(ExchangeError::Damaged)
    };
    let id = get(b"$UUID")?;
    if id == AES_KDF || id == AES_KDF_OF_4 {
        return aes_kdf(whole_u64(get(b"R")?)?, get(b"S")?);
    }
    if id != ARGON2D && id != ARGON2ID {
        return Err(ExchangeError::in_words("the key of this file is derived in an unknown way"));
    }
    // A secret or associated data that no program sets.
    if get(b"K").is_ok_and(|secret| !secret.is_empty()) || get(b"A").is_ok_and(|data| !data.is_empty()) {
        return Err(ExchangeError::in_words("the key of this file is derived in an unknown way"));
    }
    let bounded = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    let kdf = ForeignArgon2::new(
        id == ARGON2ID,
        whole_u32(get(b"V")?)?,
        bounded(whole_u64(get(b"M")?)? / 1024),
        bounded(whole_u64(get(b"I")?)?),
        whole_u32(get(b"P")?)?,
    )
    .map_err(|error| ExchangeError::TooCostly(error.to_string()))?;
    Ok(Derivation::Argon2 { kdf, salt: get(b"S")?.to_vec() })
}
