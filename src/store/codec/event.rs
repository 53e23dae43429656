//! The record of an event: what changed, when, through which interface, and its place in the chains.

use super::change::{read_change, write_change};
use super::{Reader, Writer};
use crate::domain::{SecretName, Timestamp};
use crate::memory::SecretBytes;
use crate::store::format::FormatVersion;
use crate::versioning::{AccessKeyId, Change, Operation, Origin, VersionKey};

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
    /// Its place in the order of all copies; `None` in a record of version 1, where it follows from the time and
    /// the events before.
    pub stamped: Option<Stamped>,
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
    /// What a merge brought together; of every merge, and of nothing else.
    pub merge: Option<MergeFacts>,
}

/// What record version 2 adds to every event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamped {
    /// Milliseconds, above those of every event before.
    pub stamp: u64,
    /// Whether it was brought here by a merge.
    pub brought: bool,
    /// What the copy of the vault in which it happened is called; empty where it has no name.
    pub copy: String,
}

/// Which copies a merge brought together, and what became one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeFacts {
    /// The 16 random bytes of both heads' events, sorted.
    pub heads: [[u8; 16]; 2],
    /// Row ids of secrets that became one: the one that is kept, and the one that is gone.
    pub secrets: Vec<([u8; 16], [u8; 16])>,
    /// Keys of versions that became one, likewise.
    pub versions: Vec<(VersionKey, VersionKey)>,
}

impl MergeFacts {
    fn write(&self, writer: &mut Writer) {
        self.heads.iter().for_each(|head| writer.raw(head));
        writer.count(self.secrets.len());
        for (kept, gone) in &self.secrets {
            writer.raw(kept);
            writer.raw(gone);
        }
        writer.count(self.versions.len());
        for (kept, gone) in &self.versions {
            writer.i64(kept.0);
            writer.i64(gone.0);
        }
    }

    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let heads = [reader.array()?, reader.array()?];
        let secrets = reader.list(|reader| Some((reader.array()?, reader.array()?)))?;
        let versions = reader.list(|reader| Some((VersionKey(reader.i64()?), VersionKey(reader.i64()?))))?;
        (heads[0] <= heads[1]).then_some(Self { heads, secrets, versions })
    }
}

impl Stamped {
    fn write(&self, writer: &mut Writer) {
        writer.u64(self.stamp);
        writer.u8(u8::from(self.brought));
        writer.text(&self.copy);
    }

    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let stamp = reader.u64()?;
        let brought = match reader.u8()? {
            0 => false,
            1 => true,
            _ => return None,
        };
        Some(Self { stamp, brought, copy: reader.text()?.to_owned() })
    }
}

impl EventRecord {
    /// Whether it was brought here by a merge.
    pub fn is_brought(&self) -> bool {
        self.stamped.as_ref().is_some_and(|stamped| stamped.brought)
    }

    /// The version of its record: an upgrade keeps the events of format 1 as they are.
    const fn version(&self) -> FormatVersion {
        match self.stamped {
            None => FormatVersion::One,
            Some(_) => FormatVersion::Two,
        }
    }

    pub(in crate::store) fn encode(&self) -> SecretBytes {
        let mut writer = Writer::new();
        writer.u8(super::record_version(self.version()));
        writer.time(self.time);
        if let Some(stamped) = &self.stamped {
            stamped.write(&mut writer);
        }
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
        write_change(&mut writer, &self.change, self.version());
        if let Some(merge) = &self.merge {
            merge.write(&mut writer);
        }
        writer.finish()
    }

    /// Reads an event of a vault in this format.
    pub(in crate::store) fn decode(bytes: &[u8], format: FormatVersion) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let byte = reader.u8()?;
        let mut known = FormatVersion::ALL.into_iter();
        let version = known.find(|known| *known <= format && super::record_version(*known) == byte)?;
        let time = reader.time()?;
        let stamped = match version {
            FormatVersion::One => None,
            FormatVersion::Two => Some(Stamped::read(&mut reader)?),
        };
        let operation = operation_of(reader.u8()?, version)?;
        let origin = read_origin(&mut reader)?;
        let secret =
            reader.optional(|reader| Some((reader.array()?, SecretName::new(reader.text()?).ok()?)))?;
        let takes_back = reader.optional(Reader::u64)?;
        let batch = reader.optional(Reader::u64)?;
        let previous_of_secret = EventLink::read(&mut reader)?;
        let random = reader.array()?;
        let previous_tag = reader.array()?;
        let change = read_change(&mut reader, operation, version)?;
        let merge = match operation {
            Operation::Merge => Some(MergeFacts::read(&mut reader)?),
            _ => None,
        };
        reader.end().then_some(Self {
            time,
            stamped,
            origin,
            secret,
            change,
            takes_back,
            batch,
            previous_of_secret,
            random,
            previous_tag,
            merge,
        })
    }
}

/// What format 1 knows up to.
const LAST_OF_FORMAT_1: u8 = 17;

/// The bytes are part of the format: never reuse or renumber one.
const OPERATIONS: [(u8, Operation); 20] = [
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
    (18, Operation::Merge),
    (19, Operation::Effect),
    (20, Operation::Upgrade),
];

fn operation_byte(operation: Operation) -> u8 {
    OPERATIONS.iter().find(|(_, known)| *known == operation).map_or(0, |(byte, _)| *byte)
}

