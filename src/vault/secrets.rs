//! Secrets as a whole: list, describe, create, delete, restore, purge.

use super::Vault;
use super::batch::{Changes, look, make_version_key, refuse_if_changed};
use super::copy_naming::CopyNaming;
use super::error::VaultError;
use super::listing::Listing;
use super::outcome::{ChangeOutcome, CreateOutcome, Planned, SecretDetails};
use super::request::{CreateRequest, DeleteRequest, DuplicateRequest, PurgeRequest, StateToken};
use crate::domain::{SecretName, Timestamp};
use crate::store::{NewVersion, StoredSecret};
use crate::versioning::{
    Plan, Selector, VersionKey, VersionRef, create, delete, duplicate, purge, restore, select,
    suggest_first_version_id,
};

impl Vault {
    /// All secrets sorted by name, those in their deletion window included.
    ///
    /// # Errors
    /// [`VaultError::Integrity`], and those of the file.
    pub fn list(&mut self) -> Result<Listing, VaultError> {
        self.read(|store| {
            store.load_all()?;
            Ok(Listing::of(store.shared_records()))
        })
    }

    /// How many secrets there are, after all of them were read, opened and checked against the head.
    ///
    /// # Errors
    /// [`VaultError::Integrity`], and those of the file.
    pub fn count(&mut self) -> Result<usize, VaultError> {
        self.read(|store| {
            store.load_all()?;
            Ok(store.records().count())
        })
    }

    /// One secret with its versions; works in the deletion window too.
    ///
    /// # Errors
    /// `Forbidden.ResourceNotFound`, [`VaultError::Integrity`], and those of the file.
    pub fn describe(&mut self, name: &SecretName) -> Result<SecretDetails, VaultError> {
        self.read(|store| {
            let secret = look(store, name)?;
            let token = StateToken(secret.tag());
            Ok(SecretDetails { secret: secret.into_state(), token })
        })
    }

    /// CreateSecret: the first version is current.
    ///
    /// # Errors
    /// `Rejected.ResourceExist`, `Rejected.ResourceInDeleteWindow`, `Rejected.LimitExceeded`,
    /// `InvalidParameter`, and those of the file; nothing changed then.
    pub fn create_secret(&mut self, request: &CreateRequest) -> Result<CreateOutcome, VaultError> {
        self.change(|changes| changes.create_secret(request))
    }

    /// What a duplication would do; the refusal that it would get is the error. The plan is that of the new secret,
    /// the state that of its source.
    ///
    /// # Errors
    /// As [`duplicate_secret`](Self::duplicate_secret).
    pub fn plan_duplicate(&mut self, request: &DuplicateRequest) -> Result<Planned, VaultError> {
        let first = first_version(&self.environment.copy, make_version_key()?)?;
        self.read(|store| {
            let source = look(store, &request.source)?;
            refuse_if_changed(&source, request.expected)?;
            let taken = store.secret(&request.name)?;
            let taken = taken.as_ref().map(StoredSecret::state);
            let change = duplicate(source.state(), &request.name, &first, taken)?;
            Ok(Planned { plan: Plan::Apply(Box::new(change)), token: StateToken(source.tag()) })
        })
    }

    /// Makes a secret after another one: its current value, description, tags, retention and rotation, in one
    /// version `v1`. History, other versions, custom labels and notes are not copied (etui).
    ///
    /// # Errors
    /// `Forbidden.ResourceNotFound`, `Rejected.ResourceExist`, `Rejected.ResourceInDeleteWindow` (of either
    /// secret), `Rejected.ResourceChanged`, and those of the file; nothing changed then.
    pub fn duplicate_secret(&mut self, request: &DuplicateRequest) -> Result<CreateOutcome, VaultError> {
        self.change(|changes| changes.duplicate_secret(request))
    }

    /// What a deletion would do; the refusal that it would get is the error.
    ///
    /// # Errors
    /// As [`delete_secret`](Self::delete_secret).
    pub fn plan_delete(&mut self, request: &DeleteRequest) -> Result<Planned, VaultError> {
        let now = self.now();
        self.plan(&request.name, request.expected, |state| delete(state, request.deletion, now))
    }

    /// DeleteSecret: by schedule, or by force for good.
    ///
    /// # Errors
    /// `Forbidden.ResourceNotFound`, `Rejected.ResourceInDeleteWindow`, `Rejected.ResourceChanged`, and
    /// those of the file.
    pub fn delete_secret(&mut self, request: &DeleteRequest) -> Result<ChangeOutcome, VaultError> {
        self.change(|changes| {
            let now = changes.transaction.now();
            changes.apply_plan(&request.name, request.expected, |state| delete(state, request.deletion, now))
        })
    }

