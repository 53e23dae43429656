//! A push in words: what becomes of each secret, the same in the app and on the command line.

use super::push::PushPlan;
use super::report::{PushOutcome, PushReport, PushRow};
use crate::domain::{VersionId, count};
use crate::vault::import_wording::Tense;

/// What becomes of a secret, in a word.
pub fn outcome(outcome: &PushOutcome) -> &'static str {
    match outcome {
        PushOutcome::Goes(plan) if !plan.changes_anything() => "same",
        PushOutcome::Goes(PushPlan { is_new: true, .. }) => "new",
        PushOutcome::Goes(_) => "changed",
        PushOutcome::Refused(refusal) if refusal.is_expected() => "left out",
        PushOutcome::Refused(_) => "refused",
        PushOutcome::Failed(_) => "failed",
    }
}

/// Which versions and labels it gets there, or why it gets none.
pub fn details(row: &PushRow) -> String {
    match &row.outcome {
        PushOutcome::Goes(plan) => changes(plan),
        PushOutcome::Refused(refusal) => refusal.to_string(),
        PushOutcome::Failed(error) => error.to_string(),
    }
}

/// What is worth knowing about it besides, a sentence each.
pub fn remarks(row: &PushRow) -> Vec<String> {
    match &row.outcome {
        PushOutcome::Goes(plan) => {
            plan.remarks.iter().map(|remark| format!("'{}': {remark}", row.name)).collect()
        }
        PushOutcome::Refused(_) | PushOutcome::Failed(_) => Vec::new(),
    }
}

fn changes(plan: &PushPlan) -> String {
    let ids = plan.store.iter().map(|version| version.id.as_str()).collect::<Vec<_>>().join(", ");
    let or_none = |id: &Option<VersionId>| id.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string);
    let labels = plan.labels.iter().map(|moved| match &moved.from {
        None => format!("{} → {}", moved.label, or_none(&moved.to)),
        Some(from) => format!("{}: {from} → {}", moved.label, or_none(&moved.to)),
    });
    let parts =
        [ids].into_iter().filter(|ids| !ids.is_empty()).chain(labels).chain(plan.facts.iter().cloned());
    let text = parts.collect::<Vec<_>>().join("; ");
    match text.is_empty() && plan.changes_anything() {
        true => "the ids of its versions".to_owned(),
        false => text,
    }
}

/// "pushed 3 secrets to team: 2 new, 1 changed, 4 same".
pub fn summary(report: &PushReport, remote: &str, tense: Tense) -> String {
    let number = |word: &str| report.rows.iter().filter(|row| outcome(&row.outcome) == word).count() as u64;
    let changed = number("new") + number("changed");
    let mut sentence = match (changed, tense) {
        (0, Tense::Did) => format!("nothing changed at {remote}"),
        (0, Tense::Would) => format!("nothing would change at {remote}"),
        (changed, Tense::Did) => format!("pushed {} to {remote}", count(changed, "secret")),
        (changed, Tense::Would) => format!("would push {} to {remote}", count(changed, "secret")),
    };
    let words = ["new", "changed", "same", "left out", "refused", "failed"];
    let parts: Vec<String> = words
        .into_iter()
        .map(|word| (number(word), word))
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| format!("{number} {word}"))
        .collect();
    if !parts.is_empty() {
        sentence += &format!(": {}", parts.join(", "));
    }
    sentence
}

/// What to do about secrets that moved there.
pub fn hint_for_refused(remote: &str) -> String {
    format!("`etui pull {remote}` brings what changed there; then push again")
}
