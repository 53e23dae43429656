//! What an operation will change: previewed by the form, applied by the vault, recorded in the history.

use std::fmt;

use super::labels::{LabelMap, VersionRef};
use crate::domain::{
    Description, Note, Retention, RotationInterval, SecretName, StageLabel, Tags, Timestamp, VersionId,
};

/// A value before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shift<T> {
    /// As it was.
    pub before: T,
    /// As it will be.
    pub after: T,
}

impl<T> Shift<T> {
    /// Pairs the two.
    pub const fn new(before: T, after: T) -> Self {
        Self { before, after }
    }
}

/// The note of one version, before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteShift {
    /// Whose note.
    pub version: VersionRef,
    /// The note.
    pub note: Shift<Option<Note>>,
}

/// What was asked for; the history names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// The vault was made.
    Init,
    /// CreateSecret.
    Create,
    /// PutSecretValue.
    Put,
    /// UpdateSecretVersionStage.
    Stage,
    /// UpdateSecretVersionStage of `ACSCurrent` to the previous version (etui).
    Rollback,
    /// UpdateSecret, TagResource, UntagResource, retention and rotation (etui).
    Update,
    /// A version's note (etui).
    Note,
    /// A new name (etui).
    Rename,
    /// DeleteSecret with a window.
    Delete,
    /// DeleteSecret without a window.
    ForceDelete,
    /// RestoreSecret.
    Restore,
    /// Removal after the window (etui).
    Purge,
    /// A change undone by a new one (etui).
    Undo,
    /// An undo redone by a new change (etui).
    Redo,
    /// Versions brought in from elsewhere (etui).
    Import,
    /// A new master password (etui).
    ChangePassword,
    /// A new vault key (etui).
    Rekey,
    /// The changes of another copy of the vault brought in (etui).
    Merge,
    /// What a merge did to one secret (etui).
    Effect,
    /// A newer format of the file (etui).
    Upgrade,
}

/// The interface that a change came through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// The terminal app.
    App,
    /// The command line, the API on stdin included.
    CommandLine,
    /// An import.
    Import,
    /// The API over HTTP, with the access key that signed the request.
    Api(AccessKeyId),
}

/// The id of an access key, no secret: up to 40 visible ASCII characters, none where requests are not signed.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct AccessKeyId {
    text: [u8; Self::LIMIT],
    length: u8,
}

impl AccessKeyId {
    /// The largest number of characters.
    pub const LIMIT: usize = 40;

    /// Checks and takes an id; `None` for one that is too long or has other characters.
    pub fn new(text: &str) -> Option<Self> {
        let length = u8::try_from(text.len()).ok().filter(|length| usize::from(*length) <= Self::LIMIT)?;
        text.bytes().all(|byte| byte.is_ascii_graphic()).then_some(())?;
        let mut bytes = [0; Self::LIMIT];
        bytes[..text.len()].copy_from_slice(text.as_bytes());
        Some(Self { text: bytes, length })
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.text[..usize::from(self.length)]).unwrap_or_default()
    }
}

impl fmt::Debug for AccessKeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// Whether the secret itself appears or disappears.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Existence {
    /// It was there and stays.
    Stays,
    /// It is new.
    Appears,
    /// It goes, with every version.
    Disappears,
}

/// One label leaving one version for another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelMove {
    /// The label.
    pub label: StageLabel,
    /// The version that it leaves, if it marked one.
    pub from: Option<VersionId>,
    /// The version that it marks then, if any.
    pub to: Option<VersionId>,
}

