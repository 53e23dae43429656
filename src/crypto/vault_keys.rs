//! The five keys of an open vault, each with the one thing it does.

use std::ops::Range;

use super::associated_data::AssociatedData;
use super::error::CryptoError;
use super::keys::info;
use super::ledger::LedgerSum;
use super::primitives::{MacKey, ReadyMac};
use super::sealed::{Padding, open, open_into, seal};
use crate::memory::{Key32, SecretBytes};

/// What an open vault seals, looks up and checks with; [`VaultKey::derive_keys`](super::VaultKey::derive_keys)
/// makes it. Dropping it locks the vault.
pub struct VaultKeys {
    seal: Key32,
    index: MacKey,
    equal: MacKey,
    ledger: MacKey,
    place: Key32,
}

impl VaultKeys {
    pub(super) fn new(derive: impl Fn(&'static [u8]) -> Key32) -> Self {
        Self {
            seal: derive(info::SEAL),
            index: MacKey::new(derive(info::INDEX)),
            equal: MacKey::new(derive(info::EQUAL)),
            ledger: MacKey::new(derive(info::LEDGER)),
            place: derive(info::PLACE),
        }
    }

    /// Makes the one explicit copy, for another file that is sealed with the same keys.
    pub fn duplicate(&self) -> Self {
        let copy = |key: &Key32| key.arena().make(|bytes| bytes.copy_from_slice(key.expose()));
        Self {
            seal: copy(&self.seal),
            index: self.index.duplicate(),
            equal: self.equal.duplicate(),
            ledger: self.ledger.duplicate(),
            place: copy(&self.place),
        }
    }

    /// Seals bytes for one place: nonce ‖ ciphertext ‖ tag, never the same twice.
    ///
    /// # Errors
    /// [`CryptoError::TooLong`] from 4 GiB upwards, [`CryptoError::RandomUnavailable`].
    pub fn seal(
        &self,
        associated: &AssociatedData,
        plain: &[u8],
        padding: Padding,
    ) -> Result<Vec<u8>, CryptoError> {
        seal(self.seal.expose(), associated.as_bytes(), plain, padding)
    }

    /// Opens what [`seal`](Self::seal) sealed for the same place.
    ///
    /// # Errors
    /// [`CryptoError::CannotOpen`] for changed or moved bytes, [`CryptoError::BadPadding`] for a content
    /// that was sealed with our key but not by our rules.
    pub fn open(&self, associated: &AssociatedData, sealed: &[u8]) -> Result<SecretBytes, CryptoError> {
        open(self.seal.expose(), associated.as_bytes(), sealed)
    }

    /// As [`open`](Self::open), but appends to a buffer that holds many records, and answers where this one
    /// lies in it. Nothing else is allocated; on failure the buffer is as it was.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_into(
        &self,
        associated: &AssociatedData,
        sealed: &[u8],
        into: &mut SecretBytes,
    ) -> Result<Range<usize>, CryptoError> {
        open_into(self.seal.expose(), associated.as_bytes(), sealed, into)
    }

    /// Seals the app's last place, which is outside of the vault file and has a key of its own, so that
    /// nothing from there can pass for a record.
    ///
    /// # Errors
    /// As [`seal`](Self::seal).
    pub fn seal_place(&self, associated: &AssociatedData, plain: &[u8]) -> Result<Vec<u8>, CryptoError> {
        seal(self.place.expose(), associated.as_bytes(), plain, Padding::Record)
    }

