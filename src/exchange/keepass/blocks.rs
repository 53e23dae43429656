//! The blocks that the encrypted part is cut into, each with what authenticates it.

use super::bytes::Bytes;
use crate::crypto::foreign::{hmac_sha256, sha256_of, sha512_of};
use crate::exchange::error::ExchangeError;
use crate::memory::SecretBytes;

/// The key of the MAC of a block; the header has the last number as its own.
pub(super) fn block_key(index: u64, base: &SecretBytes) -> SecretBytes {
    sha512_of(&[&index.to_le_bytes(), base.expose()])
}

/// What the MAC of a block is over.
fn mac(index: u64, base: &SecretBytes, block: &[u8]) -> [u8; 32] {
    let length = u32::try_from(block.len()).unwrap_or(u32::MAX).to_le_bytes();
    hmac_sha256(block_key(index, base).expose(), &[&index.to_le_bytes(), &length, block])
}

/// The blocks of format 4, put together: they are encrypted, and authenticated by MACs.
pub(super) fn join_authenticated(bytes: &[u8], base: &SecretBytes) -> Result<SecretBytes, ExchangeError> {
    let mut bytes = Bytes::new(bytes);
    let mut joined = SecretBytes::with_capacity(bytes.rest().len());
    for index in 0.. {
        let expected = bytes.array::<32>()?;
        let block = bytes.with_length()?;
        if !SecretBytes::copy_of(&mac(index, base, block)).equals(&expected) {
            return Err(ExchangeError::Damaged);
        }
        if block.is_empty() {
            break;
        }
        joined.extend(block);
    }
    Ok(joined)
}

/// Bytes of a block that is written, as the programs themselves cut them.
const BLOCK: usize = 1 << 20;

/// Cuts what is encrypted into the blocks of format 4.
pub(super) fn split_authenticated(bytes: &[u8], base: &SecretBytes, out: &mut SecretBytes) {
    for (index, block) in (0..).zip(bytes.chunks(BLOCK).chain([&[][..]])) {
        out.extend(&mac(index, base, block));
        out.extend(&u32::try_from(block.len()).unwrap_or(u32::MAX).to_le_bytes());
        out.extend(block);
    }
}

/// The blocks of format 3, put together: they were encrypted as a whole, and have hashes.
pub(super) fn join_hashed(bytes: &[u8]) -> Result<SecretBytes, ExchangeError> {
    let mut bytes = Bytes::new(bytes);
    let mut joined = SecretBytes::with_capacity(bytes.rest().len());
    for index in 0.. {
        let number = bytes.u32()?;
        let expected = bytes.array::<32>()?;
        let block = bytes.with_length()?;
        let hash = if block.is_empty() { SecretBytes::zeroed(32) } else { sha256_of(&[block]) };
        if number != index || !hash.equals(&expected) {
            return Err(ExchangeError::Damaged);
        }
        if block.is_empty() {
            break;
        }
        joined.extend(block);
    }
    Ok(joined)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hashed(blocks: &[&[u8]]) -> Vec<u8> {
        let mut out = Vec::new();
        for (index, block) in (0_u32..).zip(blocks.iter().copied().chain([&[][..]])) {
            out.extend(index.to_le_bytes());
            let hash = if block.is_empty() { SecretBytes::zeroed(32) } else { sha256_of(&[block]) };
            out.extend(hash.expose());
            out.extend((block.len() as u32).to_le_bytes());
            out.extend(block);
        }
        out
    }

    /// Every byte and every end, tried on blocks that nothing else guards.
    fn is_guarded(bytes: &[u8], join: impl Fn(&[u8]) -> Result<SecretBytes, ExchangeError>) {
        assert_eq!(join(bytes).unwrap().expose(), b"onetwo");
        for at in 0..bytes.len() {
            assert!(join(&bytes[..at]).is_err(), "cut off at {at}");
            let mut changed = bytes.to_vec();
            changed[at] ^= 1;
            assert!(join(&changed).is_err(), "changed at {at}");
        }
    }

    #[test]
    fn a_hashed_block_that_is_changed_moved_or_cut_off_is_refused() {
        let bytes = hashed(&[b"one", b"two"]);
        is_guarded(&bytes, join_hashed);
        let length = 4 + 32 + 4 + 3;
        let swapped = [&bytes[length..2 * length], &bytes[..length], &bytes[2 * length..]].concat();
        assert!(join_hashed(&swapped).is_err());
    }

    #[test]
    fn an_authenticated_block_that_is_changed_moved_or_cut_off_is_refused() {
        let base = SecretBytes::copy_of(&[7; 64]);
        let (mut bytes, mut out) = (Vec::new(), SecretBytes::new());
        for (index, block) in [(0, &b"one"[..]), (1, b"two"), (2, b"")] {
            bytes.extend(mac(index, &base, block));
            bytes.extend((block.len() as u32).to_le_bytes());
            bytes.extend(block);
        }
        is_guarded(&bytes, |bytes| join_authenticated(bytes, &base));
        let length = 32 + 4 + 3;
        let swapped = [&bytes[length..2 * length], &bytes[..length], &bytes[2 * length..]].concat();
        assert!(join_authenticated(&swapped, &base).is_err());
        let other = SecretBytes::copy_of(&[8; 64]);
        assert!(join_authenticated(&bytes, &other).is_err());
        split_authenticated(b"onetwo", &base, &mut out);
        assert_eq!(join_authenticated(out.expose(), &base).unwrap().expose(), b"onetwo");
    }
}
