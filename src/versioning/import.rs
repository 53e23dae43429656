//! Import: versions brought in from elsewhere, as one change of each secret (etui).
//!
//! An import may store versions without labels and with the times that they bring; retention is never
//! applied. What is here stays: no label that marks a version here is moved by another vault, no
//! description is overwritten; each difference becomes a remark.

use super::change::{Change, Existence, NoteShift, Operation, Shift};
use super::labels::{LabelMap, VersionKey, VersionRef};
use super::put::refuse_in_window;
use super::refusal::Refusal;
use super::state::SecretState;
use super::suggest::suggest_version_id_among;
use crate::domain::{Description, Facts, Note, SecretName, StageLabel, Tags, Timestamp, VersionId};

mod names;
mod order;
mod remark;

pub use names::{distinct_name, fit_name, is_made_of};
pub use remark::ImportRemark;

/// What an import means for labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Labelling {
    /// The source knows no labels: its newest value becomes the current one, if no version holds it yet.
    NewestIsCurrent,
    /// The source gives each version its labels, and a version that is new here takes them as in a put.
    AsPut,
    /// The source is a vault: labels that mark a version here stay, those unknown here come along.
    KeptHere,
}

/// What was found out about an incoming version. The rules never see values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// Its id is free; without an id, no version holds its value.
    New,
    /// It is this version: one that is here, or an earlier one of the same import.
    Same(VersionKey),
    /// Its id belongs to a version with another value.
    Differs,
}

/// An incoming version as the rules see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedVersion {
    /// The identity that it gets if it is new.
    pub key: VersionKey,
    /// Its id; `None` takes the next free one.
    pub id: Option<VersionId>,
    /// When it was created; `None` means by this import.
    pub created: Option<Timestamp>,
    /// A remark on it.
    pub note: Option<Note>,
    /// How it compares with what is there.
    pub matched: Match,
}

/// An incoming secret as the rules see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportTerms {
    /// The name that it has or gets here.
    pub name: SecretName,
    /// What is known about it.
    pub facts: Facts,
    /// Its versions, oldest first.
    pub versions: Vec<ImportedVersion>,
    /// Its labels, each with the position of the version that it marks.
    pub labels: Vec<(StageLabel, usize)>,
    /// What the labels mean.
    pub labelling: Labelling,
    /// Labels that a vault's import moves though they mark another version here: only the source moved them.
    pub follows: Vec<StageLabel>,
    /// The time of the import.
    pub now: Timestamp,
}

/// A version that an import stores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddedVersion {
    /// Its position among the incoming versions.
    pub position: usize,
    /// Its identity and id.
    pub reference: VersionRef,
    /// When it was created.
    pub created: Timestamp,
}

/// What an import does to one secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedSecret {
    /// What changes; `None` if nothing does.
    pub change: Option<Change>,
    /// The versions to store.
    pub added: Vec<AddedVersion>,
    /// All versions in the order of creation as it is then.
    pub order: Vec<VersionKey>,
    /// What is worth saying.
    pub remarks: Vec<ImportRemark>,
}

/// Decides what an import does to one secret; `state` is the secret as it is here, if it is here.
///
/// # Errors
/// `Rejected.ResourceInDeleteWindow`, `Rejected.ResourceExist` for a version id with another value,
/// `Rejected.LimitExceeded` for more than 20 tags.
pub fn import(state: Option<&SecretState>, terms: &ImportTerms) -> Result<ImportedSecret, Refusal> {
    if let Some(state) = state {
        refuse_in_window(state)?;
    } else if terms.facts.tags.len() > Tags::LIMIT {
        return Err(Refusal::TagLimit { name: terms.name.clone() });
    }
    let (resolved, added) = resolve(state, terms)?;
    let mut remarks = Vec::new();
    let before = state.map(|state| state.labels.clone()).unwrap_or_default();
    let order = order::merged(state.map_or(&[], |state| &state.versions), &resolved, &added, terms.labelling);
    let is_new = |position: usize| added.iter().any(|added| added.position == position);
    let mut after = match (terms.labelling, state) {
        (Labelling::NewestIsCurrent, _) => newest_is_current(&before, &resolved, is_new),
        (Labelling::AsPut, _) => labels_of_puts(&before, terms, &resolved, is_new, &mut remarks),
        (Labelling::KeptHere, None) => labels_of_source(terms, &resolved, &mut remarks),
        (Labelling::KeptHere, Some(_)) => labels_kept(&before, terms, &resolved, &mut remarks),
    };
    if after.current().is_none()
        && let Some(newest) = order.last().and_then(|key| resolved.iter().find(|known| known.key == *key))
    {
        after.point(&StageLabel::current(), newest);
        if terms.labelling != Labelling::NewestIsCurrent {
            remarks.push(ImportRemark::CurrentChosen { version: newest.id.clone() });
        }
    }
    if after.previous().map(|previous| previous.key) == after.current().map(|current| current.key) {
        after.remove(&StageLabel::previous());
    }
    if let Some(state) = state {
        remark_differences(state, terms, &mut remarks);
    }
    let change = change_of(state, terms, &added, Shift::new(before, after));
    Ok(ImportedSecret { change, added, order, remarks })
}

