//! The record of an event: what changed, when, through which interface, and its place in the chains.

use super::secret::{read_labels, read_tags, read_version_ref, write_labels, write_tags, write_version_ref};
use super::{Reader, Writer};
use crate::domain::{Description, Note, Retention, RotationInterval, SecretName, Timestamp};
use crate::memory::SecretBytes;
use crate::versioning::{AccessKeyId, Change, Existence, NoteShift, Operation, Origin, Shift};

const RECORD_VERSION: u8 = 1;

/// An event by its number and the tag of its sealed record; number 0 means none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EventLink {
    /// Its number.
    pub number: u64,
    /// The tag of its record.
    pub tag: [u8; 16],
}

impl EventLink {
    pub(super) fn write(&self, writer: &mut Writer) {
        writer.u64(self.number);
        writer.raw(&self.tag);
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self { number: reader.u64()?, tag: reader.array()? })
    }
}

/// One entry of the history. Never a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRecord {
    /// When.
    pub time: Timestamp,
    /// Which interface it came through.
    pub origin: Origin,
    /// The row and the name (as it was before) of the secret; `None` for changes of the vault itself.
    pub secret: Option<([u8; 16], SecretName)>,
    /// What changed.
    pub change: Change,
    /// The number of the event that an undo or redo reverses.
    pub takes_back: Option<u64>,
    /// The number of the first event of the batch it belongs to.
    pub batch: Option<u64>,
    /// The event of the same secret before this one.
    pub previous_of_secret: EventLink,
    /// What tells two branches of a vault apart.
    pub random: [u8; 16],
    /// The tag of the event before; zeros for the first.
    pub previous_tag: [u8; 16],
}

impl EventRecord {
    pub(in crate::store) fn encode(&self) -> SecretBytes {
        let mut writer = Writer::new();
        writer.u8(RECORD_VERSION);
        writer.time(self.time);
        writer.u8(operation_byte(self.change.operation));
        write_origin(&mut writer, self.origin);
        writer.optional(self.secret.as_ref(), |writer, (row, name)| {
            writer.raw(row);
            writer.text(name.as_str());
        });
        writer.optional(self.takes_back, Writer::u64);
        writer.optional(self.batch, Writer::u64);
        self.previous_of_secret.write(&mut writer);
        writer.raw(&self.random);
        writer.raw(&self.previous_tag);
        write_change(&mut writer, &self.change);
        writer.finish()
    }

    pub(in crate::store) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        if reader.u8()? != RECORD_VERSION {
            return None;
        }
        let time = reader.time()?;
        let operation = operation_of(reader.u8()?)?;
        let origin = read_origin(&mut reader)?;
        let secret =
            reader.optional(|reader| Some((reader.array()?, SecretName::new(reader.text()?).ok()?)))?;
        let takes_back = reader.optional(Reader::u64)?;
        let batch = reader.optional(Reader::u64)?;
        let previous_of_secret = EventLink::read(&mut reader)?;
        let random = reader.array()?;
        let previous_tag = reader.array()?;
        let change = read_change(&mut reader, operation)?;
        reader.end().then_some(Self {
            time,
            origin,
            secret,
            change,
            takes_back,
            batch,
            previous_of_secret,
            random,
            previous_tag,
        })
    }
}

