//! The label map of one secret: which label points at which version.

use crate::domain::{StageLabel, VersionId};

/// The identity of a stored version. Ids may return after a version was destroyed; keys never do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VersionKey(pub i64);

/// A version as a label or a history sees it: its identity and the id it is known by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionRef {
    /// The identity.
    pub key: VersionKey,
    /// The id.
    pub id: VersionId,
}

/// Which label marks which version.
///
/// Invariant: it is a map, so a label marks at most one version. The order is the one in which labels were
/// given last, built-in ones first; answers list labels in this order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LabelMap(Vec<(StageLabel, VersionRef)>);

impl LabelMap {
    /// The largest number of labels besides the two built-in ones (KMS: 8 with them).
    pub const CUSTOM_LIMIT: usize = 6;

    /// No labels.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// The version that a label marks.
    pub fn target(&self, label: &StageLabel) -> Option<&VersionRef> {
        self.0.iter().find(|(known, _)| known == label).map(|(_, target)| target)
    }

    /// The version marked `ACSCurrent`.
    pub fn current(&self) -> Option<&VersionRef> {
        self.0.iter().find(|(label, _)| label.is_current()).map(|(_, target)| target)
    }

    /// The version marked `ACSPrevious`.
    pub fn previous(&self) -> Option<&VersionRef> {
        self.0.iter().find(|(label, _)| label.is_previous()).map(|(_, target)| target)
    }

    /// Makes a label mark a version; it leaves the one that it marked before.
    pub fn point(&mut self, label: &StageLabel, target: &VersionRef) {
        self.remove(label);
        self.0.push((label.clone(), target.clone()));
        self.0.sort_by_key(|(label, _)| rank(label));
    }

    /// Takes a label away; whether it was there.
    pub fn remove(&mut self, label: &StageLabel) -> bool {
        let before = self.0.len();
        self.0.retain(|(known, _)| known != label);
        self.0.len() < before
    }

    /// The labels of one version, built-in ones first, then as given.
    pub fn of(&self, key: VersionKey) -> Vec<StageLabel> {
        self.0.iter().filter(|(_, target)| target.key == key).map(|(label, _)| label.clone()).collect()
    }

    /// Whether any label marks this version; one without is deprecated.
    pub fn marks(&self, key: VersionKey) -> bool {
        self.0.iter().any(|(_, target)| target.key == key)
    }

    /// How many labels there are besides the built-in ones.
    pub fn custom_count(&self) -> usize {
        self.0.iter().filter(|(label, _)| !label.is_built_in()).count()
    }

    /// How many labels there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All labels with the version each marks.
    pub fn iter(&self) -> impl Iterator<Item = (&StageLabel, &VersionRef)> {
        self.0.iter().map(|(label, target)| (label, target))
    }
}

fn rank(label: &StageLabel) -> u8 {
    match label {
        label if label.is_current() => 0,
        label if label.is_previous() => 1,
        _ => 2,
    }
}

#[cfg(test)]
mod tests;
