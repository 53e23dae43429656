//! Which copy of the vault is merged: a file, or the one at a remote. What it would do is shown by another dialog.

use std::path::Path;

use super::super::merge_plan::MergePlan;
use super::copies::{PATH, path};
use super::import::other_locks;
use super::task::{Line, Missing, Task, TaskForm, enter};
use crate::config::remotes::RemoteName;
use crate::tui::app::App;
use crate::tui::jobs::{Job, OtherCopy, PlannedMerge, ToMerge};
use crate::tui::kit::form::{Field, Id};
use crate::tui::layer::{Flow, Layer};
use crate::tui::theme::Role;

pub(super) const ABOUT: &str = "Another copy of this vault that was changed too. Ctrl-s first shows what would change; \
                                nothing that either copy holds is lost.";
pub(super) const ABOUT_SYNC: &str = "The copy at a remote is merged into this vault, and the result is put there. Ctrl-s first \
                                     shows what would change.";

const OFFER: &str = "Both this vault and a copy of it were changed. Syncthing, git or another program kept the copy \
                     beside it. Ctrl-s shows what a merge would change, Esc leaves it for later (:merge).";

const REMOTE: Id = Id("remote");

/// The form of a file.
pub(super) fn form(file: &str) -> TaskForm {
    let path = Field::path(PATH, "File", file).placeholder("e.g. /media/stick/vault.etui");
    TaskForm::new(Task::Merge, vec![path])
}

/// The form of a remote.
pub(super) fn sync_form(remote: &str) -> TaskForm {
    let field = Field::text(REMOTE, "Remote", remote).placeholder("may be empty where there is only one");
    TaskForm::new(Task::Sync, vec![field])
}

/// The form of a file that is another copy; one that is named is looked at at once. Without one the first of the
/// conflict files is meant.
pub fn open_merge(file: &str, app: &mut App) -> Option<Box<dyn Layer>> {
    let mut task = form(file);
    let is_free = enter(&mut task, app)?;
    if is_free && file.is_empty() {
        fill(&mut task, app);
    } else if is_free {
        look(&mut task, app);
    }
    Some(Box::new(task))
}

/// The same after an unlock that found conflict files.
pub fn open_merge_offer(app: &mut App) -> Option<Box<dyn Layer>> {
    if app.under_way.is_some() || app.conflict_files.is_empty() {
        return None;
    }
    let mut task = form("");
    fill(&mut task, app);
    task.lines.insert(0, Line::new(Role::Text, OFFER));
    Some(Box::new(task))
}

/// The first conflict file is in the field; several are listed.
fn fill(task: &mut TaskForm, app: &App) {
    let Some(first) = app.conflict_files.first() else { return };
    *task = form(&first.to_string_lossy());
    if app.conflict_files.len() > 1 {
        let name = |file: &Path| file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let found =
            app.conflict_files.iter().map(|file| Line { lead: "found", text: name(file), role: Role::Muted });
        task.say(found.collect());
    }
}

/// The form of a remote; the remote is asked at once.
pub fn open_sync(remote: &str, app: &mut App) -> Option<Box<dyn Layer>> {
    let mut task = sync_form(remote);
    if enter(&mut task, app)? {
        look(&mut task, app);
    }
    Some(Box::new(task))
}

fn look(task: &mut TaskForm, app: &mut App) {
    let wanted = match task.task {
        Task::Sync => submit_sync(task),
        _ => submit(task),
    };
    match wanted {
        Ok(job) => task.run(job, app),
        Err(Missing(_, sentence)) => task.say(vec![Line::new(Role::Danger, sentence)]),
    }
}

pub(super) fn submit(task: &TaskForm) -> Result<Job, Missing> {
    Ok(Job::PlanMerge(ToMerge { copy: OtherCopy::File(path(task)?), locks: other_locks(&task.form) }))
}

pub(super) fn submit_sync(task: &TaskForm) -> Result<Job, Missing> {
    let name = match task.form.text(REMOTE).trim() {
        "" => None,
        text => Some(RemoteName::new(text).map_err(|fault| Missing(REMOTE, fault.to_string()))?),
    };
    Ok(Job::PlanMerge(ToMerge { copy: OtherCopy::Remote(name), locks: other_locks(&task.form) }))
}

/// What it would do takes the place of the form.
pub(super) fn show_plan(planned: PlannedMerge, app: &App) -> Flow {
    Flow::Replace(Box::new(MergePlan::shown(planned, app)))
}
