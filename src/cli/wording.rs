//! The sentences about what was done, the same for every command that does it.

use crate::domain::{SecretValue, StageLabel, VersionId};
use crate::vault::{CreateOutcome, KdfCost, PutOutcome};
use crate::versioning::LabelMove;

/// "ACSCurrent v14 → v15, ACSPrevious v13 → v14"; "canary → v15" where it marked nothing before.
pub(super) fn moves(moves: &[LabelMove]) -> String {
    let words: Vec<String> = moves.iter().map(label_move).collect();
    words.join(", ")
}

fn label_move(LabelMove { label, from, to }: &LabelMove) -> String {
    match (from, to) {
        (Some(from), Some(to)) => format!("{label} {from} → {to}"),
        (None, Some(to)) => format!("{label} → {to}"),
        (Some(from), None) => format!("{label} removed from {from}"),
        (None, None) => label.to_string(),
    }
}

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

/// "v1, v2".
pub(super) fn ids<'a>(ids: impl IntoIterator<Item = &'a VersionId>) -> String {
    let words: Vec<&str> = ids.into_iter().map(VersionId::as_str).collect();
    words.join(", ")
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

/// "1 version", "2 versions".
pub(super) fn count(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn label_moves_are_told_from_where_to_where() {
        let id = |text: &str| VersionId::new(text).unwrap();
        let label = |text: &str| StageLabel::new(text).unwrap();
        let told = moves(&[
            LabelMove { label: StageLabel::current(), from: Some(id("v14")), to: Some(id("v15")) },
            LabelMove { label: label("canary"), from: None, to: Some(id("v15")) },
            LabelMove { label: label("old"), from: Some(id("v1")), to: None },
        ]);
        assert_eq!(told, "ACSCurrent v14 → v15, canary → v15, old removed from v1");
    }

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
