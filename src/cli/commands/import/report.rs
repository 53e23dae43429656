//! What an import did or would do, a line for every secret.

use serde::Serialize;

use crate::cli::color::Role;
use crate::cli::output::{Audience, Loudness, Output};
use crate::cli::table::{Cell, Table};
use crate::cli::wording::{self, count};
use crate::domain::{VersionId, visible};
use crate::vault::{ImportOutcome, ImportReport, ImportRow};
use crate::versioning::LabelMove;

/// Whether it was done or planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tense {
    Did,
    Would,
}

pub(super) fn print(output: &Output, report: &ImportReport, tense: Tense) -> anyhow::Result<()> {
    if output.audience() == Audience::Machine {
        return output.json(&shape(report, tense));
    }
    if tense == Tense::Did && output.loudness() == Loudness::Quiet {
        return Ok(());
    }
    let mut text = String::new();
    if !report.rows.is_empty() {
        let mut table = Table::new(["OUTCOME", "NAME", "DETAILS"]);
        for row in &report.rows {
            let (role, word) = word(&row.outcome);
            table.push([Cell::styled(role, word), Cell::plain(row.name.as_str()), Cell::plain(details(row))]);
        }
        text += &table.render(output.palette());
    }
    for row in &report.rows {
        for remark in &row.remarks {
            text += &format!("'{}': {remark}\n", row.name);
        }
    }
    for loss in &report.losses {
        text += &format!("{}\n", visible(&loss.to_string()));
    }
    output.text(&text)?;
    output.text(&format!("{}\n", summary(report, tense)))
}

fn word(outcome: &ImportOutcome) -> (Role, &'static str) {
    match outcome {
        ImportOutcome::New { .. } => (Role::Accent, "new"),
        ImportOutcome::Changed { .. } => (Role::Accent, "changed"),
        ImportOutcome::Same => (Role::Muted, "same"),
        ImportOutcome::RemovedHere | ImportOutcome::InDeleteWindow { .. } => (Role::Warning, "left out"),
        ImportOutcome::Refused(_) => (Role::Danger, "refused"),
    }
}

fn details(row: &ImportRow) -> String {
    let mut details = match &row.outcome {
        ImportOutcome::New { versions } => vec![wording::ids(versions)],
        ImportOutcome::Changed { versions, moves } => {
            let parts = [wording::ids(versions), wording::moves(moves)];
            parts.into_iter().filter(|part| !part.is_empty()).collect()
        }
        ImportOutcome::Same => Vec::new(),
        ImportOutcome::RemovedHere => vec!["it was removed for good here".to_owned()],
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

fn summary(report: &ImportReport, tense: Tense) -> String {
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
        .map(|(number, what)| format!("{number} {what}"))
        .collect();
    if !parts.is_empty() {
        sentence += &format!(": {}", parts.join(", "));
    }
    sentence
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Shape<'a> {
    dry_run: bool,
    secrets: Vec<RowShape<'a>>,
    losses: Vec<LossShape<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct RowShape<'a> {
    secret_name: &'a str,
    given_name: &'a str,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    version_ids: Vec<&'a str>,
    label_moves: Vec<MoveShape<'a>>,
    remarks: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct MoveShape<'a> {
    version_stage: &'a str,
    from: Option<&'a str>,
    to: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct LossShape<'a> {
    given_name: &'a str,
    what: &'a str,
    whole: bool,
}

fn shape(report: &ImportReport, tense: Tense) -> Shape<'_> {
    Shape {
        dry_run: tense == Tense::Would,
        secrets: report.rows.iter().map(row_shape).collect(),
        losses: report
            .losses
            .iter()
            .map(|loss| LossShape { given_name: &loss.secret, what: &loss.what, whole: loss.is_whole() })
            .collect(),
    }
}

fn row_shape(row: &ImportRow) -> RowShape<'_> {
    let (outcome, reason) = match &row.outcome {
        ImportOutcome::New { .. } => ("New", None),
        ImportOutcome::Changed { .. } => ("Changed", None),
        ImportOutcome::Same => ("Same", None),
        ImportOutcome::RemovedHere => ("RemovedHere", None),
        ImportOutcome::InDeleteWindow { planned } => ("InDeleteWindow", Some(planned.to_string())),
        ImportOutcome::Refused(refusal) => ("Refused", Some(refusal.to_string())),
    };
    let (versions, moves): (&[VersionId], &[LabelMove]) = match &row.outcome {
        ImportOutcome::New { versions } => (versions, &[]),
        ImportOutcome::Changed { versions, moves } => (versions, moves),
        _ => (&[], &[]),
    };
    RowShape {
        secret_name: row.name.as_str(),
        given_name: &row.given,
        outcome,
        reason,
        version_ids: versions.iter().map(VersionId::as_str).collect(),
        label_moves: moves
            .iter()
            .map(|LabelMove { label, from, to }| MoveShape {
                version_stage: label.as_str(),
                from: from.as_ref().map(VersionId::as_str),
                to: to.as_ref().map(VersionId::as_str),
            })
            .collect(),
        remarks: row.remarks.iter().map(ToString::to_string).collect(),
    }
}
