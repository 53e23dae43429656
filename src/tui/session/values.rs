//! Values of the open vault: read, compared, and copied.

use super::{CopyRoute, Session};
use crate::app_options::clipboard_setting;
use crate::codes::{Code, CodeSource};
use crate::config::Settings;
use crate::content;
use crate::domain::{SecretName, SecretValue, Timestamp, ValueType, VersionId};
use crate::memory::SecretBytes;
use crate::tui::ask::failure::Failure;
use crate::tui::comparison::{Comparison, Texts, compare};
use crate::vault::VaultError;
use crate::versioning::Selector;

impl Session {
    pub(in crate::tui) fn value(
        &mut self,
        name: &SecretName,
        version_id: &VersionId,
    ) -> Result<SecretValue, VaultError> {
        let selector = Selector { version_id: Some(version_id.clone()), ..Selector::default() };
        Ok(self.vault()?.get_secret_value(name, &selector)?.value)
    }

    /// How two versions differ, the older one first.
    pub(in crate::tui) fn compare(
        &mut self,
        name: &SecretName,
        [before, after]: &[VersionId; 2],
        texts: Texts,
    ) -> Result<Comparison, VaultError> {
        let (before, after) = (self.value(name, before)?, self.value(name, after)?);
        Ok(compare(&before, &after, texts))
    }

    pub(in crate::tui) fn copy_value(
        &mut self,
        name: &SecretName,
        version_id: &VersionId,
    ) -> Result<CopyRoute, Failure> {
        let value = self.value(name, version_id).map_err(Failure::Vault)?.into_bytes();
        if value.expose_text().is_none() {
            let sentence = "a clipboard takes text only, and this value is binary";
            return Err(Failure::told(sentence, ""));
        }
        self.copy_target.copy(&value, self.clear_after).map_err(|sentence| Failure::told(sentence, ""))
    }

    /// The names of the fields of a text value, as far as they may be told.
    pub(in crate::tui) fn fields(
        &mut self,
        name: &SecretName,
        version_id: &VersionId,
    ) -> Result<Vec<String>, VaultError> {
        let value = self.value(name, version_id)?;
        let fields = content::named_fields(value.expose()).map(|(_, fields)| fields).unwrap_or_default();
        Ok(fields.into_iter().map(|field| field.key).collect())
    }

    /// Copies one field of a value.
    pub(in crate::tui) fn copy_field(
        &mut self,
        name: &SecretName,
        version_id: &VersionId,
        field: &str,
    ) -> Result<CopyRoute, Failure> {
        let text = self.field(name, version_id, field)?;
        self.copy_text(&text)
    }

    /// One field of a value, to be shown.
    pub(in crate::tui) fn field_to_show(
        &mut self,
        name: &SecretName,
        version_id: &VersionId,
        field: &str,
    ) -> Result<SecretValue, Failure> {
        let text = self.field(name, version_id, field)?;
        SecretValue::new(ValueType::Text, text)
            .map_err(|_| Failure::told(format!("the field '{field}' is empty"), ""))
    }

    fn field(
        &mut self,
        name: &SecretName,
        version_id: &VersionId,
        field: &str,
    ) -> Result<SecretBytes, Failure> {
        let value = self.value(name, version_id).map_err(Failure::Vault)?;
        let fields = content::fields(value.expose()).map(|(_, fields)| fields).unwrap_or_default();
        let found = fields.into_iter().find(|known| known.key == field);
        found
            .map(|found| found.value)
            .ok_or_else(|| Failure::told("the value has no such field any more", ""))
    }

    /// The one-time code that a version makes at a time.
    pub(in crate::tui) fn code(
        &mut self,
        name: &SecretName,
        version_id: &VersionId,
        at: Timestamp,
    ) -> Result<Code, Failure> {
        let value = self.value(name, version_id).map_err(Failure::Vault)?;
        let source = CodeSource::of_value(value.expose())
            .map_err(|reason| Failure::told(reason.about(name.as_str(), version_id.as_str()), ""))?;
        Ok(source.code_at(u64::try_from(at.seconds()).unwrap_or(0)))
    }

    pub(in crate::tui) fn copy_reference(
        &mut self,
        name: &SecretName,
        version_id: &VersionId,
    ) -> Result<CopyRoute, Failure> {
        let reference = SecretBytes::from_vec(format!("{name}#{version_id}").into_bytes());
        self.copy_text(&reference)
    }

    /// Copies from now on, and calls this copy of the vault, as the settings say.
    pub(in crate::tui) fn use_settings(&mut self, settings: &Settings) {
        self.clear_after = settings.clipboard_clear_after;
        self.copy_target.use_setting(clipboard_setting(settings));
        self.call_copy(settings.copy.clone());
    }

    /// Copies a text that stands for no value.
    pub(in crate::tui) fn copy_text(&mut self, text: &SecretBytes) -> Result<CopyRoute, Failure> {
        self.copy_target.copy(text, self.clear_after).map_err(|sentence| Failure::told(sentence, ""))
    }

    /// Empties the clipboard where it still holds what was copied; also to be called at exit.
    pub fn clear_clipboard(&mut self) {
        self.copy_target.clear_if_ours();
    }
}
