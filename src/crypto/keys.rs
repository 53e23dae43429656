//! The chain of keys: password → root → commitment and key-encryption key → vault key → its five keys.

use std::sync::Arc;

use subtle::ConstantTimeEq as _;

use super::error::CryptoError;
use super::kdf_cost::KdfCost;
use super::password::{KeyFile, MasterPassword};
use super::primitives::{
    NONCE_LENGTH, TAG_LENGTH, argon2id, fill_random, hkdf_sha256, make_random, xaes_open, xaes_seal,
};
use super::vault_keys::VaultKeys;
use crate::memory::{Key32, KeyArena, wipe_stack};

/// The info strings of HKDF, all of them: no two keys share one, and none is ever changed or reused.
pub(super) mod info {
    pub(in crate::crypto) const COMMIT: &[u8] = b"etui/v1/commit";
    pub(in crate::crypto) const WRAP: &[u8] = b"etui/v1/wrap";
    pub(in crate::crypto) const SEAL: &[u8] = b"etui/v1/seal";
    pub(in crate::crypto) const INDEX: &[u8] = b"etui/v1/index";
    pub(in crate::crypto) const EQUAL: &[u8] = b"etui/v1/equal";
    pub(in crate::crypto) const LEDGER: &[u8] = b"etui/v1/ledger";
    pub(in crate::crypto) const PLACE: &[u8] = b"etui/v1/place";
}

const KEY_LENGTH: usize = 32;
const WRAPPED_LENGTH: usize = NONCE_LENGTH + KEY_LENGTH + TAG_LENGTH;

/// What Argon2id makes of a password and a key file. It seals nothing itself.
pub struct RootKey {
    key: Key32,
}

/// Runs Argon2id (version 1.3, 32 bytes out) over the password, with the key file as its secret `K`.
///
/// Takes about a second at today's default cost. Its memory is wiped before this returns.
///
/// # Errors
/// [`CryptoError::KdfMemory`] if the memory cannot be had, and [`CryptoError::PasswordTooLong`] from
/// 4 GiB upwards.
pub fn derive_root(
    arena: &Arc<KeyArena>,
    password: &MasterPassword,
    key_file: Option<&KeyFile>,
    salt: &[u8; 16],
    cost: &KdfCost,
) -> Result<RootKey, CryptoError> {
    let secret = key_file.map(KeyFile::expose);
    let key = arena.try_make(|bytes| argon2id(cost, secret, password.expose(), salt, bytes))?;
    Ok(RootKey { key })
}

impl RootKey {
    /// The key commitment, which stands in the header. It tells a wrong password from a damaged vault, and
    /// binds the file to one key, which GCM alone does not: it can be made to open under two.
    pub fn derive_commitment(&self) -> [u8; 32] {
        let mut commitment = [0; 32];
        hkdf_sha256(None, self.key.expose(), info::COMMIT, &mut commitment);
        commitment
    }

    /// Compares the header's commitment with this key's, in constant time.
    ///
    /// # Errors
    /// [`CryptoError::WrongPassword`].
    pub fn check_commitment(&self, stored: &[u8; 32]) -> Result<(), CryptoError> {
        if commitment_matches(&self.derive_commitment(), stored) {
            Ok(())
        } else {
            Err(CryptoError::WrongPassword)
        }
    }

    /// The key that wraps the vault key.
    pub fn derive_key_encryption_key(&self) -> KeyEncryptionKey {
        KeyEncryptionKey { key: derive_key(&self.key, None, info::WRAP) }
    }
}

/// Whether two key commitments are equal, in constant time.
pub fn commitment_matches(derived: &[u8; 32], stored: &[u8; 32]) -> bool {
    derived.ct_eq(stored).into()
}

/// Wraps the vault key, so that a new password means one new row and not a new vault.
///
/// Its nonces are random and 192 bits long because one such key may wrap again and again: unlike a
/// fresh key for every message, a counter or a fixed nonce would not be safe here.
pub struct KeyEncryptionKey {
    key: Key32,
}

impl KeyEncryptionKey {
    /// Seals the vault key: nonce ‖ 32 bytes ‖ tag, unpadded, with the whole header as associated data, so
    /// that an old header does not fit a new wrapping.
    ///
    /// # Errors
    /// [`CryptoError::RandomUnavailable`].
    pub fn wrap(&self, vault_key: &VaultKey, header: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let nonce: [u8; NONCE_LENGTH] = make_random()?;
        let mut wrapped = Vec::with_capacity(WRAPPED_LENGTH);
        wrapped.extend_from_slice(&nonce);
        wrapped.extend_from_slice(vault_key.key.expose());
        // Cannot fail for 32 bytes, so the plain key is gone from the vector after this line.
        let tag = xaes_seal(self.key.expose(), &nonce, header, &mut wrapped[NONCE_LENGTH..])?;
        wrapped.extend_from_slice(&tag);
        Ok(wrapped)
    }

    /// Opens a wrapped vault key straight into a locked page.
    ///
    /// # Errors
    /// [`CryptoError::CannotOpen`] for a wrong length, another header, another key or a changed byte.
    pub fn unwrap(&self, wrapped: &[u8], header: &[u8]) -> Result<VaultKey, CryptoError> {
        let (nonce, rest) = wrapped.split_first_chunk().ok_or(CryptoError::CannotOpen)?;
        let (sealed, tag) = rest.split_last_chunk().ok_or(CryptoError::CannotOpen)?;
        let sealed: &[u8; KEY_LENGTH] = sealed.try_into().map_err(|_| CryptoError::CannotOpen)?;
        let key = self.key.arena().try_make(|bytes| {
            bytes.copy_from_slice(sealed);
            let opened = xaes_open(self.key.expose(), nonce, header, bytes, tag);
            wipe_stack();
            opened
        })?;
        Ok(VaultKey { key })
    }
}

