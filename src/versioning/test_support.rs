//! What the tests of the rules share: a secret in two lines of text, and a result in one.

use super::{LabelMap, Plan, Refusal, SecretState, VersionKey, VersionRef, VersionState};
use crate::domain::{Facts, Retention, SecretName, StageLabel, Timestamp, ValueType, VersionId};

/// The second in which the secrets of these tests were made.
pub(super) const CREATED: i64 = 1_700_000_000;

/// The name of the secrets of these tests.
pub(super) fn name() -> SecretName {
    SecretName::new("db/password").unwrap()
}

pub(super) fn id(text: &str) -> VersionId {
    VersionId::new(text).unwrap()
}

pub(super) fn label(text: &str) -> StageLabel {
    StageLabel::new(text).unwrap()
}

pub(super) fn time(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds).unwrap()
}

/// A reference to the version that stands at `position` (from 1) in a secret of these tests.
pub(super) fn reference(position: i64, text: &str) -> VersionRef {
    VersionRef { key: VersionKey(position), id: id(text) }
}

/// A secret from its version ids, oldest first, and `label=id` pairs, both separated by spaces.
pub(super) fn secret(versions: &str, labels: &str) -> SecretState {
    let versions: Vec<VersionState> = versions
        .split_whitespace()
        .zip(1..)
        .map(|(text, position)| VersionState {
            key: VersionKey(position),
            id: id(text),
            given: None,
            order: u64::try_from(position).unwrap(),
            created: time(CREATED + position),
            value_type: ValueType::Text,
            size: 1,
            note: None,
        })
        .collect();
    let mut map = LabelMap::new();
    for pair in labels.split_whitespace() {
        let (text, target) = pair.split_once('=').expect("a pair is written label=id");
        let target = versions.iter().find(|version| version.id == id(target)).expect("the version is there");
        map.point(&label(text), &target.reference());
    }
    SecretState {
        name: name(),
        given_name: None,
        facts: Facts::default(),
        created: time(CREATED),
        updated: time(CREATED),
        planned_deletion: None,
        labels: map,
        next_order: u64::try_from(versions.len()).unwrap() + 1,
        versions,
    }
}

/// The same secret, scheduled for deletion.
pub(super) fn scheduled(mut state: SecretState) -> SecretState {
    state.planned_deletion = Some(time(CREATED + 30 * Timestamp::DAY));
    state
}

/// The same secret with a retention number.
pub(super) fn keeping(mut state: SecretState, versions: u32) -> SecretState {
    state.facts.retention = Some(Retention::new(versions).unwrap());
    state
}

/// A label map as it is written in [`secret`].
pub(super) fn written(labels: &LabelMap) -> String {
    let pairs: Vec<String> = labels.iter().map(|(label, target)| format!("{label}={}", target.id)).collect();
    pairs.join(" ")
}

/// A result in one line: the labels after it, "unchanged", or the code of the refusal.
pub(super) fn outcome(result: &Result<Plan, Refusal>) -> String {
    match result {
        Ok(Plan::Unchanged) => "unchanged".to_owned(),
        Ok(Plan::Apply(change)) => {
            change.labels.as_ref().map_or_else(|| "labels stay".to_owned(), |shift| written(&shift.after))
        }
        Err(refusal) => refusal.code().as_str().to_owned(),
    }
}
