//! Draws the form, and below it what will come of it.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::{Field, FileRead, Forecast, Purpose, PutForm, Source, missing};
use crate::domain::StageLabel;
use crate::tui::action::Action;
use crate::tui::context::Context;
use crate::tui::glyphs::Glyphs;
use crate::tui::keymap::Keymap;
use crate::tui::kit::canvas::Canvas;
use crate::tui::kit::field::{self, Focus, Shown};
use crate::tui::kit::form::CONTENT;
use crate::tui::kit::line::{LinePen, width, wrapped};
use crate::tui::kit::panel::centred;
use crate::tui::kit::plan_box::draw_lines;
use crate::tui::layout;
use crate::tui::paste::LineEnds;
use crate::tui::plan_text::{self, PlanLine};
use crate::tui::tag_lines;
use crate::tui::theme::{Role, Theme};
use crate::tui::when;
use crate::vault::wording;

/// The column in which the fields begin, as in every form.
const LABEL: u16 = CONTENT;

/// A line below a field.
struct Remark {
    field: Option<Field>,
    lines: Vec<(String, Role)>,
}

/// Where the parts of the form lie.
struct Places {
    area: Rect,
    /// The rows of each field, and the row below them, counted within the border.
    fields: Vec<(Field, Rect, u16)>,
    /// How many rows lie above the line over the plan.
    above_plan: u16,
}

fn places(form: &PutForm, size: (u16, u16), remark: &Remark, plan: &[PlanRow]) -> Places {
    let body = layout::areas(size).body;
    let columns = columns(size);
    let plan_rows = u16::try_from(plan.len()).unwrap_or(u16::MAX).clamp(2, 8);
    let fields: u16 = form.fields().iter().map(|field| rows_of(form, *field)).sum();
    let remark_rows = u16::try_from(remark.lines.len()).unwrap_or(u16::MAX);
    // Everything but the value; what is left is the value's, two lines at least.
    let note_rows = u16::try_from(notes(form, &Glyphs::UNICODE).len()).unwrap_or(u16::MAX);
    let fixed = fields + remark_rows + note_rows + plan_rows + 3;
    let value_room = body.height.saturating_sub(fixed).max(1);
    let lines = u16::try_from(form.value.text().split('\n').count()).unwrap_or(u16::MAX);
    let is_typed = form.source != Source::File;
    let value_rows = if is_typed { lines.clamp(2, 12).min(value_room) } else { 0 };
    let area = placed(body, columns, fixed + value_rows, fields + 9);
    let inside = layout::inside(area);
    let mut row = 0;
    let mut placed = Vec::new();
    for field in form.fields() {
        let rows = if *field == Field::Value { value_rows } else { rows_of(form, *field) };
        let line = Rect {
            y: inside.y + row.min(inside.height),
            height: rows.min(inside.height.saturating_sub(row)),
            ..inside
        };
        row += rows;
        placed.push((*field, line, row));
        if matches!(field, Field::Value | Field::File) {
            row += note_rows;
        }
        if remark.field == Some(*field) {
            row += remark_rows;
        }
    }
    Places { area, fields: placed, above_plan: row }
}

fn columns(size: (u16, u16)) -> u16 {
    layout::areas(size).body.width.min(84)
}

/// The field that lies in a cell.
pub fn field_at(form: &PutForm, size: (u16, u16), keymap: &Keymap, at: Position) -> Option<Field> {
    let remark = remark(form, keymap, columns(size).saturating_sub(LABEL + 4));
    let plan = plan_lines(form, &Glyphs::UNICODE);
    let places = places(form, size, &remark, &plan);
    places.fields.iter().find(|(_, line, _)| line.contains(at)).map(|(field, ..)| *field)
}

