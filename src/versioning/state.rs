//! The state of one secret: everything the rules look at, values excepted.

use super::labels::{LabelMap, VersionKey, VersionRef};
use crate::domain::{Facts, Note, SecretName, StageLabel, Tags, Timestamp, ValueType, VersionId};

/// One version without its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionState {
    /// Its identity.
    pub key: VersionKey,
    /// Its id.
    pub id: VersionId,
    /// The id that it was given, where a merge had to change it.
    pub given: Option<VersionId>,
    /// Its place in the order of creation: counted in format 1, in format 2 its stamp in milliseconds.
    pub order: u64,
    /// When it was created.
    pub created: Timestamp,
    /// Text or binary.
    pub value_type: ValueType,
    /// The length of the value in bytes.
    pub size: u64,
    /// A remark, like a commit message.
    pub note: Option<Note>,
}

impl VersionState {
    /// The id as it was given: from which the next one is suggested.
    pub fn given_id(&self) -> &VersionId {
        self.given.as_ref().unwrap_or(&self.id)
    }

    /// The version as labels and history refer to it.
    pub fn reference(&self) -> VersionRef {
        VersionRef { key: self.key, id: self.id.clone() }
    }
}

/// One secret with all its versions, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretState {
    /// Its name.
    pub name: SecretName,
    /// The name that it was given, where a merge had to change it.
    pub given_name: Option<SecretName>,
    /// What is known about it.
    pub facts: Facts,
    /// When it was created.
    pub created: Timestamp,
    /// When anything about it changed last.
    pub updated: Timestamp,
    /// When it may be removed, if it is scheduled for deletion.
    pub planned_deletion: Option<Timestamp>,
    /// Which label marks which version.
    pub labels: LabelMap,
    /// The order that the next version gets at least.
    pub next_order: u64,
    /// All versions, by creation order and then id.
    pub versions: Vec<VersionState>,
}

impl SecretState {
    /// The version of this id.
    pub fn version(&self, id: &VersionId) -> Option<&VersionState> {
        self.versions.iter().find(|version| version.id == *id)
    }

    /// What the versions are called now that were given this id in several copies, with different values: since the
    /// merge the id itself names none of them, and it stays taken.
    pub fn renamed_from(&self, id: &VersionId) -> Vec<VersionId> {
        let renamed = self.versions.iter().filter(|version| version.given.as_ref() == Some(id));
        renamed.map(|version| version.id.clone()).collect()
    }

    /// The version of this identity.
    pub fn version_of_key(&self, key: VersionKey) -> Option<&VersionState> {
        self.versions.iter().find(|version| version.key == key)
    }

    /// The version that a label marks.
    pub fn version_of_label(&self, label: &StageLabel) -> Option<&VersionState> {
        self.version_of_key(self.labels.target(label)?.key)
    }

    /// The newest version in creation order.
    pub fn newest(&self) -> Option<&VersionState> {
        self.versions.last()
    }

    /// Which limit is exceeded, if any. A merge drops nothing, so it may leave more than an operation may add.
    pub fn exceeded_limit(&self) -> Option<&'static str> {
        if self.labels.custom_count() > LabelMap::CUSTOM_LIMIT {
            return Some("there are more than eight labels");
        }
        if self.facts.tags.len() > Tags::LIMIT {
            return Some("there are more than twenty tags");
        }
        None
    }

    /// Which of the module's invariants is broken, if any: what is read from a file is checked with this.
    pub fn broken_invariant(&self) -> Option<&'static str> {
        let Some(current) = self.labels.current() else {
            return Some("no version is marked ACSCurrent");
        };
        if self.labels.previous().is_some_and(|previous| previous.key == current.key) {
            return Some("one version is marked both ACSCurrent and ACSPrevious");
        }
        for (_, target) in self.labels.iter() {
            if self.version_of_key(target.key).is_none_or(|version| version.id != target.id) {
                return Some("a label marks a version that is not there");
            }
        }
        let mut ids: Vec<&VersionId> = self.versions.iter().map(|version| &version.id).collect();
        ids.sort_unstable();
        if ids.windows(2).any(|pair| pair[0] == pair[1]) {
            return Some("two versions have the same id");
        }
        if self.versions.iter().any(|version| version.order >= self.next_order) {
            return Some("a version is beyond the creation order");
        }
        None
    }
}

#[cfg(test)]
mod tests;
