//! Which layer an action opens, and which one brings back what was typed: the only file that names them all.

use super::action::Action;
use super::app::{App, Tone};
use super::ask::{Answer, Edited, Failure, Work};
use super::browse::commands::{NOTHING_SELECTED, changeable, comparable, readable, version_to_make_current};
use super::change_request::ChangeRequest;
use super::context::Contexts;
use super::layer::Layer;
use super::layers::code::CodeView;
use super::layers::copy_field::CopyField;
use super::layers::diff::Diff;
use super::layers::discard::Discard;
use super::layers::facts::Facts;
use super::layers::first_run::FirstRun;
use super::layers::help::Help;
use super::layers::history::History;
use super::layers::labels::Labels;
use super::layers::many_form::{Kind, ManyForm};
use super::layers::many_plan::{ManyChanges, ManyPlan};
use super::layers::opening::Opening;
use super::layers::other_vault::OtherVault;
use super::layers::palette::Palette;
use super::layers::plan::{OneChange, Plan};
use super::layers::put::{FewLabels, PutForm, SuggestedIds};
use super::layers::take_back::{Newest, TakeBack};
use super::layers::tasks::{self, TaskForm};
use super::layers::unlock::Unlock;
use super::layers::which::Which;
use super::layers::write_file::WriteFile;
use super::place::Reopen;
use super::session::Found;
use crate::domain::StageLabel;
use crate::exchange::Source;
use crate::vault::{Answers, BulkRequest, DeleteRequest, RollbackRequest, SecretDetails, StageRequest};
use crate::versioning::{BulkOperation, BulkTarget, Deletion, Direction, StageMove};

type OpenedLayer = Option<Box<dyn Layer>>;

/// What an action opens over the browse screen; `None` where it opens nothing, or cannot now, which is said.
pub fn over_browse(action: Action, app: &mut App) -> OpenedLayer {
    if let Some(opened) = over_many(action, app) {
        return Some(opened);
    }
    match action {
        Action::NewSecret => {
            let folder = app.browse()?.folder().to_owned();
            boxed(PutForm::new_secret(&folder, SuggestedIds::of(app)).planned(app))
        }
        Action::PutValue => {
            let ids = SuggestedIds::of(app);
            let form = PutForm::put(changeable(app)?, ids);
            let selected = app.browse()?.selected_version().map(|version| version.id.clone());
            let form = match selected {
                Some(version) => form.labelled_as(&version, FewLabels::Current),
                None => form,
            };
            boxed(form.planned(app))
        }
        Action::WriteFile => {
            let (name, version_id) = readable(app)?;
            boxed(WriteFile::new(name, version_id))
        }
        Action::OneTimeCode => {
            let (name, version_id) = readable(app)?;
            boxed(CodeView::new(name, version_id, app))
        }
        Action::StageLabels => {
            let (_, version) = readable(app)?;
            let details = changeable(app)?.clone();
            boxed(Labels::new(details, version, app))
        }
        Action::Duplicate => {
            let secret = changeable(app)?.secret.clone();
            boxed(Facts::duplicate(secret).planned(app))
        }
        Action::Rename => boxed(Facts::rename(changeable(app)?.secret.clone())),
        Action::Metadata => boxed(Facts::metadata(changeable(app)?.secret.clone())),
        Action::Diff => {
            let secret = comparable(app)?.secret.clone();
            let browse = app.browse()?;
            let selected = browse.selected_version()?.key;
            let current = secret.labels.current().map(|current| current.key);
            // The marked version, else the current one, against the selected one.
            let anchor = browse.marked().or(current).unwrap_or(selected);
            boxed(Diff::new(secret, anchor, selected, app))
        }
        Action::MakeCurrent => make_current(app),
        Action::RollBack => roll_back(app),
        Action::DeleteSecret => {
            let name = changeable(app)?.secret.name.clone();
            let deletion = Deletion::Window(Deletion::DEFAULT_DAYS);
            let request = ChangeRequest::Delete(DeleteRequest { name, deletion, expected: None });
            plan("Schedule the deletion".to_owned(), request, app)
        }
        Action::RestoreSecret => restore(app),
        Action::ForceDelete
        | Action::Purge
        | Action::PurgePast
        | Action::ChangePassword
        | Action::Rekey
        | Action::Upgrade
        | Action::Merge
        | Action::Sync
        | Action::Verify
        | Action::Settings
        | Action::BackUp
        | Action::Import
        | Action::Push
        | Action::Pull
        | Action::Export => tasks::open(action, app),
        Action::History => boxed(History::new(app)),
        Action::Which => boxed(Which::new(app)),
        Action::Undo => boxed(TakeBack::new(Newest(Direction::Undo), app)),
        Action::Redo => boxed(TakeBack::new(Newest(Direction::Redo), app)),
        _ => None,
    }
}

