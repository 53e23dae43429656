//! Draws the form for many secrets: fields, and what would come of them.

use std::collections::BTreeSet;

use ratatui::layout::{Position, Rect};

use super::{BulkOperation, BulkTarget, Kind, ManyForm, title};
use crate::domain::grouped;
use crate::tui::action::Action;
use crate::tui::kit::canvas::Canvas;
use crate::tui::kit::panel::centred;
use crate::tui::kit::plan_box::draw_outlook;
use crate::tui::kit::rows::below;
use crate::tui::layer::Layer;
use crate::tui::theme::Role;
use crate::vault::bulk_wording::{self, NOTHING_CHANGED};
use crate::vault::import_wording::Tense;
use crate::vault::wording::count;
use crate::vault::{BulkPlan, BulkRequest};

/// Rows for what comes of it.
const PLAN_ROWS: u16 = 6;

pub(super) fn draw(form: &ManyForm, canvas: &mut Canvas<'_>) -> Option<Position> {
    let theme = canvas.theme();
    let fields = &form.form;
    let area = centred(canvas.body(), 72, fields.rows() + PLAN_ROWS + 5);
    let title = format!("{} {} {}", title_of(form.kind), theme.glyphs.dot, subject(&form.targets));
    let inside = canvas.dialog(area, &title, "");
    let cursor = fields.draw(canvas, below(inside, 1), true);
    let row = 2 + fields.rows();
    canvas.divider(area, row + 1, "After this", "");
    let left = below(inside, row + 1);
    let key = canvas.keymap().key_for(&form.contexts(), Action::Submit);
    let way = key.map_or_else(String::new, |key| format!(": {} shows all", key.shown(&theme.glyphs)));
    draw_outlook(canvas, left, &form.outlook, None, |plan| told(form, plan, &way, left));
    cursor
}

const fn title_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Move => title(&BulkOperation::Move(None)),
        Kind::RenameFolder => "Rename folder",
        Kind::Tags => "Tags",
        Kind::Label => "Stage label",
    }
}

fn subject(targets: &[BulkTarget]) -> String {
    match targets {
        [one] => one.as_str().to_owned(),
        many => count(many.len() as u64, "secret"),
    }
}

/// A summary, and as many secrets as there is room for: `way` says how to see all.
fn told(form: &ManyForm, plan: &BulkPlan, way: &str, area: Rect) -> Vec<(String, Role)> {
    let Ok(BulkRequest { targets, operation, .. }) = form.request() else {
        return Vec::new();
    };
    let refusals = plan.steps.iter().filter_map(|step| step.plan.as_ref().err()).map(ToString::to_string);
    // Many secrets may be refused for one and the same reason.
    let obstacles: BTreeSet<String> = refusals.collect();
    if !obstacles.is_empty() {
        return obstacles.into_iter().map(|refusal| (refusal, Role::Danger)).collect();
    }
    if plan.changes() == 0 {
        return vec![(NOTHING_CHANGED.to_owned(), Role::Muted)];
    }
    let mut lines =
        vec![(bulk_wording::summary(&operation, &targets, plan.changes(), Tense::Would), Role::Text)];
    let room = usize::from(area.height.saturating_sub(2));
    let steps = plan.steps.iter().filter_map(|step| Some((&step.name, step.plan.as_ref().ok()?)));
    let changes = steps.filter(|(_, plan)| plan.change().is_some());
    lines.extend(
        changes.take(room).map(|(name, plan)| (bulk_wording::step(&operation, name, plan), Role::Muted)),
    );
    if let Some(more) = plan.changes().checked_sub(room).filter(|more| *more > 0) {
        lines.push((format!("and {} more{way}", grouped(more as u64)), Role::Muted));
    }
    lines
}
