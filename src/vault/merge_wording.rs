//! The sentences of a merge: how the copies stand to each other, what becomes of each secret, what both of them left
//! differently. No value of a secret is told.

use super::merge::{LockAfter, MergeOutcome};
use super::wording::{count, details};
use crate::domain::grouped;
use crate::versioning::merge::{Conflict, Fact, FactValue, MergedSecret, PurgeQuestion, Relation, Side};
use crate::versioning::{Change, VersionRef};

/// What becomes of a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// The merge brings it in.
    New,
    /// It changes here.
    Changed,
    /// It goes.
    Removed,
    /// It is only worth a remark.
    Same,
}

impl Fate {
    /// Of a secret of a plan.
    pub const fn of(secret: &MergedSecret) -> Self {
        match (&secret.before, &secret.after, &secret.effect) {
            (None, Some(_), _) => Self::New,
            (Some(_), None, _) => Self::Removed,
            (Some(_), Some(_), Some(_)) => Self::Changed,
            _ => Self::Same,
        }
    }

    /// In one word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Removed => "deleted",
            Self::Same => "same",
        }
    }
}

/// The name of a secret of a plan: the one that it will have, or had.
pub fn name_of(secret: &MergedSecret) -> &str {
    let state = secret.after.as_ref().or(secret.before.as_ref());
    state.map_or("", |state| state.name.as_str())
}

/// How the copies stand to each other.
pub fn relation(outcome: &MergeOutcome) -> String {
    let brings = || format!("the merge brings in {}", count(outcome.brought as u64, "change"));
    match outcome.relation {
        Relation::Equal => "both copies are equal".to_owned(),
        Relation::Behind => "the other copy has nothing new".to_owned(),
        Relation::Ahead => format!("only the other copy has changed: {}", brings()),
        Relation::Branch => format!("both copies have changed: {}", brings()),
    }
}

/// What becomes of a secret, without its name; empty where nothing does.
pub fn changes(secret: &MergedSecret) -> Vec<String> {
    let mut told = Vec::new();
    match (&secret.before, &secret.after) {
        (None, Some(after)) => {
            told.push(count(after.versions.len() as u64, "version"));
            if let Some(planned) = after.planned_deletion {
                told.push(format!("scheduled for deletion on {planned}"));
            }
        }
        (Some(_), None) => told.push("it was deleted for good in one copy".to_owned()),
        _ => told.extend(secret.effect.as_ref().map(effect).unwrap_or_default()),
    }
    if secret.then.is_some() {
        told.push("kept, though one copy deleted it for good".to_owned());
    }
    told
}

/// What a merge does to a secret, in the words of the history. A version that only gets another id is both added and
/// destroyed, under one key.
fn effect(change: &Change) -> Vec<String> {
    let same = |one: &VersionRef, list: &[VersionRef]| list.iter().any(|other| other.key == one.key);
    let mut rest = change.clone();
    rest.added.retain(|added| !same(added, &change.destroyed));
    rest.destroyed.retain(|gone| !same(gone, &change.added));
    let renamed = change.destroyed.iter().filter_map(|gone| {
        let now = change.added.iter().find(|added| added.key == gone.key && added.id != gone.id)?;
        Some(format!("{} becomes {}", gone.id, now.id))
    });
    renamed.chain(details(&rest)).collect()
}

/// What both copies left differently, and what is kept: the end that was chosen, else as the merge decides.
pub fn conflict(conflict: &Conflict, chosen: Option<Side>) -> String {
    let what = match &conflict.fact {
        Fact::Name => "the name".to_owned(),
        Fact::Description => "the description".to_owned(),
        Fact::Tag(key) => format!("tag '{key}'"),
        Fact::Retention => "how many versions are kept".to_owned(),
        Fact::Rotation => "the rotation interval".to_owned(),
        Fact::Deletion => "the deletion".to_owned(),
        Fact::Current => "the current version".to_owned(),
        Fact::Label(label) => format!("label '{label}'"),
        Fact::Note(id) => format!("the note of '{id}'"),
        Fact::VersionId(id) => format!("version '{id}'"),
        Fact::SecretName(name) => format!("the name '{name}'"),
    };
    // An end may be long: it is not repeated.
    let kept = match conflict.decided.map(|decided| chosen.unwrap_or(decided)) {
        Some(Side::Mine) => "what is here is kept",
        Some(Side::Theirs) => "what is there is kept",
        None => "both are kept",
    };
    format!("{what}: {} here, {} there; {kept}", end(&conflict.mine), end(&conflict.theirs))
}

/// One end of a conflict.
pub fn end(value: &FactValue) -> String {
    let none = || "none".to_owned();
    let id = |version: &VersionRef| format!("'{}'", version.id);
    match value {
        FactValue::Name(name) => format!("'{name}'"),
        FactValue::Description(text) if text.is_empty() => none(),
        FactValue::Description(text) => format!("'{}'", text.as_str()),
        FactValue::Tag(tag) => tag.as_ref().map_or_else(none, |tag| format!("'{tag}'")),
        FactValue::Retention(kept) => {
            kept.map_or_else(|| "all".to_owned(), |kept| kept.versions().to_string())
        }
        FactValue::Rotation(days) => days.map_or_else(none, |days| format!("{} days", days.days())),
        FactValue::Deletion(None) => "not deleted".to_owned(),
        FactValue::Deletion(Some(planned)) => format!("scheduled for {planned}"),
        FactValue::Version(version) => version.as_ref().map_or_else(none, id),
        FactValue::Note(None) => "no version".to_owned(),
        FactValue::Note(Some((_, note))) => {
            note.as_ref().map_or_else(none, |note| format!("'{}'", note.as_str()))
        }
    }
}

/// "2 new, 1 changed, 1 conflict"; empty where nothing changes here.
pub fn counts(outcome: &MergeOutcome) -> String {
    let of = |fate: Fate| outcome.secrets.iter().filter(|secret| Fate::of(secret) == fate).count();
    let mut told: Vec<String> = [Fate::New, Fate::Changed, Fate::Removed]
        .into_iter()
        .map(|fate| (of(fate), fate.word()))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{} {word}", grouped(count as u64)))
        .collect();
    match outcome.conflicts().count() as u64 {
        0 => {}
        conflicts => told.push(count(conflicts, "conflict")),
    }
    told.join(", ")
}

/// What has to be answered before anything is merged.
pub fn question(question: &PurgeQuestion) -> String {
    let name = &question.name;
    let (gone, lives) = match question.purged {
        Side::Mine => ("here", "there"),
        Side::Theirs => ("there", "here"),
    };
    let changed = if question.changed_since { " and was changed since" } else { "" };
    format!("'{name}' was deleted for good {gone}; it exists {lives}{changed}")
}

/// What happens to the password; `None` where it stays.
pub const fn lock(outcome: &MergeOutcome) -> Option<&'static str> {
    match outcome.lock_after {
        LockAfter::Same => None,
        LockAfter::Theirs => Some("the password of the other copy is newer: it opens this vault from now on"),
        LockAfter::TheirsWithNewKey => Some(
            "the vault key of the other copy is newer: its password opens this vault from now on, and the old key opens nothing",
        ),
    }
}
