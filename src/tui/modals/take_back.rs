//! Undo and redo: what would be taken back and what comes of it; Enter does it.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::history::History;
use super::plan_view::{draw_lines, draw_refusal};
use crate::domain::Timestamp;
use crate::tui::action::Action;
use crate::tui::effect::{Effect, Work};
use crate::tui::keymap::Keymap;
use crate::tui::layout;
use crate::tui::plan_text::{self, PlanLine};
use crate::tui::state::{Modal, State, Tone, Waiting};
use crate::tui::theme::{Role, Theme};
use crate::tui::when;
use crate::tui::widgets::footer;
use crate::tui::widgets::line::{LinePen, wrapped};
use crate::tui::widgets::panel::{Title, centred, draw_modal};
use crate::vault::wording;
use crate::vault::{TakeBackOutcome, TakeBackPlan, VaultError};
use crate::versioning::{Direction, Refusal};

/// How many changes of a batch are named one by one.
const NAMED: usize = 5;

/// An undo or redo that waits for its Enter.
pub struct TakeBackPane {
    direction: Direction,
    revision: u64,
    planned: Option<Result<Box<TakeBackPlan>, VaultError>>,
    remark: Option<&'static str>,
}

impl TakeBackPane {
    /// Opens the pane; the plan comes from the worker.
    pub fn open(state: &mut State, direction: Direction, effects: &mut Vec<Effect>) {
        let revision = state.next_revision();
        effects.push(Effect::Work(Work::PlanTakeBack { revision, direction }));
        let pane = Self { direction, revision, planned: None, remark: None };
        state.modals.push(Modal::TakeBack(Box::new(pane)));
    }

    /// Whether Enter would do anything.
    pub const fn is_possible(&self) -> bool {
        matches!(self.planned, Some(Ok(_)))
    }

    /// Acts on a key.
    pub fn act(state: &mut State, action: Action, effects: &mut Vec<Effect>) {
        let Some(Modal::TakeBack(pane)) = state.modals.last_mut() else {
            return;
        };
        match action {
            Action::Escape | Action::Back => {
                state.modals.pop();
            }
            Action::Enter if state.waiting.is_none() => {
                if let Some(Ok(planned)) = &pane.planned {
                    let work = Work::TakeBack { direction: pane.direction, newest: planned.newest };
                    state.waiting = Some((Waiting::Change, state.now));
                    effects.push(Effect::Work(work));
                }
            }
            _ => {}
        }
    }