fn write_change(writer: &mut Writer, change: &Change) {
    writer.u8(match change.existence {
        Existence::Stays => 0,
        Existence::Appears => 1,
        Existence::Disappears => 2,
    });
    write_shift(writer, change.name.as_ref(), |writer, name| writer.text(name.as_str()));
    write_shift(writer, change.labels.as_ref(), write_labels);
    write_shift(writer, change.description.as_ref(), |writer, text| writer.text(text.as_str()));
    write_shift(writer, change.tags.as_ref(), write_tags);
    write_shift(writer, change.retention.as_ref(), |writer, retention| {
        writer.optional(retention.map(Retention::versions), |writer, kept| writer.u64(kept as u64));
    });
    write_shift(writer, change.rotation.as_ref(), |writer, rotation| {
        writer.optional(rotation.map(RotationInterval::days), Writer::u16);
    });
    write_shift(writer, change.planned_deletion.as_ref(), |writer, time| {
        writer.optional(*time, Writer::time);
    });
    writer.optional(change.note.as_ref(), |writer, shift| {
        write_version_ref(writer, &shift.version);
        write_note(writer, shift.note.before.as_ref());
        write_note(writer, shift.note.after.as_ref());
    });
    for versions in [&change.added, &change.destroyed] {
        writer.count(versions.len());
        for version in versions {
            write_version_ref(writer, version);
        }
    }
}

fn read_change(reader: &mut Reader<'_>, operation: Operation) -> Option<Change> {
    let existence = match reader.u8()? {
        0 => Existence::Stays,
        1 => Existence::Appears,
        2 => Existence::Disappears,
        _ => return None,
    };
    Some(Change {
        operation,
        existence,
        name: read_shift(reader, |reader| SecretName::new(reader.text()?).ok())?,
        labels: read_shift(reader, read_labels)?,
        description: read_shift(reader, |reader| Description::new(reader.text()?).ok())?,
        tags: read_shift(reader, read_tags)?,
        retention: read_shift(reader, |reader| {
            reader.optional(|reader| Retention::new(u32::try_from(reader.u64()?).ok()?).ok())
        })?,
        rotation: read_shift(reader, |reader| {
            reader.optional(|reader| RotationInterval::new(u32::from(reader.u16()?)).ok())
        })?,
        planned_deletion: read_shift(reader, |reader| reader.optional(Reader::time))?,
        note: reader.optional(|reader| {
            Some(NoteShift {
                version: read_version_ref(reader)?,
                note: Shift::new(read_note(reader)?, read_note(reader)?),
            })
        })?,
        added: reader.list(read_version_ref)?,
        destroyed: reader.list(read_version_ref)?,
    })
}

fn write_shift<T>(writer: &mut Writer, shift: Option<&Shift<T>>, write: impl Fn(&mut Writer, &T)) {
    writer.optional(shift, |writer, shift| {
        write(writer, &shift.before);
        write(writer, &shift.after);
    });
}

fn read_shift<'a, T>(
    reader: &mut Reader<'a>,
    read: impl Fn(&mut Reader<'a>) -> Option<T>,
) -> Option<Option<Shift<T>>> {
    reader.optional(|reader| Some(Shift::new(read(reader)?, read(reader)?)))
}

fn write_note(writer: &mut Writer, note: Option<&Note>) {
    writer.optional(note, |writer, note| writer.text(note.as_str()));
}

fn read_note(reader: &mut Reader<'_>) -> Option<Option<Note>> {
    reader.optional(|reader| Note::new(reader.text()?).ok())
}

/// The bytes are part of the format: never reuse or renumber one.
const OPERATIONS: [(u8, Operation); 17] = [
    (1, Operation::Init),
    (2, Operation::Create),
    (3, Operation::Put),
    (4, Operation::Stage),
    (5, Operation::Rollback),
    (6, Operation::Update),
    (7, Operation::Note),
    (8, Operation::Rename),
    (9, Operation::Delete),
    (10, Operation::ForceDelete),
    (11, Operation::Restore),
    (12, Operation::Purge),
    (13, Operation::Undo),
    (14, Operation::Redo),
    (15, Operation::Import),
    (16, Operation::ChangePassword),
    (17, Operation::Rekey),
];

fn operation_byte(operation: Operation) -> u8 {
    OPERATIONS.iter().find(|(_, known)| *known == operation).map_or(0, |(byte, _)| *byte)
}

fn operation_of(byte: u8) -> Option<Operation> {
    OPERATIONS.iter().find(|(known, _)| *known == byte).map(|(_, operation)| *operation)
}

