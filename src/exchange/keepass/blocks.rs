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
