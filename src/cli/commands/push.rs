//! `etui push`: stores secrets in an engine, where a team reads them.

use std::ops::ControlFlow;

use clap::Args;
use serde::Serialize;

use super::engine_access::{EngineAccess, EngineRemote};
use crate::cli::color::Role;
use crate::cli::error::CliError;
use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::output::{Audience, Loudness, Output};
use crate::cli::plan::{MOVES, Move};
use crate::cli::progress::ProgressLine;
use crate::cli::row::RunCommand;
use crate::cli::schema::{Json, Kind, NAME, Schema, key};
use crate::cli::table::{Cell, Table};
use crate::config::remotes::RemoteName;
use crate::domain::{ErrorCode, StageLabel, visible_lines};
use crate::engine::{
    Layout, Pattern, Patterns, PushOutcome, PushReport, PushRow, PushTerms, Transfer, wording,
};
use crate::vault::import_wording::Tense;
use crate::versioning::LabelMove;

/// Push secrets to OpenBao or HashiCorp Vault
///
/// It shows what would change there and asks before it changes anything. Versions are stored first, then labels. What
/// somebody else changed there since this machine last looked is never overwritten: that secret is refused, and `etui
/// pull` brings in what changed. Nothing is deleted there. The next push finishes one that was interrupted.
///
/// Without a PATTERN every secret is pushed; by default the versions that ACSCurrent and ACSPrevious mark.
/// docs/engines.md says what a secret looks like there.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  etui remote add team openbao:https://bao.example:8200/secret/app
  etui push team --dry-run
  etui push team shop/ 'ci/*-token' --yes
  etui push team db/password --all-versions")]
pub(in crate::cli) struct Push {
    /// The remote, as `etui remote list` names it
    #[arg(value_name = "REMOTE", value_parser = RemoteName::new)]
    remote: RemoteName,

    /// Names, folders with a '/' at the end, or names with '*'
    #[arg(value_name = "PATTERN")]
    patterns: Vec<Pattern>,

    /// Push what this label marks [default: ACSCurrent, ACSPrevious]
    #[arg(long = "label", value_name = "LABEL", value_parser = StageLabel::new)]
    stages: Vec<StageLabel>,

    /// Push versions without a label too, and every label
    #[arg(long)]
    all_versions: bool,

    /// Store JSON objects member by member
    #[arg(long)]
    fields: bool,

    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,

    /// Push without asking
    #[arg(long)]
    yes: bool,

    #[command(flatten)]
    access: EngineAccess,
}

impl RunCommand for Push {
    const JSON: Json = Json::Answers(&[Schema::only(&[&[
        key("DryRun", Kind::Flag, "whether nothing was changed"),
        key("Remote", Kind::Text, "the remote"),
        key(
            "Secrets",
            Kind::List(&Kind::Object(&[&[
                NAME,
                key(
                    "Outcome",
                    Kind::Word(&["New", "Changed", "Same", "LeftOut", "Refused", "Failed"]),
                    "what becomes of it there",
                ),
                key("Reason", Kind::Text, "why it is left out or refused").if_any("it is"),
                key("VersionIds", Kind::List(&Kind::Text), "versions that are new there"),
                MOVES,
                key("Remarks", Kind::List(&Kind::Text), "what is worth knowing"),
            ]])),
            "the secrets that are pushed",
        ),
    ]])]);

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let output = invocation.output();
        let remote = EngineRemote::find(invocation, &self.remote)?;
        if !self.dry_run && !self.yes && !invocation.can_ask() {
            let sentence = "a push changes what others read; without a terminal, confirm with --yes";
            return Err(CliError::usage(sentence, "see what it would do with --dry-run").into());
        }
        let terms = PushTerms {
            labels: self.stages.clone(),
            all_versions: self.all_versions,
            layout: if self.fields { Layout::Fields } else { Layout::Whole },
        };
        let mut vault = invocation.unlock()?;
        let mut bao = self.access.connect(invocation, &remote)?;
        let name = remote.name.as_str();
        let mut transfer = Transfer::new(&mut vault, &mut bao, name)?;
        let patterns = Patterns(self.patterns);
        let names = transfer.names(&patterns);
        if let Some(pattern) = patterns.without_any(names.iter().map(|name| name.as_str())) {
            let sentence = format!("no secret matches '{}'", pattern.as_str());
            return Err(CliError::not_found(sentence, "see the names with `etui list`").into());
        }
        let mut progress = ProgressLine::new(output, "comparing");
        let mut planned = transfer.plan_push(&names, &terms, &mut |done| {
            progress.show(done);
            ControlFlow::Continue(())
        });
        drop(progress);
        if let Some(error) = planned.failed.take() {
            return Err(error.into());
        }
        if self.dry_run {
            print(output, &planned, name, Tense::Would)?;
            return Ok(finish(&planned));
        }
        if !self.yes && planned.changes_anything() {
            print(output, &planned, name, Tense::Would)?;
            if !invocation.confirms("Push? [y/N] ", false) {
                output.note("nothing was pushed");
                return Ok(Finish::Done);
            }
        }
        let (to_push, mut rows): (Vec<PushRow>, Vec<PushRow>) =
            planned.rows.into_iter().partition(|row| row.outcome.changes_anything());
        let to_push: Vec<_> = to_push.into_iter().map(|row| row.name).collect();
        let mut progress = ProgressLine::new(output, "pushing");
        let pushed = transfer.push(&to_push, &terms, &mut |done| {
            progress.show(done);
            ControlFlow::Continue(())
        });
        drop(progress);
        rows.extend(pushed.rows);
        rows.sort_by(|one, other| one.name.cmp(&other.name));
        let report = PushReport { rows, failed: None };
        if report.changes_anything() {
            output.changed(&wording::summary(&report, name, Tense::Did), None);
        }
        invocation.say_notices(vault.take_notices());
        print(output, &report, name, Tense::Did)?;
        match pushed.failed {
            Some(error) => Err(error.into()),
            None => Ok(finish(&report)),
        }
    }
}

