//! An import in words: what becomes of each secret, the same in the app and on the command line.

use super::wording::{self, count};
use super::{ImportOutcome, ImportReport, ImportRow, OnRefusal};
use crate::domain::{grouped, visible};

/// Whether it was done or planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tense {
    /// It was done.
    Did,
    /// It would be done.
    Would,
}

/// What becomes of a secret, in a word or two.
pub const fn outcome(outcome: &ImportOutcome) -> &'static str {
    match outcome {
        ImportOutcome::New { .. } => "new",
        ImportOutcome::Changed { .. } => "changed",
        ImportOutcome::Same => "same",
        ImportOutcome::InDeleteWindow { .. } => "left out",
        ImportOutcome::Refused(_) => "refused",
    }
}

/// Which versions and labels it gets, or why it gets none.
pub fn details(row: &ImportRow) -> String {
    let mut details = match &row.outcome {
        ImportOutcome::New { versions } => vec![wording::ids(versions)],
        ImportOutcome::Changed { versions, moves } => {
            let parts = [wording::ids(versions), wording::moves(moves)];
            parts.into_iter().filter(|part| !part.is_empty()).collect()
        }
        ImportOutcome::Same => Vec::new(),
        ImportOutcome::InDeleteWindow { planned } => {
            vec![format!("it is scheduled for deletion on {planned} here")]
        }
        ImportOutcome::Refused(refusal) => vec![refusal.to_string()],
    };
    if row.given != row.name.as_str() {
        details.push(format!("from '{}'", visible(&row.given)));
    }
    details.join("; ")
}

/// What stands in the way of an import that takes all or nothing: the first refusal, and how many more there are.
pub fn refused(report: &ImportReport) -> Option<String> {
    let first = report.first_refusal()?;
    Some(match report.refusals().count() {
        0 | 1 => format!("nothing was imported: {first}"),
        count => format!("nothing was imported: {first} (and {} more)", count - 1),
    })
}

/// "imported 3 secrets: 2 new, 1 changed, 4 already here"; of a plan that takes all or nothing, that nothing
/// would be imported while secrets are refused.
pub fn summary(report: &ImportReport, tense: Tense, on_refusal: OnRefusal) -> String {
    let refused = report.refusals().count() as u64;
    if refused > 0 && on_refusal == OnRefusal::ImportNothing && tense == Tense::Would {
        let verb = if refused == 1 { "is" } else { "are" };
        return format!("would import nothing: {} {verb} refused", count(refused, "secret"));
    }
    let number =
        |is: fn(&ImportOutcome) -> bool| report.rows.iter().filter(|row| is(&row.outcome)).count() as u64;
    let new = number(|outcome| matches!(outcome, ImportOutcome::New { .. }));
    let changed = number(|outcome| matches!(outcome, ImportOutcome::Changed { .. }));
    let same = number(|outcome| matches!(outcome, ImportOutcome::Same));
    let rest = report.rows.len() as u64 - new - changed - same;
    let mut sentence = match (new + changed, tense) {
        (0, Tense::Did) => "nothing changed".to_owned(),
        (0, Tense::Would) => "nothing would change".to_owned(),
        (number, Tense::Did) => format!("imported {}", count(number, "secret")),
        (number, Tense::Would) => format!("would import {}", count(number, "secret")),
    };
    let parts = [(new, "new"), (changed, "changed"), (same, "already here"), (rest, "left out")];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, what)| format!("{} {what}", grouped(number)))
        .collect();
    if !parts.is_empty() {
        sentence += &format!(": {}", parts.join(", "));
    }
    sentence
}
