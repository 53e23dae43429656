//! A change of a secret that goes through a plan, and what plans and makes it.

use crate::domain::SecretName;
use crate::vault::{
    ChangeOutcome, DeleteRequest, DuplicateRequest, Planned, RenameRequest, RollbackRequest, StageRequest,
    StateToken, UpdateRequest, Vault, VaultError,
};
use crate::versioning::{Change, Operation};

/// A change of a secret that goes through a plan.
#[derive(Debug, Clone)]
pub enum ChangeRequest {
    /// Moves or removes a label.
    Stage(StageRequest),
    /// `ACSCurrent` back to the previous version.
    Rollback(RollbackRequest),
    Delete(DeleteRequest),
    /// Takes a scheduled deletion back.
    Restore(SecretName),
    /// Gives a secret another name.
    Rename(RenameRequest),
    /// Edits the metadata of a secret.
    Update(UpdateRequest),
    /// Makes a secret after another one.
    Duplicate(DuplicateRequest),
}

impl ChangeRequest {
    pub const fn name(&self) -> &SecretName {
        match self {
            Self::Stage(request) => &request.name,
            Self::Rollback(request) => &request.name,
            Self::Delete(request) => &request.name,
            Self::Restore(name) => name,
            Self::Rename(request) => &request.old,
            Self::Update(request) => &request.name,
            Self::Duplicate(request) => &request.source,
        }
    }

    /// The request, guarded by the state that its plan was made from where it can be.
    #[must_use]
    pub fn expecting(mut self, token: StateToken) -> Self {
        match &mut self {
            Self::Stage(request) => request.expected = Some(token),
            Self::Rollback(request) => request.expected = Some(token),
            Self::Delete(request) => request.expected = Some(token),
            Self::Update(request) => request.expected = Some(token),
            Self::Rename(request) => request.expected = Some(token),
            Self::Duplicate(request) => request.expected = Some(token),
            Self::Restore(_) => {}
        }
        self
    }

    /// What it would do.
    pub(super) fn plan(&self, vault: &mut Vault) -> Result<Planned, VaultError> {
        match self {
            Self::Stage(request) => vault.plan_stage(request),
            Self::Rollback(request) => vault.plan_rollback(request),
            Self::Delete(request) => vault.plan_delete(request),
            Self::Restore(name) => vault.plan_restore(name),
            Self::Rename(request) => vault.plan_rename(request),
            Self::Update(request) => vault.plan_update(request),
            Self::Duplicate(request) => vault.plan_duplicate(request),
        }
    }

    pub(super) fn make(&self, vault: &mut Vault) -> Result<ChangeOutcome, VaultError> {
        match self {
            Self::Stage(request) => vault.update_secret_version_stage(request),
            Self::Rollback(request) => vault.rollback(request),
            Self::Delete(request) => vault.delete_secret(request),
            Self::Restore(name) => vault.restore_secret(name),
            Self::Rename(request) => vault.rename_secret(request),
            Self::Update(request) => vault.update_secret(request),
            Self::Duplicate(request) => {
                let created = vault.duplicate_secret(request)?;
                let change = Some(Change::of(Operation::Create));
                Ok(ChangeOutcome { name: created.name, change, time: vault.now() })
            }
        }
    }
}
