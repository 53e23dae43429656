//! Draws the form, and below it what will come of it.

use ratatui::layout::{Position, Rect};

use super::{Field, FileRead, Forecast, Purpose, PutForm, Source, missing};
use crate::content::{json_fault, looks_like_json};
use crate::domain::StageLabel;
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::context::Context;
use crate::tui::glyphs::Glyphs;
use crate::tui::keymap::Keymap;
use crate::tui::kit::canvas::Canvas;
use crate::tui::kit::form::{CONTENT, Id, Look};
use crate::tui::kit::label_field::LabelField;
use crate::tui::kit::line::wrapped;
use crate::tui::kit::panel::centred;
use crate::tui::kit::plan_box::draw_lines;
use crate::tui::kit::rows::{Rows, below};
use crate::tui::layout;
use crate::tui::paste::LineEnds;
use crate::tui::plan_text::{self, PlanLine};
use crate::tui::theme::{Role, Theme};
use crate::tui::when;
use crate::vault::wording;
use crate::versioning::Refusal;

/// The column in which the fields begin, as in every form.
const LABEL: u16 = CONTENT;

/// The columns of the form.
const USUAL: u16 = 84;
/// Its columns where a line is longer than fits.
const WIDE: u16 = 104;
/// The columns of a line that fits beside its number and the position.
const LONG: usize = 52;

/// A line below a field.
struct Remark {
    field: Option<Field>,
    lines: Vec<(String, Role)>,
}

/// What the fields need, and the room that is left to the value.
struct Measures {
    columns: u16,
    remark: Remark,
    plan: Vec<PlanRow>,
    labels_help: Vec<(String, Role)>,
    /// The rows of everything but the value.
    fixed: u16,
    value_rows: u16,
}

impl Measures {
    fn of(form: &PutForm, theme: &Theme, keymap: &Keymap, body: Rect) -> Self {
        let columns = body.width.min(columns(form));
        // What is about no field stands in the place of the plan, which is wider.
        let is_apart = form.remark.is_none()
            && matches!(form.forecast, Forecast::Failed(_) | Forecast::Refused { field: None, .. });
        let margin = if is_apart { 6 } else { LABEL + 4 };
        let mut measures = Self {
            columns,
            remark: remark(form, keymap, columns.saturating_sub(margin)),
            plan: plan_lines(form, &theme.glyphs),
            labels_help: labels_help(form, columns.saturating_sub(LABEL + 3)),
            fixed: 0,
            value_rows: 0,
        };
        let plan_rows = u16::try_from(measures.plan.len()).unwrap_or(u16::MAX).clamp(2, 8);
        let apart = if measures.remark.field.is_none() { measures.remark.lines.len() } else { 0 };
        // Everything but the value; what is left is the value's, two lines at least.
        let fields = form.form.rows_with(&|id| look_of(form, id, &measures, theme, keymap));
        measures.fixed = fields + u16::try_from(apart).unwrap_or(u16::MAX) + plan_rows + 3;
        if form.source() != Source::File {
            let room = body.height.saturating_sub(measures.fixed).max(1);
            let lines = u16::try_from(form.value().split('\n').count()).unwrap_or(u16::MAX);
            measures.value_rows = lines.max(2).min(room);
        }
        measures
    }
}

/// How many rows the value takes on the screen.
pub fn value_rows(form: &PutForm, app: &App) -> u16 {
    Measures::of(form, &app.theme, &app.keymap, layout::areas(app.size).body).value_rows
}

/// Wider for lines that would not fit.
fn columns(form: &PutForm) -> u16 {
    let longest = form.value().split('\n').map(|line| line.len().min(LONG + 1)).max();
    if form.line_ends().is_some() && longest.is_some_and(|longest| longest > LONG) { WIDE } else { USUAL }
}