/// Draws it.
pub fn draw(form: &PutForm, canvas: &mut Canvas<'_>) -> Option<Position> {
    let (size, theme, keymap) = (canvas.app.size, canvas.theme(), canvas.keymap());
    let remark = remark(form, keymap, columns(size).saturating_sub(LABEL + 4));
    let plan = plan_lines(form, &theme.glyphs);
    let places = places(form, size, &remark, &plan);
    let area = places.area;
    let inside = canvas.dialog(area, &title(form, theme), "");
    let row = places.above_plan;
    canvas.divider(area, row + 1, "After this", "");
    let buffer = &mut *canvas.buffer;
    let mut cursor = None;
    for (field, line, below) in &places.fields {
        cursor = cursor.or(draw_field(form, *field, theme, keymap, buffer, *line));
        let mut below = *below;
        if matches!(field, Field::Value | Field::File) {
            for (text, role) in notes(form, &theme.glyphs) {
                let mut pen = LinePen::new(buffer, inside, below);
                let room = inside.width.saturating_sub(LABEL + 1);
                pen.skip(LABEL).fitted(&text, room, theme.style(role), &theme.glyphs);
                below += 1;
            }
        }
        if remark.field == Some(*field) {
            draw_remark(&remark, theme, buffer, inside, below, LABEL);
        }
    }
    let below = Rect {
        y: (inside.y + row + 1).min(inside.bottom()),
        height: inside.height.saturating_sub(row + 1),
        ..inside
    };
    let dimmed = form.is_pending().then(|| theme.style(Role::Muted));
    if remark.field.is_none() && !remark.lines.is_empty() {
        draw_remark(&remark, theme, buffer, below, 0, 2);
    } else {
        draw_plan(&plan, dimmed, theme, buffer, below);
    }
    if form.is_storing() { None } else { cursor }
}

fn title(form: &PutForm, theme: &Theme) -> String {
    match &form.purpose {
        Purpose::Put { secret } => format!("Put a value {} {}", theme.glyphs.dot, secret.name),
        Purpose::New => "New secret".to_owned(),
    }
}

const fn label(field: Field) -> &'static str {
    match field {
        Field::Name => "Name",
        Field::VersionId => "Version id",
        Field::Type => "Type",
        Field::Value => "Value",
        Field::File => "File",
        Field::Stages => "Stage labels",
        Field::Note => "Note",
        Field::Description => "Description",
        Field::Tags => "Tags",
    }
}

fn draw_field(
    form: &PutForm,
    field: Field,
    theme: &Theme,
    keymap: &Keymap,
    buffer: &mut Buffer,
    line: Rect,
) -> Option<Position> {
    let glyphs = &theme.glyphs;
    let is_focused = form.focus == field && !form.is_storing();
    let (mark, style) = if is_focused {
        (glyphs.selected, theme.style(Role::TitleFocused))
    } else {
        (" ", theme.style(Role::Muted))
    };
    LinePen::new(buffer, line, 0).text(mark, theme.style(Role::Accent)).text(" ", style).fitted(
        label(field),
        LABEL - 2,
        style,
        glyphs,
    );
    let mut area = Rect { x: line.x + LABEL, width: line.width.saturating_sub(LABEL + 1), ..line };
    let note = side_note(form, field, &glyphs.between());
    if !note.is_empty() {
        LinePen::new(buffer, area, 0).right(&note, theme.style(Role::Hint));
        area.width = area.width.saturating_sub(width(&note) + 1);
    }
    LinePen::new(buffer, area, 0).text(&placeholder(form, field, keymap), theme.style(Role::Hint));
    let focus = if is_focused { Focus::Here } else { Focus::Elsewhere };
    let text = theme.style(Role::Text);
    match field {
        Field::Type => draw_type(form.source, is_focused, theme, buffer, area),
        Field::Stages => draw_stages(form, focus, theme, buffer, area),
        Field::Value => field::draw(buffer, area, &form.value, form.shown, focus, text, glyphs),
        Field::Name => field::draw(buffer, area, &form.name, Shown::Plainly, focus, text, glyphs),
        Field::VersionId => field::draw(buffer, area, &form.version_id, Shown::Plainly, focus, text, glyphs),
        Field::Note => field::draw(buffer, area, &form.note, Shown::Plainly, focus, text, glyphs),
        Field::Description => {
            field::draw(buffer, area, &form.description, Shown::Plainly, focus, text, glyphs)
        }
        Field::File => field::draw(buffer, area, form.file.path.text(), Shown::Plainly, focus, text, glyphs),
        Field::Tags => field::draw(buffer, area, &form.tags, Shown::Plainly, focus, text, glyphs),
    }
}

