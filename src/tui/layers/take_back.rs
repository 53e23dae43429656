//! Undo and redo: what would be undone, and what comes of it.

use super::plan_layer::{PlanLayer, Planning, Step, Told};
use crate::domain::Timestamp;
use crate::tui::app::App;
use crate::tui::ask::{Answer, Failure, Part as _, Work};
use crate::tui::context::Context;
use crate::tui::glyphs::Glyphs;
use crate::tui::plan_text::{self, PlanLine};
use crate::tui::theme::Role;
use crate::tui::when;
use crate::vault::wording;
use crate::vault::{TakeBackPlan, VaultError};
use crate::versioning::{Direction, Refusal};

/// An undo or redo that waits for its Enter.
pub type TakeBack = PlanLayer<Newest>;

/// The newest change that can be undone or redone.
pub struct Newest(pub Direction);

impl Newest {
    /// Each change of a batch, those that do not come back as they were first.
    fn steps(&self, planned: &TakeBackPlan) -> Vec<PlanLine> {
        // An undo begins with the newest; they are read in the order in which they were made.
        let mut steps: Vec<_> = planned.steps.iter().collect();
        if self.0 == Direction::Undo {
            steps.reverse();
        }
        let mut lines = Vec::new();
        let mut whole = Vec::new();
        for step in steps {
            let line = PlanLine::told(wording::taken_back(step), Role::Text);
            let lost = wording::not_restored(&step.entry);
            if lost.is_empty() {
                whole.push(line);
            } else {
                lines.push(line);
                lines.extend(lost.into_iter().map(|text| PlanLine::told(format!("  {text}"), Role::Warning)));
            }
        }
        lines.append(&mut whole);
        lines
    }
}

impl Planning for Newest {
    type Plan = Box<TakeBackPlan>;

    const NAME: &'static str = "undo";

    fn title(&self, _glyphs: &Glyphs) -> String {
        match self.0 {
            Direction::Undo => "Undo",
            Direction::Redo => "Redo",
        }
        .to_owned()
    }

    fn contexts(&self) -> &'static [Context] {
        &[Context::Plan, Context::Lists]
    }

    fn look(&self) -> Step {
        Step::Work(Work::PlanTakeBack { direction: self.0 })
    }

    fn plan_of(&mut self, answer: Answer) -> Option<Box<TakeBackPlan>> {
        Box::<TakeBackPlan>::of(answer)
    }

    fn make(&self, planned: &Box<TakeBackPlan>) -> Option<Step> {
        Some(Step::Work(Work::TakeBack { direction: self.0, newest: planned.newest }))
    }

    fn tell(&self, planned: &Box<TakeBackPlan>, app: &App) -> Told {
        let lines = match planned.steps.as_slice() {
            [step] => {
                let change = step.change.as_ref();
                change.map_or_else(Vec::new, |change| plan_text::lines(change, &app.theme.glyphs))
            }
            _ => self.steps(planned),
        };
        Told { sentences: told(planned, app.wall), lines }
    }

    fn outdated(&self, failure: &Failure) -> Option<&'static str> {
        matches!(failure, Failure::Vault(VaultError::Refused(Refusal::VaultChanged)))
            .then_some("The vault changed in another program; the plan below is updated.")
    }
}

fn told(planned: &TakeBackPlan, now: Timestamp) -> Vec<(String, Role)> {
    let mut sentences = Vec::new();
    if planned.steps.len() > 1 {
        let count = wording::count(planned.steps.len() as u64, "change");
        sentences.push((format!("{count} that were made together:"), Role::Text));
    }
    if let [step] = planned.steps.as_slice() {
        sentences.push((wording::taken_back(step), Role::Text));
    }
    if let Some(step) = planned.steps.first() {
        let entry = &step.entry;
        let age = when::ago(entry.time, now);
        sentences.push((format!("{age}, from the {}", wording::origin(entry.origin)), Role::Muted));
    }
    if let [step] = planned.steps.as_slice() {
        match &step.change {
            Some(change) => {
                let planned = change.planned_deletion.as_ref().and_then(|shift| shift.after);
                match planned {
                    Some(planned) => sentences.push((
                        format!(
                            "will be scheduled for deletion on {}; U restores it",
                            plan_text::date(planned)
                        ),
                        Role::Text,
                    )),
                    None => sentences
                        .extend(wording::planned_facts(change).into_iter().map(|fact| (fact, Role::Text))),
                }
            }
            None => sentences.push((wording::NOTHING_TO_CHANGE.to_owned(), Role::Muted)),
        }
    }
    if let [step] = planned.steps.as_slice() {
        sentences.extend(wording::not_restored(&step.entry).into_iter().map(|text| (text, Role::Warning)));
    }
    sentences
}
