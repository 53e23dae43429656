//! The one function that does what the app asks for; it runs on the worker.

use std::path::Path;

use super::{Answer, Answered, Asked, ChangedMany, Copied, Failure, Work};
use crate::config;
use crate::domain::{SecretName, VersionId, reason};
use crate::platform::paths;
use crate::platform::user_files;
use crate::query::Catalogue;
use crate::tui::file_value::read_file;
use crate::tui::holders;
use crate::tui::jobs;
use crate::tui::outline::Outline;
use crate::tui::session::{self, Session};
use crate::vault::place_secret_file;

/// Does one piece of work.
pub fn perform(session: &mut Session, Asked { ticket, work }: Asked) -> Answered {
    let (is_of_open_vault, is_preview) = (work.is_of_open_vault(), work.is_preview());
    Answered { ticket, is_of_open_vault, is_preview, result: answer(session, work) }
}

fn answer(session: &mut Session, work: Work) -> Result<Answer, Failure> {
    Ok(match work {
        Work::Open => Answer::Found(session.open()?),
        Work::LookAround { path } => Answer::Around(session::around(&path)),
        Work::OpenOther(request) => Answer::Found(session.open_other(&request)?),
        Work::MeasureKdf => Answer::Measured(session.measure_kdf()?),
        Work::Create { password, cost, key_file } => {
            Answer::Opened(Box::new(session.create(password, cost, key_file)?))
        }
        Work::Unlock { password, accepted } => Answer::Opened(Box::new(session.unlock(password, accepted)?)),
        Work::UseSettings(settings) => {
            session.use_settings(&settings);
            Answer::SettingsUsed
        }
        Work::SaveSetting { file, setting, value } => {
            let saved = config::save(&paths::typed(&file), setting, &value);
            let problem = saved.err().map(|error| error.to_string());
            Answer::SettingSaved { setting: format!("{} = {value}", setting.name), file, problem }
        }
        Work::UnlockByAgent => Answer::Opened(Box::new(session.unlock_by_agent()?)),
        Work::Lock { place } => {
            session.lock(&place);
            Answer::Locked
        }
        Work::KeepPlace { stand } => {
            session.keep_place(&stand);
            Answer::PlaceKept
        }
        Work::Refresh => Answer::Refreshed(session.vault()?.refresh()?),
        Work::List => Answer::Listed(Box::new(Catalogue::of(session.vault()?.list()?))),
        Work::Describe(name) => Answer::Described(Box::new(session.vault()?.describe(&name)?)),
        Work::Outline { name, version_id } => {
            Answer::Outlined(Box::new(Outline::of(&session.value(&name, &version_id)?)))
        }
        Work::Reveal { name, version_id, field } => {
            let value = match &field {
                None => session.value(&name, &version_id)?,
                Some(field) => session.field_to_show(&name, &version_id, field)?,
            };
            Answer::Revealed { name, version_id, field, value }
        }
        Work::CopyValue { name, version_id } => match session.fields(&name, &version_id) {
            Ok(fields) if !fields.is_empty() => Answer::FieldsToCopy { name, version_id, fields },
            _ => copy_whole(session, name, version_id)?,
        },
        Work::CopyPart { name, version_id, field: None } => copy_whole(session, name, version_id)?,
        Work::CopyPart { name, version_id, field: Some(field) } => {
            let route = session.copy_field(&name, &version_id, &field)?;
            Answer::Copied { what: Copied::Field { name, version_id, field }, route }
        }
        Work::Code { name, version_id, at } => {
            Answer::Code(Box::new(session.code(&name, &version_id, at)?))
        }
        Work::CopyCode { name, version_id, at } => {
            let code = session.code(&name, &version_id, at)?;
            let route = session.copy_text(&code.digits)?;
            Answer::Copied { what: Copied::Code { name, version_id }, route }
        }
        Work::CopyReference { name, version_id } => {
            let route = session.copy_reference(&name, &version_id)?;
            Answer::Copied { what: Copied::Reference { name, version_id }, route }
        }
        Work::CopyCommand { line, reads } => {
            Answer::Copied { what: Copied::Command(reads), route: session.copy_text(&line)? }
        }
        Work::ClearClipboard => {
            session.clear_clipboard();
            Answer::ClipboardCleared
        }
        Work::PlanPut { request } => Answer::PlannedPut(Box::new(session.vault()?.plan_put(&request)?)),
        Work::EditValue { name, version_id } => {
            let value = session.value(&name, &version_id)?;
            Answer::ValueToEdit { name, version_id, value }
        }
        Work::TakeValue { name, version_id } => {
            let value = session.value(&name, &version_id)?;
            Answer::ValueTaken { version_id, value }
        }
        Work::ReadFile { path } => {
            Answer::FileRead(Box::new(read_file(&path).map_err(|sentence| Failure::told(sentence, ""))?))
        }
        Work::CompletePath { typed } => {
            let completion = user_files::complete(&typed);
            Answer::PathCompleted { typed, completion }
        }
        Work::WriteValue { name, version_id, path, existing } => {
            let value = session.value(&name, &version_id)?;
            let file = paths::typed(&path);
            refuse_folders(&file)?;
            place_secret_file(&file, &value.into_bytes(), existing)?;
            Answer::Written
        }
        Work::Generate { recipe } => Answer::Generated(recipe.generate()?),
        Work::Put(request) => Answer::Put(Box::new(session.vault()?.put_secret_value(&request)?)),
        Work::CreateSecret(request) => {
            Answer::SecretCreated(Box::new(session.vault()?.create_secret(&request)?))
        }
        Work::PlanChange { request } => Answer::PlannedChange(Box::new(request.plan(session.vault()?)?)),
        Work::Change(request) => Answer::Changed(Box::new(request.make(session.vault()?)?)),
        Work::PlanBulk(request) => Answer::PlannedBulk(Box::new(session.vault()?.plan_bulk(&request)?)),
        Work::ChangeMany(request) => {
            let outcome = session.vault()?.change_many(&request)?;
            Answer::ChangedMany(Box::new(ChangedMany { request: *request, outcome }))
        }
        Work::PlanTakeBack { direction } => {
            Answer::PlannedTakeBack(Box::new(session.vault()?.plan_take_back(direction)?))
        }
        Work::Diff { name, versions, texts } => {
            Answer::Diff(Box::new(session.compare(&name, &versions, texts)?))
        }
        Work::Which { scope, value } => {
            Answer::Which(Box::new(holders::find(session.vault()?, scope.as_ref(), &value)?))
        }
        Work::History { subject, limit } => {
            let vault = session.vault()?;
            Answer::History(match &subject {
                Some(name) => vault.history_of(name, limit)?,
                None => vault.history(limit)?,
            })
        }
        Work::Job { job, watched } => Answer::Job(Box::new(jobs::perform(session, *job, &watched)?)),
        Work::DeleteMerged(file) => {
            let path = file.path().display().to_string();
            let deleted = file.delete_if_unchanged();
            let is_gone = deleted.map_err(|error| {
                Failure::told(format!("cannot delete '{path}': {}", reason(&error)), "delete it yourself")
            })?;
            Answer::MergedDeleted { is_gone }
        }
        Work::ForgetIncoming => {
            session.forget_incoming();
            Answer::IncomingForgotten
        }
        Work::TakeBack { direction, newest } => {
            Answer::TakenBack(Box::new(session.vault()?.take_back(direction, Some(newest))?))
        }
    })
}

fn copy_whole(session: &mut Session, name: SecretName, version_id: VersionId) -> Result<Answer, Failure> {
    let route = session.copy_value(&name, &version_id)?;
    Ok(Answer::Copied { what: Copied::Value { name, version_id }, route })
}

/// A value goes into a file of a folder that is there.
fn refuse_folders(file: &Path) -> Result<(), Failure> {
    if file.is_dir() {
        return Err(Failure::told(format!("'{}' is a folder", file.display()), "name a file in it"));
    }
    match file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) if !folder.is_dir() => {
            let sentence = format!("there is no folder '{}'", folder.display());
            Err(Failure::told(sentence, "create it first, or check the path"))
        }
        _ => Ok(()),
    }
}
