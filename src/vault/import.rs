//! Bringing secrets in from elsewhere: all or nothing, in one transaction (etui).
//!
//! Each secret is decided for itself, from what the file held before the import. So no more than one decision
//! is in memory: whether anything is refused is found out beforehand, and then each is decided again and done.

use std::ops::ControlFlow;

use super::batch::{Changes, VersionKeys};
use super::error::VaultError;
use super::incoming::{IncomingBatch, IncomingSecret, Loss};
use super::{Progress, Session, Vault, Watch};
use crate::domain::{Description, SecretName, TagKey, TagValue, Tags, Timestamp, VersionId};
use crate::store::{Batch, Moment, NewVersion, OpenStore, StoredSecret};
use crate::versioning::{
    Change, ImportRemark, ImportTerms, ImportedSecret, ImportedVersion, LabelMove, Match, Origin, Refusal,
    VersionKey, import,
};

mod target;

use target::{Target, find_targets};

/// What an import does with what the rules refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnRefusal {
    /// Nothing is imported.
    ImportNothing,
    /// The secrets that are refused are left out.
    LeaveOut,
}

/// What an import would do or did: a row for every secret that it brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportReport {
    /// The secrets, in the order of their source.
    pub rows: Vec<ImportRow>,
    /// What its source holds and the import cannot take over.
    pub losses: Vec<Loss>,
}

/// What an import does with one secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportRow {
    /// The name that its source gives it.
    pub given: String,
    /// The name that it has or gets here.
    pub name: SecretName,
    /// What becomes of it.
    pub outcome: ImportOutcome,
    /// What is worth saying.
    pub remarks: Vec<ImportRemark>,
}

/// What becomes of one secret of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportOutcome {
    /// It is new here.
    New {
        /// Its versions, oldest first.
        versions: Vec<VersionId>,
    },
    /// It is here and gets versions or labels.
    Changed {
        /// The versions that it gets, oldest first.
        versions: Vec<VersionId>,
        /// The labels that move, or come along.
        moves: Vec<LabelMove>,
    },
    /// It is here as it is there.
    Same,
    /// It is scheduled for deletion here, and stays as it is.
    InDeleteWindow {
        /// When it may be removed.
        planned: Timestamp,
    },
    /// The rules say no.
    Refused(Refusal),
}

impl ImportOutcome {
    /// Whether this version is new here.
    pub fn brings(&self, id: &VersionId) -> bool {
        matches!(self, Self::New { versions } | Self::Changed { versions, .. } if versions.contains(id))
    }
}

impl ImportReport {
    /// Whether the import changes anything.
    pub fn changes_anything(&self) -> bool {
        self.rows
            .iter()
            .any(|row| matches!(row.outcome, ImportOutcome::New { .. } | ImportOutcome::Changed { .. }))
    }

    /// What the rules refuse.
    pub fn refusals(&self) -> impl Iterator<Item = &Refusal> {
        self.rows.iter().filter_map(|row| match &row.outcome {
            ImportOutcome::Refused(refusal) => Some(refusal),
            _ => None,
        })
    }

    /// The first refusal, if there is one.
    pub fn first_refusal(&self) -> Option<&Refusal> {
        self.refusals().next()
    }
}

/// The tag that keeps what another program calls a secret, where the description has something else to say.
const NAME_TAG: &str = "name";

/// A secret of a batch, decided.
struct Decided {
    report: ImportRow,
    change: Option<Decision>,
}

struct Decision {
    /// Its name as the file has it; `None` for a new one.
    here: Option<SecretName>,
    change: Change,
    imported: ImportedSecret,
}

impl Vault {
    /// What an import would do.
    ///
    /// # Errors
    /// [`VaultError::Integrity`], and those of the file; what the rules refuse is in the report.
    pub fn plan_import(&mut self, batch: &IncomingBatch) -> Result<ImportReport, VaultError> {
        let now = self.now();
        self.read(|store| {
            let targets = find_targets(store, batch)?;
            let mut keys = VersionKeys::default();
            let decided = targets.iter().zip(&batch.secrets);
            let rows =
                decided.map(|(target, incoming)| Ok(decide(store, &mut keys, target, incoming, now)?.report));
            let rows = rows.collect::<Result<_, VaultError>>()?;
            Ok(ImportReport { rows, losses: batch.losses.clone() })
        })
    }

    /// Imports in one transaction, wholly or not at all; it is one change for undo. Versions keep the times
    /// that they bring, and retention is not applied. What is here already changes nothing.
    ///
    /// `progress` is told how many secrets of the batch are done.
    ///
    /// # Errors
    /// The first refusal, unless refused secrets are left out; and those of the file. Nothing changed then.
    pub fn import(
        &mut self,
        batch: &IncomingBatch,
        on_refusal: OnRefusal,
        progress: &mut dyn FnMut(usize),
    ) -> Result<ImportReport, VaultError> {
        self.import_watched(batch, on_refusal, &mut |Progress { done, .. }| {
            progress(usize::try_from(done).unwrap_or(usize::MAX));
            ControlFlow::Continue(())
        })
    }

