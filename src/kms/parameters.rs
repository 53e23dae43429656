//! The parameters of a request, checked against the row of its action, and read as what they mean.

use serde_json::value::RawValue;

use super::error::{KmsError, shown_name};
use super::flattened;
use super::permissions::{Access, Permissions, Scope};
use super::request::{Given, Parameter};
use crate::content::json_text;
use crate::domain::{Invalid, SecretName};
use crate::memory::SecretBytes;
use crate::versioning::Refusal;

/// The parameter that names a secret.
const SECRET_NAME: &str = "SecretName";

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

/// A parameter with which KMS checks a request and does not carry it out.
const DRY_RUN: &str = "DryRun";

/// A parameter that asks for a value encrypted for an enclave.
const RECIPIENT: &str = "Recipient";

/// Whether an action can change the vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    Reads,
    Changes,
}

/// What a request for an action may carry.
#[derive(Clone, Copy)]
pub(super) struct Accepted {
    /// The name of the action.
    pub(super) action: &'static str,
    pub(super) effect: Effect,
    /// Must be given; told in this order where they are absent.
    pub(super) required: &'static [&'static str],
    /// May be given.
    pub(super) optional: &'static [&'static str],
    /// May be given and mean nothing here.
    pub(super) ignored: &'static [&'static str],
}

impl Accepted {
    /// All names that mean something, required ones first.
    pub(super) fn names(self) -> impl Iterator<Item = &'static str> {
        self.required.iter().chain(self.optional).copied()
    }
}

