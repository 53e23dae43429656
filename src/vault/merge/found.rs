//! The secrets that a merge is about, as they are stored in either copy. Of the versions that both have with the same
//! record only those with a label and the newest are opened: the others stay as they are, and whoever shows one opens
//! and checks it then.

use std::collections::{HashMap, HashSet};

use super::gather::Tail;
use crate::domain::SecretName;
use crate::store::{EventRecord, OpenStore, StoreError, StoredSecret};
use crate::versioning::merge::RowId;
use crate::versioning::{Existence, name_after};

/// Secrets of both copies, by their row ids.
#[derive(Clone)]
pub(super) struct Found {
    pub(super) own: HashMap<RowId, StoredSecret>,
    pub(super) other: HashMap<RowId, StoredSecret>,
}

impl Found {
    /// The secrets of these rows that are there in a copy.
    pub(super) fn of(
        (own, here): (&mut OpenStore, &Tail<'_>),
        (theirs, there): (&mut OpenStore, &Tail<'_>),
        rows: &HashSet<RowId>,
    ) -> Result<Self, StoreError> {
        let mut found = Self {
            own: secrets(own, theirs, rows, here, there)?,
            other: secrets(theirs, own, rows, there, here)?,
        };
        for row in rows {
            match (found.own.get_mut(row), found.other.get_mut(row)) {
                (Some(mine), Some(other)) => {
                    own.open_what_differs(mine, other)?;
                    theirs.open_what_differs(other, mine)?;
                }
                (Some(mine), None) => own.complete(mine)?,
                (None, Some(other)) => theirs.complete(other)?,
                (None, None) => {}
            }
        }
        Ok(found)
    }

    pub(super) fn extend(&mut self, more: Self) {
        self.own.extend(more.own);
        self.other.extend(more.other);
    }
}

/// The secrets of these rows that are there in one copy.
fn secrets(
    store: &mut OpenStore,
    with: &OpenStore,
    rows: &HashSet<RowId>,
    here: &Tail<'_>,
    there: &Tail<'_>,
) -> Result<HashMap<RowId, StoredSecret>, StoreError> {
    let mut found = HashMap::new();
    let mut names = None;
    for row in rows {
        if let Some(secret) = secret_of(store, with, row, (here, there), &mut names)? {
            found.insert(*row, secret);
        }
    }
    Ok(found)
}

/// Its name is known from the last change of it here, or from the first one there: before that it was the same in both.
fn secret_of(
    store: &mut OpenStore,
    with: &OpenStore,
    row: &RowId,
    (here, there): (&Tail<'_>, &Tail<'_>),
    names: &mut Option<HashMap<RowId, SecretName>>,
) -> Result<Option<StoredSecret>, StoreError> {
    let name = |record: &EventRecord| record.secret.as_ref().map(|(_, name)| name.clone());
    let name = match (here.changes_of(row).next_back(), there.changes_of(row).next()) {
        (Some(last), _) if last.record.change.existence == Existence::Disappears => return Ok(None),
        (None, Some(first)) if first.record.change.existence == Existence::Appears => return Ok(None),
        (Some(last), _) => name(&last.record).map(|name| name_after(&name, &last.record.change)),
        (None, Some(first)) => name(&first.record),
        (None, None) => None,
    };
    if let Some(name) = name
        && let Some(secret) = store.secret_for_merge(&name, with)?
        && secret.id() == *row
    {
        return Ok(Some(secret));
    }
    let names = match names {
        Some(names) => names,
        None => names.insert(store.names_by_row()?),
    };
    match names.get(row).cloned() {
        Some(name) => store.secret_for_merge(&name, with),
        None => Ok(None),
    }
}
