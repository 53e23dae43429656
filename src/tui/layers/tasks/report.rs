//! What came of a job: in its dialog where that is still open, else in a toast.

use super::super::merge_plan;
use super::import;
use super::merge;
use super::removal;
use super::task::{Line, Stage, TaskForm};
use crate::tui::app::{App, Tone, for_people};
use crate::tui::ask::{Answer, Failure};
use crate::tui::jobs::{Done, JobKind, OtherCopy, Relocked};
use crate::tui::layer::Flow;
use crate::tui::plan_text;
use crate::tui::theme::Role;
use crate::tui::when::count;
use crate::vault::import_wording::Tense;
use crate::vault::merge::LockAfter;
use crate::vault::{OnRefusal, Relocking, Removal, VerifyReport, wording};

const UPGRADED: &str = "upgraded the vault and checked it";

/// Shows it in its dialog, or closes that where a toast says all.
pub(super) fn show(form: &mut TaskForm, done: Done, app: &mut App) -> Flow {
    match done {
        Done::Verified(report) => finish(form, verified(&report)),
        Done::Relocked(relocked) => finish(form, relocked_lines(&relocked)),
        Done::Exported { ref losses, .. } if !losses.is_empty() => {
            let (_, sentence) = sentence(&done);
            let mut lines = vec![Line::new(Role::Text, sentence)];
            lines.extend(losses.iter().map(|loss| Line {
                lead: "lost",
                text: loss.to_string(),
                role: Role::Warning,
            }));
            finish(form, lines);
        }
        Done::ImportPlanned { source, report, is_other_than_shown } => {
            import::show_plan(form, *report, source, is_other_than_shown);
        }
        Done::FileIsLocked => {
            form.stage = Stage::Typing;
            import::ask_for_password(form);
        }
        Done::StoreNeedsIdentities => {
            form.stage = Stage::Typing;
            import::ask_for_identities(form);
        }
        Done::MergePlanned(planned) => return merge::show_plan(*planned, app),
        Done::Merged(merged) => return merge_plan::merged_flow(*merged),
        Done::OtherVaultIsLocked { needs_key_file } => {
            form.stage = Stage::Typing;
            import::ask_for_locks(form, needs_key_file);
        }
        Done::RemovalPlanned(removals) => removal::on_plan(form, removals),
        #[cfg(feature = "engines")]
        Done::Engine(done) => return super::engine::came(form, done, app),
        Done::Upgraded
        | Done::BackedUp { .. }
        | Done::Imported(_)
        | Done::Exported { .. }
        | Done::Removed(_) => {
            say(&done, app);
            return Flow::Done;
        }
    }
    Flow::Stay
}

/// Tells in a toast how a job ended that no dialog waits for.
pub fn tell(kind: JobKind, result: &Result<Answer, Failure>, app: &mut App) {
    match result {
        Ok(Answer::Job(done)) => say(done, app),
        Ok(_) => {}
        Err(failure) if failure.was_stopped() => app.say(Tone::Note, kind.stopped()),
        Err(failure) => app.say_failed(failure),
    }
}

fn say(done: &Done, app: &mut App) {
    let (tone, sentence) = sentence(done);
    app.say(tone, sentence);
}

fn finish(form: &mut TaskForm, lines: Vec<Line>) {
    form.stage = Stage::Finished;
    // What was typed is wiped with its fields.
    form.form.clear();
    form.say(lines);
}

fn verified(report: &VerifyReport) -> Vec<Line> {
    if report.is_clean() {
        let contents = Line::new(Role::Success, format!("Vault OK: {}", wording::contents(report)));
        let state = report.state.map(|state| format!("State {state}: the same for equal copies"));
        return [contents].into_iter().chain(state.map(|state| Line::new(Role::Muted, state))).collect();
    }
    let mut lines: Vec<Line> =
        report.findings.iter().map(|finding| Line::new(Role::Danger, finding)).collect();
    lines.push(Line::new(Role::Muted, "do not use this file any more: restore a backup"));
    lines
}

fn relocked_lines(relocked: &Relocked) -> Vec<Line> {
    let mut lines = vec![Line::new(Role::Success, wording::relocked(&relocked.done))];
    if let Some(path) = &relocked.done.made_key_file {
        let named = format!("start etui with --key-file '{}' from now on", path.display());
        lines.push(Line::new(Role::Warning, format!("{}; {named}", wording::key_file_made(path))));
    }
    lines.extend(relocked.notices.iter().map(|notice| Line::new(Role::Warning, notice)));
    let not_reached = wording::not_reached(&relocked.done);
    lines.extend(not_reached.into_iter().map(|sentence| Line::new(Role::Warning, sentence)));
    lines
}

