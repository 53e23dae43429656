//! Changing the password, the key file or the vault key.

use super::copies::CONFIRMATION;
use super::task::{Missing, Task, TaskForm};
use crate::generator::PasswordOf;
use crate::memory::SecretBytes;
use crate::platform::paths;
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::context::Context;
use crate::tui::jobs::{Job, NewLocks};
use crate::tui::kit::form::{Field, Form, Id, Loss};
use crate::tui::kit::strength;
use crate::vault::{NewKeyFile, Relocking};

pub(super) const ABOUT_PASSWORD: &str = "Only the password changes. Older copies still open with the old one; if it may have \
                                         leaked, replace the vault key with :rekey.";
pub(super) const ABOUT_REKEY: &str = "Re-encrypts everything with a new key and a new password. Use it if the old password \
                                      or a copy may have leaked. There is no undo.";

pub(super) const PRESENT: Id = Id("present");
const NEW: Id = Id("new");
const AGAIN: Id = Id("again");
const KEY_FILE: Id = Id("key file");
pub(super) const KEY_FILE_PATH: Id = Id("key file path");

const AS_NOW: usize = 0;
const MAKE: usize = 1;

pub(super) fn form(relocking: Relocking, app: &App) -> TaskForm {
    let key_file: &[&str] = match &app.key_file {
        Some(_) => &["as now", "a new one", "none"],
        None => &["none, as now", "a new one"],
    };
    let mut fields = vec![
        Field::masked(PRESENT, "Current password"),
        Field::new_password(NEW, "New password"),
        Field::masked(AGAIN, "Repeat password"),
        Field::choice(KEY_FILE, "Key file", key_file, AS_NOW),
    ];
    if relocking == Relocking::VaultKey {
        let field = Field::text(CONFIRMATION, "Type the name", "").placeholder("the file name of the vault");
        fields.push(field.loss(Loss::None));
    }
    TaskForm::new(Task::Relock(relocking), fields)
}

/// The path of a new key file is asked for where one is wanted.
pub(super) fn fit_fields(form: &mut Form) {
    let wanted = form.chosen(KEY_FILE) == MAKE;
    if wanted && !form.has(KEY_FILE_PATH) {
        let field = Field::path(KEY_FILE_PATH, "New key file", "").placeholder("path, e.g. on a USB stick");
        form.insert_behind(KEY_FILE, field);
    } else if !wanted {
        form.remove(KEY_FILE_PATH);
    }
}

pub(super) fn submit(task: &mut TaskForm, relocking: Relocking, app: &App) -> Result<Job, Missing> {
    let vault_file = app.vault_file();
    let form = &mut task.form;
    let missing = |key, sentence: &str| Err(Missing(key, sentence.to_owned()));
    if form.text(PRESENT).is_empty() {
        return missing(PRESENT, "type the current password first");
    }
    refuse_unequal(form, NEW, AGAIN, "type a new password")?;
    let key_file = match (form.chosen(KEY_FILE), form.text(KEY_FILE_PATH)) {
        (AS_NOW, _) => NewKeyFile::Keep,
        (MAKE, "") => return missing(KEY_FILE_PATH, "enter a path for the new key file"),
        (MAKE, path) => NewKeyFile::Make(paths::typed(path)),
        _ => NewKeyFile::Drop,
    };
    if relocking == Relocking::VaultKey && form.text(CONFIRMATION) != vault_file {
        let sentence = format!("type '{vault_file}' to replace the key of this vault");
        return Err(Missing(CONFIRMATION, sentence));
    }
    ask_about_weak(form, NEW, PasswordOf::Vault, app)?;
    let locks = NewLocks { present: form.duplicate(PRESENT), new: form.duplicate(NEW), key_file };
    Ok(Job::Relock(relocking, locks))
}

/// The password of a new database, once it is typed twice and a weak one is insisted on.
pub(super) fn database_password(
    form: &mut Form,
    new: Id,
    again: Id,
    app: &App,
) -> Result<SecretBytes, Missing> {
    refuse_unequal(form, new, again, "type a password for the database")?;
    ask_about_weak(form, new, PasswordOf::Database, app)?;
    Ok(form.duplicate(new))
}

fn refuse_unequal(form: &mut Form, new: Id, again: Id, if_empty: &str) -> Result<(), Missing> {
    if form.text(new).is_empty() {
        return Err(Missing(new, if_empty.to_owned()));
    }
    if form.text(new) != form.text(again) {
        if let Some(again) = form.buffer_mut(again) {
            again.clear();
        }
        return Err(Missing(again, "Passwords don't match. Type it again.".to_owned()));
    }
    Ok(())
}

fn ask_about_weak(form: &mut Form, new: Id, of: PasswordOf, app: &App) -> Result<(), Missing> {
    if form.asks_about_weak(new) {
        let key = app.keymap.key_for(&[Context::Task], Action::Submit);
        return Err(Missing(new, strength::question(of, key)));
    }
    Ok(())
}
