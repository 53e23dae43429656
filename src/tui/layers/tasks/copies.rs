//! Copies of the vault: a backup, encrypted as it is, and an export, which is not.

use super::entry::{Entry, Field};
use super::{Missing, Task, TaskForm};
use crate::domain::Folder;
use crate::exchange::ExportFormat;
use crate::platform::paths;
use crate::tui::jobs::Job;

pub(super) const ABOUT_BACKUP: &str = "A copy of the whole vault in a new file, encrypted as it is and checked when \
                                       it is written. It opens with the present password.";
pub(super) const ABOUT_EXPORT: &str = "The file is not encrypted: whoever reads it reads your secrets. A copy that \
                                       stays encrypted is made by :backup.";

/// What must be typed before secrets are written as they are.
const PLAINTEXT: &str = "plaintext";

const FORMATS: [(ExportFormat, &str); 2] =
    [(ExportFormat::Json, "json, complete"), (ExportFormat::Dotenv, "dotenv, current values")];

pub(super) fn back_up() -> TaskForm {
    TaskForm::new(Task::BackUp, vec![Entry::text(Field::Path, "New file", "a path, as ~/vault-copy.etui")])
}

pub(super) fn export() -> TaskForm {
    let formats = FORMATS.iter().map(|(_, name)| *name).collect();
    TaskForm::new(
        Task::Export,
        vec![
            Entry::choice(Field::Format, "Format", formats),
            Entry::text(Field::Folder, "Only below", "a folder; empty takes all"),
            Entry::text(Field::Path, "New file", "a path, as ~/secrets.json"),
            Entry::text(Field::Confirmation, "Type 'plaintext'", "to say that it may be read by anybody"),
        ],
    )
}

pub(super) fn submit_back_up(form: &TaskForm) -> Result<Job, Missing> {
    Ok(Job::BackUp(path(form)?))
}

pub(super) fn submit_export(form: &TaskForm) -> Result<Job, Missing> {
    let (format, _) = FORMATS[form.chosen(Field::Format) % FORMATS.len()];
    let folder = folder(form)?;
    let path = path(form)?;
    if form.text(Field::Confirmation) != PLAINTEXT {
        let sentence = format!("type '{PLAINTEXT}' to write the secrets as they are");
        return Err(Missing(Field::Confirmation, sentence));
    }
    Ok(Job::Export { format, folder, path })
}

/// The path that is typed.
pub(super) fn path(form: &TaskForm) -> Result<std::path::PathBuf, Missing> {
    match form.text(Field::Path) {
        "" => Err(Missing(Field::Path, "type the path of the file first".to_owned())),
        text => Ok(paths::typed(text)),
    }
}

/// The folder of secrets that is typed; `None` where none is.
pub(super) fn folder(form: &TaskForm) -> Result<Option<Folder>, Missing> {
    match form.text(Field::Folder) {
        "" => Ok(None),
        text => Folder::new(text).map(Some).map_err(|invalid| Missing(Field::Folder, invalid.to_string())),
    }
}
