//! Moving labels: UpdateSecretVersionStage and rollback, with their plans.

use super::Vault;
use super::batch::{Changes, look, refuse_if_changed};
use super::error::VaultError;
use super::outcome::{ChangeOutcome, Planned};
use super::request::{RollbackRequest, StageRequest, StateToken};
use crate::domain::SecretName;
use crate::versioning::{Plan, Refusal, SecretState, move_stage, rollback};

impl Vault {
    /// What a label move would do; the refusal that it would get is the error.
    ///
    /// # Errors
    /// As [`update_secret_version_stage`](Self::update_secret_version_stage).
    pub fn plan_stage(&mut self, request: &StageRequest) -> Result<Planned, VaultError> {
        self.plan(&request.name, request.expected, |state| move_stage(state, &request.stage))
    }

    /// UpdateSecretVersionStage.
    ///
    /// # Errors
    /// `Forbidden.ResourceNotFound`, `Rejected.ResourceInDeleteWindow`, `InvalidParameter`,
    /// `Rejected.LimitExceeded`, `Rejected.ResourceChanged`, and those of the file.
    pub fn update_secret_version_stage(
        &mut self,
        request: &StageRequest,
    ) -> Result<ChangeOutcome, VaultError> {
        self.change(|changes| {
            changes.apply_plan(&request.name, request.expected, |state| move_stage(state, &request.stage))
        })
    }

    /// What a rollback would do; the refusal that it would get is the error.
    ///
    /// # Errors
    /// As [`rollback`](Self::rollback).
    pub fn plan_rollback(&mut self, request: &RollbackRequest) -> Result<Planned, VaultError> {
        self.plan(&request.name, request.expected, rollback)
    }

    /// Moves `ACSCurrent` back to the version marked `ACSPrevious`; the two swap (etui).
    ///
    /// # Errors
    /// `Forbidden.ResourceNotFound` where there is no secret or no previous version,
    /// `Rejected.ResourceInDeleteWindow`, `Rejected.ResourceChanged`, and those of the file.
    pub fn rollback(&mut self, request: &RollbackRequest) -> Result<ChangeOutcome, VaultError> {
        self.change(|changes| changes.apply_plan(&request.name, request.expected, rollback))
    }

    /// Asks a rule what it would do with a secret as it is now.
    pub(super) fn plan(
        &mut self,
        name: &SecretName,
        expected: Option<StateToken>,
        rule: impl FnOnce(&SecretState) -> Result<Plan, Refusal>,
    ) -> Result<Planned, VaultError> {
        self.read(|store| {
            let secret = look(store, name)?;
            refuse_if_changed(&secret, expected)?;
            Ok(Planned { plan: rule(secret.state())?, token: StateToken(secret.tag()) })
        })
    }
}

impl Changes<'_, '_> {
    /// Asks a rule and applies its plan; for changes that store no version.
    pub(super) fn apply_plan(
        &mut self,
        name: &SecretName,
        expected: Option<StateToken>,
        rule: impl FnOnce(&SecretState) -> Result<Plan, Refusal>,
    ) -> Result<ChangeOutcome, VaultError> {
        let handle = self.transaction.find(name)?.ok_or_else(|| self.no_such_secret(name))?;
        refuse_if_changed(self.transaction.secret(handle), expected)?;
        let change = match rule(self.transaction.secret(handle).state())? {
            Plan::Unchanged => None,
            Plan::Apply(change) => {
                self.transaction.apply(handle, &change, Vec::new())?;
                Some(*change)
            }
        };
        Ok(ChangeOutcome { name: name.clone(), change, time: self.transaction.now() })
    }
}
