//! The plan of a pull: what was read there, and what bringing it in does here.

use super::many_plan::first_upper;
use super::plan_layer::{PlanLayer, Planning, Step, Told};
use crate::domain::Folder;
use crate::engine::Patterns;
use crate::tui::app::App;
use crate::tui::ask::{Answer, Failure, Part as _, Work};
use crate::tui::context::Context;
use crate::tui::engine_text;
use crate::tui::glyphs::Glyphs;
use crate::tui::jobs::{Done, EngineDone, EngineJob, Job, Target};
use crate::tui::layer::{Flow, Gift};
use crate::tui::plan_text;
use crate::tui::theme::Role;
use crate::vault::import_wording::{self, Tense};
use crate::vault::{ImportReport, OnRefusal};

/// A pull that waits for its Enter.
pub type PullPlan = PlanLayer<Pulling>;

pub struct Pulling {
    pub target: Target,
    pub patterns: Patterns,
    pub folder: Option<Folder>,
    /// Whether the vault changed since the plan that was shown before.
    pub is_updated: bool,
    /// Whether another dialog shows what was read from now on.
    pub is_handed_on: bool,
}

impl Pulling {
    fn again(&self) -> Self {
        let (target, patterns, folder) =
            (self.target.duplicate(), self.patterns.clone(), self.folder.clone());
        Self { target, patterns, folder, is_updated: true, is_handed_on: false }
    }
}

impl Planning for Pulling {
    type Plan = ImportReport;

    const NAME: &'static str = "pull plan";

    fn title(&self, glyphs: &Glyphs) -> String {
        format!("Pull {} {}", glyphs.dot, self.target.remote)
    }

    fn contexts(&self) -> &'static [Context] {
        &[Context::Question, Context::Lists]
    }

    fn look(&self) -> Step {
        let Self { target, patterns, folder, .. } = self;
        Step::Job(Job::Engine(EngineJob::PlanPull {
            target: target.duplicate(),
            patterns: patterns.clone(),
            folder: folder.clone(),
        }))
    }

    fn plan_of(&mut self, answer: Answer) -> Option<ImportReport> {
        match *Box::<Done>::of(answer)? {
            Done::Engine(EngineDone::PullPlanned { report, .. }) => Some(report),
            _ => None,
        }
    }

    fn make(&self, report: &ImportReport) -> Option<Step> {
        report.changes_anything().then_some(Step::Job(Job::Engine(EngineJob::Pull)))
    }

    fn tell(&self, report: &ImportReport, _app: &App) -> Told {
        let mut sentences = Vec::new();
        if self.is_updated {
            let text =
                "The vault changed in another program: nothing was pulled, and the plan below is updated.";
            sentences.push((text.to_owned(), Role::Warning));
        }
        let summary = import_wording::summary(report, Tense::Would, OnRefusal::LeaveOut);
        sentences.push((first_upper(&summary) + ".", Role::Text));
        Told { sentences, lines: plan_text::of_import(report) }
    }

    fn answers(&self) -> Option<(&'static str, &'static str)> {
        Some(("Cancel", "Pull"))
    }

    /// The worker looks itself, and answers with another plan.
    fn outdated(&self, _failure: &Failure) -> Option<&'static str> {
        None
    }

    fn made(&mut self, answer: Answer, app: &mut App) -> Flow {
        let done = Box::<Done>::of(answer).map(|done| *done);
        let Some(Done::Engine(done)) = done else { return Flow::Done };
        match done {
            EngineDone::PullPlanned { report, .. } => {
                self.is_handed_on = true;
                Flow::Replace(Box::new(PullPlan::of(self.again(), report, app)))
            }
            done => {
                let (tone, text) = engine_text::done(&done);
                app.say(tone, text);
                Flow::Give(Gift::Changed)
            }
        }
    }

    fn close(&mut self, app: &mut App) {
        if !self.is_handed_on {
            app.asks.work(Work::ForgetIncoming);
        }
    }
}
