//! A merge as the rules decided it, written in one transaction: what is brought, what it does to the secrets here, the
//! merge itself, and the ordinary changes that follow from answers.

use std::collections::{HashMap, HashSet};

use super::super::history::walk;
use super::gather::Gathered;
use super::{Planned, Prefer};
use crate::store::{EventLink, MergeFacts, OpenStore, SecretHandle, WriteTransaction};
use crate::vault::error::VaultError;
use crate::versioning::merge::{MergePlan, MergedSecret, RowId, Side, VersionSource};
use crate::versioning::{Change, Operation, SecretState, VersionKey};

pub(super) fn apply(
    transaction: &mut WriteTransaction<'_>,
    theirs: &mut OpenStore,
    planned: &Planned,
    prefer: Option<&Prefer<'_>>,
) -> Result<(), VaultError> {
    let Planned { gathered, plan, .. } = planned;
    let mut writer = Writer::new(transaction, theirs, gathered, plan);
    writer.bring(plan)?;
    writer.transaction.begin_effects();
    for secret in &plan.secrets {
        writer.take_effect(secret)?;
    }
    let (secrets, versions) = (plan.unions.secrets(), plan.unions.versions());
    writer.transaction.record_merge(MergeFacts { heads: plan.heads, secrets, versions })?;
    for secret in &plan.secrets {
        writer.change_afterwards(secret, prefer)?;
    }
    // What follows from answers is undone with the rest.
    writer.transaction.end_effects();
    let has_same_key = writer.transaction.store().key_id() == writer.theirs.key_id();
    if has_same_key && plan.locks.side == Side::Theirs {
        writer.transaction.take_lock_of(writer.theirs)?;
    }
    Ok(())
}

struct Writer<'a, 'b> {
    transaction: &'a mut WriteTransaction<'b>,
    theirs: &'a OpenStore,
    /// Those of this copy, by the rows that they have or get.
    handles: HashMap<RowId, SecretHandle>,
    /// Those whose newest event so far was brought in under a row that has become theirs.
    end_elsewhere: HashSet<RowId>,
    gathered: &'a Gathered,
}

impl<'a, 'b> Writer<'a, 'b> {
    fn new(
        transaction: &'a mut WriteTransaction<'b>,
        theirs: &'a OpenStore,
        gathered: &'a Gathered,
        plan: &MergePlan,
    ) -> Self {
        let mut handles = HashMap::new();
        for (row, secret) in &gathered.found.own {
            handles.insert(*row, transaction.take_read(secret.clone()));
        }
        for secret in &plan.secrets {
            let Some(after) = secret.after.as_ref().filter(|_| !handles.contains_key(&secret.row)) else {
                continue;
            };
            let handle = transaction.begin_merged(secret.row, after);
            if let Some(before) = secret.mine.first().and_then(|row| handles.get(row)) {
                transaction.continue_history(handle, *before);
            }
            handles.insert(secret.row, handle);
        }
        Self { transaction, theirs, handles, end_elsewhere: HashSet::new(), gathered }
    }

    /// Events keep what they say; numbers in them are those of this copy.
    fn bring(&mut self, plan: &MergePlan) -> Result<(), VaultError> {
        let shared = self.gathered.fork.shared;
        let own = &self.gathered.fork.own;
        let here: HashMap<[u8; 16], u64> =
            own.iter().map(|event| (event.record.random, event.link.number)).collect();
        let known = self.gathered.fork.other.iter();
        let mut numbers: HashMap<u64, u64> =
            known.filter_map(|event| Some((event.link.number, *here.get(&event.record.random)?))).collect();
        // Of secrets that are not here any more.
        let mut last: HashMap<RowId, EventLink> =
            own.iter().filter_map(|event| Some((event.record.secret.as_ref()?.0, event.link))).collect();
        let brought: Vec<_> = self.gathered.brought().cloned().collect();
        for event in brought {
            let row = event.record.secret.as_ref().map(|(row, _)| *row);
            let kept = row.map(|row| plan.unions.row(self.gathered.unions.row(row)));
            let handle = kept.and_then(|row| self.handles.get(&row).copied());
            let before = match row.filter(|_| handle.is_none()) {
                Some(row) => self.last_of_row(&row, &mut last)?,
                None => EventLink::default(),
            };
            let number = event.link.number;
            let find = |number: u64| {
                if number <= shared { Some(number) } else { numbers.get(&number).copied() }
            };
            let link = self.transaction.bring(event, handle, before, find)?;
            match kept {
                Some(kept) if row != Some(kept) => {
                    self.end_elsewhere.insert(kept);
                }
                Some(kept) => {
                    self.end_elsewhere.remove(&kept);
                }
                None => {}
            }
            numbers.insert(number, link.number);
            last.extend(row.map(|row| (row, link)));
        }
        Ok(())
    }

