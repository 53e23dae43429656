//! Carries pushes and pulls out. A push plans each secret again when its turn comes, and once more whenever something
//! changed meanwhile or an answer was lost; so what was done is recognised, and nothing is done twice.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::document::{document_of, same_value, value_of};
use super::error::EngineError;
use super::marks::Marks;
use super::pattern::Patterns;
use super::push::{self, PushPlan, PushRefusal, PushTerms, Situation};
use super::seen::SeenThere;
use super::{Engine, EngineSecret, pull};
use crate::domain::{Folder, SecretName, SecretValue, StageLabel, Timestamp, VersionId};
use crate::memory::SecretBytes;
use crate::vault::{
    ImportOutcome, ImportReport, IncomingBatch, IncomingSecret, IncomingVersion, Loss, OnRefusal, Progress,
    Vault, Watch,
};
use crate::versioning::{Labelling, SecretState, Selector, VersionKey, VersionRef};

/// How often a secret is planned again before it is given up.
const TRIES: u32 = 8;

/// After so many secrets what was seen is kept; what is lost by a kill is recognised by its values.
const KEPT_AFTER: usize = 25;

/// A vault and a place in an engine.
pub struct Transfer<'a> {
    vault: &'a mut Vault,
    engine: &'a mut dyn Engine,
    remote: &'a str,
    seen: SeenThere,
    rows: BTreeMap<SecretName, [u8; 16]>,
}

/// What a push would do or did: a row for every secret.
#[derive(Debug, Default)]
pub struct PushReport {
    /// The secrets, by name.
    pub rows: Vec<PushRow>,
    /// What ended it before all secrets had their turn.
    pub failed: Option<EngineError>,
}

/// What a push does with one secret.
#[derive(Debug)]
pub struct PushRow {
    /// The secret.
    pub name: SecretName,
    /// What becomes of it.
    pub outcome: PushOutcome,
}

/// What becomes of one secret.
#[derive(Debug)]
pub enum PushOutcome {
    /// It changes there, or stays as it is.
    Goes(PushPlan),
    /// It stays as it is there.
    Refused(PushRefusal),
    /// The engine said no to this one.
    Failed(EngineError),
}

impl PushReport {
    /// Whether anything changes there.
    pub fn changes_anything(&self) -> bool {
        self.rows.iter().any(|row| row.outcome.changes_anything())
    }

    /// The secrets that ought to have been pushed and are not.
    pub fn refused(&self) -> impl Iterator<Item = &PushRow> {
        self.rows.iter().filter(|row| match &row.outcome {
            PushOutcome::Goes(_) => false,
            PushOutcome::Refused(refusal) => !refusal.is_expected(),
            PushOutcome::Failed(_) => true,
        })
    }
}

impl PushOutcome {
    /// Whether it changes there.
    pub fn changes_anything(&self) -> bool {
        matches!(self, Self::Goes(plan) if plan.changes_anything())
    }
}

/// What a pull would do or did.
#[derive(Debug)]
pub struct PullReport {
    /// The import.
    pub import: ImportReport,
}

/// A secret there that a pull is about.
struct Pulled {
    name: SecretName,
    there_name: String,
    there: EngineSecret,
    known: BTreeMap<u64, VersionKey>,
}

impl<'a> Transfer<'a> {
    /// `remote` is the name that this machine gives the place, `address` where it is.
    ///
    /// # Errors
    /// Those of the vault.
    pub fn new(
        vault: &'a mut Vault,
        engine: &'a mut dyn Engine,
        remote: &'a str,
        address: &str,
    ) -> Result<Self, EngineError> {
        let seen = SeenThere::of_bytes(vault.kept_seen_there(remote).as_ref(), address);
        let rows = vault.names_by_row()?.into_iter().map(|(row, name)| (name, row)).collect();
        Ok(Self { vault, engine, remote, seen, rows })
    }

    /// The names here that the patterns mean.
    pub fn names(&self, patterns: &Patterns) -> Vec<SecretName> {
        self.rows.keys().filter(|name| patterns.include(name.as_str())).cloned().collect()
    }