/// What ought to have been pushed and is not is told by the exit code.
fn finish(report: &PushReport) -> Finish {
    let mut codes = report.refused().map(|row| match &row.outcome {
        PushOutcome::Failed(error) => error.code(),
        _ => ErrorCode::ResourceChanged,
    });
    codes.next().map_or(Finish::Done, Finish::Refused)
}

fn print(output: &Output, report: &PushReport, remote: &str, tense: Tense) -> anyhow::Result<()> {
    if output.audience() == Audience::Machine {
        return output.json(&shape(report, remote, tense));
    }
    if tense == Tense::Did && output.loudness() == Loudness::Quiet {
        return Ok(());
    }
    let summary = wording::summary(report, remote, tense);
    let remarks: Vec<String> = report.rows.iter().flat_map(wording::remarks).collect();
    let moved = report.refused().any(|row| matches!(row.outcome, PushOutcome::Refused(_)));
    let hint = moved.then(|| wording::hint_for_refused(remote));
    if output.audience() == Audience::Pipe {
        let line = |row: &PushRow| {
            format!("{}\t{}\t{}\n", wording::outcome(&row.outcome), row.name, wording::details(row))
        };
        output.text(&visible_lines(&report.rows.iter().map(line).collect::<String>()))?;
        remarks.iter().chain([&summary]).chain(&hint).for_each(|remark| output.note(remark));
        return Ok(());
    }
    let mut text = String::new();
    let told = |row: &&PushRow| wording::outcome(&row.outcome) != "same";
    if report.rows.iter().any(|row| told(&row)) {
        let mut table = Table::new(["OUTCOME", "NAME", "DETAILS"]);
        for row in report.rows.iter().filter(told) {
            table.push([
                Cell::styled(role(&row.outcome), wording::outcome(&row.outcome)),
                Cell::plain(row.name.as_str()),
                Cell::plain(wording::details(row)),
            ]);
        }
        text += &table.render(output.palette());
    }
    for line in remarks.into_iter().chain([summary]).chain(hint) {
        text += &format!("{}\n", visible_lines(&line));
    }
    output.text(&text)
}

const fn role(outcome: &PushOutcome) -> Role {
    match outcome {
        PushOutcome::Goes(_) => Role::Accent,
        PushOutcome::Refused(_) => Role::Warning,
        PushOutcome::Failed(_) => Role::Danger,
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ReportJson<'a> {
    dry_run: bool,
    remote: &'a str,
    secrets: Vec<RowShape<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct RowShape<'a> {
    secret_name: &'a str,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    version_ids: Vec<&'a str>,
    label_moves: Vec<Move>,
    remarks: Vec<String>,
}

fn shape<'a>(report: &'a PushReport, remote: &'a str, tense: Tense) -> ReportJson<'a> {
    let row = |row: &'a PushRow| {
        let outcome = match wording::outcome(&row.outcome) {
            "new" => "New",
            "changed" => "Changed",
            "same" => "Same",
            "left out" => "LeftOut",
            "refused" => "Refused",
            _ => "Failed",
        };
        let plan = match &row.outcome {
            PushOutcome::Goes(plan) => Some(plan),
            _ => None,
        };
        RowShape {
            secret_name: row.name.as_str(),
            outcome,
            reason: plan.is_none().then(|| wording::details(row)),
            version_ids: plan
                .iter()
                .flat_map(|plan| &plan.store)
                .map(|version| version.id.as_str())
                .collect(),
            label_moves: plan.iter().flat_map(|plan| &plan.labels).map(moved).collect(),
            remarks: plan.iter().flat_map(|plan| &plan.remarks).map(ToString::to_string).collect(),
        }
    };
    ReportJson { dry_run: tense == Tense::Would, remote, secrets: report.rows.iter().map(row).collect() }
}

fn moved(push: &crate::engine::LabelPush) -> Move {
    Move::of(&LabelMove { label: push.label.clone(), from: push.from.clone(), to: push.to.clone() })
}
