//! The plan of a push: what becomes of each secret there. What is left out stays there as it is.

use std::collections::BTreeSet;

use super::many_plan::first_upper;
use super::plan_layer::{Did, PlanLayer, Planning, Step, Told};
use crate::domain::SecretName;
use crate::engine::{PushOutcome, PushReport, PushRow, wording};
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::ask::{Answer, Failure, Part as _};
use crate::tui::context::Context;
use crate::tui::engine_text;
use crate::tui::glyphs::Glyphs;
use crate::tui::jobs::{Done, EngineDone, EngineJob, Job, PushScope, Target};
use crate::tui::kit::plan_list::Selecting;
use crate::tui::layer::{Flow, Gift};
use crate::tui::plan_text::PlanLine;
use crate::tui::theme::Role;
use crate::vault::import_wording::Tense;

/// A push that waits for its Enter.
pub type PushPlan = PlanLayer<Pushing>;

pub struct Pushing {
    target: Target,
    scope: PushScope,
    /// Those that are to stay there as they are.
    left_out: BTreeSet<SecretName>,
}

impl Pushing {
    pub const fn new(target: Target, scope: PushScope) -> Self {
        Self { target, scope, left_out: BTreeSet::new() }
    }

    fn is_left_out(&self, row: &PushRow) -> bool {
        row.outcome.changes_anything() && self.left_out.contains(&row.name)
    }

    /// Those that Enter pushes.
    fn pushed<'a>(&self, report: &'a PushReport) -> impl Iterator<Item = &'a PushRow> {
        report.rows.iter().filter(|row| row.outcome.changes_anything() && !self.is_left_out(row))
    }

    /// A line for each secret that does not stay as it is, with what is worth knowing about it below; what is in the
    /// way first. Each with the place of its secret in the report.
    fn lines(&self, report: &PushReport) -> Vec<(usize, PlanLine)> {
        let rows = || report.rows.iter().enumerate();
        let is_in_the_way = |row: &PushRow| !matches!(row.outcome, PushOutcome::Goes(_));
        let first = rows().filter(|(_, row)| is_in_the_way(row));
        let rest = rows().filter(|(_, row)| row.outcome.changes_anything());
        let mut lines = Vec::new();
        for (place, row) in first.chain(rest) {
            lines.push((place, self.line(row)));
            let remarks = wording::remarks(row).into_iter().filter(|_| !self.is_left_out(row));
            lines.extend(remarks.map(|text| {
                (place, PlanLine { sign: "note", role: Role::Warning, subject: String::new(), text })
            }));
        }
        lines
    }

    fn line(&self, row: &PushRow) -> PlanLine {
        let (sign, role) = match &row.outcome {
            _ if self.is_left_out(row) => ("left out", Role::Muted),
            PushOutcome::Goes(_) => (wording::outcome(&row.outcome), Role::Accent),
            PushOutcome::Refused(refusal) if refusal.is_expected() => {
                (wording::outcome(&row.outcome), Role::Muted)
            }
            PushOutcome::Refused(_) => (wording::outcome(&row.outcome), Role::Warning),
            PushOutcome::Failed(_) => (wording::outcome(&row.outcome), Role::Danger),
        };
        PlanLine { sign, role, subject: row.name.to_string(), text: wording::details(row) }
    }
}

impl Planning for Pushing {
    type Plan = PushReport;

    const NAME: &'static str = "push plan";
    const SELECTING: Selecting = Selecting::Yes;

    fn title(&self, glyphs: &Glyphs) -> String {
        format!("Push {} {}", glyphs.dot, self.target.remote)
    }

    fn contexts(&self) -> &'static [Context] {
        &[Context::PushPlan, Context::Question, Context::Lists]
    }

    fn look(&self) -> Step {
        Step::Job(Job::Engine(EngineJob::PlanPush(self.target.duplicate(), self.scope.clone())))
    }

    fn plan_of(&mut self, answer: Answer) -> Option<PushReport> {
        match *Box::<Done>::of(answer)? {
            Done::Engine(EngineDone::PushPlanned { report, .. }) => Some(report),
            _ => None,
        }
    }

    fn make(&self, report: &PushReport) -> Option<Step> {
        let names: Vec<SecretName> = self.pushed(report).map(|row| row.name.clone()).collect();
        let terms = self.scope.terms.clone();
        let is_any = !names.is_empty();
        is_any.then(|| Step::Job(Job::Engine(EngineJob::Push(self.target.duplicate(), terms, names))))
    }

    fn tell(&self, report: &PushReport, _app: &App) -> Told {
        let remote = &self.target.remote;
        let summary = wording::summary(report, remote, Tense::Would);
        let mut sentences = vec![(first_upper(&summary) + ".", Role::Text)];
        let left_out = report.rows.iter().filter(|row| self.is_left_out(row)).count();
        if left_out > 0 {
            let left = self.pushed(report).count();
            sentences.push((format!("You leave out {left_out}; {left} will be pushed."), Role::Warning));
        }
        if report.refused().any(|row| matches!(row.outcome, PushOutcome::Refused(_))) {
            let text = format!(":pull {remote} brings what changed there; then push again.");
            sentences.push((text, Role::Muted));
        }
        Told { sentences, lines: self.lines(report).into_iter().map(|(_, line)| line).collect() }
    }

    fn answers(&self) -> Option<(&'static str, &'static str)> {
        Some(("Cancel", "Push"))
    }

    fn act(&mut self, action: Action, report: Option<&PushReport>, line: usize, _app: &mut App) -> Did {
        let (Action::LeaveOut, Some(report)) = (action, report) else { return Did::Nothing };
        let Some((place, _)) = self.lines(report).into_iter().nth(line) else { return Did::Nothing };
        let row = &report.rows[place];
        if !row.outcome.changes_anything() {
            return Did::Nothing;
        }
        if !self.left_out.remove(&row.name) {
            self.left_out.insert(row.name.clone());
        }
        Did::Words
    }

    /// Whatever changed there meanwhile is refused by the push itself.
    fn outdated(&self, _failure: &Failure) -> Option<&'static str> {
        None
    }

    fn made(&mut self, answer: Answer, app: &mut App) -> Flow {
        let done = Box::<Done>::of(answer).map(|done| *done);
        let Some(Done::Engine(done)) = done else { return Flow::Done };
        let (tone, text) = engine_text::done(&done);
        app.say(tone, text);
        match done {
            // What was not pushed is shown with its reason.
            EngineDone::Pushed { report, .. } if report.refused().next().is_some() => {
                let scope = PushScope { only: Vec::new(), ..self.scope.clone() };
                let rest = Self::new(self.target.duplicate(), scope);
                Flow::Replace(Box::new(PushPlan::of(rest, still_to_do(report), app)))
            }
            _ => Flow::Give(Gift::Changed),
        }
    }
}

/// What a push left undone: nothing of it is waited for any more.
fn still_to_do(report: PushReport) -> PushReport {
    let rows = report.rows.into_iter().filter(|row| !matches!(row.outcome, PushOutcome::Goes(_)));
    PushReport { rows: rows.collect(), failed: None }
}