/// Each incoming version as the version that it is here then, and those among them that are new.
fn resolve(
    state: Option<&SecretState>,
    terms: &ImportTerms,
) -> Result<(Vec<VersionRef>, Vec<AddedVersion>), Refusal> {
    let mut known: Vec<VersionRef> = state
        .map(|state| state.versions.iter().map(|version| version.reference()).collect())
        .unwrap_or_default();
    let mut resolved = Vec::with_capacity(terms.versions.len());
    let mut added = Vec::new();
    for (position, version) in terms.versions.iter().enumerate() {
        let reference = match version.matched {
            Match::Same(key) => known.iter().find(|known| known.key == key).cloned(),
            Match::New | Match::Differs => None,
        };
        let suggested = || suggest_free_id(&known, terms);
        let reference = match (reference, version.matched, &version.id) {
            (Some(reference), _, _) => reference,
            (None, Match::Differs, Some(id)) => {
                return Err(Refusal::VersionExists {
                    name: terms.name.clone(),
                    version: id.clone(),
                    free: suggested(),
                    same_bytes_as: None,
                });
            }
            (None, _, id) => {
                let id = id.clone().unwrap_or_else(suggested);
                let reference = VersionRef { key: version.key, id };
                let created = version.created.unwrap_or(terms.now);
                added.push(AddedVersion { position, reference: reference.clone(), created });
                known.push(reference.clone());
                reference
            }
        };
        resolved.push(reference);
    }
    Ok((resolved, added))
}

/// The next free id, which no later version of the same import may bring with it either.
fn suggest_free_id(known: &[VersionRef], terms: &ImportTerms) -> VersionId {
    let mut ids: Vec<VersionId> = known.iter().map(|known| known.id.clone()).collect();
    loop {
        let suggested = suggest_version_id_among(ids.iter());
        if terms.versions.iter().all(|version| version.id.as_ref() != Some(&suggested)) {
            return suggested;
        }
        ids.push(suggested);
    }
}

fn change_of(
    state: Option<&SecretState>,
    terms: &ImportTerms,
    added: &[AddedVersion],
    labels: Shift<LabelMap>,
) -> Option<Change> {
    let mut change = Change::of(Operation::Import);
    change.added = added.iter().map(|added| added.reference.clone()).collect();
    change.labels = (labels.before != labels.after).then_some(labels);
    change.notes = added
        .iter()
        .filter_map(|added| {
            let note = terms.versions.get(added.position)?.note.clone()?;
            Some(NoteShift { version: added.reference.clone(), note: Shift::new(None, Some(note)) })
        })
        .collect();
    if state.is_none() {
        change.existence = Existence::Appears;
        let Facts { description, tags, retention, rotation } = &terms.facts;
        change.description =
            (!description.is_empty()).then(|| Shift::new(Description::default(), description.clone()));
        change.tags = (!tags.is_empty()).then(|| Shift::new(Tags::new(), tags.clone()));
        change.retention = retention.is_some().then(|| Shift::new(None, *retention));
        change.rotation = rotation.is_some().then(|| Shift::new(None, *rotation));
    }
    (!change.added.is_empty() || change.labels.is_some()).then_some(change)
}

