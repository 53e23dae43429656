//! Import: what it would do is shown first, entry by entry; the next Ctrl-s does it.

use std::path::PathBuf;

use super::copies::{folder, path};
use super::entry::{Content, Entry, Field};
use super::{Line, Missing, Task, TaskForm, enter};
use crate::domain::visible;
use crate::exchange::Source;
use crate::platform::paths;
use crate::tui::app::App;
use crate::tui::jobs::{Job, OtherLocks, ToRead};
use crate::tui::kit::EditBuffer;
use crate::tui::layer::Layer;
use crate::tui::theme::Role;
use crate::vault::import_wording::{self, Tense};
use crate::vault::{ImportOutcome, ImportReport};

pub(super) const ABOUT: &str = "Secrets from another program or another vault. Ctrl-s first shows what would \
                                happen; nothing is written before the second one.";

/// The form, with nothing typed.
pub(super) fn form() -> TaskForm {
    let mut formats = vec!["by its looks"];
    formats.extend(Source::ALL.iter().map(|(_, name)| *name));
    let entries = vec![
        Entry::text(Field::Path, "File", "a path; of pass the folder"),
        Entry::choice(Field::Format, "Format", formats),
        Entry::text(Field::Folder, "Put below", "a folder; empty takes the names as they are"),
    ];
    TaskForm::new(Task::Import, entries)
}

/// Opens the import: with a path it is read at once.
pub fn open_import(file: Option<PathBuf>, source: Option<Source>, app: &mut App) -> Option<Box<dyn Layer>> {
    let mut form = form();
    for entry in &mut form.entries {
        match (&mut entry.content, &file) {
            (Content::Text(text), Some(file)) if entry.key == Field::Path => {
                text.set(&file.to_string_lossy());
            }
            (Content::Choice { chosen, .. }, _) => {
                let at = Source::ALL.iter().position(|(known, _)| Some(*known) == source);
                *chosen = at.map_or(0, |at| at + 1);
            }
            _ => {}
        }
    }
    let is_new = enter(&mut form, app)?;
    if let Some(path) = file.filter(|_| is_new) {
        let wanted =
            ToRead { source, path: paths::typed(&path.to_string_lossy()), folder: None, locks: None };
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
    let source = form.chosen(Field::Format).checked_sub(1).and_then(|at| Source::ALL.get(at));
    let password = form.entry(Field::OtherPassword).and_then(Entry::buffer);
    let locks = password.filter(|text| !text.is_empty()).map(|password| OtherLocks {
        password: EditBuffer::duplicate(password),
        key_file: Some(form.text(Field::OtherKeyFile)).filter(|text| !text.is_empty()).map(paths::typed),
    });
    Ok(Job::ReadImport(ToRead { source: source.map(|(source, _)| *source), path, folder, locks }))
}

/// The other vault is locked: its password is asked for.
pub(super) fn ask_for_locks(form: &mut TaskForm, needs_key_file: bool) {
    if form.entry(Field::OtherPassword).is_none() {
        form.entries.push(Entry::masked(Field::OtherPassword, "Its password"));
    }
    if needs_key_file && form.entry(Field::OtherKeyFile).is_none() {
        form.entries.push(Entry::text(Field::OtherKeyFile, "Its key file", "a path"));
    }
    let (key, what) = if needs_key_file && !form.text(Field::OtherPassword).is_empty() {
        (Field::OtherKeyFile, "the other vault needs its key file besides the password")
    } else {
        (Field::OtherPassword, "the other vault has a key of its own: type its password")
    };
    form.go_to(key);
    form.say(vec![Line::new(Role::Warning, what)]);
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
