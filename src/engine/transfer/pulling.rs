//! A pull: what is there is read, waits for its word, and comes in as one import.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::super::document::{same_value, value_of};
use super::super::error::EngineError;
use super::super::marks::Marks;
use super::super::pattern::Patterns;
use super::super::seen::SeenThere;
use super::super::{EngineSecret, pull, push};
use super::Transfer;
use crate::domain::{Folder, SecretName, SecretValue, StageLabel, Timestamp, VersionId};
use crate::vault::{
    ImportOutcome, ImportReport, ImportRow, IncomingBatch, IncomingSecret, IncomingVersion, Loss, OnRefusal,
    Progress, Vault, VaultError, Watch,
};
use crate::versioning::{Labelling, SecretState, VersionKey};

/// What was read there, and waits to be brought in. Its values wipe themselves.
pub struct Taken {
    batch: IncomingBatch,
    remote: String,
    place: String,
    /// What is to be remembered of each secret; nothing where they come in below a folder of their own.
    secrets: Vec<Pulled>,
}

/// A secret there that a pull is about.
struct Pulled {
    name: SecretName,
    there_name: String,
    there: EngineSecret,
    known: BTreeMap<u64, VersionKey>,
}

impl Taken {
    /// What bringing it in would do.
    ///
    /// # Errors
    /// Those of [`Vault::plan_import`].
    pub fn plan(&self, vault: &mut Vault) -> Result<ImportReport, VaultError> {
        vault.plan_import(&self.batch)
    }

    /// Brings it in: one import, which `etui undo` reverts.
    ///
    /// # Errors
    /// Those of [`Vault::import_watched`]; nothing changed then.
    pub fn bring_in(
        &self,
        vault: &mut Vault,
        on_refusal: OnRefusal,
        watch: &mut Watch<'_>,
    ) -> Result<ImportReport, VaultError> {
        let report = vault.import_watched(&self.batch, on_refusal, watch)?;
        let mut seen = SeenThere::of_bytes(vault.kept_seen_there(&self.remote).as_ref(), &self.place);
        let rows: BTreeMap<SecretName, [u8; 16]> =
            vault.names_by_row()?.into_iter().map(|(row, name)| (name, row)).collect();
        for pulled in &self.secrets {
            let Some(row) = report.rows.iter().find(|row| row.name == pulled.name) else { continue };
            if matches!(
                row.outcome,
                ImportOutcome::New { .. } | ImportOutcome::Changed { .. } | ImportOutcome::Same
            ) {
                let known = pulled.known_now(&vault.describe(&pulled.name)?.secret, row);
                let row = rows.get(&pulled.name).copied().unwrap_or_default();
                seen.remember(&pulled.there_name, row, &pulled.there, &known);
            }
        }
        vault.keep_seen_there(&self.remote, &seen.to_bytes())?;
        Ok(report)
    }
}

impl Pulled {
    /// Which version here each number there is, now that it is here.
    fn known_now(&self, state: &SecretState, row: &ImportRow) -> BTreeMap<u64, VersionKey> {
        let mut known = self.known.clone();
        for (number, id) in Marks::of_entries(&self.there.entries).versions {
            if let Some(version) = state.version(&id)
                && self.there.versions.get(&number).is_some_and(|version| version.is_live)
            {
                known.entry(number).or_insert(version.key);
            }
        }
        for number in self.there.versions.keys() {
            if let Ok(id) = VersionId::new(&format!("v{number}"))
                && let Some(version) = state.version(&id)
                && row.outcome.brings(&id)
            {
                known.entry(*number).or_insert(version.key);
            }
        }
        known
    }
}

