//! The vault as it was at an earlier time, from its history; read only (etui).
//!
//! The state at a time is the one after the last change at or before it. Changes are reversed in the order of the
//! chain: where a clock was set back, what came later in the chain counts as later.
//! It takes two looks at every change since that time, and one at the history of a secret that was removed or lost
//! a version since.

use std::collections::{HashMap, HashSet};

use super::Vault;
use super::error::VaultError;
use super::history::walk;
use super::listing::Listing;
use super::outcome::{GetOutcome, PastDetails};
use crate::domain::{SecretName, Timestamp};
use crate::store::{EventLink, OpenStore, SecretRecordView, StoreError, past_record};
use crate::versioning::merge::Unions;
use crate::versioning::{Existence, PastSecret, Refusal, Rewind, Selector, name_after};

/// What the changes since a time say of the secrets that they are about.
struct Since {
    changed: Vec<Changed>,
    /// Where the last one of a row is: a secret that was removed may have been brought in from a branch again.
    of_row: HashMap<[u8; 16], usize>,
    /// The number of the newest change at or before that time.
    newest: u64,
}

/// A secret that was changed since.
struct Changed {
    row: [u8; 16],
    /// The newest change of it.
    link: EventLink,
    /// Its name now; `None` where it was removed.
    name_now: Option<SecretName>,
    /// Its name then, or the one that it was created with since.
    name_then: SecretName,
    existed: bool,
}

impl Vault {
    /// A secret as it was, by its name of that time.
    ///
    /// # Errors
    /// [`Refusal::NoSuchSecretThen`], [`VaultError::Integrity`] where the chain is broken, and those of the file.
    pub fn past_secret(&mut self, name: &SecretName, at: Timestamp) -> Result<PastDetails, VaultError> {
        self.read(|store| find(store, name, at))
    }

    /// The value of the version that a selector meant then.
    ///
    /// # Errors
    /// As [`past_secret`](Self::past_secret), the refusals of [`PastSecret::select_readable`], and
    /// [`VaultError::Integrity`].
    pub fn past_value(
        &mut self,
        name: &SecretName,
        selector: &Selector,
        at: Timestamp,
    ) -> Result<GetOutcome, VaultError> {
        self.read(|store| {
            let PastDetails { secret: past, name_now } = find(store, name, at)?;
            let version = past.select_readable(selector)?.clone();
            // A version that was not destroyed belongs to a secret that is there.
            let lost = || StoreError::integrity("a version that was not destroyed is missing");
            let secret = match &name_now {
                Some(name) => store.secret(name)?,
                None => None,
            };
            let value = store.value(&secret.ok_or_else(lost)?, version.key)?;
            let stages = past.state.labels.of(version.key);
            Ok(GetOutcome { name: past.state.name, version, stages, value })
        })
    }

    /// All secrets as they were, by their names of that time, those in their deletion window included. Of a current
    /// version that has been destroyed since, the type and the length are not known.
    ///
    /// # Errors
    /// [`VaultError::Integrity`] where the chain is broken, and those of the file.
    pub fn past_list(&mut self, at: Timestamp) -> Result<Listing, VaultError> {
        self.read(|store| {
            let since = look_back(store, at)?;
            let mut records = Vec::new();
            for changed in &since.changed {
                if changed.existed
                    && let Some(past) = rewind(store, changed, since.newest)?
                {
                    records.push(past_record(&past.state)?);
                }
            }
            store.load_all()?;
            let names_now = since.changed.iter().filter_map(|one| Some(one.name_now.as_ref()?.as_str()));
            let names_now: HashSet<&[u8]> = names_now.map(str::as_bytes).collect();
            let mut all = store.shared_records();
            all.retain(|record| !names_now.contains(SecretRecordView::name_bytes_of(record)));
            records.into_iter().for_each(|record| all.push(record));
            Ok(Listing::of(all))
        })
    }
}

/// The secret that had this name then, and its name now.
fn find(store: &mut OpenStore, name: &SecretName, at: Timestamp) -> Result<PastDetails, VaultError> {
    let since = look_back(store, at)?;
    let found = since.changed.iter().find(|changed| changed.existed && changed.name_then == *name);
    if let Some(changed) = found
        && let Some(past) = rewind(store, changed, since.newest)?
    {
        return Ok(PastDetails { secret: past, name_now: changed.name_now.clone() });
    }
    let now = store.secret(name)?;
    match now {
        Some(secret) if !since.of_row.contains_key(&secret.id()) => {
            let past = PastSecret { state: secret.into_state(), destroyed: HashMap::new() };
            Ok(PastDetails { secret: past, name_now: Some(name.clone()) })
        }
        now => {
            let created = now.map(|secret| secret.state().created);
            Err(Refusal::NoSuchSecretThen { name: name.clone(), at, created }.into())
        }
    }
}

/// Looks at every change after a time, newest first.
fn look_back(store: &OpenStore, at: Timestamp) -> Result<Since, VaultError> {
    let mut since = Since { changed: Vec::new(), of_row: HashMap::new(), newest: 0 };
    // Of a secret that has become another one in a merge, what happened before is found under the row that is gone.
    let mut unions = Unions::new();
    let mut link = store.newest_event_link();
    walk(store, |number, event| {
        // What was brought from another copy was done there; what it changed here is told by the merge.
        let is_of_here = !event.is_brought();
        for (kept, gone) in event.merge.iter().flat_map(|facts| &facts.secrets) {
            unions.unite_secrets(*kept, *gone);
        }
        if is_of_here && event.time <= at {
            since.newest = number;
            return false;
        }
        let next = EventLink { number: number - 1, tag: event.previous_tag };
        if is_of_here && let Some((row, name)) = event.secret {
            let row = unions.row(row);
            let existence = event.change.existence;
            let known = since.of_row.get(&row).copied().filter(|&at| since.changed[at].existed);
            let at = known.unwrap_or_else(|| {
                let name_now = (existence != Existence::Disappears).then(|| name_after(&name, &event.change));
                since.changed.push(Changed { row, link, name_now, name_then: name.clone(), existed: true });
                since.of_row.insert(row, since.changed.len() - 1);
                since.changed.len() - 1
            });
            let changed = &mut since.changed[at];
            changed.name_then = name;
            changed.existed = existence != Existence::Appears;
        }
        link = next;
        true
    })?;
    Ok(since)
}

/// Takes back what was done to one secret since. `None` where it did not exist then.
fn rewind(store: &mut OpenStore, changed: &Changed, newest: u64) -> Result<Option<PastSecret>, VaultError> {
    let mut rewind = match &changed.name_now {
        None => Rewind::of_removed(changed.name_then.clone()),
        Some(name) => {
            let secret = store.secret(name)?.filter(|secret| secret.id() == changed.row);
            let missing = || StoreError::integrity("a secret that its history speaks of is missing");
            Rewind::of(secret.ok_or_else(missing)?.into_state())
        }
    };
    let mut link = changed.link;
    while link.number > newest || (link.number > 0 && rewind.needs_more()) {
        let event = store.event(link)?;
        match &event.secret {
            _ if event.is_brought() => {}
            Some((_, name)) if link.number > newest => rewind.take_back(name, &event.change, event.time),
            _ => rewind.look_at(&event.change, event.time),
        }
        link = event.previous_of_secret;
    }
    Ok(rewind.finish())
}
