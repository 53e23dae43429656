//! What other password managers close their files with. For reading their files and for writing such files, never
//! for the vault.
//!
//! Keys and digests are in wiping buffers of the heap: they live for one import or export, and the locked pages
//! are for the keys of the vault.

mod cipher;
mod derive;
mod digest;
#[cfg(feature = "keepass")]
mod stream;

pub use cipher::{decrypt_aes_cbc, encrypt_aes_cbc};
pub use derive::{AesKdf, ForeignArgon2, derive_bitwarden_keys, derive_pbkdf2};
pub use digest::{hmac_sha256, sha256_of, sha512_of};
#[cfg(feature = "keepass")]
pub use stream::{KeyStream, StreamKind};
