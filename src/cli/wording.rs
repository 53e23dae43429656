//! The sentences about what was done, the same for every command that does it.

use crate::domain::{SecretValue, StageLabel, VersionId};
pub(super) use crate::vault::wording::{count, ids, moves};
use crate::vault::{CreateOutcome, KdfCost, PutOutcome};

/// What a put did.
pub(super) fn stored(outcome: &PutOutcome) -> String {
    let PutOutcome { name, version_id, .. } = outcome;
    if !outcome.created {
        return format!("version '{version_id}' of '{name}' holds this value already; nothing changed");
    }
    let mut sentence = format!("stored version '{version_id}' of '{name}'");
    if !outcome.moved.is_empty() {
        sentence += &format!("; {}", moves(&outcome.moved));
    }
    if !outcome.destroyed.is_empty() {
        sentence += &format!("; retention destroyed {}", ids(&outcome.destroyed));
    }
    sentence
}

/// What a creation did.
pub(super) fn created(outcome: &CreateOutcome) -> String {
    let CreateOutcome { name, version_id, stages, .. } = outcome;
    let labels: Vec<&str> = stages.iter().map(StageLabel::as_str).collect();
    format!("created secret '{name}' with version '{version_id}' ({})", labels.join(", "))
}

/// What is worth a remark about a value that was, or would be, stored.
pub(super) fn remarks(same_value_as: Option<&VersionId>, exceeds_kms_limit: bool) -> Vec<String> {
    let same = same_value_as.map(|id| format!("same value as version '{id}'"));
    let large = exceeds_kms_limit.then(larger_than_kms_accepts);
    same.into_iter().chain(large).collect()
}

/// Said of a large value.
pub(super) fn larger_than_kms_accepts() -> String {
    let limit = SecretValue::KMS_LIMIT;
    format!("larger than KMS accepts ({},{:03} bytes)", limit / 1_000, limit % 1_000)
}

/// Said before a label is made that one could take for a built-in one.
pub(super) fn looks_built_in(labels: &[StageLabel]) -> Vec<String> {
    let confusing = |label: &&StageLabel| label.looks_built_in() && !label.is_built_in();
    let sentence =
        |label: &StageLabel| format!("'{label}' looks like a built-in label, but is an ordinary one");
    labels.iter().filter(confusing).map(sentence).collect()
}

/// "64 MiB, 3 passes and 4 lanes of Argon2id".
pub(super) fn cost(cost: KdfCost) -> String {
    let passes = match cost.passes() {
        1 => "1 pass".to_owned(),
        passes => format!("{passes} passes"),
    };
    let lanes = count(cost.lanes().into(), "lane");
    format!("{} MiB, {passes} and {lanes} of Argon2id", cost.memory_kib() / 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_value_names_the_limit_of_kms() {
        assert_eq!(larger_than_kms_accepts(), "larger than KMS accepts (30,720 bytes)");
    }

    #[test]
    fn only_labels_that_could_be_taken_for_built_in_ones_are_remarked() {
        let labels = ["ACSCurrent", "ACSNext", "canary"].map(|text| StageLabel::new(text).unwrap());
        assert_eq!(
            looks_built_in(&labels),
            ["'ACSNext' looks like a built-in label, but is an ordinary one"]
        );
    }
}
