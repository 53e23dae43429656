//! The plan of an operation on many secrets: it names every secret.

use super::plan_layer::{Did, PlanLayer, Planning, Step, Told};
use crate::domain::Timestamp;
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::ask::{Answer, Failure, Part as _, Work};
use crate::tui::context::Context;
use crate::tui::glyphs::Glyphs;
use crate::tui::plan_text::{self, PlanLine};
use crate::tui::theme::Role;
use crate::tui::when;
use crate::vault::bulk_wording::{self, NOTHING_CHANGED};
use crate::vault::import_wording::Tense;
use crate::vault::{BulkPlan, BulkRequest, VaultError};
use crate::versioning::{BulkOperation, Deletion, Refusal};

/// What is said where another process was faster.
const CHANGED_MEANWHILE: &str = "These secrets changed in another program; the plan below is updated.";

/// An operation on many secrets that waits for its Enter.
pub type ManyPlan = PlanLayer<ManyChanges>;

/// An operation on many secrets.
pub struct ManyChanges(pub BulkRequest);

impl ManyChanges {
    const fn is_deletion(&self) -> bool {
        matches!(self.0.operation, BulkOperation::Delete(_))
    }

    /// Makes the window of a deletion longer or shorter, within what may be.
    fn lengthen(&mut self, days: i32) -> Did {
        if let BulkOperation::Delete(deletion) = &mut self.0.operation
            && let Some(wanted) = deletion.longer_by(days)
        {
            *deletion = wanted;
            return Did::Plan;
        }
        Did::Nothing
    }

    /// What all of it does, and what holds for all.
    fn sentences(&self, plan: &BulkPlan, now: Timestamp) -> Vec<(String, Role)> {
        let BulkRequest { targets, operation, .. } = &self.0;
        let (obstacles, changes) = (obstacles(plan), plan.changes());
        let mut sentences = vec![match (obstacles, changes) {
            (0, 0) => (first_upper(NOTHING_CHANGED), Role::Muted),
            (0, changes) => {
                let would = bulk_wording::summary(operation, targets, changes, Tense::Would);
                (format!("This will {would}."), Role::Text)
            }
            (obstacles, _) => {
                (format!("Can't be done for {obstacles} of {}:", plan.steps.len()), Role::Danger)
            }
        }];
        if let (BulkOperation::Delete(Deletion::Window(days)), 0) = (operation, obstacles) {
            let until = now.plus_days(*days);
            let (date, days) = (plan_text::date(until), when::in_days(i64::from(*days)));
            let (they, their) = if changes == 1 { ("it", "its") } else { ("they", "their") };
            let text = format!(
                "Until {date} ({days}) {they} can be restored, and {their} values can't be read or changed."
            );
            sentences.push((text, Role::Text));
        }
        sentences
    }

    /// A line for each secret, what is in the way first.
    fn lines(&self, plan: &BulkPlan) -> Vec<PlanLine> {
        let refused = plan.steps.iter().filter_map(|step| step.plan.as_ref().err());
        let refused = refused.map(|refusal| PlanLine::told(refusal.to_string(), Role::Danger));
        let steps = plan.steps.iter().filter_map(|step| Some((&step.name, step.plan.as_ref().ok()?)));
        let steps = steps.map(|(name, plan)| {
            let role = if plan.change().is_some() { Role::Text } else { Role::Muted };
            PlanLine::told(bulk_wording::step(&self.0.operation, name, plan), role)
        });
        refused.chain(steps).collect()
    }
}

fn obstacles(plan: &BulkPlan) -> usize {
    plan.steps.iter().filter(|step| step.plan.is_err()).count()
}

impl Planning for ManyChanges {
    type Plan = Box<BulkPlan>;

    const NAME: &'static str = "many plan";

    fn title(&self, _glyphs: &Glyphs) -> String {
        title(&self.0.operation).to_owned()
    }

    fn contexts(&self) -> &'static [Context] {
        if self.is_deletion() {
            &[Context::ManyDeletion, Context::Question, Context::Lists]
        } else {
            &[Context::Plan, Context::Lists]
        }
    }

    fn look(&self) -> Step {
        Step::Work(Work::PlanBulk(Box::new(self.0.clone())))
    }

    fn plan_of(&mut self, answer: Answer) -> Option<Box<BulkPlan>> {
        Box::<BulkPlan>::of(answer)
    }

    fn make(&self, plan: &Box<BulkPlan>) -> Option<Step> {
        let is_doable = plan.changes() > 0 && obstacles(plan) == 0;
        let request = BulkRequest { expected: Some(plan.token), ..self.0.clone() };
        is_doable.then(|| Step::Work(Work::ChangeMany(Box::new(request))))
    }

    fn tell(&self, plan: &Box<BulkPlan>, app: &App) -> Told {
        Told { sentences: self.sentences(plan, app.wall), lines: self.lines(plan) }
    }

    /// A deletion asks, with Cancel first.
    fn answers(&self) -> Option<(&'static str, &'static str)> {
        self.is_deletion().then_some(("Cancel", "Schedule"))
    }

    fn act(&mut self, action: Action, _plan: Option<&Box<BulkPlan>>, _line: usize, _app: &mut App) -> Did {
        match action {
            Action::LongerWindow => self.lengthen(1),
            Action::ShorterWindow => self.lengthen(-1),
            _ => Did::Nothing,
        }
    }

    fn outdated(&self, failure: &Failure) -> Option<&'static str> {
        matches!(failure, Failure::Vault(VaultError::Refused(Refusal::VaultChanged)))
            .then_some(CHANGED_MEANWHILE)
    }
}

/// How a dialog about an operation is called.
pub const fn title(operation: &BulkOperation) -> &'static str {
    match operation {
        BulkOperation::Move(_) => "Move",
        BulkOperation::RenameFolder(_) => "Rename folder",
        BulkOperation::Delete(_) => "Schedule the deletion",
        BulkOperation::Restore => "Restore",
        BulkOperation::Update(_) => "Tags",
        BulkOperation::Label(_) => "Stage label",
    }
}

/// Sentences of the app begin with a capital.
pub fn first_upper(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