    /// As [`import`](Self::import), and can be stopped: nothing of it is in the vault then.
    ///
    /// # Errors
    /// As there, and [`VaultError::Stopped`].
    pub fn import_watched(
        &mut self,
        batch: &IncomingBatch,
        on_refusal: OnRefusal,
        watch: &mut Watch<'_>,
    ) -> Result<ImportReport, VaultError> {
        let moment = Moment::new(self.environment.clock.milliseconds(), Origin::Import);
        let copy = &self.environment.copy;
        let result = match &mut self.session {
            Session::Open(store) => store.write(moment, Batch::Together, |transaction| {
                let store = transaction.store_before_changes();
                let targets = find_targets(store, batch)?;
                if on_refusal == OnRefusal::ImportNothing {
                    refuse_any(store, &targets, batch, moment.now)?;
                }
                Changes::of(transaction, copy).import(targets, batch, watch)
            }),
            _ => self.store().map(|_| ()).and(Err(VaultError::Busy)),
        };
        self.end_if_fatal(result)
    }
}

impl Changes<'_, '_> {
    fn import(
        &mut self,
        targets: Vec<Target>,
        batch: &IncomingBatch,
        watch: &mut Watch<'_>,
    ) -> Result<ImportReport, VaultError> {
        let now = self.transaction.now();
        let mut rows = Vec::with_capacity(targets.len());
        for (position, (target, incoming)) in targets.into_iter().zip(&batch.secrets).enumerate() {
            let decided =
                decide(self.transaction.store_before_changes(), &mut self.keys, &target, incoming, now)?;
            if let Some(decision) = &decided.change {
                self.import_secret(&target.name, decision, incoming)?;
            }
            rows.push(decided.report);
            let done = position as u64 + 1;
            if watch(Progress { done, total: batch.secrets.len() as u64 }).is_break() {
                return Err(VaultError::Stopped);
            }
        }
        Ok(ImportReport { rows, losses: batch.losses.clone() })
    }

    fn import_secret(
        &mut self,
        name: &SecretName,
        decision: &Decision,
        incoming: &IncomingSecret,
    ) -> Result<(), VaultError> {
        let Decision { here, change, imported } = decision;
        let versions = imported.added.iter().filter_map(|added| {
            let version = incoming.versions.get(added.position)?;
            Some(NewVersion {
                reference: added.reference.clone(),
                value: &version.value,
                note: version.note.clone(),
                created: added.created,
            })
        });
        let versions = versions.collect();
        match here {
            None => {
                let oldest = || imported.added.iter().map(|added| added.created).min();
                let created = incoming.created.or_else(oldest);
                self.transaction.create_imported(name, created, change, versions, &imported.order)?;
            }
            Some(here) => {
                let handle = self.transaction.find(here)?.ok_or_else(|| self.no_such_secret(here))?;
                self.transaction.apply_imported(handle, change, versions, &imported.order)?;
            }
        }
        Ok(())
    }
}

/// The first refusal.
fn refuse_any(
    store: &mut OpenStore,
    targets: &[Target],
    batch: &IncomingBatch,
    now: Timestamp,
) -> Result<(), VaultError> {
    let mut keys = VersionKeys::default();
    for (target, incoming) in targets.iter().zip(&batch.secrets) {
        if let ImportOutcome::Refused(refusal) =
            decide(store, &mut keys, target, incoming, now)?.report.outcome
        {
            return Err(refusal.into());
        }
    }
    Ok(())
}

fn decide(
    store: &mut OpenStore,
    keys: &mut VersionKeys,
    target: &Target,
    incoming: &IncomingSecret,
    now: Timestamp,
) -> Result<Decided, VaultError> {
    let name = target.name.clone();
    let &Target { ref given, stands_again, .. } = target;
    let row = |name, outcome, remarks| ImportRow { given: incoming.name.clone(), name, outcome, remarks };
    let unchanged = |name, outcome, remarks| Decided { report: row(name, outcome, remarks), change: None };
    if let Some(why) = incoming.unreadable.clone() {
        let refusal = Refusal::Unreadable { name: name.clone(), why };
        return Ok(unchanged(name, ImportOutcome::Refused(refusal), Vec::new()));
    }
    if incoming.versions.is_empty() {
        return Ok(unchanged(name, ImportOutcome::Same, Vec::new()));
    }
    if stands_again {
        return Ok(unchanged(name, ImportOutcome::Same, vec![ImportRemark::StandsAgain]));
    }
    let here = store.secret(&name)?;
    let mut kept = Vec::new();
    let mut terms = terms(store, &name, here.as_ref(), incoming, keys, now)?;
    if here.is_none() {
        keep_identity(&mut terms, incoming.source_id.as_ref(), given.as_deref(), &mut kept);
    }
    let mut imported = match import(here.as_ref().map(StoredSecret::state), &terms) {
        Ok(imported) => imported,
        Err(refusal) => {
            let outcome = match refusal {
                Refusal::InDeleteWindow { planned, .. } => ImportOutcome::InDeleteWindow { planned },
                refusal => ImportOutcome::Refused(refusal),
            };
            return Ok(unchanged(name, outcome, Vec::new()));
        }
    };
    let mut remarks = std::mem::take(&mut imported.remarks);
    remarks.extend(kept);
    if imported.change.is_some() {
        remarks.extend(incoming.remarks.iter().cloned());
    }
    let versions: Vec<VersionId> = imported.added.iter().map(|added| added.reference.id.clone()).collect();
    let Some(change) = imported.change.take() else {
        return Ok(unchanged(name, ImportOutcome::Same, remarks));
    };
    let outcome = match &here {
        None => ImportOutcome::New { versions },
        Some(_) => ImportOutcome::Changed { versions, moves: change.moves() },
    };
    let here = here.map(|_| name.clone());
    Ok(Decided { report: row(name, outcome, remarks), change: Some(Decision { here, change, imported }) })
}