/// Everything that one operation changes about one secret. `None` means "stays as it is".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What was asked for.
    pub operation: Operation,
    /// Whether the secret appears or disappears.
    pub existence: Existence,
    /// A new name.
    pub name: Option<Shift<SecretName>>,
    /// Which label marks which version.
    pub labels: Option<Shift<LabelMap>>,
    /// The description.
    pub description: Option<Shift<Description>>,
    /// The tags.
    pub tags: Option<Shift<Tags>>,
    /// How many versions are kept.
    pub retention: Option<Shift<Option<Retention>>>,
    /// How old the current version may grow.
    pub rotation: Option<Shift<Option<RotationInterval>>>,
    /// When the secret may be removed.
    pub planned_deletion: Option<Shift<Option<Timestamp>>>,
    /// The notes of versions: of those that were there before, and of those that are stored by this change.
    pub notes: Vec<NoteShift>,
    /// Versions that are stored by this change.
    pub added: Vec<VersionRef>,
    /// Versions that are destroyed by this change.
    pub destroyed: Vec<VersionRef>,
}

impl Change {
    /// A change of nothing yet.
    pub const fn of(operation: Operation) -> Self {
        Self {
            operation,
            existence: Existence::Stays,
            name: None,
            labels: None,
            description: None,
            tags: None,
            retention: None,
            rotation: None,
            planned_deletion: None,
            notes: Vec::new(),
            added: Vec::new(),
            destroyed: Vec::new(),
        }
    }

    /// Records the note that comes with the version that this change stores.
    pub fn note_on_stored(&mut self, note: Option<&Note>) {
        if let (Some(version), Some(note)) = (self.added.first(), note) {
            let note = Shift::new(None, Some(note.clone()));
            self.notes.push(NoteShift { version: version.clone(), note });
        }
    }

    /// The notes that change of versions that were there before.
    pub fn notes_on_existing(&self) -> impl Iterator<Item = &NoteShift> {
        self.notes.iter().filter(|note| !self.added.contains(&note.version))
    }

    /// The versions that come: not those that a merge gave another id or key.
    pub fn gained(&self) -> Vec<VersionRef> {
        self.added
            .iter()
            .filter(|one| !self.destroyed.iter().any(|other| is_one(one, other)))
            .cloned()
            .collect()
    }

    /// The versions that go: not those that a merge gave another id or key.
    pub fn lost(&self) -> Vec<VersionRef> {
        self.destroyed
            .iter()
            .filter(|one| !self.added.iter().any(|other| is_one(one, other)))
            .cloned()
            .collect()
    }

    /// The ids that a merge gave to versions that had another one: before, and after.
    pub fn other_ids(&self) -> Vec<(&VersionId, &VersionId)> {
        let after = |before: &VersionRef| self.added.iter().find(|after| after.key == before.key);
        self.destroyed.iter().filter_map(|before| Some((&before.id, &after(before)?.id))).collect()
    }

    /// Which labels move from where to where, built-in ones first. A label that stays is not named.
    pub fn moves(&self) -> Vec<LabelMove> {
        let Some(Shift { before, after }) = &self.labels else {
            return Vec::new();
        };
        let mut moves = Vec::new();
        for (label, to) in after.iter() {
            let from = before.target(label);
            if from.map(|from| from.key) != Some(to.key) {
                moves.push(LabelMove {
                    label: label.clone(),
                    from: from.map(|from| from.id.clone()),
                    to: Some(to.id.clone()),
                });
            }
        }
        for (label, from) in before.iter() {
            if after.target(label).is_none() {
                moves.push(LabelMove { label: label.clone(), from: Some(from.id.clone()), to: None });
            }
        }
        moves
    }
}

/// A merge tells of a version that gets another id, or another key, as destroyed and added.
fn is_one(one: &VersionRef, other: &VersionRef) -> bool {
    one.key == other.key || one.id == other.id
}

/// What a rule answers when it does not refuse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plan {
    /// This will change.
    Apply(Box<Change>),
    /// Success, and nothing changes: no row is written, no label moves.
    Unchanged,
}

impl Plan {
    /// The change, if there is one.
    pub fn change(&self) -> Option<&Change> {
        match self {
            Self::Apply(change) => Some(change),
            Self::Unchanged => None,
        }
    }
}

#[cfg(test)]
mod tests;
