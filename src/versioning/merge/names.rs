//! One name for two secrets: made apart under one name they are one secret; otherwise both get a suffix.

use std::collections::{BTreeMap, HashSet};

use super::group::{Group, KnownBy};
use super::secret::Merged;
use super::suffix;
use super::terms::{RowId, SecretCopy, Side};
use super::unions::Unions;
use crate::domain::SecretName;
use crate::versioning::{Existence, SecretState};

/// The name that a secret was given.
fn given(state: &SecretState) -> &SecretName {
    state.given_name.as_ref().unwrap_or(&state.name)
}

/// Takes secrets for one that were made in both copies under one name, without either knowing the other's; answers
/// whether there are any.
pub(super) fn unite_made_apart(groups: &[Group<'_>], unions: &mut Unions, new: &mut Unions) -> bool {
    let mut made: BTreeMap<&SecretName, [Vec<RowId>; 2]> = BTreeMap::new();
    for group in groups {
        for (at, side) in [Side::Mine, Side::Theirs].into_iter().enumerate() {
            let is_made = group
                .history
                .iter()
                .any(|known| known.by == KnownBy::One(side) && known.change.existence == Existence::Appears);
            // Known to the other copy, it was not made apart.
            if is_made && group.of(side.other()).is_empty() {
                for copy in group.of(side) {
                    made.entry(given(&copy.state)).or_default()[at].push(copy.row);
                }
            }
        }
    }
    let mut has_some = false;
    for [mine, theirs] in made.into_values() {
        // Of one name there is one in each copy, unless a merge told some apart there: those stay apart.
        if let ([mine], [theirs]) = (mine.as_slice(), theirs.as_slice()) {
            unions.unite_secrets(*mine, *theirs);
            new.unite_secrets(*mine, *theirs);
            has_some = true;
        }
    }
    has_some
}

/// Tells secrets apart that have one name now; answers those that get a suffix by this merge.
pub(super) fn tell_apart(
    merged: &mut [(&Group<'_>, Merged)],
    is_taken: &dyn Fn(&SecretName) -> bool,
) -> HashSet<RowId> {
    let mut by_name: BTreeMap<SecretName, Vec<usize>> = BTreeMap::new();
    for (at, (_, one)) in merged.iter().enumerate() {
        by_name.entry(one.state.name.clone()).or_default().push(at);
    }
    let mut clashing = HashSet::new();
    for (name, group) in &by_name {
        for (position, &one) in group.iter().enumerate() {
            for &other in &group[position + 1..] {
                if !stand_side_by_side(&merged[one], &merged[other]) {
                    clashing.extend([one, other]);
                }
            }
            if is_taken(name) {
                clashing.insert(one);
            }
        }
    }
    let mut taken: HashSet<SecretName> = by_name.into_keys().collect();
    let mut renamed = HashSet::new();
    for (at, (group, one)) in merged.iter_mut().enumerate() {
        if clashing.contains(&at) && !one.has_suffix {
            renamed.insert(group.row);
        }
        if one.has_suffix || clashing.contains(&at) {
            let given = one.state.name.clone();
            one.state.name =
                suffix::free_name(&given, &group.row, |name| taken.contains(name) || is_taken(name));
            taken.insert(one.state.name.clone());
            one.state.given_name = Some(given);
        }
    }
    renamed
}

/// Whether the two go by names that one copy has for them already: somebody chose that there, knowing of both.
fn stand_side_by_side(one: &(&Group<'_>, Merged), other: &(&Group<'_>, Merged)) -> bool {
    let goes_by = |(group, merged): &(&Group<'_>, Merged), side: Side| {
        let is_same = |copy: &&SecretCopy| {
            given(&copy.state) == &merged.state.name && copy.state.given_name.is_some() == merged.has_suffix
        };
        group.of(side).iter().any(is_same)
    };
    one.1.has_suffix && other.1.has_suffix
        || [Side::Mine, Side::Theirs].into_iter().any(|side| goes_by(one, side) && goes_by(other, side))
}
