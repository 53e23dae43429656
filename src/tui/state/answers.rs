//! What becomes of the worker's answers, and of what waited for them.

use super::State;
use crate::tui::app::Returning;
use crate::tui::ask::{Answer, Answered, Failure, Pending, Work};
use crate::tui::layer::News;
use crate::tui::layers::tasks;
use crate::tui::{browse, editing, open};

impl State {
    /// Takes an answer: the app learns what holds whoever waits for it, then the topmost layer that does is
    /// answered.
    pub(in crate::tui) fn answered(&mut self, answered: Answered) {
        let job = self.app.under_way.as_ref();
        let job = job.filter(|job| job.ticket == answered.ticket).map(|job| job.kind);
        if let Some(reason) = self.app.learn(&answered) {
            return self.lock(&reason);
        }
        if self.app.browse().is_none() && answered.is_of_open_vault {
            return self.late(answered);
        }
        let waiting = self.layers.iter().rposition(|layer| layer.awaits(answered.ticket));
        if let Some(at) = waiting {
            let flow = self.layers[at].answered(answered, &mut self.app);
            return self.apply(at, flow);
        }
        if self.app.browse().is_some_and(|browse| browse.awaits_outline(answered.ticket)) {
            return browse::act::on_outline(&mut self.app, answered.result);
        }
        if self.app.browse().is_some_and(|browse| browse.awaits(answered.ticket)) {
            return self.described(answered);
        }
        if let Some(returning) = &mut self.app.returning
            && returning.details.awaits(answered.ticket)
        {
            return returning.details.settle(answered.result);
        }
        if let Some(kind) = job {
            return tasks::tell(kind, &answered.result, &mut self.app);
        }
        self.unclaimed(answered);
    }

    /// An answer about the vault that is locked now: nothing of it may be shown.
    fn late(&mut self, answered: Answered) {
        match answered.result {
            // What went into the clipboard is told, and cleared on time.
            Ok(Answer::Copied { what, route }) => self.app.say_copied(&what, route),
            result => {
                let late = self.app.late_job.take_if(|(ticket, _)| *ticket == answered.ticket);
                if let Some((_, kind)) = late {
                    self.tell_all(&News::Late(kind, &result));
                }
            }
        }
    }

    /// What is known of the selected secret came.
    fn described(&mut self, answered: Answered) {
        let result = match answered.result {
            Ok(Answer::Described(details)) => Ok(details),
            Ok(_) => return,
            Err(failure) => Err(failure),
        };
        let details = result.as_ref().ok().cloned();
        if let Some(name) = browse::act::on_details(&mut self.app, result) {
            self.tell_all(&News::Secret(&name, details.as_deref()));
        }
    }

    /// An answer that nobody waits for.
    fn unclaimed(&mut self, answered: Answered) {
        let app = &mut self.app;
        match answered.result {
            Ok(Answer::Listed(catalogue)) => browse::act::on_catalogue(app, *catalogue),
            Ok(Answer::Revealed { name, version_id, field, value }) => {
                browse::act::on_value(app, &name, version_id, field, value);
            }
            Ok(Answer::Copied { what, route }) => app.say_copied(&what, route),
            // A form that was opened meanwhile is not disturbed.
            Ok(Answer::ValueToEdit { name, version_id, value }) if self.layers.is_empty() => {
                editing::on_value(app, name, &version_id, value);
            }
            Ok(answer) if self.layers.is_empty() => self.layers.extend(open::answered(answer)),
            Ok(_) => {}
            Err(failure) => self.failed(&failure, answered.is_preview),
        }
    }

    /// A failure that nobody waits for; that of a preview was of something else than is shown now.
    fn failed(&mut self, failure: &Failure, is_preview: bool) {
        if !is_preview {
            self.app.say_failed(failure);
        }
    }

    /// Brings in order what depends on time, size and what has come: before and after each event.
    pub(in crate::tui) fn settle(&mut self) {
        if let Some(browse) = &mut self.app.browse {
            browse.now = self.app.wall;
            browse.keep_in_view(self.app.size);
        } else if self.layers.is_empty() {
            self.layers.push(open::locked(None, &self.app));
        }
        self.bring_back();
        self.offer_merge();
        self.tell_all(&News::Settle);
        self.hand_out_edited();
    }

    /// Where a conflict file was found by the unlock, its merge is offered; what was typed before a lock comes first.
    fn offer_merge(&mut self) {
        let is_free = self.app.browse().is_some() && self.layers.is_empty() && self.app.returning.is_none();
        if is_free && std::mem::take(&mut self.app.offers_merge) {
            self.layers.extend(open::merge_offer(&mut self.app));
        }
    }

    /// Opens the form from before a lock, once what it waits for is known.
    fn bring_back(&mut self) {
        let is_ready = |returning: &mut Returning| {
            returning.form.secret.is_none() || returning.details.known().is_some()
        };
        if self.app.browse().is_none() {
            return;
        }
        if let Some(returning) = self.app.returning.take_if(is_ready) {
            let details = returning.details.known().map(|known| known.as_ref().map(|details| &**details));
            let form = open::again(&returning.form, details, &mut self.app);
            self.layers.extend(form);
        }
    }

    /// What the editor saved goes into the topmost put form, or the one that is about to come back, or a new one.
    fn hand_out_edited(&mut self) {
        if self.app.browse().is_none() || self.app.edited.is_none() {
            return;
        }
        self.tell_all(&News::Edited);
        if self.app.returning.is_some() {
            return;
        }
        if let Some((secret, _)) = &self.app.edited {
            match open::for_edited(&secret.clone(), &mut self.app) {
                Ok(form) => self.layers.push(form),
                Err(form) => {
                    let mut details = Pending::default();
                    if let Some(name) = form.secret.clone() {
                        details.ask(&mut self.app.asks, Work::Describe(name));
                    }
                    self.app.returning = Some(Returning { form, details });
                }
            }
        }
    }
}
