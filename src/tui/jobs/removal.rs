//! What cannot be taken back: the end of a deletion window, and a deletion without one.

use super::super::ask::failure::Failure;
use super::super::session::Session;
use super::Done;
use crate::domain::SecretName;
use crate::vault::{ChangeOutcome, DeleteRequest, PurgeRequest, StateToken, Vault, VaultError};
use crate::versioning::Deletion;

/// Which secrets are removed, and why they may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// This one, without a window.
    Force(SecretName),
    /// This one, which is past its window.
    One(SecretName),
    /// All that are past their window.
    Past,
}

/// A secret that is, or would be, removed for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    /// Its name.
    pub name: SecretName,
    /// How many versions go with it.
    pub versions: usize,
    /// The state that this was said of: the removal holds for no other.
    pub token: StateToken,
}

fn force(name: &SecretName, expected: Option<StateToken>) -> DeleteRequest {
    DeleteRequest { name: name.clone(), deletion: Deletion::Force, expected }
}

fn purge(name: &SecretName) -> PurgeRequest {
    PurgeRequest { name: name.clone(), trust_clock: false }
}

/// What would be removed.
pub(super) fn plan(session: &mut Session, scope: &Scope) -> Result<Done, Failure> {
    Ok(Done::RemovalPlanned(all(session.vault()?, scope)?))
}

fn all(vault: &mut Vault, scope: &Scope) -> Result<Vec<Removal>, VaultError> {
    let names = match scope {
        Scope::Force(name) | Scope::One(name) => vec![name.clone()],
        Scope::Past => vault.purgeable()?,
    };
    let planned = names.into_iter().map(|name| {
        let planned = match scope {
            Scope::Force(_) => vault.plan_delete(&force(&name, None))?,
            Scope::One(_) | Scope::Past => vault.plan_purge(&purge(&name))?,
        };
        let versions = planned.plan.change().map_or(0, |change| change.destroyed.len());
        Ok(Removal { name, versions, token: planned.token })
    });
    planned.collect()
}

/// Removes what was shown, and nothing that was added or changed meanwhile. All are planned before any is
/// removed, so that a refusal finds everything in place.
pub(super) fn remove(session: &mut Session, scope: &Scope, shown: &[Removal]) -> Result<Done, Failure> {
    let vault = session.vault()?;
    if all(vault, scope)? != shown {
        return Err(Failure::told(
            "another process changed this meanwhile: nothing was removed",
            "close this and look again",
        ));
    }
    let mut removed = Vec::with_capacity(shown.len());
    for removal in shown {
        let ChangeOutcome { name, change, .. } = match scope {
            Scope::Force(name) => vault.delete_secret(&force(name, Some(removal.token)))?,
            Scope::One(_) | Scope::Past => vault.purge(&purge(&removal.name))?,
        };
        let versions = change.map_or(0, |change| change.destroyed.len());
        removed.push(Removal { name, versions, token: removal.token });
    }
    Ok(Done::Removed(removed))
}
