//! Reading and putting values: GetSecretValue, PutSecretValue and its plan.

use super::Vault;
use super::batch::{Changes, look, make_version_key, refuse_if_changed};
use super::copy_naming::CopyNaming;
use super::error::VaultError;
use super::outcome::{GetOutcome, PlannedPut, PutOutcome};
use super::request::{PutRequest, StateToken};
use crate::domain::{CopyName, SecretName, VersionId};
use crate::store::{NewVersion, OpenStore, StoredSecret};
use crate::versioning::{self, Change, Comparison, Plan, PutTerms, Selector, VersionKey, VersionRef, select};

/// A put that was decided, and what is worth saying about it.
struct DecidedPut {
    plan: Plan,
    reference: VersionRef,
    same_value_as: Option<VersionId>,
}

impl Vault {
    /// GetSecretValue.
    ///
    /// # Errors
    /// `Forbidden.ResourceNotFound`, `Rejected.ResourceInDeleteWindow`, `InvalidParameter` where id and
    /// label disagree, [`VaultError::Integrity`].
    pub fn get_secret_value(
        &mut self,
        name: &SecretName,
        selector: &Selector,
    ) -> Result<GetOutcome, VaultError> {
        self.read(|store| {
            let secret = look(store, name)?;
            let version = select(secret.state(), selector)?.clone();
            let value = store.value(&secret, version.key)?;
            let stages = secret.state().labels.of(version.key);
            Ok(GetOutcome { name: name.clone(), version, stages, value })
        })
    }

    /// What a put would do; the refusal that it would get is the error.
    ///
    /// # Errors
    /// As [`put_secret_value`](Self::put_secret_value).
    pub fn plan_put(&mut self, request: &PutRequest) -> Result<PlannedPut, VaultError> {
        let copy = name_for(request, &self.environment.copy)?;
        self.read(|store| {
            let secret = store.secret_for_put(&request.name, request.version_id.as_ref())?;
            let secret = match secret {
                Some(secret) => secret,
                None => look(store, &request.name)?,
            };
            refuse_if_changed(&secret, request.expected)?;
            let decided = decide(store, &secret, request, make_version_key()?, copy.as_ref())?;
            Ok(PlannedPut {
                plan: decided.plan,
                token: StateToken(secret.tag()),
                version_id: decided.reference.id,
                same_value_as: decided.same_value_as,
                exceeds_kms_limit: request.value.exceeds_kms_limit(),
            })
        })
    }

    /// PutSecretValue. The same value under the same id succeeds and changes nothing.
    ///
    /// # Errors
    /// `Forbidden.ResourceNotFound`, `Rejected.ResourceInDeleteWindow`, `Rejected.ResourceExist`,
    /// `Rejected.LimitExceeded`, `Rejected.ResourceChanged`, and those of the file; nothing changed then.
    pub fn put_secret_value(&mut self, request: &PutRequest) -> Result<PutOutcome, VaultError> {
        self.change(|changes| changes.put_secret_value(request))
    }
}

impl Changes<'_, '_> {
    /// As [`Vault::put_secret_value`].
    ///
    /// # Errors
    /// As there.
    pub fn put_secret_value(&mut self, request: &PutRequest) -> Result<PutOutcome, VaultError> {
        let copy = name_for(request, self.copy)?;
        let key = self.make_version_key()?;
        let handle = self.transaction.find_for_put(&request.name, request.version_id.as_ref())?;
        let handle = handle.ok_or_else(|| self.no_such_secret(&request.name))?;
        let secret = self.transaction.secret(handle);
        refuse_if_changed(secret, request.expected)?;
        let decided = decide(self.transaction.store(), secret, request, key, copy.as_ref())?;
        let change = match decided.plan {
            Plan::Unchanged => None,
            Plan::Apply(change) => {
                let version = NewVersion {
                    reference: decided.reference.clone(),
                    value: &request.value,
                    note: request.note.clone(),
                    created: self.transaction.now(),
                };
                self.transaction.apply(handle, &change, vec![version])?;
                Some(change)
            }
        };
        let secret = self.transaction.secret(handle);
        Ok(PutOutcome {
            name: request.name.clone(),
            stages: secret.state().labels.of(decided.reference.key),
            version_id: decided.reference.id,
            created: change.is_some(),
            moved: change.as_deref().map(Change::moves).unwrap_or_default(),
            destroyed: change
                .map(|change| change.destroyed.into_iter().map(|version| version.id).collect())
                .unwrap_or_default(),
            same_value_as: decided.same_value_as,
            exceeds_kms_limit: request.value.exceeds_kms_limit(),
        })
    }
}

/// What this copy is called. Where the request has an id, the suggested one is only a hint, and can do without it.
fn name_for(request: &PutRequest, copy: &CopyNaming) -> Result<Option<CopyName>, VaultError> {
    match &request.version_id {
        Some(_) => Ok(copy.name().unwrap_or_default()),
        None => copy.name(),
    }
}

fn decide(
    store: &OpenStore,
    secret: &StoredSecret,
    request: &PutRequest,
    key: VersionKey,
    copy: Option<&CopyName>,
) -> Result<DecidedPut, VaultError> {
    let state = secret.state();
    let free = store.suggested_id(secret, copy)?;
    let version_id = request.version_id.clone().unwrap_or_else(|| free.clone());
    let existing = state.version(&version_id).map(|version| version.key);
    let terms = PutTerms {
        version_id: version_id.clone(),
        stages: request.stages.clone(),
        key,
        comparison: existing.map(|existing| compare(store, secret, existing, request)).transpose()?,
        free,
    };
    let mut plan = versioning::put(state, &terms)?;
    if let Plan::Apply(change) = &mut plan {
        change.note_on_stored(request.note.as_ref());
    }
    Ok(DecidedPut {
        plan,
        reference: VersionRef { key: existing.unwrap_or(key), id: version_id },
        same_value_as: store
            .version_with_value(secret, &request.value, existing)
            .map(|version| version.id.clone()),
    })
}

/// Opens the stored value and compares it in constant time; a MAC that agrees would not be proof enough.
fn compare(
    store: &OpenStore,
    secret: &StoredSecret,
    existing: VersionKey,
    request: &PutRequest,
) -> Result<Comparison, VaultError> {
    let stored = store.value(secret, existing)?;
    Ok(match stored.equals(&request.value) {
        true => Comparison::Same,
        false if stored.has_bytes_of(&request.value) => Comparison::OtherType(stored.value_type()),
        false => Comparison::Differs,
    })
}