    /// Opens the app's last place.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_place(&self, associated: &AssociatedData, sealed: &[u8]) -> Result<SecretBytes, CryptoError> {
        open(self.place.expose(), associated.as_bytes(), sealed)
    }

    /// By which a secret is found without its name being in the file.
    pub fn name_tag(&self, name: &str) -> [u8; 32] {
        self.index.authenticate([b"secret", name.as_bytes()])
    }

    /// By which a version is found within its secret; equal ids of two secrets look different.
    pub fn id_tag(&self, secret_row: &[u8; 16], version_id: &str) -> [u8; 32] {
        self.index.authenticate([b"version", &secret_row[..], version_id.as_bytes()])
    }

    /// By which a version with the same type and value is *found*; before anything is said about it, the
    /// value itself is opened and compared. Kept inside of sealed records only.
    pub fn equal_tag(&self, type_byte: u8, value: &[u8]) -> [u8; 32] {
        self.equal.authenticate([&[type_byte][..], value])
    }

    /// The MAC over all versions of one secret: row id and record tag of each, in any order. The slice is
    /// sorted on the way, because the MAC runs over the order of the row ids.
    pub fn versions_mac(&self, secret_row: &[u8; 16], versions: &mut [(i64, [u8; 16])]) -> [u8; 32] {
        versions.sort_unstable();
        let count = (versions.len() as u64).to_be_bytes();
        let mut rows = Vec::with_capacity(versions.len() * (8 + 16));
        for (row_id, record_tag) in versions {
            rows.extend_from_slice(&row_id.to_be_bytes());
            rows.extend_from_slice(record_tag);
        }
        self.ledger.authenticate([b"versions", &secret_row[..], &count, &rows])
    }

    /// As [`versions_mac`](Self::versions_mac), over row id, id tag and record tag of each version; they come
    /// in the order of their row ids.
    pub fn versions_mac_with_ids<'a>(
        &self,
        secret_row: &[u8; 16],
        versions: impl ExactSizeIterator<Item = (i64, &'a [u8; 32], &'a [u8; 16])>,
    ) -> [u8; 32] {
        let count = (versions.len() as u64).to_be_bytes();
        let mut rows = Vec::with_capacity(versions.len() * (8 + 32 + 16));
        for (row_id, id_tag, record_tag) in versions {
            rows.extend_from_slice(&row_id.to_be_bytes());
            rows.extend_from_slice(id_tag);
            rows.extend_from_slice(record_tag);
        }
        self.ledger.authenticate([b"versions2", &secret_row[..], &count, &rows])
    }

    /// What one secret adds to the sum of its bucket ([`bucket_of`](super::bucket_of)).
    pub fn bucket_entry(&self, name_tag: &[u8], secret_row: &[u8; 16], record_tag: &[u8; 16]) -> LedgerSum {
        self.bucket_entries().of(name_tag, secret_row, record_tag)
    }

    /// Makes ready for the entries of a whole bucket.
    pub fn bucket_entries(&self) -> BucketEntries {
        BucketEntries(self.ledger.ready())
    }
}

/// What many secrets add to the sum of their bucket, one after the other. As good as the ledger key: to be
/// kept no longer than for one bucket.
pub struct BucketEntries(ReadyMac);

