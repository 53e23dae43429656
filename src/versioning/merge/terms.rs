//! What a merge looks at: two copies of one vault, without values.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;

use super::unions::Unions;
use crate::domain::{SecretName, VersionId};
use crate::versioning::{Change, Operation, SecretState, VersionKey};

/// The row id of a secret: the same in every copy, through renames and rekeys.
pub type RowId = [u8; 16];

/// One of the two copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// The copy that is merged into.
    Mine,
    /// The copy that is merged from.
    Theirs,
}

impl Side {
    /// The other copy.
    pub const fn other(self) -> Self {
        match self {
            Self::Mine => Self::Theirs,
            Self::Theirs => Self::Mine,
        }
    }
}

/// The place of an event in the order of all copies: by stamp, then by identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Milliseconds, above those of every event that was known where it was made.
    pub stamp: u64,
    /// Its 16 random bytes.
    pub identity: [u8; 16],
}

/// An event about one secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeEvent {
    /// When it counts.
    pub place: Place,
    /// Which secret it is about, by the row id of then.
    pub row: RowId,
    /// The name of the secret before it; of a creation the name that was given.
    pub name: SecretName,
    /// What changed.
    pub change: Change,
}

/// A new master password, or a new vault key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LockEvent {
    /// When it counts.
    pub place: Place,
    /// [`Operation::ChangePassword`] or [`Operation::Rekey`].
    pub operation: Operation,
}

/// Tells whether two versions hold the same value of the same type: their marks are equal then, and only then.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ValueMark(pub [u8; 32]);

impl fmt::Debug for ValueMark {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ValueMark")
    }
}

/// A secret as it is in one copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretCopy {
    /// Its row id.
    pub row: RowId,
    /// Everything but the values; the order of each version is its stamp.
    pub state: SecretState,
    /// Of every version in it.
    pub marks: HashMap<VersionKey, ValueMark>,
    /// Versions that are left out of `state`, since both copies have them with the same record; of both copies the same
    /// ones. None that a label marks, and not the newest.
    pub left_out: HashSet<VersionKey>,
}

/// What one copy brings to a merge.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CopySide {
    /// The identity of its newest event.
    pub head: [u8; 16],
    /// Its secrets that an event names which the other copy does not have. Effects count here: what a merge did in one
    /// copy alone, a suffix above all, has to reach the other.
    pub secrets: Vec<SecretCopy>,
    /// The events that the other copy does not have, in any order. Effects decide nothing.
    pub new: Vec<MergeEvent>,
    /// The new passwords and keys that the other copy does not have.
    pub locks: Vec<LockEvent>,
}

/// What a secret becomes that one copy has removed for good and the other one has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PurgeAnswer {
    /// It is removed in both.
    Accept,
    /// It is in both again.
    Keep,
}

/// The answers that were given; where one is missing, the plan asks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PurgeAnswers {
    /// For all that are not named.
    pub all: Option<PurgeAnswer>,
    /// For single secrets.
    pub each: BTreeMap<RowId, PurgeAnswer>,
}

impl PurgeAnswers {
    pub(super) fn of(&self, row: &RowId) -> Option<PurgeAnswer> {
        self.each.get(row).copied().or(self.all)
    }
}

/// Answers for the row id of a secret that both copies have.
pub type IsIdLeftOut<'a> = dyn Fn(&RowId, &VersionId) -> bool + 'a;

/// A merge as the rules see it.
pub struct MergeTerms<'a> {
    /// The copy that is merged into.
    pub mine: &'a CopySide,
    /// The copy that is merged from.
    pub theirs: &'a CopySide,
    /// The events that both copies have, of the secrets that [`needs_history`](super::needs_history) names.
    pub shared: &'a [MergeEvent],
    /// What became one in merges before.
    pub unions: &'a Unions,
    /// Whether a secret that neither copy lists here has this name.
    pub is_taken: &'a dyn Fn(&SecretName) -> bool,
    /// Whether a version that was left out of a secret has an id, or was given it.
    pub is_id_left_out: &'a IsIdLeftOut<'a>,
    /// What was answered about secrets that were removed for good.
    pub answers: &'a PurgeAnswers,
}
