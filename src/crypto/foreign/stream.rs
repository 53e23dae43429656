//! The streams that hide values within a database of KeePass.

use chacha20::ChaCha20;
use chacha20::cipher::{KeyIvInit as _, StreamCipher as _};
use salsa20::Salsa20;

use crate::crypto::CryptoError;

/// Which stream it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamKind {
    /// RFC 8439: a nonce of 12 bytes.
    ChaCha20,
    /// Salsa20/20: a nonce of 8 bytes.
    Salsa20,
}

/// A stream under way: what goes through it is encrypted or decrypted, in the order in which it comes.
pub struct KeyStream(Stream);

enum Stream {
    ChaCha20(Box<ChaCha20>),
    Salsa20(Box<Salsa20>),
}

impl KeyStream {
    /// Begins a stream with a key of 32 bytes.
    ///
    /// # Errors
    /// [`CryptoError::CannotOpen`] for a key or a nonce of another length.
    pub fn new(kind: StreamKind, key: &[u8], nonce: &[u8]) -> Result<Self, CryptoError> {
        let wrong = |_| CryptoError::CannotOpen;
        Ok(Self(match kind {
            StreamKind::ChaCha20 => {
                Stream::ChaCha20(Box::new(ChaCha20::new_from_slices(key, nonce).map_err(wrong)?))
            }
            StreamKind::Salsa20 => {
                Stream::Salsa20(Box::new(Salsa20::new_from_slices(key, nonce).map_err(wrong)?))
            }
        }))
    }

    /// Lets bytes go through it, in place.
    ///
    /// # Errors
    /// [`CryptoError::TooLong`] at the end of the stream, after 256 GiB.
    pub fn apply(&mut self, bytes: &mut [u8]) -> Result<(), CryptoError> {
        match &mut self.0 {
            Stream::ChaCha20(stream) => stream.try_apply_keystream(bytes),
            Stream::Salsa20(stream) => stream.try_apply_keystream(bytes),
        }
        .map_err(|_| CryptoError::TooLong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8439, A.1 test vector 1 (counter 0), and ECRYPT's Salsa20 set 1, vector 0.
    #[test]
    fn the_streams_are_the_published_ones() {
        let mut key = [0; 32];
        let mut bytes = [0; 16];
        KeyStream::new(StreamKind::ChaCha20, &key, &[0; 12]).unwrap().apply(&mut bytes).unwrap();
        assert_eq!(bytes[..], 0x76b8_e0ad_a0f1_3d90_405d_6ae5_5386_bd28_u128.to_be_bytes());
        key[0] = 0x80;
        bytes = [0; 16];
        KeyStream::new(StreamKind::Salsa20, &key, &[0; 8]).unwrap().apply(&mut bytes).unwrap();
        assert_eq!(bytes[..], 0xe3be_8fdd_8bec_a2e3_ea8e_f947_5b29_a6e7_u128.to_be_bytes());
        assert!(KeyStream::new(StreamKind::ChaCha20, &key, &[0; 8]).is_err());
    }
}
