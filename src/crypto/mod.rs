//! Keys, seals and MACs: everything that makes the vault file unreadable and unforgeable.
//!
//! What this module promises:
//!
//! 1. Each guess at a master password costs one Argon2id run (RFC 9106) at the vault's [`KdfCost`].
//! 2. Keys are separated by HKDF-SHA-256 (RFC 5869); no key does two jobs, and all live in locked pages.
//! 3. What is sealed (XAES-256-GCM, C2SP) opens only under its key, unchanged, and in the place that its
//!    [`AssociatedData`] names; anything else is [`CryptoError::CannotOpen`], never a wrong value.
//! 4. Nonces and keys come from the operating system. Nothing seeds them, no counter is kept.
//! 5. Lengths are padded before sealing, so that a short password does not show its own.
//! 6. Passwords, keys and opened records are only in types that wipe themselves.
//! 7. A MAC or a commitment is compared in constant time, and an error never carries content.
//!
//! **Limits.** A nonce has 192 random bits: 2^80 messages under one key collide with a chance of 2^-32
//! (C2SP XAES-256-GCM), so the number of messages needs no watching. One message holds less than 4 GiB,
//! because its length is stored in four bytes.
//!
//! **Other programs.** `foreign` has what their files need; nothing of the vault uses it.
//!
//! **Two layers.** `primitives` calls the libraries and knows no vault; it is private. The rest makes
//! safe things of it: no caller chooses a nonce, a salt of HKDF or an info string.
//!
//! Sources: RFC 9106 (Argon2), RFC 5869 (HKDF), RFC 2104 (HMAC), C2SP XAES-256-GCM
//! (<https://c2sp.org/XAES-256-GCM>), Padmé from "Reducing Metadata Leakage from Encrypted Files and
//! Communication with PURBs" (Nikitin et al., PoPETs 2019).

mod associated_data;
mod error;
pub mod foreign;
mod kdf_cost;
mod keys;
mod ledger;
mod password;
mod primitives;
#[cfg(test)]
mod published_vectors;
mod sealed;
mod vault_keys;

pub use associated_data::AssociatedData;
pub use error::CryptoError;
pub use kdf_cost::KdfCost;
pub use keys::{KeyEncryptionKey, RootKey, VaultKey, commitment_matches, derive_root};
pub use ledger::{BUCKETS, LedgerSum, bucket_of};
pub use password::{KeyFile, MasterPassword};
pub use primitives::{make_random, sha256};
pub use sealed::{Padding, SHORTEST_SEALED, seal_tag};
pub use vault_keys::{BucketEntries, VaultKeys};
