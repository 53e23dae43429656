//! The lower layer: plain calls of Argon2id, HKDF, HMAC, SHA-256, XAES-256-GCM and the system's random
//! bytes. Not safe by itself: a caller here may choose nonces and salts, so all but two stay private.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use xaes_256_gcm::Xaes256Gcm;
use xaes_256_gcm::aead::AeadInOut as _;
use zeroize::Zeroize as _;

use super::error::CryptoError;
use super::kdf_cost::KdfCost;
use crate::memory::Key32;

/// Bytes of a XAES-256-GCM nonce.
pub(super) const NONCE_LENGTH: usize = 24;
/// Bytes of a GCM tag.
pub(super) const TAG_LENGTH: usize = 16;

/// Draws `N` bytes from the operating system.
///
/// # Errors
/// [`CryptoError::RandomUnavailable`], which in practice means a broken sandbox.
pub fn make_random<const N: usize>() -> Result<[u8; N], CryptoError> {
    let mut bytes = [0; N];
    fill_random(&mut bytes)?;
    Ok(bytes)
}

/// As [`make_random`], in place, so that a key is never anywhere else.
pub(super) fn fill_random(bytes: &mut [u8]) -> Result<(), CryptoError> {
    getrandom::fill(bytes).map_err(|_| CryptoError::RandomUnavailable)
}

/// SHA-256 (FIPS 180-4), for checksums of what is public: it proves nothing about who wrote it.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Argon2id version 1.3 (RFC 9106) with `secret` as its `K`.
pub(super) fn argon2id(
    cost: &KdfCost,
    secret: Option<&[u8]>,
    password: &[u8],
    salt: &[u8],
    output: &mut [u8; 32],
) -> Result<(), CryptoError> {
    let params = Params::new(cost.memory_kib(), cost.passes(), cost.lanes(), Some(output.len()))
        .map_err(|_| cost.out_of_range())?;
    argon2id_with(params, secret, password, salt, output)
}

/// As [`argon2id`], for parameters of any kind: RFC 9106's own example has associated data.
pub(super) fn argon2id_with(
    params: Params,
    secret: Option<&[u8]>,
    password: &[u8],
    salt: &[u8],
    output: &mut [u8; 32],
) -> Result<(), CryptoError> {
    let mut memory = WorkingMemory::allocate(params.block_count())?;
    // An absent `K` and an empty one are the same input (RFC 9106, section 3.2: its length is hashed).
    Argon2::new_with_secret(secret.unwrap_or_default(), Algorithm::Argon2id, Version::V0x13, params)
        .and_then(|argon2| argon2.hash_password_into_with_memory(password, salt, output, memory.blocks_mut()))
        // Salt, output and memory have their fixed sizes: only the password's can still be refused.
        .map_err(|_| CryptoError::PasswordTooLong)
}

/// Argon2's blocks. Ours rather than the library's, which neither wipes them nor names the amount that
/// could not be had; wiped on every way out, a panic included.
pub(super) struct WorkingMemory {
    blocks: Vec<Block>,
}

impl WorkingMemory {
    pub(super) fn allocate(count: usize) -> Result<Self, CryptoError> {
        let mut blocks = Vec::new();
        blocks.try_reserve_exact(count).map_err(|_| {
            let mebibytes = count.saturating_mul(Block::SIZE).div_ceil(1024 * 1024);
            CryptoError::KdfMemory { mebibytes: u32::try_from(mebibytes).unwrap_or(u32::MAX) }
        })?;
        blocks.resize(count, Block::new());
        Ok(Self { blocks })
    }

    pub(super) fn blocks_mut(&mut self) -> &mut [Block] {
        &mut self.blocks
    }
}

impl Drop for WorkingMemory {
    fn drop(&mut self) {
        // Not `Vec::zeroize`, which goes over the memory twice, the second time byte by byte.
        self.blocks.iter_mut().for_each(Block::zeroize);
    }
}

/// HKDF-SHA-256 (RFC 5869); no salt means 32 zero bytes.
///
/// # Panics
/// If `output` is longer than 255 · 32 bytes, which no caller asks for.
pub(super) fn hkdf_sha256(salt: Option<&[u8]>, input_key: &[u8], info: &[u8], output: &mut [u8]) {
    let (mut pseudorandom_key, hkdf) = Hkdf::<Sha256>::extract(salt, input_key);
    pseudorandom_key.as_mut_slice().zeroize();
    hkdf.expand(info, output).expect("HKDF-SHA-256 fills up to 8160 bytes, and we ask for a key's length");
}

/// A key of HMAC-SHA-256 (RFC 2104).
///
/// Keyed again for every MAC, from the locked page: a state kept ready would be as good as the key and lie
/// outside it. Only where many MACs follow each other one is kept on the stack for that long: [`ReadyMac`].
pub(super) struct MacKey {
    key: Key32,
}

impl MacKey {
    pub(super) fn new(key: Key32) -> Self {
        Self { key }
    }

    /// Makes the one explicit copy, in the same locked pages.
    pub(super) fn duplicate(&self) -> Self {
        Self::new(self.key.arena().make(|bytes| bytes.copy_from_slice(self.key.expose())))
    }

    /// The MAC of the concatenated parts.
    pub(super) fn authenticate<'part>(&self, parts: impl IntoIterator<Item = &'part [u8]>) -> [u8; 32] {
        self.ready().authenticate(parts)
    }

    /// The key made ready for many MACs in a row.
    pub(super) fn ready(&self) -> ReadyMac {
        ReadyMac(Hmac::<Sha256>::new_from_slice(self.key.expose()).expect("HMAC takes keys of any length"))
    }
}

/// A key of HMAC-SHA-256 made ready; as good as the key, so it lives on the stack and briefly. Wiped on drop.
pub(super) struct ReadyMac(Hmac<Sha256>);

impl ReadyMac {
    /// The MAC of the concatenated parts.
    pub(super) fn authenticate<'part>(&self, parts: impl IntoIterator<Item = &'part [u8]>) -> [u8; 32] {
        let mut mac = self.0.clone();
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

/// Encrypts `buffer` in place with XAES-256-GCM and returns the tag.
pub(super) fn xaes_seal(
    key: &[u8; 32],
    nonce: &[u8; NONCE_LENGTH],
    associated: &[u8],
    buffer: &mut [u8],
) -> Result<[u8; TAG_LENGTH], CryptoError> {
    Xaes256Gcm::new(key.into())
        .encrypt_inout_detached(nonce.into(), associated, buffer.into())
        .map(Into::into)
        .map_err(|_| CryptoError::TooLong)
}

/// Decrypts `buffer` in place; on failure it still holds the ciphertext.
pub(super) fn xaes_open(
    key: &[u8; 32],
    nonce: &[u8; NONCE_LENGTH],
    associated: &[u8],
    buffer: &mut [u8],
    tag: &[u8; TAG_LENGTH],
) -> Result<(), CryptoError> {
    Xaes256Gcm::new(key.into())
        .decrypt_inout_detached(nonce.into(), associated, buffer.into(), tag.into())
        .map_err(|_| CryptoError::CannotOpen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_that_cannot_be_had_is_an_error_that_names_the_amount() {
        let blocks = usize::MAX / 4096;
        assert!(matches!(
            WorkingMemory::allocate(blocks),
            Err(CryptoError::KdfMemory { mebibytes: u32::MAX })
        ));
    }

    #[test]
    fn random_bytes_differ_from_call_to_call() {
        let first: [u8; 32] = make_random().unwrap();
        let second: [u8; 32] = make_random().unwrap();
        assert_ne!(first, second);
        assert_ne!(first, [0; 32]);
    }
}
