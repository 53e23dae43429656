//! The request that the fields of the form make.

use super::{Field, FileRead, Obstacle, PutForm, Source};
use crate::domain::{Description, Note, SecretName, SecretValue, StageLabel, ValueType, VersionId};
use crate::tui::kit::label_field::LabelField;
use crate::tui::tag_lines;
use crate::vault::{CreateRequest, PutRequest};
use crate::versioning::StageSet;

impl PutForm {
    /// The request that the fields make now.
    ///
    /// The value in it is the one explicit copy: a failure loses nothing that was typed.
    pub fn put_request(&self, name: &SecretName) -> Result<PutRequest, Obstacle> {
        Ok(PutRequest {
            name: name.clone(),
            version_id: Some(self.read_version_id()?),
            value: self.read_value()?,
            stages: StageSet::new(self.read_stages()?)
                .map_err(|refusal| Obstacle::new(Field::Stages, refusal))?,
            note: self.read_note()?,
            expected: None,
        })
    }

    /// The request for a new secret that the fields make now.
    pub fn create_request(&self) -> Result<CreateRequest, Obstacle> {
        let text = self.text(Field::Name);
        // The folder is there from the start: alone it is no name that anybody typed.
        if text.ends_with('/') {
            return Err(Obstacle::Missing(Field::Name));
        }
        let name = SecretName::new(text).map_err(|invalid| Obstacle::new(Field::Name, invalid))?;
        let mut extra_stages = self.read_stages()?;
        extra_stages.retain(|label| !label.is_current());
        Ok(CreateRequest {
            name,
            version_id: self.read_version_id()?,
            value: self.read_value()?,
            description: Description::new(self.text(Field::Description))
                .map_err(|invalid| Obstacle::new(Field::Description, invalid))?,
            tags: tag_lines::read(self.text(Field::Tags))
                .map_err(|sentence| Obstacle::Wrong(Field::Tags, sentence))?,
            extra_stages,
            note: self.read_note()?,
        })
    }

    fn read_version_id(&self) -> Result<VersionId, Obstacle> {
        VersionId::new(self.text(Field::VersionId))
            .map_err(|invalid| Obstacle::new(Field::VersionId, invalid))
    }

    fn read_value(&self) -> Result<SecretValue, Obstacle> {
        let value_type = match self.source() {
            Source::Text => ValueType::Text,
            Source::Binary => ValueType::Binary,
            Source::File => return self.read_file(),
        };
        SecretValue::new(value_type, self.form.duplicate(Field::Value.id()))
            .map_err(|invalid| Obstacle::new(Field::Value, invalid))
    }

    /// What was read when the path was typed: the bytes that the plan is of are those that are stored.
    fn read_file(&self) -> Result<SecretValue, Obstacle> {
        match &self.file {
            _ if self.file_asked.is_asked() => {
                Err(Obstacle::Wrong(Field::File, "the file is being read".to_owned()))
            }
            FileRead::Nothing => Err(Obstacle::Missing(Field::File)),
            FileRead::Known(content) => Ok(content.value.duplicate()),
            FileRead::Failed(sentence) => Err(Obstacle::Wrong(Field::File, sentence.clone())),
        }
    }

    fn read_stages(&self) -> Result<Vec<StageLabel>, Obstacle> {
        self.stages()
            .map_or(Ok(Vec::new()), LabelField::labels)
            .map_err(|invalid| Obstacle::new(Field::Stages, invalid))
    }

    fn read_note(&self) -> Result<Option<Note>, Obstacle> {
        Note::from_field(self.text(Field::Note)).map_err(|invalid| Obstacle::new(Field::Note, invalid))
    }
}