/// Keeps what the source calls a new secret where search and list show it, and by which id it knows it.
fn keep_identity(
    terms: &mut ImportTerms,
    id: Option<&(TagKey, TagValue)>,
    given: Option<&str>,
    remarks: &mut Vec<ImportRemark>,
) {
    if let Some((key, value)) = id {
        if terms.facts.tags.len() < Tags::LIMIT {
            terms.facts.tags.set(key.clone(), value.clone());
        } else {
            remarks.push(ImportRemark::IdNotKept);
        }
    }
    let Some(given) = given else { return };
    let as_tag = || Some((TagKey::new(NAME_TAG).ok()?, TagValue::new(given).ok()?));
    match Description::new(given) {
        Ok(description) if terms.facts.description.is_empty() => terms.facts.description = description,
        _ => match as_tag().filter(|_| terms.facts.tags.len() < Tags::LIMIT) {
            Some((key, value)) => terms.facts.tags.set(key, value),
            None => remarks.push(ImportRemark::NameNotKept),
        },
    }
}

/// The incoming secret as the rules see it, its values compared with what is here.
fn terms(
    store: &OpenStore,
    name: &SecretName,
    here: Option<&StoredSecret>,
    incoming: &IncomingSecret,
    keys: &mut VersionKeys,
    now: Timestamp,
) -> Result<ImportTerms, VaultError> {
    let mut versions: Vec<ImportedVersion> = Vec::with_capacity(incoming.versions.len());
    for (position, version) in incoming.versions.iter().enumerate() {
        let earlier = versions.iter().zip(&incoming.versions[..position]);
        let matched = match &version.id {
            Some(id) => match_by_id(store, here, id, &version.value, earlier)?,
            None => match_by_value(store, here, &version.value, earlier)?,
        };
        versions.push(ImportedVersion {
            key: keys.draw()?,
            id: version.id.clone(),
            created: version.created,
            note: version.note.clone(),
            matched,
        });
    }
    Ok(ImportTerms {
        name: name.clone(),
        facts: incoming.facts.clone(),
        versions,
        labels: incoming.labels.clone(),
        labelling: incoming.labelling,
        follows: incoming.follows.clone(),
        now,
    })
}

/// The identity that an earlier version of the same import resolves to.
fn resolved(version: &ImportedVersion) -> VersionKey {
    match version.matched {
        Match::Same(key) => key,
        Match::New | Match::Differs => version.key,
    }
}

type Earlier<'a> = (&'a ImportedVersion, &'a super::incoming::IncomingVersion);

fn match_by_id<'a>(
    store: &OpenStore,
    here: Option<&StoredSecret>,
    id: &VersionId,
    value: &crate::domain::SecretValue,
    mut earlier: impl Iterator<Item = Earlier<'a>>,
) -> Result<Match, VaultError> {
    if let Some(here) = here
        && let Some(version) = here.state().version(id)
    {
        let stored = store.value(here, version.key)?;
        return Ok(if stored.equals(value) { Match::Same(version.key) } else { Match::Differs });
    }
    // An id that a merge found given to several values stays taken.
    if let Some(here) = here {
        let renamed: Vec<_> =
            here.state().versions.iter().filter(|version| version.given.as_ref() == Some(id)).collect();
        for version in &renamed {
            if store.value(here, version.key)?.equals(value) {
                return Ok(Match::Same(version.key));
            }
        }
        if !renamed.is_empty() {
            return Ok(Match::Differs);
        }
    }
    Ok(match earlier.find(|(_, version)| version.id.as_ref() == Some(id)) {
        None => Match::New,
        Some((known, version)) if version.value.equals(value) => Match::Same(resolved(known)),
        Some(_) => Match::Differs,
    })
}

/// The MAC finds a version; that it holds the value is said only after that one value was opened.
fn match_by_value<'a>(
    store: &OpenStore,
    here: Option<&StoredSecret>,
    value: &crate::domain::SecretValue,
    mut earlier: impl Iterator<Item = Earlier<'a>>,
) -> Result<Match, VaultError> {
    if let Some(here) = here
        && let Some(found) = store.version_with_value(here, value, None)
        && store.value(here, found.key)?.equals(value)
    {
        return Ok(Match::Same(found.key));
    }
    let known = earlier.find(|(_, version)| version.value.equals(value));
    Ok(known.map_or(Match::New, |(known, _)| Match::Same(resolved(known))))
}
