//! The head of a vault: how many changes there were, and the sums over all secrets.

use super::{EventLink, Reader, Writer};
use crate::crypto::{BUCKETS, LedgerSum};
use crate::memory::SecretBytes;
use crate::store::format::FormatVersion;

/// The newest state of a vault in a few numbers. Sealed in the one row of `vault`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) struct Head {
    /// The version of the format that the vault is in.
    pub(in crate::store) format: FormatVersion,
    /// The number of the last event: the generation.
    pub(in crate::store) number: u64,
    /// The tag of the last event's record.
    pub(in crate::store) tag: [u8; 16],
    /// The stamp of the last event; format 1 has none, and 0 here.
    pub(in crate::store) stamp: u64,
    /// How many secrets there are.
    pub(in crate::store) secrets: u64,
    /// One sum for each bucket of secrets.
    pub(in crate::store) sums: [LedgerSum; BUCKETS],
}

impl Head {
    /// The head of a vault in which nothing has happened yet.
    pub(in crate::store) fn empty(format: FormatVersion) -> Self {
        Self { format, number: 0, tag: [0; 16], stamp: 0, secrets: 0, sums: [LedgerSum::default(); BUCKETS] }
    }

    /// Leads to the last event.
    pub(in crate::store) const fn newest(&self) -> EventLink {
        EventLink { number: self.number, tag: self.tag }
    }

    pub(in crate::store) fn encode(&self) -> SecretBytes {
        let mut writer = Writer::new();
        writer.u32(self.format.number());
        writer.u64(self.number);
        writer.raw(&self.tag);
        if self.format >= FormatVersion::Two {
            writer.u64(self.stamp);
        }
        writer.u64(self.secrets);
        for sum in self.sums {
            writer.raw(&sum.to_bytes());
        }
        writer.finish()
    }

    /// Reads the head of a vault whose header names this format.
    pub(in crate::store) fn decode(bytes: &[u8], format: FormatVersion) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        if reader.u32()? != format.number() {
            return None;
        }
        let number = reader.u64()?;
        let tag = reader.array()?;
        let stamp = if format >= FormatVersion::Two { reader.u64()? } else { 0 };
        let secrets = reader.u64()?;
        let mut sums = [LedgerSum::default(); BUCKETS];
        for sum in &mut sums {
            *sum = LedgerSum::from_bytes(reader.array()?);
        }
        reader.end().then_some(Self { format, number, tag, stamp, secrets, sums })
    }
}
