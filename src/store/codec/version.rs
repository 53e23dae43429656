//! The record of a version: everything but its value, and what ties the value to it.

use super::{Reader, Writer};
use crate::domain::{Note, VersionId};
use crate::memory::SecretBytes;
use crate::versioning::{VersionKey, VersionState};

const RECORD_VERSION: u8 = 1;

/// A version with the tag of its sealed value and the MAC by which equal values are found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) struct VersionRecord {
    pub(in crate::store) state: VersionState,
    pub(in crate::store) value_tag: [u8; 16],
    pub(in crate::store) equal: [u8; 32],
}

impl VersionRecord {
    pub(in crate::store) fn encode(&self) -> SecretBytes {
        let mut writer = Writer::new();
        writer.u8(RECORD_VERSION);
        writer.text(self.state.id.as_str());
        writer.u64(self.state.order);
        writer.time(self.state.created);
        writer.value_type(self.state.value_type);
        writer.u64(self.state.size);
        writer.optional(self.state.note.as_ref(), |writer, note| writer.text(note.as_str()));
        writer.raw(&self.value_tag);
        writer.raw(&self.equal);
        writer.finish()
    }

    pub(in crate::store) fn decode(bytes: &[u8], key: VersionKey) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        if reader.u8()? != RECORD_VERSION {
            return None;
        }
        let state = VersionState {
            key,
            id: VersionId::new(reader.text()?).ok()?,
            order: reader.u64()?,
            created: reader.time()?,
            value_type: reader.value_type()?,
            size: reader.u64()?,
            note: reader.optional(|reader| Note::new(reader.text()?).ok())?,
        };
        let record = Self { state, value_tag: reader.array()?, equal: reader.array()? };
        reader.end().then_some(record)
    }
}