/// What an action opens where it is about many secrets: those that are marked, or a folder. Reading, putting and
/// comparing are always about the selected secret.
fn over_many(action: Action, app: &mut App) -> OpenedLayer {
    let targets = |app: &App| app.browse()?.many();
    let plan = |operation: BulkOperation, app: &mut App| {
        let request = BulkRequest { targets: targets(app)?, operation, expected: None };
        boxed(ManyPlan::new(ManyChanges(request), app))
    };
    match action {
        Action::DeleteSecret => plan(BulkOperation::Delete(Deletion::Window(Deletion::DEFAULT_DAYS)), app),
        Action::RestoreSecret => plan(BulkOperation::Restore, app),
        Action::Rename => {
            let targets = targets(app)?;
            let is_folder = matches!(targets.as_slice(), [BulkTarget::Folder(_)]);
            boxed(ManyForm::new(if is_folder { Kind::RenameFolder } else { Kind::Move }, targets, app))
        }
        Action::Metadata => boxed(ManyForm::new(Kind::Tags, targets(app)?, app)),
        Action::StageLabels => boxed(ManyForm::new(Kind::Label, targets(app)?, app)),
        _ => None,
    }
}

fn boxed(layer: impl Layer) -> OpenedLayer {
    Some(Box::new(layer))
}

fn plan(title: String, request: ChangeRequest, app: &mut App) -> OpenedLayer {
    boxed(Plan::new(OneChange { title, request }, app))
}

fn make_current(app: &mut App) -> OpenedLayer {
    let (name, selected) = readable(app)?;
    let Some(version) = version_to_make_current(app.browse()?) else {
        app.say(Tone::Note, format!("{selected} is the current version already"));
        return None;
    };
    match StageMove::new(StageLabel::current(), Some(version.clone()), None) {
        Ok(stage) => {
            let request = ChangeRequest::Stage(StageRequest { name, stage, expected: None });
            plan(format!("Make {version} current"), request, app)
        }
        Err(refusal) => {
            app.say_failed(&Failure::Vault(refusal.into()));
            None
        }
    }
}

fn roll_back(app: &mut App) -> OpenedLayer {
    let details = changeable(app)?;
    let name = details.secret.name.clone();
    if details.secret.labels.previous().is_none() {
        app.say(Tone::Note, "there is no previous version to roll back to: p puts a second one");
        return None;
    }
    let request = ChangeRequest::Rollback(RollbackRequest { name, expected: None });
    plan("Roll back".to_owned(), request, app)
}

fn restore(app: &mut App) -> OpenedLayer {
    let refused = match app.known() {
        None => NOTHING_SELECTED,
        Some(details) if details.secret.planned_deletion.is_none() => {
            "this secret is not scheduled for deletion"
        }
        Some(details) => {
            let request = ChangeRequest::Restore(details.secret.name.clone());
            return plan("Restore".to_owned(), request, app);
        }
    };
    app.say(Tone::Note, refused);
    None
}

/// What is typed after `:` with a file.
pub fn push(remote: &str, app: &mut App) -> OpenedLayer {
    if app.browse().is_none() {
        app.say(Tone::Note, "a push needs an open vault");
        return None;
    }
    tasks::open_push(remote, app)
}

pub fn pull(remote: &str, app: &mut App) -> OpenedLayer {
    if app.browse().is_none() {
        app.say(Tone::Note, "a pull needs an open vault");
        return None;
    }
    tasks::open_pull(remote, app)
}

pub fn import(file: String, source: Option<Source>, app: &mut App) -> OpenedLayer {
    if app.browse().is_none() {
        app.say(Tone::Note, "an import needs an open vault");
        return None;
    }
    tasks::open_import(Some(file.into()), source, app)
}

/// A copy of the vault whose file is typed after `:`.
pub fn merge(file: String, app: &mut App) -> OpenedLayer {
    if app.browse().is_none() {
        app.say(Tone::Note, "a merge needs an open vault");
        return None;
    }
    tasks::open_merge(&file, app)
}

/// A remote that is typed after `:`.
pub fn sync(remote: String, app: &mut App) -> OpenedLayer {
    if app.browse().is_none() {
        app.say(Tone::Note, "a sync needs an open vault");
        return None;
    }
    tasks::open_sync(&remote, app)
}

