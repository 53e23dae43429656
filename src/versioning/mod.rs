//! The versioning contract: pure functions from the state of one secret and a request to a plan or a refusal.
//!
//! Nothing here touches a file, a clock, a key or a value. The vault loads a [`SecretState`], asks a rule,
//! and applies the [`Change`] it answers; the app shows the very same `Change` before it is applied.
//! The rules follow Alibaba Cloud KMS Secrets Manager (API 2016-01-20); what is ours alone is marked (etui).
//!
//! Invariants after every operation: a label marks at most one version; exactly one version is current, at
//! most one previous, never the same; version ids are unique within the secret; a version's value, type and
//! id never change.

mod bulk;
mod change;
mod import;
mod labels;
mod lifecycle;
pub mod merge;
mod metadata;
mod past;
mod put;
mod refusal;
mod select;
mod stages;
mod state;
mod suggest;
#[cfg(test)]
mod test_support;
mod undo;

pub use bulk::{BulkDecision, BulkOperation, BulkSubject, BulkTarget, LabelGoal, decide_many};
pub use change::{AccessKeyId, Change, Existence, LabelMove, NoteShift, Operation, Origin, Plan, Shift};
pub use import::{
    AddedVersion, ImportRemark, ImportTerms, ImportedSecret, ImportedVersion, Labelling, Match,
    distinct_name, fit_name, import, is_made_of,
};
pub use labels::{LabelMap, VersionKey, VersionRef};
pub use lifecycle::{Deletion, create, delete, duplicate, purge, restore};
pub use metadata::{MetadataUpdate, annotate, rename, update};
pub use past::{PastSecret, Rewind};
pub use put::{Comparison, PutTerms, StageSet, put, retired_by_next_put};
pub use refusal::Refusal;
pub use select::{Selector, select};
pub use stages::{StageMove, move_stage, rollback};
pub use state::{SecretState, VersionState};
pub use suggest::{
    suggest_first_version_id, suggest_version_id, suggest_version_id_where, suggestion_needs_all_ids,
};
pub use undo::{Direction, Search, Step, name_after, take_back};
