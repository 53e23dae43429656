//! The history in words: one change as a person is told it, the same in the app and on the command line.

use super::HistoryEntry;
use crate::domain::{Tags, VersionId};
use crate::versioning::{Change, Existence, LabelMove, NoteShift, Operation, Origin, Shift, VersionRef};

/// The word for what was asked for.
pub const fn operation(operation: Operation) -> &'static str {
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
pub fn origin(origin: Origin) -> String {
    match origin {
        Origin::App => "app".to_owned(),
        Origin::CommandLine => "command line".to_owned(),
        Origin::Import => "import".to_owned(),
        Origin::Api(key) if key.as_str().is_empty() => "api".to_owned(),
        Origin::Api(key) => format!("api, {}", key.as_str()),
    }
}

/// "the put of version 'v3' to 'db'".
pub fn name_of(entry: &HistoryEntry) -> String {
    let secret = entry.secret.as_ref().map(|name| format!("'{name}'")).unwrap_or_default();
    let change = &entry.change;
    let added = || ids(ids_of(&change.added));
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
pub fn details(change: &Change) -> Vec<String> {
    let mut phrases = Vec::new();
    if !change.added.is_empty() {
        phrases.push(format!("stored {}", ids(ids_of(&change.added))));
    }
    if change.existence != Existence::Disappears {
        phrases.extend(change.moves().into_iter().map(|moved| moves(&[moved])));
    }
    if !change.destroyed.is_empty() {
        phrases.push(format!("destroyed {}", ids(ids_of(&change.destroyed))));
    }
    phrases.extend(facts(change));
    phrases
}

/// What changed besides versions and labels, one phrase each.
pub fn facts(change: &Change) -> Vec<String> {
    let mut phrases = Vec::new();
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
                format!("keeps {}", count(retention.versions() as u64, "version"))
            }
            None => "keeps every version".to_owned(),
        });
    }
    if let Some(Shift { after, .. }) = &change.rotation {
        phrases.push(match after {
            Some(rotation) => format!("due every {}", count(rotation.days().into(), "day")),
            None => "due no more".to_owned(),
        });
    }
    if let Some(Shift { after, .. }) = &change.planned_deletion
        && change.existence != Existence::Disappears
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

fn ids_of(versions: &[VersionRef]) -> impl Iterator<Item = &VersionId> {
    versions.iter().map(|version| &version.id)
}

/// "ACSCurrent v14 → v15, ACSPrevious v13 → v14"; "canary → v15" where it marked nothing before.
pub fn moves(moves: &[LabelMove]) -> String {
    let words: Vec<String> = moves.iter().map(label_move).collect();
    words.join(", ")
}

fn label_move(LabelMove { label, from, to }: &LabelMove) -> String {
    match (from, to) {
        (Some(from), Some(to)) => format!("{label} {from} → {to}"),
        (None, Some(to)) => format!("{label} → {to}"),
        (Some(from), None) => format!("{label} removed from {from}"),
        (None, None) => label.to_string(),
    }
}

/// "v1, v2".
pub fn ids<'a>(ids: impl IntoIterator<Item = &'a VersionId>) -> String {
    let words: Vec<&str> = ids.into_iter().map(VersionId::as_str).collect();
    words.join(", ")
}

/// "1 version", "2 versions".
pub fn count(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::StageLabel;

    #[test]
    fn label_moves_are_told_from_where_to_where() {
        let id = |text: &str| VersionId::new(text).unwrap();
        let label = |text: &str| StageLabel::new(text).unwrap();
        let told = moves(&[
            LabelMove { label: StageLabel::current(), from: Some(id("v14")), to: Some(id("v15")) },
            LabelMove { label: label("canary"), from: None, to: Some(id("v15")) },
            LabelMove { label: label("old"), from: Some(id("v1")), to: None },
        ]);
        assert_eq!(told, "ACSCurrent v14 → v15, canary → v15, old removed from v1");
    }
}
