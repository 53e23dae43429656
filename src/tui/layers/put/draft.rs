//! The form on its way through a lock.

use super::{Field, PutForm, Source, SuggestedIds};
use crate::domain::{SecretName, StageLabel, VersionId};
use crate::tui::app::App;
use crate::tui::kit::label_field::LabelField;
use crate::tui::place::Reopen;
use crate::vault::SecretDetails;

impl PutForm {
    /// What a lock keeps of it.
    pub const REOPEN: &str = "put";

    /// A form for a secret that is not known yet, with nothing typed: it takes what the editor saved.
    pub fn kept_for(secret: SecretName, edited: Option<&VersionId>) -> Reopen {
        let form = Reopen::new(Self::REOPEN, Some(secret)).with("suggested", "yes");
        form.with("edited", edited.map_or("", VersionId::as_str))
    }

    pub(super) fn keep(&self) -> Reopen {
        let secret = self.secret().map(|secret| secret.name.clone());
        let mut form = Reopen::new(Self::REOPEN, secret);
        for field in Field::ALL {
            form.set(field.id().0, self.text(field));
        }
        form.set("source", self.source().word());
        form.set("bits", &self.strength.map_or_else(String::new, |bits| bits.to_string()));
        form.set("suggested", if self.is_suggested { "yes" } else { "" });
        form.set("focus", self.focus().id().0);
        let taken = self.stages().map(LabelField::taken).unwrap_or_default();
        let labels: Vec<&str> = taken.iter().map(StageLabel::as_str).collect();
        form.set("labels", &labels.join(" "));
        form
    }

    /// The form as it was, over the secret as it is now. Where the secret is gone, the value that was typed comes
    /// back as a new secret of that name.
    pub fn reopen(form: &Reopen, details: Option<&SecretDetails>, app: &mut App) -> Option<Self> {
        let ids = SuggestedIds::of(app).when_asked();
        let mut put = match details {
            Some(details) => {
                let edited = form.get("edited").and_then(|id| VersionId::new(id).ok());
                Self::put(details, ids).edited_from(edited.as_ref())
            }
            None => Self::new_secret("", ids),
        };
        for field in Field::ALL {
            if let Some(kept) = form.get(field.id().0) {
                put.set(field, kept);
            }
        }
        if let Some(source) = form.get("source") {
            put.set_source(Source::of(source)?);
        }
        put.strength = form.get("bits").and_then(|bits| bits.parse().ok());
        if let Some(focus) = Field::ALL.into_iter().find(|field| form.get("focus") == Some(field.id().0)) {
            put.form.go_to(focus.id());
        }
        if let (Some(labels), Some(field)) = (form.get("labels"), put.form.labels_mut(Field::Stages.id())) {
            field.clear();
            for label in labels.split_whitespace() {
                field.add(StageLabel::new(label).ok()?);
            }
        }
        put.is_suggested = form.get("suggested") == Some("yes");
        if put.is_suggested && details.is_some() {
            put.take_free_id();
        }
        if let (None, Some(name)) = (details, &form.secret) {
            put.set(Field::Name, name.as_str());
        }
        put.is_dirty = true;
        if app.edited.is_some() {
            put.take_edited(app);
        } else {
            put.plan(app);
        }
        Some(put)
    }
}

impl Source {
    fn word(self) -> &'static str {
        Self::ALL.iter().find(|(known, _)| *known == self).map_or("", |(_, word)| word)
    }

    fn of(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == word).map(|(source, _)| *source)
    }
}
