//! The form on its way through a lock.

use super::{Field, FileRead, PutForm, Source};
use crate::domain::{SecretName, StageLabel};
use crate::tui::app::App;
use crate::tui::kit::EditBuffer;
use crate::tui::place::Reopen;
use crate::vault::SecretDetails;

const FIELDS: [(Field, &str); 9] = [
    (Field::Name, "name"),
    (Field::VersionId, "version"),
    (Field::Type, "type"),
    (Field::Value, "value"),
    (Field::Stages, "label"),
    (Field::Note, "note"),
    (Field::Description, "description"),
    (Field::Tags, "tags"),
    (Field::File, "file"),
];

impl PutForm {
    /// What a lock keeps of it.
    pub const REOPEN: &str = "put";

    /// A form for a secret that is not known yet, with nothing typed: it takes what the editor saved.
    pub fn kept_for(secret: SecretName) -> Reopen {
        Reopen::new(Self::REOPEN, Some(secret)).with("suggested", "yes")
    }

    /// What was typed.
    pub(super) fn keep(&self) -> Reopen {
        let secret = self.secret().map(|secret| secret.name.clone());
        let mut form = Reopen::new(Self::REOPEN, secret);
        for (field, word) in FIELDS {
            if let Some(text) = self.text_of(field) {
                form.set(word, text.text());
            }
        }
        form.set("source", self.source.word());
        form.set("bits", &self.strength.map_or_else(String::new, |bits| bits.to_string()));
        form.set("suggested", if self.is_suggested { "yes" } else { "" });
        let focus = FIELDS.iter().find(|(field, _)| *field == self.focus);
        form.set("focus", focus.map_or("", |(_, word)| word));
        let labels: Vec<&str> = self.stages.taken().iter().map(StageLabel::as_str).collect();
        form.set("labels", &labels.join(" "));
        form
    }

    /// The form as it was, over the secret as it is now. Where the secret is gone, the value that was typed comes
    /// back as a new secret of that name.
    pub fn reopen(form: &Reopen, details: Option<&SecretDetails>, app: &mut App) -> Option<Self> {
        let mut put = match details {
            Some(details) => Self::put(details, false),
            None => Self::new_secret("", false),
        };
        for (field, word) in FIELDS {
            if let (Some(kept), Some(text)) = (form.get(word), put.text_of_mut(field)) {
                text.set(kept);
            }
        }
        if let Some(source) = form.get("source") {
            put.source = Source::of(source)?;
        }
        put.strength = form.get("bits").and_then(|bits| bits.parse().ok());
        let focus = FIELDS.iter().find(|(_, word)| form.get("focus") == Some(*word));
        put.focus = focus.map_or(put.focus, |(field, _)| *field);
        if let Some(labels) = form.get("labels") {
            put.stages.clear();
            for label in labels.split_whitespace() {
                put.stages.add(StageLabel::new(label).ok()?);
            }
        }
        put.is_suggested = form.get("suggested") == Some("yes");
        if put.is_suggested && details.is_some() {
            put.take_free_id();
        }
        if let (None, Some(name)) = (details, &form.secret) {
            put.name.set(name.as_str());
        }
        put.is_dirty = true;
        put.file.read = FileRead::Nothing;
        if app.edited.is_some() {
            put.take_edited(app);
        } else {
            put.plan(app);
        }
        Some(put)
    }

    const fn text_of(&self, field: Field) -> Option<&EditBuffer> {
        match field {
            Field::Name => Some(&self.name),
            Field::VersionId => Some(&self.version_id),
            Field::Value => Some(&self.value),
            Field::Stages => Some(self.stages.input()),
            Field::Note => Some(&self.note),
            Field::Description => Some(&self.description),
            Field::Tags => Some(&self.tags),
            Field::File => Some(self.file.path.text()),
            Field::Type => None,
        }
    }

    /// The text of a field; a choice has none.
    pub(super) const fn text_of_mut(&mut self, field: Field) -> Option<&mut EditBuffer> {
        match field {
            Field::Name => Some(&mut self.name),
            Field::VersionId => Some(&mut self.version_id),
            Field::Value => Some(&mut self.value),
            Field::Stages => Some(self.stages.input_mut()),
            Field::Note => Some(&mut self.note),
            Field::Description => Some(&mut self.description),
            Field::Tags => Some(&mut self.tags),
            Field::File => Some(self.file.path.text_mut()),
            Field::Type => None,
        }
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
