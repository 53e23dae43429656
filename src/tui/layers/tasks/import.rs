//! Import: what it would do is shown first, entry by entry; the next Ctrl-s does it.

use std::path::{Path, PathBuf};

use super::copies::{FOLDER, FORMAT, PATH, folder, path};
use super::task::{Line, Missing, Stage, Task, TaskForm, enter};
use crate::exchange::{ColumnMap, NotMapped, Reader, Source};
use crate::platform::paths;
use crate::tui::app::App;
use crate::tui::jobs::{Job, OtherLocks, ToRead};
use crate::tui::kit::form::{Field, Form, Id, Loss};
use crate::tui::layer::Layer;
use crate::tui::plan_text::{self, PlanLine};
use crate::tui::theme::Role;
use crate::vault::import_wording::{self, Tense};
use crate::vault::{ImportReport, OnRefusal};

pub(super) const ABOUT: &str = "Secrets from another program or another vault. Ctrl-s first shows what would \
                                happen; nothing is written before the second one.";

const COLUMNS: Id = Id("columns");
const OTHER_PASSWORD: Id = Id("other password");
const OTHER_KEY_FILE: Id = Id("other key file");
const REFUSED: Id = Id("refused");
const FIND: Id = Id("find");

/// A plan of more lines can be searched.
const SHORT_PLAN: usize = 12;

/// The form, with a file where one is named.
pub(super) fn form(file: &str, source: Option<Source>) -> TaskForm {
    let mut formats = vec!["auto-detect"];
    formats.extend(Source::all().iter().map(|source| source.name()));
    let chosen = Source::all().iter().position(|known| Some(*known) == source);
    let mut path =
        Field::path(PATH, "File", "").placeholder("path to the file (for pass and passage: the folder)");
    path.set(file);
    let fields = vec![
        path,
        Field::choice(FORMAT, "Format", &formats, chosen.map_or(0, |at| at + 1)),
        Field::text(FOLDER, "Into folder", "").placeholder("leave empty to keep the names"),
    ];
    let mut form = TaskForm::new(Task::Import, fields);
    fit_columns(&mut form.form);
    form
}

/// Columns are asked for where the format is told of them.
pub(super) fn fit_columns(form: &mut Form) {
    let wants = chosen_source(form).is_some_and(|source| matches!(source.reader(), Reader::Columns(_)));
    if !wants {
        form.remove(COLUMNS);
    } else if !form.has(COLUMNS) {
        let field =
            Field::text(COLUMNS, "Columns", "").placeholder("name=Title,password=Pwd; empty: by their names");
        form.insert_behind(FORMAT, field);
    }
}

fn chosen_source(form: &Form) -> Option<Source> {
    form.chosen(FORMAT).checked_sub(1).and_then(|at| Source::all().get(at)).copied()
}

/// The map of columns that is typed.
fn columns(form: &Form) -> Result<Option<ColumnMap>, Missing> {
    match form.text(COLUMNS) {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|fault: NotMapped| Missing(COLUMNS, fault.to_string())),
    }
}

/// Opens the import: with a path it is read at once.
pub fn open_import(file: Option<PathBuf>, source: Option<Source>, app: &mut App) -> Option<Box<dyn Layer>> {
    let typed = file.as_deref().map(Path::to_string_lossy).unwrap_or_default();
    let mut form = form(&typed, source);
    if enter(&mut form, app)? && file.is_some() {
        let wanted = ToRead { source, columns: None, path: paths::typed(&typed), folder: None, locks: None };
        form.run(Job::ReadImport(wanted), app);
    }
    Some(Box::new(form))
}

pub(super) fn submit(form: &TaskForm) -> Result<Job, Missing> {
    if form.is_planned {
        return Ok(Job::Import(on_refusal(form)));
    }
    let path = path(form)?;
    let folder = folder(form)?;
    let form = &form.form;
    let (source, columns) = (chosen_source(form), columns(form)?);
    Ok(Job::ReadImport(ToRead { source, columns, path, folder, locks: other_locks(form) }))
}

/// What was typed to open another vault.
pub(super) fn other_locks(form: &Form) -> Option<OtherLocks> {
    let key_file = Some(form.text(OTHER_KEY_FILE)).filter(|text| !text.is_empty()).map(paths::typed);
    let is_locked = !form.text(OTHER_PASSWORD).is_empty() || key_file.is_some();
    is_locked.then(|| OtherLocks { password: form.duplicate(OTHER_PASSWORD), key_file })
}

/// What becomes of secrets that are refused: as on the command line nothing is imported, unless it is chosen to
/// leave them out.
fn on_refusal(task: &TaskForm) -> OnRefusal {
    if task.form.chosen(REFUSED) == 0 { OnRefusal::ImportNothing } else { OnRefusal::LeaveOut }
}

