//! What a merge will do: shown first, then applied by the vault.

use super::terms::{LockEvent, RowId, Side};
use super::unions::Unions;
use crate::domain::{
    Description, Note, Retention, RotationInterval, SecretName, StageLabel, TagKey, TagValue, Timestamp,
    VersionId,
};
use crate::versioning::{Change, SecretState, VersionKey, VersionRef};

/// How two copies of a vault stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// They have the same events.
    Equal,
    /// The other copy has nothing new.
    Behind,
    /// Only the other copy has something new.
    Ahead,
    /// Both have something new.
    Branch,
}

/// What a merge does to the copy that is merged into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergePlan {
    /// The identities of both heads, sorted.
    pub heads: [[u8; 16]; 2],
    /// The secrets that an event names which one copy alone has, by row id.
    pub secrets: Vec<MergedSecret>,
    /// What becomes one.
    pub unions: Unions,
    /// Secrets of which versions were left out that matter after all: while there are any, nothing may be written.
    pub incomplete: Vec<RowId>,
    /// What has to be answered first: while there is a question, nothing may be written.
    pub questions: Vec<PurgeQuestion>,
    /// Which copy's password and key hold from now on.
    pub locks: LockDecision,
}

/// What becomes of one secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergedSecret {
    /// The row id that it has from now on.
    pub row: RowId,
    /// The secrets of the copy that is merged into that it is made of; none for one that is new here.
    pub mine: Vec<RowId>,
    /// Those of the copy that is merged from.
    pub theirs: Vec<RowId>,
    /// As it is here; of several the one that is kept.
    pub before: Option<SecretState>,
    /// As it will be. To be stored also where `effect` is missing: the times may differ.
    pub after: Option<SecretState>,
    /// What that changes here, as the history tells it; `None` where nothing does. A version that gets another id is
    /// both in `destroyed` and in `added`, with the same key; one that gets another key likewise, with both keys.
    pub effect: Option<Change>,
    /// Where each version of `after` comes from.
    pub versions: Vec<VersionSource>,
    /// An ordinary change that follows: the restoration of a secret that was removed for good and is kept.
    pub then: Option<Change>,
    /// What both copies left differently.
    pub conflicts: Vec<Conflict>,
}

/// Where a version comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VersionSource {
    /// Its key from now on.
    pub key: VersionKey,
    /// The copy that has it; the one that is merged into where both have.
    pub side: Side,
    /// Its secret there.
    pub row: RowId,
    /// Its key there.
    pub from: VersionKey,
}

/// A secret that one copy has removed for good, and the other one has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PurgeQuestion {
    /// Its row id.
    pub row: RowId,
    /// Its name, where it is.
    pub name: SecretName,
    /// Who removed it.
    pub purged: Side,
    /// Whether the other copy has changed it, not knowing that.
    pub changed_since: bool,
}

/// Which copy's password and key hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LockDecision {
    /// The copy; that which is merged into where neither has changed them.
    pub side: Side,
    /// The event that decided.
    pub because: Option<LockEvent>,
}

/// A fact that new events of both copies left differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// Which fact.
    pub fact: Fact,
    /// As it is in the copy that is merged into.
    pub mine: FactValue,
    /// As it is in the copy that is merged from.
    pub theirs: FactValue,
    /// Whose last change decides; `None` where both stay, under names or ids with a suffix.
    pub decided: Option<Side>,
}

impl Conflict {
    /// The value of one side.
    pub const fn value_of(&self, side: Side) -> &FactValue {
        match side {
            Side::Mine => &self.mine,
            Side::Theirs => &self.theirs,
        }
    }
}

/// What is decided for itself in a merge.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Fact {
    /// The name of the secret.
    Name,
    /// Its description.
    Description,
    /// One of its tags.
    Tag(TagKey),
    /// How many versions are kept.
    Retention,
    /// How old the current version may grow.
    Rotation,
    /// Whether it is scheduled for deletion.
    Deletion,
    /// Which version is current.
    Current,
    /// Which version a label marks.
    Label(StageLabel),
    /// The note of a version.
    Note(VersionId),
    /// An id that was given to another value in each copy.
    VersionId(VersionId),
    /// A name that was given to another secret in each copy.
    SecretName(SecretName),
}

/// One end of a conflict.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is what its fact is about")]
pub enum FactValue {
    Name(SecretName),
    Description(Description),
    Tag(Option<TagValue>),
    Retention(Option<Retention>),
    Rotation(Option<RotationInterval>),
    Deletion(Option<Timestamp>),
    /// The version as it is called after the merge, where it is left.
    Version(Option<VersionRef>),
    Note(Option<(VersionRef, Option<Note>)>),
}