fn operation_of(byte: u8, version: FormatVersion) -> Option<Operation> {
    if version == FormatVersion::One && byte > LAST_OF_FORMAT_1 {
        return None;
    }
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
    use crate::domain::{
        Description, Note, Retention, RotationInterval, StageLabel, TagKey, TagValue, Tags, VersionId,
    };
    use crate::versioning::{Existence, LabelMap, NoteShift, Shift, VersionRef};

    fn reference(key: i64, id: &str) -> VersionRef {
        VersionRef { key: VersionKey(key), id: VersionId::new(id).unwrap() }
    }

    /// An event that tells all that one of its record version can.
    fn everything(operation: Operation, version: FormatVersion) -> EventRecord {
        let mut labels = LabelMap::new();
        labels.point(&StageLabel::new("canary").unwrap(), &reference(5, "v5"));
        labels.point(&StageLabel::current(), &reference(-6, "v6"));
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
        let note = |key, before: Option<&str>| NoteShift {
            version: reference(key, "v7"),
            note: Shift::new(before.and_then(|text| Note::new(text).ok()), Note::new("after").ok()),
        };
        change.notes = match version {
            FormatVersion::One => vec![note(7, Some("before"))],
            FormatVersion::Two => vec![note(7, Some("before")), note(8, None)],
        };
        change.added = vec![reference(8, "v8"), reference(9, "v9")];
        change.destroyed = vec![reference(10, "v10")];
        EventRecord {
            time: Timestamp::clamped(1_700_000_000),
            stamped: (version == FormatVersion::Two).then(|| Stamped {
                stamp: 1_700_000_000_123,
                brought: true,
                copy: "nb".to_owned(),
            }),
            origin: Origin::Import,
            secret: Some(([1; 16], SecretName::new("a").unwrap())),
            change,
            takes_back: Some(41),
            batch: Some(40),
            previous_of_secret: EventLink { number: 39, tag: [2; 16] },
            random: [3; 16],
            previous_tag: [4; 16],
            merge: (operation == Operation::Merge).then(|| MergeFacts {
                heads: [[5; 16], [6; 16]],
                secrets: vec![([7; 16], [8; 16])],
                versions: vec![(VersionKey(1), VersionKey(2)), (VersionKey(3), VersionKey(4))],
            }),
        }
    }

    fn known_to(version: FormatVersion) -> impl Iterator<Item = Operation> {
        let known = OPERATIONS
            .iter()
            .filter(move |(byte, _)| version == FormatVersion::Two || *byte <= LAST_OF_FORMAT_1);
        known.map(|(_, operation)| *operation)
    }

    #[test]
    fn an_event_is_read_as_it_was_written_whatever_it_tells() {
        for version in FormatVersion::ALL {
            for operation in known_to(version) {
                let event = everything(operation, version);
                // A vault of format 2 keeps the events of its time before.
                for format in FormatVersion::ALL.into_iter().filter(|format| *format >= version) {
                    let read = EventRecord::decode(event.encode().expose(), format);
                    assert_eq!(read.as_ref(), Some(&event), "{operation:?} {version:?} {format:?}");
                }
            }
            for origin in ["", "LTAI5t0123456789abcdef", &"k".repeat(AccessKeyId::LIMIT)] {
                let mut event = everything(Operation::Put, version);
                event.origin = Origin::Api(AccessKeyId::new(origin).unwrap());
                assert_eq!(EventRecord::decode(event.encode().expose(), version), Some(event));
            }
            let mut bare = everything(Operation::Init, version);
            bare.change = Change::of(Operation::Init);
            bare.secret = None;
            bare.takes_back = None;
            bare.batch = None;
            assert_eq!(EventRecord::decode(bare.encode().expose(), version), Some(bare));
        }
    }

    #[test]
    fn an_event_of_format_2_is_damage_in_format_1() {
        let event = everything(Operation::Put, FormatVersion::Two);
        assert_eq!(EventRecord::decode(event.encode().expose(), FormatVersion::One), None);
        for operation in [Operation::Merge, Operation::Effect, Operation::Upgrade] {
            let mut event = everything(operation, FormatVersion::One);
            event.merge = None;
            for format in FormatVersion::ALL {
                assert_eq!(EventRecord::decode(event.encode().expose(), format), None, "{operation:?}");
            }
        }
    }

    #[test]
    fn the_heads_of_a_merge_come_in_order() {
        let mut event = everything(Operation::Merge, FormatVersion::Two);
        event.merge.as_mut().unwrap().heads.reverse();
        assert_eq!(EventRecord::decode(event.encode().expose(), FormatVersion::Two), None);
    }

    #[test]
    fn a_shortened_or_lengthened_event_is_damage() {
        for (operation, version) in
            [(Operation::Undo, FormatVersion::One), (Operation::Merge, FormatVersion::Two)]
        {
            let whole = everything(operation, version).encode();
            for length in 0..whole.len() {
                let shortened = EventRecord::decode(&whole.expose()[..length], version);
                assert_eq!(shortened, None, "{length} bytes");
            }
            let mut longer = whole.duplicate();
            longer.push(0);
            assert_eq!(EventRecord::decode(longer.expose(), version), None);
        }
    }
}
