//! What was typed: whether it would be lost, and what a lock keeps of it.

use super::Form;
use super::field::{Content, Loss};
use crate::tui::place::Reopen;

impl Form {
    /// Whether something was typed that is a loss.
    pub fn is_dirty(&self) -> bool {
        self.fields.iter().any(|field| field.loss == Loss::Counts && field.differs())
    }

    /// What a lock keeps of what was typed: no password, and no word that only confirms. `None`: nothing was typed.
    pub fn keep(&self, mut form: Reopen) -> Option<Reopen> {
        if !self.fields.iter().any(|field| field.loss != Loss::None && field.differs()) {
            return None;
        }
        for field in self.fields.iter().filter(|field| field.loss != Loss::None && !field.is_masked()) {
            match (&field.content, field.buffer()) {
                (Content::Choice { chosen, .. }, _) => form.set(field.id.0, &chosen.to_string()),
                (_, Some(text)) if field.differs() => form.set(field.id.0, text.text()),
                _ => {}
            }
        }
        form.set("focus", self.focused().map_or("", |id| id.0));
        Some(form)
    }

    /// Types again what a lock kept. After each field `changed` may fit the form to what it says: a choice may add
    /// fields behind it.
    pub fn take_back(&mut self, kept: &Reopen, mut changed: impl FnMut(&mut Self)) {
        let mut at = 0;
        while let Some(field) = self.fields.get_mut(at) {
            at += 1;
            let Some(text) = kept.get(field.id.0) else {
                continue;
            };
            match &mut field.content {
                Content::Choice { options, chosen } => {
                    *chosen = text.parse().ok().filter(|at| *at < options.len()).unwrap_or(*chosen);
                }
                Content::Masked(..) | Content::NewPassword(..) | Content::Switches { .. } => {}
                _ => {
                    if let Some(buffer) = field.buffer_mut() {
                        buffer.set(text);
                    }
                }
            }
            changed(self);
        }
        let focus = self.fields.iter().position(|field| kept.get("focus") == Some(field.id.0));
        self.focus = focus.unwrap_or(0);
    }
}
