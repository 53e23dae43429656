//! What came of a job: in its room where that is still open, else in a toast.

use super::import;
use super::removal;
use super::{Line, Room, Stage, room};
use crate::tui::effect::{Effect, Work};
use crate::tui::jobs::{Done, JobFailed, JobKind, Relocked, Relocking, Removal};
use crate::tui::screens::unlock::Unlock;
use crate::tui::state::{Modal, State, Tone, for_people};
use crate::tui::theme::Role;
use crate::tui::when::count;
use crate::vault::VerifyReport;
use crate::vault::import_wording::Tense;

/// What the app must know of it, whoever is told.
pub(super) fn learn(
    state: &mut State,
    result: &Result<Box<Done>, Box<JobFailed>>,
    effects: &mut Vec<Effect>,
) {
    match result.as_deref() {
        Ok(Done::Relocked(relocked)) => state.key_file = relocked.key_file.as_deref().map(for_people),
        Ok(Done::Imported(_) | Done::Removed(_)) => effects.push(Effect::Work(Work::List)),
        _ => {}
    }
}

/// Shows it in its room, or closes that where a toast says all.
pub(super) fn show(state: &mut State, done: Done) {
    match done {
        Done::Verified(report) => finish(state, verified(&report)),
        Done::Relocked(relocked) => finish(state, relocked_lines(&relocked)),
        Done::Exported { ref losses, .. } if !losses.is_empty() => {
            let (_, sentence) = sentence(&done);
            let mut lines = vec![Line::new(Role::Text, sentence)];
            lines.extend(losses.iter().map(|loss| Line {
                lead: "lost",
                text: loss.to_string(),
                role: Role::Warning,
            }));
            finish(state, lines);
        }
        Done::ImportPlanned { source, report, is_other_than_shown } => with(state, |room| {
            room.stage = Stage::Typing;
            room.is_planned = report.changes_anything();
            let mut lines = import::lines(&report, Tense::Would);
            if let Some(first) = lines.first_mut() {
                first.text = format!("{source}: {}", first.text);
            }
            if is_other_than_shown {
                let sentence = "the vault changed meanwhile: nothing was imported; this is the new plan";
                lines.insert(0, Line::new(Role::Warning, sentence));
            }
            room.say(lines);
        }),
        Done::OtherVaultIsLocked { needs_key_file } => with(state, |room| {
            room.stage = Stage::Typing;
            import::ask_for_locks(room, needs_key_file);
        }),
        Done::RemovalPlanned(removals) => with(state, |room| removal::on_plan(room, removals)),
        Done::BackedUp { .. } | Done::Imported(_) | Done::Exported { .. } | Done::Removed(_) => {
            state.modals.retain(|modal| !matches!(modal, Modal::Room(_)));
            tell(state, &done);
        }
    }
}

/// Tells it in a toast.
pub(super) fn tell(state: &mut State, done: &Done) {
    let (tone, sentence) = sentence(done);
    state.say(tone, sentence);
}

fn with(state: &mut State, change: impl FnOnce(&mut Room)) {
    if let Some(room) = room(state) {
        change(room);
    }
}

fn finish(state: &mut State, lines: Vec<Line>) {
    with(state, |room| {
        room.stage = Stage::Finished;
        // What was typed is wiped with its fields.
        room.entries.clear();
        room.say(lines);
    });
}

fn contents(report: &VerifyReport) -> String {
    let number = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    format!(
        "{}, {}, {}",
        count(number(report.secrets), "secret"),
        count(number(report.versions), "version"),
        count(number(report.events), "change")
    )
}

fn verified(report: &VerifyReport) -> Vec<Line> {
    if report.is_clean() {
        return vec![Line::new(Role::Success, format!("the vault is whole: {}", contents(report)))];
    }
    let mut lines: Vec<Line> =
        report.findings.iter().map(|finding| Line::new(Role::Danger, finding)).collect();
    lines.push(Line::new(Role::Muted, "do not use this file any more: restore a backup"));
    lines
}