/// How many lines a field takes; those of the value depend on the room.
fn rows_of(form: &PutForm, field: Field) -> u16 {
    match field {
        Field::Value => 0,
        Field::Tags => u16::try_from(form.tags.text().split('\n').count()).unwrap_or(u16::MAX).min(3),
        _ => 1,
    }
}

/// What an empty field says.
fn placeholder(form: &PutForm, field: Field, keymap: &Keymap) -> String {
    match field {
        Field::VersionId if form.version_id.is_empty() => way_to_free_id(form, keymap).unwrap_or_default(),
        Field::File if form.file.path.text().is_empty() => "a path; ~ is your home".to_owned(),
        Field::Tags if form.tags.is_empty() => tag_lines::PLACEHOLDER.to_owned(),
        _ => String::new(),
    }
}

/// What stands at the right end of a field.
fn side_note(form: &PutForm, field: Field, between: &str) -> String {
    match field {
        Field::VersionId if form.is_suggested => "suggested".to_owned(),
        Field::Value if !form.value.is_empty() && form.line_ends().is_none() => {
            let strength = form.strength.map(|bits| format!("{between}{bits:.1} bits"));
            format!("{}{}", when::bytes(form.value.len() as u64), strength.unwrap_or_default())
        }
        _ => String::new(),
    }
}

/// What stands below the value.
fn notes(form: &PutForm, glyphs: &Glyphs) -> Vec<(String, Role)> {
    if form.source == Source::File {
        return file_notes(form, glyphs);
    }
    form.line_ends().map(|ends| (lines_note(form.value.text(), ends), Role::Hint)).into_iter().collect()
}

