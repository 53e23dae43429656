//! Copies of the vault: a backup, encrypted as it is, and an export, which is not.

use super::task::{Missing, Task, TaskForm};
use crate::domain::Folder;
use crate::exchange::ExportFormat;
use crate::platform::paths;
use crate::tui::jobs::Job;
use crate::tui::kit::form::{Field, Id, Loss};

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
pub(super) const CONFIRMATION: Id = Id("confirmation");

pub(super) fn back_up() -> TaskForm {
    let path = Field::path(PATH, "New file", "").placeholder("e.g. ~/vault-copy.etui");
    TaskForm::new(Task::BackUp, vec![path])
}

pub(super) fn export() -> TaskForm {
    let formats = FORMATS.map(|(_, name)| name);
    TaskForm::new(
        Task::Export,
        vec![
            Field::choice(FORMAT, "Format", &formats, 0),
            Field::text(FOLDER, "Only folder", "").placeholder("leave empty for everything"),
            Field::path(PATH, "New file", "").placeholder("e.g. ~/secrets.json"),
            Field::text(CONFIRMATION, "Confirm", "")
                .placeholder("type \"plaintext\" to confirm")
                .loss(Loss::None),
        ],
    )
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
    Ok(Job::Export { format, folder, path })
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