pub fn draw(form: &PutForm, canvas: &mut Canvas<'_>) -> Option<Position> {
    let (theme, keymap, body) = (canvas.theme(), canvas.keymap(), canvas.body());
    let measures = Measures::of(form, theme, keymap, body);
    let usual = form.form.rows_with(&|id| usual_of(form, id)) + 9;
    let area = placed(body, measures.columns, measures.fixed + measures.value_rows, usual);
    let inside = canvas.dialog(area, &title(form, theme), "");
    let look = |id| look_of(form, id, &measures, theme, keymap);
    let row = form.form.rows_with(&look);
    canvas.divider(area, row + 1, "After this", "");
    let cursor = form.form.draw_with(canvas, Rows::of(inside).take(row), !form.is_storing(), &look);
    let left = below(inside, row + 1);
    let dimmed = form.is_pending().then(|| theme.style(Role::Muted));
    let Measures { remark, plan, .. } = &measures;
    if remark.field.is_none() && !remark.lines.is_empty() {
        for (row, (text, role)) in (0..).zip(&remark.lines) {
            canvas.pen(left, row).skip(2).text(text, theme.style(*role));
        }
    } else {
        draw_plan(plan, dimmed, canvas, left);
    }
    cursor
}

/// How many rows a field takes without anything below it; those of the value depend on the room.
fn usual_of(form: &PutForm, id: Id) -> Look {
    let rows = if id == Field::Value.id() {
        Some(0)
    } else if id == Field::Tags.id() {
        let lines = form.text(Field::Tags).split('\n').count();
        Some(u16::try_from(lines).unwrap_or(u16::MAX).min(3))
    } else {
        None
    };
    Look { rows, ..Look::default() }
}

fn look_of(form: &PutForm, id: Id, measures: &Measures, theme: &Theme, keymap: &Keymap) -> Look {
    let mut look = usual_of(form, id);
    let Some(field) = Field::ALL.into_iter().find(|field| field.id() == id) else {
        return look;
    };
    match field {
        Field::Value => {
            look.rows = Some(measures.value_rows);
            look.placeholder = way_to_current_value(form, keymap);
        }
        Field::VersionId => look.placeholder = way_to_free_id(form, keymap),
        _ => {}
    }
    look.side = side_note(form, field, &theme.glyphs.between());
    if matches!(field, Field::Value | Field::File) {
        look.below = notes(form, &theme.glyphs);
    }
    if field == Field::Stages && form.focus() == Field::Stages {
        look.below.extend(measures.labels_help.iter().cloned());
    }
    if measures.remark.field == Some(field) {
        look.below.extend(measures.remark.lines.iter().cloned());
    }
    look
}

fn title(form: &PutForm, theme: &Theme) -> String {
    match &form.purpose {
        Purpose::Put { secret } => format!("Put a value {} {}", theme.glyphs.dot, secret.name),
        Purpose::New => "New secret".to_owned(),
    }
}

/// What labels mean, for whoever chooses some.
fn labels_help(form: &PutForm, columns: u16) -> Vec<(String, Role)> {
    let mut known: Vec<&str> = form.custom_labels().into_iter().map(StageLabel::as_str).collect();
    known.sort_unstable();
    if known.is_empty() {
        known.push("canary");
    }
    let chips = || form.stages().into_iter().flat_map(LabelField::chips);
    known.retain(|label| chips().all(|(chosen, _)| chosen.as_str() != *label));
    let can_remove = chips().any(|(_, can_be)| can_be);
    let removes = if can_remove { "Backspace removes, type" } else { "Type" };
    let examples =
        if known.is_empty() { " a label of your own".to_owned() } else { format!(": {}", known.join(", ")) };
    let text = format!("{} {removes} to add{examples}", wording::BUILT_IN_LABELS);
    wrapped(&text, columns).into_iter().map(|line| (line, Role::Hint)).collect()
}

/// What stands at the right end of a field.
fn side_note(form: &PutForm, field: Field, between: &str) -> String {
    match field {
        Field::VersionId if form.is_suggested => "suggested".to_owned(),
        Field::Value if !form.value().is_empty() && form.line_ends().is_none() => {
            let strength = form.strength.map(|bits| format!("{between}{bits:.1} bits"));
            format!("{}{}", when::bytes(form.value().len() as u64), strength.unwrap_or_default())
        }
        Field::Value => match form.form.line_of_lines(field.id()) {
            (_, 1) => String::new(),
            (line, lines) => format!("{line}/{lines}"),
        },
        _ => String::new(),
    }
}

