//! The parameters of a request, checked against the row of its action, and read as what they mean.

use serde_json::value::RawValue;

use super::actions::Action;
use super::error::{KmsError, shown_name};
use super::request::{Given, Parameter};
use crate::content::json_text;
use crate::domain::Invalid;
use crate::memory::SecretBytes;

/// Parameters that every call of the API may carry and that mean nothing here.
const COMMON: [&str; 12] = [
    "AccessKeyId",
    "FetchExtendedConfig",
    "Format",
    "RegionId",
    "SecurityToken",
    "Signature",
    "SignatureMethod",
    "SignatureNonce",
    "SignatureType",
    "SignatureVersion",
    "Timestamp",
    "Version",
];

/// Parameters of one action: all required ones are there, all are known, none stands twice.
pub(super) struct Parameters {
    action: &'static str,
    given: Vec<(&'static str, Given)>,
}

impl Parameters {
    /// Checks names; values are checked as they are read.
    ///
    /// # Errors
    /// `MissingParameter` before `InvalidParameter` for an unknown one (etui: ignoring a misspelt
    /// `VersionStages` would move `ACSCurrent`) or one that stands twice.
    pub(super) fn of(action: &Action, given: Vec<Parameter>) -> Result<Self, KmsError> {
        let is_given = |name: &str| given.iter().any(|given| given.name.expose() == name.as_bytes());
        if let Some(&parameter) = action.required.iter().find(|name| !is_given(name)) {
            return Err(KmsError::Missing { action: action.name, parameter });
        }
        let mut kept: Vec<(&'static str, Given)> = Vec::new();
        for Parameter { name, value } in given {
            let name = name.expose();
            if COMMON.iter().any(|common| common.as_bytes() == name) {
                continue;
            }
            let Some(name) = action.parameters().find(|known| known.as_bytes() == name) else {
                let known: Vec<&str> = action.parameters().collect();
                return Err(KmsError::UnknownParameter {
                    action: action.name,
                    shown: shown_name(name),
                    known: known.join(", "),
                });
            };
            if kept.iter().any(|(earlier, _)| *earlier == name) {
                return Err(KmsError::Twice { parameter: name });
            }
            kept.push((name, value));
        }
        Ok(Self { action: action.name, given: kept })
    }

    /// A word that must be there, read by its own rules.
    pub(super) fn required<T>(
        &self,
        parameter: &'static str,
        read: impl FnOnce(&str) -> Result<T, Invalid>,
    ) -> Result<T, KmsError> {
        self.optional(parameter, read)?.ok_or_else(|| self.missing(parameter))
    }

    /// A word that may be there, read by its own rules.
    pub(super) fn optional<T>(
        &self,
        parameter: &'static str,
        read: impl FnOnce(&str) -> Result<T, Invalid>,
    ) -> Result<Option<T>, KmsError> {
        let read = |text| read(text).map_err(|invalid| KmsError::Malformed { parameter, invalid });
        self.find(parameter).map(|given| given.text(parameter)).transpose()?.map(read).transpose()
    }

    /// A whole number, as such or as a string. One beyond 32 bits counts as the largest: it lies outside of
    /// every range.
    pub(super) fn number(&self, parameter: &'static str) -> Result<Option<u32>, KmsError> {
        let read = |given: &Given| {
            let digits = given.spelled();
            if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
                return Err(KmsError::Shape { parameter, expected: "a whole number" });
            }
            let add =
                |number: u32, digit: &u8| number.saturating_mul(10).saturating_add(u32::from(digit - b'0'));
            Ok(digits.iter().fold(0, add))
        };
        self.find(parameter).map(read).transpose()
    }

    /// `true` or `false`, as such or as a string.
    pub(super) fn flag(&self, parameter: &'static str) -> Result<Option<bool>, KmsError> {
        let read = |given: &Given| match given.spelled() {
            b"true" => Ok(true),
            b"false" => Ok(false),
            _ => Err(KmsError::Shape { parameter, expected: "true or false" }),
        };
        self.find(parameter).map(read).transpose()
    }

