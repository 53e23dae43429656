//! What happened, in words and as JSON: one change of the history, the same for `audit`, `undo` and `redo`.

use serde::Serialize;

use super::plan::Move;
use super::wording;
use crate::domain::{Tags, Timestamp, VersionId};
use crate::vault::HistoryEntry;
use crate::versioning::{Change, Existence, NoteShift, Operation, Origin, Shift, VersionRef};

/// The word for what was asked for.
pub(super) const fn operation(operation: Operation) -> &'static str {
    match operation {
        Operation::Init => "init",
        Operation::Create => "create",
        Operation::Put => "put",
        Operation::Stage => "stage",
        Operation::Rollback => "rollback",
        Operation::Update => "set",
        Operation::Note => "note",
        Operation::Rename => "rename",
        Operation::Delete => "delete",
        Operation::ForceDelete => "delete for good",
        Operation::Restore => "restore",
        Operation::Purge => "purge",
        Operation::Undo => "undo",
        Operation::Redo => "redo",
        Operation::Import => "import",
        Operation::ChangePassword => "passwd",
        Operation::Rekey => "rekey",
    }
}

/// The door through which a change came.
pub(super) const fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::App => "app",
        Origin::CommandLine => "command line",
        Origin::Import => "import",
    }
}

/// "the put of version 'v3' to 'db'".
pub(super) fn name_of(entry: &HistoryEntry) -> String {
    let secret = entry.secret.as_ref().map(|name| format!("'{name}'")).unwrap_or_default();
    let change = &entry.change;
    let added = || wording::ids(ids(&change.added));
    match change.operation {
        Operation::Create => format!("the creation of {secret}"),
        Operation::Put => format!("the put of version '{}' to {secret}", added()),
        Operation::Stage => format!("the move of labels of {secret}"),
        Operation::Rollback => format!("the rollback of {secret}"),
        Operation::Update => format!("the change of what is known about {secret}"),
        Operation::Note => format!("the note on a version of {secret}"),
        Operation::Rename => format!("the renaming of {secret}"),
        Operation::Delete => format!("the deletion of {secret}"),
        Operation::Restore => format!("the restoration of {secret}"),
        Operation::Import => format!("the import into {secret}"),
        Operation::Undo => format!("the undo of change {} on {secret}", entry.takes_back.unwrap_or_default()),
        Operation::Redo => format!("the redo of change {} on {secret}", entry.takes_back.unwrap_or_default()),
        Operation::ForceDelete | Operation::Purge => format!("the removal of {secret}"),
        Operation::Init | Operation::ChangePassword | Operation::Rekey => {
            operation(change.operation).to_owned()
        }
    }
}

/// What changed, one phrase each: versions, labels, metadata.
pub(super) fn details(change: &Change) -> Vec<String> {
    let mut phrases = Vec::new();
    let gone = change.existence == Existence::Disappears;
    if !change.added.is_empty() {
        phrases.push(format!("stored {}", wording::ids(ids(&change.added))));
    }
    if !gone {
        phrases.extend(change.moves().into_iter().map(|moved| wording::moves(&[moved])));
    }
    if !change.destroyed.is_empty() {
        phrases.push(format!("destroyed {}", wording::ids(ids(&change.destroyed))));
    }
    if let Some(Shift { before, after }) = &change.name {
        phrases.push(format!("renamed '{before}' to '{after}'"));
    }
    if let Some(Shift { after, .. }) = &change.description {
        phrases.push(if after.is_empty() { "description removed" } else { "description changed" }.to_owned());
    }
    if let Some(Shift { before, after }) = &change.tags {
        phrases.extend(tags(before, after));
    }
    if let Some(Shift { after, .. }) = &change.retention {
        phrases.push(match after {
            Some(retention) => {
                format!("keeps {}", wording::count(retention.versions() as u64, "version"))
            }
            None => "keeps every version".to_owned(),
        });
    }
    if let Some(Shift { after, .. }) = &change.rotation {
        phrases.push(match after {
            Some(rotation) => format!("due every {}", wording::count(rotation.days().into(), "day")),
            None => "due no more".to_owned(),
        });
    }
    if let Some(Shift { after, .. }) = &change.planned_deletion
        && !gone
    {
        phrases.push(match after {
            Some(planned) => format!("scheduled for deletion on {planned}"),
            None => "no longer scheduled for deletion".to_owned(),
        });
    }
    phrases.extend(change.note.as_ref().map(note));
    phrases
}