    /// What a push would do.
    pub fn plan_push(
        &mut self,
        names: &[SecretName],
        terms: &PushTerms,
        watch: &mut Watch<'_>,
    ) -> PushReport {
        self.each(names, watch, |this, name| this.plan_one(name, terms))
    }

    /// Pushes; each secret as it is planned then.
    pub fn push(&mut self, names: &[SecretName], terms: &PushTerms, watch: &mut Watch<'_>) -> PushReport {
        let mut turns = 0;
        let mut report = self.each(names, watch, |this, name| {
            let outcome = this.push_one(name, terms);
            turns += 1;
            if turns % KEPT_AFTER == 0 {
                this.keep_seen()?;
            }
            outcome
        });
        if let Err(error) = self.keep_seen() {
            report.failed.get_or_insert(error);
        }
        report
    }

    /// Gives every secret its turn, until all had it or the engine cannot be used.
    fn each(
        &mut self,
        names: &[SecretName],
        watch: &mut Watch<'_>,
        mut turn: impl FnMut(&mut Self, &SecretName) -> Result<PushOutcome, EngineError>,
    ) -> PushReport {
        let mut report = PushReport::default();
        for (position, name) in names.iter().enumerate() {
            let outcome = match turn(self, name) {
                Ok(outcome) => outcome,
                Err(error) if error.is_of_one_secret() => PushOutcome::Failed(error),
                Err(error) => {
                    report.failed = Some(error);
                    break;
                }
            };
            report.rows.push(PushRow { name: name.clone(), outcome });
            let progress = Progress { done: position as u64 + 1, total: names.len() as u64 };
            if watch(progress) == ControlFlow::Break(()) {
                report.failed = Some(EngineError::Stopped);
                break;
            }
        }
        report
    }

    fn plan_one(&mut self, name: &SecretName, terms: &PushTerms) -> Result<PushOutcome, EngineError> {
        let state = self.vault.describe(name)?.secret;
        let there = self.patiently(|engine| engine.secret(name.as_str()))?;
        let known = self.patient_recognition(&state, there.as_ref())?;
        Ok(match self.decide(&state, there.as_ref(), &known, terms)? {
            Ok(plan) => PushOutcome::Goes(plan),
            Err(refusal) => PushOutcome::Refused(refusal),
        })
    }

    fn decide(
        &mut self,
        state: &SecretState,
        there: Option<&EngineSecret>,
        known: &BTreeMap<u64, VersionKey>,
        terms: &PushTerms,
    ) -> Result<Result<PushPlan, PushRefusal>, EngineError> {
        let kept = self.patiently(|engine| engine.kept_versions())?.unwrap_or(0);
        let name = state.name.as_str();
        let row = self.rows.get(&state.name).copied().unwrap_or_default();
        // A secret that has this name by now is another one.
        let earlier_name = self.seen.earlier_name(name, row);
        let earlier_name =
            earlier_name.filter(|before| !self.rows.keys().any(|name| name.as_str() == *before));
        let seen = self.seen.secret(name);
        Ok(push::plan(&Situation { state, there, seen, known, earlier_name, kept }, terms))
    }

    /// Which version here each number there is: known since the last look, or by its value.
    fn recognise(
        &mut self,
        state: &SecretState,
        there: Option<&EngineSecret>,
    ) -> Result<BTreeMap<u64, VersionKey>, EngineError> {
        let Some(there) = there else { return Ok(BTreeMap::new()) };
        let name = state.name.clone();
        let mut known = push::remembered(there, self.seen.secret(name.as_str()));
        for (number, mut candidates) in push::to_compare(state, there, &known) {
            if candidates.is_empty() {
                continue;
            }
            let Some(document) = self.engine.document(name.as_str(), number)? else { continue };
            // Of two versions with one value, the one that is not there yet.
            candidates.sort_by_key(|candidate| known.values().any(|known| *known == candidate.key));
            for candidate in candidates {
                if same_value(&document, &self.value(&name, &candidate)?) {
                    known.insert(number, candidate.key);
                    break;
                }
            }
        }
        Ok(known)
    }