/// What stands below the value.
fn notes(form: &PutForm, glyphs: &Glyphs) -> Vec<(String, Role)> {
    if form.source() == Source::File {
        return file_notes(form, glyphs);
    }
    let lines = form.line_ends().map(|ends| (lines_note(form.value(), ends), Role::Hint));
    lines.into_iter().chain(json_note(form.value())).collect()
}

/// Whether a text that looks like JSON is.
fn json_note(text: &str) -> Option<(String, Role)> {
    looks_like_json(text).then(|| match json_fault(text.as_bytes()) {
        None => ("JSON: ok".to_owned(), Role::Hint),
        Some(fault) => (format!("JSON: {fault}"), Role::Warning),
    })
}

fn file_notes(form: &PutForm, glyphs: &Glyphs) -> Vec<(String, Role)> {
    let mut notes = Vec::new();
    match &form.file {
        _ if form.file_asked.is_asked() => {
            notes.push((format!("reading{}", glyphs.ellipsis), Role::Hint));
        }
        FileRead::Known(content) => {
            let text = std::str::from_utf8(content.value.expose()).ok();
            let ends = text.and_then(|text| Some((text, LineEnds::of(text)?)));
            let size = match ends {
                Some((text, ends)) if content.why_binary.is_none() => lines_note(text, ends),
                _ => when::bytes(content.value.len() as u64),
            };
            let kind = content.kind.map(|kind| format!("{}{kind}", glyphs.between()));
            notes.push((format!("{size}{}", kind.unwrap_or_default()), Role::Hint));
            let why = content.why_binary.map(|why| format!("{why}: it will be stored as binary"));
            notes.extend(why.map(|why| (why, Role::Warning)));
        }
        FileRead::Nothing | FileRead::Failed(_) => {}
    }
    notes
}

/// Size and line ends of several lines.
fn lines_note(text: &str, ends: LineEnds) -> String {
    let ends = ends.as_str();
    let last = if text.ends_with('\n') { ", final newline" } else { "" };
    let lines = when::count(text.lines().count(), "line");
    format!("{}, {lines}, {ends}{last}", when::bytes(text.len() as u64))
}

/// The form grows downwards while it can, so that its fields stand still under the eye.
fn placed(body: Rect, columns: u16, rows: u16, usual_rows: u16) -> Rect {
    let area = centred(body, columns, rows);
    let top = centred(body, columns, usual_rows).y;
    Rect { y: top.min(body.bottom() - area.height), ..area }
}

/// The refusal beside the field that causes it, with the one key that gets out of it.
fn remark(form: &PutForm, keymap: &Keymap, columns: u16) -> Remark {
    let mut lines = Vec::new();
    let mut add = |text: &str, role| {
        lines.extend(wrapped(text, columns).into_iter().map(|line| (line, role)));
    };
    let mut field = None;
    if let Some((at, text)) = &form.remark {
        field = Some(*at);
        add(text, Role::Warning);
    }
    if !form.is_pending() {
        match &form.forecast {
            Forecast::Refused { field: at, refusal } => {
                field = at.or(field);
                add(&refusal.to_string(), Role::Danger);
                add(&way_out(form, *at, refusal, keymap), Role::Muted);
            }
            Forecast::Failed(failure) => {
                add(&failure.sentence(), Role::Danger);
                add(&failure.hint(), Role::Muted);
            }
            // Between two keys of a completion a path leads nowhere, and nobody needs to be told.
            Forecast::Wrong(Field::File, _) if !form.form.path_choices(Field::File.id()).is_empty() => {}
            Forecast::Wrong(at, sentence) => {
                field = Some(*at);
                add(sentence, Role::Danger);
            }
            Forecast::Nothing | Forecast::Missing(_) | Forecast::Apply { .. } | Forecast::Unchanged(_) => {}
        }
    }
    Remark { field, lines }
}

