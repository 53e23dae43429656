//! Carries pushes and pulls out on a vault and an engine.

mod looking;
mod pulling;
mod pushing;

use std::collections::BTreeMap;

pub use pulling::Taken;

use super::error::EngineError;
use super::patience::{Asker, Mends, patiently};
use super::pattern::Patterns;
use super::seen::SeenThere;
use super::{Engine, EngineSecret};
use crate::domain::{SecretName, SecretValue};
use crate::memory::SecretBytes;
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

    /// Asks one question, again where the answer may come later. Of several questions each is asked by itself: where
    /// an engine answers few at a time, none has to be asked twice because another one was not answered.
    fn ask<T>(
        &mut self,
        mut question: impl FnMut(&mut dyn Engine) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        patiently(self, Mends::Silence, |this| question(&mut *this.engine))
    }

    fn secret_there(&mut self, name: &str) -> Result<Option<EngineSecret>, EngineError> {
        self.ask(|engine| engine.secret(name))
    }

    fn document_there(&mut self, name: &str, number: u64) -> Result<Option<SecretBytes>, EngineError> {
        self.ask(|engine| engine.document(name, number))
    }
}
