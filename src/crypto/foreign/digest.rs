//! Digests and MACs into wiping buffers.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256, Sha512};
use zeroize::Zeroize as _;

use crate::memory::SecretBytes;

/// SHA-256 of the concatenated parts.
pub fn sha256_of(parts: &[&[u8]]) -> SecretBytes {
    let mut hash = Sha256::new();
    parts.iter().for_each(|part| hash.update(part));
    let mut digest = hash.finalize();
    let copy = SecretBytes::copy_of(&digest);
    digest.as_mut_slice().zeroize();
    copy
}

/// SHA-512 of the concatenated parts.
pub fn sha512_of(parts: &[&[u8]]) -> SecretBytes {
    let mut hash = Sha512::new();
    parts.iter().for_each(|part| hash.update(part));
    let mut digest = hash.finalize();
    let copy = SecretBytes::copy_of(&digest);
    digest.as_mut_slice().zeroize();
    copy
}

/// HMAC-SHA-256 of the concatenated parts, with a key of any length.
pub fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}