/// The 32 random bytes from which all keys of one vault come; a `rekey` makes new ones.
pub struct VaultKey {
    key: Key32,
}

impl VaultKey {
    /// Makes a new one.
    ///
    /// # Errors
    /// [`CryptoError::RandomUnavailable`].
    pub fn make(arena: &Arc<KeyArena>) -> Result<Self, CryptoError> {
        Ok(Self { key: arena.try_make(|bytes| fill_random(bytes))? })
    }

    /// Takes a key that the agent handed over; the caller still owns (and wipes) the original.
    pub fn copy_of(arena: &Arc<KeyArena>, bytes: &[u8; KEY_LENGTH]) -> Self {
        Self { key: arena.make(|slot| slot.copy_from_slice(bytes)) }
    }

    /// Lends the key, for the agent's socket and nothing else.
    pub fn expose(&self) -> &[u8; KEY_LENGTH] {
        self.key.expose()
    }

    /// The keys of the vault: HKDF with the vault id as its salt, so that a vault key that found its way
    /// into another vault would still seal nothing alike.
    pub fn derive_keys(&self, vault_id: &[u8; 16]) -> VaultKeys {
        VaultKeys::new(|info| derive_key(&self.key, Some(vault_id), info))
    }
}

fn derive_key(from: &Key32, salt: Option<&[u8]>, info: &[u8]) -> Key32 {
    from.arena().make(|bytes| hkdf_sha256(salt, from.expose(), info, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::SecretBytes;

    const SALT: [u8; 16] = [1; 16];

    fn arena() -> Arc<KeyArena> {
        KeyArena::new().expect("mapping a page")
    }

    fn cheap() -> KdfCost {
        KdfCost::new(64, 1, 1).unwrap()
    }

    fn root(arena: &Arc<KeyArena>, password: &str, key_file: Option<&KeyFile>, salt: &[u8; 16]) -> RootKey {
        let password = MasterPassword::new(SecretBytes::copy_of(password.as_bytes())).unwrap();
        derive_root(arena, &password, key_file, salt, &cheap()).unwrap()
    }

    #[test]
    fn the_commitment_tells_passwords_key_files_and_salts_apart() {
        let arena = arena();
        let key_file = KeyFile::make(&arena).unwrap();
        let zeros = KeyFile::parse(&arena, &[b'0'; 64]).unwrap();
        let stored = root(&arena, "a password", Some(&key_file), &SALT).derive_commitment();
        assert_eq!(root(&arena, "a password", Some(&key_file), &SALT).check_commitment(&stored), Ok(()));
        for other in [
            root(&arena, "another password", Some(&key_file), &SALT),
            root(&arena, "a password", None, &SALT),
            root(&arena, "a password", Some(&zeros), &SALT),
            root(&arena, "a password", Some(&key_file), &[2; 16]),
        ] {
            assert_eq!(other.check_commitment(&stored), Err(CryptoError::WrongPassword));
        }
    }

    #[test]
    fn a_wrapped_key_opens_under_its_own_header_only() {
        let arena = arena();
        let wrapping = root(&arena, "a password", None, &SALT).derive_key_encryption_key();
        let vault_key = VaultKey::make(&arena).unwrap();
        let wrapped = wrapping.wrap(&vault_key, b"the header").unwrap();
        assert_eq!(wrapped.len(), 72);
        assert_ne!(wrapped, wrapping.wrap(&vault_key, b"the header").unwrap());
        assert_eq!(wrapping.unwrap(&wrapped, b"the header").unwrap().expose(), vault_key.expose());
        assert_eq!(wrapping.unwrap(&wrapped, b"a header").err(), Some(CryptoError::CannotOpen));
        let other = root(&arena, "another password", None, &SALT).derive_key_encryption_key();
        assert_eq!(other.unwrap(&wrapped, b"the header").err(), Some(CryptoError::CannotOpen));
    }

    #[test]
    fn a_wrapped_key_of_another_length_or_with_a_flipped_bit_does_not_open() {
        let arena = arena();
        let wrapping = root(&arena, "a password", None, &SALT).derive_key_encryption_key();
        let wrapped = wrapping.wrap(&VaultKey::make(&arena).unwrap(), b"").unwrap();
        for length in 0..wrapped.len() {
            assert_eq!(wrapping.unwrap(&wrapped[..length], b"").err(), Some(CryptoError::CannotOpen));
        }
        let longer = [&wrapped[..], &[0]].concat();
        assert_eq!(wrapping.unwrap(&longer, b"").err(), Some(CryptoError::CannotOpen));
        for at in 0..wrapped.len() {
            let mut changed = wrapped.clone();
            changed[at] ^= 0x80;
            assert_eq!(wrapping.unwrap(&changed, b"").err(), Some(CryptoError::CannotOpen), "byte {at}");
        }
    }

    #[test]
    fn every_derived_key_is_another() {
        let infos =
            [info::COMMIT, info::WRAP, info::SEAL, info::INDEX, info::EQUAL, info::LEDGER, info::PLACE];
        let mut keys = Vec::new();
        for salt in [None, Some(&SALT[..])] {
            for info in infos {
                let mut key = [0; 32];
                hkdf_sha256(salt, &[7; 32], info, &mut key);
                keys.push(key);
            }
        }
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), 14);
    }
}