/// The plan, and with secrets that are refused the choice what becomes of them.
pub(super) fn show_plan(task: &mut TaskForm, report: ImportReport, source: &str, is_other_than_shown: bool) {
    task.stage = Stage::Typing;
    task.is_planned = report.changes_anything();
    let is_refused = report.first_refusal().is_some() && task.is_planned;
    if is_refused && !task.form.has(REFUSED) {
        let options = ["import nothing", "leave out"];
        let field = Field::choice(REFUSED, "Refused secrets", &options, 0).loss(Loss::None);
        task.form.insert_behind(FOLDER, field);
        task.form.go_to(REFUSED);
    } else if !is_refused {
        task.form.remove(REFUSED);
    }
    let mut lines = lines(&report, Tense::Would, on_refusal(task));
    if lines.len() > SHORT_PLAN && !task.form.has(FIND) {
        let field = Field::text(FIND, "Find", "").placeholder("text in the plan").loss(Loss::None);
        task.form.insert_behind(if is_refused { REFUSED } else { FOLDER }, field);
        if !is_refused {
            task.form.go_to(FIND);
        }
    }
    find(&mut lines, task.form.text(FIND));
    if let Some(first) = lines.first_mut() {
        first.text = format!("{source}: {}", first.text);
    }
    if is_other_than_shown {
        let sentence =
            "The vault changed in another program: nothing was imported, and the plan below is updated.";
        lines.insert(0, Line::new(Role::Warning, sentence));
    }
    task.say(lines);
    task.plan = Some((report, source.to_owned()));
}

/// Leaves of a plan the summary, and the lines that hold a text. As elsewhere a `/` may begin it.
fn find(lines: &mut Vec<Line>, wanted: &str) {
    let wanted = wanted.strip_prefix('/').unwrap_or(wanted).to_lowercase();
    if wanted.is_empty() || lines.is_empty() {
        return;
    }
    let summary = lines.remove(0);
    let holds = |line: &Line| line.lead.contains(&wanted) || line.text.to_lowercase().contains(&wanted);
    lines.retain(holds);
    if lines.is_empty() {
        lines.push(Line::new(Role::Muted, "no line of the plan has this text"));
    }
    lines.insert(0, summary);
}

/// Another choice, or another text to find: the same plan, told again. Answers whether the field was one of these.
pub(super) fn on_choice(task: &mut TaskForm) -> bool {
    if !matches!(task.form.focused(), Some(REFUSED | FIND)) {
        return false;
    }
    if let Some((report, source)) = task.plan.take() {
        show_plan(task, report, &source, false);
    }
    true
}

/// Where the plan no longer holds, there is nothing to choose.
pub(super) fn drop_choice(task: &mut TaskForm) {
    task.plan = None;
    task.form.remove(REFUSED);
    task.form.remove(FIND);
}

/// The other vault is locked: its password is asked for.
pub(super) fn ask_for_locks(task: &mut TaskForm, needs_key_file: bool) {
    let form = &mut task.form;
    if !form.has(OTHER_PASSWORD) {
        form.insert_behind(FOLDER, Field::masked(OTHER_PASSWORD, "Other password"));
    }
    if needs_key_file && !form.has(OTHER_KEY_FILE) {
        let field = Field::path(OTHER_KEY_FILE, "Other key file", "").placeholder("a path");
        form.insert_behind(OTHER_PASSWORD, field);
    }
    let is_copy = matches!(task.task, Task::Merge | Task::Sync);
    let (key, what) = if needs_key_file && !form.text(OTHER_PASSWORD).is_empty() {
        (OTHER_KEY_FILE, "the other vault needs its key file besides the password")
    } else if is_copy {
        (OTHER_PASSWORD, "the vault key was replaced in one copy: type the password of the other one")
    } else {
        (OTHER_PASSWORD, "the other vault has a key of its own: type its password")
    };
    form.go_to(key);
    task.say(vec![Line::new(Role::Warning, what)]);
}

/// The file has a password: it is asked for, with the key file that such files may have.
pub(super) fn ask_for_password(task: &mut TaskForm) {
    let form = &mut task.form;
    if !form.has(OTHER_PASSWORD) {
        form.insert_behind(FOLDER, Field::masked(OTHER_PASSWORD, "File password"));
        let field =
            Field::path(OTHER_KEY_FILE, "File key file", "").placeholder("leave empty if there is none");
        form.insert_behind(OTHER_PASSWORD, field);
    }
    form.go_to(OTHER_PASSWORD);
    let what = "the file has a password of its own: type it; a key file may be all that it needs";
    task.say(vec![Line::new(Role::Warning, what)]);
}

/// The store is decrypted with identities of age: the file of them is asked for.
pub(super) fn ask_for_identities(task: &mut TaskForm) {
    let form = &mut task.form;
    if !form.has(OTHER_KEY_FILE) {
        let field =
            Field::path(OTHER_KEY_FILE, "Identities", "").placeholder("path to the identities of age");
        form.insert_behind(FOLDER, field);
    }
    form.go_to(OTHER_KEY_FILE);
    let what = "the store is decrypted with identities of age: name the file of them";
    task.say(vec![Line::new(Role::Warning, what)]);
}

/// What an import would do: a sentence, by name what is refused and lost, and then each other secret.
fn lines(report: &ImportReport, tense: Tense, on_refusal: OnRefusal) -> Vec<Line> {
    let mut lines = vec![Line::new(Role::Text, summary(report, tense, on_refusal))];
    lines.extend(plan_text::of_import(report).into_iter().map(|PlanLine { sign, role, subject, text }| {
        let text = if text.is_empty() { subject } else { format!("{subject}  {text}") };
        Line { lead: sign, text: text.trim_start().to_owned(), role }
    }));
    lines
}

/// "would import 3 secrets: 2 new, 1 changed".
pub(super) fn summary(report: &ImportReport, tense: Tense, on_refusal: OnRefusal) -> String {
    let mut sentence = import_wording::summary(report, tense, on_refusal);
    if tense == Tense::Would && !report.losses.is_empty() {
        let losses = report.losses.len();
        let plural = if losses == 1 { "loss" } else { "losses" };
        sentence = format!("{sentence}; {losses} {plural}");
    }
    sentence
}