fn file_notes(form: &PutForm, glyphs: &Glyphs) -> Vec<(String, Role)> {
    let mut notes = Vec::new();
    if !form.file.path.choices().is_empty() {
        notes.push((form.file.path.choices().join("  "), Role::Hint));
    }
    match &form.file.read {
        _ if form.file.asked.is_asked() => {
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

fn draw_type(
    source: Source,
    is_focused: bool,
    theme: &Theme,
    buffer: &mut Buffer,
    area: Rect,
) -> Option<Position> {
    let mut pen = LinePen::new(buffer, area, 0);
    let mut cursor = None;
    for (choice, words) in Source::ALL {
        let is_chosen = choice == source;
        let sign = if is_chosen { theme.glyphs.radio_on } else { theme.glyphs.radio_off };
        if is_chosen && is_focused {
            cursor = Some(Position::new(pen.column() + 1, area.y));
        }
        pen.text(sign, theme.style(if is_chosen { Role::Accent } else { Role::Muted }));
        pen.text(&format!(" {words}"), theme.style(Role::Text)).skip(2);
    }
    cursor
}

fn draw_stages(
    form: &PutForm,
    focus: Focus,
    theme: &Theme,
    buffer: &mut Buffer,
    area: Rect,
) -> Option<Position> {
    let mut pen = LinePen::new(buffer, area, 0);
    for label in form.stages.taken() {
        pen.text(label.as_str(), theme.style(Role::Chip));
        // The first version of a secret is current: that label cannot be taken away.
        if !(label.is_current() && matches!(form.purpose, Purpose::New)) {
            pen.skip(1).text(theme.glyphs.cross, theme.style(Role::Muted));
        }
        pen.skip(2);
    }
    let x = pen.column();
    let rest = Rect { x, width: area.right().saturating_sub(x), ..area };
    let input = form.stages.input();
    let style = theme.style(Role::Text);
    let cursor = field::draw(buffer, rest, input, Shown::Plainly, focus, style, &theme.glyphs);
    if focus == Focus::Here
        && let Some(completion) = form.completion()
        && let Some(ghost) = completion.get(input.len()..)
    {
        let typed = width(input.text());
        LinePen::new(buffer, rest, 0).skip(typed).text(ghost, theme.style(Role::Hint));
    }
    cursor
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
    } else if !form.is_pending() {
        match &form.forecast {
            Forecast::Refused { field: at, refusal } => {
                field = *at;
                add(&refusal.to_string(), Role::Danger);
                add(&way_out(form, *at, &refusal.hint(), keymap), Role::Muted);
            }
            Forecast::Failed(failure) => {
                add(&failure.sentence(), Role::Danger);
                add(&failure.hint(), Role::Muted);
            }
            // Between two keys of a completion a path leads nowhere, and nobody needs to be told.
            Forecast::Wrong(Field::File, _) if !form.file.path.choices().is_empty() => {}
            Forecast::Wrong(at, sentence) => {
                field = Some(*at);
                add(sentence, Role::Danger);
            }
            Forecast::Nothing | Forecast::Missing(_) | Forecast::Apply { .. } | Forecast::Unchanged(_) => {}
        }
    }
    Remark { field, lines }
}

fn way_out(form: &PutForm, field: Option<Field>, hint: &str, keymap: &Keymap) -> String {
    match field {
        Some(Field::VersionId) => way_to_free_id(form, keymap).unwrap_or_else(|| hint.to_owned()),
        Some(Field::Name) => "choose another name; p on that secret adds a version to it".to_owned(),
        _ => hint.to_owned(),
    }
}

fn way_to_free_id(form: &PutForm, keymap: &Keymap) -> Option<String> {
    let key = keymap.key_for(&[Context::PutForm], Action::TakeFreeId)?;
    Some(format!("{key} takes the free id '{}'", form.free_id()))
}

fn draw_remark(
    remark: &Remark,
    theme: &Theme,
    buffer: &mut Buffer,
    inside: Rect,
    row: u16,
    indent: u16,
) -> u16 {
    for (at, (text, role)) in (row..).zip(&remark.lines) {
        LinePen::new(buffer, inside, at).skip(indent).text(text, theme.style(*role));
    }
    u16::try_from(remark.lines.len()).unwrap_or(u16::MAX)
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
            let is_taken = |label: &&StageLabel| form.stages.taken().contains(label);
            let warnings =
                labels.map(|(label, _)| label).filter(is_taken).filter_map(wording::looks_built_in);
            rows.extend(warnings.map(|sentence| PlanRow::Sentence(sentence, Role::Warning)));
            rows
        }
        Forecast::Refused { .. } | Forecast::Wrong(..) => {
            vec![PlanRow::Sentence("nothing: it would be refused".to_owned(), Role::Muted)]
        }
        Forecast::Failed(_) => Vec::new(),
    }
}

fn draw_plan(
    rows: &[PlanRow],
    dimmed: Option<ratatui::style::Style>,
    theme: &Theme,
    buffer: &mut Buffer,
    area: Rect,
) {
    let lines: Vec<PlanLine> = rows
        .iter()
        .filter_map(|row| match row {
            PlanRow::Line(line) => Some(line.clone()),
            PlanRow::Sentence(..) => None,
        })
        .collect();
    let mut row = draw_lines(buffer, area, &lines, dimmed, theme);
    for plan_row in rows {
        if let PlanRow::Sentence(text, role) = plan_row {
            let style = dimmed.unwrap_or_else(|| theme.style(*role));
            LinePen::new(buffer, area, row).skip(2).text(text, style);
            row += 1;
        }
    }
}
