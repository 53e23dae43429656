//! A look at one version there.

use super::super::document::value_of;
use super::super::error::EngineError;
use super::super::marks::Marks;
use super::Transfer;
use crate::domain::{SecretName, SecretValue, StageLabel};
use crate::versioning::Selector;

impl Transfer<'_> {
    /// A version there, by its id, by a label, or the current one; with its id or number.
    ///
    /// # Errors
    /// [`EngineError::NoSuchSecret`], [`EngineError::NoSuchVersion`], and those of the engine.
    pub fn version_there(
        &mut self,
        name: &SecretName,
        selector: &Selector,
    ) -> Result<(String, SecretValue), EngineError> {
        let no_secret = || EngineError::NoSuchSecret { name: name.as_str().to_owned() };
        let there = self.secret_there(name.as_str())?.ok_or_else(no_secret)?;
        let marks = Marks::of_entries(&there.entries);
        let label = selector.stage.clone().unwrap_or_else(StageLabel::current);
        let by_label = || marks.labels.get(&label).cloned();
        let wanted = selector.version_id.clone().or_else(by_label);
        let number = match &wanted {
            Some(id) => marks.number_of(id),
            None if label.is_current() => {
                there.versions.iter().rev().find(|(_, one)| one.is_live).map(|(number, _)| *number)
            }
            None => None,
        };
        let missing = || match &wanted {
            Some(version) => {
                EngineError::NoSuchVersion { name: name.as_str().to_owned(), version: version.clone() }
            }
            None => EngineError::NoSuchLabel { name: name.as_str().to_owned(), label: label.clone() },
        };
        let number = number.ok_or_else(missing)?;
        let document = self.document_there(name.as_str(), number)?;
        let value = document.as_ref().and_then(value_of).ok_or_else(missing)?;
        Ok((wanted.map_or_else(|| number.to_string(), |id| id.as_str().to_owned()), value))
    }
}