impl BucketEntries {
    /// What one secret adds.
    pub fn of(&self, name_tag: &[u8], secret_row: &[u8; 16], record_tag: &[u8; 16]) -> LedgerSum {
        LedgerSum::from_bytes(self.0.authenticate([b"bucket", name_tag, secret_row, record_tag]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::VaultKey;
    use crate::memory::KeyArena;

    fn keys(vault_key: u8, vault_id: u8) -> VaultKeys {
        let arena = KeyArena::new().expect("mapping a page");
        VaultKey::copy_of(&arena, &[vault_key; 32]).derive_keys(&[vault_id; 16])
    }

    fn place() -> AssociatedData {
        AssociatedData::new(1, &[1; 16], "secret", "record").bytes(b"row")
    }

    #[test]
    fn a_seal_opens_with_the_same_vault_key_and_vault_id_only() {
        let sealed = keys(1, 1).seal(&place(), b"record", Padding::Record).unwrap();
        assert_eq!(keys(1, 1).open(&place(), &sealed).unwrap().expose(), b"record");
        for other in [keys(2, 1), keys(1, 2)] {
            assert_eq!(other.open(&place(), &sealed).err(), Some(CryptoError::CannotOpen));
        }
        let elsewhere = place().bytes(b"");
        assert_eq!(keys(1, 1).open(&elsewhere, &sealed).err(), Some(CryptoError::CannotOpen));
    }

    #[test]
    fn records_are_gathered_in_one_buffer() {
        let keys = keys(1, 1);
        let mut buffer = SecretBytes::new();
        let texts = ["one", "", "three"];
        let ranges = texts.map(|text| {
            let sealed = keys.seal(&place(), text.as_bytes(), Padding::Record).unwrap();
            keys.open_into(&place(), &sealed, &mut buffer).unwrap()
        });
        assert_eq!(buffer.expose(), b"onethree");
        assert_eq!(ranges.map(|range| &buffer.expose()[range]), texts.map(str::as_bytes));
    }

    #[test]
    fn the_last_place_and_the_vault_do_not_open_each_other() {
        let keys = keys(1, 1);
        let sealed = keys.seal_place(&place(), b"place").unwrap();
        assert_eq!(keys.open_place(&place(), &sealed).unwrap().expose(), b"place");
        assert_eq!(keys.open(&place(), &sealed).err(), Some(CryptoError::CannotOpen));
        let sealed = keys.seal(&place(), b"record", Padding::Record).unwrap();
        assert_eq!(keys.open_place(&place(), &sealed).err(), Some(CryptoError::CannotOpen));
    }

    #[test]
    fn tags_differ_by_everything_that_enters_them() {
        let (keys, others) = (keys(1, 1), keys(1, 2));
        let mut tags = vec![
            keys.name_tag("a"),
            keys.name_tag("b"),
            others.name_tag("a"),
            keys.id_tag(&[1; 16], "a"),
            keys.id_tag(&[1; 16], "b"),
            keys.id_tag(&[2; 16], "a"),
            keys.equal_tag(0, b"a"),
            keys.equal_tag(1, b"a"),
            keys.equal_tag(0, b"b"),
            keys.bucket_entry(&[1; 32], &[1; 16], &[1; 16]).to_bytes(),
            keys.bucket_entry(&[2; 32], &[1; 16], &[1; 16]).to_bytes(),
            keys.bucket_entry(&[1; 32], &[2; 16], &[1; 16]).to_bytes(),
            keys.bucket_entry(&[1; 32], &[1; 16], &[2; 16]).to_bytes(),
            keys.versions_mac(&[1; 16], &mut []),
            keys.versions_mac(&[2; 16], &mut []),
            keys.versions_mac(&[1; 16], &mut [(1, [1; 16])]),
            keys.versions_mac(&[1; 16], &mut [(2, [1; 16])]),
            keys.versions_mac(&[1; 16], &mut [(1, [2; 16])]),
            keys.versions_mac(&[1; 16], &mut [(1, [1; 16]), (2, [1; 16])]),
            keys.versions_mac_with_ids(&[1; 16], [].into_iter()),
            keys.versions_mac_with_ids(&[2; 16], [].into_iter()),
            keys.versions_mac_with_ids(&[1; 16], [(1, &[1; 32], &[1; 16])].into_iter()),
            keys.versions_mac_with_ids(&[1; 16], [(2, &[1; 32], &[1; 16])].into_iter()),
            keys.versions_mac_with_ids(&[1; 16], [(1, &[2; 32], &[1; 16])].into_iter()),
            keys.versions_mac_with_ids(&[1; 16], [(1, &[1; 32], &[2; 16])].into_iter()),
            keys.bucket_entry(&[1; 16], &[1; 16], &[1; 16]).to_bytes(),
        ];
        let count = tags.len();
        tags.sort_unstable();
        tags.dedup();
        assert_eq!(tags.len(), count);
    }

    #[test]
    fn the_order_in_which_versions_are_read_does_not_matter() {
        let keys = keys(1, 1);
        let mut versions = [(3, [3; 16]), (1, [1; 16]), (i64::MAX, [9; 16])];
        let mac = keys.versions_mac(&[1; 16], &mut versions);
        versions.reverse();
        assert_eq!(keys.versions_mac(&[1; 16], &mut versions), mac);
        assert_eq!(versions[0], (1, [1; 16]));
    }
}
