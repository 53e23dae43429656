//! What an import did or would do, a line for every secret.

use serde::Serialize;

use crate::cli::color::Role;
use crate::cli::output::{Audience, Loudness, Output};
use crate::cli::table::{Cell, Table};
use crate::domain::{VersionId, visible};
pub(super) use crate::vault::import_wording::Tense;
use crate::vault::{ImportOutcome, ImportReport, ImportRow, OnRefusal, import_wording};
use crate::versioning::LabelMove;

pub(super) fn print(
    output: &Output,
    report: &ImportReport,
    tense: Tense,
    on_refusal: OnRefusal,
) -> anyhow::Result<()> {
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
            let word = import_wording::outcome(&row.outcome);
            table.push([
                Cell::styled(role(&row.outcome), word),
                Cell::plain(row.name.as_str()),
                Cell::plain(import_wording::details(row)),
            ]);
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
    let mut sentence = import_wording::summary(report, tense, on_refusal);
    if tense == Tense::Would && on_refusal == OnRefusal::ImportNothing && report.first_refusal().is_some() {
        sentence += "; --skip-refused leaves out what is refused";
    }
    output.text(&format!("{sentence}\n"))
}

const fn role(outcome: &ImportOutcome) -> Role {
    match outcome {
        ImportOutcome::New { .. } | ImportOutcome::Changed { .. } => Role::Accent,
        ImportOutcome::Same => Role::Muted,
        ImportOutcome::RemovedHere | ImportOutcome::InDeleteWindow { .. } => Role::Warning,
        ImportOutcome::Refused(_) => Role::Danger,
    }
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
