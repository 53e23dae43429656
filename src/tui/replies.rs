//! What the answers of the worker do to the state.

use super::as_command::Reads;
use super::editing;
use super::effect::{Copied, CopyFailed, Effect, KeyFileWish, Reply, Work};
use super::lock;
use super::modals;
use super::screens::{browse, first_run, put_form, unlock};
use super::session::CopyRoute;
use super::state::{Screen, State, Tone};
use crate::vault::{Refreshed, VaultError};

/// Takes an answer.
pub fn on_reply(state: &mut State, reply: Reply, effects: &mut Vec<Effect>) {
    if let Some(error) = ends_session(&reply)
        && state.browse().is_some()
    {
        let reason = format!("{error}: {}", error.hint());
        return lock::lock(state, &reason, effects);
    }
    if state.browse().is_none() && is_of_open_vault(&reply) {
        if let (Reply::Job { kind, result }, Screen::Unlock(unlock)) = (&reply, &mut state.screen) {
            modals::rooms::on_job_while_locked(unlock, *kind, result);
        }
        state.was_stored |=
            matches!(reply, Reply::Put(Ok(_)) | Reply::SecretCreated(Ok(_)) | Reply::Changed(Ok(_)));
        return;
    }
    match reply {
        Reply::Found(found) => unlock::on_found(state, found, effects),
        Reply::Around { path, names } => modals::on_around(state, &path, names),
        Reply::OtherFound { wish, result } => modals::on_other_found(state, &wish, result, effects),
        Reply::Measured(result) => first_run::on_measured(state, result),
        Reply::Created(Ok(opened)) => {
            let wish = match &state.screen {
                Screen::FirstRun(first_run) => first_run.wish(),
                _ => KeyFileWish::None,
            };
            lock::opened(state, *opened, effects);
            state.say(
                Tone::Done,
                match wish {
                    KeyFileWish::None | KeyFileWish::Take(_) => "the vault is made and open".to_owned(),
                    KeyFileWish::Make(path) => {
                        format!("the vault is made; its key file is {}: copy it to a safe place", path.trim())
                    }
                },
            );
        }
        Reply::Created(Err(error)) => {
            state.waiting = None;
            first_run::on_failed(state, &error);
        }
        Reply::Unlocked(Ok(opened)) => lock::opened(state, *opened, effects),
        Reply::Unlocked(Err(error)) => {
            state.waiting = None;
            if let Screen::Unlock(unlock) = &mut state.screen {
                unlock.refuse(&error);
            }
        }
        Reply::Locked | Reply::PlaceKept | Reply::ClipboardCleared | Reply::ImportForgotten => {}
        Reply::Refreshed(Ok(refreshed)) => on_refreshed(state, refreshed, effects),
        Reply::Refreshed(Err(error)) => say(state, &error),
        Reply::Listed(Ok(catalogue)) => browse::on_catalogue(state, *catalogue, effects),
        Reply::Listed(Err(error)) => say(state, &error),
        Reply::Described { name, result } => {
            lock::details_known(state, &name, result.as_deref(), effects);
            modals::on_diff_details(state, &name, result.as_deref().ok());
            browse::on_details(state, &name, result);
            put_form::secret_changed(state, effects);
        }
        Reply::Revealed { name, version_id, result } => browse::on_value(state, &name, version_id, result),
        Reply::FieldsToCopy { name, version_id, fields } => {
            modals::on_fields(state, name, version_id, fields);
        }
        Reply::Copied { what, result } => on_copied(state, &what, result),
        Reply::PlannedPut { revision, result } => put_form::on_plan(state, revision, result),
        Reply::ValueToEdit { name, version_id, result } => {
            editing::on_value(state, name, &version_id, result, effects);
        }
        Reply::FileRead { revision, result } => put_form::on_file(state, revision, result, effects),
        Reply::PathCompleted { typed, completion } => {
            put_form::on_completed(state, &typed, completion, effects);
        }
        Reply::Written { path, result } => modals::on_written(state, &path, result),
        Reply::Generated { revision, result } => modals::on_generated(state, revision, result),
        Reply::Put(result) => put_form::on_put(state, result, effects),
        Reply::SecretCreated(result) => put_form::on_created(state, result, effects),
        Reply::PlannedChange { revision, result } => modals::on_plan(state, revision, result),
        Reply::Changed(result) => modals::on_changed(state, result, effects),
        Reply::PlannedTakeBack { revision, result } => modals::on_take_back_plan(state, revision, result),
        Reply::History { subject, result } => modals::on_history(state, subject.as_ref(), result),
        Reply::Which { revision, result } => modals::on_which(state, revision, result),
        Reply::Job { kind, result } => modals::rooms::on_job(state, kind, result, effects),
        Reply::Diff { revision, result } => modals::on_diff(state, revision, result),
        Reply::TakenBack(result) => modals::on_taken_back(state, result, effects),
    }
}

