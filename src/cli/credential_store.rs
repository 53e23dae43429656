//! Passwords that other programs keep in the vault through their credential helpers.
//!
//! Tags say what a secret is for, and decide; its name is for people. Nothing is deleted: a password that was refused
//! keeps its version, marked `rejected`, and is not given out any more.

use std::collections::BTreeSet;

use crate::domain::{
    Description, Invalid, SecretName, SecretValue, StageLabel, TagKey, TagValue, Tags, Timestamp, ValueType,
    VersionId,
};
use crate::memory::SecretBytes;
use crate::vault::{CreateRequest, PutRequest, StageRequest, UpdateRequest, Vault};
use crate::versioning::{MetadataUpdate, Selector, StageMove, StageSet};

/// The label of a password that was refused.
const REJECTED: &str = "rejected";

/// A secret that a helper made.
#[derive(Debug, Clone)]
pub(super) struct Account {
    pub(super) name: SecretName,
    /// The current version.
    version_id: VersionId,
    /// When it was stored.
    pub(super) stored: Timestamp,
    /// Whether it was refused.
    pub(super) is_rejected: bool,
    tags: Tags,
}

impl Account {
    /// What the tag of this key says.
    pub(super) fn tag(&self, key: &str) -> Option<&str> {
        self.tags.iter().find(|(known, _)| known.as_str() == key).map(|(_, value)| value.as_str())
    }
}

/// The accounts that have the tag `key`, but for those that are scheduled for deletion.
pub(super) fn accounts(vault: &mut Vault, key: &str) -> anyhow::Result<Vec<Account>> {
    let listing = vault.list()?;
    let mut found = Vec::new();
    for secret in listing.iter().filter(|secret| secret.planned_deletion.is_none()) {
        if !secret.tags.iter().any(|(known, _)| known == key) {
            continue;
        }
        let mut tags = Tags::default();
        for (key, value) in secret.tags.iter() {
            tags.set(TagKey::new(key)?, TagValue::new(value)?);
        }
        let current = secret.current.id;
        found.push(Account {
            name: SecretName::new(secret.name)?,
            version_id: VersionId::new(current)?,
            stored: secret.current.created,
            is_rejected: secret.labels.iter().any(|label| label == (REJECTED, current)),
            tags,
        });
    }
    Ok(found)
}

/// The password of an account.
pub(super) fn password(vault: &mut Vault, account: &Account) -> anyhow::Result<SecretBytes> {
    let selector = Selector { version_id: Some(account.version_id.clone()), ..Selector::default() };
    Ok(vault.get_secret_value(&account.name, &selector)?.value.into_bytes())
}

/// Stores a password that was accepted. The same one writes nothing, unless it had been refused.
pub(super) fn store(
    vault: &mut Vault,
    account: &Account,
    tags: &Tags,
    untag: &[TagKey],
    new: &SecretBytes,
) -> anyhow::Result<()> {
    let name = &account.name;
    let is_new = !password(vault, account)?.equals(new.expose());
    let update = UpdateRequest {
        name: name.clone(),
        update: MetadataUpdate { tags: tags.clone(), untag: untag.to_vec(), ..MetadataUpdate::default() },
        expected: None,
    };
    let changes_tags = tags.iter().any(|(key, value)| account.tag(key.as_str()) != Some(value.as_str()))
        || untag.iter().any(|key| account.tag(key.as_str()).is_some());
    if is_new {
        let put = PutRequest {
            name: name.clone(),
            version_id: None,
            value: SecretValue::new(ValueType::Text, new.duplicate())?,
            stages: StageSet::current(),
            note: None,
            expected: None,
        };
        vault.batch(|changes| {
            changes.put_secret_value(&put)?;
            if changes_tags {
                changes.update_secret(&update)?;
            }
            Ok(())
        })?;
        return Ok(());
    }
    if account.is_rejected {
        let stage = StageMove::new(rejected()?, None, Some(account.version_id.clone()))?;
        vault.update_secret_version_stage(&StageRequest { name: name.clone(), stage, expected: None })?;
    }
    if changes_tags {
        vault.update_secret(&update)?;
    }
    Ok(())
}

/// Makes an account. Where its name is taken it gets the next one with a number.
pub(super) fn create(
    vault: &mut Vault,
    wanted_name: &str,
    description: &str,
    tags: Tags,
    password: &SecretBytes,
) -> anyhow::Result<()> {
    let taken: BTreeSet<String> = vault.list()?.iter().map(|secret| secret.name.to_owned()).collect();
    let request = CreateRequest {
        name: free_name(wanted_name, |name| taken.contains(name))?,
        version_id: VersionId::new("v1")?,
        value: SecretValue::new(ValueType::Text, password.duplicate())?,
        description: Description::new(description)?,
        tags,
        extra_stages: Vec::new(),
        note: None,
    };
    vault.create_secret(&request)?;
    Ok(())
}

/// Marks the current password as refused, if it is this one.
pub(super) fn reject(vault: &mut Vault, account: &Account, refused: &SecretBytes) -> anyhow::Result<()> {
    if account.is_rejected || !password(vault, account)?.equals(refused.expose()) {
        return Ok(());
    }
    let stage = StageMove::new(rejected()?, Some(account.version_id.clone()), None)?;
    vault.update_secret_version_stage(&StageRequest { name: account.name.clone(), stage, expected: None })?;
    Ok(())
}

fn rejected() -> Result<StageLabel, Invalid> {
    StageLabel::new(REJECTED)
}

/// Tags from pairs.
pub(super) fn tags(pairs: &[(&str, &str)]) -> Result<Tags, Invalid> {
    let mut tags = Tags::default();
    for (key, value) in pairs {
        tags.set(TagKey::new(key)?, TagValue::new(value)?);
    }
    Ok(tags)
}

/// The name, in the characters that names may have, shortened, and with a number where it is taken.
fn free_name(wanted: &str, is_taken: impl Fn(&str) -> bool) -> Result<SecretName, Invalid> {
    /// Leaves room for a number.
    const LONGEST: usize = 180;
    let is_allowed = |character: char| character.is_ascii_alphanumeric() || "_/+=.-@".contains(character);
    let fitting = wanted.chars().map(|character| if is_allowed(character) { character } else { '-' });
    let name: String = fitting.take(LONGEST).collect();
    let name = name.trim_end_matches('/');
    let numbered = (2_u32..).map(|number| format!("{name}-{number}"));
    let free = [name.to_owned()].into_iter().chain(numbered).find(|name| !is_taken(name));
    SecretName::new(&free.unwrap_or_default())
}

/// A host as a part of a name: `example.com:8443` is `example.com_8443`.
pub(super) fn host_in_name(host: &str) -> String {
    match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("{name}_{port}")
        }
        _ => host.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_made_of_allowed_characters_and_is_free() {
        let name = |wanted: &str, taken: &[&str]| {
            free_name(wanted, |name| taken.contains(&name)).unwrap().to_string()
        };
        assert_eq!(name("git/example.com/me", &[]), "git/example.com/me");
        assert_eq!(name("git/h/corp\\me ü", &[]), "git/h/corp-me--");
        assert_eq!(name("git/h/", &["git/h"]), "git/h-2");
        assert_eq!(name("a", &["a", "a-2"]), "a-3");
        assert_eq!(name(&"x".repeat(300), &[]).len(), 180);
        assert_eq!(host_in_name("example.com:8443"), "example.com_8443");
        assert_eq!(host_in_name("[::1]:80"), "[::1]_80");
        assert_eq!(host_in_name("example.com"), "example.com");
    }
}
