//! AES-256 in CBC mode.

use aes::Aes256;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt as _, BlockModeEncrypt as _, KeyIvInit as _};

use crate::crypto::CryptoError;
use crate::memory::SecretBytes;

/// Bytes of a block of AES.
const BLOCK: usize = 16;

/// Decrypts in place and removes the padding (PKCS #7).
///
/// # Errors
/// [`CryptoError::CannotOpen`] where lengths or padding do not fit: another key, or changed bytes.
pub fn decrypt_aes_cbc(key: &[u8], iv: &[u8], text: &mut SecretBytes) -> Result<(), CryptoError> {
    let cipher = cbc::Decryptor::<Aes256>::new_from_slices(key, iv).map_err(|_| CryptoError::CannotOpen)?;
    let length =
        cipher.decrypt_padded::<Pkcs7>(text.expose_mut()).map_err(|_| CryptoError::CannotOpen)?.len();
    text.truncate(length);
    Ok(())
}

/// Encrypts in place with padding (PKCS #7).
///
/// # Errors
/// [`CryptoError::CannotOpen`] for a key or an IV of another length than 32 and 16 bytes.
pub fn encrypt_aes_cbc(key: &[u8], iv: &[u8], text: &mut SecretBytes) -> Result<(), CryptoError> {
    let cipher = cbc::Encryptor::<Aes256>::new_from_slices(key, iv).map_err(|_| CryptoError::CannotOpen)?;
    let length = text.len();
    text.extend(&[0; BLOCK][length % BLOCK..]);
    cipher.encrypt_padded::<Pkcs7>(text.expose_mut(), length).map_err(|_| CryptoError::CannotOpen)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unhex(text: &str) -> Vec<u8> {
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
    }

    /// NIST SP 800-38A, F.2.5, first two blocks.
    #[test]
    fn aes_cbc_is_that_of_nist() {
        let key = unhex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");
        let iv = unhex("000102030405060708090a0b0c0d0e0f");
        let plain = unhex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51");
        let mut text = SecretBytes::copy_of(&plain);
        encrypt_aes_cbc(&key, &iv, &mut text).unwrap();
        assert_eq!(text.len(), 48);
        assert_eq!(
            text.expose()[..32],
            unhex("f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d")
        );
        decrypt_aes_cbc(&key, &iv, &mut text).unwrap();
        assert_eq!(text.expose(), plain);
        let mut short = SecretBytes::copy_of(&plain[..31]);
        assert_eq!(decrypt_aes_cbc(&key, &iv, &mut short), Err(CryptoError::CannotOpen));
        assert_eq!(decrypt_aes_cbc(&key[1..], &iv, &mut text), Err(CryptoError::CannotOpen));
    }

    #[test]
    fn padding_fills_every_length() {
        for length in 0..50 {
            let mut text = SecretBytes::copy_of(&vec![7; length]);
            encrypt_aes_cbc(&[1; 32], &[2; 16], &mut text).unwrap();
            assert!(text.len() > length && text.len().is_multiple_of(16));
            decrypt_aes_cbc(&[1; 32], &[2; 16], &mut text).unwrap();
            assert_eq!(text.expose(), vec![7; length]);
        }
    }
}
