//! What an import did or would do, a line for every secret.

use serde::Serialize;

use crate::cli::color::Role;
use crate::cli::output::{Audience, Loudness, Output};
use crate::cli::plan::{MOVES, Move};
use crate::cli::schema::{Key, Kind, NAME, key};
use crate::cli::table::{Cell, Table};
use crate::domain::{VersionId, visible, visible_lines};
pub(super) use crate::vault::import_wording::Tense;
use crate::vault::{ImportOutcome, ImportReport, ImportRow, OnRefusal, import_wording};
use crate::versioning::LabelMove;

/// The keys of the report.
pub(in crate::cli::commands) const REPORT: &[Key] = &[
    key("DryRun", Kind::Flag, "whether nothing was changed"),
    key(
        "Secrets",
        Kind::List(&Kind::Object(&[&[
            NAME,
            key("GivenName", Kind::Text, "the name in the file"),
            key(
                "Outcome",
                Kind::Word(&["New", "Changed", "Same", "InDeleteWindow", "Refused"]),
                "what becomes of it",
            ),
            key("Reason", Kind::Text, "why it is left out or refused").if_any("it is"),
            key("VersionIds", Kind::List(&Kind::Text), "versions that are new here"),
            MOVES,
            key("Remarks", Kind::List(&Kind::Text), "what is worth knowing"),
        ]])),
        "the secrets of the file",
    ),
    key(
        "Losses",
        Kind::List(&Kind::Object(&[&[
            key("GivenName", Kind::Text, "the name in the file"),
            key("What", Kind::Text, "what cannot be taken over"),
            key("Whole", Kind::Flag, "whether the whole secret is left out"),
        ]])),
        "what is not taken over",
    ),
];

pub(in crate::cli::commands) fn print(
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
    if output.audience() == Audience::Pipe {
        return print_lines(output, report, tense, on_refusal);
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
    for remark in remarks(report) {
        text += &format!("{remark}\n");
    }
    output.text(&text)?;
    output.text(&format!("{}\n", summary(report, tense, on_refusal)))
}

/// For a program: a line for each secret, and nothing else on stdout.
fn print_lines(
    output: &Output,
    report: &ImportReport,
    tense: Tense,
    on_refusal: OnRefusal,
) -> anyhow::Result<()> {
    let line = |row: &ImportRow| {
        let details = import_wording::details(row);
        format!("{}\t{}\t{details}\n", import_wording::outcome(&row.outcome), row.name)
    };
    output.text(&visible_lines(&report.rows.iter().map(line).collect::<String>()))?;
    remarks(report).for_each(|remark| output.note(&remark));
    output.note(&summary(report, tense, on_refusal));
    Ok(())
}

/// What is worth a remark: of the secrets, and of what is not taken over.
fn remarks(report: &ImportReport) -> impl Iterator<Item = String> {
    let of_row = |row: &ImportRow| {
        row.remarks.iter().map(|remark| format!("'{}': {remark}", row.name)).collect::<Vec<_>>()
    };
    let losses = report.losses.iter().map(|loss| visible(&loss.to_string()).into_owned());
    report.rows.iter().flat_map(of_row).chain(losses)
}

fn summary(report: &ImportReport, tense: Tense, on_refusal: OnRefusal) -> String {
    let mut sentence = import_wording::summary(report, tense, on_refusal);
    if tense == Tense::Would && on_refusal == OnRefusal::ImportNothing && report.first_refusal().is_some() {
        sentence += "; --skip-refused leaves out what is refused";
    }
    sentence
}

const fn role(outcome: &ImportOutcome) -> Role {
    match outcome {
        ImportOutcome::New { .. } | ImportOutcome::Changed { .. } => Role::Accent,
        ImportOutcome::Same => Role::Muted,
        ImportOutcome::InDeleteWindow { .. } => Role::Warning,
        ImportOutcome::Refused(_) => Role::Danger,
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ReportJson<'a> {
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
    label_moves: Vec<Move>,
    remarks: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct LossShape<'a> {
    given_name: &'a str,
    what: &'a str,
    whole: bool,
}

fn shape(report: &ImportReport, tense: Tense) -> ReportJson<'_> {
    ReportJson {
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
        label_moves: moves.iter().map(Move::of).collect(),
        remarks: row.remarks.iter().map(ToString::to_string).collect(),
    }
}