/// Answers that came too late: the vault was locked meanwhile, and nothing of it may be shown.
const fn is_of_open_vault(reply: &Reply) -> bool {
    !matches!(
        reply,
        Reply::Found(_)
            | Reply::Around { .. }
            | Reply::OtherFound { .. }
            | Reply::Measured(_)
            | Reply::Created(_)
            | Reply::Unlocked(_)
            | Reply::Copied { .. }
    )
}

/// An error that says nothing of a vault that is not shown any more.
fn say(state: &mut State, error: &VaultError) {
    if state.browse().is_some() {
        state.say_failed(error);
    }
}

/// The failures after which nothing of this vault may be shown any more.
fn ends_session(reply: &Reply) -> Option<&VaultError> {
    let error = match reply {
        Reply::Refreshed(Err(error))
        | Reply::Listed(Err(error))
        | Reply::Described { result: Err(error), .. }
        | Reply::Revealed { result: Err(error), .. }
        | Reply::PlannedPut { result: Err(error), .. }
        | Reply::Put(Err(error))
        | Reply::SecretCreated(Err(error))
        | Reply::PlannedChange { result: Err(error), .. }
        | Reply::Changed(Err(error))
        | Reply::PlannedTakeBack { result: Err(error), .. }
        | Reply::History { result: Err(error), .. }
        | Reply::Diff { result: Err(error), .. }
        | Reply::Which { result: Err(error), .. }
        | Reply::TakenBack(Err(error))
        | Reply::Written { result: Err(error), .. }
        | Reply::ValueToEdit { result: Err(error), .. }
        | Reply::Copied { result: Err(CopyFailed::Vault(error)), .. } => error,
        Reply::Job { result: Err(failed), .. } => failed.error.as_ref()?,
        _ => return None,
    };
    matches!(
        error,
        VaultError::Locked { .. }
            | VaultError::Integrity { .. }
            | VaultError::Older { .. }
            | VaultError::OtherBranch { .. }
            | VaultError::OtherVault
            | VaultError::VaultGone { .. }
    )
    .then_some(error)
}

fn on_refreshed(state: &mut State, refreshed: Refreshed, effects: &mut Vec<Effect>) {
    match refreshed {
        Refreshed::Same => {}
        Refreshed::Changed => effects.push(Effect::Work(Work::List)),
        Refreshed::PasswordChanged => {
            state.say(Tone::Note, "the master password was changed elsewhere; this session goes on");
            effects.push(Effect::Work(Work::List));
        }
    }
}

/// The toast tells the truth of the way that was taken.
fn on_copied(state: &mut State, what: &Copied, result: Result<CopyRoute, CopyFailed>) {
    let subject = match what {
        Copied::Value { name, version_id } => format!("value of {name}#{version_id}"),
        Copied::Field { name, version_id, field } => format!("field '{field}' of {name}#{version_id}"),
        Copied::Reference { name, version_id } => format!("reference {name}#{version_id}"),
        Copied::Command(Reads::Nothing) => "command".to_owned(),
        Copied::Command(Reads::Value) => "command (it reads the value from stdin)".to_owned(),
    };
    let more = more_of(state, what);
    match result {
        Ok(CopyRoute::System { cleared_in }) => {
            // The clipboard is emptied on time, locked or not.
            state.clipboard_until = Some(state.now.after(cleared_in));
            state.say(Tone::Done, format!("{subject} copied, cleared in {} s{more}", cleared_in.as_secs()));
        }
        Ok(CopyRoute::Osc52) => state.say(
            Tone::Note,
            format!(
                "{subject} sent to the terminal by OSC 52: it cannot be checked or cleared from here{more}"
            ),
        ),
        Ok(CopyRoute::Command) => {
            state.say(Tone::Done, format!("{subject} given to your clipboard command{more}"))
        }
        Err(CopyFailed::Vault(error)) => say(state, &error),
        Err(CopyFailed::Clipboard(sentence)) => state.say(Tone::Failed, sentence),
    }
}

/// The line of a command that was copied.
fn more_of(state: &State, what: &Copied) -> String {
    match (what, state.last_command.line()) {
        (Copied::Command(_), Some(line)) => format!(": {}", line.text()),
        _ => String::new(),
    }
}
