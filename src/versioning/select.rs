//! Which version a read means: GetSecretValue's parameters, and the relative references of the command line.

use super::put::refuse_in_window;
use super::refusal::Refusal;
use super::state::{SecretState, VersionState};
use crate::domain::{StageLabel, VersionId, nearest};

/// Which version is asked for. With nothing in it: the current one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selector {
    /// The version of this id.
    pub version_id: Option<VersionId>,
    /// The version that this label marks; with an id, they must name the same version.
    pub stage: Option<StageLabel>,
    /// So many versions older by creation order, deprecated ones counted (etui).
    pub older: u32,
}

/// Finds the version that a selector means.
///
/// # Errors
/// `Rejected.ResourceInDeleteWindow`; `Forbidden.ResourceNotFound` for an unknown id or label and past the
/// oldest version; `InvalidParameter` where id and label name different versions.
pub fn select<'a>(state: &'a SecretState, selector: &Selector) -> Result<&'a VersionState, Refusal> {
    refuse_in_window(state)?;
    let by_id = selector.version_id.as_ref().map(|id| by_id(state, id)).transpose()?;
    let by_stage = selector.stage.as_ref().map(|stage| by_stage(state, stage)).transpose()?;
    let start = match (by_id, by_stage) {
        (Some(by_id), Some(by_stage)) if by_id.key != by_stage.key => {
            return Err(Refusal::SelectorsDisagree {
                name: state.name.clone(),
                version: by_id.id.clone(),
                marked: by_stage.id.clone(),
            });
        }
        (Some(version), _) | (None, Some(version)) => version,
        (None, None) => by_stage_current(state)?,
    };
    step_back(state, start, selector.older)
}

fn by_id<'a>(state: &'a SecretState, id: &VersionId) -> Result<&'a VersionState, Refusal> {
    state.version(id).ok_or_else(|| no_such_version(state, id))
}

/// The refusal of an id that names no version; where a merge told several apart it names them all.
pub(super) fn no_such_version(state: &SecretState, id: &VersionId) -> Refusal {
    let (name, version, now) = (state.name.clone(), id.clone(), state.renamed_from(id));
    match now.is_empty() {
        true => Refusal::NoSuchVersion { name, version },
        false => Refusal::VersionRenamed { name, version, now },
    }
}

fn by_stage<'a>(state: &'a SecretState, stage: &StageLabel) -> Result<&'a VersionState, Refusal> {
    state.version_of_label(stage).ok_or_else(|| no_such_label(state, stage))
}

/// The refusal of a label that the secret does not have.
pub(super) fn no_such_label(state: &SecretState, label: &StageLabel) -> Refusal {
    let labels = state.labels.iter().map(|(known, _)| known.as_str());
    let near = nearest(label.as_str(), labels).and_then(|near| StageLabel::new(near).ok());
    Refusal::NoSuchLabel { name: state.name.clone(), label: label.clone(), near }
}

fn by_stage_current(state: &SecretState) -> Result<&VersionState, Refusal> {
    by_stage(state, &StageLabel::current())
}

fn step_back<'a>(
    state: &'a SecretState,
    start: &'a VersionState,
    older: u32,
) -> Result<&'a VersionState, Refusal> {
    let position = state.versions.iter().position(|version| version.key == start.key);
    position
        .and_then(|position| position.checked_sub(usize::try_from(older).ok()?))
        .and_then(|position| state.versions.get(position))
        .ok_or_else(|| Refusal::PastTheOldest { name: state.name.clone(), version: start.id.clone(), older })
}

#[cfg(test)]
mod tests;
