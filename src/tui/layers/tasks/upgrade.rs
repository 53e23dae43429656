//! Converting the vault file to the newest format.

use super::locks::PRESENT;
use super::task::{Missing, Task, TaskForm};
use crate::tui::jobs::Job;
use crate::tui::kit::form::Field;

pub(super) const ABOUT: &str = "The vault file becomes smaller, and copies of it can be merged. Values, labels, notes, times \
                                and the history stay. An older etui cannot open it afterwards. There is no undo.";

pub(super) fn form() -> TaskForm {
    TaskForm::new(Task::Upgrade, vec![Field::masked(PRESENT, "Current password")])
}

pub(super) fn submit(task: &TaskForm) -> Result<Job, Missing> {
    match task.form.text(PRESENT) {
        "" => Err(Missing(PRESENT, "type the current password first".to_owned())),
        _ => Ok(Job::Upgrade(task.form.duplicate(PRESENT))),
    }
}
