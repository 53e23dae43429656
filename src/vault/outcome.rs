//! What the vault answers: plain results with public fields.

use super::request::StateToken;
use crate::domain::{SecretName, SecretValue, StageLabel, Timestamp, ValueType, VersionId, days_until};
use crate::store::EventRecord;
use crate::store::{SummaryLabels, SummaryTags};
use crate::versioning::{Change, Direction, LabelMove, Origin, PastSecret, Plan, SecretState, VersionState};

/// CreateSecret's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateOutcome {
    /// The secret.
    pub name: SecretName,
    /// Its first version.
    pub version_id: VersionId,
    /// The labels of the version.
    pub stages: Vec<StageLabel>,
}

/// PutSecretValue's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PutOutcome {
    /// The secret.
    pub name: SecretName,
    /// The version.
    pub version_id: VersionId,
    /// The labels that the version has now, built-in ones first, then as given.
    pub stages: Vec<StageLabel>,
    /// Whether the version is new; otherwise nothing changed.
    pub created: bool,
    /// Which labels moved from where.
    pub moved: Vec<LabelMove>,
    /// Versions that retention destroyed.
    pub destroyed: Vec<VersionId>,
    /// The newest other version that holds the same value, if any.
    pub same_value_as: Option<VersionId>,
    /// Whether KMS itself would refuse a value of this size.
    pub exceeds_kms_limit: bool,
}

/// GetSecretValue's answer.
#[derive(Debug)]
pub struct GetOutcome {
    /// The secret.
    pub name: SecretName,
    /// The version without its value.
    pub version: VersionState,
    /// The labels that mark it.
    pub stages: Vec<StageLabel>,
    /// The value.
    pub value: SecretValue,
}

/// A version that holds a value that was looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    /// The secret.
    pub name: SecretName,
    /// The version without its value.
    pub version: VersionState,
    /// The labels that mark it.
    pub stages: Vec<StageLabel>,
}

/// A secret with all its versions, and the state it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretDetails {
    /// Everything but the values.
    pub secret: SecretState,
    /// For a request that is to be refused in another state.
    pub token: StateToken,
}

/// A secret as it was at an earlier time (etui).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastDetails {
    /// Everything but the values.
    pub secret: PastSecret,
    /// Its name now; `None` where it was removed since.
    pub name_now: Option<SecretName>,
}

/// What an operation would do, before it does it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// The plan: the very one that would be applied.
    pub plan: Plan,
    /// The state it was made from.
    pub token: StateToken,
}

/// What a put would do, before it does it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedPut {
    /// The plan: the very one that would be applied. `Unchanged`: the version holds this value already.
    pub plan: Plan,
    /// The state it was made from.
    pub token: StateToken,
    /// The id that the version would have.
    pub version_id: VersionId,
    /// The newest other version that holds the same value, if any.
    pub same_value_as: Option<VersionId>,
    /// Whether KMS itself would refuse a value of this size.
    pub exceeds_kms_limit: bool,
}

/// The answer of an operation that moves labels or changes the metadata of a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeOutcome {
    /// The secret.
    pub name: SecretName,
    /// What changed; `None` if nothing did.
    pub change: Option<Change>,
    /// When.
    pub time: Timestamp,
}

/// One secret as a list shows it, lent from a [`Listing`](super::Listing).
#[derive(Debug, Clone, Copy)]
pub struct SecretSummary<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it is for; empty where nothing is said.
    pub description: &'a str,
    /// Its tags, sorted by key.
    pub tags: SummaryTags<'a>,
    /// When it was created.
    pub created: Timestamp,
    /// When anything about it changed last.
    pub updated: Timestamp,
    /// When it may be removed, if it is scheduled for deletion.
    pub planned_deletion: Option<Timestamp>,
    /// How many versions are kept, if that is limited.
    pub retention: Option<u16>,
    /// How many days the current version may grow old.
    pub rotation_days: Option<u16>,
    /// The current version.
    pub current: CurrentSummary<'a>,
    /// Labels with the id of the version each marks, built-in ones first.
    pub labels: SummaryLabels<'a>,
}

impl SecretSummary<'_> {
    /// Whether the current version is older than the rotation interval (etui).
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.due().is_some_and(|due| due < now)
    }

    /// In how many days the current version is due, a day that has begun counted, 0 or less once it is; `None`
    /// without an interval.
    pub fn due_in_days(&self, now: Timestamp) -> Option<i64> {
        self.due().map(|due| days_until(due, now))
    }

    fn due(&self) -> Option<Timestamp> {
        Some(self.current.created.plus_days(u32::from(self.rotation_days?)))
    }
}

/// The current version of a secret as a list shows it.
#[derive(Debug, Clone, Copy)]
pub struct CurrentSummary<'a> {
    /// Its id.
    pub id: &'a str,
    /// When it was created.
    pub created: Timestamp,
    /// Text or binary.
    pub value_type: ValueType,
    /// The length of its value in bytes.
    pub size: u64,
}

/// One change in the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryEntry {
    /// Its number; every change has the next one.
    pub number: u64,
    /// When.
    pub time: Timestamp,
    /// Which interface it came through.
    pub origin: Origin,
    /// The secret, by the name that it had before the change; `None` for changes of the vault itself.
    pub secret: Option<SecretName>,
    /// What changed.
    pub change: Change,
    /// The number of the change that this one reverses.
    pub takes_back: Option<u64>,
    /// The number of the first change of the batch that it belongs to.
    pub batch: Option<u64>,
}

impl HistoryEntry {
    pub(super) fn of(number: u64, event: EventRecord) -> Self {
        Self {
            number,
            time: event.time,
            origin: event.origin,
            secret: event.secret.map(|(_, name)| name),
            change: event.change,
            takes_back: event.takes_back,
            batch: event.batch,
        }
    }
}

/// One change that is reversed, and the change that does it; `None` where nothing is left to change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenBack {
    /// What was done.
    pub entry: HistoryEntry,
    /// Where that was an undo, the change that it undid: this is what is redone.
    pub redone: Option<HistoryEntry>,
    /// What takes it back.
    pub change: Option<Change>,
}

/// What an undo or redo would do, before it does it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakeBackPlan {
    /// Undo or redo.
    pub direction: Direction,
    /// The changes that are reversed together, newest first.
    pub steps: Vec<TakenBack>,
    /// The number of the newest event that this was planned from.
    pub newest: u64,
}

/// The answer of an undo or redo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakeBackOutcome {
    /// Undo or redo.
    pub direction: Direction,
    /// The changes that were reversed together, newest first.
    pub steps: Vec<TakenBack>,
}

/// What a look at the file brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refreshed {
    /// Nobody changed anything.
    Same,
    /// Another process changed secrets: lists are to be read again.
    Changed,
    /// Another process changed the master password; this session continues.
    PasswordChanged,
}