    const fn title(&self) -> &'static str {
        match self.direction {
            Direction::Undo => "Undo",
            Direction::Redo => "Redo",
        }
    }

    /// What it is that is taken back, and what the lines of labels do not say.
    fn sentences(&self, now: Timestamp, theme: &Theme, columns: u16) -> Vec<(String, Role)> {
        let mut sentences = Vec::new();
        if let Some(remark) = self.remark {
            sentences.push((remark.to_owned(), Role::Warning));
        }
        match &self.planned {
            None => sentences.push((format!("planning{}", theme.glyphs.ellipsis), Role::Muted)),
            Some(Err(_)) => {}
            Some(Ok(planned)) => sentences.extend(told(planned, now)),
        }
        sentences
            .into_iter()
            .flat_map(|(text, role)| wrapped(&text, columns).into_iter().map(move |line| (line, role)))
            .collect()
    }

    fn lines(&self, theme: &Theme) -> Vec<PlanLine> {
        match &self.planned {
            Some(Ok(planned)) => match planned.steps.as_slice() {
                [step] => {
                    step.change.as_ref().map_or_else(Vec::new, |it| plan_text::lines(it, &theme.glyphs))
                }
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    /// Draws it.
    pub fn draw(
        &self,
        state: &State,
        theme: &Theme,
        keymap: &Keymap,
        buffer: &mut Buffer,
    ) -> Option<Position> {
        let body = layout::areas(state.size).body;
        let columns = body.width.min(72);
        let inner = columns.saturating_sub(6);
        let sentences = self.sentences(state.wall, theme, inner);
        let lines = self.lines(theme);
        let refusal_rows = match &self.planned {
            Some(Err(error)) => {
                wrapped(&error.to_string(), inner).len() + wrapped(&error.hint(), inner).len()
            }
            _ => 0,
        };
        let gap = usize::from(!lines.is_empty());
        let wanted = sentences.len() + gap + lines.len() + refusal_rows + 4;
        let area = centred(body, columns, u16::try_from(wanted).unwrap_or(u16::MAX));
        let inside = draw_modal(buffer, area, Title { text: self.title(), note: "" }, theme);
        let on_top = |modal: &Modal| matches!(modal, Modal::TakeBack(_));
        footer::draw_in_border(state, on_top, keymap, theme, buffer, area);
        let mut row = 1;
        for (text, role) in &sentences {
            LinePen::new(buffer, inside, row).skip(2).text(text, theme.style(*role));
            row += 1;
        }
        row += u16::from(!lines.is_empty());
        let below = Rect {
            y: inside.y + row.min(inside.height),
            height: inside.height.saturating_sub(row),
            ..inside
        };
        draw_lines(buffer, below, &lines, None, theme);
        if let Some(Err(error)) = &self.planned {
            draw_refusal(buffer, below, error, theme);
        }
        Some(Position::new(inside.x + 2, inside.y + 1))
    }
}

fn told(planned: &TakeBackPlan, now: Timestamp) -> Vec<(String, Role)> {
    let mut sentences = Vec::new();
    if planned.steps.len() > 1 {
        let count = wording::count(planned.steps.len() as u64, "change");
        sentences.push((format!("{count} that were made together:"), Role::Text));
    }
    for step in planned.steps.iter().take(NAMED) {
        sentences.push((wording::name_of(&step.entry), Role::Text));
    }
    if let Some(more) = planned.steps.len().checked_sub(NAMED).filter(|more| *more > 0) {
        sentences.push((format!("and {more} more"), Role::Text));
    }
    if let Some(step) = planned.steps.first() {
        let entry = &step.entry;
        let age = when::ago(entry.time, now);
        sentences.push((format!("{age}, from the {}", wording::origin(entry.origin)), Role::Muted));
    }
    if let [step] = planned.steps.as_slice() {
        match &step.change {
            Some(change) => {
                sentences.extend(wording::facts(change).into_iter().map(|fact| (fact, Role::Text)));
            }
            None => sentences.push(("it is so already: nothing will change".to_owned(), Role::Muted)),
        }
    }
    sentences
}

/// A plan came; one of an older question is dropped.
pub fn on_take_back_plan(state: &mut State, revision: u64, result: Result<Box<TakeBackPlan>, VaultError>) {
    for modal in &mut state.modals {
        if let Modal::TakeBack(pane) = modal
            && pane.revision == revision
        {
            pane.planned = Some(result);
            return;
        }
    }
}

/// The answer to an undo or redo.
pub fn on_taken_back(
    state: &mut State,
    result: Result<Box<TakeBackOutcome>, VaultError>,
    effects: &mut Vec<Effect>,
) {
    state.waiting = None;
    match result {
        Ok(outcome) => {
            state.modals.retain(|modal| !matches!(modal, Modal::TakeBack(_)));
            state.say(Tone::Done, plan_text::taken_back(&outcome));
            if let [step] = outcome.steps.as_slice()
                && let Some(name) = step.entry.secret.clone()
                && let Some(browse) = state.browse_mut()
            {
                // A renaming is taken back from one name to the other.
                let renamed = step.change.as_ref().and_then(|change| change.name.clone());
                browse.wish_secret(renamed.map_or(name, |shift| shift.after));
            }
            effects.push(Effect::Work(Work::List));
            History::read(state, effects);
        }
        Err(error) => refused(state, error, effects),
    }
}

/// Where somebody changed the vault meanwhile nothing was taken back, and the new plan is shown first.
fn refused(state: &mut State, error: VaultError, effects: &mut Vec<Effect>) {
    let revision = state.next_revision();
    let Some(Modal::TakeBack(pane)) = state.modals.last_mut() else {
        return state.say_failed(&error);
    };
    if !matches!(error, VaultError::Refused(Refusal::VaultChanged)) {
        pane.planned = Some(Err(error));
        return;
    }
    pane.revision = revision;
    pane.planned = None;
    pane.remark = Some("another process changed the vault meanwhile: this is the new plan");
    effects.push(Effect::Work(Work::PlanTakeBack { revision, direction: pane.direction }));
    effects.push(Effect::Work(Work::Refresh));
}