    /// What a restoration would do; the refusal that it would get is the error.
    ///
    /// # Errors
    /// As [`restore_secret`](Self::restore_secret).
    pub fn plan_restore(&mut self, name: &SecretName) -> Result<Planned, VaultError> {
        self.plan(name, None, restore)
    }

    /// RestoreSecret: takes a scheduled deletion back.
    ///
    /// # Errors
    /// `Forbidden.ResourceNotFound`, `Rejected.ResourceInUse`, and those of the file.
    pub fn restore_secret(&mut self, name: &SecretName) -> Result<ChangeOutcome, VaultError> {
        self.change(|changes| changes.apply_plan(name, None, restore))
    }

    /// What a purge would do; the refusal that it would get is the error.
    ///
    /// # Errors
    /// As [`purge`](Self::purge).
    pub fn plan_purge(&mut self, request: &PurgeRequest) -> Result<Planned, VaultError> {
        let now = self.now();
        self.read(|store| {
            let secret = look(store, &request.name)?;
            let newest = store.newest_event()?.time;
            let plan = purge(secret.state(), now, newest, request.trust_clock)?;
            Ok(Planned { plan, token: StateToken(secret.tag()) })
        })
    }

    /// Removes a secret past its window for good (etui).
    ///
    /// # Errors
    /// `Forbidden.ResourceNotFound`, `Rejected.ResourceInUse` where it is not scheduled or the clock cannot
    /// be right, `Rejected.ResourceInDeleteWindow` before the end of its window, and those of the file.
    pub fn purge(&mut self, request: &PurgeRequest) -> Result<ChangeOutcome, VaultError> {
        self.change(|changes| {
            let now = changes.transaction.now();
            let newest = changes.transaction.newest_event_time()?;
            changes.apply_plan(&request.name, None, |state| purge(state, now, newest, request.trust_clock))
        })
    }

    /// The names of all secrets that are past their window.
    ///
    /// # Errors
    /// [`VaultError::Integrity`], and those of the file.
    pub fn purgeable(&mut self) -> Result<Vec<SecretName>, VaultError> {
        let now = self.now();
        let listing = self.list()?;
        let is_past = |planned: Option<Timestamp>| planned.is_some_and(|planned| planned.has_come(now));
        let names = listing.names().filter(|(_, planned)| is_past(*planned));
        Ok(names.filter_map(|(name, _)| SecretName::new(name).ok()).collect())
    }
}

fn first_version(copy: &CopyNaming, key: VersionKey) -> Result<VersionRef, VaultError> {
    Ok(VersionRef { key, id: suggest_first_version_id(copy.name()?.as_ref()) })
}

impl Changes<'_, '_> {
    fn duplicate_secret(&mut self, request: &DuplicateRequest) -> Result<CreateOutcome, VaultError> {
        let key = self.make_version_key()?;
        let first = first_version(self.copy, key)?;
        let source =
            self.transaction.find(&request.source)?.ok_or_else(|| self.no_such_secret(&request.source))?;
        let taken = self.transaction.find(&request.name)?;
        let taken = taken.map(|handle| self.transaction.secret(handle).state());
        let source = self.transaction.secret(source);
        refuse_if_changed(source, request.expected)?;
        let change = duplicate(source.state(), &request.name, &first, taken)?;
        let current = select(source.state(), &Selector::default())?.key;
        let value = self.transaction.store().value(source, current)?;
        let version = NewVersion {
            reference: first.clone(),
            value: &value,
            note: None,
            created: self.transaction.now(),
        };
        let handle = self.transaction.create(&request.name, &change, vec![version])?;
        Ok(CreateOutcome {
            name: request.name.clone(),
            version_id: first.id,
            stages: self.transaction.secret(handle).state().labels.of(first.key),
        })
    }

    /// As [`Vault::create_secret`].
    ///
    /// # Errors
    /// As there.
    pub fn create_secret(&mut self, request: &CreateRequest) -> Result<CreateOutcome, VaultError> {
        let first = VersionRef { key: self.make_version_key()?, id: request.version_id.clone() };
        let taken = self.transaction.find(&request.name)?;
        let mut change = create(
            &request.name,
            &request.description,
            &request.tags,
            &first,
            &request.extra_stages,
            taken.map(|handle| self.transaction.secret(handle).state()),
        )?;
        change.note_on_stored(request.note.as_ref());
        let version = NewVersion {
            reference: first.clone(),
            value: &request.value,
            note: request.note.clone(),
            created: self.transaction.now(),
        };
        let handle = self.transaction.create(&request.name, &change, vec![version])?;
        Ok(CreateOutcome {
            name: request.name.clone(),
            version_id: first.id,
            stages: self.transaction.secret(handle).state().labels.of(first.key),
        })
    }
}
