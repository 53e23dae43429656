//! Copies of the vault: a backup, encrypted as it is, and an export for other programs.

use super::locks::database_password;
use super::task::{Missing, Task, TaskForm};
use crate::domain::{Folder, SecretName, grouped};
use crate::exchange::{ExportFormat, keepass};
use crate::platform::paths;
use crate::tui::app::App;
use crate::tui::jobs::{Job, WrittenAs};
use crate::tui::kit::form::{Field, Form, Id, Loss};
use crate::tui::place::Reopen;

pub(super) const ABOUT_BACKUP: &str = "A copy of the whole vault in a new file, encrypted as it is and checked when \
                                       it is written. It opens with the current password.";
pub(super) const ABOUT_EXPORT: &str = "The file is not encrypted: anyone who can read it can read your secrets. For a copy that \
                                       stays encrypted use :backup.";

/// What must be typed before secrets are written as they are.
const PLAINTEXT: &str = "plaintext";

pub(super) const ABOUT_DATABASE: &str = "An encrypted database for KeePass and KeePassXC, with a password of its own: \
                                         versions are the history of its entries.";

/// The formats that anybody can read, each with a path for an example; `None` is the database.
const FORMATS: [(Option<ExportFormat>, &str, &str); 3] = [
    (Some(ExportFormat::Json), "json, complete", "e.g. ~/secrets.json"),
    (Some(ExportFormat::Dotenv), "dotenv, current values", "e.g. ~/secrets.env"),
    (None, "kdbx, encrypted", "e.g. ~/passwords.kdbx"),
];

pub(super) const PATH: Id = Id("path");
pub(super) const FOLDER: Id = Id("folder");
pub(super) const FORMAT: Id = Id("format");
const SECRETS: Id = Id("secrets");
pub(super) const CONFIRMATION: Id = Id("confirmation");
const NEW: Id = Id("new");
const AGAIN: Id = Id("again");

pub(super) fn back_up() -> TaskForm {
    let path = Field::path(PATH, "New file", "").placeholder("e.g. ~/vault-copy.etui");
    TaskForm::new(Task::BackUp, vec![path])
}

/// The form of an export; of secrets that are marked it asks whether these are meant.
pub(super) fn export(marked: Vec<SecretName>) -> TaskForm {
    let formats = FORMATS.map(|(_, name, _)| name);
    let mut form = TaskForm::new(
        Task::Export,
        vec![
            Field::choice(FORMAT, "Format", &formats, 0),
            Field::text(FOLDER, "Only folder", "").placeholder("leave empty for everything"),
            Field::path(PATH, "New file", "").placeholder(FORMATS[0].2),
            confirmation(),
        ],
    );
    if !marked.is_empty() {
        let those = format!("the {} marked", grouped(marked.len() as u64));
        form.form.insert_behind(FORMAT, Field::choice(SECRETS, "Secrets", &[&those, "all"], 0));
        form.marked = marked;
    }
    form
}

fn confirmation() -> Field {
    let field = Field::text(CONFIRMATION, "Confirm", "").placeholder("type \"plaintext\" to confirm");
    field.loss(Loss::None)
}

fn chosen_format(form: &Form) -> Option<ExportFormat> {
    FORMATS[form.chosen(FORMAT) % FORMATS.len()].0
}

/// Whether what is chosen is encrypted.
pub(super) fn is_encrypted(form: &Form) -> bool {
    chosen_format(form).is_none()
}

/// A database has a password; what anybody can read is confirmed.
pub(super) fn fit_format(form: &mut Form) {
    form.suggest(PATH, FORMATS[form.chosen(FORMAT) % FORMATS.len()].2);
    if is_encrypted(form) == form.has(NEW) {
        return;
    }
    if is_encrypted(form) {
        form.remove(CONFIRMATION);
        form.insert_behind(PATH, Field::new_password(NEW, "File password"));
        form.insert_behind(NEW, Field::masked(AGAIN, "Repeat password"));
    } else {
        form.remove(NEW);
        form.remove(AGAIN);
        form.insert_behind(PATH, confirmation());
    }
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

pub(super) fn submit_export(form: &mut TaskForm, app: &App) -> Result<Job, Missing> {
    let folder = folder(form)?;
    let path = path(form)?;
    let written = match chosen_format(&form.form) {
        Some(_) if form.form.text(CONFIRMATION) != PLAINTEXT => {
            let sentence = format!("type '{PLAINTEXT}' to write the secrets as they are");
            return Err(Missing(CONFIRMATION, sentence));
        }
        Some(format) => WrittenAs::Plain(format),
        None => {
            let writer = keepass::Writer::new();
            let writer = writer.map_err(|error| Missing(FORMAT, format!("{error}: {}", error.hint())))?;
            WrittenAs::Kdbx(writer, database_password(&mut form.form, NEW, AGAIN, app)?)
        }
    };
    let only = if form.form.chosen(SECRETS) == 0 { form.marked.clone() } else { Vec::new() };
    Ok(Job::Export { written, folder, only, path })
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