fn relocked_lines(relocked: &Relocked) -> Vec<Line> {
    let mut lines = vec![Line::new(Role::Success, relocked_sentence(relocked))];
    if let Some(path) = &relocked.made_key_file {
        let path = path.display();
        lines.push(Line::new(
            Role::Warning,
            format!(
                "its key file is '{path}': without a copy of it the vault cannot be opened; start etui with \
                 --key-file '{path}' from now on"
            ),
        ));
    }
    for backup in &relocked.backups {
        let sentence = format!("the backup '{}' still opens with the old password", backup.display());
        lines.push(Line::new(Role::Warning, sentence));
    }
    lines.extend(relocked.notices.iter().map(|notice| Line::new(Role::Warning, notice)));
    lines.push(Line::new(
        Role::Muted,
        match relocked.relocking {
            Relocking::Password => "copies made before still open with the old password",
            Relocking::VaultKey => {
                "whoever has an older copy still knows what is in it: change those secrets where they are used"
            }
        },
    ));
    lines
}

fn relocked_sentence(relocked: &Relocked) -> String {
    let what = match relocked.relocking {
        Relocking::Password => "the master password is changed",
        Relocking::VaultKey => "the vault key is replaced and everything sealed anew",
    };
    let cost = relocked.cost;
    format!(
        "{what}; unlocking takes Argon2id with {} MiB, {} passes, {} lanes",
        cost.memory_kib() / 1024,
        cost.passes(),
        cost.lanes()
    )
}

/// All in one line.
fn sentence(done: &Done) -> (Tone, String) {
    match done {
        Done::Relocked(relocked) => (Tone::Done, relocked_sentence(relocked)),
        Done::Verified(report) => match report.findings.first() {
            None => (Tone::Done, format!("the vault is whole: {}", contents(report))),
            Some(first) => (Tone::Failed, format!("the vault is damaged: {first}; :verify shows all")),
        },
        Done::BackedUp { path, report } => {
            let path = path.display();
            (Tone::Done, format!("backed up to '{path}' and checked: {}", contents(report)))
        }
        Done::ImportPlanned { report, .. } => {
            (Tone::Note, format!("{}; :import shows it", import::summary(report, Tense::Would)))
        }
        Done::OtherVaultIsLocked { .. } => {
            (Tone::Note, "the other vault has a key of its own: :import asks for its password".to_owned())
        }
        Done::Imported(report) => (Tone::Done, format!("{} · u undoes", import::summary(report, Tense::Did))),
        Done::Exported { path, secrets, losses } => {
            let mut text =
                format!("exported {} to '{}', unencrypted", count(*secrets, "secret"), path.display());
            if let Some(first) = losses.first() {
                text = format!("{text}; {first}");
            }
            (Tone::Done, text)
        }
        Done::RemovalPlanned(_) => (Tone::Note, "nothing was removed".to_owned()),
        Done::Removed(removed) => (Tone::Done, removed_sentence(removed)),
    }
}

fn removed_sentence(removed: &[Removal]) -> String {
    match removed {
        [] => "nothing was removed".to_owned(),
        [one] => format!("{} removed for good, with {}", one.name, count(one.versions, "version")),
        several => format!("{} removed for good", count(several.len(), "secret")),
    }
}

/// A job ended behind a locked screen: what concerns the lock is said there, and nothing of what is inside.
pub fn on_job_while_locked(unlock: &mut Unlock, kind: JobKind, result: &Result<Box<Done>, Box<JobFailed>>) {
    let sentence = match (kind, result.as_deref()) {
        (_, Ok(Done::Relocked(relocked))) => match relocked.relocking {
            Relocking::Password => "the master password is changed: the new one opens the vault",
            Relocking::VaultKey => "the vault key is replaced: the new password opens the vault",
        },
        (JobKind::Rekey | JobKind::ChangePassword, Err(_)) => {
            "the locks were not changed: the old password opens the vault"
        }
        (_, Ok(Done::Imported(_))) => "the import was finished before the lock",
        (JobKind::Import, Err(_)) => "the import was taken back when the vault was locked",
        _ => return,
    };
    unlock.remark(Role::Muted, sentence);
}
