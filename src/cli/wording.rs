//! The sentences about what was done, the same for every command that does it.

use std::path::PathBuf;

use crate::domain::{StageLabel, VersionId};
pub(super) use crate::vault::wording::{
    ALL_STILL_IN_COPIES, NOTHING_TO_PURGE, STILL_IN_COPIES, cost, count, ids, moves, removed,
};
use crate::vault::{CreateOutcome, FormatVersion, PutOutcome, VerifyReport, wording};
use crate::versioning::Change;

/// Said of a vault that is not in the newest format.
pub(super) fn old_format(format: FormatVersion) -> Option<String> {
    let newest = FormatVersion::NEWEST;
    let (number, new) = (format.number(), newest.number());
    (format < newest).then(|| format!("in format {number}; `etui upgrade` brings it into format {new}"))
}

/// What a put did.
pub(super) fn stored(outcome: &PutOutcome) -> String {
    let PutOutcome { name, version_id, .. } = outcome;
    if !outcome.created {
        return format!("version '{version_id}' of '{name}' holds this value already; nothing changed");
    }
    let mut sentence = format!("stored version '{version_id}' of '{name}'");
    if !outcome.moved.is_empty() {
        sentence += &format!("; {}", moves(&outcome.moved));
    }
    if !outcome.destroyed.is_empty() {
        sentence += &format!("; retention destroyed {}", ids(&outcome.destroyed));
    }
    sentence
}

/// What a check looked at, and the state to compare with another copy's.
pub(super) fn checked(report: &VerifyReport) -> String {
    let state = report.state.map(|state| format!("; state {state}")).unwrap_or_default();
    format!("{}{state}", wording::contents(report))
}

/// What a creation did.
pub(super) fn created(outcome: &CreateOutcome) -> String {
    let CreateOutcome { name, version_id, stages, .. } = outcome;
    let labels: Vec<&str> = stages.iter().map(StageLabel::as_str).collect();
    format!("created secret '{name}' with version '{version_id}' ({})", labels.join(", "))
}

/// Copies that a program which carries files put beside the vault; `None` where there are none.
pub(super) fn other_copies(copies: &[PathBuf]) -> Option<String> {
    let name = |path: &PathBuf| format!("'{}'", path.file_name().unwrap_or_default().display());
    let names: Vec<String> = copies.iter().map(name).collect();
    match copies {
        [] => None,
        [_] => {
            Some(format!("{} is another copy of this vault: `etui merge --conflicts` merges it", names[0]))
        }
        _ => Some(format!(
            "{} are other copies of this vault: `etui merge --conflicts` merges them",
            names.join(", ")
        )),
    }
}

/// What is worth a remark about a value that was, or would be, stored.
pub(super) fn remarks(same_value_as: Option<&VersionId>, exceeds_kms_limit: bool) -> Vec<String> {
    let same = same_value_as.map(wording::same_value_as);
    same.into_iter().chain(exceeds_kms_limit.then(wording::larger_than_kms_accepts)).collect()
}

/// Said of a plan that moves other labels than `ACSCurrent`.
pub(super) fn keeps_current(change: &Change) -> Option<String> {
    let version = wording::kept_current(change)?;
    Some(format!("{} {}", StageLabel::current(), wording::stays_current(version)))
}

/// Said before labels are made that one could take for built-in ones.
pub(super) fn looks_built_in(labels: &[StageLabel]) -> Vec<String> {
    labels.iter().filter_map(wording::looks_built_in).collect()
}
