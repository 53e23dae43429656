//! What each seal is bound to: the associated data of every kind of row.

use super::format::NameTag;
use crate::crypto::AssociatedData;

/// The version of sealing, which is the same in both formats: what is not changed by an upgrade is not sealed
/// again.
const SEALING_VERSION: u32 = 1;

/// Builds associated data for one vault.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seals {
    vault_id: [u8; 16],
}

impl Seals {
    pub(super) const fn new(vault_id: [u8; 16]) -> Self {
        Self { vault_id }
    }

    fn of(self, table: &'static str, column: &'static str) -> AssociatedData {
        AssociatedData::new(SEALING_VERSION, &self.vault_id, table, column)
    }

    /// The head, bound to header and wrapped key.
    pub(super) fn head(self, header: &[u8], wrapped_key: &[u8]) -> AssociatedData {
        self.of("vault", "head").bytes(header).bytes(wrapped_key)
    }

    /// A prefix for the records of many secrets; see [`secret_of`].
    pub(super) fn secrets(self) -> AssociatedData {
        self.of("secret", "record")
    }

    /// The record of a secret, bound to its name tag and its row id.
    pub(super) fn secret(self, name_tag: &NameTag, id: &[u8; 16]) -> AssociatedData {
        secret_of(self.secrets(), name_tag, id)
    }

    /// The record of a version, bound to its key, its secret and its id tag.
    pub(super) fn version(self, key: i64, secret: &[u8; 16], id_tag: &[u8; 32]) -> AssociatedData {
        self.of("version", "record").integer(key).bytes(secret).bytes(id_tag)
    }

    /// The value of a version, bound to the same.
    pub(super) fn value(self, key: i64, secret: &[u8; 16], id_tag: &[u8; 32]) -> AssociatedData {
        self.of("version", "value").integer(key).bytes(secret).bytes(id_tag)
    }

    /// An event, bound to its number.
    pub(super) fn event(self, number: u64) -> AssociatedData {
        self.of("event", "record").bytes(&number.to_be_bytes())
    }

    /// What the app keeps sealed outside the vault.
    pub(super) fn place(self) -> AssociatedData {
        self.of("place", "bytes")
    }

    /// What was seen at a remote, bound to its name.
    pub(super) fn seen_there(self, remote: &str) -> AssociatedData {
        self.of("seen there", "bytes").bytes(remote.as_bytes())
    }
}

/// Completes (or replaces) the fields of a secret behind the prefix, reusing the allocation.
pub(super) fn secret_of(prefix: AssociatedData, name_tag: &NameTag, id: &[u8; 16]) -> AssociatedData {
    prefix.clear_to_prefix().bytes(name_tag.as_bytes()).bytes(id)
}
