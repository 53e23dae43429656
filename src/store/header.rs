//! The header of a vault: the only part of the file that is in the clear.

use super::codec::{Reader, Writer};
use super::error::StoreError;
use super::format::FormatVersion;
use super::schema;
use crate::crypto::{self, KdfCost};

const MAGIC: &[u8; 8] = b"etui-vlt";
const KDF_NAME: &[u8] = b"argon2id";

/// Whether a key file is needed besides the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyFileUse {
    /// The password alone.
    None,
    /// Both.
    Needed,
}

/// What must be known before a password can be tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The version of the format.
    pub format: FormatVersion,
    /// Which vault this is; it never changes.
    pub vault_id: [u8; 16],
    /// Which vault key this is; rekeying changes it.
    pub key_id: [u8; 16],
    /// What deriving the key costs.
    pub cost: KdfCost,
    /// Argon2's salt.
    pub salt: [u8; 16],
    /// Whether a key file is needed.
    pub key_file: KeyFileUse,
    /// The key commitment: tells a wrong password from a damaged file.
    pub commitment: [u8; 32],
}

impl Header {
    /// Whether an upgrade is all that lies between this header and another, in whichever direction: vault, key, and
    /// what is needed to open it are the same.
    pub(super) fn differs_in_format_only(&self, other: &Self) -> bool {
        self.format != other.format && Self { format: self.format, ..other.clone() } == *self
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.raw(MAGIC);
        writer.u32(self.format.number());
        writer.raw(&self.vault_id);
        writer.raw(&self.key_id);
        writer.bytes(KDF_NAME);
        writer.u32(self.cost.memory_kib());
        writer.u32(self.cost.passes());
        writer.u32(self.cost.lanes());
        writer.raw(&self.salt);
        writer.u8(match self.key_file {
            KeyFileUse::None => 0,
            KeyFileUse::Needed => 1,
        });
        writer.raw(&self.commitment);
        writer.finish().expose().to_vec()
    }

    /// Checks the hash first, so that a damaged header is never taken for a wrong password.
    pub(super) fn decode(bytes: &[u8], hash: &[u8]) -> Result<Self, StoreError> {
        if crypto::sha256(bytes) != *hash {
            return Err(StoreError::integrity("its header does not match its hash"));
        }
        if let Some(number) = Self::number_of(bytes).filter(|number| *number > FormatVersion::NEWEST.number())
        {
            return Err(schema::newer_format(number.into()));
        }
        Self::parse(bytes).ok_or_else(|| StoreError::integrity("its header cannot be read"))
    }

    /// The number of the format: the only thing that a header of any format has in the same place.
    fn number_of(bytes: &[u8]) -> Option<u32> {
        let mut reader = Reader::new(bytes);
        (reader.array::<8>()? == *MAGIC).then(|| reader.u32())?
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        if reader.array::<8>()? != *MAGIC {
            return None;
        }
        let format = FormatVersion::of_number(reader.u32()?)?;
        let vault_id = reader.array()?;
        let key_id = reader.array()?;
        if reader.bytes()? != KDF_NAME {
            return None;
        }
        let cost = KdfCost::new(reader.u32()?, reader.u32()?, reader.u32()?).ok()?;
        let salt = reader.array()?;
        let key_file = match reader.u8()? {
            0 => KeyFileUse::None,
            1 => KeyFileUse::Needed,
            _ => return None,
        };
        let commitment = reader.array()?;
        reader.end().then_some(Self { format, vault_id, key_id, cost, salt, key_file, commitment })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> Header {
        Header {
            format: FormatVersion::One,
            vault_id: [1; 16],
            key_id: [2; 16],
            cost: KdfCost::new(19 * 1024, 2, 1).unwrap(),
            salt: [3; 16],
            key_file: KeyFileUse::Needed,
            commitment: [4; 32],
        }
    }

    #[test]
    fn a_header_is_read_as_it_was_written() {
        for format in FormatVersion::ALL {
            let header = Header { format, ..header() };
            let bytes = header.encode();
            assert_eq!(Header::decode(&bytes, &crypto::sha256(&bytes)), Ok(header));
        }
    }

    #[test]
    fn a_header_of_an_unknown_format_is_refused() {
        let of_number = |number: u32| {
            let mut bytes = header().encode();
            bytes[8..12].copy_from_slice(&number.to_be_bytes());
            Header::decode(&bytes, &crypto::sha256(&bytes))
        };
        assert!(of_number(0).is_err());
        for number in [3, u32::MAX] {
            assert_eq!(of_number(number), Err(schema::newer_format(number.into())));
        }
    }

    /// The check of the header's number as the first etui had it, which knew format 1 alone.
    fn is_read_by_the_first_etui(bytes: &[u8]) -> bool {
        let mut reader = Reader::new(bytes);
        reader.array::<8>() == Some(*MAGIC) && reader.u32() == Some(1)
    }

    #[test]
    fn an_older_etui_refuses_a_header_of_format_2_by_its_number() {
        for (format, is_read) in [(FormatVersion::One, true), (FormatVersion::Two, false)] {
            let bytes = Header { format, ..header() }.encode();
            assert_eq!(is_read_by_the_first_etui(&bytes), is_read);
        }
    }

    #[test]
    fn a_header_with_any_bit_changed_is_damage() {
        let bytes = header().encode();
        let hash = crypto::sha256(&bytes);
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert!(matches!(Header::decode(&changed, &hash), Err(StoreError::Integrity(_))));
        }
    }

    #[test]
    fn a_header_that_asks_for_too_much_memory_is_refused_though_its_hash_is_right() {
        let mut bytes = header().encode();
        let at = 8 + 4 + 16 + 16 + 4 + KDF_NAME.len();
        bytes[at..at + 4].copy_from_slice(&u32::MAX.to_be_bytes());
        assert!(Header::decode(&bytes, &crypto::sha256(&bytes)).is_err());
        bytes.push(0);
        assert!(Header::decode(&bytes, &crypto::sha256(&bytes)).is_err());
    }
}
