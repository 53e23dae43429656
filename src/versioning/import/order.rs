//! The order of creation after an import: by time, then id, where the two sides do not know better.

use std::cmp::Ordering;
use std::collections::HashSet;

use super::{AddedVersion, Labelling};
use crate::domain::{Timestamp, VersionId};
use crate::versioning::labels::{VersionKey, VersionRef};
use crate::versioning::state::VersionState;

/// A version as the order sees it.
struct Place<'a> {
    key: VersionKey,
    created: Timestamp,
    id: &'a VersionId,
}

impl Place<'_> {
    fn compare(&self, other: &Self, labelling: Labelling) -> Ordering {
        let by_time = self.created.cmp(&other.created);
        match labelling {
            Labelling::KeptHere => by_time.then_with(|| self.id.cmp(other.id)),
            Labelling::NewestIsCurrent | Labelling::AsPut => by_time,
        }
    }
}

/// Merges the versions that are here with those of the other side. Each side's own order stays, since
/// several versions may have been made within one second; between the sides the older version comes first,
/// and of equally old ones of two branches the smaller id: it is the same whichever side the other is brought
/// into. What another source brings is newer than what is here and equally old.
pub(super) fn merged(
    here: &[VersionState],
    there: &[VersionRef],
    added: &[AddedVersion],
    labelling: Labelling,
) -> Vec<VersionKey> {
    let here: Vec<Place<'_>> = here
        .iter()
        .map(|version| Place { key: version.key, created: version.created, id: &version.id })
        .collect();
    let created = |key: VersionKey| {
        let known = here.iter().find(|place| place.key == key).map(|place| place.created);
        known.or_else(|| added.iter().find(|added| added.reference.key == key).map(|added| added.created))
    };
    let there: Vec<Place<'_>> = there
        .iter()
        .filter_map(|version| {
            Some(Place { key: version.key, created: created(version.key)?, id: &version.id })
        })
        .collect();
    let (keys_here, keys_there): (HashSet<_>, HashSet<_>) =
        (here.iter().map(|place| place.key).collect(), there.iter().map(|place| place.key).collect());
    let mut placed = HashSet::new();
    let mut order = Vec::with_capacity(here.len() + added.len());
    let (mut rest_here, mut rest_there) = (&here[..], &there[..]);
    loop {
        rest_here = skip_placed(rest_here, &placed);
        rest_there = skip_placed(rest_there, &placed);
        let next = match (rest_here.first(), rest_there.first()) {
            (None, None) => return order,
            (Some(only), None) | (None, Some(only)) => only,
            (Some(mine), Some(theirs)) => {
                // What both know waits until both have come to it.
                match (keys_there.contains(&mine.key), keys_here.contains(&theirs.key)) {
                    (true, false) => theirs,
                    (false, true) => mine,
                    _ if theirs.compare(mine, labelling) == Ordering::Less => theirs,
                    _ => mine,
                }
            }
        };
        placed.insert(next.key);
        order.push(next.key);
    }
}

fn skip_placed<'a, 'b>(rest: &'a [Place<'b>], placed: &HashSet<VersionKey>) -> &'a [Place<'b>] {
    let first = rest.iter().position(|place| !placed.contains(&place.key)).unwrap_or(rest.len());
    &rest[first..]
}
