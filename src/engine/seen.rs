//! What was last seen in an engine. It is a hint: it tells whose change is whose, and without it whatever stands
//! there and cannot be recognised by its value counts as a change of somebody else.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::EngineSecret;
use crate::domain::hexadecimal;
use crate::memory::SecretBytes;
use crate::versioning::VersionKey;

/// What was last seen at a remote.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SeenThere {
    /// The address, lest the name of a remote comes to mean another place.
    address: String,
    /// The secrets, by the names that they have there.
    secrets: BTreeMap<String, SeenSecret>,
}

/// What was last seen of a secret there.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SeenSecret {
    /// The row of the secret here, as hexadecimal digits; empty where it is unknown.
    row: String,
    /// Its versions by number.
    versions: BTreeMap<u64, SeenVersion>,
    /// What was written beside them.
    pub(super) entries: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct SeenVersion {
    /// The version here that it is, by its row key.
    key: i64,
    /// When it was stored there. A secret that was removed there and created again counts from 1 again.
    created: String,
}

impl SeenThere {
    /// What was kept, if it is about this address.
    pub fn of_bytes(bytes: Option<&SecretBytes>, address: &str) -> Self {
        let kept = bytes.and_then(|bytes| serde_json::from_slice::<Self>(bytes.expose()).ok());
        kept.filter(|kept| kept.address == address)
            .unwrap_or_else(|| Self { address: address.to_owned(), ..Self::default() })
    }

    /// What is to be kept.
    pub fn to_bytes(&self) -> SecretBytes {
        let mut bytes = SecretBytes::new();
        // Writing into memory does not fail, and all keys are texts or numbers.
        let _ = serde_json::to_writer(&mut bytes, self);
        bytes
    }

    /// What was seen of a secret.
    pub fn secret(&self, name: &str) -> Option<&SeenSecret> {
        self.secrets.get(name)
    }

    /// Remembers a secret as it stands there, with the versions here that its versions are.
    pub fn remember(
        &mut self,
        name: &str,
        row: [u8; 16],
        there: &EngineSecret,
        known: &BTreeMap<u64, VersionKey>,
    ) {
        let seen = self.secrets.entry(name.to_owned()).or_default();
        let versions = there.versions.iter().filter_map(|(number, version)| {
            let key = known.get(number).copied().or_else(|| seen.key_of(*number, there))?;
            Some((*number, SeenVersion { key: key.0, created: version.created.clone() }))
        });
        let versions = versions.collect();
        *seen = SeenSecret { row: hexadecimal(&row), versions, entries: there.entries.clone() };
    }

    /// The name that a secret had there before it was renamed here.
    pub fn earlier_name(&self, name: &str, row: [u8; 16]) -> Option<&str> {
        let row = hexadecimal(&row);
        let of_row = |(known, seen): &(&String, &SeenSecret)| known.as_str() != name && seen.row == row;
        self.secrets.iter().find(of_row).map(|(known, _)| known.as_str())
    }

    /// The row here of a secret there.
    pub fn is_row(&self, name: &str, row: [u8; 16]) -> bool {
        self.secrets.get(name).is_some_and(|seen| seen.row == hexadecimal(&row))
    }
}

impl SeenSecret {
    /// The newest number that was seen.
    pub(super) fn newest(&self) -> Option<u64> {
        self.versions.last_key_value().map(|(number, _)| *number)
    }

    /// The version here that a number there was.
    pub(super) fn key_of_number(&self, number: u64) -> Option<VersionKey> {
        self.versions.get(&number).map(|seen| VersionKey(seen.key))
    }

    /// The version here that a number there was, if it is still the same one.
    pub fn key_of(&self, number: u64, there: &EngineSecret) -> Option<VersionKey> {
        let seen = self.versions.get(&number)?;
        (there.versions.get(&number)?.created == seen.created).then_some(VersionKey(seen.key))
    }
}

#[cfg(test)]
mod tests {
    use super::super::EngineVersion;
    use super::*;

    fn there(created: &str) -> EngineSecret {
        let version = EngineVersion { created: created.to_owned(), is_live: true };
        EngineSecret { current: 1, versions: BTreeMap::from([(1, version)]), ..EngineSecret::default() }
    }

    #[test]
    fn what_was_seen_is_kept_for_its_address_only() {
        let mut seen = SeenThere::of_bytes(None, "a");
        seen.remember("db", [7; 16], &there("t1"), &BTreeMap::from([(1, VersionKey(5))]));
        let bytes = seen.to_bytes();
        assert_eq!(SeenThere::of_bytes(Some(&bytes), "a"), seen);
        assert_eq!(SeenThere::of_bytes(Some(&bytes), "b").secret("db"), None);
        assert_eq!(SeenThere::of_bytes(Some(&SecretBytes::copy_of(b"{")), "a").secret("db"), None);
        assert_eq!(seen.earlier_name("db/url", [7; 16]), Some("db"));
        assert_eq!(seen.earlier_name("db", [7; 16]), None);
    }

    #[test]
    fn a_number_that_was_given_again_is_another_version() {
        let mut seen = SeenThere::of_bytes(None, "a");
        seen.remember("db", [7; 16], &there("t1"), &BTreeMap::from([(1, VersionKey(5))]));
        let seen = seen.secret("db").unwrap();
        assert_eq!(seen.key_of(1, &there("t1")), Some(VersionKey(5)));
        assert_eq!(seen.key_of(1, &there("t2")), None);
    }
}
