//! Carries pushes and pulls out on a vault and an engine.

mod looking;
mod pulling;
mod pushing;

use std::collections::BTreeMap;

pub use pulling::Taken;

use super::error::EngineError;
use super::patience::{self, Asker, Mends};
use super::pattern::Patterns;
use super::seen::SeenThere;
use super::{Engine, EngineSecret};
use crate::domain::{SecretName, SecretValue};
use crate::vault::Vault;
use crate::versioning::{Selector, VersionKey, VersionRef};

/// A vault and a place in an engine.
pub struct Transfer<'a> {
    vault: &'a mut Vault,
    engine: &'a mut dyn Engine,
    remote: &'a str,
    seen: SeenThere,
    rows: BTreeMap<SecretName, [u8; 16]>,
}

impl Asker for Transfer<'_> {
    fn engine(&mut self) -> &mut dyn Engine {
        self.engine
    }
}

impl<'a> Transfer<'a> {
    /// `remote` is the name that this machine gives the place.
    ///
    /// # Errors
    /// Those of the vault.
    pub fn new(
        vault: &'a mut Vault,
        engine: &'a mut dyn Engine,
        remote: &'a str,
    ) -> Result<Self, EngineError> {
        let seen = SeenThere::of_bytes(vault.kept_seen_there(remote).as_ref(), engine.place());
        let rows = vault.names_by_row()?.into_iter().map(|(row, name)| (name, row)).collect();
        Ok(Self { vault, engine, remote, seen, rows })
    }

    /// The names here that the patterns mean.
    pub fn names(&self, patterns: &Patterns) -> Vec<SecretName> {
        self.rows.keys().filter(|name| patterns.include(name.as_str())).cloned().collect()
    }

    fn value(&mut self, name: &SecretName, version: &VersionRef) -> Result<SecretValue, EngineError> {
        let selector = Selector { version_id: Some(version.id.clone()), stage: None, older: 0 };
        Ok(self.vault.get_secret_value(name, &selector)?.value)
    }

    fn remember(&mut self, name: &SecretName, there: &EngineSecret, known: &BTreeMap<u64, VersionKey>) {
        if let Some(row) = self.rows.get(name) {
            self.seen.remember(name.as_str(), *row, there, known);
        }
    }

    fn keep_seen(&mut self) -> Result<(), EngineError> {
        Ok(self.vault.keep_seen_there(self.remote, &self.seen.to_bytes())?)
    }

    /// Asks again where the answer may come later.
    fn patiently<T>(
        &mut self,
        work: impl FnMut(&mut Self) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        patience::patiently(self, Mends::Silence, work)
    }
}