/// The offer to merge a conflict file.
pub fn merge_offer(app: &mut App) -> OpenedLayer {
    tasks::open_merge_offer(app)
}

/// The keys of what lies below.
pub fn help(contexts: Contexts) -> Box<dyn Layer> {
    Box::new(Help::new(contexts))
}

/// The commands of what lies below.
pub fn palette(
    contexts: &Contexts,
    app: &App,
    obstacle: impl Fn(Action) -> Option<&'static str>,
) -> Box<dyn Layer> {
    Box::new(Palette::new(contexts, &app.keymap, obstacle))
}

/// The question whether to discard what was typed.
pub fn discard() -> Box<dyn Layer> {
    Box::<Discard>::default()
}

/// The screen of an app that starts.
pub fn starting(app: &mut App) -> Box<dyn Layer> {
    Box::new(Opening::new(app))
}

/// The screen for what was found at the path of the vault.
pub fn found(found: Found, app: &mut App) -> Box<dyn Layer> {
    let given = app.given_password.take();
    match found {
        Found::Nothing => {
            let mut first_run = FirstRun::new(app);
            if let Some(password) = given {
                first_run.fill(&password);
            }
            Box::new(first_run)
        }
        Found::Vault { key_file, notices, has_agent, .. } => {
            let work = match given {
                Some(password) => Some(Work::Unlock { password, accepted: Answers::default() }),
                None => has_agent.then_some(Work::UnlockByAgent),
            };
            Box::new(Unlock::new(key_file, &notices, work, app))
        }
    }
}

/// The question for another vault.
pub fn other_vault(app: &mut App) -> Box<dyn Layer> {
    Box::new(OtherVault::new(app))
}

/// The same with an answer, which is looked at.
pub fn vault(path: String, app: &mut App) -> Box<dyn Layer> {
    Box::new(OtherVault::at(path, app))
}

/// The screen of a locked vault; the sentence says why it is.
pub fn locked(said: Option<&str>, app: &App) -> Box<dyn Layer> {
    Box::new(match said {
        Some(said) => Unlock::after_lock(said, app),
        None => Unlock::waiting(app),
    })
}

/// What an answer opens that no layer waits for.
pub fn answered(answer: Answer) -> OpenedLayer {
    match answer {
        Answer::FieldsToCopy { name, version_id, fields } => boxed(CopyField::new(name, version_id, fields)),
        _ => None,
    }
}

/// Brings back a form from before a lock, over the secret as it is now.
pub fn again(form: &Reopen, details: Option<Result<&SecretDetails, &Failure>>, app: &mut App) -> OpenedLayer {
    let known = details.and_then(Result::ok);
    let opened: OpenedLayer = match form.layer.as_str() {
        PutForm::REOPEN => PutForm::reopen(form, known, app).and_then(boxed),
        Facts::REOPEN => known.and_then(|details| Facts::reopen(form, &details.secret, app)).and_then(boxed),
        Labels::REOPEN => {
            known.and_then(|details| Labels::reopen(form, details.clone(), app)).and_then(boxed)
        }
        WriteFile::REOPEN => known.and_then(|details| WriteFile::reopen(form, details)).and_then(boxed),
        ManyForm::REOPEN => ManyForm::reopen(form, app).and_then(boxed),
        TaskForm::REOPEN => TaskForm::reopen(form, app).and_then(boxed),
        _ => None,
    };
    match (&opened, details) {
        (Some(_), _) => app.say(Tone::Note, "your unsaved form is back"),
        // What else was typed was about nothing but that secret.
        (None, Some(Err(failure))) => {
            let text = format!("your unsaved form can't be restored: {}", failure.sentence());
            app.say(Tone::Failed, text);
        }
        (None, _) => {}
    }
    opened
}

/// A form for what the editor saved, which no open one took; where its secret is not known, one that waits for it.
pub fn for_edited(edited: &Edited, app: &mut App) -> Result<Box<dyn Layer>, Reopen> {
    let ids = SuggestedIds::of(app);
    let mut form = match &edited.secret {
        None => PutForm::new_secret("", ids),
        Some(name) => match app.known().filter(|details| details.secret.name == *name) {
            Some(details) => PutForm::put(details, ids).edited_from(edited.version.as_ref()),
            None => return Err(PutForm::kept_for(name.clone(), edited.version.as_ref())),
        },
    };
    form.take_edited(app);
    Ok(Box::new(form))
}