fn tags(before: &Tags, after: &Tags) -> Vec<String> {
    let set = after.iter().filter(|&(key, value)| before.get(key) != Some(value));
    let removed = before.iter().filter(|&(key, _)| after.get(key).is_none());
    set.map(|(key, value)| format!("tag {key}={value}"))
        .chain(removed.map(|(key, _)| format!("tag {key} removed")))
        .collect()
}

fn note(NoteShift { version, note }: &NoteShift) -> String {
    match &note.after {
        Some(after) => format!("note on {}: {}", version.id, after.as_str()),
        None => format!("note on {} removed", version.id),
    }
}

fn ids(versions: &[VersionRef]) -> impl Iterator<Item = &VersionId> {
    versions.iter().map(|version| &version.id)
}

/// One change of the history in JSON; keys as in the KMS API where it has one.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct EventShape<'a> {
    number: u64,
    time: String,
    origin: &'static str,
    operation: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret_name: Option<&'a str>,
    #[serde(flatten)]
    change: ChangeShape<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    takes_back: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    batch: Option<u64>,
}

impl<'a> EventShape<'a> {
    pub(super) fn of(entry: &'a HistoryEntry) -> Self {
        Self {
            number: entry.number,
            time: entry.time.to_string(),
            origin: origin(entry.origin),
            operation: operation(entry.change.operation),
            secret_name: entry.secret.as_ref().map(|name| name.as_str()),
            change: ChangeShape::of(&entry.change),
            takes_back: entry.takes_back,
            batch: entry.batch,
        }
    }
}

/// What changed. What is absent stayed as it was.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ChangeShape<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    stored: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    destroyed: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    label_moves: Vec<Move>,
    #[serde(skip_serializing_if = "Option::is_none")]
    new_secret_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<ShiftShape<&'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<ShiftShape<Vec<TagShape<'a>>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    keep: Option<ShiftShape<Option<usize>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rotate: Option<ShiftShape<Option<u16>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    planned_delete_time: Option<ShiftShape<Option<String>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<NoteShape<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ShiftShape<T> {
    before: T,
    after: T,
}

impl<T> ShiftShape<T> {
    fn of<'a, S>(shift: &'a Shift<S>, show: impl Fn(&'a S) -> T) -> Self {
        Self { before: show(&shift.before), after: show(&shift.after) }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct TagShape<'a> {
    tag_key: &'a str,
    tag_value: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct NoteShape<'a> {
    version_id: &'a str,
    #[serde(flatten)]
    shift: ShiftShape<Option<&'a str>>,
}

impl<'a> ChangeShape<'a> {
    pub(super) fn of(change: &'a Change) -> Self {
        let texts = |versions: &'a [VersionRef]| ids(versions).map(VersionId::as_str).collect();
        Self {
            stored: texts(&change.added),
            destroyed: texts(&change.destroyed),
            label_moves: change.moves().iter().map(Move::of).collect(),
            new_secret_name: change.name.as_ref().map(|name| name.after.as_str()),
            description: change.description.as_ref().map(|shift| ShiftShape::of(shift, |text| text.as_str())),
            tags: change.tags.as_ref().map(|shift| ShiftShape::of(shift, tag_shapes)),
            keep: change
                .retention
                .as_ref()
                .map(|shift| ShiftShape::of(shift, |keep| keep.map(|keep| keep.versions()))),
            rotate: change
                .rotation
                .as_ref()
                .map(|shift| ShiftShape::of(shift, |rotation| rotation.map(|rotation| rotation.days()))),
            planned_delete_time: change
                .planned_deletion
                .as_ref()
                .map(|shift| ShiftShape::of(shift, |planned| planned.as_ref().map(Timestamp::to_string))),
            note: change.note.as_ref().map(|note| NoteShape {
                version_id: note.version.id.as_str(),
                shift: ShiftShape::of(&note.note, |note| note.as_ref().map(|note| note.as_str())),
            }),
        }
    }
}

fn tag_shapes(tags: &Tags) -> Vec<TagShape<'_>> {
    tags.iter().map(|(key, value)| TagShape { tag_key: key.as_str(), tag_value: value.as_str() }).collect()
}
