//! Which version is this: the versions that hold a given value (etui).

use super::Vault;
use super::batch::look;
use super::error::VaultError;
use super::outcome::Holding;
use crate::domain::SecretName;
use crate::memory::SecretBytes;
use crate::store::{EqualTags, OpenStore, StoredSecret};

impl Vault {
    /// The versions of a secret that hold these bytes, as text or as binary, newest first; works in the
    /// deletion window too.
    ///
    /// # Errors
    /// `Forbidden.ResourceNotFound` where there is no such secret (that no version holds the bytes is not
    /// an error), [`VaultError::Integrity`], and those of the file.
    pub fn which(&mut self, name: &SecretName, bytes: &SecretBytes) -> Result<Vec<Holding>, VaultError> {
        self.read(|store| {
            let secret = look(store, name)?;
            let tags = store.equal_tags(bytes);
            holdings(store, &secret, &tags, bytes)
        })
    }

    /// The versions of all secrets that hold these bytes: by name, then newest first; those in their
    /// deletion window included.
    ///
    /// # Errors
    /// [`VaultError::Integrity`], and those of the file.
    pub fn which_everywhere(&mut self, bytes: &SecretBytes) -> Result<Vec<Holding>, VaultError> {
        self.read(|store| {
            store.load_all()?;
            let tags = store.equal_tags(bytes);
            let mut names = store.names()?;
            names.sort_unstable();
            let mut found = Vec::new();
            for name in names {
                let secret = look(store, &name)?;
                found.extend(holdings(store, &secret, &tags, bytes)?);
            }
            Ok(found)
        })
    }
}

fn holdings(
    store: &OpenStore,
    secret: &StoredSecret,
    tags: &EqualTags,
    bytes: &SecretBytes,
) -> Result<Vec<Holding>, VaultError> {
    let state = secret.state();
    let holding = |version: &crate::versioning::VersionState| Holding {
        name: state.name.clone(),
        version: version.clone(),
        stages: state.labels.of(version.key),
    };
    let versions = store.versions_holding(secret, tags, bytes)?;
    Ok(versions.into_iter().rev().map(holding).collect())
}
