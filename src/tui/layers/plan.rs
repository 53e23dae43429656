//! The plan of a change: what it will do to one secret.

use super::plan_layer::{Did, PlanLayer, Planning, Step, Told};
use super::tasks;
use crate::domain::Timestamp;
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::ask::{Answer, Failure, Part as _, Work};
use crate::tui::change_request::ChangeRequest;
use crate::tui::context::Context;
use crate::tui::glyphs::Glyphs;
use crate::tui::layer::Flow;
use crate::tui::plan_text;
use crate::tui::theme::Role;
use crate::tui::when;
use crate::vault::wording;
use crate::vault::{DeleteRequest, Planned, VaultError};
use crate::versioning::{Change, Refusal};

/// What is said where another process was faster.
pub const CHANGED_MEANWHILE: &str = "This secret changed in another program; the plan below is updated.";

/// A change that waits for its Enter.
pub type Plan = PlanLayer<OneChange>;

/// A change to one secret.
pub struct OneChange {
    pub title: String,
    pub request: ChangeRequest,
}

impl OneChange {
    const fn is_deletion(&self) -> bool {
        matches!(self.request, ChangeRequest::Delete(_))
    }

    /// Makes the window of a deletion longer or shorter, within what may be.
    fn lengthen(&mut self, days: i32) -> Did {
        if let ChangeRequest::Delete(DeleteRequest { deletion, .. }) = &mut self.request
            && let Some(wanted) = deletion.longer_by(days)
        {
            *deletion = wanted;
            return Did::Plan;
        }
        Did::Nothing
    }

    /// What the lines of labels do not say.
    fn sentences(&self, change: Option<&Change>, now: Timestamp) -> Vec<(String, Role)> {
        match (change, &self.request) {
            (None, _) => vec![(wording::NOTHING_TO_CHANGE.to_owned(), Role::Muted)],
            (Some(change), ChangeRequest::Delete(_)) => {
                let planned = change.planned_deletion.as_ref().and_then(|shift| shift.after);
                planned.map_or_else(Vec::new, |planned| window(planned, now))
            }
            (Some(_), ChangeRequest::Restore(_)) => vec![(
                "The deletion is cancelled; versions and labels stay as they are.".to_owned(),
                Role::Text,
            )],
            (Some(_), _) => Vec::new(),
        }
    }
}

fn window(planned: Timestamp, now: Timestamp) -> Vec<(String, Role)> {
    let days = when::in_days(planned.seconds_since(now) / Timestamp::DAY);
    let until = plan_text::date(planned);
    let restorable = format!("Until {until} ({days}) it can be restored with every version and label.");
    let kept = "Until then its values can't be read or changed.".to_owned();
    [restorable, kept].map(|sentence| (sentence, Role::Text)).into()
}

impl Planning for OneChange {
    type Plan = Box<Planned>;

    const NAME: &'static str = "plan";

    fn title(&self, glyphs: &Glyphs) -> String {
        format!("{} {} {}", self.title, glyphs.dot, self.request.name())
    }

    fn contexts(&self) -> &'static [Context] {
        if self.is_deletion() {
            &[Context::Deletion, Context::Question]
        } else {
            &[Context::Plan, Context::Lists]
        }
    }

    fn look(&self) -> Step {
        Step::Work(Work::PlanChange { request: self.request.clone() })
    }

    fn plan_of(&mut self, answer: Answer) -> Option<Box<Planned>> {
        Box::<Planned>::of(answer)
    }

    fn make(&self, planned: &Box<Planned>) -> Option<Step> {
        Some(Step::Work(Work::Change(self.request.clone().expecting(planned.token))))
    }

    fn tell(&self, planned: &Box<Planned>, app: &App) -> Told {
        let change = planned.plan.change();
        Told {
            sentences: self.sentences(change, app.wall),
            lines: change.map_or_else(Vec::new, |change| plan_text::lines(change, &app.theme.glyphs)),
        }
    }

    /// A deletion asks, with Cancel first.
    fn answers(&self) -> Option<(&'static str, &'static str)> {
        self.is_deletion().then_some(("Cancel", "Schedule"))
    }

    fn act(&mut self, action: Action, _plan: Option<&Box<Planned>>, _line: usize, app: &mut App) -> Did {
        match action {
            Action::LongerWindow => self.lengthen(1),
            Action::ShorterWindow => self.lengthen(-1),
            Action::ForceDelete if self.is_deletion() => {
                Did::Flow(match tasks::force_delete(self.request.name().clone(), app) {
                    Some(layer) => Flow::Replace(layer),
                    None => Flow::Close,
                })
            }
            _ => Did::Nothing,
        }
    }

    fn outdated(&self, failure: &Failure) -> Option<&'static str> {
        matches!(failure, Failure::Vault(VaultError::Refused(Refusal::Changed { .. })))
            .then_some(CHANGED_MEANWHILE)
    }
}