    /// A list, as an array or as a string that holds one. `read` takes each entry.
    pub(super) fn list<T>(
        &self,
        parameter: &'static str,
        expected: &'static str,
        read: impl Fn(&Entry<'_>) -> Result<T, KmsError>,
    ) -> Result<Option<Vec<T>>, KmsError> {
        let read_all = |given: &Given| {
            let entries = json_text::entries(given.spelled());
            let entries = entries.map_err(|_| KmsError::Shape { parameter, expected })?;
            entries.into_iter().map(|value| read(&Entry { parameter, expected, value })).collect()
        };
        self.find(parameter).map(read_all).transpose()
    }

    /// Takes the bytes of a parameter that must be there and may be no text.
    pub(super) fn take_bytes(&mut self, parameter: &'static str) -> Result<SecretBytes, KmsError> {
        let position = self.given.iter().position(|(name, _)| *name == parameter);
        match position.map(|position| self.given.swap_remove(position).1) {
            None => Err(self.missing(parameter)),
            Some(Given::Text(bytes)) => Ok(bytes),
            Some(Given::Json(_)) => Err(KmsError::Shape { parameter, expected: "a string" }),
        }
    }

    fn find(&self, parameter: &'static str) -> Option<&Given> {
        self.given.iter().find(|(name, _)| *name == parameter).map(|(_, value)| value)
    }

    fn missing(&self, parameter: &'static str) -> KmsError {
        KmsError::Missing { action: self.action, parameter }
    }
}

impl Given {
    /// The text of a string.
    pub(super) fn text(&self, parameter: &'static str) -> Result<&str, KmsError> {
        let text = match self {
            Self::Text(bytes) => bytes.expose_text(),
            Self::Json(_) => None,
        };
        text.ok_or(KmsError::Shape { parameter, expected: "a string of UTF-8 text" })
    }

    /// The text of a string, or another value as it stands: where a value counts the same either way.
    fn spelled(&self) -> &[u8] {
        match self {
            Self::Text(bytes) | Self::Json(bytes) => bytes.expose(),
        }
    }
}

/// One entry of a list that is a parameter, or a value within one.
pub(super) struct Entry<'a> {
    parameter: &'static str,
    expected: &'static str,
    value: &'a RawValue,
}

impl<'a> Entry<'a> {
    /// The entry as a word, read by its own rules.
    pub(super) fn word<T>(&self, read: impl FnOnce(&str) -> Result<T, Invalid>) -> Result<T, KmsError> {
        let text = json_text::unescape(self.value).ok_or_else(|| self.misshapen())?;
        let text = text.expose_text().ok_or_else(|| self.misshapen())?;
        read(text).map_err(|invalid| KmsError::Malformed { parameter: self.parameter, invalid })
    }

    /// The entry as an object with exactly these members.
    pub(super) fn members<const N: usize>(&self, names: [&str; N]) -> Result<[Self; N], KmsError> {
        let members = json_text::members(self.value.get().as_bytes()).map_err(|_| self.misshapen())?;
        if members.len() != N {
            return Err(self.misshapen());
        }
        let mut values = [None; N];
        for (name, value) in members {
            let name = json_text::unescape(name).ok_or_else(|| self.misshapen())?;
            let position = names.iter().position(|known| known.as_bytes() == name.expose());
            values[position.ok_or_else(|| self.misshapen())?] = Some(value);
        }
        // As many members as names, all of them known: one is absent where another stands twice.
        if values.iter().any(Option::is_none) {
            return Err(self.misshapen());
        }
        Ok(values.map(|value| Self { value: value.unwrap_or(self.value), ..*self }))
    }

    /// The entry as a list.
    pub(super) fn list<T>(
        &self,
        read: impl Fn(&Entry<'_>) -> Result<T, KmsError>,
    ) -> Result<Vec<T>, KmsError> {
        let entries = json_text::entries(self.value.get().as_bytes()).map_err(|_| self.misshapen())?;
        entries.into_iter().map(|value| read(&Entry { value, ..*self })).collect()
    }

    /// The refusal of an entry that is not what the parameter lists.
    pub(super) fn misshapen(&self) -> KmsError {
        KmsError::Shape { parameter: self.parameter, expected: self.expected }
    }
}

#[cfg(test)]
mod tests;
