//! What an event tells of the change: before and after of all that it touched.

use super::secret::{read_labels, read_tags, read_version_ref, write_labels, write_tags, write_version_ref};
use super::{Reader, Writer};
use crate::domain::{Description, Note, Retention, RotationInterval, SecretName};
use crate::store::format::FormatVersion;
use crate::versioning::{Change, Existence, NoteShift, Operation, Shift};

/// The record of version 1 has room for one note, and `fit_into_format_1` has left no more.
pub(super) fn write_change(writer: &mut Writer, change: &Change, version: FormatVersion) {
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
    match version {
        FormatVersion::One => writer.optional(change.notes.first(), write_note_shift),
        FormatVersion::Two => {
            writer.count(change.notes.len());
            change.notes.iter().for_each(|shift| write_note_shift(writer, shift));
        }
    }
    for versions in [&change.added, &change.destroyed] {
        writer.count(versions.len());
        for version in versions {
            write_version_ref(writer, version);
        }
    }
}

/// Leaves out of a change what an event of format 1 does not tell: the notes of an import, and what was known of a
/// secret that is removed.
pub(in crate::store) fn fit_into_format_1(change: &mut Change) {
    if change.operation == Operation::Import {
        change.notes.clear();
    }
    if change.existence == Existence::Disappears {
        change.description = None;
        change.tags = None;
        change.retention = None;
        change.rotation = None;
    }
}

pub(super) fn read_change(
    reader: &mut Reader<'_>,
    operation: Operation,
    version: FormatVersion,
) -> Option<Change> {
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
        notes: match version {
            FormatVersion::One => reader.optional(read_note_shift)?.into_iter().collect(),
            FormatVersion::Two => reader.list(read_note_shift)?,
        },
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

fn write_note_shift(writer: &mut Writer, shift: &NoteShift) {
    write_version_ref(writer, &shift.version);
    write_note(writer, shift.note.before.as_ref());
    write_note(writer, shift.note.after.as_ref());
}

fn read_note_shift(reader: &mut Reader<'_>) -> Option<NoteShift> {
    Some(NoteShift {
        version: read_version_ref(reader)?,
        note: Shift::new(read_note(reader)?, read_note(reader)?),
    })
}

fn write_note(writer: &mut Writer, note: Option<&Note>) {
    writer.optional(note, |writer, note| writer.text(note.as_str()));
}

fn read_note(reader: &mut Reader<'_>) -> Option<Option<Note>> {
    reader.optional(|reader| Note::new(reader.text()?).ok())
}