/// All in one line.
fn sentence(done: &Done) -> (Tone, String) {
    match done {
        Done::Relocked(relocked) => (Tone::Done, wording::relocked(&relocked.done)),
        Done::Upgraded => (Tone::Done, UPGRADED.to_owned()),
        Done::Verified(report) => match report.findings.first() {
            None => (Tone::Done, format!("vault OK: {}", wording::contents(report))),
            Some(first) => (Tone::Failed, format!("the vault is damaged: {first}; :verify shows all")),
        },
        Done::BackedUp { path, report } => {
            let path = for_people(path);
            (Tone::Done, format!("backed up to '{path}' and checked: {}", wording::contents(report)))
        }
        Done::ImportPlanned { report, .. } => (
            Tone::Note,
            format!("{}; :import shows it", import::summary(report, Tense::Would, OnRefusal::ImportNothing)),
        ),
        Done::FileIsLocked => {
            (Tone::Note, "the file has a password of its own: :import asks for it".to_owned())
        }
        Done::StoreNeedsIdentities => {
            (Tone::Note, "the store is decrypted with identities of age: :import asks for them".to_owned())
        }
        Done::OtherVaultIsLocked { .. } => {
            (Tone::Note, "the other vault has a key of its own: :import asks for its password".to_owned())
        }
        Done::Imported(report) => {
            (Tone::Done, format!("{} · u undoes", import::summary(report, Tense::Did, OnRefusal::LeaveOut)))
        }
        Done::MergePlanned(planned) => {
            let again = if matches!(planned.wanted.copy, OtherCopy::File(_)) { ":merge" } else { ":sync" };
            (Tone::Note, format!("'{}' was read; {again} shows what a merge would do", planned.called))
        }
        Done::Merged(merged) => {
            (Tone::Done, plan_text::merge_done(&merged.called, merged.outcome.as_ref(), merged.put))
        }
        Done::Exported { path, is_encrypted, secrets, losses } => {
            let how = if *is_encrypted { "" } else { ", unencrypted" };
            let mut text = format!("exported {} to '{}'{how}", count(*secrets, "secret"), for_people(path));
            if let Some(first) = losses.first() {
                text = format!("{text}; {first}");
            }
            (Tone::Done, text)
        }
        Done::RemovalPlanned(_) => (Tone::Note, "nothing was removed".to_owned()),
        Done::Removed(removed) => (Tone::Done, removed_sentence(removed)),
        #[cfg(feature = "engines")]
        Done::Engine(done) => crate::tui::engine_text::done(done),
    }
}

fn removed_sentence(removed: &[Removal]) -> String {
    match removed {
        [] => "nothing was removed".to_owned(),
        [one] => wording::removed(&one.name, one.versions),
        several => format!("removed {} for good", count(several.len(), "secret")),
    }
}

/// What is said on the unlock screen of a job that ended behind it: what concerns the lock, and nothing of what is
/// inside.
pub fn ended_while_locked(kind: JobKind, result: &Result<Answer, Failure>) -> Option<&'static str> {
    let done = match result {
        Ok(Answer::Job(done)) => Ok(&**done),
        Ok(_) => return None,
        Err(failure) => Err(failure),
    };
    Some(match (kind, done) {
        (_, Ok(Done::Relocked(relocked))) => match relocked.done.what {
            Relocking::Password => "the master password is changed: the new one opens the vault",
            Relocking::VaultKey => "the vault key is replaced: the new password opens the vault",
        },
        (_, Ok(Done::Upgraded)) => "the vault was upgraded and checked",
        (JobKind::Rekey | JobKind::ChangePassword, Err(_)) => {
            "the password was not changed: the old one opens the vault"
        }
        (_, Ok(Done::Merged(merged))) => match merged.outcome.as_ref().map(|outcome| outcome.lock_after) {
            None | Some(LockAfter::Same) => "the merge was finished before the lock",
            Some(_) => {
                "the merge was finished before the lock: the password of the other copy opens the vault"
            }
        },
        (JobKind::Merge, Err(_)) => "the merge was not made before the lock",
        (_, Ok(Done::Imported(_))) => "the import was finished before the lock",
        (JobKind::Import, Err(_)) => "the import was undone when the vault was locked",
        _ => return None,
    })
}
