//! Metadata: UpdateSecret, TagResource, UntagResource, notes, renaming.

use super::Vault;
use super::batch::{Changes, look, refuse_if_changed};
use super::error::VaultError;
use super::outcome::{ChangeOutcome, Planned};
use super::request::{NoteRequest, RenameRequest, StateToken, UpdateRequest};
use crate::versioning::{Plan, annotate, rename, update};

impl Vault {
    /// What a change of metadata would do; the refusal that it would get is the error.
    ///
    /// # Errors
    /// As [`update_secret`](Self::update_secret).
    pub fn plan_update(&mut self, request: &UpdateRequest) -> Result<Planned, VaultError> {
        self.plan(&request.name, request.expected, |state| update(state, &request.update))
    }

    /// UpdateSecret, TagResource, UntagResource, retention and rotation: nothing about versions changes.
    ///
    /// # Errors
    /// `Forbidden.ResourceNotFound`, `Rejected.ResourceInDeleteWindow`, `Rejected.LimitExceeded`,
    /// `Rejected.ResourceChanged`, and those of the file.
    pub fn update_secret(&mut self, request: &UpdateRequest) -> Result<ChangeOutcome, VaultError> {
        self.change(|changes| changes.update_secret(request))
    }

    /// Sets or takes away the note of a version (etui).
    ///
    /// # Errors
    /// `Forbidden.ResourceNotFound`, `Rejected.ResourceInDeleteWindow`, and those of the file.
    pub fn set_note(&mut self, request: &NoteRequest) -> Result<ChangeOutcome, VaultError> {
        self.change(|changes| {
            changes.apply_plan(&request.name, None, |state| {
                annotate(state, &request.version_id, request.note.as_ref())
            })
        })
    }

    /// What a new name would change; the refusal that it would get is the error.
    ///
    /// # Errors
    /// As [`rename_secret`](Self::rename_secret).
    pub fn plan_rename(&mut self, request: &RenameRequest) -> Result<Planned, VaultError> {
        self.read(|store| {
            let secret = look(store, &request.old)?;
            refuse_if_changed(&secret, request.expected)?;
            let taken = store.secret(&request.new)?;
            let plan = rename(secret.state(), &request.new, taken.as_ref().map(|taken| taken.state()))?;
            Ok(Planned { plan, token: StateToken(secret.tag()) })
        })
    }

    /// Gives a secret another name; versions, labels and history stay (etui).
    ///
    /// # Errors
    /// `Forbidden.ResourceNotFound`, `Rejected.ResourceExist`, `Rejected.ResourceInDeleteWindow`,
    /// `Rejected.ResourceChanged`, and those of the file.
    pub fn rename_secret(&mut self, request: &RenameRequest) -> Result<ChangeOutcome, VaultError> {
        self.change(|changes| changes.rename_secret(request))
    }
}

impl Changes<'_, '_> {
    /// As [`Vault::update_secret`].
    ///
    /// # Errors
    /// As there.
    pub fn update_secret(&mut self, request: &UpdateRequest) -> Result<ChangeOutcome, VaultError> {
        self.apply_plan(&request.name, request.expected, |state| update(state, &request.update))
    }

    /// As [`Vault::rename_secret`].
    ///
    /// # Errors
    /// As there.
    pub fn rename_secret(&mut self, request: &RenameRequest) -> Result<ChangeOutcome, VaultError> {
        let RenameRequest { old, new, expected } = request;
        let handle = self.transaction.find(old)?.ok_or_else(|| self.no_such_secret(old))?;
        refuse_if_changed(self.transaction.secret(handle), *expected)?;
        let taken = self.transaction.find(new)?;
        let taken = taken.map(|taken| self.transaction.secret(taken).state());
        let change = match rename(self.transaction.secret(handle).state(), new, taken)? {
            Plan::Unchanged => None,
            Plan::Apply(change) => {
                self.transaction.apply(handle, &change, Vec::new())?;
                Some(*change)
            }
        };
        Ok(ChangeOutcome { name: new.clone(), change, time: self.transaction.now() })
    }
}
