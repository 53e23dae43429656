//! A typed form on its way through a lock: written into the sealed place, read back after the unlock.

use super::{Field, Purpose, PutForm, Source, Suggestion, ValueShown};
use crate::domain::{SecretName, StageLabel};
use crate::tui::place::{PlaceReader, PlaceWriter};
use crate::vault::SecretDetails;

const FIELDS: [Field; 9] = [
    Field::Name,
    Field::VersionId,
    Field::Type,
    Field::Value,
    Field::Stages,
    Field::Note,
    Field::Description,
    Field::Tags,
    Field::File,
];

/// Writes what was typed.
pub fn save(form: &PutForm, writer: &mut PlaceWriter) {
    let name = form.secret().map_or("", |secret| secret.name.as_str());
    writer.field(name.as_bytes());
    for field in [
        &form.name,
        &form.version_id,
        &form.value,
        &form.note,
        &form.description,
        &form.tags,
        form.file.path.text(),
        form.stages.input(),
    ] {
        writer.field(field.text().as_bytes());
    }
    writer.field(form.source.word().as_bytes());
    writer.field(form.strength.map_or_else(String::new, |bits| bits.to_string()).as_bytes());
    writer.field(if form.is_suggested { b"suggested" } else { b"" });
    let focus = FIELDS.iter().position(|field| *field == form.focus).and_then(|at| u8::try_from(at).ok());
    writer.field(&[focus.unwrap_or(0)]);
    let labels: Vec<&str> = form.stages.taken().iter().map(StageLabel::as_str).collect();
    writer.field(labels.join(" ").as_bytes());
}

/// The secret of a saved form, and the form; the form of a put waits for the details of its secret.
pub fn restore(reader: &mut PlaceReader<'_>) -> Option<(Option<SecretName>, Box<PutForm>)> {
    let secret = match reader.text()? {
        "" => None,
        name => Some(SecretName::new(name).ok()?),
    };
    let mut form = PutForm::new_secret("", Suggestion::None);
    for field in [
        &mut form.name,
        &mut form.version_id,
        &mut form.value,
        &mut form.note,
        &mut form.description,
        &mut form.tags,
        form.file.path.text_mut(),
        form.stages.input_mut(),
    ] {
        field.set(reader.text()?);
    }
    form.source = Source::of(reader.text()?)?;
    form.strength = reader.text()?.parse().ok();
    form.is_suggested = reader.text()? == "suggested";
    form.focus = FIELDS.get(usize::from(*reader.field()?.first()?)).copied()?;
    form.stages.clear();
    for label in reader.text()?.split_whitespace() {
        form.stages.add(StageLabel::new(label).ok()?);
    }
    form.is_dirty = true;
    form.shown = ValueShown::Masked;
    Some((secret, Box::new(form)))
}

impl Source {
    fn word(self) -> &'static str {
        Self::ALL.iter().find(|(known, _)| *known == self).map_or("", |(_, word)| word)
    }

    fn of(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == word).map(|(source, _)| *source)
    }
}

impl PutForm {
    /// Makes a restored form one for a version of this secret, as it is now.
    pub fn for_secret(&mut self, details: &SecretDetails) {
        self.purpose = Purpose::Put { secret: Box::new(details.secret.clone()) };
        self.token = Some(details.token);
        if self.is_suggested {
            self.take_free_id();
        }
    }
}
