//! Another password, another key file, another vault key.

use super::entry::{Content, Entry, Field};
use super::{Missing, Task, TaskForm};
use crate::platform::paths;
use crate::tui::app::App;
use crate::tui::jobs::{Job, KeyFileWish, NewLocks, Relocking};
use crate::tui::kit::EditBuffer;

pub(super) const ABOUT_PASSWORD: &str = "Only the lock changes. Copies made before still open with the old password; \
                                         where that may have leaked, replace the vault key with :rekey.";
pub(super) const ABOUT_REKEY: &str = "Seals everything anew under a new key and a new password, for when the old one \
                                      or a copy may have leaked. There is no undo.";

const AS_NOW: usize = 0;
const MAKE: usize = 1;

pub(super) fn form(relocking: Relocking, app: &App) -> TaskForm {
    let key_file = match &app.key_file {
        Some(_) => vec!["as now", "a new one", "none"],
        None => vec!["none, as now", "a new one"],
    };
    let mut entries = vec![
        Entry::masked(Field::Present, "Present password"),
        Entry::judged(Field::New, "New password"),
        Entry::masked(Field::Again, "Once more"),
        Entry::choice(Field::KeyFile, "Key file", key_file),
    ];
    if relocking == Relocking::VaultKey {
        entries.push(Entry::text(Field::Confirmation, "Type its name", "the file name of the vault"));
    }
    TaskForm::new(Task::Relock(relocking), entries)
}

/// The path of a new key file is asked for where one is wished.
pub(super) fn fit_entries(form: &mut TaskForm) {
    let wanted = form.chosen(Field::KeyFile) == MAKE;
    let there = form.entries.iter().position(|entry| entry.key == Field::KeyFilePath);
    let behind = form.entries.iter().position(|entry| entry.key == Field::KeyFile);
    match (wanted, there, behind) {
        (true, None, Some(behind)) => {
            let entry = Entry::text(Field::KeyFilePath, "New key file", "a path, best on another medium");
            form.entries.insert(behind + 1, entry);
        }
        (false, Some(there), _) => {
            form.entries.remove(there);
        }
        _ => {}
    }
}

pub(super) fn submit(form: &mut TaskForm, relocking: Relocking, vault_file: &str) -> Result<Job, Missing> {
    let missing = |key, sentence: &str| Err(Missing(key, sentence.to_owned()));
    if form.text(Field::Present).is_empty() {
        return missing(Field::Present, "type the present password first");
    }
    if form.text(Field::New).is_empty() {
        return missing(Field::New, "type a new password");
    }
    if form.text(Field::New) != form.text(Field::Again) {
        if let Some(again) = form.entries.iter_mut().find(|entry| entry.key == Field::Again) {
            again.content = Content::Masked(EditBuffer::new(crate::tui::kit::Lines::Single));
        }
        return missing(Field::Again, "the two new passwords differ: type the second one again");
    }
    let key_file = match (form.chosen(Field::KeyFile), form.text(Field::KeyFilePath)) {
        (AS_NOW, _) => KeyFileWish::AsNow,
        (MAKE, "") => return missing(Field::KeyFilePath, "type where the new key file shall lie"),
        (MAKE, path) => KeyFileWish::New(paths::typed(path)),
        _ => KeyFileWish::None,
    };
    if relocking == Relocking::VaultKey && form.text(Field::Confirmation) != vault_file {
        let sentence = format!("type '{vault_file}' to replace the key of this vault");
        return Err(Missing(Field::Confirmation, sentence));
    }
    let duplicate =
        |key| form.entry(key).and_then(Entry::buffer).map(EditBuffer::duplicate).unwrap_or_default();
    let locks = NewLocks { present: duplicate(Field::Present), new: duplicate(Field::New), key_file };
    Ok(Job::Relock(relocking, locks))
}
