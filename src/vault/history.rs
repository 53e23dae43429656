//! The history: who changed what when; undo and redo by new changes (etui).

use super::Vault;
use super::batch::Changes;
use super::error::VaultError;
use super::outcome::{HistoryEntry, TakeBackOutcome, TakeBackPlan, TakenBack};
use crate::domain::SecretName;
use crate::store::{EventLink, EventRecord, OpenStore, StoreError};
use crate::versioning::merge::Unions;
use crate::versioning::{
    Change, Direction, Existence, Operation, Plan, Refusal, Search, Step, name_after, take_back,
};

/// Events that are reversed together: one, or a batch, newest first.
struct Target {
    events: Vec<(u64, EventRecord)>,
}

impl Vault {
    /// The newest `limit` entries of the vault's history, newest first.
    ///
    /// # Errors
    /// [`VaultError::Integrity`] where the chain is broken, and those of the file.
    pub fn history(&mut self, limit: usize) -> Result<Vec<HistoryEntry>, VaultError> {
        self.read(|store| {
            let mut entries = Vec::new();
            walk(store, |number, event| {
                entries.push(HistoryEntry::of(number, event));
                entries.len() < limit
            })?;
            entries.truncate(limit);
            Ok(entries)
        })
    }

    /// The newest `limit` entries of one secret's history, newest first; works in the deletion window too.
    ///
    /// # Errors
    /// `Forbidden.ResourceNotFound`, [`VaultError::Integrity`], and those of the file.
    pub fn history_of(&mut self, name: &SecretName, limit: usize) -> Result<Vec<HistoryEntry>, VaultError> {
        self.read(|store| {
            let secret = super::batch::look(store, name)?;
            let mut entries = Vec::new();
            let mut link = secret.last_event();
            while link.number > 0 && entries.len() < limit {
                let event = store.event(link)?;
                let next = event.previous_of_secret;
                entries.push(HistoryEntry::of(link.number, event));
                link = next;
            }
            Ok(entries)
        })
    }

    /// What an undo or redo would do; the refusal that it would get is the error.
    ///
    /// # Errors
    /// `UnsupportedOperation` where there is nothing to reverse or it was destroyed, and the refusals of
    /// the inverse operation.
    pub fn plan_take_back(&mut self, direction: Direction) -> Result<TakeBackPlan, VaultError> {
        let now = self.now();
        let plan = self.read(|store| {
            let newest = store.newest_event_number();
            let mut target = find_target(store, direction)?;
            if target.events.len() > 1 {
                return Ok(None);
            }
            let Some((number, event)) = target.events.pop() else { return Ok(None) };
            let (row, name) = secret_of(&event)?;
            let secret = super::batch::look(store, &name_after(name, &event.change))?;
            refuse_another(&secret, row, name)?;
            let taken = match &event.change.name {
                Some(shift) => store.secret(&shift.before)?.filter(|taken| taken.id() != *row),
                None => None,
            };
            let taken = taken.as_ref().map(|taken| taken.state());
            let change = change_of(take_back(secret.state(), &event.change, direction, taken, now)?);
            let redone = undone_by(store, &event)?;
            let steps = vec![TakenBack { entry: HistoryEntry::of(number, event), redone, change }];
            Ok(Some(TakeBackPlan { direction, steps, newest }))
        })?;
        match plan {
            Some(plan) => Ok(plan),
            None => self.rehearse(direction),
        }
    }

    /// Each change of a batch meets what the ones before it left, so a batch is planned by doing it in a
    /// transaction that is never committed.
    fn rehearse(&mut self, direction: Direction) -> Result<TakeBackPlan, VaultError> {
        let mut plan = None;
        let rehearsed = self.change(|changes| {
            let newest = changes.transaction.newest_event_number();
            let TakeBackOutcome { direction, steps } = changes.take_back(direction, None)?;
            plan = Some(TakeBackPlan { direction, steps, newest });
            Err::<(), _>(Refusal::VaultChanged.into())
        });
        match (plan, rehearsed) {
            (Some(plan), _) => Ok(plan),
            (None, Err(error)) => Err(error),
            (None, Ok(())) => Err(Refusal::NothingToUndo.into()),
        }
    }

    /// Reverses the newest change (undo) or the newest undo (redo), by a new change.
    ///
    /// `newest` is the number of the newest event that a plan was made from, to refuse another state.
    ///
    /// # Errors
    /// As [`plan_take_back`](Self::plan_take_back), and `Rejected.ResourceChanged`.
    pub fn take_back(
        &mut self,
        direction: Direction,
        newest: Option<u64>,
    ) -> Result<TakeBackOutcome, VaultError> {
        self.change(|changes| changes.take_back(direction, newest))
    }
}