    fn patient_recognition(
        &mut self,
        state: &SecretState,
        there: Option<&EngineSecret>,
    ) -> Result<BTreeMap<u64, VersionKey>, EngineError> {
        let mut attempt = 0;
        loop {
            match self.recognise(state, there) {
                Err(error) if error.may_pass() => {
                    attempt += 1;
                    self.engine.wait(attempt, error)?;
                }
                other => return other,
            }
        }
    }

    fn value(&mut self, name: &SecretName, version: &VersionRef) -> Result<SecretValue, EngineError> {
        let selector = Selector { version_id: Some(version.id.clone()), stage: None, older: 0 };
        Ok(self.vault.get_secret_value(name, &selector)?.value)
    }

    fn push_one(&mut self, name: &SecretName, terms: &PushTerms) -> Result<PushOutcome, EngineError> {
        let (mut done, mut attempt, mut tries) = (PushPlan::default(), 0, 0);
        loop {
            match self.attempt(name, terms, &mut done) {
                Ok(None) => return Ok(PushOutcome::Goes(done)),
                Ok(Some(refusal)) => return Ok(PushOutcome::Refused(refusal)),
                // Somebody else may be at it, or a node that follows tells what was before.
                Err(error @ EngineError::Changed { .. }) if tries < TRIES => {
                    tries += 1;
                    let _ = self.engine.wait(tries, error);
                }
                Err(error) if error.may_pass() => {
                    attempt += 1;
                    self.engine.wait(attempt, error)?;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Plans a secret and does it: versions, then labels. Whatever changed meanwhile, or may have, ends the attempt.
    fn attempt(
        &mut self,
        name: &SecretName,
        terms: &PushTerms,
        done: &mut PushPlan,
    ) -> Result<Option<PushRefusal>, EngineError> {
        let state = self.vault.describe(name)?.secret;
        let there = self.engine.secret(name.as_str())?;
        let mut known = self.recognise(&state, there.as_ref())?;
        let plan = match self.decide(&state, there.as_ref(), &known, terms)? {
            Ok(plan) => plan,
            Err(refusal) => return Ok(Some(refusal)),
        };
        let changed = || EngineError::Changed { name: name.as_str().to_owned() };
        done.merge(&plan);
        if !plan.changes_anything() {
            if let Some(there) = &there {
                self.remember(name, there, &known);
            }
            return Ok(None);
        }
        let there = there.unwrap_or_default();
        let mut current = there.current;
        for version in &plan.store {
            let document = document_of(&self.value(name, version)?, terms.layout);
            let number = self.engine.store(name.as_str(), current, &document)?;
            if number != current + 1 {
                return Err(changed());
            }
            known.insert(number, version.key);
            current = number;
        }
        let mut now = self.engine.secret(name.as_str())?.unwrap_or_default();
        if now.current != current || now.entries != there.entries {
            return Err(changed());
        }
        if plan.writes_entries {
            self.engine.mark(name.as_str(), &plan.entries, now.revision)?;
            // An engine that counts no revisions takes whatever was written last.
            now = self.engine.secret(name.as_str())?.unwrap_or_default();
            if now.entries != plan.entries {
                return Err(changed());
            }
        }
        self.remember(name, &now, &known);
        Ok(None)
    }

    fn remember(&mut self, name: &SecretName, there: &EngineSecret, known: &BTreeMap<u64, VersionKey>) {
        if let Some(row) = self.rows.get(name) {
            self.seen.remember(name.as_str(), *row, there, known);
        }
    }

    fn keep_seen(&mut self) -> Result<(), EngineError> {
        Ok(self.vault.keep_seen_there(self.remote, &self.seen.to_bytes())?)
    }

    /// What a pull would do.
    ///
    /// # Errors
    /// [`EngineError`]; nothing changed then.
    pub fn plan_pull(
        &mut self,
        patterns: &Patterns,
        prefix: Option<&Folder>,
        watch: &mut Watch<'_>,
    ) -> Result<PullReport, EngineError> {
        let (batch, _) = self.read(patterns, prefix, watch)?;
        Ok(PullReport { import: self.vault.plan_import(&batch)? })
    }

    /// Pulls: one import, which `etui undo` reverts. Secrets that are refused are left out.
    ///
    /// # Errors
    /// [`EngineError`]; nothing changed then.
    pub fn pull(
        &mut self,
        patterns: &Patterns,
        prefix: Option<&Folder>,
        watch: &mut Watch<'_>,
    ) -> Result<PullReport, EngineError> {
        let (batch, pulled) = self.read(patterns, prefix, watch)?;
        let import = self.vault.import(&batch, OnRefusal::LeaveOut, &mut |_| {})?;
        drop(batch);
        self.rows = self.vault.names_by_row()?.into_iter().map(|(row, name)| (name, row)).collect();
        for one in pulled {
            let row = import.rows.iter().find(|row| row.name == one.name);
            let is_here = row.is_some_and(|row| {
                matches!(
                    row.outcome,
                    ImportOutcome::New { .. } | ImportOutcome::Changed { .. } | ImportOutcome::Same
                )
            });
            if is_here && prefix.is_none() {
                let state = self.vault.describe(&one.name)?.secret;
                let mut known = one.known;
                for (number, id) in Marks::of_entries(&one.there.entries).versions {
                    if let Some(version) = state.version(&id)
                        && one.there.versions.get(&number).is_some_and(|version| version.is_live)
                    {
                        known.entry(number).or_insert(version.key);
                    }
                }
                for number in one.there.versions.keys() {
                    if let Ok(id) = VersionId::new(&format!("v{number}"))
                        && let Some(version) = state.version(&id)
                        && row.is_some_and(|row| row.outcome.brings(&id))
                    {
                        known.entry(*number).or_insert(version.key);
                    }
                }
                self.seen.remember(
                    &one.there_name,
                    self.rows.get(&one.name).copied().unwrap_or_default(),
                    &one.there,
                    &known,
                );
            }
        }
        self.keep_seen()?;
        Ok(PullReport { import })
    }

    /// Reads what the patterns mean there.
    fn read(
        &mut self,
        patterns: &Patterns,
        prefix: Option<&Folder>,
        watch: &mut Watch<'_>,
    ) -> Result<(IncomingBatch, Vec<Pulled>), EngineError> {
        let mut names = self.patiently(|engine| engine.names())?;
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
            let mut attempt = 0;
            let read = loop {
                match self.read_one(&name, &there_name, &mut batch.losses) {
                    Err(error) if error.may_pass() => {
                        attempt += 1;
                        self.engine.wait(attempt, error)?;
                    }
                    other => break other?,
                }
            };
            if let Some((secret, one)) = read {
                batch.secrets.push(secret);
                pulled.push(one);
            }
        }
        Ok((batch, pulled))
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
        let Some(there) = self.engine.secret(there_name)? else { return Ok(None) };
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
        let Some(document) = self.engine.document(there_name, number)? else { return Ok(None) };
        if let Some(version) = id.and_then(|id| state?.version(id)) {
            let here = self.value(name, &version.reference())?;
            if same_value(&document, &here) {
                return Ok(Some(here));
            }
        }
        Ok(value_of(&document))
    }

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
        let there = self.patiently(|engine| engine.secret(name.as_str()))?.ok_or_else(no_secret)?;
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
        let document: Option<SecretBytes> =
            self.patiently(|engine| engine.document(name.as_str(), number))?;
        let value = document.as_ref().and_then(value_of).ok_or_else(missing)?;
        Ok((wanted.map_or_else(|| number.to_string(), |id| id.as_str().to_owned()), value))
    }

    /// Asks again where the answer may come later.
    fn patiently<T>(
        &mut self,
        mut ask: impl FnMut(&mut dyn Engine) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        let mut attempt = 0;
        loop {
            match ask(&mut *self.engine) {
                Err(error) if error.may_pass() => {
                    attempt += 1;
                    self.engine.wait(attempt, error)?;
                }
                other => return other,
            }
        }
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
