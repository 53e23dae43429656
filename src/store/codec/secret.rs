//! The record of a secret: all that a list shows, the label map, and what ties it to its versions and events.

use super::{EventLink, Reader, Writer};
use crate::domain::{
    Description, Facts, Retention, RotationInterval, SecretName, StageLabel, TagKey, TagValue, Tags,
    Timestamp, ValueType, VersionId,
};
use crate::memory::SecretBytes;
use crate::store::error::StoreError;
use crate::store::format::FormatVersion;
use crate::versioning::{LabelMap, SecretState, VersionKey, VersionRef};

/// Everything in the record that is not in a [`SecretState`]; of the versions, the current and the newest are needed.
pub(in crate::store) struct SecretRecord<'a> {
    pub(in crate::store) state: &'a SecretState,
    pub(in crate::store) last_event: EventLink,
    pub(in crate::store) versions_mac: [u8; 32],
}

impl SecretRecord<'_> {
    /// Lays the record out. `None` where no version is current, which no rule lets happen.
    pub(in crate::store) fn encode(&self, format: FormatVersion) -> Option<SecretBytes> {
        let state = self.state;
        let current = state.version_of_key(state.labels.current()?.key)?;
        let mut writer = Writer::new();
        writer.u8(super::record_version(format));
        writer.text(state.name.as_str());
        if format >= FormatVersion::Two {
            writer.optional(state.given_name.as_ref(), |writer, given| writer.text(given.as_str()));
        }
        writer.text(state.facts.description.as_str());
        writer.time(state.created);
        writer.time(state.updated);
        writer.optional(state.planned_deletion, Writer::time);
        writer.optional(
            state.facts.retention.and_then(|kept| u16::try_from(kept.versions()).ok()),
            Writer::u16,
        );
        writer.optional(state.facts.rotation.map(RotationInterval::days), Writer::u16);
        writer.text(current.id.as_str());
        writer.time(current.created);
        writer.value_type(current.value_type);
        writer.u64(current.size);
        write_labels(&mut writer, &state.labels);
        write_tags(&mut writer, &state.facts.tags);
        match format {
            FormatVersion::One => writer.u64(state.next_order),
            FormatVersion::Two => writer.i64(state.newest()?.key.0),
        }
        self.last_event.write(&mut writer);
        writer.raw(&self.versions_mac);
        Some(writer.finish())
    }
}

/// The record of a secret as it was: it is never stored, and only what a list shows of it means anything.
///
/// # Errors
/// [`StoreError::Integrity`] where no version is current.
pub fn past_record(state: &SecretState) -> Result<SecretBytes, StoreError> {
    let record = SecretRecord { state, last_event: EventLink::default(), versions_mac: [0; 32] };
    record
        .encode(FormatVersion::One)
        .ok_or_else(|| StoreError::integrity("the history of a secret makes no sense"))
}

pub(super) fn write_labels(writer: &mut Writer, labels: &LabelMap) {
    writer.count(labels.len());
    for (label, target) in labels.iter() {
        writer.text(label.as_str());
        writer.i64(target.key.0);
        writer.text(target.id.as_str());
    }
}

pub(super) fn read_labels(reader: &mut Reader<'_>) -> Option<LabelMap> {
    let mut labels = LabelMap::new();
    for _ in 0..reader.u32()? {
        let label = StageLabel::new(reader.text()?).ok()?;
        if labels.target(&label).is_some() {
            return None;
        }
        labels.point(&label, &read_version_ref(reader)?);
    }
    Some(labels)
}

pub(super) fn write_version_ref(writer: &mut Writer, version: &VersionRef) {
    writer.i64(version.key.0);
    writer.text(version.id.as_str());
}

pub(super) fn read_version_ref(reader: &mut Reader<'_>) -> Option<VersionRef> {
    Some(VersionRef { key: VersionKey(reader.i64()?), id: VersionId::new(reader.text()?).ok()? })
}

pub(super) fn write_tags(writer: &mut Writer, tags: &Tags) {
    writer.count(tags.len());
    for (key, value) in tags.iter() {
        writer.text(key.as_str());
        writer.text(value.as_str());
    }
}

pub(super) fn read_tags(reader: &mut Reader<'_>) -> Option<Tags> {
    let tags = reader
        .list(|reader| Some((TagKey::new(reader.text()?).ok()?, TagValue::new(reader.text()?).ok()?)))?;
    Some(tags.into_iter().collect())
}

/// A record in the opened buffer, read without copying.
#[derive(Debug, Clone, Copy)]
pub struct SecretRecordView<'a> {
    /// The name.
    pub name: &'a str,
    /// The name that it was given, where a merge had to change it.
    pub given_name: Option<&'a str>,
    /// The description; empty where there is none.
    pub description: &'a str,
    /// When the secret was created.
    pub created: Timestamp,
    /// When anything about it changed last.
    pub updated: Timestamp,
    /// When it may be removed.
    pub planned_deletion: Option<Timestamp>,
    /// How many versions are kept.
    pub retention: Option<u16>,
    /// How many days the current version may grow old.
    pub rotation_days: Option<u16>,
    /// The id of the current version.
    pub current_id: &'a str,
    /// When the current version was created.
    pub current_created: Timestamp,
    /// The type of the current value.
    pub current_type: ValueType,
    /// The length of the current value in bytes.
    pub current_size: u64,
    /// The labels.
    pub labels: SummaryLabels<'a>,
    /// The tags.
    pub tags: SummaryTags<'a>,
    pub(in crate::store) succession: Succession,
    pub(in crate::store) last_event: EventLink,
    pub(in crate::store) versions_mac: [u8; 32],
}

