//! What the app learns from an answer, whoever waits for it: the toast, what is selected, what is read again.

use super::{App, Tone, for_people};
use crate::domain::SecretName;
use crate::tui::ask::{Answer, Answered, Work};
use crate::tui::jobs::Done;
#[cfg(feature = "engines")]
use crate::tui::jobs::EngineDone;
use crate::tui::plan_text;
use crate::vault::{FormatVersion, Refreshed};
use crate::versioning::Change;

impl App {
    /// Learns from an answer what holds whoever waits for it. A reason to lock is answered, where there is one.
    pub fn learn(&mut self, answered: &Answered) -> Option<String> {
        self.last_command.end(answered);
        if self.busy.is_some_and(|busy| busy.ticket == answered.ticket) {
            self.busy = None;
        }
        if self.under_way.as_ref().is_some_and(|under_way| under_way.ticket == answered.ticket) {
            self.under_way = None;
        }
        if self.browse.is_none() && self.storing == Some(answered.ticket) {
            self.was_stored = answered.result.is_ok();
        }
        self.browse.as_ref()?;
        match &answered.result {
            Err(failure) if answered.is_of_open_vault && failure.ends_session() => Some(failure.line()),
            Err(_) => None,
            Ok(answer) => {
                self.learn_answer(answer);
                None
            }
        }
    }

    fn learn_answer(&mut self, answer: &Answer) {
        match answer {
            Answer::Refreshed(Refreshed::Same) => {}
            Answer::Refreshed(Refreshed::Changed) => self.list(),
            Answer::Refreshed(Refreshed::PasswordChanged) => {
                self.say(Tone::Note, "the master password was changed elsewhere; this session continues");
                self.list();
            }
            Answer::Put(outcome) => {
                self.say(Tone::Done, plan_text::put_done(outcome));
                self.work_on(&outcome.name);
                if let Some(browse) = &mut self.browse {
                    browse.wish_version(&outcome.version_id);
                }
                self.list();
            }
            Answer::SecretCreated(outcome) => {
                let text = format!(
                    "{} stored, {} is current{}",
                    outcome.name,
                    outcome.version_id,
                    plan_text::UNDOES
                );
                self.say(Tone::Done, text);
                self.work_on(&outcome.name);
                self.list();
            }
            Answer::Changed(outcome) => {
                self.work_on(&outcome.name);
                self.go_to_new_current(outcome.change.as_ref());
                self.say(Tone::Done, plan_text::change_done(outcome));
                self.list();
            }
            Answer::ChangedMany(done) => {
                self.say(Tone::Done, plan_text::many_done(&done.request, &done.outcome));
                let changes = done.outcome.changes.iter();
                self.follow(changes.filter_map(|outcome| outcome.change.as_ref()));
                if let Some(browse) = &mut self.browse {
                    browse.clear_marks();
                }
                self.list();
            }
            Answer::TakenBack(outcome) => {
                self.say(Tone::Done, plan_text::taken_back(outcome));
                if outcome.steps.len() > 1 {
                    self.follow(outcome.steps.iter().filter_map(|step| step.change.as_ref()));
                }
                if let [step] = outcome.steps.as_slice()
                    && let Some(name) = &step.entry.secret
                {
                    // The undo of a renaming leads from one name to the other.
                    let renamed = step.change.as_ref().and_then(|change| change.name.as_ref());
                    self.work_on(renamed.map_or(name, |shift| &shift.after));
                    self.go_to_new_current(step.change.as_ref());
                }
                self.list();
            }
            Answer::SettingSaved { setting, file, problem: None } => {
                self.say(Tone::Done, format!("{setting}, saved in {file}"));
            }
            Answer::SettingSaved { setting, problem: Some(problem), .. } => {
                self.say(Tone::Failed, format!("{setting} until you leave; not saved: {problem}"));
            }
            Answer::Job(done) => match &**done {
                Done::Upgraded => self.format = Some(FormatVersion::NEWEST),
                Done::Relocked(relocked) => self.key_file = relocked.key_file.as_deref().map(for_people),
                Done::Imported(_) | Done::Removed(_) => self.list(),
                #[cfg(feature = "engines")]
                Done::Engine(EngineDone::Pulled { .. }) => self.list(),
                Done::Merged(merged) => {
                    self.say(
                        Tone::Done,
                        plan_text::merge_done(&merged.called, merged.outcome.as_ref(), merged.put),
                    );
                    if let Some(notice) = merged.notices.first() {
                        self.say(Tone::Failed, notice.clone());
                    }
                    self.list();
                }
                _ => {}
            },
            _ => {}
        }
    }

    fn work_on(&mut self, name: &SecretName) {
        if let Some((browse, asks)) = self.browsing() {
            browse.work_on(name.clone(), asks);
        }
    }

    /// The cursor goes to the version that a change has made current.
    fn go_to_new_current(&mut self, change: Option<&Change>) {
        let moves = change.map(Change::moves).unwrap_or_default();
        let current = moves.into_iter().find(|moved| moved.label.is_current()).and_then(|moved| moved.to);
        if let (Some(version), Some(browse)) = (current, &mut self.browse) {
            browse.wish_version(&version);
        }
    }

    /// Several secrets may have got other names: the selection follows.
    fn follow<'a>(&mut self, changes: impl Iterator<Item = &'a Change>) {
        if let Some((browse, asks)) = self.browsing() {
            let renamed = changes.filter_map(|change| change.name.as_ref());
            browse.follow(renamed.map(|name| (&name.before, &name.after)), asks);
        }
    }

    fn list(&mut self) {
        self.asks.work(Work::List);
    }
}