/// A value that is new here and the newest there was put there last, so it is put here. Older values that
/// come with it were current there, not here: here they matter only where there was nothing before.
fn newest_is_current(before: &LabelMap, resolved: &[VersionRef], is_new: impl Fn(usize) -> bool) -> LabelMap {
    let mut after = before.clone();
    let Some(newest) = resolved.len().checked_sub(1) else { return after };
    if before.current().is_none() {
        resolved.iter().for_each(|version| make_current(&mut after, version));
    } else if is_new(newest) {
        make_current(&mut after, &resolved[newest]);
    }
    after
}

fn labels_of_puts(
    before: &LabelMap,
    terms: &ImportTerms,
    resolved: &[VersionRef],
    is_new: impl Fn(usize) -> bool,
    remarks: &mut Vec<ImportRemark>,
) -> LabelMap {
    let mut after = before.clone();
    for (position, version) in resolved.iter().enumerate().filter(|(position, _)| is_new(*position)) {
        let given = terms.labels.iter().filter(|(_, marked)| *marked == position).map(|(label, _)| label);
        for label in given {
            if label.is_current() {
                make_current(&mut after, version);
            } else {
                point_within_limit(&mut after, label, version, remarks);
            }
        }
    }
    after
}

fn labels_of_source(
    terms: &ImportTerms,
    resolved: &[VersionRef],
    remarks: &mut Vec<ImportRemark>,
) -> LabelMap {
    let mut after = LabelMap::new();
    for (label, position) in &terms.labels {
        if let Some(version) = resolved.get(*position) {
            point_within_limit(&mut after, label, version, remarks);
        }
    }
    after
}

fn labels_kept(
    before: &LabelMap,
    terms: &ImportTerms,
    resolved: &[VersionRef],
    remarks: &mut Vec<ImportRemark>,
) -> LabelMap {
    let mut after = before.clone();
    for (label, position) in &terms.labels {
        let Some(there) = resolved.get(*position) else { continue };
        match before.target(label) {
            Some(here) if here.key == there.key => {}
            Some(_) if terms.follows.contains(label) => after.point(label, there),
            Some(here) => remarks.push(ImportRemark::LabelStays {
                label: label.clone(),
                here: here.id.clone(),
                there: there.id.clone(),
            }),
            None if label.is_previous() && after.current().is_some_and(|here| here.key == there.key) => {
                remarks.push(ImportRemark::LabelLeftOut { label: label.clone(), there: there.id.clone() });
            }
            None => point_within_limit(&mut after, label, there, remarks),
        }
    }
    after
}

fn make_current(labels: &mut LabelMap, version: &VersionRef) {
    match labels.current().cloned() {
        Some(current) if current.key == version.key => return,
        Some(current) => labels.point(&StageLabel::previous(), &current),
        None => {}
    }
    labels.point(&StageLabel::current(), version);
}

fn point_within_limit(
    labels: &mut LabelMap,
    label: &StageLabel,
    version: &VersionRef,
    remarks: &mut Vec<ImportRemark>,
) {
    let is_one_more = !label.is_built_in() && labels.target(label).is_none();
    if is_one_more && labels.custom_count() >= LabelMap::CUSTOM_LIMIT {
        remarks.push(ImportRemark::LabelLeftOut { label: label.clone(), there: version.id.clone() });
    } else {
        labels.point(label, version);
    }
}

/// What is known about a secret that is here stays as it is here.
fn remark_differences(state: &SecretState, terms: &ImportTerms, remarks: &mut Vec<ImportRemark>) {
    if !terms.facts.description.is_empty() && terms.facts.description != state.facts.description {
        remarks.push(ImportRemark::DescriptionStays);
    }
    if terms.facts.tags.iter().any(|(key, value)| state.facts.tags.get(key) != Some(value)) {
        remarks.push(ImportRemark::TagsStay);
    }
    if terms.facts.retention.is_some() && terms.facts.retention != state.facts.retention {
        remarks.push(ImportRemark::RetentionStays);
    }
    if terms.facts.rotation.is_some() && terms.facts.rotation != state.facts.rotation {
        remarks.push(ImportRemark::RotationStays);
    }
    for version in &terms.versions {
        if let Match::Same(key) = version.matched
            && let Some(here) = state.version_of_key(key)
            && version.note.is_some()
            && version.note != here.note
        {
            remarks.push(ImportRemark::NoteStays { version: here.id.clone() });
        }
    }
}

#[cfg(test)]
mod tests;