    /// The newest event of a secret that is not here.
    fn last_of_row(
        &self,
        row: &RowId,
        last: &mut HashMap<RowId, EventLink>,
    ) -> Result<EventLink, VaultError> {
        if let Some(link) = last.get(row) {
            return Ok(*link);
        }
        let mut found = EventLink::default();
        // It may be one of those that both copies have.
        let store = self.transaction.store();
        let mut link = store.newest_event_link();
        walk(store, |number, event| {
            let is_of_it = event.secret.as_ref().is_some_and(|(of, _)| of == row);
            if is_of_it {
                found = link;
            }
            link = EventLink { number: number - 1, tag: event.previous_tag };
            !is_of_it
        })?;
        last.insert(*row, found);
        Ok(found)
    }

    fn take_effect(&mut self, secret: &MergedSecret) -> Result<(), VaultError> {
        let Some(&handle) = self.handles.get(&secret.row) else { return Ok(()) };
        let is_united = secret.mine.iter().any(|row| *row != secret.row);
        let ends_elsewhere = is_united || self.end_elsewhere.contains(&secret.row);
        let effect = match (&secret.effect, &secret.after) {
            (Some(effect), _) => effect.clone(),
            // Its history has to end with an event of its own row.
            (None, Some(_)) if ends_elsewhere => Change::of(Operation::Effect),
            (None, Some(after)) => {
                self.transaction.take_times(handle, after);
                return Ok(());
            }
            (None, None) => return Ok(()),
        };
        if let Some(after) = &secret.after {
            self.make_versions(handle, secret, after)?;
        }
        for row in secret.mine.iter().filter(|row| **row != secret.row) {
            if let Some(gone) = self.handles.get(row) {
                self.transaction.leave_to_another(*gone);
            }
        }
        Ok(self.transaction.take_effect(handle, &effect, secret.after.as_ref())?)
    }

    /// Makes the versions of a secret those that the merge decided.
    fn make_versions(
        &mut self,
        handle: SecretHandle,
        secret: &MergedSecret,
        after: &SecretState,
    ) -> Result<(), VaultError> {
        let stays = |source: &VersionSource| {
            source.side == Side::Mine && source.row == secret.row && source.from == source.key
        };
        let is_source = |key: VersionKey| {
            secret
                .versions
                .iter()
                .any(|source| source.side == Side::Mine && source.row == secret.row && source.from == key)
        };
        let own = &self.transaction.secret(handle).state().versions;
        let gone: Vec<VersionKey> =
            own.iter().map(|version| version.key).filter(|key| !is_source(*key)).collect();
        for key in gone {
            self.transaction.remove_version(handle, key)?;
        }
        for (state, source) in after.versions.iter().zip(&secret.versions) {
            debug_assert_eq!(state.key, source.key, "sources come in the order of the versions");
            if stays(source) {
                self.transaction.make_version(handle, state)?;
                continue;
            }
            let value = match source.side {
                Side::Theirs => {
                    let other = self.gathered.found.other.get(&source.row).ok_or_else(lost)?;
                    self.theirs.value(other, source.from).map_err(of_theirs)?
                }
                Side::Mine => {
                    let from = *self.handles.get(&source.row).ok_or_else(lost)?;
                    let value = self.transaction.store().value(self.transaction.secret(from), source.from)?;
                    self.transaction.remove_version(from, source.from)?;
                    value
                }
            };
            self.transaction.store_copied(handle, state, &value)?;
        }
        Ok(())
    }

    /// What follows from answers are changes like any other, made after the merge.
    fn change_afterwards(
        &mut self,
        secret: &MergedSecret,
        prefer: Option<&Prefer<'_>>,
    ) -> Result<(), VaultError> {
        let Some(&handle) = self.handles.get(&secret.row) else { return Ok(()) };
        let preferred =
            prefer.map(|prefer| secret.prefer(|conflict| prefer(&secret.row, conflict))).unwrap_or_default();
        for change in secret.then.iter().chain(&preferred) {
            self.transaction.apply(handle, change, Vec::new())?;
        }
        Ok(())
    }
}

fn lost() -> VaultError {
    VaultError::Integrity { what: "a version that was there is not there any more".to_owned() }
}

/// Says which of the two files is damaged.
fn of_theirs(error: crate::store::StoreError) -> VaultError {
    match error {
        crate::store::StoreError::Integrity(what) => {
            VaultError::Integrity { what: format!("in the other copy, {what}") }
        }
        other => other.into(),
    }
}
