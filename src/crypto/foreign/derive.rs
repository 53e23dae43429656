//! Keys from passwords: Argon2 in both kinds, repeated AES, PBKDF2. A file says how often, so each is bounded
//! before anything is allocated or run.

use aes::Aes256;
use aes::cipher::{BlockCipherEncrypt as _, KeyInit as _};
use argon2::{Algorithm, Argon2, Params, Version};
use hmac::Hmac;
use sha2::Sha256;
use zeroize::Zeroize as _;

use super::digest::{hmac_sha256, sha256_of};
use crate::crypto::CryptoError;
use crate::crypto::kdf_cost::KdfCost;
use crate::crypto::primitives::WorkingMemory;
use crate::memory::SecretBytes;

/// Bytes of every key here.
const KEY: usize = 32;
/// Memory times passes. Other programs take little memory many times, so the passes alone say nothing.
const MOST_WRITTEN_KIB: u64 = 64 << 20;
/// Some ten seconds with AES in hardware.
const MOST_AES_ROUNDS: u64 = 1 << 30;
/// Bitwarden allows 2,000,000.
const MOST_PBKDF2_ROUNDS: u32 = 1 << 24;

/// Argon2 as another program's file asks for it.
///
/// Invariant: at most 2 GiB and 16 lanes, as in a vault, and at most 64 GiB of memory × passes.
#[derive(Debug)]
pub struct ForeignArgon2 {
    algorithm: Algorithm,
    version: Version,
    cost: Params,
}

impl ForeignArgon2 {
    /// Checks that a cost may be run. `is_id` says Argon2id instead of Argon2d; `version` is 0x10 or 0x13.
    ///
    /// # Errors
    /// [`CryptoError::KdfOutOfRange`] beyond the bounds of the type or of Argon2 itself.
    pub fn new(
        is_id: bool,
        version: u32,
        memory_kib: u32,
        passes: u32,
        lanes: u32,
    ) -> Result<Self, CryptoError> {
        let out_of_range = CryptoError::KdfOutOfRange { memory_kib, passes, lanes };
        // Memory and lanes have the bounds of a vault; one pass is always within its bounds.
        KdfCost::new(memory_kib, 1, lanes).map_err(|_| out_of_range)?;
        if passes == 0 || u64::from(memory_kib) * u64::from(passes) > MOST_WRITTEN_KIB {
            return Err(out_of_range);
        }
        let version = match version {
            0x10 => Version::V0x10,
            0x13 => Version::V0x13,
            _ => return Err(out_of_range),
        };
        let algorithm = if is_id { Algorithm::Argon2id } else { Algorithm::Argon2d };
        let cost = Params::new(memory_kib, passes, lanes, Some(KEY)).map_err(|_| out_of_range)?;
        Ok(Self { algorithm, version, cost })
    }

    /// Derives a key of 32 bytes.
    ///
    /// # Errors
    /// [`CryptoError::KdfMemory`] where the memory cannot be had, [`CryptoError::CannotOpen`] for a salt that
    /// Argon2 refuses (less than 8 bytes).
    pub fn derive(&self, password: &[u8], salt: &[u8]) -> Result<SecretBytes, CryptoError> {
        self.derive_by(&Argon2::new(self.algorithm, self.version, self.cost.clone()), password, salt)
    }

    fn derive_by(
        &self,
        argon2: &Argon2<'_>,
        password: &[u8],
        salt: &[u8],
    ) -> Result<SecretBytes, CryptoError> {
        let mut memory = WorkingMemory::allocate(self.cost.block_count())?;
        let mut key = SecretBytes::zeroed(KEY);
        argon2
            .hash_password_into_with_memory(password, salt, key.expose_mut(), memory.blocks_mut())
            .map_err(|_| CryptoError::CannotOpen)?;
        Ok(key)
    }
}

/// KeePass's own derivation: two blocks that AES-256 encrypts again and again, then SHA-256.
///
/// Invariant: at most 2^30 rounds.
#[derive(Debug)]
pub struct AesKdf {
    rounds: u64,
}

impl AesKdf {
    /// Checks that so many rounds may be run; `None` where they are too many.
    pub const fn new(rounds: u64) -> Option<Self> {
        if rounds <= MOST_AES_ROUNDS { Some(Self { rounds }) } else { None }
    }

    /// Derives a key of 32 bytes from one of 32 bytes.
    ///
    /// # Errors
    /// [`CryptoError::CannotOpen`] for a key or a seed of another length.
    pub fn derive(&self, key: &[u8], seed: &[u8]) -> Result<SecretBytes, CryptoError> {
        let cipher = Aes256::new_from_slice(seed).map_err(|_| CryptoError::CannotOpen)?;
        let mut state: [u8; KEY] = key.try_into().map_err(|_| CryptoError::CannotOpen)?;
        let (left, right) = state.split_at_mut(KEY / 2);
        let mut blocks = [
            aes::Block::try_from(&*left).map_err(|_| CryptoError::CannotOpen)?,
            aes::Block::try_from(&*right).map_err(|_| CryptoError::CannotOpen)?,
        ];
        for _ in 0..self.rounds {
            cipher.encrypt_blocks(&mut blocks);
        }
        let derived = sha256_of(&[&blocks[0], &blocks[1]]);
        blocks.iter_mut().for_each(|block| block.as_mut_slice().zeroize());
        state.zeroize();
        Ok(derived)
    }
}