fn write_origin(writer: &mut Writer, origin: Origin) {
    match origin {
        Origin::App => writer.u8(1),
        Origin::CommandLine => writer.u8(2),
        Origin::Import => writer.u8(3),
        Origin::Api(key) => {
            writer.u8(4);
            writer.text(key.as_str());
        }
    }
}

fn read_origin(reader: &mut Reader<'_>) -> Option<Origin> {
    match reader.u8()? {
        1 => Some(Origin::App),
        2 => Some(Origin::CommandLine),
        3 => Some(Origin::Import),
        4 => AccessKeyId::new(reader.text()?).map(Origin::Api),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{StageLabel, TagKey, TagValue, Tags, VersionId};
    use crate::versioning::{LabelMap, VersionKey, VersionRef};

    fn version(key: i64, id: &str) -> VersionRef {
        VersionRef { key: VersionKey(key), id: VersionId::new(id).unwrap() }
    }

    fn everything(operation: Operation) -> EventRecord {
        let mut labels = LabelMap::new();
        labels.point(&StageLabel::new("canary").unwrap(), &version(5, "v5"));
        labels.point(&StageLabel::current(), &version(-6, "v6"));
        let tags: Tags = [(TagKey::new("env").unwrap(), TagValue::new("").unwrap())].into_iter().collect();
        let mut change = Change::of(operation);
        change.existence = Existence::Disappears;
        change.name = Some(Shift::new(SecretName::new("a").unwrap(), SecretName::new("b/c").unwrap()));
        change.labels = Some(Shift::new(LabelMap::new(), labels));
        change.description = Some(Shift::new(Description::default(), Description::new("d\n").unwrap()));
        change.tags = Some(Shift::new(Tags::new(), tags));
        change.retention = Some(Shift::new(None, Retention::new(1_000).ok()));
        change.rotation = Some(Shift::new(RotationInterval::new(365).ok(), None));
        change.planned_deletion = Some(Shift::new(None, Some(Timestamp::clamped(9))));
        change.note =
            Some(NoteShift { version: version(7, "v7"), note: Shift::new(Note::new("before").ok(), None) });
        change.added = vec![version(8, "v8"), version(9, "v9")];
        change.destroyed = vec![version(10, "v10")];
        EventRecord {
            time: Timestamp::clamped(1_700_000_000),
            origin: Origin::Import,
            secret: Some(([1; 16], SecretName::new("a").unwrap())),
            change,
            takes_back: Some(41),
            batch: Some(40),
            previous_of_secret: EventLink { number: 39, tag: [2; 16] },
            random: [3; 16],
            previous_tag: [4; 16],
        }
    }

    #[test]
    fn an_event_is_read_as_it_was_written_whatever_it_tells() {
        for (_, operation) in OPERATIONS {
            let event = everything(operation);
            assert_eq!(EventRecord::decode(event.encode().expose()), Some(event));
        }
        for origin in ["", "LTAI5t0123456789abcdef", &"k".repeat(AccessKeyId::LIMIT)] {
            let mut event = everything(Operation::Put);
            event.origin = Origin::Api(AccessKeyId::new(origin).unwrap());
            assert_eq!(EventRecord::decode(event.encode().expose()), Some(event));
        }
        let mut bare = everything(Operation::Init);
        bare.change = Change::of(Operation::Init);
        bare.secret = None;
        bare.takes_back = None;
        bare.batch = None;
        assert_eq!(EventRecord::decode(bare.encode().expose()), Some(bare));
    }

    #[test]
    fn a_shortened_or_lengthened_event_is_damage() {
        let whole = everything(Operation::Undo).encode();
        for length in 0..whole.len() {
            assert_eq!(EventRecord::decode(&whole.expose()[..length]), None, "{length} bytes");
        }
        let mut longer = whole.duplicate();
        longer.push(0);
        assert_eq!(EventRecord::decode(longer.expose()), None);
    }
}