/// Parameters of one action: all required ones are there, all are known, none stands twice.
pub(super) struct Parameters {
    action: &'static str,
    scope: Scope,
    given: Vec<(&'static str, Given)>,
}

impl Parameters {
    /// Checks names; values are checked as they are read.
    ///
    /// # Errors
    /// `MissingParameter` before `InvalidParameter` for an unknown one (etui: ignoring a misspelt
    /// `VersionStages` would move `ACSCurrent`) or one that stands twice.
    ///
    /// `DryRunOperationError` where the request asks for a dry run, `UnsupportedOperation` where it asks for an
    /// encrypted answer: it must not be answered in plain. `Forbidden.NoPermission` for a change where only
    /// reading is allowed.
    pub(super) fn of(
        accepted: Accepted,
        given: Vec<Parameter>,
        permissions: &Permissions,
    ) -> Result<Self, KmsError> {
        let given = flattened::gathered(given, |name| {
            accepted.names().find(|known| known.as_bytes() == name).is_some()
        })?;
        let is_given = |name: &str| given.iter().any(|given| given.name.expose() == name.as_bytes());
        if permissions.access == Access::ReadOnly && accepted.effect == Effect::Changes {
            return Err(KmsError::ReadOnly { action: accepted.action });
        }
        if let Some(&parameter) = accepted.required.iter().find(|name| !is_given(name)) {
            return Err(KmsError::Missing { action: accepted.action, parameter });
        }
        let mut kept: Vec<(&'static str, Given)> = Vec::new();
        let mut is_dry_run = false;
        for Parameter { name, value } in given {
            let name = name.expose();
            if COMMON.iter().chain(accepted.ignored).any(|ignored| ignored.as_bytes() == name) {
                continue;
            }
            if name == DRY_RUN.as_bytes() {
                is_dry_run |= truth(&value, DRY_RUN)?;
                continue;
            }
            if name == RECIPIENT.as_bytes() {
                return Err(KmsError::Recipient);
            }
            let Some(name) = accepted.names().find(|known| known.as_bytes() == name) else {
                let known: Vec<&str> = accepted.names().collect();
                return Err(KmsError::UnknownParameter {
                    action: accepted.action,
                    shown: shown_name(name),
                    known: known.join(", "),
                });
            };
            if kept.iter().any(|(earlier, _)| *earlier == name) {
                return Err(KmsError::Twice { parameter: name });
            }
            kept.push((name, value));
        }
        if is_dry_run {
            return Err(KmsError::DryRun { action: accepted.action });
        }
        Ok(Self { action: accepted.action, scope: permissions.scope.clone(), given: kept })
    }

    /// The secret that the request is about.
    pub(super) fn secret_name(&self) -> Result<SecretName, KmsError> {
        self.required(SECRET_NAME, secret_name).and_then(|name| self.in_scope(name))
    }

    /// The secret that the request names, if it names one, for a log.
    pub(super) fn named_secret(&self) -> Option<SecretName> {
        self.optional(SECRET_NAME, secret_name).ok().flatten()
    }

    /// A name that the caller may see.
    ///
    /// # Errors
    /// What a name that does not exist answers, so that a caller learns nothing about other secrets.
    pub(super) fn in_scope(&self, name: SecretName) -> Result<SecretName, KmsError> {
        match self.scope.holds(name.as_str()) {
            true => Ok(name),
            false => Err(Refusal::NoSuchSecret { name, near: None }.into()),
        }
    }

    /// Which secrets the caller may see.
    pub(super) fn scope(&self) -> &Scope {
        &self.scope
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

    /// A whole number, as such or as a string. One beyond 32 bits counts as the largest: it is outside of
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

    /// `true` or `false`, as such or as a string, in any case.
    pub(super) fn flag(&self, parameter: &'static str) -> Result<Option<bool>, KmsError> {
        self.find(parameter).map(|given| truth(given, parameter)).transpose()
    }

    /// A list, as an array, as a string that holds one, or as an object that holds it under the name of its
    /// entries (`VersionStages` of `VersionStage`). `read` takes each entry.
    pub(super) fn list<T>(
        &self,
        parameter: &'static str,
        expected: &'static str,
        read: impl Fn(&Entry<'_>) -> Result<T, KmsError>,
    ) -> Result<Option<Vec<T>>, KmsError> {
        let read_all = |given: &Given| {
            let entries = json_text::entries(given.spelled()).ok();
            let entries = entries.or_else(|| wrapped(given.spelled(), parameter));
            let entries = entries.ok_or(KmsError::Shape { parameter, expected })?;
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

    /// The entry as an object that may have members of these names and no others; those that are `null` are not
    /// there.
    pub(super) fn members_among<const N: usize>(
        &self,
        names: [&str; N],
    ) -> Result<[Option<Self>; N], KmsError> {
        let members = json_text::members(self.value.get().as_bytes()).map_err(|_| self.misshapen())?;
        let mut values = [const { None }; N];
        for (name, value) in members {
            let name = json_text::unescape(name).ok_or_else(|| self.misshapen())?;
            let position = names.iter().position(|known| known.as_bytes() == name.expose());
            let slot = &mut values[position.ok_or_else(|| self.misshapen())?];
            if slot.is_some() {
                return Err(self.misshapen());
            }
            *slot = (value.get() != "null").then_some(Self { value, ..*self });
        }
        Ok(values)
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

/// Reads the name of a secret, or its ARN, `acs:kms:REGION:ACCOUNT:secret/NAME`.
pub(super) fn secret_name(text: &str) -> Result<SecretName, Invalid> {
    let mut parts = text.splitn(5, ':');
    let is_arn = parts.next() == Some("acs") && parts.next() == Some("kms");
    let named = parts.nth(2).and_then(|resource| resource.strip_prefix("secret/"));
    SecretName::new(named.filter(|_| is_arn).unwrap_or(text))
}

fn truth(given: &Given, parameter: &'static str) -> Result<bool, KmsError> {
    let spelled = given.spelled();
    let is = |word: &str| spelled.eq_ignore_ascii_case(word.as_bytes());
    match (is("true"), is("false")) {
        (true, _) => Ok(true),
        (_, true) => Ok(false),
        _ => Err(KmsError::Shape { parameter, expected: "true or false" }),
    }
}

/// The entries of `{"VersionStage":[…]}`, where the parameter is `VersionStages`.
fn wrapped<'a>(spelled: &'a [u8], parameter: &str) -> Option<Vec<&'a RawValue>> {
    let members = json_text::members(spelled).ok()?;
    let [(name, entries)] = members[..] else { return None };
    let name = json_text::unescape(name)?;
    let is_entry = parameter.strip_suffix('s').is_some_and(|entry| entry.as_bytes() == name.expose());
    is_entry.then(|| json_text::entries(entries.get().as_bytes()).ok()).flatten()
}

#[cfg(test)]
mod tests;