/// PBKDF2 with HMAC-SHA-256 (RFC 8018): a key of 32 bytes; `None` for no rounds, or more than 2^24.
pub fn derive_pbkdf2(password: &[u8], salt: &[u8], rounds: u32) -> Option<SecretBytes> {
    if rounds == 0 || rounds > MOST_PBKDF2_ROUNDS {
        return None;
    }
    let mut key = SecretBytes::zeroed(KEY);
    pbkdf2::pbkdf2::<Hmac<Sha256>>(password, salt, rounds, key.expose_mut())
        .expect("HMAC takes keys of any length");
    Some(key)
}

/// The key that encrypts and the key that authenticates, as Bitwarden makes them of one: HKDF-Expand with the
/// words `enc` and `mac` (RFC 5869; one block of SHA-256 each).
pub fn derive_bitwarden_keys(key: &SecretBytes) -> (SecretBytes, SecretBytes) {
    let expand = |info: &[u8]| {
        let mut block = hmac_sha256(key.expose(), &[info, &[1]]);
        let expanded = SecretBytes::copy_of(&block);
        block.zeroize();
        expanded
    };
    (expand(b"enc"), expand(b"mac"))
}

#[cfg(test)]
mod tests {
    use argon2::{AssociatedData, ParamsBuilder};

    use super::*;
    use crate::domain::hexadecimal;

    fn hex(bytes: &SecretBytes) -> String {
        hexadecimal(bytes.expose())
    }

    #[test]
    fn a_cost_is_bounded_before_it_is_run() {
        let gib = 1 << 20;
        for (memory, passes, lanes) in
            [(4 * gib, 1, 1), (2 * gib + 1, 1, 1), (gib, 65, 1), (1024, 65_537, 1), (64, 1, 17), (64, 0, 1)]
        {
            let refused = ForeignArgon2::new(true, 0x13, memory, passes, lanes).unwrap_err();
            assert_eq!(refused, CryptoError::KdfOutOfRange { memory_kib: memory, passes, lanes });
        }
        assert!(ForeignArgon2::new(true, 0x12, 64, 1, 1).is_err());
        assert!(ForeignArgon2::new(false, 0x10, 64 * 1024, 500, 2).is_ok());
        assert!(AesKdf::new((1 << 30) + 1).is_none());
        assert!(derive_pbkdf2(b"p", b"s", 0).is_none());
        assert!(derive_pbkdf2(b"p", b"s", (1 << 24) + 1).is_none());
    }

    /// RFC 9106, sections 5.1 and 5.3: the vectors have a secret and associated data, which files have not.
    #[test]
    fn argon2_is_that_of_the_rfc() {
        for (is_id, tag) in [
            (false, "512b391b6f1162975371d30919734294f868e3be3984f3c1a13a4db9fabe4acb"),
            (true, "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"),
        ] {
            let kdf = ForeignArgon2::new(is_id, 0x13, 32, 3, 4).unwrap();
            let mut cost = ParamsBuilder::new();
            cost.m_cost(32).t_cost(3).p_cost(4).output_len(KEY).data(AssociatedData::new(&[4; 12]).unwrap());
            let cost = cost.build().unwrap();
            let secret = [3; 8];
            let argon2 = Argon2::new_with_secret(&secret, kdf.algorithm, kdf.version, cost).unwrap();
            assert_eq!(hex(&kdf.derive_by(&argon2, &[1; 32], &[2; 16]).unwrap()), tag, "id: {is_id}");
        }
    }

    /// By the reference implementation (libargon2, through argon2-cffi).
    #[test]
    fn argon2_of_both_kinds_and_versions_is_that_of_the_reference() {
        for (is_id, version, small, large) in [
            (false, 0x10, "54691f88", "231179a5"),
            (false, 0x13, "453524da", "b1c8cb70"),
            (true, 0x10, "bd1be3aa", "40f89c4f"),
            (true, 0x13, "1a98fba8", "3ae75675"),
        ] {
            for (memory, passes, lanes, begins) in [(64, 2, 1, small), (256, 3, 4, large)] {
                let kdf = ForeignArgon2::new(is_id, version, memory, passes, lanes).unwrap();
                let key = hex(&kdf.derive(b"password", b"somesaltsomesalt").unwrap());
                assert!(key.starts_with(begins), "id: {is_id}, {version:x}, {memory}: {key}");
            }
        }
    }

    /// RFC 7914, section 11.
    #[test]
    fn pbkdf2_is_that_of_the_rfc() {
        assert!(
            hex(&derive_pbkdf2(b"passwd", b"salt", 1).unwrap())
                .starts_with("55ac046e56e3089fec1691c22544b605")
        );
    }

    /// FIPS 197, C.3: one round of one block; the other half is the same block.
    #[test]
    fn a_round_is_one_encryption() {
        let seed: Vec<u8> = (0..32).collect();
        let block: Vec<u8> = (0..16).map(|at| at * 0x11).collect();
        let encrypted =
            [0x8e, 0xa2, 0xb7, 0xca, 0x51, 0x67, 0x45, 0xbf, 0xea, 0xfc, 0x49, 0x90, 0x4b, 0x49, 0x60, 0x89];
        let derived = AesKdf::new(1).unwrap().derive(&[&block[..], &block[..]].concat(), &seed).unwrap();
        assert_eq!(hex(&derived), hex(&sha256_of(&[&encrypted, &encrypted])));
    }
}