impl Changes<'_, '_> {
    fn take_back(
        &mut self,
        direction: Direction,
        newest: Option<u64>,
    ) -> Result<TakeBackOutcome, VaultError> {
        if newest.is_some_and(|newest| newest != self.transaction.newest_event_number()) {
            return Err(Refusal::VaultChanged.into());
        }
        let now = self.transaction.now();
        let target = find_target(self.transaction.store(), direction)?;
        if target.events.len() > 1 {
            self.transaction.keep_together();
        }
        let mut steps = Vec::new();
        for (number, event) in target.events {
            let (row, name) = secret_of(&event)?;
            let name = name_after(name, &event.change);
            let handle = self.transaction.find(&name)?.ok_or_else(|| self.no_such_secret(&name))?;
            refuse_another(self.transaction.secret(handle), row, &name)?;
            let taken = match &event.change.name {
                Some(shift) => self.transaction.find(&shift.before)?.filter(|taken| *taken != handle),
                None => None,
            };
            let taken = taken.map(|taken| self.transaction.secret(taken).state());
            let plan =
                take_back(self.transaction.secret(handle).state(), &event.change, direction, taken, now)?;
            let change = change_of(plan);
            if let Some(change) = &change {
                self.transaction.take_back(Some(number));
                self.transaction.apply(handle, change, Vec::new())?;
            }
            let redone = undone_by(self.transaction.store(), &event)?;
            steps.push(TakenBack { entry: HistoryEntry::of(number, event), redone, change });
        }
        Ok(TakeBackOutcome { direction, steps })
    }
}

fn change_of(plan: Plan) -> Option<Change> {
    match plan {
        Plan::Apply(change) => Some(*change),
        Plan::Unchanged => None,
    }
}

/// Visits events from the newest down while `visit` says so.
pub(super) fn walk(
    store: &OpenStore,
    mut visit: impl FnMut(u64, EventRecord) -> bool,
) -> Result<(), StoreError> {
    let mut link = store.newest_event_link();
    while link.number > 0 {
        let event = store.event(link)?;
        let next = EventLink { number: link.number - 1, tag: event.previous_tag };
        if !visit(link.number, event) {
            return Ok(());
        }
        link = next;
    }
    Ok(())
}

fn find_target(store: &OpenStore, direction: Direction) -> Result<Target, VaultError> {
    let mut search = Search::new(direction);
    let mut events: Vec<(u64, EventRecord)> = Vec::new();
    let mut batch = None;
    // What became one since is found under what is kept of it.
    let mut unions = Unions::new();
    walk(store, |number, event| {
        if let Some(facts) = &event.merge {
            facts.secrets.iter().for_each(|(kept, gone)| unions.unite_secrets(*kept, *gone));
            facts.versions.iter().for_each(|(kept, gone)| unions.unite_versions(*kept, *gone));
        }
        if let Some(first) = batch {
            // Between the effects of a merge and what followed from answers stands the merge itself.
            if event.change.operation != Operation::Merge {
                events.push((number, event));
            }
            return number > first;
        }
        // What was brought from another copy was done there: here it is the merge that is undone.
        if event.is_brought() {
            return true;
        }
        match search.look(number, event.change.operation, event.takes_back) {
            Step::Found => {
                batch = event.batch.filter(|first| *first < number);
                events.push((number, event));
                batch.is_some()
            }
            Step::PassOver => true,
            Step::Nothing => false,
        }
    })?;
    for (_, event) in &mut events {
        event.change = unions.resolved(&event.change).into_owned();
        if let Some((row, _)) = &mut event.secret {
            *row = unions.row(*row);
        }
    }
    // What a merge removed for good with the rest is passed over.
    if events.len() > 1 {
        let is_lost = |event: &EventRecord| {
            event.change.operation == Operation::Effect && event.change.existence == Existence::Disappears
        };
        events.retain(|(_, event)| !is_lost(event));
    }
    if events.is_empty() {
        return Err(match direction {
            Direction::Undo => Refusal::NothingToUndo,
            Direction::Redo => Refusal::NothingToRedo,
        }
        .into());
    }
    Ok(Target { events })
}

/// The change that an undo reversed: an earlier one of the same secret. `None` for what is not an undo.
fn undone_by(store: &OpenStore, undo: &EventRecord) -> Result<Option<HistoryEntry>, StoreError> {
    let Some(number) = undo.takes_back.filter(|_| undo.change.operation == Operation::Undo) else {
        return Ok(None);
    };
    let mut link = undo.previous_of_secret;
    while link.number > number {
        link = store.event(link)?.previous_of_secret;
    }
    if link.number != number {
        return Ok(None);
    }
    store.event(link).map(|event| Some(HistoryEntry::of(number, event)))
}

fn secret_of(event: &EventRecord) -> Result<(&[u8; 16], &SecretName), VaultError> {
    match &event.secret {
        // It is not there to be found any more, and that is not what the user is to be told.
        Some((_, name)) if event.change.existence == Existence::Disappears => {
            Err(Refusal::DestroyedForGood { name: name.clone() }.into())
        }
        Some((row, name)) => Ok((row, name)),
        None => Err(Refusal::NothingToUndo.into()),
    }
}

/// The name may belong to another secret by now, where the one that the event speaks of is gone.
fn refuse_another(
    secret: &crate::store::StoredSecret,
    row: &[u8; 16],
    name: &SecretName,
) -> Result<(), VaultError> {
    if secret.id() == *row { Ok(()) } else { Err(Refusal::DestroyedForGood { name: name.clone() }.into()) }
}
