//! Removing secrets for good: at once, or at the end of their deletion window. Planned for all before any is
//! removed, for every front end.

use super::Vault;
use super::error::VaultError;
use super::outcome::Planned;
use super::request::{DeleteRequest, PurgeRequest, StateToken};
use crate::domain::SecretName;
use crate::versioning::{Deletion, Plan, Refusal};

/// Why secrets may be removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemovalKind {
    /// At once, without a window.
    Force,
    /// They are past their window.
    PastWindow {
        /// Whether the user answers for the clock.
        trust_clock: bool,
    },
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

impl Vault {
    /// What would be removed, in the order of the names.
    ///
    /// # Errors
    /// What the rules refuse of any of them, and those of the file.
    pub fn plan_removals(
        &mut self,
        names: &[SecretName],
        kind: RemovalKind,
    ) -> Result<Vec<(Removal, Plan)>, VaultError> {
        names.iter().map(|name| self.plan_removal(name, kind)).collect()
    }

    fn plan_removal(&mut self, name: &SecretName, kind: RemovalKind) -> Result<(Removal, Plan), VaultError> {
        let Planned { plan, token } = match kind {
            RemovalKind::Force => self.plan_delete(&force(name, None))?,
            RemovalKind::PastWindow { trust_clock } => self.plan_purge(&purge(name, trust_clock))?,
        };
        let versions = plan.change().map_or(0, |change| change.destroyed.len());
        Ok((Removal { name: name.clone(), versions, token }, plan))
    }

    /// Removes what was shown, and nothing that was added or changed meanwhile. All are planned again before any
    /// is removed, so that a refusal finds everything in place. `removed` is told of each.
    ///
    /// # Errors
    /// [`Refusal::Changed`] where a secret is not as it was shown; and as
    /// [`plan_removals`](Self::plan_removals).
    pub fn remove_for_good(
        &mut self,
        shown: &[Removal],
        kind: RemovalKind,
        removed: &mut dyn FnMut(&Removal),
    ) -> Result<(), VaultError> {
        for removal in shown {
            let (now, _) = self.plan_removal(&removal.name, kind)?;
            if now != *removal {
                return Err(Refusal::Changed { name: removal.name.clone() }.into());
            }
        }
        for removal in shown {
            match kind {
                RemovalKind::Force => self.delete_secret(&force(&removal.name, Some(removal.token)))?,
                RemovalKind::PastWindow { trust_clock } => self.purge(&purge(&removal.name, trust_clock))?,
            };
            removed(removal);
        }
        Ok(())
    }
}

fn force(name: &SecretName, expected: Option<StateToken>) -> DeleteRequest {
    DeleteRequest { name: name.clone(), deletion: Deletion::Force, expected }
}

fn purge(name: &SecretName, trust_clock: bool) -> PurgeRequest {
    PurgeRequest { name: name.clone(), trust_clock }
}