impl Transfer<'_> {
    /// Reads what the patterns mean there; below a folder, where one is named.
    ///
    /// # Errors
    /// [`EngineError`]; nothing changed.
    pub fn read(
        &mut self,
        patterns: &Patterns,
        prefix: Option<&Folder>,
        watch: &mut Watch<'_>,
    ) -> Result<Taken, EngineError> {
        let mut names = self.ask(|engine| engine.names())?;
        names.sort_unstable();
        if let Some(pattern) = patterns.without_any(names.iter().map(String::as_str)) {
            return Err(EngineError::NoSuchSecret { name: pattern.as_str().to_owned() });
        }
        names.retain(|name| patterns.include(name));
        let (mut batch, mut pulled) = (IncomingBatch::new(), Vec::new());
        let total = names.len() as u64;
        for (there_name, done) in names.into_iter().zip(1..) {
            if watch(Progress { done, total }) == ControlFlow::Break(()) {
                return Err(EngineError::Stopped);
            }
            let name = format!("{}{there_name}", prefix.map_or("", Folder::as_str));
            let Ok(name) = SecretName::new(&name) else {
                batch.losses.push(Loss::whole(there_name, "a secret here cannot have such a name"));
                continue;
            };
            if let Some(now) = self.renamed(&there_name, &name).filter(|_| prefix.is_none()) {
                batch.losses.push(Loss::whole(there_name, format_args!("it was renamed here, to '{now}'")));
                continue;
            }
            let read = self.read_one(&name, &there_name, &mut batch.losses)?;
            if let Some((secret, one)) = read {
                batch.secrets.push(secret);
                pulled.push(one);
            }
        }
        if prefix.is_some() {
            pulled.clear();
        }
        let (remote, place) = (self.remote.to_owned(), self.engine.place().to_owned());
        Ok(Taken { batch, remote, place, secrets: pulled })
    }

    /// The name by now of a secret that was pushed and renamed since.
    fn renamed(&self, there_name: &str, name: &SecretName) -> Option<SecretName> {
        if self.rows.contains_key(name) {
            return None;
        }
        self.rows.iter().find(|(_, row)| self.seen.is_row(there_name, **row)).map(|(name, _)| name.clone())
    }

    fn read_one(
        &mut self,
        name: &SecretName,
        there_name: &str,
        losses: &mut Vec<Loss>,
    ) -> Result<Option<(IncomingSecret, Pulled)>, EngineError> {
        let Some(there) = self.secret_there(there_name)? else { return Ok(None) };
        let state = match self.rows.contains_key(name) {
            true => Some(self.vault.describe(name)?.secret),
            false => None,
        };
        let seen = self.seen.secret(there_name);
        let known = push::remembered(&there, seen);
        let planned = pull::plan(state.as_ref(), &there, seen, &known);
        let mut found = Vec::new();
        for (number, id) in planned.versions {
            let here = known.get(&number).and_then(|key| state.as_ref()?.version_of_key(*key));
            let value = match here.map(|version| version.reference()) {
                Some(version) => Some(self.value(name, &version)?),
                None => self.value_there(name, there_name, number, id.as_ref(), state.as_ref())?,
            };
            match value {
                Some(value) => {
                    let created = there.versions.get(&number).and_then(|version| time(&version.created));
                    found.push((number, IncomingVersion { id, value, created, note: None }));
                }
                None => losses.push(Loss::new(
                    there_name,
                    format!("version {number}, which holds no value that fits here"),
                )),
            }
        }
        if found.is_empty() {
            return Ok(None);
        }
        let (facts, odd) = Marks::of_entries(&there.entries).read_facts();
        losses.extend(odd.iter().map(|entry| Loss::new(there_name, format!("its metadata '{entry}'"))));
        let position = |number: u64| found.iter().position(|(known, _)| *known == number);
        let labels: Vec<(StageLabel, usize)> = planned
            .labels
            .iter()
            .filter_map(|pull| Some((pull.label.clone(), position(pull.number)?)))
            .collect();
        let follows =
            planned.labels.iter().filter(|pull| pull.follows).map(|pull| pull.label.clone()).collect();
        let versions = found.into_iter().map(|(_, version)| version).collect();
        let mut secret =
            IncomingSecret::without_labels(name.as_str(), versions).with_labels(Labelling::KeptHere, labels);
        secret.facts = facts;
        secret.follows = follows;
        let one = Pulled { name: name.clone(), there_name: there_name.to_owned(), there, known };
        Ok(Some((secret, one)))
    }

    /// A value from there; where the same version is here and means the same, as it is written here.
    fn value_there(
        &mut self,
        name: &SecretName,
        there_name: &str,
        number: u64,
        id: Option<&VersionId>,
        state: Option<&SecretState>,
    ) -> Result<Option<SecretValue>, EngineError> {
        let Some(document) = self.document_there(there_name, number)? else { return Ok(None) };
        if let Some(version) = id.and_then(|id| state?.version(id)) {
            let here = self.value(name, &version.reference())?;
            if same_value(&document, &here) {
                return Ok(Some(here));
            }
        }
        Ok(value_of(&document))
    }
}

/// A time of an engine, which has fractions of seconds.
fn time(text: &str) -> Option<Timestamp> {
    let seconds = match (text.split_once('.'), text.ends_with('Z')) {
        (Some((seconds, _)), true) => format!("{seconds}Z"),
        _ => text.to_owned(),
    };
    seconds.parse().ok()
}
