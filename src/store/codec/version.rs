//! The record of a version: everything but its value, and what ties the value to it.

use super::{Reader, Writer};
use crate::domain::{Note, Timestamp, VersionId};
use crate::memory::SecretBytes;
use crate::store::format::FormatVersion;
use crate::versioning::{VersionKey, VersionState};

/// A version with the tag of its sealed value and the MAC by which equal values are found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) struct VersionRecord {
    pub(in crate::store) state: VersionState,
    pub(in crate::store) value_tag: [u8; 16],
    pub(in crate::store) equal: [u8; 32],
}

impl VersionRecord {
    pub(in crate::store) fn encode(&self, format: FormatVersion) -> SecretBytes {
        let mut writer = Writer::new();
        writer.u8(super::record_version(format));
        writer.text(self.state.id.as_str());
        match format {
            FormatVersion::One => {
                writer.u64(self.state.order);
                writer.time(self.state.created);
            }
            // The order is the stamp, of which the time is the seconds.
            FormatVersion::Two => {
                writer.optional(self.state.given.as_ref(), |writer, given| writer.text(given.as_str()));
                writer.u64(self.state.order);
            }
        }
        writer.value_type(self.state.value_type);
        writer.u64(self.state.size);
        writer.optional(self.state.note.as_ref(), |writer, note| writer.text(note.as_str()));
        writer.raw(&self.value_tag);
        writer.raw(&self.equal);
        writer.finish()
    }

    pub(in crate::store) fn decode(bytes: &[u8], key: VersionKey, format: FormatVersion) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        if reader.u8()? != super::record_version(format) {
            return None;
        }
        let id = VersionId::new(reader.text()?).ok()?;
        let (given, order, created) = match format {
            FormatVersion::One => (None, reader.u64()?, reader.time()?),
            FormatVersion::Two => {
                let given = reader.optional(|reader| VersionId::new(reader.text()?).ok())?;
                let stamp = reader.u64()?;
                (given, stamp, Timestamp::of_milliseconds(stamp))
            }
        };
        let state = VersionState {
            key,
            id,
            given,
            order,
            created,
            value_type: reader.value_type()?,
            size: reader.u64()?,
            note: reader.optional(|reader| Note::new(reader.text()?).ok())?,
        };
        let record = Self { state, value_tag: reader.array()?, equal: reader.array()? };
        reader.end().then_some(record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ValueType;

    fn record(format: FormatVersion) -> VersionRecord {
        let (given, order) = match format {
            FormatVersion::One => (None, 3),
            FormatVersion::Two => (VersionId::new("v7").ok(), 1_700_000_000_123),
        };
        VersionRecord {
            state: VersionState {
                key: VersionKey(9),
                id: VersionId::new("v7-0a1b2c3d").unwrap(),
                given,
                order,
                created: Timestamp::clamped(1_700_000_000),
                value_type: ValueType::Binary,
                size: 12,
                note: Note::new("why").ok(),
            },
            value_tag: [1; 16],
            equal: [2; 32],
        }
    }

    #[test]
    fn a_version_is_read_as_it_was_written_and_by_its_own_format_only() {
        for format in FormatVersion::ALL {
            let encoded = record(format).encode(format);
            for other in FormatVersion::ALL {
                let expected = (other == format).then(|| record(format));
                assert_eq!(VersionRecord::decode(encoded.expose(), VersionKey(9), other), expected);
            }
            for length in 0..encoded.len() {
                let shortened = &encoded.expose()[..length];
                assert_eq!(VersionRecord::decode(shortened, VersionKey(9), format), None, "{length} bytes");
            }
        }
    }

    // Guards: what a format 2 record takes in the file; 124 bytes fill the smallest padding.
    #[test]
    fn a_version_of_format_2_without_a_note_fits_the_smallest_padding_whatever_its_id() {
        let mut longest = record(FormatVersion::Two);
        longest.state.given = None;
        longest.state.note = None;
        longest.state.id = VersionId::new("v".repeat(40).as_str()).unwrap();
        assert!(longest.encode(FormatVersion::Two).len() <= 124);
    }
}
