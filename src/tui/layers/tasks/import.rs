//! Import: what it would do is shown first, entry by entry; the next Ctrl-s does it.

use std::path::{Path, PathBuf};

use super::copies::{FOLDER, FORMAT, PATH, folder, path};
use super::task::{Line, Missing, Task, TaskForm, enter};
use crate::domain::visible;
use crate::exchange::Source;
use crate::platform::paths;
use crate::tui::app::App;
use crate::tui::jobs::{Job, OtherLocks, ToRead};
use crate::tui::kit::form::{Field, Id};
use crate::tui::layer::Layer;
use crate::tui::theme::Role;
use crate::vault::import_wording::{self, Tense};
use crate::vault::{ImportOutcome, ImportReport};

pub(super) const ABOUT: &str = "Secrets from another program or another vault. Ctrl-s first shows what would \
                                happen; nothing is written before the second one.";

const OTHER_PASSWORD: Id = Id("other password");
const OTHER_KEY_FILE: Id = Id("other key file");

/// The form, with a file where one is named.
pub(super) fn form(file: &str, source: Option<Source>) -> TaskForm {
    let mut formats = vec!["by its looks"];
    formats.extend(Source::ALL.iter().map(|(_, name)| *name));
    let chosen = Source::ALL.iter().position(|(known, _)| Some(*known) == source);
    let mut path = Field::path(PATH, "File", "").placeholder("a path; of pass the folder");
    path.set(file);
    let fields = vec![
        path,
        Field::choice(FORMAT, "Format", &formats, chosen.map_or(0, |at| at + 1)),
        Field::text(FOLDER, "Put below", "").placeholder("a folder; empty takes the names as they are"),
    ];
    TaskForm::new(Task::Import, fields)
}

/// Opens the import: with a path it is read at once.
pub fn open_import(file: Option<PathBuf>, source: Option<Source>, app: &mut App) -> Option<Box<dyn Layer>> {
    let typed = file.as_deref().map(Path::to_string_lossy).unwrap_or_default();
    let mut form = form(&typed, source);
    if enter(&mut form, app)? && file.is_some() {
        let wanted = ToRead { source, path: paths::typed(&typed), folder: None, locks: None };
        form.run(Job::ReadImport(wanted), app);
    }
    Some(Box::new(form))
}

pub(super) fn submit(form: &TaskForm) -> Result<Job, Missing> {
    if form.is_planned {
        return Ok(Job::Import);
    }
    let path = path(form)?;
    let folder = folder(form)?;
    let form = &form.form;
    let source = form.chosen(FORMAT).checked_sub(1).and_then(|at| Source::ALL.get(at));
    let key_file = Some(form.text(OTHER_KEY_FILE)).filter(|text| !text.is_empty()).map(paths::typed);
    let locks = (!form.text(OTHER_PASSWORD).is_empty())
        .then(|| OtherLocks { password: form.duplicate(OTHER_PASSWORD), key_file });
    Ok(Job::ReadImport(ToRead { source: source.map(|(source, _)| *source), path, folder, locks }))
}

/// The other vault is locked: its password is asked for.
pub(super) fn ask_for_locks(task: &mut TaskForm, needs_key_file: bool) {
    let form = &mut task.form;
    if !form.has(OTHER_PASSWORD) {
        form.insert_behind(FOLDER, Field::masked(OTHER_PASSWORD, "Its password"));
    }
    if needs_key_file && !form.has(OTHER_KEY_FILE) {
        let field = Field::path(OTHER_KEY_FILE, "Its key file", "").placeholder("a path");
        form.insert_behind(OTHER_PASSWORD, field);
    }
    let (key, what) = if needs_key_file && !form.text(OTHER_PASSWORD).is_empty() {
        (OTHER_KEY_FILE, "the other vault needs its key file besides the password")
    } else {
        (OTHER_PASSWORD, "the other vault has a key of its own: type its password")
    };
    form.go_to(key);
    task.say(vec![Line::new(Role::Warning, what)]);
}

/// What an import would do, or did: a sentence, each secret, and by name what is lost.
pub(super) fn lines(report: &ImportReport, tense: Tense) -> Vec<Line> {
    let mut lines = Vec::with_capacity(report.rows.len() + report.losses.len());
    for row in &report.rows {
        let role = match row.outcome {
            ImportOutcome::New { .. } | ImportOutcome::Changed { .. } => Role::Accent,
            ImportOutcome::Same => Role::Muted,
            ImportOutcome::RemovedHere | ImportOutcome::InDeleteWindow { .. } => Role::Warning,
            ImportOutcome::Refused(_) => Role::Danger,
        };
        let details = import_wording::details(row);
        let text = if details.is_empty() { row.name.to_string() } else { format!("{}  {details}", row.name) };
        lines.push(Line { lead: import_wording::outcome(&row.outcome), text, role });
        let remark = |remark: &dyn std::fmt::Display| format!("{}: {remark}", row.name);
        lines.extend(row.remarks.iter().map(|it| Line {
            lead: "note",
            text: remark(it),
            role: Role::Warning,
        }));
    }
    let lost =
        |loss| Line { lead: "lost", text: visible(&format!("{loss}")).into_owned(), role: Role::Warning };
    lines.extend(report.losses.iter().map(lost));
    lines.insert(0, Line::new(Role::Text, summary(report, tense)));
    lines
}

/// "would import 3 secrets: 2 new, 1 changed".
pub(super) fn summary(report: &ImportReport, tense: Tense) -> String {
    let mut sentence = import_wording::summary(report, tense);
    if tense == Tense::Would && !report.losses.is_empty() {
        let losses = report.losses.len();
        let plural = if losses == 1 { "loss is" } else { "losses are" };
        sentence = format!("{sentence}; {losses} {plural} named");
    }
    sentence
}