fn way_out(form: &PutForm, field: Option<Field>, refusal: &Refusal, keymap: &Keymap) -> String {
    match field {
        Some(Field::VersionId) => way_to_free_id(form, keymap).unwrap_or_else(|| refusal.hint()),
        Some(Field::Name) if matches!(refusal, Refusal::NameInWindow { .. }) => {
            "choose another name, or restore that secret: . lists it, U restores it".to_owned()
        }
        None if matches!(refusal, Refusal::InDeleteWindow { .. }) => {
            "restore it first: Esc closes this form, then U restores the secret".to_owned()
        }
        Some(Field::Name) => "choose another name, or add a version to that secret with p".to_owned(),
        _ => refusal.hint(),
    }
}

fn way_to_free_id(form: &PutForm, keymap: &Keymap) -> Option<String> {
    let key = keymap.key_for(&[Context::PutForm], Action::TakeFreeId)?;
    Some(format!("{key} uses the next free id, {}", form.free_id()))
}

fn way_to_current_value(form: &PutForm, keymap: &Keymap) -> Option<String> {
    let current = form.current()?;
    let key = keymap.key_for(&[Context::PutForm], Action::TakeCurrentValue)?;
    Some(format!("{key} takes the value of {current} to edit it"))
}

enum PlanRow {
    Line(PlanLine),
    Sentence(String, Role),
}

/// What will come of the form, line by line.
fn plan_lines(form: &PutForm, glyphs: &Glyphs) -> Vec<PlanRow> {
    if form.is_storing() {
        return vec![PlanRow::Sentence(format!("storing{}", glyphs.ellipsis), Role::Muted)];
    }
    match &form.forecast {
        Forecast::Nothing if form.is_pending() => {
            vec![PlanRow::Sentence(format!("planning{}", glyphs.ellipsis), Role::Muted)]
        }
        Forecast::Nothing => Vec::new(),
        Forecast::Missing(field) => {
            vec![PlanRow::Sentence(missing(*field).to_owned(), Role::Muted)]
        }
        Forecast::Unchanged(version) => vec![PlanRow::Sentence(
            format!("{version} already holds this value: nothing will change"),
            Role::Warning,
        )],
        Forecast::Apply { change, same_value_as, exceeds_kms_limit } => {
            let mut rows: Vec<PlanRow> =
                plan_text::lines(change, glyphs).into_iter().map(PlanRow::Line).collect();
            if let Some(version) = same_value_as {
                rows.push(PlanRow::Sentence(wording::same_value_as(version), Role::Warning));
            }
            if *exceeds_kms_limit {
                rows.push(PlanRow::Sentence(wording::larger_than_kms_accepts(), Role::Warning));
            }
            let labels = change.labels.iter().flat_map(|labels| labels.after.iter());
            let is_taken =
                |label: &&StageLabel| form.stages().is_some_and(|stages| stages.taken().contains(label));
            let warnings =
                labels.map(|(label, _)| label).filter(is_taken).filter_map(wording::looks_built_in);
            rows.extend(warnings.map(|sentence| PlanRow::Sentence(sentence, Role::Warning)));
            rows
        }
        Forecast::Refused { .. } | Forecast::Wrong(..) => {
            vec![PlanRow::Sentence("Can't be stored (see above)".to_owned(), Role::Muted)]
        }
        Forecast::Failed(_) => Vec::new(),
    }
}

fn draw_plan(rows: &[PlanRow], dimmed: Option<ratatui::style::Style>, canvas: &mut Canvas<'_>, area: Rect) {
    let theme = canvas.theme();
    let lines: Vec<PlanLine> = rows
        .iter()
        .filter_map(|row| match row {
            PlanRow::Line(line) => Some(line.clone()),
            PlanRow::Sentence(..) => None,
        })
        .collect();
    let mut row = draw_lines(canvas, area, &lines, dimmed);
    for plan_row in rows {
        if let PlanRow::Sentence(text, role) = plan_row {
            let style = dimmed.unwrap_or_else(|| theme.style(*role));
            canvas.pen(area, row).skip(2).text(text, style);
            row += 1;
        }
    }
}
