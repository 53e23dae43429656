//! What happened, as JSON: one change of the history, the same for `audit`, `undo` and `redo`; and how a change that
//! was just made is told.

use serde::Serialize;

use super::output::{Audience, Output};
use super::plan::{MOVES, Move};
use super::schema::{Key, Kind, TAG_KEYS, key};
use crate::domain::{Tags, Timestamp, VersionId};
use crate::kms::Answer;
use crate::vault::wording::next_put_destroys as next_put_destroys_words;
pub(super) use crate::vault::wording::{details, not_restored, operation, origin, taken_back};
use crate::vault::{ChangeOutcome, HistoryEntry};
use crate::versioning::{Change, NoteShift, Shift, VersionRef};

fn ids(versions: &[VersionRef]) -> impl Iterator<Item = &VersionId> {
    versions.iter().map(|version| &version.id)
}

/// One change of the history in JSON; keys as in the KMS API where it has one.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct EventShape<'a> {
    number: u64,
    time: String,
    origin: String,
    operation: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret_name: Option<&'a str>,
    #[serde(flatten)]
    change: ChangeShape<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reverses: Option<u64>,
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
            reverses: entry.takes_back,
            batch: entry.batch,
        }
    }
}

/// The keys of one change of the history.
pub(super) const EVENT: &[&[Key]] = &[
    &[
        key("Number", Kind::Number, "the number of the change, from 1"),
        key("Time", Kind::Time, "when it was made"),
        key(
            "Origin",
            Kind::Text,
            "where it was made: app, command line, import, api, or api and its access key",
        ),
        key("Operation", Kind::Text, "what it was: create, put, stage, rollback, set, undo …"),
        key("SecretName", Kind::Text, "the name that the secret had").if_any("it was about one secret"),
    ],
    CHANGE,
    &[
        key("Reverses", Kind::Number, "the change that it undid or redid").if_any("it is an undo or a redo"),
        key("Batch", Kind::Number, "the first of the changes that were made together")
            .if_any("there were several"),
    ],
];

/// Whether anything changed, and what.
pub(super) const CHANGES: &[&[Key]] =
    &[&[key("SecretName", Kind::Text, "the name of the secret"), CHANGED], CHANGE];

const CHANGED: Key = key("Changed", Kind::Flag, "whether anything changed");

/// What changed.
pub(super) const CHANGE: &[Key] = &[
    key("Stored", Kind::List(&Kind::Text), "versions that were stored").if_any("there are any"),
    key("Destroyed", Kind::List(&Kind::Text), "versions that were destroyed").if_any("there are any"),
    MOVES.if_any("there are any"),
    key("NewSecretName", Kind::Text, "the new name").if_any("it changed"),
    key("Description", Kind::Object(&[BEFORE_AND_AFTER]), "the description").if_any("it changed"),
    key("Tags", Kind::Object(&[TAGS_BEFORE_AND_AFTER]), "the tags").if_any("they changed"),
    key("Keep", Kind::Object(&[NUMBERS]), "how many versions are kept").if_any("it changed"),
    key("Rotate", Kind::Object(&[NUMBERS]), "after how many days a version is due").if_any("it changed"),
    key("PlannedDeleteTime", Kind::Object(&[TIMES]), "from when on it can be purged").if_any("it changed"),
    key(
        "Note",
        Kind::Object(&[&[key("VersionId", Kind::Text, "the version")], NOTES]),
        "the note of a version",
    )
    .if_any("it changed"),
];

const BEFORE_AND_AFTER: &[Key] = &[key("Before", Kind::Text, "before"), key("After", Kind::Text, "after")];

const TAGS_BEFORE_AND_AFTER: &[Key] = &[
    key("Before", Kind::List(&Kind::Object(&[TAG_KEYS])), "before"),
    key("After", Kind::List(&Kind::Object(&[TAG_KEYS])), "after"),
];

const NUMBERS: &[Key] = &[
    key("Before", Kind::Number, "before").or_null("if not set"),
    key("After", Kind::Number, "after").or_null("if not set"),
];

const TIMES: &[Key] = &[
    key("Before", Kind::Time, "before").or_null("if not scheduled"),
    key("After", Kind::Time, "after").or_null("if not scheduled"),
];

const NOTES: &[Key] = &[
    key("Before", Kind::Text, "before").or_null("if there was none"),
    key("After", Kind::Text, "after").or_null("if there is none"),
];

/// What the API's own answers to a change do not tell: whether anything changed, and what.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Changes<'a> {
    changed: bool,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    change: Option<ChangeShape<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_put_destroys: Option<Vec<&'a str>>,
}

/// Tells a change of a secret that is made: the sentence, or the API's own answer with what that does not tell.
pub(super) fn tell(
    output: &Output,
    outcome: &ChangeOutcome,
    answer: &Answer<'_>,
    sentence: &str,
) -> anyhow::Result<()> {
    tell_with(output, outcome, answer, sentence, None)
}

/// The same, with the versions that the next put destroys where the change is one of retention.
pub(super) fn tell_with(
    output: &Output,
    outcome: &ChangeOutcome,
    answer: &Answer<'_>,
    sentence: &str,
    next_put_destroys: Option<&[VersionRef]>,
) -> anyhow::Result<()> {
    let change = outcome.change.as_ref();
    if change.is_some() {
        output.changed(sentence, None);
    }
    match output.audience() {
        Audience::Machine => {
            let texts = |versions| ids(versions).map(VersionId::as_str).collect();
            let changes = Changes {
                changed: change.is_some(),
                change: change.map(ChangeShape::of),
                next_put_destroys: next_put_destroys.map(texts),
            };
            output.answer_with(answer, &changes)
        }
        Audience::Person | Audience::Pipe => {
            let destroys = next_put_destroys.and_then(next_put_destroys_words);
            let lines: Vec<&str> = [sentence].into_iter().chain(destroys.as_deref()).collect();
            output.done(&lines.join("\n  "))
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
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<NoteShape<'a>>,
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

impl<'a> NoteShape<'a> {
    fn of(note: &'a NoteShift) -> Self {
        Self {
            version_id: note.version.id.as_str(),
            shift: ShiftShape::of(&note.note, |note| note.as_ref().map(|note| note.as_str())),
        }
    }
}

impl<'a> ChangeShape<'a> {
    pub(super) fn of(change: &'a Change) -> Self {
        // One note is told by itself, as it is in almost every change; an import may bring many.
        let (note, notes) = match change.notes.as_slice() {
            [note] => (Some(NoteShape::of(note)), Vec::new()),
            notes => (None, notes.iter().map(NoteShape::of).collect()),
        };
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
            note,
            notes,
        }
    }
}

fn tag_shapes(tags: &Tags) -> Vec<TagShape<'_>> {
    tags.iter().map(|(key, value)| TagShape { tag_key: key.as_str(), tag_value: value.as_str() }).collect()
}
