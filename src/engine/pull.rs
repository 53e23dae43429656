//! The rules of a pull: an import by id and value, in which a label moves where only the engine moved it.

use std::collections::{BTreeMap, BTreeSet};

use super::EngineSecret;
use super::marks::Marks;
use super::seen::SeenSecret;
use crate::domain::{StageLabel, VersionId};
use crate::versioning::{SecretState, VersionKey};

/// What a pull brings of one secret.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PullSecret {
    /// The live versions by number, oldest first, with the ids that they get here; without one the next free id.
    pub versions: Vec<(u64, Option<VersionId>)>,
    /// The labels that come along, each with the number that it marks.
    pub labels: Vec<LabelPull>,
}

/// A label that comes along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelPull {
    /// The label.
    pub label: StageLabel,
    /// The number of the version that it marks there.
    pub number: u64,
    /// Whether it moves though it marks another version here: it did not move here since this machine looked last.
    /// Otherwise it comes along only where it marks none.
    pub follows: bool,
}

/// Decides what a pull brings of one secret; `known` are the numbers that are versions here.
pub(super) fn plan(
    state: Option<&SecretState>,
    there: &EngineSecret,
    seen: Option<&SeenSecret>,
    known: &BTreeMap<u64, VersionKey>,
) -> PullSecret {
    let marks = Marks::of_entries(&there.entries);
    let live = || there.versions.iter().filter(|(_, version)| version.is_live).map(|(number, _)| *number);
    let id_here = |number: u64| {
        let key = known.get(&number)?;
        Some(state?.version_of_key(*key)?.id.clone())
    };
    let taken: BTreeSet<VersionId> = {
        let here =
            state.into_iter().flat_map(|state| state.versions.iter().map(|version| version.id.clone()));
        here.chain(marks.versions.values().cloned()).collect()
    };
    let id_of = |number: u64| {
        let by_number = || VersionId::new(&format!("v{number}")).ok().filter(|id| !taken.contains(id));
        id_here(number).or_else(|| marks.versions.get(&number).cloned()).or_else(by_number)
    };
    let versions: Vec<(u64, Option<VersionId>)> = live().map(|number| (number, id_of(number))).collect();
    let base = seen.map(|seen| labels_of(&Marks::of_entries(&seen.entries), seen.newest()));
    let labels_there = labels_of(&marks, live().next_back());
    let mut labels = Vec::new();
    for (label, number) in labels_there {
        if !live().any(|known| known == number) {
            continue;
        }
        let here = state.and_then(|state| state.labels.target(&label));
        let there_id = id_of(number);
        let is_same = here.is_some_and(|here| match id_here(number) {
            Some(id) => id == here.id,
            None => there_id.as_ref() == Some(&here.id),
        });
        let moved_there = base.as_ref().and_then(|base| base.get(&label)) != Some(&number);
        if is_same || (!moved_there && state.is_some()) {
            // Already so, or moved or removed here alone.
            if is_same {
                labels.push(LabelPull { label, number, follows: false });
            }
            continue;
        }
        let was_here = base.as_ref().and_then(|base| base.get(&label)).and_then(|number| {
            let key = seen?.key_of_number(*number)?;
            Some(state?.version_of_key(key)?.key)
        });
        let follows = here.is_some_and(|here| was_here == Some(here.key));
        labels.push(LabelPull { label, number, follows });
    }
    // What retention destroyed here comes back only where a label marks it.
    let is_gone = |number: u64| state.is_some() && known.contains_key(&number) && id_here(number).is_none();
    let is_wanted = |number: u64| !is_gone(number) || labels.iter().any(|pull| pull.number == number);
    let versions = versions.into_iter().filter(|(number, _)| is_wanted(*number)).collect();
    PullSecret { versions, labels }
}

/// Which number each label marks. Where nobody wrote labels, the newest version is the current one.
fn labels_of(marks: &Marks, newest: Option<u64>) -> BTreeMap<StageLabel, u64> {
    if marks.labels.is_empty() {
        return newest.map(|number| (StageLabel::current(), number)).into_iter().collect();
    }
    marks.labels.iter().filter_map(|(label, id)| Some((label.clone(), marks.number_of(id)?))).collect()
}