impl<'a> SecretRecordView<'a> {
    /// Reads a record; `None` where it makes no sense.
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let Beginning { format, name, given_name, description, created, updated, planned_deletion } =
            Beginning::read(&mut reader)?;
        let view = Self {
            name,
            given_name,
            description,
            created,
            updated,
            planned_deletion,
            retention: reader.optional(Reader::u16)?,
            rotation_days: reader.optional(Reader::u16)?,
            current_id: reader.text()?,
            current_created: reader.time()?,
            current_type: reader.value_type()?,
            current_size: reader.u64()?,
            labels: SummaryLabels::take(&mut reader)?,
            tags: SummaryTags::take(&mut reader)?,
            succession: match format {
                FormatVersion::One => Succession::NextOrder(reader.u64()?),
                FormatVersion::Two => Succession::Newest(VersionKey(reader.i64()?)),
            },
            last_event: EventLink::read(&mut reader)?,
            versions_mac: reader.array()?,
        };
        reader.end().then_some(view)
    }

    /// The format of the record.
    pub(in crate::store) const fn format(&self) -> FormatVersion {
        match self.succession {
            Succession::NextOrder(_) => FormatVersion::One,
            Succession::Newest(_) => FormatVersion::Two,
        }
    }

    /// The bytes of the name alone, for sorting many records; none where the record makes no sense.
    pub fn name_bytes_of(bytes: &'a [u8]) -> &'a [u8] {
        let mut reader = Reader::new(bytes);
        reader.u8().and_then(|_| reader.bytes()).unwrap_or_default()
    }

    /// The name and the end of the deletion window, for a long list of nothing else: reading a whole record takes
    /// twice as long. `None` where the record makes no sense.
    pub fn name_and_deletion_of(bytes: &'a [u8]) -> Option<(&'a str, Option<Timestamp>)> {
        let beginning = Beginning::read(&mut Reader::new(bytes))?;
        Some((beginning.name, beginning.planned_deletion))
    }

    /// The record as the rules want it, still without its versions.
    pub(in crate::store) fn to_state(self) -> Option<SecretState> {
        let mut tags = self.tags.0;
        let mut labels = self.labels.0;
        Some(SecretState {
            name: SecretName::new(self.name).ok()?,
            given_name: match self.given_name {
                Some(given) => Some(SecretName::new(given).ok()?),
                None => None,
            },
            facts: Facts {
                description: Description::new(self.description).ok()?,
                tags: read_tags(&mut tags)?,
                retention: match self.retention {
                    Some(versions) => Some(Retention::new(u32::from(versions)).ok()?),
                    None => None,
                },
                rotation: match self.rotation_days {
                    Some(days) => Some(RotationInterval::new(u32::from(days)).ok()?),
                    None => None,
                },
            },
            created: self.created,
            updated: self.updated,
            planned_deletion: self.planned_deletion,
            labels: read_labels(&mut labels)?,
            next_order: match self.succession {
                Succession::NextOrder(order) => order,
                // The newest version tells it.
                Succession::Newest(_) => 0,
            },
            versions: Vec::new(),
        })
    }
}

/// What a record begins with.
struct Beginning<'a> {
    format: FormatVersion,
    name: &'a str,
    given_name: Option<&'a str>,
    description: &'a str,
    created: Timestamp,
    updated: Timestamp,
    planned_deletion: Option<Timestamp>,
}

impl<'a> Beginning<'a> {
    fn read(reader: &mut Reader<'a>) -> Option<Self> {
        let version = reader.u8()?;
        let format =
            FormatVersion::ALL.into_iter().find(|format| super::record_version(*format) == version)?;
        Some(Self {
            format,
            name: reader.text()?,
            given_name: match format {
                FormatVersion::One => None,
                FormatVersion::Two => reader.optional(Reader::text)?,
            },
            description: reader.text()?,
            created: reader.time()?,
            updated: reader.time()?,
            planned_deletion: reader.optional(Reader::time)?,
        })
    }
}

/// What tells the order of the next version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Succession {
    /// Format 1 counts.
    NextOrder(u64),
    /// Format 2 names the newest version.
    Newest(VersionKey),
}

/// Labels with the id of the version each marks, read from the record as they are asked for.
#[derive(Debug, Clone, Copy)]
pub struct SummaryLabels<'a>(Reader<'a>);

impl<'a> SummaryLabels<'a> {
    fn take(reader: &mut Reader<'a>) -> Option<Self> {
        let start = *reader;
        for _ in 0..reader.u32()? {
            reader.text()?;
            reader.i64()?;
            reader.text()?;
        }
        Some(Self(start))
    }

    /// Label and version id, built-in labels first.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let mut reader = self.0;
        let count = reader.u32().unwrap_or(0);
        (0..count).map_while(move |_| {
            let label = reader.text()?;
            reader.i64()?;
            Some((label, reader.text()?))
        })
    }

    /// How many labels there are.
    pub fn len(&self) -> usize {
        let mut reader = self.0;
        reader.u32().map_or(0, |count| count as usize)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Tags, read from the record as they are asked for.
#[derive(Debug, Clone, Copy)]
pub struct SummaryTags<'a>(Reader<'a>);

impl<'a> SummaryTags<'a> {
    fn take(reader: &mut Reader<'a>) -> Option<Self> {
        let start = *reader;
        for _ in 0..reader.u32()? {
            reader.text()?;
            reader.text()?;
        }
        Some(Self(start))
    }

    /// Key and value, sorted by key.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let mut reader = self.0;
        let count = reader.u32().unwrap_or(0);
        (0..count).map_while(move |_| Some((reader.text()?, reader.text()?)))
    }

    /// How many tags there are.
    pub fn len(&self) -> usize {
        let mut reader = self.0;
        reader.u32().map_or(0, |count| count as usize)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
