//! The head of a vault: how many changes there were, and the sums over all secrets.

use super::{Reader, Writer};
use crate::crypto::{BUCKETS, LedgerSum};
use crate::memory::SecretBytes;
use crate::store::header::FORMAT_VERSION;

/// The newest state of a vault in a few numbers. Sealed in the one row of `vault`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) struct Head {
    /// The number of the last event: the generation.
    pub(in crate::store) number: u64,
    /// The tag of the last event's record.
    pub(in crate::store) tag: [u8; 16],
    /// How many secrets there are.
    pub(in crate::store) secrets: u64,
    /// One sum for each bucket of secrets.
    pub(in crate::store) sums: [LedgerSum; BUCKETS],
}

impl Head {
    pub(in crate::store) fn encode(&self) -> SecretBytes {
        let mut writer = Writer::new();
        writer.u32(FORMAT_VERSION);
        writer.u64(self.number);
        writer.raw(&self.tag);
        writer.u64(self.secrets);
        for sum in self.sums {
            writer.raw(&sum.to_bytes());
        }
        writer.finish()
    }

    pub(in crate::store) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        if reader.u32()? != FORMAT_VERSION {
            return None;
        }
        let number = reader.u64()?;
        let tag = reader.array()?;
        let secrets = reader.u64()?;
        let mut sums = [LedgerSum::default(); BUCKETS];
        for sum in &mut sums {
            *sum = LedgerSum::from_bytes(reader.array()?);
        }
        reader.end().then_some(Self { number, tag, secrets, sums })
    }
}
