//! Copies of the vault: a backup, encrypted as it is, and an export, which is not.

use super::task::{Missing, Task, TaskForm};
use crate::domain::{Folder, SecretName, grouped};
use crate::exchange::ExportFormat;
use crate::platform::paths;
use crate::tui::app::App;
use crate::tui::jobs::Job;
use crate::tui::kit::form::{Field, Id, Loss};
use crate::tui::place::Reopen;

pub(super) const ABOUT_BACKUP: &str = "A copy of the whole vault in a new file, encrypted as it is and checked when \
                                       it is written. It opens with the current password.";
pub(super) const ABOUT_EXPORT: &str = "The file is not encrypted: anyone who can read it can read your secrets. For a copy that \
                                       stays encrypted use :backup.";

/// What must be typed before secrets are written as they are.
const PLAINTEXT: &str = "plaintext";

const FORMATS: [(ExportFormat, &str); 2] =
    [(ExportFormat::Json, "json, complete"), (ExportFormat::Dotenv, "dotenv, current values")];

pub(super) const PATH: Id = Id("path");
pub(super) const FOLDER: Id = Id("folder");
pub(super) const FORMAT: Id = Id("format");
const SECRETS: Id = Id("secrets");
pub(super) const CONFIRMATION: Id = Id("confirmation");

pub(super) fn back_up() -> TaskForm {
    let path = Field::path(PATH, "New file", "").placeholder("e.g. ~/vault-copy.etui");
    TaskForm::new(Task::BackUp, vec![path])
}

/// The form of an export; of secrets that are marked it asks whether these are meant.
pub(super) fn export(marked: Vec<SecretName>) -> TaskForm {
    let formats = FORMATS.map(|(_, name)| name);
    let mut form = TaskForm::new(
        Task::Export,
        vec![
            Field::choice(FORMAT, "Format", &formats, 0),
            Field::text(FOLDER, "Only folder", "").placeholder("leave empty for everything"),
            Field::path(PATH, "New file", "").placeholder("e.g. ~/secrets.json"),
            Field::text(CONFIRMATION, "Confirm", "")
                .placeholder("type \"plaintext\" to confirm")
                .loss(Loss::None),
        ],
    );
    if !marked.is_empty() {
        let those = format!("the {} marked", grouped(marked.len() as u64));
        form.form.insert_behind(FORMAT, Field::choice(SECRETS, "Secrets", &[&those, "all"], 0));
        form.marked = marked;
    }
    form
}

/// The secrets that are marked in the list.
pub(super) fn marked(app: &App) -> Vec<SecretName> {
    app.browse().map_or_else(Vec::new, |browse| browse.marks.names(&browse.catalogue).collect())
}

/// Under which name a lock keeps them: in the list the marks end with it.
const MARKED: &str = "marked";

pub(super) fn keep_marked(form: &TaskForm, kept: Reopen) -> Reopen {
    if form.marked.is_empty() {
        return kept;
    }
    let names: Vec<&str> = form.marked.iter().map(SecretName::as_str).collect();
    kept.with(MARKED, &names.join("\n"))
}

/// Those that were marked before a lock, as far as they are still there.
pub(super) fn marked_before(kept: &Reopen, app: &App) -> Vec<SecretName> {
    let names = kept.get(MARKED).unwrap_or_default().lines().filter_map(|name| SecretName::new(name).ok());
    let is_there = |name: &SecretName| {
        app.browse().is_some_and(|browse| browse.catalogue.position(name.as_str()).is_some())
    };
    names.filter(is_there).collect()
}

pub(super) fn submit_back_up(form: &TaskForm) -> Result<Job, Missing> {
    Ok(Job::BackUp(path(form)?))
}

pub(super) fn submit_export(form: &TaskForm) -> Result<Job, Missing> {
    let (format, _) = FORMATS[form.form.chosen(FORMAT) % FORMATS.len()];
    let folder = folder(form)?;
    let path = path(form)?;
    if form.form.text(CONFIRMATION) != PLAINTEXT {
        let sentence = format!("type '{PLAINTEXT}' to write the secrets as they are");
        return Err(Missing(CONFIRMATION, sentence));
    }
    let only = if form.form.chosen(SECRETS) == 0 { form.marked.clone() } else { Vec::new() };
    Ok(Job::Export { format, folder, only, path })
}

/// The path that is typed.
pub(super) fn path(form: &TaskForm) -> Result<std::path::PathBuf, Missing> {
    match form.form.text(PATH) {
        "" => Err(Missing(PATH, "enter a file path".to_owned())),
        text => Ok(paths::typed(text)),
    }
}

/// The folder of secrets that is typed; `None` where none is.
pub(super) fn folder(form: &TaskForm) -> Result<Option<Folder>, Missing> {
    match form.form.text(FOLDER) {
        "" => Ok(None),
        text => Folder::new(text).map(Some).map_err(|invalid| Missing(FOLDER, invalid.to_string())),
    }
}
