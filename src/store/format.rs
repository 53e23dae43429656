//! Which version of the format a vault is in, and what follows from it outside of the codecs.

use rusqlite::Row;

use super::error::StoreError;
use super::rows::{array, blob};
use crate::crypto::{self, Padding, VaultKeys};
use crate::versioning::VersionKey;

/// The version of the format that a vault's header names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FormatVersion {
    /// The first: creation orders, 32-byte name tags, no stamps.
    One,
    /// With stamps, given ids and names, and smaller rows.
    Two,
}

impl FormatVersion {
    /// All of them, oldest first.
    pub const ALL: [Self; 2] = [Self::One, Self::Two];

    /// The newest: what an upgrade leads to.
    pub const NEWEST: Self = Self::Two;

    /// What a new vault is made in.
    pub const FOR_NEW_VAULTS: Self = Self::Two;

    /// Its number in header, head and `user_version`.
    pub const fn number(self) -> u32 {
        match self {
            Self::One => 1,
            Self::Two => 2,
        }
    }

    /// The version of a number.
    pub fn of_number(number: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.number() == number)
    }

    /// By which a secret is found. Format 2 keeps half of the MAC: 128 bits tell names apart as well.
    pub(super) fn name_tag(self, keys: &VaultKeys, name: &str) -> NameTag {
        let bytes = keys.name_tag(name);
        match self {
            Self::One => NameTag::Long(bytes),
            Self::Two => {
                let (short, _) = bytes.split_first_chunk().expect("16 bytes are fewer than 32");
                NameTag::Short(*short)
            }
        }
    }

    /// Reads a cell that must be a name tag.
    pub(super) fn read_name_tag(self, row: &Row<'_>, column: usize) -> Result<NameTag, StoreError> {
        match self {
            Self::One => array(row, column).map(NameTag::Long),
            Self::Two => array(row, column).map(NameTag::Short),
        }
    }

    /// How far the record of a version is padded.
    pub(super) const fn version_padding(self) -> Padding {
        match self {
            Self::One => Padding::Record,
            Self::Two => Padding::VersionRecord,
        }
    }

    /// The MAC over all versions of a secret, which are sorted by key.
    pub(super) fn versions_mac(self, keys: &VaultKeys, secret: &[u8; 16], rows: &[VersionRow]) -> [u8; 32] {
        match self {
            Self::One => {
                let rows = rows.iter().map(|row| (row.key.0, row.tag));
                keys.versions_mac(secret, &mut rows.collect::<Vec<_>>())
            }
            Self::Two => {
                keys.versions_mac_with_ids(secret, rows.iter().map(|row| (row.key.0, &row.id_tag, &row.tag)))
            }
        }
    }
}

/// By which a secret is found without its name being in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum NameTag {
    /// Of format 1.
    Long([u8; 32]),
    /// Of format 2.
    Short([u8; 16]),
}

impl NameTag {
    pub(super) fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Long(bytes) => bytes,
            Self::Short(bytes) => bytes,
        }
    }

    pub(super) fn bucket(&self) -> usize {
        match self {
            Self::Long([first, ..]) | Self::Short([first, ..]) => crypto::bucket_of(*first),
        }
    }
}

/// What a row of `version` tells without being opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct VersionRow {
    pub(super) key: VersionKey,
    pub(super) id_tag: [u8; 32],
    /// The tag of its sealed record.
    pub(super) tag: [u8; 16],
}

impl VersionRow {
    /// Reads key, id tag and tag from the first three cells of a row.
    pub(super) fn read(row: &Row<'_>) -> Result<Self, StoreError> {
        let key = VersionKey(super::rows::integer(row, 0)?);
        Ok(Self { key, id_tag: array(row, 1)?, tag: array(row, 2)? })
    }

    /// Reads key, id tag and sealed record from the first three cells of a row.
    pub(super) fn of_record(row: &Row<'_>) -> Result<Self, StoreError> {
        let key = VersionKey(super::rows::integer(row, 0)?);
        let tag = crypto::seal_tag(blob(row, 2)?)
            .ok_or_else(|| StoreError::integrity("the record of a version is too short"))?;
        Ok(Self { key, id_tag: array(row, 1)?, tag })
    }
}
